import type { Attachment } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Address, Fd, Process } from '#port/process.ts';
import { errnoName, failure } from '#uapi/errno.ts';
import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { Scratch } from '../scratch.ts';

export interface Window {
  readonly iova: bigint;
  /** What the device reaches there. */
  readonly memory: Scratch;
}

/** Makes a window for the time of `body`. */
export type WithWindow = <T>(
  attachment: Attachment,
  body: (window: Window) => Promise<T>,
) => Promise<T>;

const known = new WeakMap<Process, Promise<Scratch>>();

function memoryOf(process: Process): Promise<Scratch> {
  const memory = known.get(process) ?? Scratch.map(process);
  known.set(process, memory);
  return memory;
}

const pageBytes = 4096n;
/** Just below 256 MiB: what scenarios map is lower, or far higher. */
const highest = 0xffff000n;
const tries = 16n;
/** Somebody else has that place. */
const taken = [failure('EEXIST'), failure('EINVAL')];

/** No file has that number any more, or another one has it now. */
const closed = [failure('EBADF'), failure('ENOTTY')];

const flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

/** There is no way to map a page: the iommufd was closed under the device, or a guest's table leads to the IOAS. */
export class NoWindow extends Error {
  override readonly name = 'NoWindow';
}

/** Maps one page of the process that the suite does not know of into the IOAS; afterwards no trace of it is left. */
export async function withWindow<T>(
  { process, iommufd, ioas }: Attachment,
  body: (window: Window) => Promise<T>,
): Promise<T> {
  if (ioas === undefined) throw new NoWindow('edu is not attached to an IOAS that is known');
  const memory = await memoryOf(process);
  const scratch = await Scratch.of(process);
  const iova = await place(scratch, { iommufd, ioas, address: memory.address });
  try {
    return await body({ iova, memory });
  } finally {
    await scratch.ioctl(iommufd, IOMMU_IOAS_UNMAP, { ioas_id: ioas, iova, length: pageBytes });
  }
}

async function place(
  scratch: Scratch,
  target: { readonly iommufd: Fd; readonly ioas: number; readonly address: Address },
): Promise<bigint> {
  const { iommufd, ioas, address } = target;
  for (let iova = highest; iova > highest - tries * pageBytes; iova -= pageBytes) {
    const map = { flags, ioas_id: ioas, user_va: address, length: pageBytes, iova };
    const { result } = await scratch.ioctl(iommufd, IOMMU_IOAS_MAP, map);
    if (result === 0) return iova;
    if (taken.includes(result)) continue;
    if (closed.includes(result)) throw new NoWindow('edu cannot map a page: iommufd is closed');
    throw new ImplementationBroken(`edu cannot map its own page: ${errnoName(result)}`);
  }
  throw new Error(`edu finds no free IOVA below 0x${highest.toString(16)}`);
}
