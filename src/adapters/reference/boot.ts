import type { Bench } from '#port/bench.ts';
import type { MachineHardware } from '#reference/machine/machine-hardware.ts';
import { Machine } from '#reference/machine/machine.ts';
import type { Parts } from '#reference/machine/parts.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import type { DescribedMachine } from '../wish/offer-for.ts';
import { ReferenceBench } from './bench.ts';
import { FrameCheck } from './frame-check.ts';
import { machines } from './machines.ts';
import type { ReferenceMachineDescription } from './machines.ts';
import { NoiommuMachineBench, virtioRequestBench } from './noiommu-bench.ts';

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

export interface Booted {
  readonly machine: Machine;
  readonly bench: Bench & { readonly frames: FrameCheck };
}

const benches: Readonly<
  Record<
    ReferenceMachineDescription['bench'],
    (machine: Machine, described: DescribedMachine) => Promise<Booted['bench']>
  >
> = {
  mock: async ({ hardware }, described) => new MockBench(hardware, described),
  pci: async (machine, described) => new ReferenceBench(machine, described),
  'pci on the root bus': async (machine, described) =>
    new ReferenceBench(machine, described, 'root bus'),
  'mock and bare': async (machine, described) => new NoiommuMachineBench(machine, described),
  'virtio requests': virtioRequestBench,
};

/** Throws where the reference has no machine of that name. */
export function describedMachine(name: string): ReferenceMachineDescription {
  const description = machines.find((each) => each.name === name);
  if (description !== undefined) return description;
  throw new Error(`the reference has no machine "${name}"`);
}

/** A machine that was just started, with its devices. `layout`: the seed of a MemoryLayout. */
export async function boot(
  description: ReferenceMachineDescription,
  parts: Parts,
  layout: number,
): Promise<Booted> {
  const { board, bench, atBoot, features } = description;
  const iommufdTest = features.includes('test-cmd');
  const vfioContainer = features.includes('type1-container');
  const runtimePm = features.includes('runtime-pm');
  const config = { iommufdTest, vfioContainer, runtimePm, layout };
  const machine = new Machine(parts, board, atBoot, config);
  return { machine, bench: await benches[bench](machine, description) };
}
