import { qemu, requirements } from '../../requirement.ts';

const query = qemu('container.c', 'vfio_container_query_dirty_bitmap');
const start = qemu('listener.c', 'vfio_listener_log_global_start');

export const vmmDrt = requirements(
  { family: 'VMM-DRT', title: 'Which pages of a guest are dirty', since: '6.6', profile: 'vmm' },
  {
    1: {
      says: 'Where a device is, or was when the log began, behind an IOMMU that cannot tell what was written, all memory that the guest can write is dirty each time and nothing is asked.',
      level: 'observed',
      source: [query],
    },
    2: {
      says: 'A log has what was written after it began, and nothing of what was written before, between two logs, or while none was kept; containers of devices that come while it is on take part in it.',
      level: 'observed',
      source: [start],
    },
    3: {
      says: 'A page is told dirty once after its last write, whether a device or a processor wrote it; pages that were read, and memory that the guest may but read, are not.',
      level: 'observed',
      source: [qemu('listener.c', 'vfio_listener_log_sync'), query],
    },
  },
);
