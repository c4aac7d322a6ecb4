import { encodeConfiguration } from '#reference/hardware/virtio-iommu/configuration.ts';
import { VirtioIommu } from '#reference/hardware/virtio-iommu/virtio-iommu.ts';
import type { MachineHardware } from '#reference/machine/machine-hardware.ts';
import { VirtioDriver } from '../linux/devices/virtio-iommu.ts';
import type { QueuePage, VirtioTransport } from '../linux/devices/virtio-iommu.ts';

const PAGE_SHIFT = 12n;

/** The device of the first IOMMU, which no driver of the kernel has. It always answers at once, and never stops. */
export async function virtioDriverOf(hardware: MachineHardware): Promise<ReferenceVirtio> {
  const { translator } = hardware.iommus[0];
  if (!(translator instanceof VirtioIommu)) throw new Error('the machine has no virtio-iommu');
  const pages = [pageOf(hardware), pageOf(hardware)] as const;
  const driver = new VirtioDriver(transportTo(translator), pages);
  await driver.reset();
  return { driver, device: translator };
}

export interface ReferenceVirtio {
  readonly driver: VirtioDriver;
  readonly device: VirtioIommu;
}

function transportTo(device: VirtioIommu): VirtioTransport {
  const queues = [device.requestQueue, device.eventQueue];
  return {
    reset: async () => device.reset(),
    enable: async (queue, layout) => queues[queue]?.enable(layout),
    start: async () => undefined,
    notify: async (queue) => queues[queue]?.notify(),
    isStopped: async () => false,
    configuration: async () => encodeConfiguration(device.configuration),
    configure: async (offset, bytes) => device.writeConfiguration(offset, bytes),
  };
}

function pageOf({ pages, memory }: MachineHardware): QueuePage {
  const folio = pages.allocate(0);
  if (folio === undefined) throw new Error('no page is left for a queue');
  const physical = folio.pfn << PAGE_SHIFT;
  return {
    physical,
    load: async (offset, length) => memory.read(physical + BigInt(offset), length).slice(),
    store: async (offset, bytes) => memory.write(physical + BigInt(offset), bytes),
  };
}
