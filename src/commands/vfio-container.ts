import * as container from '#uapi/vfio/container.ts';
import * as type1 from '#uapi/vfio/iommu-type1.ts';

import { given, iova, length, mapped, memory, number, output } from './field.ts';
import { record, type About } from './record.ts';
import type { CommandRecord } from './record.ts';

/** What /dev/vfio/vfio takes, and an iommufd in its place. */
function ofContainer(
  command: Parameters<typeof record>[0],
  about: Omit<About, 'since' | 'on' | 'needs'> & Partial<Pick<About, 'since'>>,
): CommandRecord {
  return record(command, { since: '3.6', on: 'container', needs: ['vfio-compat'], ...about });
}

const place = { iova: 'iova', length: 'size' } as const;

export const containerCommands = [
  ofContainer(container.VFIO_GET_API_VERSION, { fields: {} }),
  ofContainer(container.VFIO_CHECK_EXTENSION, { fields: {} }),
  ofContainer(container.VFIO_SET_IOMMU, { fields: {} }),
  ofContainer(type1.VFIO_IOMMU_GET_INFO, {
    fields: {
      flags: output('VFIO_IOMMU_INFO_'),
      iova_pgsizes: output(),
      cap_offset: output(),
    },
  }),
  ofContainer(type1.VFIO_IOMMU_MAP_DMA, {
    fields: {
      flags: number(
        type1.VFIO_DMA_MAP_FLAG_READ | type1.VFIO_DMA_MAP_FLAG_WRITE,
        'VFIO_DMA_MAP_FLAG_',
      ),
      vaddr: memory,
      iova: iova(),
      size: length,
    },
    maps: place,
  }),
  ofContainer(type1.VFIO_IOMMU_UNMAP_DMA, {
    fields: {
      flags: number(0, 'VFIO_DMA_UNMAP_FLAG_'),
      iova: mapped('iova'),
      size: mapped('length'),
      data: given,
    },
    unmaps: place,
  }),
  ofContainer(type1.VFIO_IOMMU_DIRTY_PAGES, {
    since: '5.8',
    fields: { flags: number(0, 'VFIO_IOMMU_DIRTY_PAGES_FLAG_'), data: given },
  }),
];
