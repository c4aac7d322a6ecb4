import type { AddressSpaceHandle, DeviceHandle } from '../../handles.ts';
import type { Rights } from '../../words/ioases.ts';
import type { World } from '../../world.ts';
import { fdOf } from '../../words/names.ts';
import { closeFile } from '../close.ts';
import type { CallRecord } from '../outcome.ts';

/** IOVAs. */
export interface Range {
  readonly iova: bigint;
  /** Bytes. */
  readonly length: bigint;
}

/** What is mapped: memory of the process from `address` on. */
export interface Memory {
  readonly address: bigint;
  readonly rights: Rights;
}

/** What a VMM does by one transport. The outcome of each is that of its last call, the first that fails. */
export interface Way {
  /** Opens the device, whatever that takes, and brings it there. */
  join(world: World, device: DeviceHandle, space: AddressSpaceHandle): Promise<void>;
  /** Undoes it, as for a device that is unplugged. */
  leave(world: World, device: DeviceHandle, space: AddressSpaceHandle): Promise<void>;
  map(world: World, space: AddressSpaceHandle, range: Range, memory: Memory): Promise<CallRecord>;
  unmap(world: World, space: AddressSpaceHandle, range: Range): Promise<CallRecord>;
  unmapAll(world: World, space: AddressSpaceHandle): Promise<CallRecord>;
  /** The member in which an unmap tells how many bytes it took away. */
  readonly told: string;
}

/** A device that is closed: what it was is no more. */
export async function closeDevice(world: World, device: DeviceHandle): Promise<void> {
  await closeFile(world, world.it, fdOf(device));
  const nothing = { fd: undefined, id: undefined, iommufd: undefined, container: undefined };
  Object.assign(device, nothing);
}
