import { loadAdapter } from '#adapters/registry.ts';
import type { Bench, DmaAccess } from '#port/bench.ts';
import type { Implementation, Machine } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';

/**
 * An adapter as a module: any other adapter, with every call of its processes printed to standard error.
 *
 *     npm run conformance -- --adapter examples/adapter-module/traced.ts --adapter-option of=reference
 */
export const implementation: Implementation = {
  name: 'traced',
  async settings(given, timeoutMs) {
    const { adapter, settings } = await traced(given);
    const known = await adapter.settings?.(settings, timeoutMs);
    return known && { of: { takes: 'text', says: 'the adapter to trace; reference' }, ...known };
  },
  async machines(given, timeoutMs) {
    const { adapter, settings } = await traced(given);
    return adapter.machines(settings, timeoutMs);
  },
  async start(options) {
    const { adapter, settings } = await traced(options.settings);
    return watchMachine(await adapter.start({ ...options, settings }));
  },
};

type Given = Readonly<Record<string, string>>;

let loaded: Promise<Implementation> | undefined;

/** The other adapter, and what is meant for it. */
async function traced({ of = 'reference', ...settings }: Given) {
  loaded ??= loadAdapter(of);
  return { adapter: await loaded, settings };
}

function watchMachine(machine: Machine): Machine {
  const { bench } = machine;
  const watchedBench = override<Bench>(bench, {
    sees: (access, address) => bench.sees(unwatched(access), address),
    dmaRead: (access) => bench.dmaRead(unwatched(access)),
    dmaWrite: (access, bytes) => bench.dmaWrite(unwatched(access), bytes),
  });
  const newProcess = async (): Promise<Process> => watch(await machine.newProcess());
  return override<Machine>(machine, { newProcess, bench: watchedBench });
}

const originals = new WeakMap<Process, Process>();
let processes = 0;

function watch(original: Process): Process {
  const name = `process ${++processes}`;
  const watched = override<Process>(
    original,
    { spawn: async (options) => watch(await original.spawn(options)) },
    (method, args, result) => {
      process.stderr.write(`${name}: ${method}(${args.map(show).join(', ')}) = ${show(result)}\n`);
    },
  );
  originals.set(watched, original);
  return watched;
}

/** A bench may know only the processes that its own machine made. */
function unwatched(access: DmaAccess): DmaAccess {
  const { attachment } = access;
  const process = originals.get(attachment.process) ?? attachment.process;
  return { ...access, attachment: { ...attachment, process } };
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`);
  return `{${members.join(', ')}}`;
}

type Report = (method: string, args: readonly unknown[], result: unknown) => void;

/** The same object with some members of its own; the calls of its other methods are reported. */
function override<T extends object>(object: T, own: Partial<T>, report?: Report): T {
  return new Proxy(object, {
    get(target, name) {
      if (name in own) return own[name as keyof T];
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const result: unknown = await member.apply(target, args);
        report?.(String(name), args, result);
        return result;
      };
    },
  });
}
