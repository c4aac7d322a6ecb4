import { Type, typeOf } from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import { TranslationMode } from '#formats/vtd/root-entry.ts';
import { scalableContextAddress } from '#formats/vtd/scalable-context-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { PagingDomain } from '#reference/kernel/iommu/intel/paging-domain.ts';
import type { ScalableIommu } from '#reference/kernel/iommu/intel/scalable-iommu.ts';
import type { Pages } from '#reference/kernel/mm/pages.ts';

type EntryOf = ScalableMode['entryOf'];
type ContextOf = ScalableMode['contextOf'];
type Translate = ScalableMode['translate'];
type SetEntry = ScalableIommu['setEntry'];
type Respond = ScalableIommu['respond'];
type AttachPasid = ScalableIommu['attachPasid'];

const PASIDE = 1n << 3n;
const PRE = 1n << 4n;
const DTE = 1n << 2n;

/** What leads a VT-d to the page table of a request: roots, contexts, directories, entries; and who has them cached. */
export const entries = mutants(
  {
    id: 'SEED-1400',
    breaks: ['HW-VTD-01'],
    story: 'The unit takes every root table for one of legacy mode.',
    like: 'RTADDR of which bits 11:10 are masked away',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override setRootTable(register: bigint): void {
          super.setRootTable(register & ~0xc00n);
        }
      },
  },
  {
    id: 'SEED-1401',
    breaks: ['HW-VTD-01'],
    story: 'The mode that the driver chose is or-ed with scalable mode.',
    like: 'a VMM that has x-scalable-mode, whatever the guest writes to RTADDR',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override setRootTable(register: bigint): void {
          super.setRootTable(register | (TranslationMode.Scalable << 10n));
        }
      },
  },
  {
    id: 'SEED-1402',
    breaks: ['HW-VTD-02'],
    story: 'The driver has one context table for all buses.',
    like: 'iommu_context_addr() that indexes the root table with 0',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override rootSlot(rid: number): bigint {
          return super.rootSlot(rid & 0xff);
        }
      },
  },
  {
    id: 'SEED-1403',
    breaks: ['HW-VTD-02'],
    story: 'The driver puts the devices of both halves of a bus into the lower table.',
    like: 'iommu_context_addr() in scalable mode without the step to the upper half',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override rootSlot(rid: number): bigint {
          return super.rootSlot(rid & ~0x80);
        }
      },
  },
  {
    id: 'SEED-1404',
    breaks: ['HW-VTD-02'],
    story: 'The unit looks up devices of the upper half of a bus as those of the lower half.',
    like: 'a devfn of 7 bits',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override contextOf(...[rid, root]: Parameters<ContextOf>): ReturnType<ContextOf> {
          return super.contextOf(rid & ~0x80, root);
        }
      },
  },
  {
    id: 'SEED-1405',
    breaks: ['HW-VTD-03'],
    story: 'All context entries of legacy mode name one domain.',
    like: 'context_set_domain_id() with a constant',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override takeDomainId(): number {
          return 2;
        }

        protected override releaseDomainId(): void {}
      },
  },
  {
    id: 'SEED-1406',
    breaks: ['HW-VTD-03'],
    story: 'The driver tells every unit that its tables have four levels.',
    like: 'context_set_address_width() with the agaw of another unit',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override setContext(rid: number, domain: PagingDomain): void {
          const told = Object.create(domain, { levels: { value: 4 } }) as PagingDomain;
          super.setContext(rid, told);
        }
      },
  },
  {
    id: 'SEED-1407',
    breaks: ['HW-VTD-04'],
    story: 'The directory of PASIDs is one page, whatever PASIDs the device has.',
    like: 'a directory of PAGE_SIZE, with pasids of 20 bits',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        constructor(pages: Pages, _pasidBits: number) {
          super(pages, 15);
        }

        protected override entryAt(pasid: number): bigint {
          return super.entryAt(pasid % 0x8000);
        }
      },
  },
  {
    id: 'SEED-1408',
    breaks: ['HW-VTD-04'],
    story: 'A device with PASIDs has a context entry that allows none.',
    like: 'intel_pasid_setup_sm_context() without context_set_pasid()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override writeContext(rid: number, device: IntelDevice | undefined): void {
          super.writeContext(rid, device);
          clearFlag(this.pages, scalableContextAddress(this.contextTable(rid), rid), PASIDE);
        }
      },
  },
  {
    id: 'SEED-1409',
    breaks: ['HW-VTD-04'],
    story: 'A device with page requests has a context entry that allows none.',
    like: 'intel_pasid_setup_sm_context() without context_set_sm_pre()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override writeContext(rid: number, device: IntelDevice | undefined): void {
          super.writeContext(rid, device);
          clearFlag(this.pages, scalableContextAddress(this.contextTable(rid), rid), PRE);
        }
      },
  },
  {
    id: 'SEED-1410',
    breaks: ['HW-VTD-04'],
    story: 'A device with ATS has a context entry that answers no translation request.',
    like: 'intel_pasid_setup_sm_context() without context_set_sm_dte()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override writeContext(rid: number, device: IntelDevice | undefined): void {
          super.writeContext(rid, device);
          clearFlag(this.pages, scalableContextAddress(this.contextTable(rid), rid), DTE);
        }
      },
  },
  {
    id: 'SEED-1411',
    breaks: ['HW-VTD-06'],
    story: 'The entry of a PASID names another domain than its invalidations do.',
    like: 'pasid_set_domain_id() with the id of the default domain',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          super.write(pasid, { ...entry, domainId: entry.domainId + 0x1000 });
        }
      },
  },
  {
    id: 'SEED-1412',
    breaks: ['HW-VTD-06'],
    story: 'A table of the second stage is taken for one of three levels.',
    like: 'pasid_set_address_width() with agaw - 1',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          super.write(pasid, { ...entry, levels: 3 });
        }
      },
  },
  {
    id: 'SEED-1413',
    breaks: ['HW-VTD-07'],
    story: 'A new entry is or-ed to what is left of the old one.',
    like: 'pasid_set_bits() over an entry that was not cleared',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override clear(_pasid: number): void {}

        override write(pasid: number, entry: PasidEntry): void {
          const at = this.entryAt(pasid);
          const offsets = [0n, 8n, 16n];
          const old = offsets.map((offset) => this.memory.read64(at + offset));
          super.write(pasid, entry);
          for (const [index, offset] of offsets.entries())
            this.memory.write64(at + offset, this.memory.read64(at + offset) | (old[index] ?? 0n));
        }
      },
  },
  {
    id: 'SEED-1414',
    breaks: ['HW-VTD-07', 'HW-VTD-84'],
    story: 'An entry that is torn down stays present.',
    like: 'intel_pasid_tear_down_entry() without intel_pasid_clear_entry()',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override clearPresent(_pasid: number): void {}
        override clear(_pasid: number): void {}
      },
  },
  {
    id: 'SEED-1415',
    breaks: ['HW-VTD-08'],
    story: 'Requests with a PASID that has no entry are translated as those without a PASID.',
    like: 'a unit that falls back to RID_PASID',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          const found = super.translate(request, root);
          const { pasid: _, ...plain } = request;
          return 'reason' in found ? super.translate(plain, root) : found;
        }
      },
  },
  {
    id: 'SEED-1416',
    breaks: ['HW-VTD-08'],
    story: 'All requests of a device are translated as those without a PASID.',
    like: 'a PASID TLP prefix that is ignored',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          const { pasid: _, ...plain } = request;
          return super.translate(plain, root);
        }
      },
  },
  {
    id: 'SEED-1417',
    breaks: ['HW-VTD-30'],
    story: 'The context cache finds entries by the function number alone.',
    like: 'a cache that is indexed by three bits and has no tag',
    bug: ({ vtd }) =>
      class extends vtd.ContextCache {
        override lookup(rid: number): ReturnType<InstanceType<typeof vtd.ContextCache>['lookup']> {
          return super.lookup(rid & 7);
        }

        override insert(
          ...[rid, entry]: Parameters<InstanceType<typeof vtd.ContextCache>['insert']>
        ): void {
          super.insert(rid & 7, entry);
        }
      },
  },
  {
    id: 'SEED-1418',
    breaks: ['HW-VTD-30'],
    story: 'The cache of PASID entries does not tell devices apart.',
    like: 'a PASID cache without the source id in its tag',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override entryOf(
          ...[rid, pasid, context]: Parameters<EntryOf>
        ): ReturnType<EntryOf> {
          const { pasidCache } = this.options;
          const cached = pasidCache.lookup(0, pasid);
          const entry = cached ?? super.entryOf(rid, pasid, context);
          if (!('reason' in entry)) pasidCache.insert(0, pasid, entry);
          return entry;
        }
      },
  },
  {
    id: 'SEED-1419',
    breaks: ['HW-VTD-30'],
    story: 'What came by a first stage is tagged with the PASID, and not with the domain.',
    like: 'an IOTLB of a unit with one guest',
    bug: ({ vtd }) =>
      class extends vtd.PasidIotlb {
        override lookup(
          ...[, pasid, iova]: Parameters<InstanceType<typeof vtd.PasidIotlb>['lookup']>
        ): ReturnType<InstanceType<typeof vtd.PasidIotlb>['lookup']> {
          for (const domainId of this.domains.keys()) {
            const found = super.lookup(domainId, pasid, iova);
            if (found) return found;
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1420',
    breaks: ['HW-VTD-37'],
    story: 'What is to be invalidated waits in the queue for the next thing to be invalidated.',
    like: 'qi_submit_sync() that rings the doorbell before it writes its descriptor',
    bug: ({ intel }) => {
      const waiting = new WeakMap<object, Descriptor>();
      return class extends intel.QueuedInvalidation {
        protected override submit(descriptor: Descriptor): void {
          if (typeOf(descriptor) === Type.PageGroupResponse) return super.submit(descriptor);
          const before = waiting.get(this);
          waiting.set(this, descriptor);
          if (before) super.submit(before);
        }
      };
    },
  },
  {
    id: 'SEED-1421',
    breaks: ['HW-VTD-41'],
    story:
      'An answer to a PASID is given to the device as well, as one to a request without a PASID.',
    like: 'a page group response that is sent for each value of PP',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override respond(...[device, request, code]: Parameters<Respond>): void {
          super.respond(device, request, code);
          const { pasid, ...plain } = request;
          if (pasid !== undefined) super.respond(device, { ...plain, pasid: undefined }, code);
        }
      },
  },
  {
    id: 'SEED-1422',
    breaks: ['HW-VTD-81'],
    story: "A guest's page table of five levels is refused when the entry has been written.",
    like: 'intel_pasid_setup_nested() that looks at the width last',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override attachPasid(
          ...[device, pasid, domain]: Parameters<AttachPasid>
        ): ReturnType<AttachPasid> {
          const error = super.attachPasid(device, pasid, domain);
          if (error !== 'EINVAL' || !(domain instanceof intel.IntelNestedDomain)) return error;
          this.clearEntry({ device, pasid });
          this.setEntry({ device, pasid }, domain);
          return error;
        }
      },
  },
  {
    id: 'SEED-1423',
    breaks: ['HW-VTD-84'],
    story: 'Who has left a page table is still told when its dirty tracking begins.',
    like: 'domain_remove_dev_pasid() that leaves the list as it is',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override setEntry(...[place, domain]: Parameters<SetEntry>): void {
          super.setEntry(place, domain);
          const user = { setDirtyTracking: () => this.rewriteEntry(place, domain) };
          domain.users.add(user);
        }
      },
  },
);

function clearFlag({ memory }: Pages, at: bigint, flag: bigint): void {
  memory.write64(at, memory.read64(at) & ~flag);
}
