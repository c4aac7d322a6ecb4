import type {
  Bench,
  DeviceDriver,
  DeviceInfo,
  DeviceModel,
  DeviceVariety,
  DmaAccess,
  DmaResult,
  PageRequest,
} from '#port/bench.ts';
import type { Address, SyscallResult } from '#port/process.ts';
import type { HostIommu } from '#reference/machine/board.ts';
import type {
  MachineDevice,
  MachineHardware,
  PlugOptions,
} from '#reference/machine/machine-hardware.ts';
import type { ModuleParameters } from '#reference/kernel/base/module-parameters.ts';
import type { Machine } from '#reference/machine/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_PGFAULT_PERM_READ, IOMMU_PGFAULT_PERM_WRITE } from '#uapi/iommufd/fault.ts';
import { FrameCheck } from './frame-check.ts';
import { ReferenceProcess } from './process.ts';

/** Endpoints in groups of their own, and endpoints behind one bridge. */
const ALONE = 4;
const BEHIND_BRIDGE = 2;

export type Layout = 'bridges' | 'root bus';
const PASID_BITS = 15;

/** Those that differ in what the device itself has. */
const varieties: Readonly<Partial<Record<DeviceVariety, PlugOptions>>> = {
  'has PASIDs': { pasidBits: PASID_BITS },
  'makes page requests': { pasidBits: PASID_BITS, pageRequests: true },
  'is a virtual function with page requests': { pageRequests: true, virtualFunction: true },
};

/** Wires to each device of the reference, and a look at the address lines behind its IOMMU. */
export class ReferenceBench implements Bench {
  readonly frames: FrameCheck;
  private readonly hardware: MachineHardware;
  private readonly parameters: ModuleParameters;
  private readonly layout: Layout;
  /** What the machine was built with; the rest goes with reset(). */
  private builtIn: readonly MachineDevice[];
  /** Given out since the last reset(). */
  private readonly taken = new Set<MachineDevice>();

  constructor({ hardware, kernel }: Machine, layout: Layout = 'bridges') {
    this.hardware = hardware;
    this.parameters = kernel.parameters;
    this.layout = layout;
    this.builtIn = buildDevices(hardware, layout);
    this.frames = new FrameCheck(hardware);
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return this.hardware.devices.map(infoOf);
  }

  async plug({ sharesGroupWith, variety }: DeviceModel): Promise<DeviceInfo> {
    const device =
      variety !== undefined && variety !== 'the host can drive'
        ? this.deviceThat(variety)
        : sharesGroupWith === undefined
          ? this.deviceAlone()
          : this.deviceBeside(sharesGroupWith);
    this.taken.add(device);
    return infoOf(device);
  }

  async unplug(id: string): Promise<void> {
    const device = this.find(id);
    this.taken.delete(device);
    this.hardware.unplug(device);
  }

  async giveTo(id: string, driver: DeviceDriver): Promise<SyscallResult> {
    const name = driver === 'vfio' ? 'vfio-pci' : driver;
    const error = this.hardware.drivers.rebind(this.find(id), name);
    return error ? failure(error) : 0;
  }

  /** Each byte that the device reaches is the one that the process reaches: the same place in memory, not a copy. */
  async sees(access: DmaAccess, address: Address): Promise<boolean> {
    const { memory } = processOf(access).task;
    for (let done = 0; done < access.length;) {
      const piece = this.reach(access, done);
      const place = memory.physicalAddress(address + BigInt(done));
      if (!piece || piece.address !== place) return false;
      const restOfPage = 4096 - Number(place & 0xfffn);
      done += Math.min(piece.length, restOfPage);
    }
    return true;
  }

  async dmaRead(access: DmaAccess): Promise<DmaResult> {
    const { iova, length, pasid } = access;
    const bytes = this.find(access.device).pci.dmaRead(iova, length, pasid);
    return bytes === 'blocked' ? bytes : { bytes };
  }

  async dmaWrite(access: DmaAccess, bytes: Uint8Array): Promise<DmaResult> {
    const { iova, pasid } = access;
    return this.find(access.device).pci.dmaWrite(iova, bytes, pasid) ?? { bytes };
  }

