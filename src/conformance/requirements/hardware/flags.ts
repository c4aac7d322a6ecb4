import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const flags = requirements(
  {
    family: 'HW-FLG',
    title: 'Which flags of IOMMU_HWPT_ALLOC the drivers take together',
    since: '6.12',
    profile: 'nesting',
  },
  {},
);
