import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const vtd = requirements(
  { family: 'HW-VTD', title: 'Intel VT-d', since: '6.12', profile: 'hardware-vtd' },
  {},
);
