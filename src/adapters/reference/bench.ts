import type {
  Bench,
  DeviceInfo,
  DmaAccess,
  DmaResult,
  PageRequest,
  PageResponse,
  PatientDma,
  RefusedAccess,
} from '#port/bench.ts';
import type { DeviceWish, Driver, FunctionKeyName, FunctionWish } from '#port/device-wish.ts';
import type { Address, SyscallResult } from '#port/process.ts';
import type { HostIommu } from '#reference/machine/board.ts';
import { isBehindBridge } from '#reference/machine/machine-hardware.ts';
import type {
  MachineDevice,
  MachineHardware,
  PlugOptions,
} from '#reference/machine/machine-hardware.ts';
import type { ModuleParameters } from '#reference/kernel/base/module-parameters.ts';
import type { Machine } from '#reference/machine/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';
import { failure } from '#uapi/errno.ts';
import {
  IOMMU_PGFAULT_PERM_EXEC,
  IOMMU_PGFAULT_PERM_PRIV,
  IOMMU_PGFAULT_PERM_READ,
  IOMMU_PGFAULT_PERM_WRITE,
} from '#uapi/iommufd/fault.ts';
import { offerFor, refused } from '../wish/offer-for.ts';
import type { DescribedMachine } from '../wish/offer-for.ts';
import { FrameCheck } from './frame-check.ts';
import { LinkTap } from './link-tap.ts';
import { ReferenceProcess } from './process.ts';

/** Endpoints in groups of their own, and endpoints behind one bridge. */
const ALONE = 4;
const BEHIND_BRIDGE = 2;

export type Layout = 'bridges' | 'root bus';

/** Wires to each device of the reference, and a look at the address lines behind its IOMMU. */
export class ReferenceBench implements Bench {
  readonly frames: FrameCheck;
  private readonly hardware: MachineHardware;
  private readonly parameters: ModuleParameters;
  private readonly layout: Layout;
  private readonly described: DescribedMachine;
  /** What the machine was built with; the rest goes with reset(). */
  private builtIn: readonly MachineDevice[];
  /** Given out since the last reset(). */
  private readonly taken = new Set<MachineDevice>();
  /** Of devices that were given out. */
  private readonly taps = new Map<MachineDevice, LinkTap>();

  constructor(
    { hardware, kernel }: Machine,
    described: DescribedMachine,
    layout: Layout = 'bridges',
  ) {
    this.described = described;
    this.hardware = hardware;
    this.parameters = kernel.parameters;
    this.layout = layout;
    this.builtIn = buildDevices(hardware, layout);
    this.frames = new FrameCheck(hardware);
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return this.hardware.devices.map(infoOf);
  }

  async plug(wish: DeviceWish): Promise<DeviceInfo> {
    const offer = offerFor(this.described, wish);
    const { iommu = offer.iommus[0], function: keys = {}, group, bound } = wish;
    const device = group
      ? this.deviceBeside(this.find(group.with), wish)
      : this.deviceAlone(keys, this.hostIommu(iommu));
    this.taken.add(device);
    this.tap(device);
    if (bound === 'host') await this.bind(device.name, bound);
    return infoOf(device);
  }

  async unplug(id: string): Promise<void> {
    const device = this.find(id);
    this.taken.delete(device);
    this.taps.delete(device);
    this.hardware.unplug(device);
  }

