import { AssertionError } from 'chai';

import { VFIO_DEVICE_GET_REGION_INFO } from '#uapi/vfio/device.ts';
import { VFIO_PCI_CONFIG_REGION_INDEX } from '#uapi/vfio/pci.ts';

import type { DeviceHandle, ProcessHandle } from '../handles.ts';
import { demand, demandMemory } from './scratch.ts';
import type { World } from '../world.ts';

/** PCI 3.0, 6.2.3 and 6.8.2: the list of capabilities, and of MSI-X the size of the table less one. */
const CONFIGURATION_SIZE = 256;
const STATUS = 6;
const HAS_CAPABILITIES = 0x10;
const CAPABILITIES_POINTER = 0x34;
const MSIX = 0x11;
const MSIX_SIZE = 0x7ff;

/** Where a region is in the device's file. */
export async function offsetOf(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  index: number,
): Promise<bigint> {
  const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_GET_REGION_INFO };
  const argsz = VFIO_DEVICE_GET_REGION_INFO.struct.size;
  const { result, fields } = await world.probe(process, target, { argsz, index });
  demand(`VFIO_DEVICE_GET_REGION_INFO of region ${index}`, result);
  return BigInt(Number(fields?.['offset'] ?? 0n));
}

/** 0 without MSI-X. */
export async function msixVectors(world: World, device: DeviceHandle): Promise<number> {
  const at = await capabilityAt(world, device, { capability: MSIX });
  if (at === undefined) return 0;
  const bytes = await configurationOf(world, device);
  return (((bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8)) & MSIX_SIZE) + 1;
}

/** Where in its configuration space the capability of that id is; undefined where it shows none. */
export async function capabilityAt(
  world: World,
  device: DeviceHandle,
  {
    capability,
    isExtended = false,
  }: { readonly capability: number; readonly isExtended?: boolean },
): Promise<number | undefined> {
  const all = await (isExtended ? extendedCapabilitiesOf : capabilitiesOf)(world, device);
  return all.find(({ id }) => id === capability)?.at;
}

interface Capability {
  readonly id: number;
  readonly at: number;
}

/** By the list that its user finds. */
export async function capabilitiesOf(
  world: World,
  device: DeviceHandle,
): Promise<readonly Capability[]> {
  const bytes = await configurationOf(world, device);
  return placesIn(bytes).map((at) => ({ id: bytes[at] ?? 0, at }));
}

export async function extendedCapabilitiesOf(
  world: World,
  device: DeviceHandle,
): Promise<readonly Capability[]> {
  const index = VFIO_PCI_CONFIG_REGION_INDEX;
  const bytes = await readRegion(world, device, { index, offset: 0n, length: EXTENDED_END });
  const word = (place: number): number => (bytes[place] ?? 0) | ((bytes[place + 1] ?? 0) << 8);
  const found: Capability[] = [];
  for (let at = EXTENDED_FIRST; at !== 0 && found.length < EXTENDED_END; at = word(at + 2) >> 4)
    found.push({ id: word(at), at });
  return found;
}

function configurationOf(world: World, device: DeviceHandle): Promise<Uint8Array> {
  const index = VFIO_PCI_CONFIG_REGION_INDEX;
  return readRegion(world, device, { index, offset: 0n, length: CONFIGURATION_SIZE });
}

function placesIn(bytes: Uint8Array): readonly number[] {
  const at = (offset: number): number => bytes[offset] ?? 0;
  const begin = (at(STATUS) & HAS_CAPABILITIES) === 0 ? 0 : at(CAPABILITIES_POINTER);
  const places: number[] = [];
  for (let place = begin; place !== 0 && places.length < CONFIGURATION_SIZE; place = at(place + 1))
    places.push(place);
  return places;
}

/** PCIe, 7.6: where the extended capabilities begin, and how many bytes there are up to the end of their space. */
const EXTENDED_FIRST = 0x100;
const EXTENDED_END = 0x1000;

/** 16 bits of an extended capability, as VFIO shows it; an assertion fails where the device has none of that id. */
export async function extendedRegister(
  world: World,
  device: DeviceHandle,
  { capability, offset }: { readonly capability: number; readonly offset: number },
): Promise<bigint> {
  const at = await capabilityAt(world, device, { capability, isExtended: true });
  if (at !== undefined) {
    const place = { index: VFIO_PCI_CONFIG_REGION_INDEX, offset: BigInt(at + offset), length: 2 };
    const [low = 0, high = 0] = await readRegion(world, device, place);
    return BigInt(low | (high << 8));
  }
  throw new AssertionError(`device "${device.name}" shows no extended capability ${capability}`);
}

/** So many bytes of a region, by one pread(). */
export async function readRegion(
  world: World,
  device: DeviceHandle,
  {
    index,
    offset,
    length,
  }: { readonly index: number; readonly offset: bigint; readonly length: number },
): Promise<Uint8Array> {
  const process = world.ownerOf(device);
  const { port, scratch } = process;
  const at = (await offsetOf(world, process, device, index)) + offset;
  const result = await port.pread(device.fd ?? -1, scratch.array, length, at);
  world.trace.add(`pread(${device.fd}, ${length} bytes of device "${device.name}")`, result);
  // What a read of a device gives is what steps compare: one that is short is a finding.
  if (result !== length)
    throw new AssertionError(
      `pread of ${length} bytes of device "${device.name}" returned ${result}`,
    );
  return demandMemory('load of the registers', await port.load(scratch.array, length));
}
