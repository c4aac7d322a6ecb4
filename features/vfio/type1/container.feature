@needs:type1-container
Feature: VFIO containers, and what type1 makes of them

  Anybody may open a container. It can do nothing until a group was put into it, which the program owns, and a type was
  set. Groups of one container share its mappings; with the last group all goes.

  Background:
    Given a container

  Rule: a container that has no group knows which types there are, and can do nothing

    @VFIO-CTR-02
    Scenario: its API version is 0
      When it calls VFIO_GET_API_VERSION
      Then it returns 0
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1v2_IOMMU
      Then it returns 1

    @VFIO-CTR-03
    Scenario Outline: <extension> is offered
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_EEH
      Then it returns 0

      Examples:
        | extension          |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |
        | VFIO_UNMAP_ALL     |

    @VFIO-CTR-03
    Scenario Outline: <extension> is not offered
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 0

      Examples: of other IOMMUs, or of none
        | extension                           |
        | VFIO_SPAPR_TCE_IOMMU                |
        | VFIO_SPAPR_TCE_v2_IOMMU             |
        | VFIO_EEH                            |
        | __VFIO_RESERVED_TYPE1_NESTING_IOMMU |
        |                                   0 |
        |                                  11 |
        |                18446744073709551615 |

      @VFIO-CTR-04
      Examples: of a container that has a type
        | extension         |
        | VFIO_DMA_CC_IOMMU |
        | VFIO_UPDATE_VADDR |

    @VFIO-CTR-07
    Scenario Outline: <type> cannot be set
      When it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with EINVAL
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1

      Examples:
        | type                 |
        | VFIO_TYPE1_IOMMU     |
        | VFIO_TYPE1v2_IOMMU   |
        | VFIO_SPAPR_TCE_IOMMU |

    @VFIO-CTR-12
    Scenario Outline: <call> is refused
      When it calls <call>
      Then it fails with EINVAL
      When it calls VFIO_GET_API_VERSION
      Then it returns 0

      Examples:
        | call                    |
        | VFIO_IOMMU_GET_INFO     |
        | VFIO_IOMMU_MAP_DMA      |
        | VFIO_IOMMU_UNMAP_DMA    |
        | VFIO_IOMMU_DIRTY_PAGES  |

      Examples: an unknown command
        | call         |
        | ioctl 0x3bff |

    @VFIO-CTR-01
    Scenario: everybody may open it
      Then file "/sys/class/misc/vfio/uevent" says "MAJOR=10"
      And file "/sys/class/misc/vfio/uevent" says "MINOR=196"
      And file "/sys/class/misc/vfio/uevent" says "DEVNAME=vfio/vfio"
      And file "/sys/class/misc/vfio/uevent" says "DEVMODE=0666"

    @VFIO-CTR-01 @needs:vfio-device @needs:vfio-group
    Scenario: each open is a container of its own
      Given a container "other"
      And a buffer "ram" of 1 page
      And a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU on container "other" with:
        | value | 3 |
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_UNMAP_DMA on container "other" with:
        | size | 1 page |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

  Rule: with a group a type can be set, once

    @VFIO-CTR-09 @needs:vfio-device @needs:vfio-group
    Scenario Outline: <type> is refused with <errno>
      Given a buffer "ram" of 1 page
      And a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with <errno>
      When it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples: nobody has it
        | type                                | errno  |
        | VFIO_SPAPR_TCE_IOMMU                | ENODEV |
        | VFIO_DMA_CC_IOMMU                   | ENODEV |
        | VFIO_EEH                            | ENODEV |
        | __VFIO_RESERVED_TYPE1_NESTING_IOMMU | ENODEV |
        | VFIO_SPAPR_TCE_v2_IOMMU             | ENODEV |
        |                                  99 | ENODEV |

      Examples: it is no type
        | type           | errno  |
        | VFIO_UNMAP_ALL | EINVAL |

    @VFIO-CTR-10 @needs:vfio-device @needs:vfio-group
    Scenario: a group with an IOMMU is not for a container without one
      Given a buffer "ram" of 1 page
      And a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it fails with ENODEV
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CTR-08 @needs:vfio-device @needs:vfio-group
    Scenario Outline: <type> is set a second time
      Given a buffer "ram" of 4 pages
      And a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 1 page |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | type                 |
        | VFIO_TYPE1_IOMMU     |
        | VFIO_TYPE1v2_IOMMU   |
        | VFIO_SPAPR_TCE_IOMMU |

    @VFIO-CTR-13 @needs:vfio-device @needs:vfio-group
    Scenario Outline: <call> is an unknown command of type1
      Given a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls <call>
      Then it fails with ENOTTY
      When it calls VFIO_GET_API_VERSION
      Then it returns 0

      Examples:
        | call         |
        | ioctl 0x3b73 |
        | ioctl 0x3b74 |
        | ioctl 0x3b81 |
        | ioctl 0x3bff |

    @VFIO-CTR-05 @needs:vfio-device @needs:vfio-group
    Scenario Outline: <extension> is <answer> of a container that has type1
      Given a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_UPDATE_VADDR
      Then it returns 0
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns <answer>
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_UPDATE_VADDR
      Then it returns 1

      Examples: of type1
        | extension               | answer |
        | VFIO_TYPE1_IOMMU        |      1 |
        | VFIO_TYPE1v2_IOMMU      |      1 |
        | VFIO_UNMAP_ALL          |      1 |
        | VFIO_UPDATE_VADDR       |      1 |
        | VFIO_SPAPR_TCE_IOMMU    |      0 |
        | VFIO_EEH                |      0 |
        | VFIO_NOIOMMU_IOMMU      |      0 |

      @needs:basic-iommu
      Examples: of an IOMMU without snoop control
        | extension         | answer |
        | VFIO_DMA_CC_IOMMU |      0 |

    @VFIO-CTR-05 @needs:vfio-device @needs:vfio-group @needs:snoop-control
    Scenario: VFIO_DMA_CC_IOMMU is 1 of an IOMMU with snoop control
      Given a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1

    @VFIO-CTR-06 @needs:vfio-device @needs:vfio-group
    Scenario: a group with an IOMMU hides what is for groups without one
      Given a device "nic"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 0
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
