import { AssertionError } from 'chai';

import { ImplementationBroken } from '#port/implementation.ts';
import type { Fd } from '#port/process.ts';
import type { Command } from '#uapi/ioctl.ts';
import { u64 } from '#uapi/codec.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';
import { IOMMU_HWPT_GET_DIRTY_BITMAP, IOMMU_HWPT_INVALIDATE } from '#uapi/iommufd/hwpt.ts';
import {
  iommu_iova_range,
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_IOVA_RANGES,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { MAP_ANONYMOUS, MAP_NORESERVE, MAP_PRIVATE, O_RDONLY, PROT_READ } from '#uapi/mman.ts';
import { SELF_STATUS_PATH } from '#uapi/paths.ts';
import { hex } from '#uapi/strace.ts';

import type { Handle, ProcessHandle } from '../handles.ts';
import { idOf } from '../words/names.ts';
import { demand, demandMemory } from '../calls/scratch.ts';
import type { World } from '../world.ts';

/** How effects are seen through the uAPI alone. `docs/observability.md` defines each in words. */

export interface IovaRange {
  readonly start: bigint;
  readonly last: bigint;
}

export interface IovaRanges {
  readonly ranges: readonly IovaRange[];
  readonly alignment: bigint;
}

export interface IoasAt {
  readonly iommufd: Fd;
  readonly ioas: number;
}

/** IOMMU_IOAS_IOVA_RANGES, asked with room for as many ranges as a page holds. */
export async function usableIovas(world: World, { iommufd, ioas }: IoasAt): Promise<IovaRanges> {
  const { it } = world;
  const capacity = Number(world.pageSize) / iommu_iova_range.size;
  const { result, fields } = await world.probe(
    it,
    { fd: iommufd, command: IOMMU_IOAS_IOVA_RANGES },
    { ioas_id: ioas, num_iovas: capacity, allowed_iovas: it.scratch.array },
  );
  demand('IOMMU_IOAS_IOVA_RANGES', result);
  return {
    ranges: await loadRanges(it, it.scratch.array, Number(fields?.['num_iovas'] ?? 0)),
    alignment: BigInt((fields?.['out_iova_alignment'] as bigint | undefined) ?? 0n),
  };
}

/** An array of `struct iommu_iova_range` in the memory of a process. */
export async function loadRanges(
  process: ProcessHandle,
  address: bigint,
  count: number,
): Promise<IovaRange[]> {
  const loaded = await process.port.load(address, count * iommu_iova_range.size);
  const bytes = demandMemory('load of IOVA ranges', loaded);
  return Array.from({ length: count }, (_, index) =>
    iommu_iova_range.unpack(bytes.subarray(index * iommu_iova_range.size)),
  );
}

export async function loadBytes(
  process: ProcessHandle,
  address: bigint,
  length: number,
): Promise<Uint8Array> {
  const bytes = await process.port.load(address, length);
  if (bytes instanceof Uint8Array) return bytes;
  throw new AssertionError(
    `reading ${length} bytes at ${hex(address)} gave ${bytes}; expected bytes`,
  );
}

/** Is every byte of the range mapped, as IOMMU_IOAS_COPY of exactly that range into an empty IOAS tells? */
export async function isMapped(
  world: World,
  at: IoasAt,
  iova: bigint,
  length: bigint,
): Promise<boolean> {
  return withScratchIoas(world, at.iommufd, async (scratch) => {
    const { result } = await world.probe(
      world.it,
      { fd: at.iommufd, command: IOMMU_IOAS_COPY },
      {
        flags: IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
        src_ioas_id: at.ioas,
        dst_ioas_id: scratch,
        length,
        src_iova: iova,
        dst_iova: iova,
      },
    );
    if (result === failure('ENOENT')) return false;
    demand('IOMMU_IOAS_COPY', result);
    return true;
  });
}

async function withScratchIoas<T>(
  world: World,
  iommufd: Fd,
  body: (ioas: number) => Promise<T>,
): Promise<T> {
  const { it } = world;
  const { result, fields } = await world.probe(it, { fd: iommufd, command: IOMMU_IOAS_ALLOC }, {});
  demand('IOMMU_IOAS_ALLOC', result);
  const id = Number(fields?.['out_ioas_id']);
  try {
    return await body(id);
  } finally {
    const gone = await world.probe(it, { fd: iommufd, command: IOMMU_DESTROY }, { id });
    demand('IOMMU_DESTROY of the IOAS of a look', gone.result);
  }
}

/**
 * Is no byte of the range mapped? A fixed map of exactly that range would be refused with EEXIST. Where a map is refused
 * for another reason (a reserved range, an alignment, a limit), the copy has to do: it tells that not all is mapped.
 */
export async function isFree(
  world: World,
  at: IoasAt,
  iova: bigint,
  length: bigint,
): Promise<boolean> {
  const { it } = world;
  const address = await it.port.mmap({
    address: 0n,
    length,
    protection: PROT_READ,
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
    fd: -1,
    offset: 0n,
  });
  if (address < 0) return !(await isMapped(world, at, iova, length));
  const { result } = await world.probe(
    it,
    { fd: at.iommufd, command: IOMMU_IOAS_MAP },
    {
      flags: IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
      ioas_id: at.ioas,
      user_va: address,
      length,
      iova,
    },
  );
  if (result >= 0) {
    const values = { ioas_id: at.ioas, iova, length };
    const undone = await world.probe(it, { fd: at.iommufd, command: IOMMU_IOAS_UNMAP }, values);
    demand('IOMMU_IOAS_UNMAP of the map of a look', undone.result);
  }
  demand('munmap', await it.port.munmap(address, length));
  if (result === failure('EEXIST')) return false;
  return result >= 0 || !(await isMapped(world, at, iova, length));
}

const noEntry = failure('ENOENT');
const noType = 0x7fff_ffff;

/** Does the id of an object still answer? Each kind has a call that looks it up and does nothing more. */
export async function objectExists(world: World, object: Handle): Promise<boolean> {
  const iommufd =
    ('iommufd' in object ? object.iommufd : undefined) ?? world.handles.first('iommufd');
  const id = idOf(object);
  const ask = async (command: Command, values: Record<string, unknown>): Promise<boolean> => {
    const process = object.kind === 'device' ? world.ownerOf(object) : world.it;
    const { result } = await world.probe(process, { fd: iommufd.fd, command }, values);
    return result !== noEntry;
  };
  switch (object.kind) {
    case 'ioas':
      return ask(IOMMU_IOAS_IOVA_RANGES, { ioas_id: id });
    case 'hwpt':
      // Of no entries, of a type that nobody knows: EINVAL where the table exists.
      if (object.nested) return ask(IOMMU_HWPT_INVALIDATE, { hwpt_id: id, data_type: noType });
      // A bitmap of no bytes: EINVAL where the table exists.
      return ask(IOMMU_HWPT_GET_DIRTY_BITMAP, { hwpt_id: id });
    case 'device':
    case 'bound device':
      return ask(IOMMU_GET_HW_INFO, { dev_id: id });
    default:
      throw new Error(`whether a ${object.kind} exists cannot be asked without destroying it`);
  }
}

export interface Charges {
  /** Bytes, from VmPin. */
  readonly pinned: bigint;
  /** Bytes, from VmLck. */
  readonly locked: bigint;
}

/** VmPin and VmLck of /proc/self/status. */
export async function charges(world: World, process: ProcessHandle): Promise<Charges> {
  const text = await readFile(world, process, SELF_STATUS_PATH);
  const bytes = (name: string): bigint => {
    const [, kilobytes] = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text) ?? [];
    if (kilobytes === undefined) {
      const shown = JSON.stringify(text.slice(0, 80));
      throw new ImplementationBroken(
        `${SELF_STATUS_PATH} begins with ${shown}; expected a line ${name} of kB`,
      );
    }
    // A counter that went below 0 is printed as a number of kilobytes near 2^64.
    return BigInt.asUintN(64, BigInt(kilobytes) * 1024n);
  };
  return { pinned: bytes('VmPin'), locked: bytes('VmLck') };
}

