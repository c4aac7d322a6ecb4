import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_OPTION,
  IOMMU_OPTION_HUGE_PAGES,
  IOMMU_OPTION_OP_GET,
  IOMMU_OPTION_OP_SET,
  IOMMU_OPTION_RLIMIT_MODE,
  IOMMU_VFIO_IOAS,
  IOMMU_VFIO_IOAS_CLEAR,
  IOMMU_VFIO_IOAS_GET,
  IOMMU_VFIO_IOAS_SET,
} from '#uapi/iommufd/objects.ts';
import type { iommu_option, iommu_vfio_ioas } from '#uapi/iommufd/objects.ts';
import { isErrno } from '../lib/errno.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

type OptionCommand = UserCommand<typeof iommu_option>;

/** main.c: iommufd_option(), and vfio_compat.c: iommufd_vfio_ioas(). */
export class OptionCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_OPTION, (command) => this.option(command)),
      row(IOMMU_VFIO_IOAS, (command) => this.vfioIoas(command)),
    ];
  }

  /** OPT-01 02 20 ABI-17 31 */
  option(command: OptionCommand): ErrnoName | undefined {
    if (command.fields.__reserved) return 'EOPNOTSUPP';
    const value = this.apply(command);
    return isErrno(value) ? value : command.putUser('val64', value);
  }

  /** OPT-29 30 31 32 33 34 VFIO-CMP-02 */
  vfioIoas(command: UserCommand<typeof iommu_vfio_ioas>): ErrnoName | undefined {
    const { op, __reserved, ioas_id } = command.fields;
    if (__reserved) return 'EOPNOTSUPP';
    switch (op) {
      case IOMMU_VFIO_IOAS_GET:
        if (!this.context.vfioIoas) return 'ENODEV';
        return command.respond({ ioas_id: this.context.vfioIoas.id });
      case IOMMU_VFIO_IOAS_SET:
        return this.setVfioIoas(ioas_id);
      case IOMMU_VFIO_IOAS_CLEAR:
        this.context.vfioIoas = undefined;
        return undefined;
      default:
        return 'EOPNOTSUPP';
    }
  }

  /** The value after the command. OPT-01 */
  protected apply(command: OptionCommand): bigint | ErrnoName {
    switch (command.fields.option_id) {
      case IOMMU_OPTION_RLIMIT_MODE:
        return this.rlimitMode(command);
      case IOMMU_OPTION_HUGE_PAGES:
        return this.hugePages(command);
      default:
        return 'EOPNOTSUPP';
    }
  }

  /** iommufd_option_rlimit_mode(). OPT-03 04 05 06 09 */
  protected rlimitMode(command: OptionCommand): bigint | ErrnoName {
    const { op, object_id, val64 } = command.fields;
    if (object_id) return 'EOPNOTSUPP';
    if (op === IOMMU_OPTION_OP_GET) return this.context.accountMode === 'mm' ? 1n : 0n;
    if (op !== IOMMU_OPTION_OP_SET) return 'EOPNOTSUPP';
    if (!command.task.capabilities.has('SYS_RESOURCE')) return 'EPERM';
    return this.setRlimitMode(val64) ?? val64;
  }

  /** OPT-07 08 09 10 */
  protected setRlimitMode(value: bigint): ErrnoName | undefined {
    if (!this.context.objects.isEmpty) return 'EBUSY';
    if (value > 1n) return 'EINVAL';
    this.context.accountMode = value === 1n ? 'mm' : 'user';
    return undefined;
  }

  /** iommufd_ioas_option_huge_pages(). OPT-03 11 12 13 */
  protected hugePages(command: OptionCommand): bigint | ErrnoName {
    const { op, object_id, val64 } = command.fields;
    const ioas = this.context.objects.get(object_id, Ioas);
    if (isErrno(ioas)) return ioas;
    if (op === IOMMU_OPTION_OP_GET) return ioas.iopt.largePages ? 1n : 0n;
    if (op !== IOMMU_OPTION_OP_SET) return 'EOPNOTSUPP';
    return this.setHugePages(ioas, val64) ?? val64;
  }

  protected setHugePages(ioas: Ioas, value: bigint): ErrnoName | undefined {
    if (value > 1n) return 'EINVAL';
    if (value === 0n) return ioas.iopt.disableLargePages();
    ioas.iopt.enableLargePages();
    return undefined;
  }

  protected setVfioIoas(id: number): ErrnoName | undefined {
    const ioas = this.context.objects.get(id, Ioas);
    if (isErrno(ioas)) return ioas;
    this.context.vfioIoas = ioas;
    return undefined;
  }
}
