@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO groups, and their container

  A group is what the IOMMU cannot tell apart: a program has all of it, or nothing. It is put into a container as a whole
  and stays there while one of its devices is open.

  Background:
    Given a container
    And a buffer "ram" of 4 pages
    And a device "nic"
    When it opens the group of device "nic"

  Rule: a group has one user

    @VFIO-GRP-02 @VFIO-XCL-01
    Scenario: it is opened a second time
      When it opens the group of device "nic"
      Then it fails with EBUSY
      When it closes the group of device "nic"
      And it opens the group of device "nic"
      Then it succeeds

    @VFIO-GRP-02 @VFIO-XCL-01 @needs:processes
    Scenario: another process opens it
      Given a process "helper"
      When process "helper" opens the group of device "nic"
      Then it fails with EBUSY
      When it closes the group of device "nic"
      Then it succeeds

    @VFIO-GRP-01
    Scenario: its node has the number of the group
      Then the node of the group of device "nic" matches "^/dev/vfio/[0-9]+$"

  Rule: its status tells whether it can be used, and has a container

    @VFIO-GRP-05
    Scenario Outline: a size of <size> is refused
      When it calls VFIO_GROUP_GET_STATUS with a size of <size> bytes
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | size |
        |    0 |
        |    7 |

    @VFIO-GRP-05
    Scenario Outline: <memory> is EFAULT
      When it calls VFIO_GROUP_GET_STATUS with <memory>
      Then it fails with EFAULT

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-GRP-06
    Scenario: a container comes and goes
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE, CONTAINER_SET |
      When it calls VFIO_GROUP_UNSET_CONTAINER
      And it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |

    @VFIO-GRP-06 @needs:host-driver
    Scenario: a driver of the host has a device of it
      Given a device "disk" in the group of device "nic" that the host can drive
      When device "disk" is bound to the host's driver
      And it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | none |
      When device "disk" is bound to vfio-pci
      And it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |

  Rule: a container is set once

    @VFIO-GRP-07
    Scenario Outline: <fd> is refused with <errno>
      Given a memfd "file" of 1 page
      When it calls VFIO_GROUP_SET_CONTAINER with:
        | fd | <fd> |
      Then it fails with <errno>
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |

      Examples:
        | fd                           | errno  |
        | -1                           | EBADF  |
        | a closed fd                  | EBADF  |
        | memfd "file"                 | EBADFD |
        | the group of device "nic"    | EBADFD |

    @VFIO-GRP-07
    Scenario Outline: <memory> is EFAULT
      When it calls VFIO_GROUP_SET_CONTAINER with <memory>
      Then it fails with EFAULT

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-GRP-07
    Scenario: a group has a container already
      Given a container "other"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_GROUP_SET_CONTAINER with:
        | fd | container "other" |
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-GRP-16
    Scenario Outline: <call> is an unknown command of a group
      When it calls <call> on the group of device "nic" with:
        | value | 0 |
      Then it fails with ENOTTY
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |

      Examples:
        | call         |
        | ioctl 0x3b64 |
        | ioctl 0x3b6b |
        | ioctl 0x3bff |

  Rule: a container owns the DMA of its groups, from the start

    @VFIO-GRP-08 @VFIO-XCL-10 @needs:host-driver
    Scenario: a driver of the host has a device of the group
      Given a device "disk" in the group of device "nic" that the host can drive
      When device "disk" is bound to the host's driver
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it fails with EPERM
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it fails with EINVAL
      When device "disk" is bound to vfio-pci
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-GRP-10 @VFIO-XCL-11 @VFIO-GRP-11 @needs:host-driver
    Scenario: no driver of the host gets a device, until the group has left the container
      Given a device "disk" in the group of device "nic" that the host can drive
      When it calls VFIO_GROUP_SET_CONTAINER
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      When device "disk" is bound to vfio-pci
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And device "disk" is bound to the host's driver
      Then it succeeds

    @VFIO-GRP-10 @VFIO-XCL-11 @needs:host-driver
    Scenario: no driver of the host gets a device, until the group is closed
      Given a device "disk" in the group of device "nic" that the host can drive
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      When it closes the group of device "nic"
      And device "disk" is bound to the host's driver
      Then it succeeds

    @VFIO-GRP-11
    Scenario: a group without a container leaves none
      When it calls VFIO_GROUP_UNSET_CONTAINER
      Then it fails with EINVAL
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE |

    @VFIO-GRP-11
    Scenario: a group with an open device stays
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it succeeds

  Rule: a device is asked for by its name, when the container has a type

    @VFIO-GRP-12
    Scenario: the group has no container, then one without a type
      When it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | nobody |
      Then it fails with ENODEV
      When it opens device "nic" through its group
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-GRP-14
    Scenario Outline: "<name>" is <errno>
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_GROUP_GET_DEVICE_FD with:
        | name | <name> |
      Then it fails with <errno>
      When it opens device "nic" through its group
      Then it succeeds

      Examples: another name
        | name           | errno  |
        |                | ENODEV |
        | nobody         | ENODEV |
        | device "nic"0  | ENODEV |
        | device "nic",x | ENODEV |

      Examples: options
        | name                                                       | errno  |
        | device "nic" x                                             | EINVAL |
        | device "nic" vf_token=                                     | EINVAL |
        | device "nic" vf_token=8fbb4adb-5f86-4c64-a9c5-1dbb55c32f05 | EINVAL |

    @VFIO-GRP-12
    Scenario Outline: a name at <memory> is EFAULT
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_GROUP_GET_DEVICE_FD with <memory>
      Then it fails with EFAULT

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-GRP-13
    Scenario: a device that is open is opened again, and the first file is closed
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_GROUP_GET_DEVICE_FD
      Then it succeeds
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it fails with EBUSY
      When it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

  Rule: an open device keeps its group

    @VFIO-GRP-15
    Scenario: the group is closed first
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it closes the group of device "nic"
      And it opens the group of device "nic"
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it succeeds
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When it closes device "nic"
      And it opens the group of device "nic"
      Then it succeeds
