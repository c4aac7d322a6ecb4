import {
  After,
  AfterAll,
  AfterStep,
  Before,
  BeforeStep,
  setDefaultTimeout,
  setWorldConstructor,
  Status,
} from '@cucumber/cucumber';
import type { ITestCaseHookParameter } from '@cucumber/cucumber';
import { PickleStepType, type Pickle, type PickleStep } from '@cucumber/messages';

import { mediaTypes } from '#conformance/media-types.ts';
import { featuresOf } from '#port/derived-features.ts';
import { bounded } from '#conformance/said.ts';
import { needsOf, otherRelease, placeOf } from '#conformance/tags.ts';
import { ImplementationBroken, ImplementationHung } from '#port/implementation.ts';
import { iommuKind } from '#port/places.ts';

import { restoreSettings } from './calls/files.ts';
import { dropCauses } from './calls/interrupts.ts';
import { Machines, type Running } from './machines.ts';
import { defineParameterTypes } from './words/index.ts';
import { detachPasids } from './calls/pasid.ts';
import { matchOnce } from './matching.ts';
import { takeSnapshot } from './looks/snapshot.ts';
import { whyStopped } from './stopped.ts';
import { guardDefinitions, turn, unhurried, watch } from './watchdog.ts';
import { World } from './world.ts';

/** The watchdog has limits of its own for steps and hooks. */
setDefaultTimeout(-1);
matchOnce();
guardDefinitions();
setWorldConstructor(World);
defineParameterTypes();

/** A worker ends with who started it, whatever became of that, and its machines end with it. */
if (process.env['CUCUMBER_PARALLEL'] === 'true') process.once('disconnect', () => process.exit());

let machines: Machines | undefined;
let unwatch: (() => void) | undefined;
const introduced = new Set<string>();

function introduce(world: World, { description, machine }: Running): void {
  if (introduced.has(description.name)) return;
  introduced.add(description.name);
  const { name } = description;
  const features = featuresOf(description);
  const identity = machine.identity;
  const iommu = iommuKind(description);
  world.attach(JSON.stringify({ machine: name, iommu, features, identity }), mediaTypes.machine);
}

function skip(world: World, reason: string): 'skipped' {
  world.attach(bounded(reason), mediaTypes.skipReason);
  return 'skipped';
}

Before(async function (this: World, { pickle }) {
  const tags = pickle.tags.map(({ name }) => name);
  this.tags = new Set(tags);
  const place = placeOf(tags);
  if (place !== undefined) this.attach(place, mediaTypes.place);
  await turn();
  const stopped = whyStopped();
  if (stopped !== undefined) return skip(this, stopped);
  machines ??= new Machines(this.parameters);
  await machines.load();
  unwatch ??= await watch(this.parameters.timeoutMs);
  const chosen = await unhurried(machines.choose(needsOf(tags), place));
  if (typeof chosen === 'string') return skip(this, chosen);
  const running = await unhurried(machines.start(chosen));
  introduce(this, running);
  const reason = otherRelease(tags, running.machine.identity.kernel);
  if (reason !== undefined) return skip(this, reason);
  await this.enter(running);
  return undefined;
});

const unchanged = 'nothing has changed';

/** Is this the call that a later `nothing has changed` is about? */
function isWatched({ steps }: Pickle, { id }: PickleStep): boolean {
  const rest = steps.slice(steps.findIndex((step) => step.id === id));
  const [step, ...later] = rest;
  if (step?.type !== PickleStepType.ACTION) return false;
  const next = later.findIndex(({ type }) => type === PickleStepType.ACTION);
  const outcomes = next < 0 ? later : later.slice(0, next);
  return outcomes.some(({ text }) => text === unchanged);
}

BeforeStep(async function (this: World, { pickle, pickleStep }) {
  if (isWatched(pickle, pickleStep)) this.snapshot = await takeSnapshot(this);
});

AfterStep(async function (this: World, { pickle, pickleStep, result }) {
  const last = pickle.steps.at(-1)?.id === pickleStep.id;
  const unexamined = last && result.status === Status.PASSED ? await failureOf(this) : undefined;
  if (result.status === Status.FAILED || unexamined !== undefined) {
    this.attach(bounded(this.trace.text), mediaTypes.trace);
  }
  if (unexamined !== undefined) throw unexamined;
});

async function failureOf(world: World): Promise<Error | undefined> {
  try {
    world.settle();
    await world.guest?.checkOrder();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

After(async function (this: World, { result }) {
  if (!this.entered) return;
  const { running } = this;
  const { machine } = running;
  let hung = false;
  try {
    refuseBroken(result);
    await dropCauses(this);
    await detachPasids(this);
    for (const { port, exited } of this.handles.all('process')) if (!exited) await port.exit();
    await restoreSettings(this);
    await machine.bench.reset();
    const complaints = await machine.complaints();
    if (complaints.length > 0) throw complaint(this, complaints);
    await machines?.leave(running);
  } catch (error) {
    hung = error instanceof ImplementationHung;
    await machines?.discard(running);
    throw error;
  } finally {
    machines?.scenarioEnded(running, { hung });
  }
});

/** Of what broke the scenario, nothing more is asked. */
function refuseBroken(result: ITestCaseHookParameter['result']): void {
  const { type } = result?.exception ?? {};
  const kind = [ImplementationBroken, ImplementationHung].find(({ name }) => name === type);
  if (kind !== undefined) throw new kind(result?.message);
}

function complaint(world: World, lines: readonly string[]): ImplementationBroken {
  world.attach(bounded(lines.join('\n')), mediaTypes.console);
  return new ImplementationBroken(`the kernel complained: ${lines[0]}`);
}

/** Milliseconds; no watchdog looks after what ends a run. */
const endTimeoutMs = 120_000;

AfterAll({ timeout: endTimeoutMs }, async function () {
  await machines?.stop();
  unwatch?.();
  unwatch = undefined;
  // A run after this one, in the same process, may be about another implementation.
  machines = undefined;
  introduced.clear();
});
