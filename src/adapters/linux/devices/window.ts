import type { Attachment } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Address, Fd, Process, SyscallResult } from '#port/process.ts';
import { errnoName, failure } from '#uapi/errno.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT } from '#uapi/vfio/device.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';
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

/** dma_entry_limit of type1. */
const full = failure('ENOSPC');

const flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

/** There is no way to map a page: the iommufd was closed under the device, or nothing is known of its page table. */
export class NoWindow extends Error {
  override readonly name = 'NoWindow';
}

/** Whoever maps for the device. */
interface Mapper {
  map(iova: bigint, address: Address): Promise<SyscallResult>;
  unmap(iova: bigint): Promise<void>;
}

function ioasMapper(scratch: Scratch, iommufd: Fd, ioas_id: number): Mapper {
  return {
    async map(iova, user_va) {
      const map = { flags, ioas_id, user_va, length: pageBytes, iova };
      return (await scratch.ioctl(iommufd, IOMMU_IOAS_MAP, map)).result;
    },
    async unmap(iova) {
      await scratch.ioctl(iommufd, IOMMU_IOAS_UNMAP, { ioas_id, iova, length: pageBytes });
    },
  };
}

/** Also where an iommufd serves the container. */
function containerMapper(scratch: Scratch, container: Fd): Mapper {
  return {
    async map(iova, vaddr) {
      const rights = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
      const map = { flags: rights, vaddr, iova, size: pageBytes };
      return (await scratch.ioctl(container, VFIO_IOMMU_MAP_DMA, map)).result;
    },
    async unmap(iova) {
      await scratch.ioctl(container, VFIO_IOMMU_UNMAP_DMA, { iova, size: pageBytes });
    },
  };
}

function mapperOf(scratch: Scratch, { iommufd, container, ioas }: Attachment): Mapper {
  if (container !== undefined) return containerMapper(scratch, container);
  if (iommufd !== undefined && ioas !== undefined) return ioasMapper(scratch, iommufd, ioas);
  throw new NoWindow('edu is not attached to an IOAS that is known');
}

/** Maps one page of the process that the suite does not know of for the device; afterwards no trace of it is left. */
export async function withWindow<T>(
  attachment: Attachment,
  body: (window: Window) => Promise<T>,
): Promise<T> {
  const { process, iommufd, hwpt } = attachment;
  const scratch = await Scratch.of(process);
  if (attachment.ioas === undefined && iommufd !== undefined && hwpt !== undefined)
    return aside(scratch, { ...attachment, iommufd, hwpt }, body);
  const mapper = mapperOf(scratch, attachment);
  const memory = await memoryOf(process);
  const iova = await place(mapper, memory.address);
  try {
    return await body({ iova, memory });
  } finally {
    await mapper.unmap(iova);
  }
}

/**
 * Where a guest's table leads to the IOAS nothing could be mapped for the device: it is attached to an IOAS of its own for that time.
 */
async function aside<T>(
  scratch: Scratch,
  attachment: Attachment & { readonly iommufd: Fd; readonly hwpt: number },
  body: (window: Window) => Promise<T>,
): Promise<T> {
  const { iommufd, hwpt, deviceFd = -1 } = attachment;
  const attach = async (pt_id: number): Promise<void> => {
    const { result } = await scratch.ioctl(deviceFd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id });
    if (result === 0) return;
    throw new ImplementationBroken(`edu cannot be attached for its window: ${errnoName(result)}`);
  };
  const { result, values } = await scratch.ioctl(iommufd, IOMMU_IOAS_ALLOC, {});
  if (closed.includes(result)) throw new NoWindow('edu cannot map a page: iommufd is closed');
  const ioas = values.out_ioas_id;
  await attach(ioas);
  try {
    return await withWindow({ ...attachment, ioas }, body);
  } finally {
    await attach(hwpt);
    await scratch.ioctl(iommufd, IOMMU_DESTROY, { id: ioas });
  }
}

async function place(mapper: Mapper, address: Address): Promise<bigint> {
  for (let iova = highest; iova > highest - tries * pageBytes; iova -= pageBytes) {
    const result = await mapper.map(iova, address);
    if (result === 0) return iova;
    if (taken.includes(result)) continue;
    if (closed.includes(result)) throw new NoWindow('edu cannot map a page: iommufd is closed');
    if (result === full) throw new NoWindow('edu cannot map a page: the container is full');
    throw new ImplementationBroken(`edu cannot map its own page: ${errnoName(result)}`);
  }
  throw new Error(`edu finds no free IOVA below 0x${highest.toString(16)}`);
}
