import { type Mutant, mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IoPagetable } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { VfioInfo } from '#reference/kernel/iommufd/vfio-info.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { vfio_iommu_type1_info } from '#uapi/vfio/iommu-type1.ts';

type Write = (offset: number, bytes: Uint8Array) => ErrnoName | undefined;

const { size: INFO_SIZE } = vfio_iommu_type1_info;

/** VFIO_IOMMU_GET_INFO writes more than it should. `room` is what the caller has for the struct, bytes. */
function afterInfo(more: (room: number, write: Write) => ErrnoName | undefined): Mutant['bug'] {
  return ({ iommufd }) =>
    class extends iommufd.VfioCompat {
      protected override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
        const room = roomAt(task, arg);
        const write: Write = (offset, bytes) => task.memory.copyToUser(arg + BigInt(offset), bytes);
        return super.getInfo(task, arg) ?? more(room, write);
      }
    };
}

/** VFIO_IOMMU_GET_INFO of an iommufd. */
export const entries = mutants(
  {
    id: 'BUG-068',
    breaks: ['VFIO-14', 'VFIO-15'],
    story: 'What stands on the stack of the kernel is returned in the padding of the info.',
    like: 'iommufd: Make sure to zero vfio_iommu_type1_info before copying to user',
    bug: afterInfo((room, write) => {
      if (room < INFO_SIZE) return undefined;
      return write(INFO_SIZE - 4, new Uint8Array(4).fill(0xaa));
    }),
  },
  {
    id: 'SEED-0190',
    breaks: ['VFIO-15', 'VFIO-14'],
    story: 'The whole info is returned, whatever room there is for it.',
    like: 'copy_to_user() of sizeof(info) without min_t()',
    bug: afterInfo((room, write) =>
      room >= INFO_SIZE ? undefined : write(room, new Uint8Array(INFO_SIZE - room)),
    ),
  },
  {
    id: 'SEED-0860',
    breaks: ['VFIO-39'],
    story: 'The number of DMA entries is told only where the gap behind it fits as well.',
    like: 'iommufd_vfio_iommu_get_info() with ALIGN() before the size is compared',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        protected override available(offset: number) {
          const piece = super.available(offset);
          return { ...piece, end: offset + this.align(piece.bytes.length) };
        }
      },
  },
  {
    id: 'SEED-0861',
    breaks: ['VFIO-39'],
    story: 'The gap between the capabilities is cleared.',
    like: 'a chain of capabilities that vfio_info_add_capability() has put together',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        protected override available(offset: number) {
          const piece = super.available(offset);
          const bytes = new Uint8Array(this.align(piece.bytes.length));
          bytes.set(piece.bytes);
          return { ...piece, bytes, end: offset + bytes.length };
        }
      },
  },
  {
    id: 'SEED-0862',
    breaks: ['VFIO-39'],
    story: 'No range is told where not all of them fit.',
    like: 'iommufd_fill_cap_iova() that compares the size of the whole',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        protected override ranges(iopt: IoPagetable, offset: number) {
          const { pieces, end } = super.ranges(iopt, offset);
          return { pieces: pieces.map((piece) => ({ ...piece, end })), end };
        }
      },
  },
  {
    id: 'SEED-0863',
    breaks: ['VFIO-39'],
    story: 'The head of the ranges is told where only it fits.',
    like: 'iommufd_fill_cap_iova() that writes sizeof(cap_iovas) first',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        protected override ranges(iopt: IoPagetable, offset: number) {
          const { pieces, end } = super.ranges(iopt, offset);
          const early = pieces.map((piece) => ({
            ...piece,
            end: piece.offset + piece.bytes.length,
          }));
          return { pieces: early, end };
        }
      },
  },
  {
    id: 'SEED-0864',
    breaks: ['VFIO-40'],
    story:
      'The struct is written before the capabilities, and tells of them also where these fail.',
    like: 'copy_to_user() of the info in front of the loop of iommufd_vfio_iommu_get_info()',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        override write(...[argument, iopt]: Parameters<VfioInfo['write']>): ErrnoName | undefined {
          const error = super.write(argument, iopt);
          return error && (argument.put('argsz', super.ranges(iopt, 40).end) ?? error);
        }
      },
  },
);

function roomAt(task: Task, address: bigint): number {
  const head = task.memory.copyFromUser(address, 4);
  return head === 'EFAULT' ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
}
