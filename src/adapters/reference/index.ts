import type { Identity, Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import { defaultParts, type Parts } from '#reference/machine/parts.ts';
import { boot, describedMachine } from './boot.ts';
import type { Booted } from './boot.ts';
import { machines } from './machines.ts';
import { ReferenceProcess } from './process.ts';

const identity: Identity = {
  name: 'reference',
  version: '0.1.0',
  kernel: '7.3.4',
  architecture: 'x86_64',
  pageSize: 4096,
};

class RunningReference implements Machine {
  readonly identity = identity;
  readonly bench: Booted['bench'];
  private readonly machine: Booted['machine'];

  constructor({ machine, bench }: Booted) {
    this.machine = machine;
    this.bench = bench;
  }

  async newProcess(): Promise<Process> {
    return new ReferenceProcess(this.machine, this.machine.newTask());
  }

  async complaints(): Promise<readonly string[]> {
    return this.bench.frames.takeComplaints();
  }

  async stop(): Promise<void> {}
}

/** The order in which memory is given out, as the user asked for it. Throws where that is no number. */
function layoutOf({ layout = '0' }: StartOptions['settings']): number {
  if (/^\d{1,9}$/.test(layout)) return Number(layout);
  throw new Error(`layout "${layout}" is not a whole number from 0 to 999999999`);
}

/** A reference that is built from these parts: a mutant replaces one. */
export function referenceOf(name: string, parts: Parts): Implementation {
  return {
    name,
    settings: async () => ({
      layout: {
        takes: 'number',
        says: 'the order in which memory is given out; 0, a machine that was just booted',
      },
    }),
    async machines(settings) {
      layoutOf(settings);
      return machines.map(({ name: machine, features, iommus, devices }) => ({
        name: machine,
        features,
        iommus,
        devices,
      }));
    },
    async start({ machine, settings }: StartOptions) {
      return new RunningReference(await boot(describedMachine(machine), parts, layoutOf(settings)));
    },
  };
}

export const implementation: Implementation = referenceOf('reference', defaultParts);
