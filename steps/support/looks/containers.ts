import { AssertionError } from 'chai';

import { errnoName, failure } from '#uapi/errno.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';

import type { ContainerHandle } from '../handles.ts';
import { demand } from '../calls/scratch.ts';
import type { World } from '../world.ts';

/** How it is seen what a container maps, through its own ioctls; the process that looks has it open. */

/** A map that cannot succeed: of what is free it says something else than EEXIST. */
const free = [failure('EFAULT'), failure('ENOSPC'), failure('ENOMEM')];

/**
 * Does something in this range overlap a mapping? A map of memory that is not there would be refused with EEXIST. A
 * container that pins nothing takes it; then it is unmapped again.
 */
async function isTaken(
  world: World,
  { fd }: ContainerHandle,
  iova: bigint,
  size: bigint,
): Promise<boolean> {
  const { it } = world;
  const map = { flags: VFIO_DMA_MAP_FLAG_READ, vaddr: it.scratch.end, iova, size };
  const { result } = await world.probe(it, { fd, command: VFIO_IOMMU_MAP_DMA }, map);
  if (result === failure('EEXIST')) return true;
  if (result === 0) {
    const undone = await world.probe(it, { fd, command: VFIO_IOMMU_UNMAP_DMA }, { iova, size });
    demand('VFIO_IOMMU_UNMAP_DMA of the map of a look', undone.result);
    return false;
  }
  if (free.includes(Number(result))) return false;
  throw new AssertionError(
    `a map of bad memory at ${iova} +${size} returned ${errnoName(Number(result))}; expected EEXIST or EFAULT`,
  );
}

/** Is each page of the range mapped; or is none? Undefined where some are. */
export async function isMappedIn(
  world: World,
  container: ContainerHandle,
  range: { readonly iova: bigint; readonly length: bigint },
): Promise<boolean | undefined> {
  const { iova, length } = range;
  if (!(await isTaken(world, container, iova, length))) return false;
  for (let done = 0n; done < length; done += world.pageSize) {
    if (!(await isTaken(world, container, iova + done, world.pageSize))) return undefined;
  }
  return true;
}

/** What VFIO_IOMMU_GET_INFO tells: all its bytes, capabilities included; or its errno. */
export async function describeContainer(world: World, { fd }: ContainerHandle): Promise<string> {
  const form = { kind: 'appended', bytes: 512, last: 0 } as const;
  const target = { fd, command: VFIO_IOMMU_GET_INFO, form };
  const { result, after = new Uint8Array() } = await world.probe(world.it, target, {});
  return result < 0
    ? errnoName(Number(result))
    : Buffer.from(after).toString('hex').replace(/0*$/, '');
}
