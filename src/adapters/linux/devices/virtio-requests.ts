import { eduGroups, undrivenVirtioIommu } from '#lab/hardware.ts';
import type { Bench } from '#port/bench.ts';
import type { Process, SyscallResult } from '#port/process.ts';
import type { VirtioAnswer, VirtioIommu } from '#port/virtio-iommu.ts';
import type { DescribedMachine } from '../../wish/offer-for.ts';
import type { Files } from '../files.ts';
import { Scratch } from '../scratch.ts';
import { EduBench } from './edu.ts';
import type { EduDevice, EduDevices } from './edu.ts';
import type { FaultLog } from './fault-log.ts';
import { bareOffers } from './offers.ts';
import { physicalAddress } from './physical-window.ts';
import { bindInNoiommuMode, giveToDriver } from './vfio-pci.ts';
import { VirtioDriver } from './virtio-iommu.ts';
import type { QueuePage } from './virtio-iommu.ts';
import { VirtioPci } from './virtio-pci.ts';
import type { WithWindow } from './window.ts';

/** struct virtio_iommu_req_…: types, and where their fields are. */
const [ATTACH, MAP, UNMAP] = [1, 3, 4];
const READ_AND_WRITE = 3;
const TAIL = 4;
const BYPASS = 36;
const pageBytes = 4096n;

/** Knows to which domain each endpoint was attached last, so that a device can get out what it holds. */
class WatchedVirtioIommu implements VirtioIommu {
  private readonly driver: VirtioDriver;
  private readonly domains = new Map<number, number>();

  constructor(driver: VirtioDriver) {
    this.driver = driver;
  }

  async request(bytes: Uint8Array, room: number): Promise<VirtioAnswer | 'stopped'> {
    const answer = await this.driver.request(bytes, room);
    const isDone = answer !== 'stopped' && answer.written > 0 && answer.bytes[0] === 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes[0] === ATTACH && isDone)
      this.domains.set(view.getUint32(8, true), view.getUint32(4, true));
    return answer;
  }

  events(buffers: readonly number[]): ReturnType<VirtioIommu['events']> {
    return this.driver.events(buffers);
  }

  configuration(change?: Parameters<VirtioIommu['configuration']>[0]): Promise<Uint8Array> {
    return this.driver.configuration(change);
  }

  async reset(): Promise<void> {
    this.domains.clear();
    await this.driver.reset();
  }

  async restore(): Promise<void> {
    this.domains.clear();
    await this.driver.restore();
  }

  /** In every domain, and without one, the page at this physical address is found there, for the time of `body`. */
  async withPage<T>(address: bigint, body: () => Promise<T>): Promise<T> {
    const before = (await this.driver.configuration())[BYPASS] ?? 0;
    await this.setBypass(1);
    const domains = new Set(this.domains.values());
    for (const domain of domains) await this.driver.request(mapOf(domain, address), TAIL);
    try {
      return await body();
    } finally {
      for (const domain of domains) await this.driver.request(unmapOf(domain, address), TAIL);
      await this.setBypass(before);
    }
  }

  private async setBypass(value: number): Promise<void> {
    await this.driver.configuration({ offset: BYPASS, bytes: Uint8Array.of(value) });
  }
}

function mapOf(domain: number, address: bigint): Uint8Array {
  const view = rangeOf(MAP, 36, domain, address);
  view.setBigUint64(24, address, true);
  view.setUint32(32, READ_AND_WRITE, true);
  return new Uint8Array(view.buffer);
}

function unmapOf(domain: number, address: bigint): Uint8Array {
  return new Uint8Array(rangeOf(UNMAP, 28, domain, address).buffer);
}

function rangeOf(type: number, size: number, domain: number, address: bigint): DataView {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint8(0, type);
  view.setUint32(4, domain, true);
  view.setBigUint64(8, address, true);
  view.setBigUint64(16, address + pageBytes - 1n, true);
  return view;
}

class VirtioRequestBench extends EduBench {
  readonly virtioIommu: VirtioIommu;

  constructor(devices: EduDevices, virtioIommu: VirtioIommu) {
    super(devices);
    this.virtioIommu = virtioIommu;
  }
}

/** `edu` devices in noiommu mode behind a virtio-iommu of which the kernel knows nothing. */
export async function virtioRequestBench(
  described: DescribedMachine,
  files: Files,
  faults: FaultLog,
): Promise<Bench> {
  const watched = new WatchedVirtioIommu(await driverOf(files));
  await watched.reset();
  const offer = bareOffers.inNoiommuMode;
  const groups: EduDevice[][] = [];
  for (const address of eduGroups.flat())
    groups.push([{ info: await bindInNoiommuMode(files, address), offer }]);
  const bind = (address: string): Promise<SyscallResult> =>
    giveToDriver(files, address, 'vfio-pci');
  const window = windowBehind(watched, await Scratch.map(files.process), files.process);
  const restore = (): Promise<void> => watched.restore();
  return new VirtioRequestBench({ described, groups, faults, window, bind, restore }, watched);
}

async function driverOf(files: Files): Promise<VirtioDriver> {
  const folder = `/sys/bus/pci/devices/${undrivenVirtioIommu}`;
  if (await files.exists(`${folder}/driver`))
    await files.write(`${folder}/driver/unbind`, undrivenVirtioIommu);
  const registers = await Scratch.map(files.process);
  const transport = await VirtioPci.open(registers, `${folder}/config`);
  return new VirtioDriver(transport, [await pageOf(files.process), await pageOf(files.process)]);
}

async function pageOf(process: Process): Promise<QueuePage> {
  const { address } = await Scratch.map(process);
  await store(process, address, new Uint8Array(Number(pageBytes)));
  return {
    physical: await physicalAddress(process, address),
    load: async (offset, length) => {
      const bytes = await process.load(address + BigInt(offset), length);
      if (typeof bytes === 'string') throw new Error(`a page of a queue: ${bytes}`);
      return bytes.slice();
    },
    store: (offset, bytes) => store(process, address + BigInt(offset), bytes),
  };
}

async function store(process: Process, address: bigint, bytes: Uint8Array): Promise<void> {
  const signal = await process.store(address, bytes);
  if (signal !== undefined) throw new Error(`a page of a queue: ${signal}`);
}

function windowBehind(iommu: WatchedVirtioIommu, memory: Scratch, process: Process): WithWindow {
  return async (_attachment, body) => {
    await memory.store(new Uint8Array(1));
    const iova = await physicalAddress(process, memory.address);
    return iommu.withPage(iova, () => body({ iova, memory }));
  };
}
