import { mutants } from '#mutants/mutant.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Iommufd } from '#reference/kernel/iommufd/main.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE, type Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { IommufdBinding } from '#reference/kernel/vfio/device.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type PinCheck = Parameters<Access['checkPin']>;
type RwOptions = Parameters<IoptPages['readWrite']>[2];

/** Users in the kernel: the accesses of drivers, and emulated devices. */
export const entries = mutants(
  {
    id: 'SEED-0240',
    breaks: ['PIN-26'],
    story: 'A page knows that it is held, but not how often.',
    like: 'iopt_pages_access that is found again and not counted',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override use(index: number, difference: 1 | -1): number {
          const page = this.pinned.get(index);
          return page ? (page.users = difference === 1 ? 1 : 0) : 0;
        }
      },
  },
  {
    id: 'SEED-0241',
    breaks: ['PIN-12'],
    story:
      'An access pins for itself what a page table has pinned already, and never lets go of it.',
    like: 'iopt_area_add_access() that does not look at the pages of the domains',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pinForAccess(first: number, last: number): ErrnoName | undefined {
          for (let index = first; index <= last; index++) {
            const held = this.pfnAt(index);
            if (held !== undefined) this.kernel.pages.pin(held);
          }
          return super.pinForAccess(first, last);
        }
      },
  },
  {
    id: 'SEED-0246',
    breaks: ['PIN-17'],
    story: 'The alignment that an access needed stays when the access has gone.',
    like: 'iopt_remove_access() without iopt_calculate_iova_alignment()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override removeAccess(access: Access): void {
          this.accesses.delete(access);
        }
      },
  },
  {
    id: 'SEED-0247',
    breaks: ['PIN-19'],
    story: 'A range that passes U64_MAX goes on at 0, and is looked for there.',
    like: 'iommufd_access_pin_pages() without check_add_overflow()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkRange(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkRange(iova, length);
          return error === 'EOVERFLOW' ? 'ENOENT' : error;
        }
      },
  },
  {
    id: 'SEED-0248',
    breaks: ['PIN-20'],
    story: 'A pin that meets a hole leaves the first page pinned.',
    like: 'iommufd_access_pin_pages() that returns from its loop',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override pinPages(iova: bigint, length: bigint, write: boolean): Pfn[] | ErrnoName {
          const pinned = super.pinPages(iova, length, write);
          if (pinned === 'ENOENT') super.pinPages(iova, PAGE_SIZE, write);
          return pinned;
        }
      },
  },
  {
    id: 'SEED-0249',
    breaks: ['PIN-22'],
    story: 'An access pins for writing what is mapped to be read only.',
    like: 'iommufd_access_pin_pages() that drops its flags',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkPin(...[piece]: PinCheck): ErrnoName | undefined {
          return super.checkPin(piece, false);
        }
      },
  },
  {
    id: 'SEED-0250',
    breaks: ['PIN-24'],
    story: 'A pin may begin anywhere in a page.',
    like: 'iommufd_access_pin_pages() without iopt_area_contig_is_aligned()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkPin(...[{ area }, write]: PinCheck): ErrnoName | undefined {
          return this.checkArea(area, write);
        }
      },
  },
  {
    id: 'SEED-0251',
    breaks: ['PIN-29'],
    story: 'The slow way of a read or a write begins at the start of the page.',
    like: 'batch_rw() with an offset of 0',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override rwPage(...[pfn, , data]: Parameters<IoptPages['rwPage']>): void {
          super.rwPage(pfn, 0n, data);
        }
      },
  },
  {
    id: 'SEED-0252',
    breaks: ['PIN-30'],
    story: 'A read from a process that has exited succeeds, and brings zeros.',
    like: 'iopt_pages_rw_slow() that forgets the error of its reader',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override rwPages(
          ...[start, bytes, write]: Parameters<IoptPages['rwPages']>
        ): ErrnoName | undefined {
          super.rwPages(start, bytes, write);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0253',
    breaks: ['PIN-31'],
    story: 'A read or a write takes the memory that the caller has at the address.',
    like: 'copy_from_user() in iopt_pages_rw_access() whatever mm is current',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override readWrite(
          start: bigint,
          bytes: Uint8Array,
          options: RwOptions,
        ): ErrnoName | undefined {
          if (this.source.kind !== 'user') return super.readWrite(start, bytes, options);
          const address = this.source.start + start;
          const { memory } = options.task;
          if (options.write) return memory.copyToUser(address, bytes);
          const data = memory.copyFromUser(address, bytes.length);
          if (isErrno(data)) return data;
          bytes.set(data);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0254',
    breaks: ['PIN-32'],
    story: 'An access that moves keeps its pins in the IOAS that it leaves.',
    like: 'iommufd_access_change_ioas() without the call of unmap()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override attach(ioasId: number): ErrnoName | undefined {
          this.silent = true;
          const error = super.attach(ioasId);
          this.silent = false;
          return error;
        }

        override detach(): void {
          if (!this.silent || !this.ioas) return super.detach();
          this.ioas.iopt.removeAccess(this);
          this.ioas.users--;
          this.ioas = undefined;
        }

        private silent = false;
      },
  },
  {
    id: 'SEED-0255',
    breaks: ['PIN-33'],
    story: 'An access that moves to where it is drops its pins.',
    like: 'iommufd_access_change_ioas() without the look at the IOAS it has',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override attach(ioasId: number): ErrnoName | undefined {
          if (this.ioas?.id === ioasId) this.options.unmap?.({ first: 0n, last: ULONG_MAX });
          return super.attach(ioasId);
        }
      },
  },
  {
    id: 'SEED-0256',
    breaks: ['PIN-35'],
    story: 'An access that is closed keeps its IOAS from being destroyed.',
    like: 'iommufd_access_destroy_object() without refcount_dec()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override destroy(): void {
          if (this.ioas) this.ioas.users++;
          super.destroy();
        }
      },
  },
  {
    id: 'SEED-0257',
    breaks: ['PIN-14'],
    story: 'The last page of a mapping is pinned where all of it is mapped only.',
    like: 'iopt_area_last_index() from the length in pages',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptArea {
        override indexAt(iova: bigint): number {
          if (iova !== this.last) return super.indexAt(iova);
          const first = super.indexAt(this.first);
          return Math.max(first, first + Number((this.length >> PAGE_SHIFT) - 1n));
        }
      },
  },
  {
    id: 'SEED-0552',
    breaks: ['PIN-18'],
    story: 'A pin of no bytes pins nothing.',
    like: 'a loop that is not entered',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override pinPages(...call: Parameters<Access['pinPages']>): ReturnType<Access['pinPages']> {
          return call[1] === 0n ? [] : super.pinPages(...call);
        }
      },
  },
  {
    id: 'SEED-0553',
    breaks: ['PIN-34'],
    story: 'An access that is to move to what is not there has left its IOAS.',
    like: 'a detach before the lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          if (error === 'ENOENT') this.detach();
          return error;
        }
      },
  },
  {
    id: 'SEED-0554',
    breaks: ['PIN-23', 'IOAS-MAP-46'],
    story: 'An access can read what was mapped for writing only.',
    like: 'write access that implies read access',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return area.preventAccess || write ? super.checkArea(area, write) : undefined;
        }
      },
  },
  {
    id: 'SEED-0579',
    breaks: ['PIN-28', 'PIN-12'],
    story: 'With the last page table the pins of accesses go as well.',
    like: 'an unpin of the whole area',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override unfillDomain(area: IoptArea, domain: IommuDomain): void {
          super.unfillDomain(area, domain);
          if (this.domains.size > 0 || area.accesses === 0) return;
          const { accesses } = area;
          for (let index = area.indexAt(area.first); index <= area.indexAt(area.last); index++) {
            if (area.pages.pfnAt(index) !== undefined) area.pages.unpin(index, index);
          }
          area.accesses = accesses;
        }
      },
  },
  {
    id: 'SEED-0660',
    breaks: ['PIN-36'],
    story: 'Attaching an emulated device returns the id of its access.',
    like: 'pt_id as what came into being, where nothing does',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedBinding {
        override attach(ioasId: number): number | ErrnoName {
          return this.access.attach(ioasId) ?? this.id;
        }
      },
  },
  {
    id: 'SEED-0661',
    breaks: ['PIN-36'],
    story: 'An emulated device that is attached to a page table gets the IOAS behind it.',
    like: 'iommufd_access_attach() with the lookup of iommufd_device_attach()',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedBinding {
        override attach(id: number): number | ErrnoName {
          const table = this.context.objects.get(id, HwptPaging);
          return table instanceof HwptPaging ? super.attach(table.ioas.id) : super.attach(id);
        }
      },
  },
  {
    id: 'SEED-0662',
    breaks: ['PIN-37'],
    story: 'An emulated device is bound as one that does DMA.',
    like: 'an mdev driver with vfio_iommufd_physical_bind()',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedDevice {
        protected override bindTo(context: Iommufd): IommufdBinding | ErrnoName {
          return context.bindDevice(this.hardware.iommu);
        }
      },
  },
  {
    id: 'SEED-0665',
    breaks: ['PIN-36'],
    story: 'An emulated device that is detached keeps its IOAS in use.',
    like: 'vfio_iommufd_emulated_detach_ioas() that only clears iommufd_attached',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedBinding {
        override detach(): void {}
      },
  },
  {
    id: 'SEED-0873',
    breaks: ['PIN-38'],
    story: 'Whether an access may write is asked of all mappings before the first byte.',
    like: 'iommufd_access_rw() in two passes, as iommufd_access_pin_pages()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override readWrite(...call: Parameters<Access['readWrite']>): ErrnoName | undefined {
          const [iova, bytes, { write }] = call;
          for (const { area } of this.pieces(iova, iova + BigInt(bytes.length) - 1n)) {
            const refused = this.checkArea(area, write);
            if (refused) return refused;
          }
          return super.readWrite(...call);
        }
      },
  },
  {
    id: 'SEED-0874',
    breaks: ['PIN-38'],
    story: 'Frames are written one after the other, each when it is found.',
    like: 'iopt_pages_rw_slow() with a batch of one page',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override rwPages(
          ...[start, bytes, write]: [bigint, Uint8Array, boolean]
        ): ErrnoName | undefined {
          for (let done = 0; done < bytes.length; done += 4096) {
            const error = super.rwPages(
              start + BigInt(done),
              bytes.subarray(done, done + 4096),
              write,
            );
            if (error) return error;
          }
          return undefined;
        }
      },
  },
);
