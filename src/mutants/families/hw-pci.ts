import { PASID } from '#formats/pcie-capabilities.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DeviceCapabilities, IommuDevice } from '#reference/kernel/iommu/domain.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import {
  enableAts,
  enablePageRequests,
  enablePasids,
  resetPageRequests,
} from '#reference/kernel/iommu/pci-ats.ts';
import type { OwnRequest } from '#reference/hardware/pci/page-request-interface.ts';
import type { PatientAccess } from '#reference/hardware/pci/waiting-accesses.ts';

/** Devices of PCI Express with ATS, PASIDs and page requests, and how a driver switches these on. */
export const entries = mutants(
  {
    id: 'SEED-1340',
    breaks: ['HW-PCI-02', 'HW-PCI-01'],
    story: 'The driver of a VT-d switches ATS on before PASIDs, which then stay off.',
    like: 'pci_enable_ats() at probe, pci_enable_pasid() at the first attach of one',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override finalize(device: IntelDevice, known: IommuDevice): void {
          enableAts(device.pci);
          super.finalize(device, known);
        }
      },
  },
  {
    id: 'SEED-1341',
    breaks: ['HW-PCI-01'],
    story: 'The driver of a VT-d switches page requests on before ATS, and they stay off.',
    like: 'iommu_enable_pci_pri() in front of iommu_enable_pci_ats()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override finalize({ pci, requesterIds }: IntelDevice, known: IommuDevice): void {
          if (!resetPageRequests(pci)) enablePageRequests(pci, 128);
          enablePasids(pci);
          enableAts(pci);
          for (const rid of requesterIds) this.finalized.set(rid, known);
        }
      },
  },
  {
    id: 'SEED-1342',
    breaks: ['HW-PCI-03', 'HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device does not note an answer that it did not ask for.',
    like: 'a device without UPRGI',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override get status(): number {
          return super.status & ~2;
        }
      },
  },
  {
    id: 'SEED-1343',
    breaks: ['HW-PCI-03', 'HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device does not say that it was refused by a failure.',
    like: 'a device without RF',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override get status(): number {
          return super.status & ~1;
        }
      },
  },
  {
    id: 'SEED-1344',
    breaks: ['HW-PCI-08', 'HW-PRQ-03'],
    story: 'The driver of a VT-d delivers the marker that a PASID stops as a page request.',
    like: 'the check for stop markers left out',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override reportPageRequest(message: PageRequestMessage): void {
          super.reportPageRequest({ ...message, execute: message.execute ?? false, read: true });
        }
      },
  },
  {
    id: 'SEED-1345',
    breaks: ['HW-PCI-08', 'HW-PCI-03'],
    story: 'A device asks for as many pages as it likes.',
    like: 'a device that does not look at its allocation',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override get room(): number {
          return 512;
        }
      },
  },
  {
    id: 'SEED-1346',
    breaks: ['HW-PCI-11', 'HW-PCI-01'],
    story:
      'The driver of a VT-d allows a device all that it can ask for, whether or not its queue has room.',
    like: 'the capacity written to the allocation',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override finalize({ pci, requesterIds }: IntelDevice, known: IommuDevice): void {
          enablePasids(pci);
          enableAts(pci);
          enablePageRequests(pci, 0xffff);
          for (const rid of requesterIds) this.finalized.set(rid, known);
        }
      },
  },
  {
    id: 'SEED-1347',
    breaks: ['HW-PCI-05'],
    story: 'A device says of each request that it is the last one of its group.',
    like: 'L set in each message',
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        override requestPage(message: OwnRequest): boolean {
          return super.requestPage({ ...message, last: true });
        }
      },
  },
  {
    id: 'SEED-1348',
    breaks: ['HW-PCI-04'],
    story: 'A device that may read a page does not ask for it when it is to write.',
    like: 'a translation completion taken for a grant of all rights',
    bug: ({ pci }) =>
      class extends pci.WaitingAccesses {
        protected override missing({ bytes: _, ...access }: PatientAccess): bigint[] {
          return super.missing(access);
        }
      },
  },
  {
    id: 'SEED-1349',
    breaks: ['HW-PCI-09'],
    story: 'A page table with a fault queue is taken for a virtual function with page requests.',
    like: 'is_virtfn not looked at',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override capabilities(device: IntelDevice): DeviceCapabilities {
          return { ...super.capabilities(device), sharesPageRequests: false };
        }
      },
  },
  {
    id: 'SEED-1350',
    breaks: ['HW-PCI-03'],
    story: 'A device never says that its page requests have stopped.',
    like: 'the Stopped bit left at 0',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override get status(): number {
          return super.status & ~0x100;
        }
      },
  },
  {
    id: 'SEED-1804',
    breaks: ['HW-PCI-08'],
    story: 'A device waits for an answer to a marker that a PASID stops.',
    like: 'a stop marker counted as a page request',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override count(message: OwnRequest): boolean {
          return super.count({ ...message, read: true });
        }
      },
  },
  {
    id: 'SEED-1807',
    breaks: ['HW-PCI-02', 'HW-VTD-63'],
    story: 'A device with PASIDs cannot be allowed to ask for what it executes.',
    like: 'a PASID control register of one bit',
    bug: ({ pci }) =>
      class extends pci.ExpressCapabilities {
        protected override controlPasids(value: number): void {
          super.controlPasids(value & PASID.Enable);
        }
      },
  },
);
