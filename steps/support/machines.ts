import { featuresOf } from '#port/derived-features.ts';
import type { Feature } from '#port/features.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Implementation, Machine, MachineDescription } from '#port/implementation.ts';
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
}

export interface Running {
  readonly description: MachineDescription;
  readonly machine: Machine;
}

/** The machines of one implementation; each is started when the first scenario needs it. */
export class Machines {
  readonly #parameters: Parameters;
  readonly #running = new Map<string, Promise<Machine>>();
  #implementation: Promise<Implementation> | undefined;
  #offered: Promise<readonly MachineDescription[]> | undefined;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  #load(): Promise<Implementation> {
    const { adapter } = this.#parameters;
    this.#implementation ??= loadAdapter(adapter);
    return this.#implementation;
  }

  /** Asked once: what there is does not change while scenarios run. */
  async #offer(): Promise<readonly MachineDescription[]> {
    const implementation = await this.#load();
    const all = await implementation.machines(this.#parameters.settings);
    const { machine: only } = this.#parameters;
    const offered = all.filter(({ name }) => only === undefined || name === only);
    if (offered.length > 0) return offered;
    throw new Error(`${implementation.name} has no machine "${only}"`);
  }

  /** The first machine that has them all, or the reason why there is none. */
  async choose(needs: readonly Feature[]): Promise<MachineDescription | string> {
    const offered = await (this.#offered ??= this.#offer());
    const missing = (machine: MachineDescription): Feature[] =>
      needs.filter((feature) => !featuresOf(machine).includes(feature));
    const fit = offered.find((machine) => missing(machine).length === 0);
    if (fit !== undefined) return fit;
    const lacks = offered.map((machine) => `${machine.name} lacks ${missing(machine).join(', ')}`);
    return `no machine offers what it needs: ${lacks.join('; ')}`;
  }

  async start(description: MachineDescription): Promise<Running> {
    const { settings, timeoutMs } = this.#parameters;
    const { name } = description;
    const running =
      this.#running.get(name) ??
      this.#load().then((implementation) =>
        implementation.start({ machine: name, settings, timeoutMs }),
      );
    this.#running.set(name, running);
    try {
      return { description, machine: await running };
    } catch (error) {
      // It stays in the table: what did not start once is not waited for again by each scenario.
      throw new ImplementationBroken(`machine ${name} did not start: ${String(error)}`, {
        cause: error,
      });
    }
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

  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(
      running.map((machine) => machine.then((started) => started.stop()).catch(() => undefined)),
    );
  }
}
