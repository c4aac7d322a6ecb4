import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const psc = requirements(
  { family: 'HW-PSC', title: 'Paging-structure caches', since: '6.12', profile: 'nesting' },
  {},
);
