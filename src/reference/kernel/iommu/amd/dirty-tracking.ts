import { V1_DIRTY } from '#formats/amd/page-table-entry.ts';

import { TableDirty } from '../table-dirty.ts';

/** amd_dirty_ops: the dirty bits of a v1 table (HDSup). HW-AMD-04 11 */
export class HostDirty extends TableDirty {
  protected readonly dirtyBit = V1_DIRTY;
}
