import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import { parseBits } from '../guest/bits.ts';
import { registerNamed, type PciRegister } from '../guest/pci-registers.ts';
import type { DeviceHandle, ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';
import type { CallRecord } from './outcome.ts';
import { capabilityAt, offsetOf, readRegion } from './registers.ts';
import { demand, demandMemory } from './scratch.ts';

/** A register of a device, as a process has it by the device's file. */
export interface DeviceRegister {
  readonly device: DeviceHandle;
  readonly register: PciRegister;
}

/** Where it is in its region; an assertion fails where the device has not the capability. */
async function placeOf(world: World, { device, register }: DeviceRegister): Promise<bigint> {
  const { capability, isExtended = false, offset } = register;
  if (capability === undefined) return BigInt(offset);
  const at = await capabilityAt(world, device, { capability, isExtended });
  if (at !== undefined) return BigInt(at + offset);
  throw new AssertionError(`device "${device.name}" shows no capability ${capability}`);
}

export async function readRegister(world: World, which: DeviceRegister): Promise<bigint> {
  const { device, register } = which;
  const offset = await placeOf(world, which);
  const { region, width: length } = register;
  const bytes = await readRegion(world, device, { index: region, offset, length });
  return [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** One pwrite() of the whole register. */
export async function writeRegister(
  world: World,
  process: ProcessHandle,
  which: DeviceRegister,
  value: bigint,
): Promise<CallRecord> {
  const { device, register } = which;
  const { port, scratch } = process;
  const { region, width, layout } = register;
  const inside = await placeOf(world, which);
  const offset = (await offsetOf(world, process, device, region)) + inside;
  const bytes = new Uint8Array(BigUint64Array.of(value).buffer).subarray(0, width);
  demandMemory('store of a register', await port.store(scratch.array, bytes));
  const result = await port.pwrite(device.fd ?? -1, scratch.array, width, offset);
  world.trace.add(`pwrite(${device.fd}, ${layout.name}, ${hex(value)})`, result);
  return { name: `pwrite of ${layout.name}`, result };
}

/** The same where it has to succeed. */
export async function putRegister(
  world: World,
  device: DeviceHandle,
  name: string,
  value: bigint,
): Promise<void> {
  const register = registerNamed(name);
  const process = world.ownerOf(device);
  const { result } = await writeRegister(world, process, { device, register }, value);
  demand(`pwrite of ${name} of device "${device.name}"`, result, register.width);
}

/** PCI 3.0, 6.2.2: by this bit of its command register a device answers at the addresses of its BARs. */
const MEMORY_SPACE = 2n;

/** Whatever the scenario has switched off. */
export async function enableMemory(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
): Promise<void> {
  const register = registerNamed('COMMAND');
  const { result } = await writeRegister(world, process, { device, register }, MEMORY_SPACE);
  demand(`pwrite of COMMAND of device "${device.name}"`, result, register.width);
}

/** `0x6`, `MEMORY, MASTER`, `with MEMORY`, `without MASTER`: a difference is an assertion that fails. */
export async function compareRegister(
  world: World,
  which: DeviceRegister,
  text: string,
): Promise<void> {
  const { device, register } = which;
  const [, presence, words = text] = /^(with|without) (.*)$/.exec(text) ?? [];
  const value = parseBits(register.layout, words, (number) => world.size(number));
  const found = await readRegister(world, which);
  const actual = presence === undefined ? found : found & value;
  if (actual === (presence === 'without' ? 0n : value)) return;
  throw new AssertionError(
    `${register.layout.name} of device "${device.name}" is ${hex(found)}; expected ${text}`,
  );
}
