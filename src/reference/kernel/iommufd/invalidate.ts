import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HWPT_INVALIDATE } from '#uapi/iommufd/hwpt.ts';
import type { iommu_hwpt_invalidate } from '#uapi/iommufd/hwpt.ts';
import type { Invalidated } from '../iommu/domain.ts';
import type { UserDataArray } from '../iommu/user-data.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { HwptNested } from './hw-pagetable.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { UserCommand } from './user-command.ts';
import { Viommu } from './viommu.ts';

type InvalidateCommand = UserCommand<typeof iommu_hwpt_invalidate>;

/** An arbitrary bound, as is that of a page for each entry. INV-02 */
const MAX_ENTRIES = 524_288;
const MAX_ENTRY_LENGTH = Number(PAGE_SIZE);

/** hw_pagetable.c: IOMMU_HWPT_INVALIDATE. */
export class InvalidateCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_HWPT_INVALIDATE, (command) => this.invalidate(command))];
  }

  /** Always tells how many entries were done; EFAULT where nobody can be told. INV-10 11 13 ABI-20 */
  invalidate(command: InvalidateCommand): ErrnoName | undefined {
    const error = this.check(command);
    const { done, error: failed } = error ? { done: 0, error } : this.execute(command);
    return command.respond({ entry_num: done }) ?? failed;
  }

  /** INV-01 02 06 */
  protected check({ fields }: InvalidateCommand): ErrnoName | undefined {
    const { __reserved, entry_num, entry_len, data_uptr } = fields;
    if (__reserved) return 'EOPNOTSUPP';
    if (entry_num === 0) return undefined;
    if (data_uptr === 0n || entry_len === 0) return 'EINVAL';
    return entry_len > MAX_ENTRY_LENGTH || entry_num > MAX_ENTRIES ? 'EINVAL' : undefined;
  }

  /** INV-03 04 05 08 09 */
  protected execute(command: InvalidateCommand): Invalidated {
    const table = this.context.objects.get(command.fields.hwpt_id, IommufdObject);
    if (isErrno(table)) return { done: 0, error: table };
    if (table instanceof Viommu) return this.onViommu(command, table);
    if (!(table instanceof HwptNested)) return { done: 0, error: 'EINVAL' };
    return table.domain.invalidate?.(arrayOf(command)) ?? { done: 0, error: 'EOPNOTSUPP' };
  }

  /** INV-14 15 16 17 */
  protected onViommu(command: InvalidateCommand, viommu: Viommu): Invalidated {
    return viommu.ops?.invalidate(arrayOf(command)) ?? { done: 0, error: 'EOPNOTSUPP' };
  }
}

/** The entries, which the driver copies. */
export function arrayOf({ task, fields }: InvalidateCommand): UserDataArray {
  const { data_type, data_uptr, entry_len, entry_num } = fields;
  return {
    memory: task.memory,
    type: data_type,
    address: data_uptr,
    entryLength: entry_len,
    entries: entry_num,
  };
}