/** A file as text, up to one page of it. */
export async function readFile(
  world: World,
  process: ProcessHandle,
  path: string,
): Promise<string> {
  const length = demand(`read of ${path}`, await readInto(world, process, path));
  return textOf(process, length);
}

/** The same, where the answer may be a negative errno: what open() or read() returned. */
export async function tryReadFile(
  world: World,
  process: ProcessHandle,
  path: string,
): Promise<string | number> {
  const length = await readInto(world, process, path);
  return length < 0 ? length : textOf(process, length);
}

/** Reads into the array of the scratch memory. Resolves with how many bytes, or a negative errno. */
async function readInto(world: World, process: ProcessHandle, path: string): Promise<number> {
  const { port, scratch } = process;
  const fd = await port.open(path, O_RDONLY);
  if (fd < 0) return fd;
  const length = await port.read(fd, scratch.array, Number(world.pageSize));
  demand(`close of ${path}`, await port.close(fd));
  return length;
}

async function textOf({ port, scratch }: ProcessHandle, length: number): Promise<string> {
  const bytes = demandMemory('load of a file', await port.load(scratch.array, length));
  return Buffer.from(bytes).toString('latin1');
}

/** Bytes of an array of u64 pairs: what ALLOW_IOVAS takes. */
export function packRanges(ranges: readonly IovaRange[]): Uint8Array {
  const bytes = new Uint8Array(ranges.length * iommu_iova_range.size);
  const view = new DataView(bytes.buffer);
  ranges.forEach(({ start, last }, index) => {
    u64.encode(view, index * iommu_iova_range.size, start);
    u64.encode(view, index * iommu_iova_range.size + u64.size, last);
  });
  return bytes;
}
