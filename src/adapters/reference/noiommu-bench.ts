import type { Bench, DeviceId, DeviceInfo, DeviceWish } from '#port/bench.ts';
import type { DeviceOffer } from '#port/machine-description.ts';
import type { SyscallResult } from '#port/process.ts';
import type { VirtioIommu } from '#port/virtio-iommu.ts';
import type { Machine } from '#reference/machine/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { EmulatedBench } from '../linux/devices/emulated.ts';
import { MixedBench } from '../linux/devices/mixed.ts';
import { bareOffers } from '../linux/devices/offers.ts';
import { SelftestBench } from '../linux/devices/selftest.ts';
import type { DescribedMachine } from '../wish/offer-for.ts';
import { ReferenceBench } from './bench.ts';
import type { Layout } from './bench.ts';
import type { FrameCheck } from './frame-check.ts';
import { virtioDriverOf } from './virtio-transport.ts';
import type { ReferenceVirtio } from './virtio-transport.ts';

/** Devices that no IOMMU stands before. What VFIO makes of one is decided when it gets it. */
class NoiommuBench extends ReferenceBench {
  private readonly machine: Machine;

  constructor(machine: Machine, described: DescribedMachine, layout?: Layout) {
    super(machine, described, layout);
    this.machine = machine;
  }

  override async plug(wish: DeviceWish): Promise<DeviceInfo> {
    const info = await super.plug(wish);
    this.probe(info.id, wish.bound === 'noiommu');
    return info;
  }

  /** Nobody gives a device to another driver while noiommu mode is on. */
  override async bind(device: DeviceId): Promise<SyscallResult> {
    const error = this.probe(device, false);
    return error ? failure(error) : 0;
  }

  private probe(device: DeviceId, unsafeNoiommuMode: boolean): ErrnoName | undefined {
    const { vfio } = this.machine.kernel;
    vfio.unsafeNoiommuMode = unsafeNoiommuMode;
    return vfio.probe(this.find(device));
  }
}

/** Behind a virtio-iommu, of which the kernel does not know; each device has its own requester id there. */
export class VirtioRequestBench extends NoiommuBench {
  readonly virtioIommu: VirtioIommu;
  private readonly virtio: ReferenceVirtio;

  constructor(machine: Machine, described: DescribedMachine, virtio: ReferenceVirtio) {
    super(machine, described, 'root bus');
    this.virtio = virtio;
    this.virtioIommu = virtio.driver;
  }

  override async reset(): Promise<void> {
    await super.reset();
    this.virtio.device.systemReset();
    await this.virtio.driver.reset();
  }
}

export async function virtioRequestBench(
  machine: Machine,
  described: DescribedMachine,
): Promise<VirtioRequestBench> {
  return new VirtioRequestBench(machine, described, await virtioDriverOf(machine.hardware));
}

function emulatedBench({ kernel }: Machine): EmulatedBench {
  const { mediated } = kernel.vfio;
  return new EmulatedBench({
    create: async () => {
      const device = mediated.create();
      const { device: cdev, group } = nodesOf(device);
      return { id: device.name, kind: 'vfio', cdev, group };
    },
    remove: async (id) => mediated.remove(id),
  });
}

/** Mock devices; beside them, devices without an IOMMU, and emulated ones. */
export class NoiommuMachineBench extends MixedBench {
  readonly frames: FrameCheck;

  constructor(machine: Machine, described: DescribedMachine) {
    const real = new NoiommuBench(machine, described);
    super(
      described,
      new SelftestBench(described),
      new Map<DeviceOffer, Bench>([
        [bareOffers.refused, real],
        [bareOffers.inNoiommuMode, real],
        [bareOffers.emulated, emulatedBench(machine)],
      ]),
    );
    this.frames = real.frames;
  }
}
