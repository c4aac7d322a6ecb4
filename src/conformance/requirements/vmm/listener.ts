import { qemu, requirements } from '../../requirement.ts';

const add = qemu('listener.c', 'vfio_listener_region_add');
const del = qemu('listener.c', 'vfio_listener_region_del');

export const vmmLst = requirements(
  {
    family: 'VMM-LST',
    title: 'How what is mapped follows what a guest has',
    since: '6.6',
    profile: 'vmm',
  },
  {
    2: {
      says: 'Memory whose pages in the guest are not pages of the VMM is not mapped at all.',
      level: 'observed',
      source: [add],
    },
    3: {
      says: 'Of memory that does not end with a page only the whole pages are mapped, and of memory without a whole page nothing.',
      level: 'observed',
      source: [qemu('listener.c', 'vfio_get_section_iova_range')],
    },
    4: {
      says: 'Each piece of memory that a running guest is given is one map in each container, read-only if the guest may but read it.',
      level: 'observed',
      source: [add],
    },
    8: {
      says: 'Memory that a running guest loses is out of reach of each of its devices, and what it is given at the same place afterwards is what they reach.',
      level: 'observed',
      source: [del],
    },
  },
);
