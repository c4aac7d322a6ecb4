@needs:vfio-device @needs:vfio-container @needs:vfio-group
Feature: /dev/vfio/vfio, served by iommufd

  On a kernel without containers of VFIO's own, the node that they had opens an iommufd. Programs do not notice: groups join
  it, and all their devices see what is mapped.

  Background:
    Given an iommufd opened as /dev/vfio/vfio
    And a buffer "ram" of 4 pages
    And a device "nic"
    And a device "disk"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it opens the group of device "disk"

  Rule: every group that joins is attached to the same IOAS

    @VFIO-38
    Scenario: a second group joins before the type of the container is set
      When it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | iommufd "" |
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it opens device "disk" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys object 1
      Then it fails with EBUSY

    @VFIO-38
    Scenario: a second group joins when the first device is in use
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | iommufd "" |
      Then it succeeds
      When it opens device "disk" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
      When it closes device "nic"
      And it destroys object 1
      Then it fails with EBUSY
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
