import { book, linux, requirements } from '../../requirement.ts';

const pcie = (chapter: string) =>
  book('PCI Express Base Specification 5.0', `${chapter}, unchecked`);

/** The numbers are those of the inventory of hardware, which has gaps. */
export const pci = requirements(
  {
    family: 'HW-PCI',
    title: 'ATS, PASID and page requests of PCI Express',
    since: '6.12',
    profile: 'hardware-pci',
  },
  {
    7: {
      says: 'A response to page requests with a PASID carries that PASID where the device says that it wants it, and one to requests without a PASID carries none.',
      level: 'contract',
      source: [
        pcie('10.5.2.3 Page Request Status Register'),
        linux('drivers/iommu/intel/prq.c', 'intel_iommu_page_response'),
      ],
    },
  },
);
