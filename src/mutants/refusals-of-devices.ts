import type { IommuDevice, IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hwpt_get_dirty_bitmap, iommu_hwpt_invalidate } from '#uapi/iommufd/hwpt.ts';

import { mutants } from './mutant.ts';

type GetBitmap = UserCommand<typeof iommu_hwpt_get_dirty_bitmap>;
type Invalidate = UserCommand<typeof iommu_hwpt_invalidate>;

/** As refusals.ts, for what devices, accesses and page tables are asked. */
export const refusalsOfDevices = mutants(
  {
    id: 'SEED-552',
    breaks: ['PIN-18'],
    story: 'A pin of no bytes pins nothing.',
    like: 'a loop that is not entered',
    parts: ({ Access: Original }) => ({
      Access: class extends Original {
        override pinPages(...call: Parameters<Access['pinPages']>): ReturnType<Access['pinPages']> {
          return call[1] === 0n ? [] : super.pinPages(...call);
        }
      },
    }),
  },
  {
    id: 'SEED-553',
    breaks: ['PIN-34'],
    story: 'An access that is to move to what is not there has left its IOAS.',
    like: 'a detach before the lookup',
    parts: ({ Access: Original }) => ({
      Access: class extends Original {
        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          if (error === 'ENOENT') this.detach();
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-554',
    breaks: ['PIN-23', 'IOAS-MAP-46'],
    story: 'An access can read what was mapped for writing only.',
    like: 'write access that implies read access',
    parts: ({ Access: Original }) => ({
      Access: class extends Original {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return area.preventAccess || write ? super.checkArea(area, write) : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-555',
    breaks: ['PIN-07'],
    story: 'A device gets pages beyond the limit that were mapped before it came.',
    like: 'accounting in map, and none in attach',
    parts: ({ Accounting, IoPagetable }) => {
      let isAttaching = false;
      return {
        IoPagetable: class extends IoPagetable {
          protected override fillDomain(domain: IommuDomain): ErrnoName | undefined {
            isAttaching = true;
            const error = super.fillDomain(domain);
            isAttaching = false;
            return error;
          }
        },
        Accounting: class extends Accounting {
          protected override limit(): bigint {
            return isAttaching ? ULONG_MAX : super.limit();
          }
        },
      };
    },
  },
  {
    id: 'SEED-556',
    breaks: ['DEV-10'],
    story: 'A group can be bound by two iommufds.',
    like: 'a claim that counts without comparing the owner',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          return super.claimDmaOwner(this.owner ?? owner);
        }
      },
    }),
  },
  {
    id: 'SEED-557',
    breaks: ['DEV-28'],
    story: 'A device cannot be moved to where it is.',
    like: 'a replace that begins with a new attach',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        override replace(tableId: number, pasid?: number): number | ErrnoName {
          const isSame = pasid === undefined && this.hwpt?.id === tableId;
          return isSame ? 'EBUSY' : super.replace(tableId, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-558',
    breaks: ['DIRTY-10'],
    story: 'Whether a page table tracks is asked before the range is looked at.',
    like: 'a check for dirty_ops at the top',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const hwpt = this.context.objects.get(command.fields.hwpt_id, HwptPaging);
          const error = super.getBitmap(command);
          const tracks = typeof hwpt === 'string' || hwpt.domain.dirtyTracking !== undefined;
          return tracks || !error ? error : 'EOPNOTSUPP';
        }
      },
    }),
  },
  {
    id: 'SEED-559',
    breaks: ['DIRTY-19'],
    story: 'A range with a hole in it has no dirty bitmap.',
    like: 'the result of the walk, which nobody looks at',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const error = super.getBitmap(command);
          const { hwpt_id, iova, length } = command.fields;
          const hwpt = this.context.objects.get(hwpt_id, HwptPaging);
          if (error || typeof hwpt === 'string') return error;
          return typeof hwpt.ioas.iopt.slices(iova, length) === 'string' ? 'EINVAL' : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-560',
    breaks: ['DIRTY-20'],
    story: 'A bitmap that is not there is an error.',
    like: 'a propagated result of iova_bitmap_set()',
    parts: ({ IovaBitmap, DirtyCommands }) => {
      let missed = false;
      return {
        IovaBitmap: class extends IovaBitmap {
          override set(first: bigint, last: bigint): boolean {
            const isThere = super.set(first, last);
            missed ||= !isThere;
            return isThere;
          }
        },
        DirtyCommands: class extends DirtyCommands {
          override getBitmap(command: GetBitmap): ErrnoName | undefined {
            missed = false;
            return super.getBitmap(command) ?? (missed ? 'EFAULT' : undefined);
          }
        },
      };
    },
  },
  {
    id: 'SEED-561',
    breaks: ['DIRTY-21'],
    story: 'The memory of a bitmap is looked at before there is a bit to set.',
    like: 'iova_bitmap_alloc() that pins the first page',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const error = super.getBitmap(command);
          if (error) return error;
          const bytes = command.task.memory.copyFromUser(command.fields.data, 1);
          return typeof bytes === 'string' ? bytes : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-562',
    breaks: ['INV-06'],
    story: 'An array without entries must have an address.',
    like: 'a check of the pointer before that of the count',
    parts: ({ InvalidateCommands }) => ({
      InvalidateCommands: class extends InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          return super.check(command) ?? (command.fields.data_uptr === 0n ? 'EINVAL' : undefined);
        }
      },
    }),
  },
  {
    id: 'SEED-563',
    breaks: ['INV-03', 'INV-02'],
    story: 'The array of an invalidation is looked at when its page table has been found.',
    like: 'a check behind a lookup',
    parts: ({ InvalidateCommands }) => ({
      InvalidateCommands: class extends InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          const error = super.check(command);
          const { hwpt_id, __reserved } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === hwpt_id);
          return found || __reserved ? error : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-564',
    breaks: ['DEV-12', 'DEV-34'],
    story: 'The second device of a group cannot be bound by the same iommufd.',
    like: 'a claim that takes the group for owned',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override bindDevice(
          device: IommuDevice,
        ): ReturnType<InstanceType<typeof Iommufd>['bindDevice']> {
          return this.groups.has(device.group.id) ? 'EPERM' : super.bindDevice(device);
        }
      },
    }),
  },
);
