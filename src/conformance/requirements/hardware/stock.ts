import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const stock = requirements(
  { family: 'HW-STK', title: 'What an emulated machine can show', since: '6.12', profile: 'vfio' },
  {},
);
