import type { Bench } from '#port/bench.ts';
import type { Identity, Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { MachineHardware } from '#reference/machine/machine-hardware.ts';
import { Machine as ReferenceMachine } from '#reference/machine/machine.ts';
import { defaultParts, type Parts } from '#reference/machine/parts.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import { ReferenceBench } from './bench.ts';
import { FrameCheck } from './frame-check.ts';
import { machines } from './machines.ts';
import type { ReferenceMachineDescription } from './machines.ts';
import { NoiommuMachineBench } from './noiommu-bench.ts';
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

  constructor(hardware: MachineHardware) {
    super();
    this.frames = new FrameCheck(hardware);
  }

  override async reset(): Promise<void> {
    await super.reset();
    this.frames.check();
  }
}

const benches: Readonly<
  Record<
    ReferenceMachineDescription['devices'],
    (machine: ReferenceMachine) => RunningReference['bench']
  >
> = {
  mock: ({ hardware }) => new MockBench(hardware),
  pci: (machine) => new ReferenceBench(machine),
  'pci on the root bus': (machine) => new ReferenceBench(machine, 'root bus'),
  'mock and bare': (machine) => new NoiommuMachineBench(machine),
};

class RunningReference implements Machine {
  readonly identity = identity;
  readonly bench: Bench & { readonly frames: FrameCheck };
  private readonly machine: ReferenceMachine;

  constructor(machine: ReferenceMachineDescription, parts: Parts) {
    const { board, devices, atBoot, features } = machine;
    const iommufdTest = features.includes('test-cmd');
    this.machine = new ReferenceMachine(parts, board, atBoot, { iommufdTest });
    this.bench = benches[devices](this.machine);
  }

  async newProcess(): Promise<Process> {
    return new ReferenceProcess(this.machine, this.machine.newTask());
  }

  async complaints(): Promise<readonly string[]> {
    return this.bench.frames.takeComplaints();
  }

  async stop(): Promise<void> {}
}

/** A reference that is built from these parts: a mutant replaces one. */
export function referenceOf(name: string, parts: Parts): Implementation {
  return {
    name,
    async machines() {
      return machines.map(({ name: machine, features }) => ({ name: machine, features }));
    },
    async start({ machine }: StartOptions) {
      const description = machines.find(({ name }) => name === machine);
      if (description !== undefined) return new RunningReference(description, parts);
      throw new Error(`the reference has no machine "${machine}"`);
    },
  };
}

export const implementation: Implementation = referenceOf('reference', defaultParts);
