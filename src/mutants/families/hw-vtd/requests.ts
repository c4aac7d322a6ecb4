import type { PageRequestMessage } from '#formats/pcie.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';
import { mutants } from '#mutants/mutant.ts';
import type { QueuedInvalidation } from '#reference/kernel/iommu/intel/queued-invalidation.ts';
import type { HardwareInfo } from '#reference/kernel/iommu/domain.ts';
import { iommu_hw_info_vtd } from '#uapi/iommufd/device.ts';

type FlushRange = Parameters<QueuedInvalidation['flushRange']>;
type FlushPasidRange = Parameters<QueuedInvalidation['flushPasidRange']>;

/** Page requests as a VT-d writes them down, what its registers tell, and what is too much for it at once. */
export const entries = mutants(
  {
    id: 'SEED-1450',
    breaks: ['HW-VTD-60'],
    story: 'A VT-d writes down who may execute as who may read.',
    like: 'a page request descriptor without bit 52',
    bug: ({ vtd }) =>
      class extends vtd.PageRequestQueue {
        override take(message: PageRequestMessage): boolean {
          return super.take({ ...message, execute: false });
        }
      },
  },
  {
    id: 'SEED-1451',
    breaks: ['HW-VTD-60'],
    story: 'Page requests of a VT-d have room for 256 groups.',
    like: 'a mask of 8 bits for PRGI in the page request descriptor',
    bug: ({ vtd }) =>
      class extends vtd.PageRequestQueue {
        override take(message: PageRequestMessage): boolean {
          return super.take({ ...message, group: message.group & 0xff });
        }
      },
  },
  {
    id: 'SEED-1452',
    breaks: ['HW-VTD-60'],
    story: 'The driver of a VT-d reads 8 bits of the PASID of a page request.',
    like: 'a page request descriptor with the PASID of an older revision',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override reportPageRequest(message: PageRequestMessage): void {
          const { pasid } = message;
          super.reportPageRequest(
            pasid === undefined ? message : { ...message, pasid: pasid & 0xff },
          );
        }
      },
  },
  {
    id: 'SEED-1453',
    breaks: ['HW-VTD-64'],
    story: 'The driver of a VT-d answers half a group as soon as half of it has come.',
    like: 'a response for each request that is delivered',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override reportPageRequest(message: PageRequestMessage): void {
          super.reportPageRequest(message);
          if (!message.last) this.refuse({ ...message, last: true });
        }
      },
  },
  {
    id: 'SEED-1454',
    breaks: ['HW-VTD-66'],
    story: 'A VT-d that nests does not say so.',
    like: 'ecap_reg without the bits above 31',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const { ecap_reg, ...info } = iommu_hw_info_vtd.unpack(data);
          const shown = { ...info, ecap_reg: BigInt.asUintN(32, ecap_reg) };
          return { type, data: iommu_hw_info_vtd.pack(shown) };
        }
      },
  },
  {
    id: 'SEED-1455',
    breaks: ['HW-VTD-66'],
    story: 'Each VT-d of a machine shows the width of the first one.',
    like: 'intel_iommu_hw_info() with the first unit of the list',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const { cap_reg, ...info } = iommu_hw_info_vtd.unpack(data);
          const shown = { ...info, cap_reg: cap_reg | (47n << 16n) };
          return { type, data: iommu_hw_info_vtd.pack(shown) };
        }
      },
  },
  {
    id: 'SEED-1469',
    breaks: ['HW-VTD-76'],
    story: 'The driver of a VT-d asks for more pages in one invalidation than the unit takes.',
    like: 'cache_tag_flush_iotlb() without cap_max_amask_val()',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushRange(...[domainId, iova, length, leavesOnly]: FlushRange): void {
          this.maxAddressMask = 63n;
          super.flushRange(domainId, iova, length, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1470',
    breaks: ['HW-VTD-70'],
    story:
      'The driver of a VT-d invalidates all of a PASID where it is asked for 1 GiB and a page.',
    like: 'cap_max_amask_val() asked about first stages as well',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidRange(...[domainId, pasid, range, leavesOnly]: FlushPasidRange): void {
          if (range.length > 1n << 30n) this.flushPasid(domainId, pasid);
          else super.flushPasidRange(domainId, pasid, range, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1471',
    breaks: ['HW-VTD-70', 'HW-VTD-43'],
    story: 'A VT-d takes no more pages of a first stage in one invalidation than of a second one.',
    like: 'AM of a PASID-based IOTLB invalidation compared with MAMV',
    bug: ({ vtd }) =>
      class extends vtd.InvalidationQueue {
        protected override invalidatePasidIotlb(descriptor: Descriptor): boolean {
          return (descriptor[1] & 0x3fn) <= 18n && super.invalidatePasidIotlb(descriptor);
        }
      },
  },
);
