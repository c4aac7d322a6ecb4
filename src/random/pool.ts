import type { Mapping } from '#commands/field.ts';

import type { IdKind, Operand, Region } from './call.ts';

/** The newest of a kind are the ones that calls draw from. */
const remembered = 6;
const anything = 12;

/** What stands in for one of a kind that there is none of. */
const usual: Partial<Record<IdKind, IdKind>> = {
  parent: 'hwpt',
  nested: 'hwpt',
  tracking: 'hwpt',
  'pasid table': 'hwpt',
  'pasid device': 'mock device',
};

function nthOf<T>(known: readonly T[], nth: number): T | undefined {
  return known[nth % Math.max(known.length, 1)];
}

/** Ids that calls have returned, stale ones too: the kernel gives the lowest free one out again. */
export class Pool {
  readonly #ids = new Map<IdKind, number[]>();
  #mappings: readonly Mapping[] = [];
  #regions: readonly Region[] = [];

  add(kind: IdKind, id: number): void {
    this.#remember(kind, id, remembered);
    this.#remember('any', id, anything);
  }

  /** An id that was never given out where there is none of the kind. */
  id({ of, nth }: Extract<Operand, { kind: 'id' }>): number {
    return nthOf(this.#ids.get(of) ?? this.#ids.get(usual[of] ?? 'any') ?? [], nth) ?? 1;
  }

  addMapping(mapping: Mapping): void {
    this.#mappings = [...this.#mappings, mapping].slice(-remembered);
  }

  mapped({ part, nth }: Extract<Operand, { kind: 'mapped' }>): bigint {
    return nthOf(this.#mappings, nth)?.[part] ?? 0n;
  }

  addRegion(region: Region): void {
    this.#regions = [...this.#regions, region].slice(-remembered);
  }

  /** Nothing can be mapped at offset 0. */
  region(nth: number): Region {
    return nthOf(this.#regions, nth) ?? { offset: 0n, length: 4096n };
  }

  #remember(kind: IdKind, id: number, most: number): void {
    const before = (this.#ids.get(kind) ?? []).filter((other) => other !== id);
    this.#ids.set(kind, [...before, id].slice(-most));
  }
}
