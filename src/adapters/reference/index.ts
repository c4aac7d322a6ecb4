import type { Bench } from '#port/bench.ts';
import type { Identity, Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { MachineHardware } from '#reference/machine/machine-hardware.ts';
import { Machine as ReferenceMachine } from '#reference/machine/machine.ts';
import { defaultParts, type Parts } from '#reference/machine/parts.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import type { DescribedMachine } from '../wish/offer-for.ts';
import { ReferenceBench } from './bench.ts';
import { FrameCheck } from './frame-check.ts';
import { machines } from './machines.ts';
import type { ReferenceMachineDescription } from './machines.ts';
import { NoiommuMachineBench, virtioRequestBench } from './noiommu-bench.ts';
import { ReferenceProcess } from './process.ts';

const identity: Identity = {
  name: 'reference',
  version: '0.1.0',
  kernel: '7.3.4',
  architecture: 'x86_64',
  pageSize: 4096,
};

/** Mock devices, by IOMMU_TEST_CMD. */
class MockBench extends SelftestBench {
  readonly frames: FrameCheck;

  constructor(hardware: MachineHardware, described: DescribedMachine) {
    super(described);
    this.frames = new FrameCheck(hardware);
  }

  override async reset(): Promise<void> {
    await super.reset();
    this.frames.check();
  }
}

const benches: Readonly<
  Record<
    ReferenceMachineDescription['bench'],
    (machine: ReferenceMachine, described: DescribedMachine) => Promise<RunningReference['bench']>
  >
> = {
  mock: async ({ hardware }, described) => new MockBench(hardware, described),
  pci: async (machine, described) => new ReferenceBench(machine, described),
  'pci on the root bus': async (machine, described) =>
    new ReferenceBench(machine, described, 'root bus'),
  'mock and bare': async (machine, described) => new NoiommuMachineBench(machine, described),
  'virtio requests': virtioRequestBench,
};

class RunningReference implements Machine {
  readonly identity = identity;
  readonly bench: Bench & { readonly frames: FrameCheck };
  private readonly machine: ReferenceMachine;

  private constructor(machine: ReferenceMachine, bench: RunningReference['bench']) {
    this.machine = machine;
    this.bench = bench;
  }

  static async boot(
    description: ReferenceMachineDescription,
    parts: Parts,
    layout: number,
  ): Promise<RunningReference> {
    const { board, bench, atBoot, features } = description;
    const iommufdTest = features.includes('test-cmd');
    const vfioContainer = features.includes('type1-container');
    const config = { iommufdTest, vfioContainer, layout };
    const machine = new ReferenceMachine(parts, board, atBoot, config);
    return new RunningReference(machine, await benches[bench](machine, description));
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
      const description = machines.find(({ name }) => name === machine);
      if (description !== undefined)
        return RunningReference.boot(description, parts, layoutOf(settings));
      throw new Error(`the reference has no machine "${machine}"`);
    },
  };
}

export const implementation: Implementation = referenceOf('reference', defaultParts);
