import { FaultReason } from '#formats/vtd/fault-reason.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { IntelDomain } from '#reference/kernel/iommu/intel/intel-device.ts';

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
    breaks: ['HW-VTD-20'],
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
);

/** An address whose upper bits are those of its lower half. */
function sameSign(request: DmaRequest): DmaRequest {
  return { ...request, iova: BigInt.asUintN(64, BigInt.asIntN(48, request.iova)) };
}

/** U/S of an entry that is present. */
function asOfUsers(entry: bigint): bigint {
  return (entry & 3n) === 3n ? entry | 4n : entry;
}
