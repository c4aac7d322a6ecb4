@needs:vfio-device @needs:vfio-group @needs:type1-container @needs:proc
Feature: who is charged for what a container with type1 maps

  Pinned pages are locked memory of the process that maps them, as if it had called mlock(2); nothing counts as pinned.

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group

  Rule: pages count as locked while they are mapped

    @VFIO-MAP-11
    Scenario: a map is charged and an unmap is credited
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it has 4 pages locked
      And it has 0 pages pinned
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
        | size  | 2 pages                |
      Then it has 6 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 4 pages |
      Then it has 2 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  | 0   |
        | size  | 0   |
      Then it has 0 pages locked

    @VFIO-MAP-14
    Scenario: a page that is mapped twice counts twice
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it has 2 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA
      Then it has 1 page locked
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page

    @VFIO-MAP-11
    Scenario: pages stay charged to memory that is gone, until they are unmapped
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it munmaps 8 pages of buffer "ram"
      Then it has 4 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 4 pages |
      Then it returns:
        | size | 4 pages |
      And it has 0 pages locked

    @VFIO-MAP-10 @VFIO-MAP-11
    Scenario: a map that fails halfway is not charged
      Given a buffer "other" of 4 pages
      And it munmaps 2 pages of buffer "other" + 2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "other" |
        | size  | 4 pages        |
      Then it fails with EFAULT
      And it has 0 pages locked
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "other" |
        | size  | 2 pages        |
      Then it has 2 pages locked

  Rule: a limit holds for who lacks CAP_IPC_LOCK

    @VFIO-MAP-11 @needs:processes @needs:limits
    Scenario: a map beyond the limit is refused, and one up to it is not
      Given a process "guest" without IPC_LOCK
      And process "guest" has a memlock limit of 3 pages
      When process "guest" calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it fails with ENOMEM
      And process "guest" has 0 pages locked
      And nothing has changed
      When process "guest" calls VFIO_IOMMU_MAP_DMA with:
        | size | 3 pages |
      Then it succeeds
      And process "guest" has 3 pages locked
      And it has 0 pages locked
      When process "guest" calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it fails with ENOMEM
      And process "guest" has 3 pages locked
      And 32 MiB .. +1 page is not mapped in the container
      When process "guest" calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 3 pages |
      And process "guest" calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it succeeds
      And process "guest" has 1 page locked

    @VFIO-MAP-11 @needs:processes @needs:limits
    Scenario: with CAP_IPC_LOCK the charge has no limit
      Given it has a memlock limit of 1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it succeeds
      And it has 4 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-MAP-11 @needs:processes
    Scenario: who unmaps does not matter
      Given a process "helper"
      When process "helper" calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      Then process "helper" has 2 pages locked
      And it has 0 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 pages |
      Then process "helper" has 0 pages locked
      And it has 0 pages locked

    @VFIO-MAP-11 @needs:hugetlb
    Scenario: a huge page counts as the pages that it is made of
      Given a huge-page buffer "huge" of 2 MiB
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "huge" |
        | size  | 2 MiB         |
      Then it has 2 MiB locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 MiB |
      Then it has 0 pages locked

    @VFIO-MAP-11 @needs:processes
    Scenario: the process that mapped exits, and the mapping stays
      Given a shared buffer "common" of 2 pages
      And a process "helper"
      When process "helper" calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "common" |
        | size  | 2 pages         |
      And process "helper" exits
      Then device "nic" sees buffer "common" at 16 MiB .. +2 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 pages |
      Then it returns:
        | size | 2 pages |
      And it has 0 pages locked
      And device "nic" does not see buffer "common" at 16 MiB .. +2 pages
