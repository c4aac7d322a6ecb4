import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const pci = requirements(
  {
    family: 'HW-PCI',
    title: 'ATS, PASID and page requests of PCI Express',
    since: '6.12',
    profile: 'hardware-pci',
  },
  {},
);
