import type { Who } from '../call.ts';
import { overlaps, type Area, type Held } from './pages.ts';

/** A range that somebody in the kernel has pinned. */
export interface Pin {
  readonly iova: bigint;
  readonly length: bigint;
  readonly held: readonly Held[];
}

export interface Access {
  ioas: number;
  /** Its object id, which no call tells. */
  readonly id: number;
  readonly pins: boolean;
  readonly items: Map<number, Pin>;
}

/** The accesses of IOMMU_TEST_CMD, by process and file descriptor: after a fork two names may mean the same. */
export class Accesses {
  readonly #open = new Map<string, Access>();

  add(who: Who, fd: bigint | number, access: Access): void {
    this.#open.set(`${who}:${fd}`, access);
  }

  get(who: Who, fd: bigint): Access | undefined {
    return this.#open.get(`${who}:${fd}`);
  }

  all(): ReadonlySet<Access> {
    return new Set(this.#open.values());
  }

  of(ioas: number): Access[] {
    return [...this.all()].filter((access) => access.ioas === ioas);
  }

  /** The child has what the parent has. */
  fork(): void {
    for (const [name, access] of [...this.#open])
      this.#open.set(name.replace(/^it:/, 'child:'), access);
  }

  /** The access, if that was its last file descriptor. */
  close(who: Who, fd: number): Access | undefined {
    return this.#drop([`${who}:${fd}`])[0];
  }

  exit(who: Who): readonly Access[] {
    return this.#drop([...this.#open.keys()].filter((name) => name.startsWith(`${who}:`)));
  }

  #drop(names: readonly string[]): Access[] {
    const dropped = names.flatMap((name) => this.#open.get(name) ?? []);
    for (const name of names) this.#open.delete(name);
    const left = this.all();
    return [...new Set(dropped)].filter((access) => !left.has(access));
  }
}

/** What an unmapped area takes with it. */
export function letGo({ items }: Access, { iova, length }: Area): void {
  for (const [id, item] of items) {
    if (overlaps(item, { first: iova, last: iova + length - 1n })) items.delete(id);
  }
}

/** A hardware queue: it pins with an access of its own, and nobody can unmap what it pins. */
export interface HwQueue extends Pin {
  /** Object id of the access. */
  readonly id: number;
  readonly ioas: number | undefined;
}
