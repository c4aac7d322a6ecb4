@needs:noiommu-device @needs:vfio-group
Feature: from a container without an IOMMU to an iommufd in its place

  Background:
    Given a buffer "ram" of 1 page
    And a device "nic" in noiommu mode
    When it opens the group of device "nic"

  Rule: nothing can be mapped, and each says so in other words

    @VFIO-CMP-13 @needs:vfio-compat
    Scenario Outline: <call> is ENODEV of an iommufd
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      And it calls <call>
      Then it fails with ENODEV
      When it opens device "nic" through its group
      Then it succeeds

      Examples:
        | call                 |
        | VFIO_IOMMU_MAP_DMA   |
        | VFIO_IOMMU_UNMAP_DMA |
        | VFIO_IOMMU_GET_INFO  |

    @VFIO-CMP-13 @needs:type1-container
    Scenario Outline: <call> is ENOTTY of a container
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_NOIOMMU_IOMMU
      And it calls <call>
      Then it fails with ENOTTY
      When it opens device "nic" through its group
      Then it succeeds

      Examples:
        | call                 |
        | VFIO_IOMMU_MAP_DMA   |
        | VFIO_IOMMU_UNMAP_DMA |
        | VFIO_IOMMU_GET_INFO  |

    @VFIO-CMP-13 @needs:vfio-compat
    Scenario: an iommufd that has an IOAS does not take the group
      Given an iommufd
      And an IOAS "guest"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it fails with EINVAL
      When it calls IOMMU_VFIO_IOAS with:
        | op | CLEAR |
      And it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds
