import type { ObjectKind, Operand } from './call.ts';

/** The newest ids of a kind are the ones that calls draw from. */
const remembered = 6;
const anything = 12;

/** Ids that calls have returned, stale ones too: the kernel gives the lowest free one out again. */
export class Pool {
  readonly #ids = new Map<ObjectKind, number[]>();

  add(kind: ObjectKind, id: number): void {
    this.#remember(kind, id, remembered);
    this.#remember('any', id, anything);
  }

  /** An id that was never given out where there is none of the kind. */
  id({ of, nth }: Extract<Operand, { kind: 'id' }>): number {
    const ids = this.#ids.get(of) ?? [];
    return ids[nth % Math.max(ids.length, 1)] ?? 1;
  }

  #remember(kind: ObjectKind, id: number, most: number): void {
    const before = (this.#ids.get(kind) ?? []).filter((other) => other !== id);
    this.#ids.set(kind, [...before, id].slice(-most));
  }
}
