@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: groups that come to a container with type1, and leave it

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group

  Rule: groups of one container share its mappings

    @VFIO-CTR-16 @needs:two-devices
    Scenario: a group joins when something is mapped
      Given a device "disk"
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      And device "disk" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 4 pages |
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      And device "disk" does not see buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" + 4 pages at 32 MiB .. +1 page

    @VFIO-CTR-16 @needs:device-behind-another-iommu @needs:proc
    Scenario: a group behind another IOMMU joins, and nothing is charged twice
      Given a device "disk" behind another IOMMU
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it has 4 pages locked
      When it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      Then it succeeds
      And it has 4 pages locked
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      And device "disk" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      When it closes device "disk"
      And it closes the group of device "disk"
      Then it succeeds
      And it has 5 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 4 pages |
      Then it succeeds
      And it has 1 page locked

    @VFIO-CTR-16 @needs:device-behind-another-iommu
    Scenario: what is unmapped is out of reach behind each IOMMU
      Given a device "disk" behind another IOMMU
      When it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 4 pages |
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "disk" does not see buffer "ram" at 16 MiB .. +1 page
      And device "disk" does not see buffer "ram" + 3 pages at 16 MiB + 3 pages .. +1 page
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      And device "disk" sees buffer "ram" + 4 pages at 32 MiB .. +1 page

    @VFIO-CTR-17 @needs:two-devices
    Scenario: a group cannot join while an address is invalid
      Given a device "disk"
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR |
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      Then it fails with EBUSY
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR |
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CTR-17 @VFIO-CTR-16 @needs:two-devices
    Scenario: a group can join when the mapping without an address is gone
      Given a device "disk"
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR |
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      Then it fails with EBUSY
      When it calls VFIO_IOMMU_UNMAP_DMA
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page

  Rule: all goes with the last group

    @VFIO-CTR-14 @needs:proc
    Scenario: the only group leaves and comes again
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it has 4 pages locked
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it succeeds
      And it has 0 pages locked
      When it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it opens device "nic" through its group
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in the container
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CTR-14 @needs:two-devices
    Scenario: one of two groups leaves
      Given a device "disk"
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      And it closes device "nic"
      And it closes the group of device "nic"
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      And 16 MiB .. +2 pages is mapped in the container
      When it closes device "disk"
      And it closes the group of device "disk"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it fails with EINVAL

  Rule: files are closed in any order

    @VFIO-CTR-15
    Scenario: the container is closed first, then the group
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it closes the container
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it closes the group of device "nic"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it opens the group of device "nic"
      Then it fails with EBUSY

    @VFIO-CTR-15 @VFIO-CTR-14 @needs:proc
    Scenario: the device is closed last, and everything goes
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it closes the container
      And it closes the group of device "nic"
      Then it has 2 pages locked
      When it closes device "nic"
      Then it succeeds
      And it has 0 pages locked
      When it opens the group of device "nic"
      Then it succeeds

  Rule: a group is refused that does not fit

    @VFIO-CTR-11 @VFIO-INF-06 @needs:device-behind-another-iommu @needs:snoop-control
    Scenario: its IOMMU does not translate what is mapped
      Given a device "disk" behind another IOMMU
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 1 TiB |
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 1 TiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 1 TiB |
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      Then it succeeds
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 1 TiB |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | IOVA_RANGE | 0 to 4078 MiB - 1 byte |
      When it closes the group of device "disk"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 1 TiB |
      Then it succeeds
      And device "nic" sees buffer "ram" at 1 TiB .. +1 page

    @VFIO-CTR-05 @needs:device-behind-another-iommu @needs:snoop-control
    Scenario: an IOMMU without snoop control takes the coherency of all
      Given a device "disk" behind another IOMMU
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      When it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      When it closes the group of device "disk"
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1

    @VFIO-CTR-11 @needs:unsafe-interrupts
    Scenario: its devices can forge the interrupts of others
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And it writes "N" to file "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it fails with EPERM
      When it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EINVAL
      When it writes "Y" to file "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CTR-11 @needs:unsafe-interrupts @needs:two-devices
    Scenario: a group that joins later is refused and can be used otherwise
      Given a device "disk"
      When it calls VFIO_IOMMU_MAP_DMA
      And it opens the group of device "disk"
      And it writes "N" to file "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      Then it fails with EPERM
      When it calls VFIO_GROUP_GET_STATUS on the group of device "disk" with:
        | flags | none |
      Then it returns:
        | flags | VIABLE |
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it writes "Y" to file "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +1 page
