@needs:noiommu-device @needs:vfio-group @needs:vfio-compat
Feature: a VFIO group in noiommu mode, with an iommufd for its container

  A device that no IOMMU stands before can be had by its group as well, by who may touch all memory anyway. The iommufd then
  stands for a container without an IOMMU, and maps nothing.

  Background:
    Given an iommufd
    And a device "nic" in noiommu mode
    When it opens the group of device "nic"

  Rule: the container is of the type NOIOMMU, and of no other

    @VFIO-02
    Scenario Outline: <extension> is there until the group has the container
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 1
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 0
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 1

      Examples:
        | extension          |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |
        | VFIO_UNMAP_ALL     |

    @VFIO-11
    Scenario Outline: <type> is refused
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

      Examples:
        | type                |
        | VFIO_TYPE1_IOMMU    |
        | VFIO_TYPE1v2_IOMMU  |
        | VFIO_SPAPR_TCE_IOMMU |

    @VFIO-11 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RAWIO sets no type
      When it calls VFIO_GROUP_SET_CONTAINER
      Given a process "helper" without SYS_RAWIO
      When process "helper" calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it fails with EPERM
      When process "helper" calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      Then it succeeds

  Rule: an iommufd has groups in noiommu mode or others, never both

    @VFIO-35
    Scenario: an IOAS is set already
      Given an IOAS "guest"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it fails with EINVAL
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
      When it calls IOMMU_VFIO_IOAS with:
        | op | CLEAR |
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 0

    @VFIO-35 @needs:emulated-device
    Scenario: a group that is not in noiommu mode is added second
      Given a device "port" that is emulated
      And an iommufd "other"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens the group of device "port"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "port" with:
        | fd | iommufd "" |
      Then it fails with EINVAL
      And object 1 does not exist
      When it calls VFIO_GROUP_SET_CONTAINER on the group of device "port" with:
        | fd | iommufd "other" |
      Then it succeeds
