import * as objects from '#uapi/iommufd/objects.ts';

import { id, number, told } from './field.ts';
import { record } from './record.ts';

export const objectCommands = [
  record(objects.IOMMU_DESTROY, { since: '6.2', fields: { id: id('ioas') } }),
  record(objects.IOMMU_OPTION, {
    since: '6.2',
    fields: {
      option_id: number(objects.IOMMU_OPTION_RLIMIT_MODE, 'IOMMU_OPTION_'),
      op: number(objects.IOMMU_OPTION_OP_GET, 'IOMMU_OPTION_OP_'),
      object_id: told(id('ioas')),
      val64: number(0),
    },
    undo: 'nothing',
  }),
  record(objects.IOMMU_VFIO_IOAS, {
    since: '6.2',
    fields: {
      ioas_id: told(id('ioas')),
      op: number(objects.IOMMU_VFIO_IOAS_CLEAR, 'IOMMU_VFIO_IOAS_'),
    },
  }),
];
