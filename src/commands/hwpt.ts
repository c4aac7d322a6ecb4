import * as hwpt from '#uapi/iommufd/hwpt.ts';

import { id, list, mapped, memory, number, pageSize, told, vendor } from './field.ts';
import { record } from './record.ts';

export const hwptCommands = [
  record(hwpt.IOMMU_HWPT_ALLOC, {
    since: '6.6',
    needs: ['hwpt-alloc'],
    fields: {
      flags: {
        ...number(0, 'IOMMU_HWPT_ALLOC_', 'IOMMU_HWPT_'),
        bits: { [hwpt.IOMMU_HWPT_ALLOC_PASID]: 'pasid' },
      },
      dev_id: id('bound device'),
      pt_id: id('ioas'),
      data_type: told(vendor('nested', 'type', 'IOMMU_HWPT_DATA_')),
      data_len: told(vendor('nested', 'size')),
      data_uptr: told(list),
      fault_id: told(id('fault queue')),
    },
    makes: [{ kind: 'hwpt', id: 'out_hwpt_id', on: 'pt_id' }],
  }),
  record(hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING, {
    since: '6.7',
    needs: ['dirty-tracking'],
    fields: { flags: number(0, 'IOMMU_HWPT_DIRTY_TRACKING_'), hwpt_id: id('tracking') },
    undo: 'nothing',
  }),
  record(hwpt.IOMMU_HWPT_GET_DIRTY_BITMAP, {
    since: '6.7',
    needs: ['dirty-tracking'],
    fields: {
      hwpt_id: id('tracking'),
      flags: number(0, 'IOMMU_HWPT_GET_DIRTY_BITMAP_'),
      iova: mapped('iova'),
      length: mapped('length'),
      page_size: pageSize,
      data: list,
    },
    undo: 'nothing',
  }),
  record(hwpt.IOMMU_HWPT_INVALIDATE, {
    since: '6.8',
    needs: ['nesting'],
    fields: {
      hwpt_id: id('nested'),
      data_uptr: memory,
      data_type: vendor(
        'invalidation',
        'type',
        'IOMMU_VIOMMU_INVALIDATE_DATA_',
        'IOMMU_HWPT_INVALIDATE_DATA_',
      ),
      entry_len: vendor('invalidation', 'size'),
      entry_num: number(1),
    },
    undo: 'nothing',
  }),
];
