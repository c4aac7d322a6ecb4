import * as ioas from '#uapi/iommufd/ioas.ts';

import { file, id, iova, length, list, mapped, memory, number, output, told } from './field.ts';
import { record } from './record.ts';

const rights =
  ioas.IOMMU_IOAS_MAP_FIXED_IOVA | ioas.IOMMU_IOAS_MAP_READABLE | ioas.IOMMU_IOAS_MAP_WRITEABLE;
const flags = number(rights, 'IOMMU_IOAS_MAP_');
const place = { ioas: 'ioas_id', iova: 'iova', length: 'length' } as const;
const whatIsMapped = {
  ioas_id: mapped('ioas'),
  iova: mapped('iova'),
  length: mapped('length'),
} as const;

export const ioasCommands = [
  record(ioas.IOMMU_IOAS_ALLOC, {
    since: '6.2',
    fields: { flags: number(0) },
    makes: [{ kind: 'ioas', id: 'out_ioas_id' }],
  }),
  record(ioas.IOMMU_IOAS_IOVA_RANGES, {
    since: '6.2',
    fields: { ioas_id: id('ioas'), num_iovas: number(16), allowed_iovas: list },
    undo: 'nothing',
  }),
  record(ioas.IOMMU_IOAS_ALLOW_IOVAS, {
    since: '6.2',
    fields: { ioas_id: id('ioas'), num_iovas: number(0), allowed_iovas: told(list) },
    undo: 'nothing',
  }),
  record(ioas.IOMMU_IOAS_MAP, {
    since: '6.2',
    fields: { flags, ioas_id: id('ioas'), user_va: memory, length, iova: iova() },
    maps: place,
  }),
  record(ioas.IOMMU_IOAS_MAP_FILE, {
    since: '6.13',
    needs: ['ioas-map-file'],
    fields: {
      flags,
      ioas_id: id('ioas'),
      fd: file('memfd'),
      start: number(0),
      length,
      iova: iova(),
    },
    maps: place,
  }),
  record(ioas.IOMMU_IOAS_COPY, {
    since: '6.2',
    fields: {
      // A kernel that is built for tests has a flag of its own.
      flags: number(rights, 'IOMMU_IOAS_MAP_', 'MOCK_FLAGS_'),
      dst_ioas_id: id('ioas', 'last'),
      src_ioas_id: mapped('ioas'),
      length: mapped('length'),
      dst_iova: iova(2),
      src_iova: mapped('iova'),
    },
    maps: { ioas: 'dst_ioas_id', iova: 'dst_iova', length: 'length' },
  }),
  record(ioas.IOMMU_IOAS_UNMAP, {
    since: '6.2',
    fields: whatIsMapped,
    unmaps: place,
  }),
  record(ioas.IOMMU_IOAS_CHANGE_PROCESS, {
    since: '6.14',
    needs: ['change-process'],
    fields: {},
    undo: 'nothing',
  }),
  record(ioas.IOMMU_IOAS_NOIOMMU_GET_PA, {
    since: '7.3',
    needs: ['noiommu'],
    fields: { flags: number(0), ...whatIsMapped, out_phys: output() },
    undo: 'nothing',
  }),
];
