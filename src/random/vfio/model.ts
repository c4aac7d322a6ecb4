import { failure } from '#uapi/errno.ts';
import { VFIO_DMA_UNMAP_FLAG_ALL } from '#uapi/vfio/iommu-type1.ts';

import { pageSize } from '../layout.ts';
import type { Done } from './stand.ts';
import {
  devices,
  groupOf,
  type DeviceName,
  type Slot,
  type VfioCall,
  type VfioIoctl,
} from './call.ts';

/** What is mapped: bytes of IOVA and of "ram". */
interface Mapping {
  readonly iova: bigint;
  readonly length: bigint;
  readonly ram: bigint;
}

/** A page of IOVAs and the page of "ram" that was mapped there last; bytes. */
export interface Page {
  readonly iova: bigint;
  readonly ram: bigint;
}

/** Pages that are worth a look. */
const remembered = 12;

/** A container, or an IOAS: what devices of it see. */
class Space {
  readonly mappings: Mapping[] = [];
  #ends: readonly Page[] = [];

  add(mapping: Mapping): void {
    this.mappings.push(mapping);
    const { iova, length, ram } = mapping;
    const last = length - pageSize;
    const ends = [
      { iova, ram },
      { iova: iova + last, ram: ram + last },
    ];
    this.#ends = [...ends, ...this.#ends].slice(0, remembered);
  }

  /** What was mapped is still looked for. */
  clear(): void {
    this.mappings.length = 0;
  }

  /** The newest is the first; undefined where nothing was ever mapped. */
  page(nth: number): Page | undefined {
    return this.#ends[nth % Math.max(this.#ends.length, 1)];
  }

  leads(iova: bigint, ram: bigint): boolean {
    return this.mappings.some(
      (each) => inside(each, iova) && each.ram + (iova - each.iova) === ram,
    );
  }

  /** Those that lie in the range, in their order, up to so many bytes. */
  remove(first: bigint, length: bigint, bytes: bigint): void {
    let left = bytes;
    const lying = this.mappings
      .filter(({ iova, length: own }) => iova >= first && iova + own <= first + length)
      .sort((one, next) => (one.iova < next.iova ? -1 : 1));
    for (const each of lying) {
      if (left < each.length) return;
      left -= each.length;
      this.mappings.splice(this.mappings.indexOf(each), 1);
    }
  }
}

function inside({ iova, length }: Mapping, address: bigint): boolean {
  return address >= iova && address < iova + length;
}

type HostSlot = 'container' | 'iommufd';

/** A container or an iommufd that was opened, for as long as somebody holds it. */
class Host {
  readonly slot: HostSlot;
  /** What groups get: an IOAS of its own in an iommufd, from the first one on. */
  shared: Space | undefined;
  /** IOAS 1 of an iommufd. */
  readonly ioas = new Space();

  constructor(slot: HostSlot) {
    this.slot = slot;
    if (slot === 'container') this.shared = new Space();
  }
}

interface Group {
  host: Host | undefined;
  fdOpen: boolean;
}

/** Where a device is: bound to a host, and reaching memory by one of its spaces, where it is known by which. */
interface Standing {
  readonly host: Host;
  readonly space: Space | undefined;
  readonly byGroup: boolean;
}

/** How a device can be asked what it sees, and what it should say. */
export interface View {
  readonly slot: HostSlot;
  readonly isCompat: boolean;
  readonly page: Page;
  readonly expected: boolean;
}

/** Knows, by the results of calls, what each device sees; predicts no result. */
export class Model {
  readonly #hosts = new Map<Slot, Host>();
  readonly #groups = new Map<Slot, Group>();
  readonly #devices = new Map<DeviceName, Standing>();

  note(call: VfioCall, done: Done): void {
    if (done.result < 0 && !isPartial(call, done)) return;
    switch (call.kind) {
      case 'open':
        return this.#opened(call.slot);
      case 'close':
        return this.#closed(call.slot);
      case 'plain ioctl':
        return this.#plain(call);
      case 'ioctl':
        return this.#ioctl(call, done);
      default:
    }
  }

  /** Undefined where it cannot be looked at: nobody has the file by which to ask. */
  view({ device, nth }: Extract<VfioCall, { kind: 'look' }>): View | undefined {
    const standing = this.#devices.get(device);
    if (standing?.space === undefined) return undefined;
    const { host, space, byGroup } = standing;
    if (this.#hosts.get(host.slot) !== host) return undefined;
    const page = space.page(nth);
    if (page === undefined) return undefined;
    const isCompat = byGroup && host.slot === 'iommufd';
    return { slot: host.slot, isCompat, page, expected: space.leads(page.iova, page.ram) };
  }

  #opened(slot: Slot): void {
    if (slot === 'container' || slot === 'iommufd') this.#hosts.set(slot, new Host(slot));
    else if (slot.startsWith('group')) this.#groups.set(slot, { host: undefined, fdOpen: true });
  }

