@needs:vfio-device @needs:vfio-group @needs:vfio-compat
Feature: a VFIO group with an iommufd for its container

  The older way to a VFIO device: a program opens the node of its group, gives the group a container and asks it for the
  device. An iommufd can stand in for the container: the device is then bound to it, and attached to its compatibility IOAS.

  Background:
    Given an iommufd
    And a buffer "ram" of 4 pages
    And a device "nic"
    When it opens the group of device "nic"

  Rule: the group takes the IOAS that is set, and one is made where there is none

    @VFIO-32
    Scenario: none is set
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV
      When it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE, CONTAINER_SET |
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | 1 |
      When it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-32
    Scenario: one is set
      Given an IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds
      And object 2 does not exist
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | IOAS "guest" |
      When it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @VFIO-32 @needs:two-devices
    Scenario: a second group finds the IOAS that was made for the first
      Given a device "disk"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | iommufd "" |
      Then it succeeds
      And object 2 does not exist
      When it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it opens device "disk" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys object 1
      Then it fails with EBUSY

  Rule: the device is bound and attached when it is opened

    @VFIO-34
    Scenario: the device and its page table are objects of the iommufd until the device is closed
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls IOMMU_GET_HW_INFO with:
        | dev_id | 2 |
      Then it fails with ENOENT
      When it opens device "nic" through its group
      And it calls IOMMU_GET_HW_INFO with:
        | dev_id | 2 |
      Then it succeeds
      When it destroys object 2
      Then it fails with EBUSY
      When it destroys object 3
      Then it fails with EBUSY
      When it destroys object 1
      Then it fails with EBUSY
      When it closes device "nic"
      And it calls IOMMU_GET_HW_INFO with:
        | dev_id | 2 |
      Then it fails with ENOENT
      When it destroys object 3
      Then it fails with ENOENT
      When it destroys object 1
      Then it succeeds

    @VFIO-34
    Scenario: the device follows what is mapped and unmapped later
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

    @VFIO-34 @VFIO-33
    Scenario: the IOAS is the one that is set when the device is opened
      Given an IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys object 1
      Then it fails with EBUSY
      When it destroys object 2
      Then it succeeds

    @VFIO-34
    Scenario: a group without an IOAS opens no device
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls IOMMU_VFIO_IOAS with:
        | op | CLEAR |
      And it opens device "nic" through its group
      Then it fails with ENODEV
      When it destroys object 2
      Then it fails with ENOENT
      When it closes the group of device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds

    @VFIO-34 @needs:reserved-iova
    Scenario: a device that cannot be attached is not bound either
      Given an IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      Then it fails with EADDRINUSE
      When it destroys object 2
      Then it fails with ENOENT
      When it unmaps everything from IOAS "guest"
      And it opens device "nic" through its group
      Then it succeeds
      When it destroys object 2
      Then it fails with EBUSY

  Rule: a device is asked for by its name, behind which options may stand

    @VFIO-41
    Scenario Outline: <name> is no name of a device
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | <name> |
      Then it fails with ENODEV
      When it destroys object 2
      Then it fails with ENOENT
      When it opens device "nic" through its group
      Then it succeeds

      Examples:
        | name                                                       |
        |                                                            |
        | nobody                                                     |
        | device "nic"0                                              |
        | device "nic",vf_token=8fbb4adb-5f86-4c64-a9c5-1dbb55c32f05 |
        | x device "nic"                                             |

    @VFIO-41
    Scenario Outline: the option in <name> is refused
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | <name> |
      Then it fails with EINVAL
      When it destroys object 2
      Then it fails with ENOENT
      When it opens device "nic" through its group
      Then it succeeds

      Examples:
        | name                                                       |
        | device "nic" x                                             |
        | device "nic"  x=1                                          |
        | device "nic" vf_token=                                     |
        | device "nic" vf_token=8fbb4adb                             |
        | device "nic" vf_token=8fbb4adb-5f86-4c64-a9c5-1dbb55c32f0  |
        | device "nic" vf_token=8fbb4adb-5f86-4c64-a9c5-1dbb55c32f05 |

    @VFIO-41
    Scenario: a name with an option is refused before the group has a container
      When it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | device "nic" vf_token=8fbb4adb-5f86-4c64-a9c5-1dbb55c32f05 |
      Then it fails with EINVAL
      When it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | nobody |
      Then it fails with ENODEV

  Rule: an open device keeps its IOAS

    @VFIO-33
    Scenario Outline: the IOAS is <changed> while the device is open
      Given an IOAS "other"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And it calls IOMMU_VFIO_IOAS with:
        | op      | <op>         |
        | ioas_id | IOAS "other" |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys object 2
      Then it fails with EBUSY

      Examples:
        | changed               | op    |
        | replaced by another   | SET   |
        | cleared               | CLEAR |

    @OBJ-28 @VFIO-34
    Scenario: the iommufd and the group are closed before the device
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it closes the iommufd
      And it opens device "nic" through its group
      Then it succeeds
      When it closes the group of device "nic"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 16 MiB + 1 page .. +1 page

  Rule: what is mapped outlives the last device and the last group, unlike that of a container of type1

    @VFIO-42
    Scenario: the group leaves when its device is closed, and comes again
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it succeeds
      When it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EEXIST
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

    @VFIO-42 @PIN-11 @needs:two-devices @needs:proc
    Scenario: the group is closed with its device, and another one joins
      Given a device "disk"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it has 1 page pinned
      When it closes the group of device "nic"
      Then it has 1 page pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it closes device "nic"
      Then it has 0 pages pinned
      When it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | iommufd "" |
      And it opens device "disk" through its group
      Then it has 1 page pinned
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
      When it closes device "disk"
      And it calls VFIO_IOMMU_UNMAP_DMA
      Then it succeeds
      And it has 0 pages pinned

  Rule: a device that was opened through its group cannot be bound or attached otherwise

    @DEV-07 @VFIO-CDEV-06
    Scenario: it cannot be bound once more
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it calls VFIO_DEVICE_BIND_IOMMUFD
      Then it fails with EINVAL
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-ATT-11
    Scenario Outline: <call> is refused
      Given an IOAS "other"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it calls <call>
      Then it fails with ENOTTY
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples:
        | call                          |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT |

  Rule: while the group is open its devices are not bound by their own nodes

    @DEV-08 @VFIO-CDEV-07
    Scenario: the group has no container
      When it binds device "nic" to the iommufd
      Then it fails with EBUSY
      When it destroys object 1
      Then it fails with ENOENT
      When it closes the group of device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists

    @DEV-08 @VFIO-CDEV-07 @needs:shared-group
    Scenario: one of the devices of the group is open
      Given a device "neighbour" in the group of device "nic"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it binds device "neighbour" to the iommufd
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it closes the group of device "nic"
      And it binds device "neighbour" to the iommufd
      Then it succeeds
