import type {
  Identity,
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { MachineHardware } from '#reference/kernel/machine-hardware.ts';
import { Machine as ReferenceMachine } from '#reference/kernel/machine.ts';
import { defaultParts, type Parts } from '#reference/kernel/parts.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import { ReferenceBench } from './bench.ts';
import { FrameCheck } from './frame-check.ts';
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

class RunningReference implements Machine {
  readonly identity = identity;
  readonly bench: MockBench | ReferenceBench;
  private readonly machine: ReferenceMachine;

  constructor(name: string, parts: Parts) {
    this.machine = new ReferenceMachine(parts);
    const { hardware } = this.machine;
    this.bench = name === 'mock' ? new MockBench(hardware) : new ReferenceBench(hardware);
  }

  async newProcess(): Promise<Process> {
    return new ReferenceProcess(this.machine, this.machine.newTask());
  }

  async complaints(): Promise<readonly string[]> {
    return this.bench.frames.takeComplaints();
  }

  async stop(): Promise<void> {}
}

/** What a process finds on either machine. */
const ofEach = [
  'ioas-map-file',
  'change-process',
  'noiommu',
  'device',
  'two-devices',
  'hwpt-alloc',
  'vfio-compat',
  'vfio-container',
  'processes',
  'limits',
  'hugetlb',
  'proc',
  'fault-queue',
  'viommu',
  'veventq',
  'hw-queue',
  'noiommu',
] as const;

/** Of devices behind an emulated VT-d. */
const ofVtd = ['vfio-device', 'shared-group', 'dma', 'reserved-iova'] as const;
/** Of a kernel that has IOMMU_TEST_CMD. */
const ofTests = [
  ...(['test-cmd', 'dma-buf', 'nesting', 'dirty-tracking'] as const),
  ...(['page-requests', 'page-table-types', 'pasid'] as const),
] as const;

/**
 * Devices that move bytes, or mock devices: as on Linux, where mock devices and an IOMMU exclude each other. The last one
 * is for what needs both IOMMU_TEST_CMD and devices that move bytes.
 */
const machines = [
  { name: 'vt-d', features: [...ofEach, ...ofVtd] },
  { name: 'mock', features: [...ofEach, ...ofTests, 'sub-page'] },
  { name: 'vt-d-test', features: [...ofEach, ...ofTests, ...ofVtd] },
] as const satisfies readonly MachineDescription[];

/** A reference that is built from these parts: a mutant replaces one. */
export function referenceOf(name: string, parts: Parts): Implementation {
  return {
    name,
    async machines() {
      return machines;
    },
    async start({ machine }: StartOptions) {
      if (machines.some((each) => each.name === machine))
        return new RunningReference(machine, parts);
      throw new Error(`the reference has no machine "${machine}"`);
    },
  };
}

export const implementation: Implementation = referenceOf('reference', defaultParts);
