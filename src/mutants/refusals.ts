import type { IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea, PagesSlice } from '#reference/kernel/iommufd/area.ts';
import type { AllowedIovas } from '#reference/kernel/iommufd/allowed-iovas.ts';
import type { MapRequest } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { PlaceRequest } from '#reference/kernel/iommufd/iova-allocator.ts';
import type { Mapping } from '#reference/kernel/iommufd/ioas-commands.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type {
  iommu_ioas_allow_iovas,
  iommu_ioas_copy,
  iommu_ioas_map,
  iommu_ioas_map_file,
  iommu_ioas_unmap,
} from '#uapi/iommufd/ioas.ts';
import type { iommu_option } from '#uapi/iommufd/objects.ts';

import { mutants } from './mutant.ts';

type Allow = UserCommand<typeof iommu_ioas_allow_iovas>;
type Copy = UserCommand<typeof iommu_ioas_copy>;
type Map = UserCommand<typeof iommu_ioas_map>;
type MapFile = UserCommand<typeof iommu_ioas_map_file>;
type Option = UserCommand<typeof iommu_option>;
interface Piece {
  readonly area: IoptArea;
  readonly first: bigint;
  readonly last: bigint;
}

type Unmap = UserCommand<typeof iommu_ioas_unmap>;

/** What is refused, with which errno, and before what else: one mistake each, in any of the features. */
export const refusals = mutants(
  {
    id: 'SEED-530',
    breaks: ['IOAS-MAP-02'],
    story: 'The IOVA of an automatic map is not looked at.',
    like: 'a check that is made for fixed maps only',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override map(command: Map): ErrnoName | undefined {
          if (!(command.fields.flags & 1)) command.fields.iova = 0n;
          return super.map(command);
        }
      },
    }),
  },
  {
    id: 'SEED-531',
    breaks: ['IOAS-MAP-07'],
    story: 'A map that is too long is refused before one whose addresses wrap.',
    like: 'the order of checks of Linux 6.12',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          if (mapping.length > ULONG_MAX - 4096n) return 'EINVAL';
          return super.mapUser(task, mapping, address);
        }
      },
    }),
  },
  {
    id: 'SEED-532',
    breaks: ['IOAS-MAP-23'],
    story: 'For half the address space there is just no place.',
    like: 'an allocator without a limit for lengths',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        override place(request: PlaceRequest): bigint | ErrnoName {
          const placed = super.place(request);
          return placed === 'EOVERFLOW' ? 'ENOSPC' : placed;
        }
      },
    }),
  },
  {
    id: 'SEED-533',
    breaks: ['IOAS-MAP-22'],
    story: 'An automatic IOVA is aligned as the IOAS asks, whatever the memory offers.',
    like: 'a maximum in place of a check',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        override place(request: PlaceRequest): bigint | ErrnoName {
          const placed = super.place(request);
          return placed === 'EINVAL' ? super.place({ ...request, iovaAlignment: 1n }) : placed;
        }
      },
    }),
  },
  {
    id: 'SEED-534',
    breaks: ['IOAS-MAP-11'],
    story: 'Where in its page the memory of a map begins does not matter.',
    like: 'iopt_insert_area() without its last check',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override checkSlice(
          slice: PagesSlice,
          protection: IommuProtection,
        ): ErrnoName | undefined {
          const error = super.checkSlice(slice, protection);
          return error === 'EINVAL' && this.domains.size === 0 ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-535',
    breaks: ['IOAS-MAP-17'],
    story: 'A map may not touch its neighbour.',
    like: 'an interval tree that takes its ends for excluded',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkIova(iova, length);
          const touched = this.areas.intersecting(iova + length, iova + length);
          return error ?? (touched ? 'EEXIST' : undefined);
        }
      },
    }),
  },
  {
    id: 'SEED-536',
    breaks: ['IOAS-MAP-27'],
    story: 'Memory that is not there is refused when it is mapped, though nothing is pinned.',
    like: 'an early access_ok() and a look at the first page',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          const placed = super.mapUser(task, mapping, address);
          if (typeof placed === 'string') return placed;
          return typeof task.memory.load(address, 1) === 'string' ? 'EFAULT' : placed;
        }
      },
    }),
  },
  {
    id: 'SEED-537',
    breaks: ['IOAS-MAP-18'],
    story: 'An automatic map goes to the IOVA that was left in its struct, if that is free.',
    like: 'an IOVA that is taken for a hint, as mmap() does',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          const isFree = !mapping.ioas.iopt.checkIova(mapping.iova, mapping.length);
          const hinted = mapping.iova > 0n && isFree ? { flags: mapping.flags | 1 } : {};
          return super.mapUser(task, { ...mapping, ...hinted }, address);
        }
      },
    }),
  },
  {
    id: 'SEED-538',
    breaks: ['IOAS-COPY-05'],
    story: 'A copy of no bytes is refused before its source is looked up.',
    like: 'a check of the length with those of the flags',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override copy(command: Copy): ErrnoName | undefined {
          const error = super.copy(command);
          return error === 'ENOENT' && command.fields.length === 0n ? 'EINVAL' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-539',
    breaks: ['IOAS-COPY-06'],
    story: 'A source that wraps is one that is not mapped.',
    like: 'a walk over areas that finds out by itself',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const slices = super.slices(iova, length);
          return slices === 'EOVERFLOW' ? 'ENOENT' : slices;
        }
      },
    }),
  },
  {
    id: 'SEED-540',
    breaks: ['IOAS-COPY-16', 'IOAS-COPY-15'],
    story: 'A copy has no right that its source lacks.',
    like: 'the rights of the area in place of those of its pages',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override copy(command: Copy): ErrnoName | undefined {
          const { src_ioas_id, src_iova, flags } = command.fields;
          const source = this.ioas(src_ioas_id);
          const area =
            typeof source !== 'string' && source.iopt.areas.intersecting(src_iova, src_iova);
          if (area && flags & 4 && !area.protection.read) return 'EPERM';
          if (area && flags & 2 && !area.protection.write) return 'EPERM';
          return super.copy(command);
        }
      },
    }),
  },
  {
    id: 'SEED-541',
    breaks: ['IOAS-COPY-09'],
    story: 'The pieces of a copy cannot be unmapped one by one.',
    like: 'one area for the whole of a copy',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        private readonly joined: { first: bigint; last: bigint }[] = [];

        override map(request: MapRequest): bigint | ErrnoName {
          const iova = super.map(request);
          if (typeof iova !== 'string' && request.slices.length > 1) {
            this.joined.push({ first: iova, last: iova + request.length - 1n });
          }
          return iova;
        }

        protected override isCut(area: IoptArea, first: bigint, last: bigint): boolean {
          const whole = this.joined.find((one) => one.first <= area.first && area.last <= one.last);
          if (whole && (whole.first < first || whole.last > last)) return true;
          return super.isCut(area, first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-542',
    breaks: ['IOAS-COPY-22'],
    story: 'What a copy puts into a page table is pinned anew from its addresses.',
    like: 'pages that are looked up although they are pinned',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const { source } = this;
          if (source.kind === 'user' && source.memory.exited) return 'EFAULT';
          return super.pin(first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-543',
    breaks: ['IOAS-UNMAP-12'],
    story: 'An unmap of all but the last IOVA counts as one of everything.',
    like: 'a comparison with the last IOVA that can be mapped',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const { fields } = command;
          if (fields.iova === 0n && fields.length === ULONG_MAX - 1n) fields.length = ULONG_MAX;
          return super.unmap(command);
        }
      },
    }),
  },
  {
    id: 'SEED-544',
    breaks: ['IOAS-UNMAP-09'],
    story: 'An unmap from the last IOVA on finds nothing there.',
    like: 'a check for all ones in one field of two',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const error = super.unmap(command);
          return error === 'EOVERFLOW' && command.fields.iova === ULONG_MAX ? 'ENOENT' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-545',
    breaks: ['IOAS-ALLOW-02'],
    story: 'The list of allowed IOVAs is read before its IOAS is looked up.',
    like: 'a copy_from_user() at the top of the function',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override allowIovas(command: Allow): ErrnoName | undefined {
          const allowed = this.loadIovas(command);
          return typeof allowed === 'string' ? allowed : super.allowIovas(command);
        }
      },
    }),
  },
  {
    id: 'SEED-546',
    breaks: ['IOAS-ALLOW-13'],
    story: 'A list of allowed IOVAs has to have room for what is mapped.',
    like: 'a check of areas against the new list',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          for (const { first, last } of this.areas.all()) {
            if (!allowed.intersects({ first, last })) return 'EADDRINUSE';
          }
          return super.setAllowed(allowed);
        }
      },
    }),
  },
  {
    id: 'SEED-547',
    breaks: ['IOAS-ALLOW-08'],
    story: 'An empty list of allowed IOVAs leaves the old one in force.',
    like: 'a loop over no elements, and nothing after it',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const isEmpty = [...allowed.all()].length === 0;
          return isEmpty ? undefined : super.setAllowed(allowed);
        }
      },
    }),
  },
  {
    id: 'SEED-548',
    breaks: ['IOAS-FILE-06', 'IOAS-FILE-07'],
    story: 'A file that is no memory is refused when it is mapped.',
    like: 'a look at the file before it is needed',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapFile(command: MapFile): ErrnoName | undefined {
          const file = command.task.files.get(command.fields.fd);
          const error = super.mapFile(command);
          if (error || typeof file === 'string') return error;
          const { memory, dmabuf } = file.operations;
          return (memory ?? dmabuf) ? undefined : 'EINVAL';
        }
      },
    }),
  },
  {
    id: 'SEED-549',
    breaks: ['IOAS-FILE-24'],
    story: 'An access can pin what is behind a dma-buf.',
    like: 'a dma-buf that is taken for pages',
    parts: ({ Access: Original }) => ({
      Access: class extends Original {
        protected override pinPiece(piece: Piece): ErrnoName | undefined {
          if (piece.area.pages.source.kind !== 'dmabuf') return super.pinPiece(piece);
          piece.area.accesses++;
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-550',
    breaks: ['OPT-03'],
    story: 'What to do with an option is looked at before its IOAS is.',
    like: 'a switch over op at the top of the function',
    parts: ({ OptionCommands }) => ({
      OptionCommands: class extends OptionCommands {
        override option(command: Option): ErrnoName | undefined {
          return command.fields.op > 1 ? 'EOPNOTSUPP' : super.option(command);
        }
      },
    }),
  },
  {
    id: 'SEED-551',
    breaks: ['OPT-10'],
    story: 'The rlimit mode can be set as long as no object was ever made.',
    like: 'a look at the next id in place of the table',
    parts: ({ OptionCommands }) => ({
      OptionCommands: class extends OptionCommands {
        private wasUsed = false;

        protected override setRlimitMode(value: bigint): ErrnoName | undefined {
          this.wasUsed ||= !this.context.objects.isEmpty;
          return this.wasUsed ? 'EBUSY' : super.setRlimitMode(value);
        }
      },
    }),
  },
);
