import { AssertionError } from 'chai';

import { errnoName, type ErrnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { showResult } from '#uapi/strace.ts';

import type { FaultReport } from '../looks/faults.ts';

/** What a step may demand of the last call. */
export type Verdict =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'fails'; readonly errnos: readonly ErrnoName[] }
  | { readonly kind: 'either'; readonly errnos: readonly ErrnoName[] };

export interface CallRecord {
  /** `IOMMU_IOAS_MAP`, or the name of another system call. */
  readonly name: string;
  readonly result: number | bigint;
  readonly command?: Command;
  /** The struct as it was passed, bytes. */
  readonly before?: Uint8Array;
  /** The struct as it was found after the call; undefined where it could not be read. */
  readonly after?: Uint8Array;
  /** Of the call as it was made before with faults in it. */
  readonly faults?: FaultReport;
  /** Fields of the struct after the call, or what another call returned. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The last call of a scenario: a failure that no step looks at fails the scenario, at the next call or at its end. */
export class Outcome {
  #examined = false;
  readonly record: CallRecord;

  constructor(record: CallRecord) {
    this.record = record;
  }

  get failed(): boolean {
    return this.record.result < 0;
  }

  examine(): CallRecord {
    this.#examined = true;
    return this.record;
  }

  /** Throws where the call failed and nobody expected that. */
  settle(): void {
    if (!this.failed || this.#examined) return;
    this.#examined = true;
    const { name, result } = this.record;
    throw new AssertionError(
      `${name} failed with ${errnoName(Number(result))}, and no step expected it`,
    );
  }

  expect(verdict: Verdict): void {
    const { name, result } = this.examine();
    if (verdict.kind === 'succeeds') {
      if (result < 0) {
        throw new AssertionError(`${name} returned ${showResult(result)}; expected success`);
      }
      return;
    }
    if (result >= 0 && verdict.kind === 'either') return;
    if (result < 0 && verdict.errnos.includes(errnoName(Number(result)) as ErrnoName)) return;
    const errnos = verdict.errnos.join(' or ');
    const wanted = verdict.kind === 'either' ? `success or ${errnos}` : errnos;
    throw new AssertionError(`${name} returned ${showResult(result)}; expected ${wanted}`);
  }
}
