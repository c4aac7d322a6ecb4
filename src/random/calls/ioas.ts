import type fc from 'fast-check';

import * as ioas from '#uapi/iommufd/ioas.ts';
import * as objects from '#uapi/iommufd/objects.ts';

import type { Call } from '../call.ts';
import {
  among,
  file,
  id,
  ioctl,
  iova,
  length,
  list,
  mapFlags,
  nothing,
  often,
  ram,
  ranges,
  type Values,
  type Weighted,
} from '../operands.ts';

/** Address spaces, and what is mapped there. */

const everything = 2n ** 64n - 1n;
const whole = { mapped: { ioas_id: 'ioas', iova: 'iova', length: 'length' } } as const;
const source = {
  mapped: { src_ioas_id: 'ioas', src_iova: 'iova', length: 'length' },
} as const;
const start = often(among(0, 4096, 8192), among(1, 2048, 32768));

function mapFile(fd: Values): fc.Arbitrary<Call> {
  return ioctl(ioas.IOMMU_IOAS_MAP_FILE, {
    flags: mapFlags,
    ioas_id: id('ioas'),
    fd,
    start,
    length,
    iova,
  });
}

export const addressSpaces: readonly Weighted[] = [
  [4, ioctl(ioas.IOMMU_IOAS_ALLOC, { flags: often(nothing, among(1)) })],
  [
    14,
    ioctl(ioas.IOMMU_IOAS_MAP, {
      flags: mapFlags,
      ioas_id: id('ioas'),
      user_va: ram,
      length,
      iova,
    }),
  ],
  [5, mapFile(file('memfd'))],
  [3, mapFile(file('dma-buf'))],
  [
    10,
    ioctl(
      ioas.IOMMU_IOAS_COPY,
      {
        flags: mapFlags,
        dst_ioas_id: id('ioas'),
        src_ioas_id: id('ioas'),
        length,
        dst_iova: iova,
        src_iova: iova,
      },
      source,
    ),
  ],
  [9, ioctl(ioas.IOMMU_IOAS_UNMAP, { ioas_id: id('ioas'), iova, length }, whole)],
  [
    1,
    ioctl(ioas.IOMMU_IOAS_UNMAP, {
      ioas_id: id('ioas'),
      iova: nothing,
      length: among(everything),
    }),
  ],
  [
    2,
    ioctl(ioas.IOMMU_IOAS_IOVA_RANGES, {
      ioas_id: id('ioas'),
      num_iovas: among(0, 1, 2, 8),
      allowed_iovas: list,
    }),
  ],
  [
    2,
    ioctl(
      ioas.IOMMU_IOAS_ALLOW_IOVAS,
      { ioas_id: id('ioas'), num_iovas: among(0, 1, 2, 3), allowed_iovas: list },
      { list: ranges },
    ),
  ],
  [1, ioctl(ioas.IOMMU_IOAS_CHANGE_PROCESS, {})],
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
      id: id('ioas', 'hwpt', 'hwpt', 'stdev', 'device', 'fault', 'viommu', 'vdevice', 'any'),
    }),
  ],
  [2, ioctl(objects.IOMMU_DESTROY, { id: id('veventq', 'hw queue', 'hw queue') })],
];
