import { u64 } from '#uapi/codec.ts';
import {
  VFIO_DEVICE_SET_IRQS,
  VFIO_IRQ_SET_ACTION_MASK,
  VFIO_IRQ_SET_ACTION_TRIGGER,
  VFIO_IRQ_SET_ACTION_UNMASK,
  VFIO_IRQ_SET_DATA_EVENTFD,
  VFIO_IRQ_SET_DATA_NONE,
} from '#uapi/vfio/device.ts';
import { POLLIN } from '#uapi/poll.ts';

import type { DeviceHandle, EventfdHandle, ProcessHandle } from '../handles.ts';
import type { InterruptAction, Interrupts } from '../words/interrupts.ts';
import type { World } from '../world.ts';
import { enableMemory, putRegister } from './device-registers.ts';
import { demand, demandMemory } from './scratch.ts';

/** What is written there makes causes of an interrupt, or takes them away. */
const causeRegisters = { raises: 'EDU_RAISE', drops: 'EDU_ACKNOWLEDGE' } as const;

const actions: Readonly<Record<InterruptAction, number>> = {
  masks: VFIO_IRQ_SET_ACTION_MASK,
  unmasks: VFIO_IRQ_SET_ACTION_UNMASK,
  triggers: VFIO_IRQ_SET_ACTION_TRIGGER,
};

const EVERY_CAUSE = 0xffff_ffffn;

/** Milliseconds until a signal that is due is missed. */
const patience = 2000;

interface SetIrqs {
  readonly interrupts: Interrupts;
  readonly action: InterruptAction;
  /** Without any it is about the interrupts themselves. */
  readonly fds?: readonly number[];
  readonly count?: number;
}

/** VFIO_DEVICE_SET_IRQS; the outcome is that of the call. */
export async function setIrqs(
  world: World,
  process: ProcessHandle,
  { interrupts, action, fds, count }: SetIrqs,
): Promise<void> {
  const { device, index, start } = interrupts;
  const type = fds === undefined ? VFIO_IRQ_SET_DATA_NONE : VFIO_IRQ_SET_DATA_EVENTFD;
  const data = [...new Uint8Array(Int32Array.from(fds ?? []).buffer)];
  await world.call(
    process,
    { fd: device.fd ?? -1, command: VFIO_DEVICE_SET_IRQS },
    {
      flags: type | actions[action],
      index,
      start,
      count: count ?? fds?.length ?? interrupts.count,
      data,
    },
  );
}

/** By the device's own registers. */
export async function changeCauses(
  world: World,
  device: DeviceHandle,
  { how, causes }: { readonly how: 'raises' | 'drops'; readonly causes: bigint },
): Promise<void> {
  world.causes.add(device);
  await putRegister(world, device, causeRegisters[how], causes);
}

/** A device keeps its causes when it is closed: nobody after this scenario is to find them. */
export async function dropCauses(world: World): Promise<void> {
  for (const device of world.causes) {
    const process = world.ownerOf(device);
    if (process.exited) continue;
    await enableMemory(world, process, device);
    await changeCauses(world, device, { how: 'drops', causes: EVERY_CAUSE });
  }
}

/** How often it was signalled since the last time. Waits for as many as are due, and then for none. */
export async function takeSignals(
  world: World,
  eventfd: EventfdHandle,
  due: number,
): Promise<number> {
  let found = 0;
  for (let more = 1; found < due && more > 0; found += more) more = await take(eventfd, patience);
  await world.running.machine.bench.settle();
  return found + (await take(eventfd, 0));
}

async function take(
  { fd, process: { port, scratch } }: EventfdHandle,
  milliseconds: number,
): Promise<number> {
  const polled = await port.poll([{ fd, events: POLLIN, revents: 0 }], milliseconds);
  const [{ revents = 0 } = {}] = typeof polled === 'number' ? [] : polled;
  if ((revents & POLLIN) === 0) return 0;
  demand('read of an eventfd', await port.read(fd, scratch.array, u64.size), u64.size);
  const bytes = demandMemory('load of a count', await port.load(scratch.array, u64.size));
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}
