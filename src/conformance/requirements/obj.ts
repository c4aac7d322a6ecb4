import { linux, requirements, uapi } from '../requirement.ts';

const destroy = uapi('iommufd.h', 'struct iommu_destroy');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const remove = linux('main.c', 'iommufd_object_remove');
const allocate = linux('main.c', '_iommufd_object_alloc');

export const obj = requirements(
  { family: 'OBJ', title: 'Objects, ids and lifetime', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'Ids belong to one open file, begin at 1, and a new object takes the lowest one that is free.',
      level: 'observed',
      source: [allocate],
    },
    2: {
      says: 'The id of a destroyed object is given to the next object if no lower one is free.',
      level: 'observed',
      source: [allocate],
    },
    3: {
      says: 'An id of one open file used on another names the object that the other has under that id, or fails with ENOENT if it has none.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_get_object')],
    },
    4: {
      says: 'IOMMU_DESTROY of id 0, of an id that was never given out, of an id that is already destroyed, and of U32_MAX fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, remove],
    },
    5: {
      says: 'A command that takes an object of one type fails with ENOENT for the id of an object of another type, and with EINVAL where it takes several types.',
      level: 'observed',
      source: [
        linux('main.c', 'iommufd_get_object'),
        linux('hw_pagetable.c', 'iommufd_hwpt_alloc'),
      ],
    },
    6: {
      says: 'IOMMU_DESTROY of an IOAS that nothing uses succeeds, removes all its mappings and unpins their pages.',
      level: 'contract',
      source: [destroy, linux('ioas.c', 'iommufd_ioas_destroy')],
    },
    7: {
      says: 'IOMMU_DESTROY of an IOAS with a page table or an attached access fails with EBUSY.',
      level: 'observed',
      source: [remove],
    },
    8: {
      says: 'IOMMU_DESTROY of a page table that is attached to a device or a PASID, or is the parent of a nested page table or of a vIOMMU, fails with EBUSY.',
      level: 'observed',
      source: [remove],
    },
    9: {
      says: 'IOMMU_DESTROY of an allocated page table that nothing uses succeeds, and the IOVAs outside its aperture are usable again.',
      level: 'observed',
      source: [
        linux('hw_pagetable.c', 'iommufd_hwpt_paging_destroy'),
        linux('io_pagetable.c', 'iopt_table_remove_domain'),
      ],
    },
    10: {
      says: 'IOMMU_DESTROY of a nested page table fails with EBUSY while it is attached, and succeeds after a replace or a detach.',
      level: 'observed',
      source: [remove],
      since: '6.7',
      profile: 'nesting',
    },
    11: {
      says: 'IOMMU_DESTROY of a bound device fails with EBUSY.',
      level: 'observed',
      source: [remove, linux('device.c', 'iommufd_device_bind')],
    },
    12: {
      says: 'IOMMU_DESTROY of the id of an access fails with EBUSY.',
      level: 'observed',
      source: [remove, linux('device.c', 'iommufd_access_create')],
    },
    13: {
      says: 'IOMMU_DESTROY of the id that a hardware queue occupies for its own access fails with EBUSY.',
      level: 'observed',
      source: [linux('viommu.c', 'iommufd_hw_queue_alloc_phys')],
      since: '6.17',
      profile: 'nesting',
    },
    14: {
      says: 'IOMMU_DESTROY of a fault queue fails with EBUSY while its file descriptor is open or a page table uses it, and succeeds afterwards.',
      level: 'observed',
      source: [remove, linux('eventq.c', 'iommufd_fault_alloc')],
      since: '6.11',
      profile: 'faults',
    },
    15: {
      says: 'IOMMU_DESTROY of a vIOMMU with a nested page table, a vDEVICE, a vEVENTQ, a hardware queue or a memory mapping fails with EBUSY.',
      level: 'observed',
      source: [remove],
      since: '6.13',
      profile: 'nesting',
    },
    16: {
      says: 'IOMMU_DESTROY of a vEVENTQ fails with EBUSY while its file descriptor is open, and succeeds afterwards.',
      level: 'observed',
      source: [remove],
      since: '6.15',
      profile: 'nesting',
    },
    17: {
      says: 'IOMMU_DESTROY of a hardware queue that another one depends on fails with EBUSY, so that queues go in the order of falling index.',
      level: 'observed',
      source: [remove],
      since: '6.17',
      profile: 'nesting',
    },
    18: {
      says: 'IOMMU_DESTROY of a vDEVICE that nothing uses succeeds, and its device and its virtual id can be used again.',
      level: 'observed',
      source: [linux('viommu.c', 'iommufd_vdevice_destroy')],
      since: '6.13',
      profile: 'nesting',
    },
    19: {
      says: 'Closing a device destroys its vDEVICE, whose id from then on fails with ENOENT and is not given out again on this file.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_remove_vdev')],
      since: '6.17',
      profile: 'nesting',
    },
    20: {
      says: 'IOMMU_DESTROY of an object that another call is using either succeeds after that call or fails with EBUSY, and succeeds when it is repeated.',
      level: 'open',
      source: [remove],
    },
    21: {
      says: 'IOMMU_DESTROY of the id of an object that another call is still making fails with ENOENT.',
      level: 'observed',
      source: [remove],
    },
    22: {
      says: 'The page table that attaching to an IOAS made is gone as soon as the last device is detached from it or replaced away, and its id fails with ENOENT.',
      level: 'observed',
      source: [linux('iommufd_private.h', 'iommufd_hw_pagetable_put')],
    },
    23: {
      says: 'The page table that attaching to an IOAS made stays when one of its two devices is detached.',
      level: 'observed',
      source: [linux('iommufd_private.h', 'iommufd_hw_pagetable_put')],
    },
    24: {
      says: 'IOMMU_DESTROY of the page table that attaching to an IOAS made fails with EBUSY while a device is attached to it.',
      level: 'observed',
      source: [remove],
    },
    25: {
      says: 'A second device may be attached by id to the page table that attaching the first one to an IOAS made, and that page table still goes with its last device.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_change_pt')],
    },
    26: {
      says: 'A page table made by IOMMU_HWPT_ALLOC stays after its last device is detached, until it is destroyed.',
      level: 'observed',
      source: [linux('iommufd_private.h', 'iommufd_hw_pagetable_put')],
      since: '6.6',
    },
    27: {
      says: 'Closing the last reference to an iommufd destroys all its objects, whatever they depend on, and unpins and uncharges all their pages.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops_release')],
    },
    28: {
      says: 'An iommufd whose file descriptor is closed stays alive while a VFIO device, an access, a fault queue or a vEVENTQ of it is open.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_ctx_get')],
    },
    29: {
      says: 'Closing an attached VFIO device detaches it and unbinds it: its id and the page table that attaching made fail with ENOENT.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_DEVICE_BIND_IOMMUFD'),
        linux('drivers/vfio/device_cdev.c', 'vfio_df_unbind_iommufd'),
      ],
      since: '6.6',
      profile: 'vfio',
    },
    30: {
      says: 'IOMMU_DESTROY of the IOAS set by IOMMU_VFIO_IOAS succeeds if nothing uses it, and IOMMU_VFIO_IOAS_GET fails with ENODEV afterwards.',
      level: 'observed',
      source: [linux('ioas.c', 'iommufd_ioas_destroy')],
    },
    31: {
      says: 'IOMMU_DESTROY of an object that another object depends on fails with EBUSY, and succeeds once that other object is gone.',
      level: 'observed',
      source: [remove],
    },
    32: {
      says: 'IOMMU_DESTROY of the parent page table of a vIOMMU fails with EBUSY while the vIOMMU exists, also with a nested page table on it.',
      level: 'observed',
      source: [remove],
      since: '6.13',
      profile: 'nesting',
    },
    33: {
      says: 'A command that fails to make an object, at whatever step, leaves the id free for the next object.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_object_abort')],
    },
    34: {
      says: 'Making objects beyond the limit of the memory cgroup fails with ENOMEM and leaves the existing objects as they are.',
      level: 'observed',
      source: [allocate],
    },
  },
);
