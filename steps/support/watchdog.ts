import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';

import { setDefinitionFunctionWrapper } from '@cucumber/cucumber';

import { bounded } from '#conformance/said.ts';
import { ImplementationHung } from '#port/implementation.ts';

/**
 * Ends what keeps this thread busy. An implementation in this process that runs in circles lets no timer fire, so that
 * somebody in another thread has to look at the clock.
 */

/** Milliseconds between two signs of life. */
const beatMs = 50;

/**
 * What the two threads share: a number that grows while this one is alive, whether something was ended, the limit, whether
 * the other one is to leave, and whether it has.
 */
const [beats, ended, limit, leave, left] = [0, 1, 2, 3, 4];

/** The other thread: what it ends throws past every catch, and the loop of this thread goes on. */
const guard = `
  const { Session } = require('node:inspector');
  const { parentPort, workerData: shared } = require('node:worker_threads');
  const session = new Session();
  session.connectToMainThread();
  parentPort.postMessage('ready');
  let [last, silent] = [-1, 0];
  while (Atomics.wait(shared, ${leave}, 0, ${beatMs}) === 'timed-out') {
    const now = Atomics.load(shared, ${beats});
    silent = now === last ? silent + 1 : 0;
    last = now;
    // By its own turns, not by the clock: that goes on where both threads are stopped, by Ctrl-Z or a closed lid.
    if (silent * ${beatMs} <= Atomics.load(shared, ${limit})) continue;
    silent = 0;
    Atomics.store(shared, ${ended}, 1);
    session.post('Runtime.terminateExecution');
  }
  session.disconnect();
  Atomics.store(shared, ${left}, 1);
  Atomics.notify(shared, ${left});
`;

type Fail = (error: Error) => void;

/** Fails the step or hook that runs, where one does: its own promise is gone with what was ended. */
let fail: Fail | undefined;

/** Milliseconds, of an Int32Array. */
const never = 2 ** 31 - 1;

const shared = new Int32Array(new SharedArrayBuffer(20));
Atomics.store(shared, limit, never);

/** One for all runs of this process: a mutant takes less time than a thread does to begin. */
let pulse: Promise<NodeJS.Timeout> | undefined;

/** Of a call, milliseconds. */
let limitMs = never;

/** Watches steps and hooks until it is told to stop; resolves when the other thread is ready, for which it needs this one. */
export async function watch(ofCall: number): Promise<() => void> {
  limitMs = ofCall;
  pulse ??= begin();
  const timer = await pulse;
  timer.ref();
  return () => void timer.unref();
}

/** Without this one's options: it has no TypeScript to load, which would take it longer than all the rest. */
async function begin(): Promise<NodeJS.Timeout> {
  const worker = new Worker(guard, { eval: true, execArgv: [], workerData: shared });
  await once(worker, 'message');
  worker.unref();
  process.once('exit', dismiss);
  return setInterval(beat, beatMs);
}

/** Milliseconds, of which it takes none. */
const farewellMs = 500;

/** At its end Node waits for whoever looks into it, and says so. */
function dismiss(): void {
  Atomics.store(shared, leave, 1);
  Atomics.notify(shared, leave);
  Atomics.wait(shared, left, 0, farewellMs);
}

function beat(): void {
  Atomics.add(shared, beats, 1);
  leftMs -= beatMs;
  const says = whatHappened();
  if (says === undefined) return;
  disarm();
  void turn().then(() => fail?.(new ImplementationHung(says)));
}

function whatHappened(): string | undefined {
  if (Atomics.exchange(shared, ended, 0) !== 0)
    return `it did not come back within ${limitMs} ms, and was ended`;
  return leftMs < 0 ? `it did not answer within ${definitionMs()} ms` : undefined;
}

/** What the step or hook that runs still has; by beats, as no time passes while this thread is stopped. */
let leftMs = Infinity;

/** From now on this is what fails, and what keeps the thread busy for longer than a call may is ended. */
function arm(of: Fail): void {
  fail = of;
  leftMs = definitionMs();
  Atomics.store(shared, limit, limitMs);
}

/** What runs between steps, and writes reports after them, is no implementation: to end it would leave the run without a sequel. */
function disarm(): void {
  leftMs = Infinity;
  Atomics.store(shared, limit, never);
}

/** A step makes several calls, and adapters that look at the clock themselves have more to say: they come first. */
const callsOfDefinition = 4;
const shortestDefinitionMs = 10_000;

function definitionMs(): number {
  return Math.max(callsOfDefinition * limitMs, shortestDefinitionMs);
}

/** For what has a limit of its own, within a step or hook. */
export async function unhurried<T>(action: Promise<T>): Promise<T> {
  leftMs = Infinity;
  try {
    return await action;
  } finally {
    leftMs = definitionMs();
  }
}

/**
 * Lets timers and signals have their turn: calls of an implementation in this process never do. By way of a message, as
 * Node does not survive that what follows a timer or setImmediate() is ended from outside.
 */
export function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.once('message', () => {
      port1.close();
      resolve();
    });
    port2.postMessage(undefined);
  });
}

function withoutScope<R, A extends unknown[]>(
  _scope: unknown,
  callback: (...parameters: A) => R,
  ...parameters: A
): R {
  return callback(...parameters);
}

/** How many of its own promises cucumber passes a step's on through, and more. */
const hops = 12;

/**
 * Resolves when the caller waits. What is ended takes with it the functions that called it up to their last await, and
 * all jobs of promises that are due.
 */
async function settled(): Promise<void> {
  for (let hop = 0; hop < hops; hop += 1) await Promise.resolve();
}

/** What an implementation said may be as long as it likes; cucumber would send it around whole, several times. */
function shortened(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(bounded(String(error)));
  const { message, stack } = error;
  const short = bounded(message);
  if (short === message) return error;
  error.message = short;
  // Cucumber waits for ever where the one is not in the other.
  if (stack !== undefined) error.stack = stack.replace(message, () => short);
  return error;
}

type Definition = (this: unknown, ...parameters: unknown[]) => unknown;

/**
 * Each step and hook can be failed from outside. No step asks cucumber in whose scope it runs; to follow that, Node would
 * count along with each promise, which it does not survive when a loop is ended.
 */
export function guardDefinitions(): void {
  AsyncLocalStorage.prototype.run = withoutScope;
  setDefinitionFunctionWrapper((definition: Definition) => {
    const guarded: Definition = function (...parameters) {
      return new Promise((resolve, reject) => {
        arm(reject);
        void settled()
          .then(() => definition.apply(this, parameters))
          .then(resolve, (error: unknown) => reject(shortened(error)))
          .then(() => {
            if (fail === reject) disarm();
          });
      });
    };
    // Cucumber looks at how many parameters a step takes.
    return Object.defineProperty(guarded, 'length', { value: definition.length });
  });
}
