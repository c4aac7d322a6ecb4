@needs:dma @needs:vfio-device
Feature: the calls that a VMM makes
  In the order in which QEMU 11.1 makes them. Other orders would do for the kernel in places; who changes one of them here has
  changed what strace shows.

  Background:
    Given a device "nic"

  Rule: what it calls for a device that comes by iommufd

    @VMM-CB-01 @VMM-CB-02 @VMM-CB-04
    Scenario: the first device is plugged
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the guest has ROM "bios" of 2 pages at 64 MiB
      When the VMM plugs device "nic" by iommufd
      Then the VMM has called:
        | call                                        | with                                                                                         |
        | open device "nic"                           |                                                                                              |
        | open /dev/iommu                             |                                                                                              |
        | IOMMU_IOAS_CHANGE_PROCESS                   | result whatever                                                                              |
        | VFIO_DEVICE_BIND_IOMMUFD of device "nic"    | flags 0; out_devid 1                                                                         |
        | IOMMU_IOAS_ALLOC                            | out_ioas_id 2                                                                                |
        | IOMMU_GET_HW_INFO                           | dev_id 1; data_len 40                                                                        |
        | IOMMU_HWPT_ALLOC                            | dev_id 1; pt_id 2; data_type 0; out_hwpt_id 3                                                |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "nic" | flags 0; pt_id 3                                                                           |
        | IOMMU_IOAS_IOVA_RANGES                      | ioas_id 2; num_iovas 0; result EMSGSIZE                                                      |
        | IOMMU_IOAS_IOVA_RANGES                      | ioas_id 2                                                                                    |
        | IOMMU_IOAS_MAP                              | flags IOMMU_IOAS_MAP_FIXED_IOVA, IOMMU_IOAS_MAP_WRITEABLE, IOMMU_IOAS_MAP_READABLE; ioas_id 2; iova 16 MiB; length 8 pages |
        | IOMMU_IOAS_MAP                              | flags IOMMU_IOAS_MAP_FIXED_IOVA, IOMMU_IOAS_MAP_READABLE; ioas_id 2; iova 64 MiB; length 2 pages |
        | VFIO_DEVICE_GET_INFO of device "nic"        |                                                                                              |
        | IOMMU_GET_HW_INFO                           | dev_id 1; data_len 40                                                                        |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-CB-03 @VMM-ORD-01
    Scenario: the last device is unplugged
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the guest has ROM "bios" of 2 pages at 64 MiB
      When the VMM plugs device "nic" by iommufd
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "nic"
      Then the VMM has called last:
        | call                                          | with                                    |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT of device "nic" | flags 0                                 |
        | IOMMU_DESTROY                                 | id 3                                    |
        | IOMMU_IOAS_UNMAP                              | ioas_id 2; iova 16 MiB; length 8 pages  |
        | IOMMU_IOAS_UNMAP                              | ioas_id 2; iova 64 MiB; length 2 pages  |
        | IOMMU_DESTROY                                 | id 2                                    |
        | close /dev/iommu                              |                                         |
        | close device "nic"                            |                                         |

    @VMM-CB-05
    Scenario: memory that is a shared file is mapped as a file
      Given the guest has shared RAM "low" of 8 pages at 16 MiB
      And the VMM plugs device "nic" by iommufd
      When the VMM adds shared RAM "high" of 4 pages at 64 MiB
      Then the VMM has called last:
        | call                | with                                                                                                                    |
        | IOMMU_IOAS_MAP_FILE | flags IOMMU_IOAS_MAP_FIXED_IOVA, IOMMU_IOAS_MAP_WRITEABLE, IOMMU_IOAS_MAP_READABLE; ioas_id 2; start 0; iova 64 MiB; length 4 pages |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-CB-03 @VMM-ATT-08
    Scenario: a plug that fails is undone in the reverse order
      Given a VMM that may lock 16 pages
      And the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "large" of 64 pages at 32 MiB
      And the guest has RAM "high" of 4 pages at 64 MiB
      When the VMM plugs device "nic" by iommufd
      Then the VMM refuses it: "ENOMEM"
      And the VMM has called last:
        | call                                          | with                                    |
        | IOMMU_IOAS_MAP                                | iova 16 MiB                             |
        | IOMMU_IOAS_MAP                                | iova 32 MiB; result ENOMEM              |
        | IOMMU_IOAS_MAP                                | iova 64 MiB                             |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT of device "nic" |                                         |
        | IOMMU_DESTROY                                 | id 3                                    |
        | IOMMU_IOAS_UNMAP                              | iova 16 MiB; length 4 pages             |
        | IOMMU_IOAS_UNMAP                              | iova 32 MiB; length 64 pages; result ENOENT |
        | IOMMU_IOAS_UNMAP                              | iova 64 MiB; length 4 pages             |
        | IOMMU_DESTROY                                 | id 2                                    |
        | close /dev/iommu                              |                                         |
        | close device "nic"                            |                                         |

  Rule: what it calls for a device that comes by legacy

    @VMM-CB-01 @VMM-CB-02 @VMM-CB-04 @needs:type1-container @needs:vfio-group
    Scenario: the first device is plugged
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the guest has ROM "bios" of 2 pages at 64 MiB
      When the VMM plugs device "nic" by legacy
      Then the VMM has called:
        | call                                                  | with                                                                                    |
        | open the group of device "nic"                        |                                                                                         |
        | VFIO_GROUP_GET_STATUS of the group of device "nic"    |                                                                                         |
        | open /dev/vfio/vfio                                   |                                                                                         |
        | VFIO_GET_API_VERSION                                  |                                                                                         |
        | VFIO_CHECK_EXTENSION                                  | value 3; result 1                                                      |
        | VFIO_GROUP_SET_CONTAINER of the group of device "nic" | value /dev/vfio/vfio                                                                    |
        | VFIO_SET_IOMMU                                        | value 3                                                                |
        | VFIO_CHECK_EXTENSION                                  | value VFIO_UPDATE_VADDR; result whatever                                                |
        | VFIO_CHECK_EXTENSION                                  | value VFIO_UNMAP_ALL; result whatever                                                   |
        | VFIO_IOMMU_GET_INFO                                   | argsz 24                                                                                |
        | VFIO_IOMMU_GET_INFO                                   |                                                                                         |
        | VFIO_IOMMU_MAP_DMA                                    | flags VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_WRITE; iova 16 MiB; size 8 pages        |
        | VFIO_IOMMU_MAP_DMA                                    | flags VFIO_DMA_MAP_FLAG_READ; iova 64 MiB; size 2 pages                                 |
        | VFIO_GROUP_GET_DEVICE_FD of the group of device "nic" | result whatever                                                                         |
        | VFIO_DEVICE_GET_INFO of device "nic"                  |                                                                                         |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-CB-03 @VMM-ORD-01 @needs:type1-container @needs:vfio-group
    Scenario: the last device is unplugged
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the guest has ROM "bios" of 2 pages at 64 MiB
      When the VMM plugs device "nic" by legacy
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "nic"
      Then the VMM has called last:
        | call                                                    | with                        |
        | close device "nic"                                      |                             |
        | VFIO_IOMMU_UNMAP_DMA                                    | iova 16 MiB; size 8 pages   |
        | VFIO_IOMMU_UNMAP_DMA                                    | iova 64 MiB; size 2 pages   |
        | VFIO_GROUP_UNSET_CONTAINER of the group of device "nic" |                             |
        | close /dev/vfio/vfio                                    |                             |
        | close the group of device "nic"                         |                             |

    @VMM-CB-05 @needs:type1-container @needs:vfio-group
    Scenario: memory that is a shared file is mapped by its address
      Given the guest has shared RAM "low" of 8 pages at 16 MiB
      And the VMM plugs device "nic" by legacy
      When the VMM adds shared RAM "high" of 4 pages at 64 MiB
      Then the VMM has called last:
        | call               | with                                                                              |
        | VFIO_IOMMU_MAP_DMA | flags VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_WRITE; iova 64 MiB; size 4 pages  |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-CB-03 @VMM-ATT-08 @needs:type1-container @needs:vfio-group
    Scenario: a plug that fails closes the container before its group
      Given a VMM that may lock 16 pages
      And the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "large" of 64 pages at 32 MiB
      And the guest has RAM "high" of 4 pages at 64 MiB
      When the VMM plugs device "nic" by legacy
      Then the VMM refuses it: "ENOMEM"
      And the VMM has called last:
        | call                            | with                                     |
        | VFIO_IOMMU_MAP_DMA              | iova 16 MiB                              |
        | VFIO_IOMMU_MAP_DMA              | iova 32 MiB; result ENOMEM               |
        | VFIO_IOMMU_MAP_DMA              | iova 64 MiB                              |
        | VFIO_IOMMU_UNMAP_DMA            | iova 16 MiB; size 4 pages                |
        | VFIO_IOMMU_UNMAP_DMA            | iova 32 MiB; size 64 pages               |
        | VFIO_IOMMU_UNMAP_DMA            | iova 64 MiB; size 4 pages                |
        | close /dev/vfio/vfio            |                                          |
        | close the group of device "nic" |                                          |
