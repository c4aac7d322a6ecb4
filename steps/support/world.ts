import { World as CucumberWorld } from '@cucumber/cucumber';

import type { Struct } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import { needsOf } from '#conformance/tags.ts';
import { implies, type Feature } from '#port/features.ts';
import type { DeviceId } from '#port/bench.ts';
import type { Fd } from '#port/process.ts';

import { parseSize, type Surroundings } from './notation.ts';
import { callIoctl, plain, type CallValues, type Form } from './calls/call.ts';
import { callWithFaults } from './looks/faults.ts';
import type { FaultPlan } from './looks/fault-triggers.ts';
import type { FileText } from './calls/files.ts';
import {
  Handles,
  type ContainerHandle,
  type DeviceHandle,
  type ObjectOf,
  type ProcessHandle,
} from './handles.ts';
import type { Parameters, Running } from './machines.ts';
import { Outcome, type CallRecord, type Verdict } from './calls/outcome.ts';
import { reserveScratch } from './calls/scratch.ts';
import type { Snapshot } from './looks/snapshot.ts';
import type { Guest } from './vmm/guest.ts';
import type { Requester } from './words/devices.ts';
import { Trace } from './calls/trace.ts';

/** A mapping that the scenario made: what "nothing has changed" looks for. */
export interface KnownMapping {
  readonly ioas: number;
  readonly iommufd: Fd;
  readonly iova: bigint;
  readonly length: bigint;
  /** The call that made it, as the kernel answered it. */
  readonly made?: { readonly command: Command; readonly fields: Readonly<Record<string, unknown>> };
}

/** The same of a container. */
export interface ContainerMapping {
  readonly container: ContainerHandle;
  readonly iova: bigint;
  readonly length: bigint;
}

/** One scenario: its names, its last call, its trace. Speaks to the port only. */
export class World extends CucumberWorld<Parameters> {
  readonly handles = new Handles();
  readonly trace = new Trace();
  readonly mappings: KnownMapping[] = [];
  readonly containerMappings: ContainerMapping[] = [];
  tags: ReadonlySet<string> = new Set();
  snapshot: Snapshot | undefined;
  /** Where the last map or copy landed whose place the kernel chose. */
  landed: ObjectOf<'ioas'> | undefined;
  /** Of which IOMMU_IOAS_NOIOMMU_GET_PA was asked last. */
  asked: ObjectOf<'ioas'> | undefined;
  /** Of the VMM, once it was spoken of. */
  guest: Guest | undefined;
  /** Devices that it was given by their groups. */
  readonly legacy = new Set<DeviceId>();
  /** Who made the last access by DMA. */
  requester: Requester | undefined;
  /** What fails in the next call. */
  faultPlan: FaultPlan | undefined;
  /** Those that may want to interrupt still. */
  readonly causes = new Set<DeviceHandle>();
  /** Files of the machine, as they were before the scenario wrote them. */
  readonly settings: FileText[] = [];
  /** Devices that were bound to a driver, by files of it. */
  readonly bound: FileText[] = [];
  #running: Running | undefined;
  /** Of the last step that called: two, where two processes called at once. */
  #outcomes: readonly Outcome[] = [];

  get running(): Running {
    if (this.#running === undefined) throw new Error('no machine was started for this scenario');
    return this.#running;
  }

  get pageSize(): bigint {
    return BigInt(this.running.machine.identity.pageSize);
  }

  async enter(running: Running): Promise<void> {
    this.#running = running;
    await this.addProcess('', await running.machine.newProcess());
  }

  get entered(): boolean {
    return this.#running !== undefined;
  }

  async addProcess(name: string, port: ProcessHandle['port']): Promise<ProcessHandle> {
    const scratch = await reserveScratch(port, this.running.machine.identity.pageSize);
    return this.handles.add({ kind: 'process', name, port, scratch, exited: false });
  }

  /** The process that "it" stands for. */
  get it(): ProcessHandle {
    return this.handles.get('process', '');
  }

  /** Who does what a step does to a device without saying who. */
  ownerOf({ process }: DeviceHandle): ProcessHandle {
    return process ?? this.it;
  }

  /** Refuses a step that this scenario did not declare, so that a missing tag is found on every adapter. */
  require(...oneOf: readonly Feature[]): void {
    const needs = needsOf<Feature>([...this.tags]);
    if (oneOf.some((feature) => needs.some((need) => implies(need, feature)))) return;
    const [feature] = oneOf;
    throw new Error(
      `this step needs "${oneOf.join('" or "')}"; tag the scenario @needs:${feature}`,
    );
  }

  size(text: string): bigint {
    const surroundings: Surroundings = {
      pageSize: this.pageSize,
      newIova: () => {
        const { landing } = this.landed ?? {};
        if (landing === undefined) throw new Error('no automatic map has succeeded yet');
        return landing.iova;
      },
      physical: () => {
        const { physical } = this.asked ?? {};
        if (physical === undefined) throw new Error('no physical address was asked for yet');
        return physical;
      },
    };
    return parseSize(text, surroundings);
  }

  get outcome(): Outcome {
    const [outcome, other] = this.#outcomes;
    if (outcome === undefined) throw new Error('no call was made yet');
    if (other !== undefined)
      throw new Error('two processes called at once: say which one is meant');
    return outcome;
  }

  /** What came of the calls that two processes made at once. */
  get rivals(): readonly CallRecord[] {
    return this.#outcomes.map((outcome) => outcome.examine());
  }

  /** The outcome becomes the one that the next `Then` looks at. */
  conclude(record: CallRecord): CallRecord {
    this.concludeAll([record]);
    return record;
  }

  concludeAll(records: readonly CallRecord[]): void {
    this.settle();
    this.#outcomes = records.map((record) => new Outcome(record));
  }

  /** Throws where the last call failed and no step looked at it. */
  settle(): void {
    this.guest?.settle();
    for (const outcome of this.#outcomes) outcome.settle();
  }

  examine(verdict: Verdict): void {
    this.outcome.expect(verdict);
  }

  /** One ioctl of a scenario; its outcome waits for a `Then`. */
  async call<S extends Struct>(
    process: ProcessHandle,
    target: { readonly fd: Fd; readonly command: Command<S>; readonly form?: Form },
    values: CallValues<S>,
  ): Promise<CallRecord> {
    this.settle();
    if (this.faultPlan === undefined)
      return this.conclude(await this.probe(process, target, values));
    const { form = plain, ...site } = target;
    return this.conclude(await callWithFaults(this, { process, form, values, ...site }));
  }

  /** An ioctl of the suite's own: nobody's outcome. */
  async probe<S extends Struct>(
    process: ProcessHandle,
    target: { readonly fd: Fd; readonly command: Command<S>; readonly form?: Form },
    values: CallValues<S>,
  ): Promise<CallRecord> {
    const site = { process: process.port, scratch: process.scratch, trace: this.trace };
    const { fd, command, form = plain } = target;
    return callIoctl(site, fd, command, values, form);
  }

  /** A call that has to succeed for the scenario to make sense; the outcome before it is settled first. */
  async must<S extends Struct>(
    process: ProcessHandle,
    target: { readonly fd: Fd; readonly command: Command<S> },
    values: CallValues<S>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const record = await this.call(process, target, values);
    this.examine({ kind: 'succeeds' });
    return record.fields ?? {};
  }
}
