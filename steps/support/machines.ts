import type { Feature } from '#port/features.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Implementation, Machine, MachineDescription } from '#port/implementation.ts';
import { missing, placeOf } from '#port/places.ts';
import type { Place } from '#port/places.ts';
import { loadAdapter } from '#adapters/registry.ts';

export interface Parameters {
  /** A name that the registry knows, or a path. */
  readonly adapter: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Only this machine of the adapter. */
  readonly machine?: string;
  /** Each scenario on a machine of its own, just started. */
  readonly alone?: boolean;
  /** How often in a row a machine may fail to start, or hang, before no scenario waits for it any more; 3 if left out. */
  readonly patience?: number;
  /** What paths of the adapter are counted from: a worker of cucumber is started in the folder of the suite. */
  readonly folder?: string;
}

export interface Running {
  readonly description: MachineDescription;
  readonly machine: Machine;
}

/** What became of a machine lately. */
interface Lately {
  failedStarts: number;
  hangs: number;
}

interface Offer {
  readonly description: MachineDescription;
  readonly place: Place;
}

/** The machines of one implementation; each is started when the first scenario needs it. */
export class Machines {
  readonly #parameters: Parameters;
  readonly #patience: number;
  /** Nothing unfinished is kept here or below: what the watchdog ends never settles. */
  readonly #running = new Map<string, Machine>();
  readonly #lately = new Map<string, Lately>();
  #implementation: Implementation | undefined;
  #offered: readonly Offer[] | undefined;
  #refusals = 0;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
    this.#patience = parameters.patience ?? 3;
  }

  /** To compile an adapter may take longer than a call: this comes before anyone looks at the clock. */
  async load(): Promise<Implementation> {
    const { adapter, folder } = this.#parameters;
    if (folder !== undefined && folder !== process.cwd()) process.chdir(folder);
    return (this.#implementation ??= await loadAdapter(adapter));
  }

  async #offer(): Promise<readonly Offer[]> {
    const implementation = await this.load();
    const { settings, timeoutMs, machine: only } = this.#parameters;
    const all = await implementation.machines(settings, timeoutMs);
    const offered = all.filter(({ name }) => only === undefined || name === only);
    if (offered.length > 0) {
      return offered.map((description) => ({ description, place: placeOf(description) }));
    }
    throw new Error(`${implementation.name} has no machine "${only}"`);
  }

  /** Asked once: what there is does not change while scenarios run. */
  async #offers(): Promise<readonly Offer[]> {
    if (this.#offered !== undefined) return this.#offered;
    if (this.#refusals === this.#patience)
      throw this.#givenUp('the adapter', 'did not tell its machines');
    // Until it has: an answer that the watchdog ended neither comes nor fails.
    this.#refusals += 1;
    return (this.#offered = await this.#offer());
  }

  /** The first machine that has them all, or the reason why there is none; of one name only where the run says so. */
  async choose(needs: readonly Feature[], name?: string): Promise<MachineDescription | string> {
    const every = await this.#offers();
    const offered = every.filter(({ place }) => name === undefined || place.name === name);
    const fit = offered.find(({ place }) => missing(needs, place).length === 0);
    if (fit !== undefined) return fit.description;
    const lacks = offered.map(
      ({ place }) => `${place.name} lacks ${missing(needs, place).join(', ')}`,
    );
    return `no machine offers what it needs: ${lacks.join('; ')}`;
  }

  /** Starts it where it does not run; rejects at once where that, or what ran on it, has failed too often. */
  async start(description: MachineDescription): Promise<Running> {
    const { name } = description;
    const lately = this.#latelyOf(name);
    if (lately.hangs === this.#patience) throw this.#givenUp(`machine ${name}`, 'hung');
    if (lately.failedStarts === this.#patience) {
      throw this.#givenUp(`machine ${name}`, 'did not start');
    }
    const running = this.#running.get(name);
    if (running !== undefined) return { description, machine: running };
    // Until it has: a start that the watchdog ended neither comes to an end nor fails.
    lately.failedStarts += 1;
    const machine = await this.#begin(name).catch((error: unknown) => {
      throw new ImplementationBroken(`machine ${name} did not start: ${messageOf(error)}`, {
        cause: error,
      });
    });
    lately.failedStarts = 0;
    this.#running.set(name, machine);
    return { description, machine };
  }

  async #begin(machine: string): Promise<Machine> {
    const { settings, timeoutMs } = this.#parameters;
    return (await this.load()).start({ machine, settings, timeoutMs });
  }

  #latelyOf(name: string): Lately {
    const lately = this.#lately.get(name) ?? { failedStarts: 0, hangs: 0 };
    this.#lately.set(name, lately);
    return lately;
  }

  /** A scenario on this machine is over. */
  scenarioEnded({ description }: Running, { hung }: { readonly hung: boolean }): void {
    const lately = this.#latelyOf(description.name);
    lately.hangs = hung ? lately.hangs + 1 : 0;
  }

  /** A scenario has come to its end; with `alone` the next one gets a fresh machine. */
  async leave(running: Running): Promise<void> {
    if (this.#parameters.alone) await this.discard(running);
  }

  /** The machine broke: the next scenario gets a fresh one. */
  async discard({ description, machine }: Running): Promise<void> {
    this.#running.delete(description.name);
    await machine.stop().catch(() => undefined);
  }

  /** Said of every scenario that would have needed it: its reason is that of the last one that waited. */
  #givenUp(what: string, failed: string): ImplementationBroken {
    const often = `${this.#patience} times in a row`;
    return new ImplementationBroken(`${what} was given up: it ${failed} ${often}`);
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map((machine) => machine.stop().catch(() => undefined)));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
