import { pattern } from '#steps/support/notation.ts';

import { PAGE, ramPages } from '../addresses.ts';

const bytesOfPage = Number(PAGE);

/** What buffer "ram" holds: each page the pattern of a name that no other page has. */
export class Ram {
  readonly names: string[] = Array.from({ length: ramPages }, (_, page) => `page ${page}`);
  #writes = 0;

  contentOf(page: number): Uint8Array {
    return pattern(this.names[page] ?? '', bytesOfPage);
  }

  /** For the next write of a device: no page holds it yet. */
  newName(): string {
    this.#writes += 1;
    return `write ${this.#writes}`;
  }

  /** Pages whose bytes are others than these. */
  differences(bytes: Uint8Array): readonly number[] {
    return this.names.flatMap((_, page) => {
      const own = bytes.subarray(page * bytesOfPage, (page + 1) * bytesOfPage);
      return Buffer.compare(own, this.contentOf(page)) === 0 ? [] : [page];
    });
  }

  /** The page that holds these bytes. */
  pageWith(bytes: Uint8Array): number | undefined {
    const page = this.names.findIndex(
      (_, each) => Buffer.compare(bytes, this.contentOf(each)) === 0,
    );
    return page < 0 ? undefined : page;
  }
}
