import type { Expectation } from '#conformance/expectations.ts';
import type { Outcome, StepStatus } from '#conformance/outcome.ts';

import type { Scenario, StepText } from './scenario.ts';

export interface Evidence {
  readonly mediaType: string;
  readonly fileName?: string;
  readonly body: Buffer;
}

export interface StepRun {
  /** `step`, or `Before hook`, `After hook`. */
  readonly source: string;
  /** Of a hook: its name. */
  readonly step: StepText;
  readonly status: StepStatus;
  readonly exception?: {
    readonly type: string;
    readonly message: string;
    readonly trace: string;
  };
  readonly evidence: readonly Evidence[];
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly stop: number;
}

/** A scenario that began. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly steps: readonly StepRun[];
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly stop: number;
}

/** A machine as the first scenario on it reported it; shaped as port/implementation.ts has it. */
export interface MachineFacts {
  readonly machine: string;
  /** The kind of IOMMU that its devices are behind, as port/places.ts names it. */
  readonly iommu?: string;
  readonly identity: {
    readonly name: string;
    readonly version: string;
    readonly kernel: string;
    readonly architecture: string;
    readonly pageSize: number;
  };
  readonly features: readonly string[];
}

/** How a run was asked for; enough to ask for it again. */
export interface Selection {
  readonly paths: readonly string[];
  readonly only: readonly string[];
  readonly profile?: string;
  readonly tags?: string;
  readonly shard?: string;
  /** `defined`, or `random:<seed>`. */
  readonly order: string;
}

/** All that reports are made of. */
export interface RunRecord {
  readonly suite: { readonly version: string; readonly commit: string };
  readonly adapter: string;
  /** What the user passed as `--adapter-option key=value`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly machines: readonly MachineFacts[];
  readonly selection: Selection;
  readonly expectations: readonly Expectation[];
  /** Scenarios that the run was to execute. */
  readonly selected: number;
  /** Why not all of them were; undefined for a run that came to its end. */
  readonly stopped?: string;
  /** By file and line, whatever the order in which they ran. */
  readonly runs: readonly ScenarioRun[];
}

/** Was only a part of the suite asked for? */
export function isNarrowed({ paths, only, profile, tags, shard }: Partial<Selection>): boolean {
  return [...(paths ?? []), ...(only ?? []), profile, tags, shard].some(Boolean);
}

/** Did the run cover the whole suite? A part of it says nothing about conformance. */
export function isWhole({ selection, stopped }: RunRecord): boolean {
  return !isNarrowed(selection) && stopped === undefined;
}
