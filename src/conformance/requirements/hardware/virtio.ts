import { requirements } from '../../requirement.ts';

/** The numbers are those of the inventory of hardware, which has gaps. */
export const virtio = requirements(
  { family: 'HW-VIO', title: 'virtio-iommu', since: '6.12', profile: 'hardware-virtio' },
  {},
);
