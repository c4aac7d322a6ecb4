import { recordNamed } from '#commands/index.ts';
import type { Command } from '#uapi/ioctl.ts';
import * as feature from '#uapi/vfio/feature.ts';

import type { DeviceHandle, MigrationDataHandle, ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { validFor } from './scene.ts';
import { demand, demandMemory } from './scratch.ts';

/** Bytes that are read or written at a time, unless a scenario says otherwise. */
const PIECE = 4096n;

/** What `data_fd` holds until the kernel writes it. */
const notAnswered = 0x7fff;

function commandFor(name: string): Command {
  const record = recordNamed(name);
  if (record === undefined) throw new Error(`no feature named ${name} in src/commands`);
  return record.command;
}

/** VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE; the outcome is that of the call. */
export async function putIntoState(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  device_state: number,
): Promise<void> {
  const set = feature.VFIO_DEVICE_FEATURE_SET | feature.VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
  const command = commandFor('VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE');
  const values = { feature: set, device_state, data_fd: notAnswered };
  await world.call(process, { fd: device.fd ?? -1, command }, values);
}

/** A field of what the device tells by that feature. */
export async function told(
  world: World,
  device: DeviceHandle,
  name: string,
  field: string,
): Promise<bigint> {
  const process = world.ownerOf(device);
  const command = commandFor(name);
  const site = { fd: device.fd ?? -1, command };
  const fields = await world.must(process, site, validFor(world, process, command));
  return BigInt(fields[field] as number | bigint);
}

export interface Piecewise {
  readonly data: MigrationDataHandle;
  /** Bytes. */
  readonly piece?: bigint;
}

/** Until there is no more, for now or at all: the outcome is the last read. What was read stays with the handle. */
export async function readAll(
  world: World,
  { port, scratch }: ProcessHandle,
  { data, piece = PIECE }: Piecewise,
): Promise<void> {
  for (;;) {
    const result = await port.read(data.fd, scratch.array, Number(piece));
    world.trace.add(`read(${data.fd}, migration data "${data.name}", ${piece})`, result);
    if (result <= 0) {
      world.conclude({ name: 'read', result });
      return;
    }
    const bytes = demandMemory('load of what was read', await port.load(scratch.array, result));
    data.bytes = Uint8Array.from([...data.bytes, ...bytes]);
  }
}

/** Up to the first write that fails: the outcome is the last one. */
export async function writeAll(
  world: World,
  { port, scratch }: ProcessHandle,
  { data, bytes, piece = PIECE }: Piecewise & { readonly bytes: Uint8Array },
): Promise<void> {
  const step = Number(piece);
  for (let done = 0; done < bytes.length; done += step) {
    const next = bytes.subarray(done, done + step);
    demandMemory('store of migration data', await port.store(scratch.array, next));
    const result = await port.write(data.fd, scratch.array, next.length);
    world.trace.add(`write(${data.fd}, migration data "${data.name}", ${next.length})`, result);
    world.conclude({ name: 'write', result });
    if (result < 0) return;
    demand('write of migration data', result, next.length);
  }
}
