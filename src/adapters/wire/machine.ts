import type { Identity, Machine, StartOptions } from '#port/implementation.ts';
import { WireBench } from './bench.ts';
import type { Client } from './client.ts';
import { protocolVersion } from './messages.ts';
import type { Result } from './messages.ts';
import { WireProcess } from './process.ts';

/** Introduces the two ends to each other. */
export function greet(
  client: Client,
  settings: StartOptions['settings'],
  timeoutMs?: number,
): Promise<Result<'hello'>> {
  return client.call('hello', { protocol: protocolVersion, settings }, timeoutMs);
}

/** After greet(), with a time limit of its own. `release` lets go of what carries the wire. */
export async function startMachine(
  client: Client,
  { machine }: Pick<StartOptions, 'machine'>,
  release: () => Promise<void>,
  timeoutMs?: number,
): Promise<Machine> {
  const identity = await client.call('start', { machine }, timeoutMs);
  return new WireMachine(client, identity, release);
}

class WireMachine implements Machine {
  readonly identity: Identity;
  readonly bench: WireBench;
  private readonly client: Client;
  private readonly release: () => Promise<void>;

  constructor(client: Client, identity: Identity, release: () => Promise<void>) {
    this.client = client;
    this.identity = identity;
    this.release = release;
    this.bench = new WireBench(client);
  }

  async newProcess(): Promise<WireProcess> {
    return new WireProcess(this.client, await this.client.call('new-process', {}));
  }

  complaints(): Promise<readonly string[]> {
    return this.client.call('complaints', {});
  }

  /** A machine that was broken before is let go of without a word. */
  async stop(): Promise<void> {
    try {
      if (this.client.broken === undefined) await this.client.call('stop', {});
    } finally {
      await this.release();
    }
  }
}