  #closed(slot: Slot): void {
    if (slot === 'container' || slot === 'iommufd') return void this.#hosts.delete(slot);
    const device = devices.find((name) => name === slot);
    if (device !== undefined) return this.#deviceClosed(device);
    const group = this.#groups.get(slot);
    if (group === undefined) return;
    group.fdOpen = false;
    const owner = devices.find((name) => groupOf(name) === slot);
    if (owner !== undefined && this.#devices.get(owner)?.byGroup !== true) this.#left(slot);
  }

  #deviceClosed(device: DeviceName): void {
    const standing = this.#devices.get(device);
    this.#devices.delete(device);
    const slot = groupOf(device);
    if (standing?.byGroup === true && this.#groups.get(slot)?.fdOpen === false) this.#left(slot);
  }

  /** The group has nobody any more, or was told to go: with the last one go the mappings of a container. */
  #left(slot: Slot): void {
    const group = this.#groups.get(slot);
    const host = group?.host;
    if (group === undefined || host === undefined) return;
    group.host = undefined;
    const others = [...this.#groups.values()].some((each) => each.host === host);
    if (host.slot === 'container' && !others) host.shared?.clear();
  }

  #plain({ on, command, argument, makes }: Extract<VfioCall, { kind: 'plain ioctl' }>): void {
    const group = this.#groups.get(on);
    if (group === undefined) return;
    if (command.name === 'VFIO_GROUP_UNSET_CONTAINER') return this.#left(on);
    if (command.name === 'VFIO_GROUP_SET_CONTAINER' && typeof argument === 'object')
      return this.#joined(group, 'file' in argument ? argument.file : 'container');
    const { host } = group;
    if (makes === undefined || host === undefined) return;
    this.#devices.set(makes, { host, space: host.shared, byGroup: true });
  }

  #joined(group: Group, slot: Slot): void {
    const host = this.#hosts.get(slot);
    if (host === undefined) return;
    group.host = host;
    host.shared ??= new Space();
  }

  #ioctl(call: VfioIoctl, done: Done): void {
    const { command, on } = call;
    switch (command.name) {
      case 'VFIO_IOMMU_MAP_DMA':
        return this.#map(this.#spaceOf(on), call, 'vaddr', 'size');
      case 'IOMMU_IOAS_MAP':
        return this.#map(this.#ioas(call), call, 'user_va', 'length');
      case 'VFIO_IOMMU_UNMAP_DMA':
        return this.#unmap(this.#spaceOf(on), call, done.told.get('size') ?? 0n);
      case 'IOMMU_IOAS_UNMAP':
        return this.#unmap(this.#ioas(call), call, done.told.get('length') ?? 0n);
      case 'VFIO_DEVICE_BIND_IOMMUFD':
        return this.#attached(call, undefined);
      case 'VFIO_DEVICE_ATTACH_IOMMUFD_PT':
        return this.#attached(call, Number(call.fields['pt_id']));
      case 'VFIO_DEVICE_DETACH_IOMMUFD_PT':
        return this.#attached(call, undefined);
      default:
    }
  }

  /** Of other ids than that of the IOAS it is not known what they are. */
  #attached({ on }: VfioIoctl, pt: number | undefined): void {
    const device = devices.find((name) => name === on);
    if (device === undefined) return;
    const host = this.#devices.get(device)?.host ?? this.#hosts.get('iommufd');
    if (host === undefined) return;
    const space = pt === 1 ? host.ioas : undefined;
    this.#devices.set(device, { host, space, byGroup: false });
  }

  #spaceOf(slot: Slot): Space | undefined {
    return this.#hosts.get(slot)?.shared;
  }

  #ioas({ fields }: VfioIoctl): Space | undefined {
    const host = this.#hosts.get('iommufd');
    return fields['ioas_id'] === 1n ? host?.ioas : undefined;
  }

  #map(space: Space | undefined, { fields }: VfioIoctl, address: string, length: string): void {
    const memory = fields[address];
    if (space === undefined || typeof memory !== 'object' || !('ram' in memory)) return;
    const { iova, [length]: bytes } = fields as Record<string, bigint>;
    space.add({ iova: iova ?? 0n, length: bytes ?? 0n, ram: memory.ram });
  }

  #unmap(space: Space | undefined, { fields }: VfioIoctl, bytes: bigint): void {
    const { flags = 0n, iova = 0n, size, length } = fields as Record<string, bigint>;
    const all = (Number(flags) & VFIO_DMA_UNMAP_FLAG_ALL) !== 0;
    const range = all ? 2n ** 64n : (size ?? length ?? 0n);
    space?.remove(all ? 0n : iova, range, bytes);
  }
}

/** An iommufd that serves a container has unmapped what it tells, also where it fails. */
function isPartial(call: VfioCall, { result }: Done): boolean {
  if (call.kind !== 'ioctl' || call.command.name !== 'VFIO_IOMMU_UNMAP_DMA') return false;
  return call.on === 'iommufd' && result === failure('ENOENT');
}
