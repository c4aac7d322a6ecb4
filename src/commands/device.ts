import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';

import { id, list, number, output, told } from './field.ts';
import { record } from './record.ts';

const type = 'IOMMU_HW_INFO_TYPE_';

export const deviceCommands = [
  record(IOMMU_GET_HW_INFO, {
    since: '6.6',
    fields: {
      flags: number(0, 'IOMMU_HW_INFO_FLAG_'),
      dev_id: id('bound device'),
      data_len: number(0),
      data_uptr: told(list),
      in_data_type: number(0, type),
      out_data_type: output(type),
      out_capabilities: output('IOMMU_HW_CAP_'),
    },
    undo: 'nothing',
  }),
];
