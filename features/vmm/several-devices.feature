@needs:dma @needs:vfio-device @needs:proc @needs:two-devices
Feature: several devices of one guest
  They see the same memory. How often it is mapped for that is the VMM's business, and tells how it is built.

  Background:
    Given a device "nic"
    And a device "disk"
    And the guest has RAM "low" of 8 pages at 16 MiB

  Rule: devices of one back end share what is mapped

    @VMM-ATT-01 @VMM-ATT-14 @VMM-OBJ-03
    Scenario: the second one of an iommufd object joins the first
      When the VMM plugs device "nic" by iommufd
      And the VMM plugs device "disk" by iommufd
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages pinned
      When the VMM adds RAM "high" of 4 pages at 64 MiB
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "nic"
      Then device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 12 pages pinned

    @VMM-OBJ-03 @needs:type1-container @needs:vfio-group
    Scenario: the second one by legacy joins the container of the first
      When the VMM plugs device "nic" by legacy
      And the VMM plugs device "disk" by legacy
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages locked
      When the VMM adds RAM "high" of 4 pages at 64 MiB
      Then device "disk" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "nic"
      Then device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 12 pages locked

    @VMM-ATT-01 @VMM-ATT-02 @VMM-ATT-10
    Scenario: the calls for a second device are few, by iommufd
      Given the VMM plugs device "nic" by iommufd
      When the VMM plugs device "disk" by iommufd
      Then the VMM has called last:
        | call                                           | with                 |
        | open device "disk"                             |                      |
        | VFIO_DEVICE_BIND_IOMMUFD of device "disk"      | out_devid 4          |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "disk" | pt_id 3              |
        | VFIO_DEVICE_GET_INFO of device "disk"          |                      |
        | IOMMU_GET_HW_INFO                              | dev_id 4             |
      When the VMM unplugs device "disk"
      Then the VMM has called:
        | call                                           | with |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT of device "disk" |      |
        | close device "disk"                            |      |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-OBJ-03 @needs:type1-container @needs:vfio-group
    Scenario: the calls for a second device are few, by legacy
      Given the VMM plugs device "nic" by legacy
      When the VMM plugs device "disk" by legacy
      Then the VMM has called last:
        | call                                                   | with                 |
        | open the group of device "disk"                        |                      |
        | VFIO_GROUP_GET_STATUS of the group of device "disk"    |                      |
        | VFIO_GROUP_SET_CONTAINER of the group of device "disk" | value /dev/vfio/vfio |
        | VFIO_GROUP_GET_DEVICE_FD of the group of device "disk" | result whatever      |
        | VFIO_DEVICE_GET_INFO of device "disk"                  |                      |
      When the VMM unplugs device "disk"
      Then the VMM has called:
        | call                                                     | with |
        | close device "disk"                                      |      |
        | VFIO_GROUP_UNSET_CONTAINER of the group of device "disk" |      |
        | close the group of device "disk"                         |      |
      And device "nic" reaches all that the guest has, and nothing beside it

  Rule: what each object opens it closes

    @VMM-OBJ-06
    Scenario: the iommufd is opened for the first device and closed with the last
      When the VMM plugs device "nic" by iommufd
      And the VMM plugs device "disk" by iommufd
      And the VMM unplugs device "nic"
      Then device "disk" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "disk"
      Then process "VMM" has 0 pages pinned
      And the VMM has called last:
        | call                                           | with |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT of device "disk" |      |
        | IOMMU_DESTROY                                  | id 3 |
        | IOMMU_IOAS_UNMAP                               |      |
        | IOMMU_DESTROY                                  | id 2 |
        | close /dev/iommu                               |      |
        | close device "disk"                            |      |
      When the VMM plugs device "disk" by iommufd
      Then the VMM has called last:
        | call                                           | with          |
        | open device "disk"                             |               |
        | open /dev/iommu                                |               |
        | IOMMU_IOAS_CHANGE_PROCESS                      | result whatever |
        | VFIO_DEVICE_BIND_IOMMUFD of device "disk"      | out_devid 1   |
        | IOMMU_IOAS_ALLOC                               | out_ioas_id 2 |
        | IOMMU_GET_HW_INFO                              | dev_id 1      |
        | IOMMU_HWPT_ALLOC                               | out_hwpt_id 3 |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "disk" | pt_id 3       |
        | IOMMU_IOAS_IOVA_RANGES                         | result EMSGSIZE |
        | IOMMU_IOAS_IOVA_RANGES                         |               |
        | IOMMU_IOAS_MAP                                 | ioas_id 2     |
        | VFIO_DEVICE_GET_INFO of device "disk"          |               |
        | IOMMU_GET_HW_INFO                              |               |
      And device "disk" reaches all that the guest has, and nothing beside it

    @VMM-OBJ-05
    Scenario: the memory of the guest is mapped twice for devices of two iommufd objects
      When the VMM plugs device "nic" by iommufd object "one"
      And the VMM plugs device "disk" by iommufd object "two"
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 16 pages pinned
      When the VMM takes RAM "low" away
      And the VMM adds RAM "other" of 4 pages at 16 MiB + 8 pages
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages pinned
      When the VMM unplugs device "nic"
      Then process "VMM" has 4 pages pinned
      And device "disk" reaches all that the guest has, and nothing beside it

    @VMM-OBJ-04 @needs:type1-container @needs:vfio-group
    Scenario Outline: devices of both kinds reach the guest, first by <first> and then by <second>
      When the VMM plugs device "nic" by <first>
      And the VMM plugs device "disk" by <second>
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages pinned
      And process "VMM" has 8 pages locked
      When the VMM adds ROM "bios" of 2 pages at 64 MiB
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "disk" reaches all that the guest has, and nothing beside it

      Examples:
        | first   | second  |
        | legacy  | iommufd |
        | iommufd | legacy  |

  Rule: what one page table does not suit is given another

    @VMM-ATT-02 @VMM-ATT-03 @needs:device-behind-another-iommu
    Scenario: a device that the first page table refuses gets one of its own on the same IOAS
      Given a device "far" behind another IOMMU
      When the VMM plugs device "nic" by iommufd
      And the VMM plugs device "far" by iommufd
      Then the VMM has called last:
        | call                                          | with                        |
        | open device "far"                             |                             |
        | VFIO_DEVICE_BIND_IOMMUFD of device "far"      | out_devid 4                 |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "far" | pt_id 3; result EINVAL      |
        | IOMMU_GET_HW_INFO                             | dev_id 4                    |
        | IOMMU_HWPT_ALLOC                              | dev_id 4; pt_id 2; out_hwpt_id 5 |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "far" | pt_id 5                     |
        | VFIO_DEVICE_GET_INFO of device "far"          |                             |
        | IOMMU_GET_HW_INFO                             | dev_id 4                    |
      And device "nic" reaches all that the guest has, and nothing beside it
      And device "far" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages pinned
      When the VMM takes RAM "low" away
      And the VMM adds ROM "bios" of 2 pages at 16 MiB
      Then device "nic" reaches all that the guest has, and nothing beside it
      And device "far" reaches all that the guest has, and nothing beside it

    Scenario Outline: a page table tracks dirty pages where the IOMMU can, and <what>
      When the VMM plugs device "nic" by iommufd
      Then device "nic" reaches all that the guest has, and nothing beside it
      And the VMM has called last:
        | call                                          | with                                  |
        | IOMMU_HWPT_ALLOC                              | flags <flags>                         |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT of device "nic" |                                       |
        | IOMMU_IOAS_IOVA_RANGES                        | result EMSGSIZE                       |
        | IOMMU_IOAS_IOVA_RANGES                        |                                       |
        | IOMMU_IOAS_MAP                                |                                       |
        | VFIO_DEVICE_GET_INFO of device "nic"          |                                       |
        | IOMMU_GET_HW_INFO                             |                                       |

      @VMM-ATT-03 @needs:intel-nesting
      Examples:
        | what    | flags                           |
        | this can | IOMMU_HWPT_ALLOC_DIRTY_TRACKING |

      @VMM-ATT-03 @needs:basic-iommu
      Examples:
        | what        | flags |
        | this cannot | 0     |
