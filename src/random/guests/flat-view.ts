import type { GuestStep, RamName } from './step.ts';
import { window } from './step.ts';

type Added = Extract<GuestStep, { kind: 'add' }>;

export interface GuestPage {
  readonly readOnly: boolean;
  /** Every byte of it. */
  content: number;
}

/** What the guest has, by what was asked for: the VMM is not asked. */
export class FlatView {
  readonly #ram = new Map<RamName, Added>();
  readonly #pages = new Map<number, GuestPage>();

  page(number: number): GuestPage | undefined {
    return this.#pages.get(number);
  }

  has(name: RamName): boolean {
    return this.#ram.has(name);
  }

  /** Is there room for it in the window, and nothing of that name? */
  takes({ name, page, pages }: Added): boolean {
    const numbers = Array.from({ length: pages }, (_, index) => page + index);
    const isFree = numbers.every((each) => each < window.pages && !this.#pages.has(each));
    return isFree && !this.#ram.has(name);
  }

  /** It is zero at first. */
  add(added: Added): void {
    this.#ram.set(added.name, added);
    for (let index = 0; index < added.pages; index += 1) {
      this.#pages.set(added.page + index, { readOnly: added.readOnly, content: 0 });
    }
  }

  remove(name: RamName): void {
    const { page, pages } = this.#ram.get(name) ?? { page: 0, pages: 0 };
    this.#ram.delete(name);
    for (let index = 0; index < pages; index += 1) this.#pages.delete(page + index);
  }
}
