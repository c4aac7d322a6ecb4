import { ImplementationBroken, type Machine } from '#port/implementation.ts';
import type { Attachment, DeviceInfo } from '#port/bench.ts';
import type { Fd } from '#port/process.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import { IOMMU_VFIO_IOAS, IOMMU_VFIO_IOAS_GET } from '#uapi/iommufd/objects.ts';
import { O_NONBLOCK, O_RDWR } from '#uapi/mman.ts';
import { IOMMUFD_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import { VFIO_DEVICE_GET_REGION_INFO } from '#uapi/vfio/device.ts';
import { VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX } from '#uapi/vfio/pci.ts';

import { Actor, closedFd } from '../actor.ts';
import { fieldOf, pack, type Resolved } from '../call.ts';
import { chargesOf, type Charges } from '../charges.ts';
import { layout, pageSize } from '../layout.ts';
import { plainly, shown } from '../observation.ts';
import type { View } from './model.ts';
import { devices, type DeviceName, type Operand, type Slot, type VfioCall } from './call.ts';

const pageBytes = Number(pageSize);

type CallOf<K extends VfioCall['kind']> = Extract<VfioCall, { kind: K }>;

/** What a call did: what is compared, and what a model needs of it. */
export interface Done {
  readonly result: number;
  readonly text: string;
  /** Members of the struct after it, by name. */
  readonly told: ReadonlyMap<string, bigint>;
}

/** A program on one machine: a process, two devices, and at most one file of a kind. */
export class Stand {
  readonly machine: Machine;
  readonly #actor: Actor;
  readonly #devices: ReadonlyMap<DeviceName, DeviceInfo>;
  readonly #files = new Map<Slot, Fd>();
  #hasLeft = false;

  private constructor(
    machine: Machine,
    actor: Actor,
    plugged: ReadonlyMap<DeviceName, DeviceInfo>,
  ) {
    this.machine = machine;
    this.#actor = actor;
    this.#devices = plugged;
  }

  static async take(machine: Machine): Promise<Stand> {
    const actor = new Actor(await machine.newProcess());
    await actor.furnish();
    const plugged = new Map<DeviceName, DeviceInfo>();
    for (const name of devices) plugged.set(name, await machine.bench.plug({}));
    return new Stand(machine, actor, plugged);
  }

  has(slot: Slot): boolean {
    return this.#files.has(slot);
  }

  perform(call: VfioCall): Promise<Done> {
    switch (call.kind) {
      case 'open':
        return this.#open(call.slot);
      case 'close':
        return this.#close(call.slot);
      case 'ioctl':
        return this.#ioctl(call);
      case 'plain ioctl':
        return this.#plainIoctl(call);
      case 'read registers':
      case 'write registers':
        return this.#register(call);
      case 'signals':
        return this.#signals();
      case 'look':
        throw new Error('a look has to know where the device is');
    }
  }

  get #process() {
    return this.#actor.process;
  }

  #fd(slot: Slot | 'none'): Fd {
    return slot === 'none' ? -1 : (this.#files.get(slot) ?? closedFd);
  }

  #info(name: DeviceName): DeviceInfo {
    const info = this.#devices.get(name);
    if (info !== undefined) return info;
    throw new ImplementationBroken(`device "${name}" was never plugged`);
  }

  async #open(slot: Slot): Promise<Done> {
    const process = this.#process;
    const fd =
      slot === 'line'
        ? await process.eventfd(0, O_NONBLOCK)
        : await process.open(this.#pathOf(slot), O_RDWR);
    if (fd < 0) return done(fd);
    this.#files.set(slot, fd);
    // Each iommufd has an IOAS 1 from the start.
    if (slot === 'iommufd')
      await this.#struct(fd, IOMMU_IOAS_ALLOC.request, pack(IOMMU_IOAS_ALLOC, new Map()));
    return done(0);
  }

  #pathOf(slot: Exclude<Slot, 'line'>): string {
    switch (slot) {
      case 'container':
        return VFIO_CONTAINER_PATH;
      case 'iommufd':
        return IOMMUFD_PATH;
      case 'nic':
      case 'disk':
        return this.#info(slot).cdev ?? '';
      case 'group of nic':
        return this.#info('nic').group ?? '';
      case 'group of disk':
        return this.#info('disk').group ?? '';
    }
  }

  /** A device keeps its causes of interrupts when it is closed: nobody after it is to find them. */
  async #close(slot: Slot): Promise<Done> {
    if (slot === 'nic' || slot === 'disk') {
      await this.#register(switchedOn(slot));
      await this.#register(acknowledged(slot));
    }
    const result = await this.#process.close(this.#fd(slot));
    this.#files.delete(slot);
    return done(result);
  }

  async #struct(
    fd: Fd,
    request: number,
    bytes: Uint8Array,
  ): Promise<{ readonly result: number; readonly after: Uint8Array }> {
    const process = this.#process;
    const [, result, after] = await Promise.all([
      process.store(layout.struct, bytes),
      process.ioctl(fd, request, layout.struct),
      process.load(layout.struct, bytes.length),
    ]);
    if (typeof after === 'string') throw new ImplementationBroken('a load of own memory failed');
    return { result, after };
  }

  async #ioctl({ on, command, fields, tells, fds = [] }: CallOf<'ioctl'>): Promise<Done> {
    const resolved: Resolved = new Map(
      Object.entries(fields).map(([path, operand]) => [path, this.#number(operand)]),
    );
    const head = pack(command, resolved);
    const tail = new Uint8Array(Int32Array.from(fds.map((slot) => this.#fd(slot))).buffer);
    const bytes = new Uint8Array(head.length + tail.length);
    bytes.set(head);
    bytes.set(tail, head.length);
    new DataView(bytes.buffer).setUint32(0, bytes.length, true);
    const { result, after } = await this.#struct(this.#fd(on), command.request, bytes);
    const told = new Map(tells.map((path) => [path, fieldOf(command, after, path)] as const));
    const words = [...told].map(([path, number]) => `${path}=0x${number.toString(16)}`);
    return { result, told, text: [shown(result), ...words].join(' ') };
  }

  #number(operand: Operand): bigint {
    if (typeof operand === 'bigint') return operand;
    return 'file' in operand ? BigInt(this.#fd(operand.file)) : layout.ram + operand.ram;
  }

  async #plainIoctl({ on, command, argument, makes }: CallOf<'plain ioctl'>): Promise<Done> {
    const process = this.#process;
    const pointed = typeof argument === 'number' ? undefined : this.#pointed(argument);
    if (pointed !== undefined) await process.store(layout.struct, pointed);
    const value = typeof argument === 'number' ? BigInt(argument) : layout.struct;
    const result = await process.ioctl(this.#fd(on), command.request, value);
    if (makes === undefined) return done(result);
    if (result < 0) return done(result);
    this.#files.set(makes, result);
    return { ...done(0), text: 'a file' };
  }

  #pointed(argument: { readonly file: Slot } | { readonly name: DeviceName }): Uint8Array {
    if ('name' in argument) return Buffer.from(`${this.#info(argument.name).id}\0`);
    return new Uint8Array(Int32Array.of(this.#fd(argument.file)).buffer);
  }

  async #register(call: CallOf<'read registers' | 'write registers'>): Promise<Done> {
    const { device, region, offset, width, value, kind } = call;
    const fd = this.#fd(device);
    const info = pack(VFIO_DEVICE_GET_REGION_INFO, new Map([['index', BigInt(region)]]));
    const { result: found, after } = await this.#struct(
      fd,
      VFIO_DEVICE_GET_REGION_INFO.request,
      info,
    );
    if (found < 0) return done(found);
    const at = fieldOf(VFIO_DEVICE_GET_REGION_INFO, after, 'offset') + BigInt(offset);
    const process = this.#process;
    if (kind === 'read registers') {
      const result = await process.pread(fd, layout.list, width, at);
      const bytes = await process.load(layout.list, width);
      const hex = result > 0 && typeof bytes !== 'string' ? Buffer.from(bytes).toString('hex') : '';
      return { ...done(result), text: `${plainly(result).text} ${hex}` };
    }
    const bytes = new Uint8Array(Uint32Array.of(value).buffer).subarray(0, width);
    await process.store(layout.list, bytes);
    return done(await process.pwrite(fd, layout.list, width, at));
  }

  async #signals(): Promise<Done> {
    const process = this.#process;
    await this.machine.bench.settle();
    const result = await process.read(this.#fd('line'), layout.list, 8);
    const bytes = await process.load(layout.list, 8);
    const count = result === 8 && typeof bytes !== 'string' ? ` ${bytes[0]}` : '';
    return { ...done(result), text: `${plainly(result).text}${count}` };
  }

  /** By what the model knows of where the device is. */
  async sees(
    device: DeviceName,
    { slot, isCompat, page: { iova, ram } }: Pick<View, 'slot' | 'isCompat' | 'page'>,
  ): Promise<boolean> {
    await this.#register(switchedOn(device));
    const common = { process: this.#process, deviceFd: this.#fd(device) };
    const fd = this.#fd(slot);
    const attachment: Attachment =
      slot === 'container'
        ? { ...common, container: fd }
        : { ...common, iommufd: fd, ioas: isCompat ? await this.#compatIoas(fd) : 1 };
    const access = { device: this.#info(device).id, attachment, iova, length: pageBytes };
    return this.machine.bench.sees(access, layout.ram + ram);
  }

  async #compatIoas(iommufd: Fd): Promise<number> {
    const get = pack(IOMMU_VFIO_IOAS, new Map([['op', BigInt(IOMMU_VFIO_IOAS_GET)]]));
    const { after } = await this.#struct(iommufd, IOMMU_VFIO_IOAS.request, get);
    return Number(fieldOf(IOMMU_VFIO_IOAS, after, 'ioas_id'));
  }

  charged(): Promise<Charges> {
    return chargesOf(this.#process, layout.struct);
  }

  async closeAll(): Promise<void> {
    for (const slot of [...this.#files.keys()]) await this.#close(slot);
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#process.exit();
  }
}

/** Some benches look by the device's own registers and DMA, and switch these on: then it is so everywhere. */
function switchedOn(device: DeviceName): CallOf<'read registers' | 'write registers'> {
  const place = { region: VFIO_PCI_CONFIG_REGION_INDEX, offset: 4, width: 2 };
  return { kind: 'write registers', device, ...place, value: 6 };
}

function acknowledged(device: DeviceName): CallOf<'read registers' | 'write registers'> {
  const place = { region: VFIO_PCI_BAR0_REGION_INDEX, offset: 0x64, width: 4 };
  return { kind: 'write registers', device, ...place, value: 0xffff_ffff };
}

function done(result: number): Done {
  return { result, text: plainly(result).text, told: new Map() };
}
