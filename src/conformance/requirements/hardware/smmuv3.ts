import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const smmuv3 = requirements(
  { family: 'HW-SMU', title: 'Arm SMMUv3', since: '6.12', profile: 'hardware-smmuv3' },
  {},
);
