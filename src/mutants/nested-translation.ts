import type { IommuDomain, IommuProtection, NestedDomain } from '#reference/kernel/iommu/domain.ts';
import type { PasidEntry } from '#reference/hardware/vtd/pasid-table.ts';
import type { PageRequest } from '#reference/kernel/iommu/io-pgfault.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { UnitFeatures } from '#reference/kernel/iommu/intel/unit-features.ts';
import type { UserData, UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { AttachStep } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HWPT_DATA_VTD_S1 } from '#uapi/iommufd/hwpt.ts';

import { mutants } from './mutant.ts';

const U64_MAX = (1n << 64n) - 1n;

/** Nesting, PASIDs and page requests of real devices: features/dma/nested-translation.feature and its neighbours. */
export const nestedTranslation = mutants(
  {
    id: 'BUG-030',
    breaks: ['DEV-41'],
    story: 'The regions of a device are not reserved where it is attached to a nested page table.',
    like: 'iommufd: Enforce reserved IOVA also when attached to hwpt_nested',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override reserveIn(hwpt: HwPagetable): ErrnoName | undefined {
          return hwpt.domain.type === 'nested' ? undefined : super.reserveIn(hwpt);
        }
      },
    }),
  },
  {
    id: 'BUG-047',
    breaks: ['FAULT-09'],
    story: 'A request that is not the last of its group goes to the process at once.',
    like: 'iommu: Restore lost return in iommu_report_device_fault()',
    parts: ({ PageRequests }) => ({
      PageRequests: class extends PageRequests {
        override report(request: PageRequest): void {
          super.report({ ...request, isLast: true });
        }
      },
    }),
  },
  {
    id: 'BUG-067',
    breaks: ['DIRTY-11', 'DIRTY-13'],
    story: 'Dirty tracking leaves out devices that are at a nested page table on the parent.',
    like: 'iommu/vt-d: Add missing dirty tracking set for parent domain',
    parts: ({ PagingDomain }) => ({
      PagingDomain: class extends PagingDomain {
        protected override toggleDirty(isEnabled: boolean): void {
          for (const user of this.users) user.setDirtyTracking(isEnabled);
        }
      },
    }),
  },
  {
    id: 'BUG-144',
    breaks: ['IOAS-UNMAP-17'],
    story: 'What a parent loses is flushed for the devices that are at the parent itself.',
    like: 'iommu/vt-d: Add missing iotlb flush for parent domain',
    parts: ({ CacheTags }) => ({
      CacheTags: class extends CacheTags {
        protected override flush(tag: CacheTag, iova: bigint, length: bigint): void {
          if (tag.kind !== 'nesting') super.flush(tag, iova, length);
        }
      },
    }),
  },
  {
    id: 'BUG-153',
    breaks: ['DEV-26'],
    story: 'A page table with mappings enforces coherency from its first device on that can.',
    like: 'iommu/vt-d: Support enforce_cache_coherency only for empty domains',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override attachTo(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.attachTo(hwpt, pasid);
          const can = this.device.enforcesCoherency === true;
          if (!error && can) Object.assign(hwpt.paging, { enforcesCoherency: true });
          return error;
        }

        protected override replaceBy(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.replaceBy(hwpt, pasid);
          const can = this.device.enforcesCoherency === true;
          if (!error && can) Object.assign(hwpt.paging, { enforcesCoherency: true });
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-680',
    breaks: ['IOAS-MAP-45'],
    story: 'A nesting parent makes mappings that are only readable writeable.',
    like: 'PT_FEAT_VTDSS_FORCE_WRITEABLE taken at its word',
    parts: ({ PagingDomain }) => ({
      PagingDomain: class extends PagingDomain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          protection: IommuProtection,
          maxPageSize?: bigint,
        ): ErrnoName | undefined {
          const rights = this.nestParent ? { read: true, write: true } : protection;
          return super.map(iova, physical, length, rights, maxPageSize);
        }
      },
    }),
  },
  {
    id: 'SEED-681',
    breaks: ['HWPT-31', 'HWPT-19'],
    story: 'Data of any type are taken for those of a first-stage table.',
    like: 'intel_iommu_domain_alloc_nested() without the test of user_data->type',
    parts: ({ ScalableIommu }) => ({
      ScalableIommu: class extends ScalableIommu {
        override allocNestedDomain(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName {
          return super.allocNestedDomain(parent, { ...data, type: IOMMU_HWPT_DATA_VTD_S1 });
        }
      },
    }),
  },
  {
    id: 'SEED-682',
    breaks: ['HWPT-32'],
    story: "What a guest's page table needs is not compared with what the unit has.",
    like: 'intel_pasid_setup_nested() without its checks',
    parts: ({ IntelNestedDomain }) => ({
      IntelNestedDomain: class extends IntelNestedDomain {
        override fits(unit: UnitFeatures): boolean {
          return this.parent.fits(unit);
        }
      },
    }),
  },
  {
    id: 'SEED-683',
    breaks: ['INV-18'],
    story: 'An invalidation with flags that nobody knows is carried out.',
    like: 'intel_nested_cache_invalidate_user() that masks inv_entry.flags',
    parts: ({ IntelNestedDomain }) => ({
      IntelNestedDomain: class extends IntelNestedDomain {
        protected override invalidateEntry(
          array: UserDataArray,
          index: number,
        ): ErrnoName | undefined {
          const error = super.invalidateEntry(array, index);
          return error === 'EOPNOTSUPP' ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-684',
    breaks: ['INV-19'],
    story: 'All pages are no pages: the number wraps.',
    like: 'npages << PAGE_SHIFT of U64_MAX, in 64 bits',
    parts: ({ IntelNestedDomain }) => ({
      IntelNestedDomain: class extends IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint): void {
          if (pages !== U64_MAX) super.flush(first, pages);
        }
      },
    }),
  },
  {
    id: 'SEED-685',
    breaks: ['INV-18', 'INV-10'],
    story: 'An invalidation of several pages drops the first of them.',
    like: 'qi_flush_piotlb() with a size order of 0',
    parts: ({ IntelNestedDomain }) => ({
      IntelNestedDomain: class extends IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint): void {
          super.flush(first, pages === U64_MAX ? pages : 1n);
        }
      },
    }),
  },
  {
    id: 'SEED-686',
    breaks: ['PASID-19'],
    story: 'A PASID that is attached has to be detached first.',
    like: 'vfio_iommufd_physical_pasid_attach_ioas() without iommufd_device_replace()',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        override attachPasid(tableId: number, pasid: number): number | ErrnoName {
          return this.pasids.has(pasid) ? 'EBUSY' : super.attachPasid(tableId, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-687',
    breaks: ['PASID-18'],
    story: 'A PASID reserves the regions of its device.',
    like: 'iommufd_hw_pagetable_attach() without the test of the PASID',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override attachTo(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          return (pasid ? this.reserveIn(hwpt) : undefined) ?? super.attachTo(hwpt, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-688',
    breaks: ['PASID-21'],
    story: 'Closing a device leaves its PASIDs attached.',
    like: 'vfio_iommufd_physical_unbind() without its loop',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        override detachAll(): void {
          this.detach();
        }
      },
    }),
  },
  {
    id: 'SEED-689',
    breaks: ['FAULT-10'],
    story: 'A group that does not fit into the first read is lost.',
    like: 'iommufd_fault_deliver_fetch() without iommufd_fault_deliver_restore()',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          if (result === failure('EINVAL')) this.queue.take(() => undefined);
          return result;
        }
      },
    }),
  },
  {
    id: 'SEED-690',
    breaks: ['DEV-46', 'VFIO-ATT-13'],
    story: 'A virtual function can be attached where page requests are wanted.',
    like: 'iommufd_hwpt_attach_device() without iommufd_hwpt_compatible_device()',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override checkPageRequests(): undefined {}
      },
    }),
  },
  {
    id: 'SEED-691',
    breaks: ['DEV-24'],
    story: 'A page table of the IOAS that does not take a device is the last word.',
    like: 'iommufd_device_auto_get_domain() without "goto next"',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override changeToAutomatic(
          ioas: Ioas,
          step: AttachStep,
          undo?: (hwpt: HwPagetable) => void,
        ): HwPagetable | ErrnoName {
          const hasOne = [...ioas.hwpts].some(({ automatic }) => automatic);
          const strict: AttachStep = (hwpt) => {
            const error = step(hwpt);
            return hasOne && error === 'EINVAL' ? 'ENODEV' : error;
          };
          return super.changeToAutomatic(ioas, strict, undo);
        }
      },
    }),
  },
  {
    id: 'SEED-692',
    breaks: ['DEV-26'],
    story: 'No page table is asked to enforce cache coherency.',
    like: 'iommufd_hwpt_paging_alloc() without iommufd_hwpt_paging_enforce_cc()',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override enforceCoherency(): boolean {
          return false;
        }
      },
    }),
  },
  {
    id: 'SEED-693',
    breaks: ['DIRTY-13'],
    story: 'Dirty bits are cleared, and the caches still know them to be set.',
    like: 'read_and_clear_dirty() without iommu_iotlb_sync()',
    parts: ({ SecondStageDirty }) => ({
      SecondStageDirty: class extends SecondStageDirty {
        protected override flush(): void {}
      },
    }),
  },
  {
    id: 'SEED-694',
    breaks: ['PASID-14', 'PASID-19', 'PASID-21'],
    story: 'The entry of a PASID changes, and nothing that was cached of it is dropped.',
    like: 'intel_pasid_tear_down_entry() without its invalidations',
    parts: ({ ScalableIommu }) => ({
      ScalableIommu: class extends ScalableIommu {
        protected override flushEntry(): void {}
      },
    }),
  },
  {
    id: 'SEED-695',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A device with a cache of its own is not told of what was unmapped.',
    like: 'cache_tag_assign_domain() without CACHE_TAG_DEVTLB',
    parts: ({ ScalableIommu }) => ({
      ScalableIommu: class extends ScalableIommu {
        protected override deviceTags(): readonly CacheTag[] {
          return [];
        }
      },
    }),
  },
  {
    id: 'SEED-696',
    breaks: ['HWPT-22'],
    story: "A guest's page table is read as if its addresses were those of the host.",
    like: 'a first-stage walk that is not nested',
    parts: ({ PasidTable }) => ({
      PasidTable: class extends PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          const isNested = entry.translation === 3n;
          super.write(pasid, isNested ? { ...entry, translation: 1n } : entry);
        }
      },
    }),
  },
);
