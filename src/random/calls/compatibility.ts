import fc from 'fast-check';

import { IOMMU_VFIO_IOAS } from '#uapi/iommufd/objects.ts';
import type { PlainCommand } from '#uapi/ioctl.ts';
import * as container from '#uapi/vfio/container.ts';
import * as type1 from '#uapi/vfio/iommu-type1.ts';

import type { Call } from '../call.ts';
import { among, id, ioctl, nothing, often, type Weighted } from '../operands.ts';

/** The ioctls of a VFIO container, as an iommufd answers them. */

function withNumber(command: PlainCommand, ...numbers: number[]): fc.Arbitrary<Call> {
  return fc
    .constantFrom(...numbers)
    .map((argument) => ({ kind: 'plain ioctl', by: 'it', command, argument }));
}

export const compatibility: readonly Weighted[] = [
  [
    3,
    ioctl(IOMMU_VFIO_IOAS, { ioas_id: id('ioas'), op: often(among(0, 1, 1, 1, 1, 2), among(3)) }),
  ],
  [
    1,
    withNumber(
      container.VFIO_CHECK_EXTENSION,
      container.VFIO_TYPE1_IOMMU,
      container.VFIO_DMA_CC_IOMMU,
      container.VFIO_UNMAP_ALL,
    ),
  ],
  [
    2,
    withNumber(
      container.VFIO_SET_IOMMU,
      container.VFIO_TYPE1_IOMMU,
      container.VFIO_TYPE1_IOMMU,
      container.VFIO_TYPE1v2_IOMMU,
      container.VFIO_SPAPR_TCE_IOMMU,
    ),
  ],
  [1, ioctl(type1.VFIO_IOMMU_GET_INFO, { argsz: often(among(24), among(0, 16)) })],
  // Not without rights: Linux warns where a page table gets an entry that has none.
  [4, ioctl(type1.VFIO_IOMMU_MAP_DMA, { flags: often(among(3, 3, 3, 1, 2), among(4)) })],
  [4, ioctl(type1.VFIO_IOMMU_UNMAP_DMA, { flags: often(nothing, among(1, 2)) })],
  [
    1,
    ioctl(type1.VFIO_IOMMU_UNMAP_DMA, {
      flags: among(type1.VFIO_DMA_UNMAP_FLAG_ALL),
      iova: nothing,
      size: nothing,
    }),
  ],
];
