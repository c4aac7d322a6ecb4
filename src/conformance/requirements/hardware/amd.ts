import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const amd = requirements(
  { family: 'HW-AMD', title: 'AMD IOMMU', since: '6.12', profile: 'hardware-amd' },
  {},
);
