import * as ioas from '#uapi/iommufd/ioas.ts';
import * as objects from '#uapi/iommufd/objects.ts';

import {
  among,
  file,
  id,
  ioctl,
  list,
  mapFlags,
  nothing,
  often,
  ranges,
  type Weighted,
} from '../operands.ts';

/** Address spaces, and what is mapped there. */

const everything = 2n ** 64n - 1n;
const start = often(among(0, 4096, 8192), among(1, 2048, 32768));

export const addressSpaces: readonly Weighted[] = [
  [4, ioctl(ioas.IOMMU_IOAS_ALLOC, { flags: often(nothing, among(1)) })],
  [14, ioctl(ioas.IOMMU_IOAS_MAP, { flags: mapFlags })],
  [5, ioctl(ioas.IOMMU_IOAS_MAP_FILE, { flags: mapFlags, start })],
  [3, ioctl(ioas.IOMMU_IOAS_MAP_FILE, { flags: mapFlags, fd: file('dma-buf'), start })],
  [10, ioctl(ioas.IOMMU_IOAS_COPY, { flags: mapFlags })],
  [9, ioctl(ioas.IOMMU_IOAS_UNMAP)],
  [
    1,
    ioctl(ioas.IOMMU_IOAS_UNMAP, {
      ioas_id: id('ioas'),
      iova: nothing,
      length: among(everything),
    }),
  ],
  [2, ioctl(ioas.IOMMU_IOAS_IOVA_RANGES, { num_iovas: among(0, 1, 2, 8) })],
  [
    2,
    ioctl(
      ioas.IOMMU_IOAS_ALLOW_IOVAS,
      { num_iovas: among(0, 1, 2, 3), allowed_iovas: list },
      ranges,
    ),
  ],
  [1, ioctl(ioas.IOMMU_IOAS_CHANGE_PROCESS)],
  [
    3,
    ioctl(objects.IOMMU_OPTION, {
      option_id: often(among(0, 1, 1, 1), among(2)),
      op: often(among(0, 0, 1), among(2)),
      object_id: often(id('ioas'), nothing),
      val64: among(0, 0, 1, 2),
    }),
  ],
  [
    9,
    ioctl(objects.IOMMU_DESTROY, {
      id: id(
        ...(['ioas', 'hwpt', 'hwpt', 'mock device', 'bound device'] as const),
        ...(['fault queue', 'vIOMMU', 'vDEVICE', 'any'] as const),
      ),
    }),
  ],
  [2, ioctl(objects.IOMMU_DESTROY, { id: id('vEVENTQ', 'HW queue', 'HW queue') })],
];
