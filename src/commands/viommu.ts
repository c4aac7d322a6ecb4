import * as viommu from '#uapi/iommufd/viommu.ts';

import { id, list, mapped, number, told, vendor } from './field.ts';
import { record } from './record.ts';

export const viommuCommands = [
  record(viommu.IOMMU_VIOMMU_ALLOC, {
    since: '6.13',
    needs: ['viommu'],
    fields: {
      flags: number(0),
      type: vendor('viommu', 'type', 'IOMMU_VIOMMU_TYPE_'),
      dev_id: id('bound device'),
      hwpt_id: id('parent'),
      data_len: told(vendor('viommu', 'size')),
      data_uptr: told(list),
    },
    makes: [{ kind: 'vIOMMU', id: 'out_viommu_id', on: 'hwpt_id' }],
  }),
  record(viommu.IOMMU_VDEVICE_ALLOC, {
    since: '6.13',
    needs: ['viommu'],
    fields: { viommu_id: id('vIOMMU'), dev_id: id('bound device'), virt_id: number(1) },
    makes: [{ kind: 'vDEVICE', id: 'out_vdevice_id', on: 'viommu_id' }],
  }),
  record(viommu.IOMMU_VEVENTQ_ALLOC, {
    since: '6.15',
    needs: ['veventq'],
    fields: {
      flags: number(0),
      viommu_id: id('vIOMMU'),
      type: vendor('events', 'type', 'IOMMU_VEVENTQ_TYPE_'),
      veventq_depth: number(16),
    },
    makes: [{ kind: 'vEVENTQ', id: 'out_veventq_id', fd: 'out_veventq_fd', on: 'viommu_id' }],
  }),
  record(viommu.IOMMU_HW_QUEUE_ALLOC, {
    since: '6.17',
    needs: ['hw-queue'],
    fields: {
      flags: number(0),
      viommu_id: id('vIOMMU'),
      type: vendor('queue', 'type', 'IOMMU_HW_QUEUE_TYPE_'),
      index: number(0),
      nesting_parent_iova: mapped('iova'),
      length: mapped('length'),
    },
    makes: [{ kind: 'HW queue', id: 'out_hw_queue_id', on: 'viommu_id' }],
  }),
];
