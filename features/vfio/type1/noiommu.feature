@needs:noiommu-device @needs:vfio-group @needs:type1-container
Feature: a VFIO container for groups in noiommu mode

  A device that no IOMMU stands before is for who may touch all memory anyway. Its container maps nothing.

  Background:
    Given a container
    And a buffer "ram" of 1 page
    And a device "nic" in noiommu mode

  Rule: there is a type of its own, while noiommu mode is on

    @VFIO-CTR-03
    Scenario: a container that has no group offers it beside the others
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
      When it writes "N" to file "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 0

    @VFIO-CTR-06
    Scenario Outline: with a group in noiommu mode <extension> is not offered
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 1
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 0
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 1

      Examples:
        | extension          |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |
        | VFIO_UNMAP_ALL     |

    @VFIO-CTR-10
    Scenario Outline: <type> is not for it
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with ENODEV
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      And it opens device "nic" through its group
      Then it succeeds

      Examples:
        | type               |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |

    @VFIO-CTR-10 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RAWIO does not set it
      Given a process "helper" without SYS_RAWIO
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And process "helper" calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it fails with EPERM
      When it opens device "nic" through its group
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      And it opens device "nic" through its group
      Then it succeeds

  Rule: nothing can be mapped

    @VFIO-CTR-18
    Scenario Outline: <call> is an unknown command
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls <call>
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      And it calls <call>
      Then it fails with ENOTTY
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 0

      Examples:
        | call                   |
        | VFIO_IOMMU_MAP_DMA     |
        | VFIO_IOMMU_UNMAP_DMA   |
        | VFIO_IOMMU_GET_INFO    |
        | VFIO_IOMMU_DIRTY_PAGES |
        | ioctl 0x3bff           |

  Rule: a container has groups in noiommu mode or others, never both

    @VFIO-GRP-09 @needs:emulated-device
    Scenario: a group of another kind comes second
      Given a container "other"
      And a device "port" that is emulated
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens the group of device "port"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "port" with:
        | fd | container "" |
      Then it fails with EPERM
      When it calls VFIO_GROUP_SET_CONTAINER on the group of device "port" with:
        | fd | container "other" |
      Then it succeeds

    @VFIO-GRP-09 @needs:emulated-device
    Scenario: a group in noiommu mode comes second
      Given a device "port" that is emulated
      When it opens the group of device "port"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "nic" with:
        | fd | container "" |
      Then it fails with EPERM
      When it closes the group of device "port"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "nic" with:
        | fd | container "" |
      Then it succeeds

    @VFIO-GRP-09 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RAWIO does not put it into a container
      When it opens the group of device "nic"
      Given a process "helper" without SYS_RAWIO
      When process "helper" calls VFIO_GROUP_SET_CONTAINER
      Then it fails with EPERM
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds

  Rule: the group is for who may touch all memory

    @VFIO-GRP-04 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RAWIO does not open it
      Given a process "helper" without SYS_RAWIO
      When process "helper" opens the group of device "nic"
      Then it fails with EPERM
      When it opens the group of device "nic"
      Then it succeeds

    @VFIO-GRP-01
    Scenario: its node has a name of its own
      When it opens the group of device "nic"
      Then it succeeds
      And the node of the group of device "nic" matches "^/dev/vfio/noiommu-[0-9]+$"
