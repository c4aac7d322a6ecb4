import type { Mapping, ObjectKind, Operand } from './call.ts';

/** The newest ids of a kind are the ones that calls draw from. */
const remembered = 6;
const anything = 12;

/** Ids that calls have returned, stale ones too: the kernel gives the lowest free one out again. */
export class Pool {
  readonly #ids = new Map<ObjectKind, number[]>();
  #mappings: readonly Mapping[] = [];

  add(kind: ObjectKind, id: number): void {
    this.#remember(kind, id, remembered);
    this.#remember('any', id, anything);
  }

  /** An id that was never given out where there is none of the kind. */
  id({ of, nth }: Extract<Operand, { kind: 'id' }>): number {
    const ids = this.#ids.get(of) ?? [];
    return ids[nth % Math.max(ids.length, 1)] ?? 1;
  }

  addMapping(mapping: Mapping): void {
    this.#mappings = [...this.#mappings, mapping].slice(-remembered);
  }

  mapped({ part, nth }: Extract<Operand, { kind: 'mapped' }>): bigint {
    return this.#mappings[nth % Math.max(this.#mappings.length, 1)]?.[part] ?? 0n;
  }

  #remember(kind: ObjectKind, id: number, most: number): void {
    const before = (this.#ids.get(kind) ?? []).filter((other) => other !== id);
    this.#ids.set(kind, [...before, id].slice(-most));
  }
}
