import type { Bench, DeviceInfo, DeviceModel, DeviceVariety } from '#port/bench.ts';
import type { Machine } from '#reference/kernel/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';
import { EmulatedBench } from '../linux/devices/emulated.ts';
import { MixedBench } from '../linux/devices/mixed.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import { ReferenceBench } from './bench.ts';
import type { FrameCheck } from './frame-check.ts';

/** Devices that no IOMMU stands before. What VFIO makes of one is decided when it gets it. */
class NoiommuBench extends ReferenceBench {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    super(machine.hardware);
    this.machine = machine;
  }

  override async plug({ variety }: DeviceModel): Promise<DeviceInfo> {
    const info = await super.plug({});
    const { vfio } = this.machine.kernel;
    vfio.unsafeNoiommuMode = variety === 'is in noiommu mode';
    vfio.probe(this.find(info.id));
    return info;
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
