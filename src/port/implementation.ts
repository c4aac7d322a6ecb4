import type { Bench } from './bench.ts';
import type { MachineDescription } from './machine-description.ts';
import type { Process } from './process.ts';
import type { Settings } from './setting.ts';
import type { StartVmm } from './vmm.ts';

export type { MachineDescription };

/** Who answers; printed in every report. */
export interface Identity {
  readonly name: string;
  readonly version: string;
  /** The kernel release whose uAPI is implemented, `6.12.117` or `7.3.4`; scenarios for newer ones are skipped. */
  readonly kernel: string;
  readonly architecture: string;
  /** Bytes. */
  readonly pageSize: number;
}

export interface StartOptions {
  /** A name from `machines`. */
  readonly machine: string;
  /** A call that takes longer makes the machine broken; so does a start, but for `slowestStartMs`. */
  readonly timeoutMs: number;
  /** What the user passed as `--adapter-option key=value`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly identity: Identity;
  readonly bench: Bench;
  newProcess(): Promise<Process>;
  /** A VMM of its own, in place of the one that the suite has. */
  readonly startVmm?: StartVmm;
  /** What the machine said outside of calls since the last time: console lines with an oops or a WARN. */
  complaints(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** What an adapter module exports under the name `implementation`. */
export interface Implementation {
  readonly name: string;
  /**
   * All that `settings` may hold; with any other, nothing is asked or started. `given` is what the user passed, as some
   * adapters bring those of another one. Left out, or undefined: whatever is passed is allowed.
   */
  settings?(given: StartOptions['settings'], timeoutMs?: number): Promise<Settings | undefined>;
  /** In order of preference: a scenario runs on the first machine that has all features it needs. */
  machines(
    settings: StartOptions['settings'],
    timeoutMs?: number,
  ): Promise<readonly MachineDescription[]>;
  /** What a start may take whatever `timeoutMs` is, as a machine boots; 0 where it is left out. */
  readonly slowestStartMs?: number;
  start(options: StartOptions): Promise<Machine>;
}

/** The implementation did not answer as the port demands: it died, hung or babbled. Never a failed call. */
export class ImplementationBroken extends Error {
  override readonly name: string = 'ImplementationBroken';
}

/** It did not answer in time. Whoever has it happen several times in a row need not wait for more. */
export class ImplementationHung extends ImplementationBroken {
  override readonly name = 'ImplementationHung';
}
