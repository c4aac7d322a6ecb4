import { SECOND_STAGE_DIRTY } from '#formats/vtd/paging-entry.ts';

import { TableDirty } from '../table-dirty.ts';

/** intel_second_stage_dirty_ops: the dirty bits of a second-stage table (SSADS). HW-VTD-24 */
export class SecondStageDirty extends TableDirty {
  protected readonly dirtyBit = SECOND_STAGE_DIRTY;
}
