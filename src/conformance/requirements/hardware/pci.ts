import { book, linux, requirements } from '../../requirement.ts';

const pcie = (chapter: string) =>
  book('PCI Express Base Specification 5.0', `${chapter}, unchecked`);

const pciAts = (symbol: string) => linux('drivers/pci/ats.c', symbol);

/** The numbers are those of the inventory of hardware, which has gaps. */
export const pci = requirements(
  {
    family: 'HW-PCI',
    title: 'ATS, PASID and page requests of PCI Express',
    since: '6.12',
    profile: 'hardware-pci',
  },
  {
    1: {
      says: 'When the driver of an IOMMU takes a device, PASIDs are switched on before ATS and ATS before page requests, with pages of 4 KiB.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'intel_iommu_probe_finalize')],
    },
    2: {
      says: 'A device sends requests with a PASID only while the enable bit of its PASID capability is set, which cannot be changed while ATS is on.',
      level: 'contract',
      source: [pcie('7.8.9.3 PASID Control Register'), pciAts('pci_enable_pasid')],
    },
    3: {
      says: 'The status of page requests shows RF after a failure, UPRGI after an answer that nobody waited for, and Stopped while the interface is off and no answer is due.',
      level: 'contract',
      source: [pcie('10.5.2.3 Page Request Status Register')],
    },
    4: {
      says: 'A translation that lacks a right is returned with the rights that there are and is no fault; a device that needs more asks for the page.',
      level: 'contract',
      source: [pcie('10.2.3 Translation Completion')],
    },
    5: {
      says: 'All requests of a group have the same number of 9 bits, exactly one of them is the last, and one answer comes for all after it.',
      level: 'contract',
      source: [pcie('10.4.1 Page Request Message')],
    },
    6: {
      says: 'The code of an answer is 0 for Success, 1 for Invalid Request and 15 for Response Failure; a device takes any other code for a failure.',
      level: 'contract',
      source: [pcie('10.4.2.1 Response Code Field')],
    },
    7: {
      says: 'A response to page requests with a PASID carries that PASID where the device says that it wants it, and one to requests without a PASID carries none.',
      level: 'contract',
      source: [
        pcie('10.5.2.3 Page Request Status Register'),
        linux('drivers/iommu/intel/prq.c', 'intel_iommu_page_response'),
      ],
    },
    8: {
      says: 'A marker that a PASID stops, a last request without any right, is no request and gets no answer; and a device has no more requests outstanding than software allows.',
      level: 'contract',
      source: [
        pcie('10.4.1.2.1 Managing PASID Usage on PRG Requests'),
        pcie('10.5.2.5 Outstanding Page Request Allocation'),
        linux('drivers/iommu/intel/prq.c', 'prq_event_thread'),
      ],
    },
    9: {
      says: 'A virtual function shares the page requests of its physical function, so that a page table with a fault queue is refused for it with EINVAL.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_hwpt_pri_compat')],
    },
    10: {
      says: 'The ATS of a virtual function is switched on only where its physical function has the same smallest translation unit, and its page requests are those of the physical function.',
      level: 'observed',
      source: [pciAts('pci_enable_ats'), pciAts('pci_enable_pri')],
    },
    11: {
      says: 'A device may have as many page requests outstanding as the queue of the driver has room for, and no more than its capacity; the interface is reset before it is enabled, and not enabled while an answer is due.',
      level: 'observed',
      source: [pciAts('pci_enable_pri'), pciAts('pci_reset_pri')],
    },
  },
);
