import type { Implementation, Machine, StartOptions } from '#port/implementation.ts';
import { spawnChild } from './child.ts';
import type { ChildOptions } from './child.ts';
import { connect } from './client.ts';
import type { Client } from './client.ts';
import { greet, startMachine } from './machine.ts';
import type { Result } from './messages.ts';

export interface WireOptions extends ChildOptions {
  /** What the user calls it. */
  readonly name: string;
}

interface Started {
  readonly client: Client;
  release(): Promise<void>;
}

/** For the first answer, where the user's own limit is not known. */
const helloTimeoutMs = 30_000;

/** An implementation that is a program of its own and speaks the wire protocol on stdin and stdout. */
export function wire(options: WireOptions): Implementation {
  // Asked before every scenario, and each answer costs a process.
  const greetings = new Map<string, Promise<Result<'hello'>>>();
  const hello = (
    settings: StartOptions['settings'],
    timeoutMs = helloTimeoutMs,
  ): Promise<Result<'hello'>> => {
    const key = JSON.stringify(settings);
    const known = greetings.get(key);
    if (known !== undefined) return known;
    const greeting = askOnce(options, settings, timeoutMs);
    greetings.set(key, greeting);
    // Who asks again may have more luck.
    greeting.catch(() => greetings.delete(key));
    return greeting;
  };
  return {
    name: options.name,
    settings: async (given, timeoutMs) => (await hello(given, timeoutMs)).settings,
    machines: async (settings, timeoutMs) => (await hello(settings, timeoutMs)).machines,
    start: (start) => startChild(options, start),
  };
}

async function askOnce(
  options: WireOptions,
  settings: StartOptions['settings'],
  timeoutMs: number,
): Promise<Result<'hello'>> {
  const { client, release } = launch(options, timeoutMs);
  try {
    return await greet(client, settings);
  } finally {
    await release();
  }
}

async function startChild(options: WireOptions, start: StartOptions): Promise<Machine> {
  const { client, release } = launch(options, start.timeoutMs);
  try {
    await greet(client, start.settings);
    return await startMachine(client, start, release);
  } catch (error) {
    await release();
    throw error;
  }
}

function launch(options: WireOptions, timeoutMs: number): Started {
  const child = spawnChild(options);
  const client = connect({
    name: `adapter ${options.name}`,
    input: child.stdout,
    output: child.stdin,
    timeoutMs,
    obituary: () => child.fate(),
    lastWords: () => child.lastWords(),
    onBroken: () => void child.stop(0),
  });
  return { client, release: () => child.stop(client.broken === undefined ? undefined : 0) };
}