  async bind(id: string, driver: Driver): Promise<SyscallResult> {
    const error = this.hardware.drivers.rebind(this.find(id), driver);
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
      const asks = (permission: number): boolean => (permissions & permission) !== 0;
      pci.requestPage({
        ...request,
        read: asks(IOMMU_PGFAULT_PERM_READ),
        write: asks(IOMMU_PGFAULT_PERM_WRITE),
        execute: asks(IOMMU_PGFAULT_PERM_EXEC),
        privileged: asks(IOMMU_PGFAULT_PERM_PRIV),
      });
    }
  }

  async pageResponses(device: string): Promise<readonly PageResponse[]> {
    return this.taps.get(this.find(device))?.takeResponses() ?? [];
  }

  async startDma(access: DmaAccess, how: PatientDma): Promise<void> {
    const { iova, length, pasid } = access;
    const withPasid = pasid === undefined ? {} : { pasid };
    this.find(access.device).pci.begin({ iova, length, ...withPasid, ...how });
  }

  async finishDma(device: string, group: number): Promise<DmaResult | 'waiting'> {
    const bytes = this.find(device).pci.goOn(group);
    if (bytes === undefined) return 'waiting';
    return bytes === 'blocked' ? bytes : { bytes };
  }

  async answerDevice(device: string, response: PageResponse): Promise<void> {
    this.find(device).pci.pageGroupResponse(response);
  }

  async refusedAccesses(id: string): Promise<readonly RefusedAccess[]> {
    const { host, pci } = this.find(id);
    const records = host.takeRefusals?.(pci.requesterId) ?? [];
    return records.map(({ address: iova, rid: _rid, ...rest }) => ({ ...rest, iova }));
  }

  /** The processors take the interrupts of devices now; all else the reference does while it is called. */
  async settle(): Promise<void> {
    this.hardware.interrupts.take();
  }

  async reset(): Promise<void> {
    await this.settle();
    this.parameters.restore();
    await this.giveBack();
    // An access that an IOMMU holds goes with its device only.
    const stays = (device: MachineDevice): boolean =>
      this.builtIn.includes(device) && !device.pci.isHeldUp;
    for (const device of this.hardware.devices.filter((each) => !stays(each))) {
      this.hardware.unplug(device);
    }
    if (this.builtIn.some((device) => !this.hardware.devices.includes(device))) this.rebuild();
    this.taken.clear();
    this.taps.clear();
    for (const iommu of this.hardware.iommus) iommu.clearFaults();
    this.frames.check();
  }

  /** Whatever a scenario made of its devices, VFIO has those that there are. */
  private async giveBack(): Promise<void> {
    const { drivers, devices } = this.hardware;
    for (const device of this.taken) await drivers.whenUnlocked(device);
    this.hardware.dropForgotten();
    for (const device of [...devices])
      if (this.taken.has(device) || drivers.driverOf(device) !== 'vfio-pci')
        drivers.rebind(device, 'vfio-pci');
    drivers.forgetIds();
  }

  /** Something built in was pulled out: everything goes, so that each device comes back as it was. */
  private rebuild(): void {
    for (const device of [...this.hardware.devices]) this.hardware.unplug(device);
    this.builtIn = buildDevices(this.hardware, this.layout);
  }

  /** Goes between a device and its IOMMU. */
  private tap(device: MachineDevice): void {
    const tap = new LinkTap(device.pci);
    device.host.translator.connect?.(device.pci.rid, tap);
    this.taps.set(device, tap);
  }

  private reach(access: DmaAccess, done: number) {
    const { iova, length, pasid } = access;
    const { pci } = this.find(access.device);
    const at = iova + BigInt(done);
    const read = pci.reach(at, length - done, { write: false, pasid });
    return read ?? pci.reach(at, length - done, { write: true, pasid });
  }

  /** On a machine without IOMMUs, what stands in for one. */
  private hostIommu(iommu: string | undefined): HostIommu {
    const { iommus } = this.hardware;
    const place = this.described.iommus.findIndex(({ name }) => name === iommu);
    return iommus[place] ?? iommus[0];
  }

  private deviceAlone(keys: FunctionWish, iommu: HostIommu): MachineDevice {
    const options = { iommu, ...optionsOf(keys) };
    const onBridge = hasTwoStreams(keys) || keys.ownBus === true || keys.sharedBus === true;
    this.refusePlace(keys, onBridge);
    if (onBridge) return this.hardware.plugBehindBridge(options);
    const free = isOrdinary(keys) ? this.freeDevice(iommu) : undefined;
    return free ?? this.hardware.plug(options);
  }

  private freeDevice(iommu: HostIommu): MachineDevice | undefined {
    return this.hardware.devices.find(
      (device) =>
        !this.taken.has(device) && device.host === iommu && device.iommu.group.devices.length === 1,
    );
  }

  private deviceBeside(sibling: MachineDevice, wish: DeviceWish): MachineDevice {
    const { function: keys = {}, iommu } = wish;
    if (iommu !== undefined && this.hostIommu(iommu) !== sibling.host)
      throw this.refused('iommu', iommu, `${sibling.name} is behind another one`);
    this.refusePlace(keys, isBehindBridge(sibling));
    const free = this.hardware.devices.find(
      (device) => !this.taken.has(device) && device.iommu.group === sibling.iommu.group,
    );
    return free && isOrdinary(keys) ? free : this.hardware.plugBeside(sibling, optionsOf(keys));
  }

  /** What goes with a place behind a bridge, and what does not. */
  private refusePlace(keys: FunctionWish, onBridge: boolean): void {
    if (!onBridge && hasTwoStreams(keys))
      throw this.refused('function.streamIds', keys.streamIds, 'its group is not behind a bridge');
    const express = ofExpress.find((key) => keys[key]);
    if (!onBridge || express === undefined) return;
    const why = 'it would be behind a bridge of conventional PCI';
    throw this.refused(`function.${express}`, keys[express], why);
  }

  private refused(key: string, value: unknown, why: string): Error {
    return refused(this.described, { key, value }, why);
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

/** Extended capabilities, which only PCI Express has. */
const ofExpress = [
  'pasidBits',
  'pageRequests',
  'virtualFunction',
  'deviceTlb',
  'stalls',
  'functionLevelReset',
  'errorReporting',
  'physicalFunction',
  'assortedCapabilities',
] as const satisfies readonly FunctionKeyName[];

function hasTwoStreams({ streamIds = 1 }: FunctionWish): boolean {
  return streamIds > 1;
}

/** What is there or not, and of no concern to an IOMMU. */
const simple = [
  'powerManagement',
  'functionLevelReset',
  'errorReporting',
  'physicalFunction',
  'assortedCapabilities',
  'copyEngine',
  'rom',
  'ioBar',
  'smallBar',
] as const satisfies readonly FunctionKeyName[];

function optionsOf(keys: FunctionWish): PlugOptions {
  const { pasidBits = 0, pageRequests = false, deviceTlb = false } = keys;
  const { virtualFunction = false, msixVectors = 0, stalls = false } = keys;
  const { msiVectors = 0 } = keys;
  const { ownBus = false, sharedBus = false } = keys;
  return {
    ...{ pasidBits, pageRequests, deviceTlb, virtualFunction },
    ...{ msiVectors, msixVectors, stalls },
    ...Object.fromEntries(simple.map((key) => [key, keys[key] ?? false])),
    busReset: ownBus || sharedBus,
  };
}

/** Any device will do. */
function isOrdinary(keys: FunctionWish): boolean {
  return Object.values(optionsOf(keys)).every((value) => !value);
}

function processOf({ attachment }: DmaAccess): ReferenceProcess {
  const { process } = attachment;
  if (process instanceof ReferenceProcess) return process;
  throw new Error('the process of an attachment is not one of the reference');
}