  async requestPages(device: string, requests: readonly PageRequest[]): Promise<void> {
    const { pci } = this.find(device);
    for (const { permissions, ...request } of requests) {
      const read = (permissions & IOMMU_PGFAULT_PERM_READ) !== 0;
      const write = (permissions & IOMMU_PGFAULT_PERM_WRITE) !== 0;
      pci.requestPage({ ...request, read, write });
    }
  }

  /** The reference does everything while it is called. */
  async settle(): Promise<void> {}

  async reset(): Promise<void> {
    for (const device of this.taken) this.hardware.drivers.rebind(device, 'vfio-pci');
    for (const device of this.hardware.devices.filter((other) => !this.builtIn.includes(other))) {
      this.hardware.unplug(device);
    }
    if (this.builtIn.some((device) => !this.hardware.devices.includes(device))) this.rebuild();
    this.taken.clear();
    for (const iommu of this.hardware.iommus) iommu.clearFaults();
    this.parameters.restore();
    this.frames.check();
  }

  /** Something built in was pulled out: everything goes, so that each device comes back as it was. */
  private rebuild(): void {
    for (const device of [...this.hardware.devices]) this.hardware.unplug(device);
    this.builtIn = buildDevices(this.hardware, this.layout);
  }

  private reach(access: DmaAccess, done: number) {
    const { iova, length, pasid } = access;
    const { pci } = this.find(access.device);
    const at = iova + BigInt(done);
    const read = pci.reach(at, length - done, { write: false, pasid });
    return read ?? pci.reach(at, length - done, { write: true, pasid });
  }

  /** What is not there cannot be plugged: PASIDs and page requests need an IOMMU that knows them. */
  private deviceThat(variety: DeviceVariety): MachineDevice {
    const [first, ...others] = this.hardware.iommus;
    const iommu = others.find((host) => host.variety === variety);
    if (iommu) return this.deviceAlone(iommu);
    const options = varieties[variety];
    if (options && first.driver.attachPasid) return this.hardware.plug(options);
    if (variety === 'has two stream IDs' && this.layout === 'root bus')
      return this.hardware.plugBehindBridge();
    throw new Error(`this machine has no device that ${variety}`);
  }

  private deviceAlone(iommu: HostIommu = this.hardware.iommus[0]): MachineDevice {
    const free = this.hardware.devices.find(
      (device) =>
        !this.taken.has(device) && device.host === iommu && device.iommu.group.devices.length === 1,
    );
    return free ?? this.hardware.plug({ iommu });
  }

  private deviceBeside(id: string): MachineDevice {
    const sibling = this.find(id);
    const free = this.hardware.devices.find(
      (device) => !this.taken.has(device) && device.iommu.group === sibling.iommu.group,
    );
    return free ?? this.hardware.plugBeside(sibling);
  }

  protected find(id: string): MachineDevice {
    const device = this.hardware.devices.find(({ name }) => name === id);
    if (device) return device;
    const known = this.hardware.devices.map(({ name }) => name).join(', ');
    throw new Error(`no device "${id}"; this machine has ${known}`);
  }
}

/**
 * Who asks for one device gets one behind a bridge, so that what joins its group shares its requester id; but not where
 * it has to have an id of its own.
 */
function buildDevices(hardware: MachineHardware, layout: Layout): readonly MachineDevice[] {
  const plug = (): MachineDevice =>
    layout === 'bridges' ? hardware.plugBehindBridge() : hardware.plug();
  plug();
  for (let count = 1; count < ALONE; count += 1) hardware.plug();
  for (const iommu of hardware.iommus.slice(1)) hardware.plug({ iommu });
  const first = plug();
  for (let count = 1; count < BEHIND_BRIDGE; count += 1) hardware.plugBeside(first);
  const builtIn = [...hardware.devices];
  showEveryBus(hardware);
  return builtIn;
}

/** What a driver allocates for a bus when its first device comes stays when that goes: it is no leak. */
function showEveryBus(hardware: MachineHardware): void {
  for (const iommu of hardware.iommus) hardware.unplug(hardware.plug({ iommu }));
  hardware.unplug(hardware.plugBehindBridge());
}

function infoOf(device: MachineDevice): DeviceInfo {
  const { device: cdev, group } = nodesOf(device);
  return { id: device.name, kind: 'vfio', cdev, group };
}

function processOf({ attachment }: DmaAccess): ReferenceProcess {
  const { process } = attachment;
  if (process instanceof ReferenceProcess) return process;
  throw new Error('the process of an attachment is not one of the reference');
}
