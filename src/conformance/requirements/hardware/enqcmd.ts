import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const enqcmd = requirements(
  {
    family: 'HW-ENQ',
    title: 'ENQCMD, and PASIDs of a guest',
    since: '6.12',
    profile: 'hardware-vtd',
  },
  {},
);
