import type { Bench, DeviceId, DeviceInfo, DeviceModel, DeviceVariety } from '#port/bench.ts';
import type { SyscallResult } from '#port/process.ts';
import type { Machine } from '#reference/machine/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { EmulatedBench } from '../linux/devices/emulated.ts';
import { MixedBench } from '../linux/devices/mixed.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import { ReferenceBench } from './bench.ts';
import type { FrameCheck } from './frame-check.ts';

/** Devices that no IOMMU stands before. What VFIO makes of one is decided when it gets it. */
class NoiommuBench extends ReferenceBench {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    super(machine);
    this.machine = machine;
  }

  override async plug({ variety }: DeviceModel): Promise<DeviceInfo> {
    const info = await super.plug({});
    this.probe(info.id, variety === 'is in noiommu mode');
    return info;
  }

  /** Nobody gives a device to another driver while noiommu mode is on. */
  override async giveTo(device: DeviceId): Promise<SyscallResult> {
    const error = this.probe(device, false);
    return error ? failure(error) : 0;
  }

  private probe(device: DeviceId, unsafeNoiommuMode: boolean): ErrnoName | undefined {
    const { vfio } = this.machine.kernel;
    vfio.unsafeNoiommuMode = unsafeNoiommuMode;
    return vfio.probe(this.find(device));
  }
}

function emulatedBench({ kernel }: Machine): EmulatedBench {
  const { mediated } = kernel.vfio;
  return new EmulatedBench(async () => {
    const id = `mtty${mediated.devices.length}`;
    const { device: cdev, group } = nodesOf(mediated.create());
    return { id, kind: 'vfio', cdev, group };
  });
}

/** Mock devices; beside them, devices without an IOMMU, and emulated ones. */
export class NoiommuMachineBench extends MixedBench {
  readonly frames: FrameCheck;

  constructor(machine: Machine) {
    const real = new NoiommuBench(machine);
    super(
      new SelftestBench(),
      new Map<DeviceVariety, Bench>([
        ['has no IOMMU', real],
        ['is in noiommu mode', real],
        ['is emulated', emulatedBench(machine)],
      ]),
    );
    this.frames = real.frames;
  }
}
