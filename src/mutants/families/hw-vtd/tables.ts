import { FaultReason } from '#formats/vtd/fault-reason.ts';
import { PasidTranslation } from '#formats/vtd/pasid-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { Translation } from '#reference/hardware/translation.ts';
import type { IntelDomain } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { PagingDomain } from '#reference/kernel/iommu/intel/paging-domain.ts';
import type { PasidTable } from '#reference/kernel/iommu/intel/pasid-table.ts';
import type { ScalableIommu } from '#reference/kernel/iommu/intel/scalable-iommu.ts';

type RightsOf = PagingDomain['rightsOf'];
type AttachPasid = ScalableIommu['attachPasid'];
type Write = PasidTable['write'];
type Translate = ScalableMode['translate'];
type LocateTable = ScalableMode['locateTable'];
type WalkSecond = ScalableMode['walkSecond'];

/** Tables of a guest, as the hardware walks them. */
export const entries = mutants(
  {
    id: 'SEED-1070',
    breaks: ['HW-VTD-24'],
    story: 'The hardware marks an entry of a guest, and the page that holds it stays clean.',
    like: 'a walker that stores past the second stage',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override locateTable(
          ...[entry, address, use]: Parameters<LocateTable>
        ): ReturnType<LocateTable> {
          return super.locateTable(entry, address, use === 'update' ? 'read' : use);
        }
      },
  },
  {
    id: 'SEED-1071',
    breaks: ['HW-VTD-24'],
    story: 'Each table that is read is dirty from then on.',
    like: 'a walker that asks for all tables with the right to write',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override locateTable(
          ...[entry, address]: Parameters<LocateTable>
        ): ReturnType<LocateTable> {
          return super.locateTable(entry, address, 'update');
        }
      },
  },
  {
    id: 'SEED-1072',
    breaks: ['HW-VTD-23'],
    story: 'Where the parent has nothing, the address of the guest is taken for one of the host.',
    like: 'a nested walk that falls back to identity',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override locateTable(
          ...[entry, address, use]: Parameters<LocateTable>
        ): ReturnType<LocateTable> {
          const place = super.locateTable(entry, address, use);
          return typeof place === 'number' ? super.locateTable(entry, 0x10_0000n, use) : place;
        }
      },
  },
  {
    id: 'SEED-1073',
    breaks: ['HW-VTD-20', 'HW-VTD-74'],
    story: 'Bits 63 to 48 of an address are cut off.',
    like: 'a first stage that does not look whether an address is canonical',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          return super.translate(sameSign(request), root);
        }
      },
  },
  {
    id: 'SEED-1074',
    breaks: ['HW-VTD-20'],
    story: 'The upper half of the addresses is refused.',
    like: 'a check of bits 63 to 47 for zero',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          return request.iova >> 47n === 0n
            ? super.translate(request, root)
            : { reason: FaultReason.NotCanonical, silent: false };
        }
      },
  },
  {
    id: 'SEED-1075',
    breaks: ['HW-VTD-21'],
    story: 'A page that is not for users is one for devices.',
    like: 'a first stage that takes requests for those of a supervisor',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          const { memory } = this.options;
          const supervisor = {
            ...{ read: memory.read.bind(memory), write: memory.write.bind(memory) },
            write64: memory.write64.bind(memory),
            read64: (address: bigint) => asOfUsers(memory.read64(address)),
          };
          Object.assign(this, { memory: supervisor });
          const found = super.translate(request, root);
          Object.assign(this, { memory });
          return found;
        }
      },
  },
  {
    id: 'SEED-1076',
    breaks: ['HW-VTD-21'],
    story: 'A write that the second stage grants needs no right of the first.',
    like: 'a nested walk that looks at the rights of its last stage',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          const found = super.translate(request, root);
          if (!('reason' in found) || found.reason !== FaultReason.ScalableNoWrite) return found;
          const read = super.translate({ ...request, write: false }, root);
          return 'reason' in read
            ? read
            : { ...read, leaf: { ...read.leaf, write: true, clean: false } };
        }
      },
  },
  {
    id: 'SEED-1077',
    breaks: ['HW-VTD-21'],
    story: 'What a device reads is marked as written.',
    like: 'D that is set along with A',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          super.translate({ ...request, write: true }, root);
          return super.translate(request, root);
        }
      },
  },
  {
    id: 'SEED-1078',
    breaks: ['HW-VTD-10', 'HW-VTD-89'],
    story: 'All page tables of guests on one parent have one domain id.',
    like: 'a nested domain that takes the id of its parent',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override enter(domain: IntelDomain): number {
          return super.enter(domain.type === 'nested' ? domain.parent : domain);
        }

        protected override leave(domain: IntelDomain): void {
          super.leave(domain.type === 'nested' ? domain.parent : domain);
        }

        protected override domainIdOf(domain: IntelDomain): number {
          return super.domainIdOf(domain.type === 'nested' ? domain.parent : domain);
        }
      },
  },
  {
    id: 'SEED-1079',
    breaks: ['HW-VTD-83'],
    story: 'PASID 0 is none that a device has.',
    like: 'a request with PASID 0 that is refused as one in legacy mode',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
          return request.pasid === 0
            ? { reason: FaultReason.PasidEntryNotPresent, silent: false }
            : super.translate(request, root);
        }
      },
  },
  {
    id: 'SEED-1080',
    breaks: ['HW-VTD-24'],
    story: 'What a guest lets a device write is not dirty in the parent.',
    like: 'a nested walk that walks the second stage as for a read',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override walkSecond(
          ...[entry, access]: Parameters<WalkSecond>
        ): ReturnType<WalkSecond> {
          return super.walkSecond(entry, { ...access, write: false });
        }
      },
  },
  {
    id: 'SEED-1081',
    breaks: ['HW-VTD-22'],
    story: 'A page that is written is not marked as dirty, where the second stage stands alone.',
    like: 'a walker that keeps D where it marks A',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override walkSecond(
          ...[entry, access]: Parameters<WalkSecond>
        ): ReturnType<WalkSecond> {
          const isAlone = entry.translation === PasidTranslation.SecondStage;
          return super.walkSecond(entry, isAlone ? { ...access, write: false } : access);
        }
      },
  },
  {
    id: 'SEED-1082',
    breaks: ['HW-VTD-22'],
    story: 'A page that is read is marked as dirty.',
    like: 'a walker that sets A and D together',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override walkSecond(
          ...[entry, access]: Parameters<WalkSecond>
        ): ReturnType<WalkSecond> {
          return super.walkSecond(entry, { ...access, write: true });
        }
      },
  },
  {
    id: 'SEED-1083',
    breaks: ['HW-VTD-22'],
    story: 'What a device may write it may read.',
    like: 'second-stage entries of which R is always set',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        protected override rightsOf(...[protection]: Parameters<RightsOf>): bigint {
          return super.rightsOf({ ...protection, read: true });
        }
      },
  },
  {
    id: 'SEED-1084',
    breaks: ['HW-VTD-80'],
    story: 'A PASID is refused on a page table whose parent tracks dirty pages.',
    like: 'intel_iommu_set_dev_pasid() of 6.12, which refuses dirty tracking',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override attachPasid(
          ...[device, pasid, domain]: Parameters<AttachPasid>
        ): ReturnType<AttachPasid> {
          const isTracked =
            domain instanceof intel.IntelNestedDomain && domain.parent.dirtyTracking;
          return pasid !== 0 && isTracked ? 'EINVAL' : super.attachPasid(device, pasid, domain);
        }
      },
  },
  {
    id: 'SEED-1085',
    breaks: ['HW-VTD-80'],
    story: 'The entry of a PASID on a page table of a guest does not keep dirty bits.',
    like: 'intel_pasid_setup_nested() without pasid_set_ssade()',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(...[pasid, entry]: Parameters<Write>): void {
          const isNested = pasid !== 0 && entry.translation === PasidTranslation.Nested;
          super.write(pasid, isNested ? { ...entry, dirty: false } : entry);
        }
      },
  },
  {
    id: 'SEED-1086',
    breaks: ['HW-VTD-85'],
    story: 'The first who leaves a page table gives its domain id back.',
    like: 'domain_detach_iommu() without a count',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override leave(domain: IntelDomain): void {
          const id = this.domainIdOf(domain);
          super.leave(domain);
          if (domain.users.size > 0) this.releaseDomainId(id);
        }
      },
  },
  {
    id: 'SEED-1087',
    breaks: ['HW-VTD-51'],
    story: 'What is refused once goes through the second time.',
    like: 'an IOTLB that keeps what is not present as identity',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        private readonly refused = new Set<bigint>();

        override translate(request: DmaRequest): Translation | undefined {
          const found = super.translate(request);
          if (found) return found;
          if (this.refused.has(request.iova)) return { address: 1n << 32n, bytesToBorder: 0x1000n };
          this.refused.add(request.iova);
          return undefined;
        }
      },
  },
);

/** An address whose upper bits are those of its lower half. */
function sameSign(request: DmaRequest): DmaRequest {
  return { ...request, iova: BigInt.asUintN(64, BigInt.asIntN(48, request.iova)) };
}

/** U/S of an entry that is present. */
function asOfUsers(entry: bigint): bigint {
  return (entry & 3n) === 3n ? entry | 4n : entry;
}
