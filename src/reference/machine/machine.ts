import type { CommandSource } from '../kernel/iommufd/dispatcher.ts';
import type { Iommufd } from '../kernel/iommufd/main.ts';
import { vtdBoard } from './board.ts';
import type { Board } from './board.ts';
import type { Kernel, KernelConfig } from './kernel.ts';
import { MachineHardware } from './machine-hardware.ts';
import { ModuleParameters } from '../kernel/base/module-parameters.ts';
import type { ParameterValues } from '../kernel/base/module-parameters.ts';
import { defaultParts } from './parts.ts';
import { PciFunctions } from '../kernel/vfio/pci/pci-functions.ts';
import { openDeviceWith } from '../kernel/vfio/pci/open.ts';
import type { Parts } from './parts.ts';
import type { CapabilityName, Task, User } from '../kernel/fs/process.ts';
import type { Syscalls } from './syscalls.ts';
import { sriovOf } from './virtual-functions.ts';

/** Soft limits of a new process. */
const MEMLOCK_LIMIT = 8n << 20n;
const NOFILE_LIMIT = 1024n;

/** How the kernel was built, and how its memory was left by what ran before. */
interface MachineConfig extends KernelConfig {
  /** Seed of a MemoryLayout; 0 unless told otherwise. */
  readonly layout?: number;
}

const forTests: MachineConfig = { iommufdTest: true };

const everyCapability: readonly CapabilityName[] = [
  'IPC_LOCK',
  'SYS_RESOURCE',
  'SYS_RAWIO',
  'SYS_ADMIN',
  'DAC_OVERRIDE',
];

/** A computer with its kernel booted: the place where hardware and kernel are put together. */
export class Machine {
  readonly hardware: MachineHardware;
  readonly kernel: Kernel;
  readonly syscalls: Syscalls;
  private readonly user: User = { lockedVm: 0n };

  constructor(
    parts: Parts = defaultParts,
    board: Board = vtdBoard,
    atBoot: ParameterValues = {},
    config = forTests,
  ) {
    this.hardware = new MachineHardware(parts, board, config.layout);
    const { pages, memory, iommu } = this.hardware;
    const { hardware } = this;
    const pci = new PciFunctions(parts, config.runtimePm);
    const openDevice = openDeviceWith(parts, pci);
    const parameters = new ModuleParameters(atBoot);
    const sriov = sriovOf(parts, hardware, pci, parameters);
    const vfio = new parts.vfio.VfioCore({ parts, iommu, hardware, openDevice, parameters, sriov });
    const faults = new parts.mm.FaultInjection();
    const selftest = config.iommufdTest ? this.selftest : undefined;
    const machine = { parts, hardware, openDevice, pages, bus: memory, iommu };
    this.kernel = { ...machine, parameters, faults, vfio, pci, sriov, selftest, config };
    this.syscalls = new parts.machine.Syscalls(this.kernel);
  }

  private readonly selftest = (context: Iommufd): CommandSource =>
    new this.kernel.parts.selftest.TestCommands(context, this.kernel);

  /** A process of root without memory and without files. */
  newTask(): Task {
    const { parts, pages } = this.kernel;
    return {
      user: this.user,
      memory: new parts.mm.AddressSpace({ pages, parts }),
      files: new parts.fs.FdTable(),
      limits: { memlock: MEMLOCK_LIMIT, nofile: NOFILE_LIMIT },
      capabilities: new Set(everyCapability),
      failNth: 0,
      makeItFail: false,
    };
  }
}
