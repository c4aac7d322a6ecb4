import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const prq = requirements(
  { family: 'HW-PRQ', title: 'Page requests and their answers', since: '6.12', profile: 'faults' },
  {},
);
