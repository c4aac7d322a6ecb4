@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO_IOMMU_UNMAP_DMA of a container with type1, version 1

  The first version promises less: a range that begins inside a mapping removes nothing and says so, and one that ends
  inside a mapping removes all of it.

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
    And it opens device "nic" through its group
    And it calls VFIO_IOMMU_MAP_DMA with:
      | size | 4 pages |
    And it calls VFIO_IOMMU_MAP_DMA with:
      | iova  | 16 MiB + 4 pages       |
      | vaddr | buffer "ram" + 4 pages |
      | size  | 2 pages                |

  Rule: what begins inside a mapping removes nothing

    @VFIO-UNM-07
    Scenario Outline: <size> at <iova> begin inside a mapping
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it succeeds
      And it returns:
        | size | 0 |
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +6 pages

      Examples:
        | iova             | size    |
        | 16 MiB + 1 page  | 1 page  |
        | 16 MiB + 3 pages | 1 page  |
        | 16 MiB + 1 page  | 3 pages |
        | 16 MiB + 1 page  | 5 pages |
        | 16 MiB + 5 pages | 1 page  |

  Rule: what covers the first page of a mapping removes all of it

    @VFIO-UNM-08
    Scenario Outline: a whole mapping is removed by <size> at <iova>
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it returns:
        | size | <bytes> |
      And device "nic" does not see buffer "ram" + <first> at 16 MiB + <first> .. +1 page
      And device "nic" does not see buffer "ram" + <last> at 16 MiB + <last> .. +1 page
      And device "nic" sees buffer "ram" + <kept> at 16 MiB + <kept> .. +2 pages

      Examples: the first one
        | iova            | size    | bytes   | first | last    | kept    |
        | 16 MiB          | 1 page  | 4 pages | 0     | 3 pages | 4 pages |
        | 16 MiB          | 3 pages | 4 pages | 0     | 3 pages | 4 pages |
        | 16 MiB - 1 page | 2 pages | 4 pages | 0     | 3 pages | 4 pages |

      Examples: the second one
        | iova             | size    | bytes   | first   | last    | kept   |
        | 16 MiB + 4 pages | 1 page  | 2 pages | 4 pages | 5 pages | 1 page |

    @VFIO-UNM-08 @VFIO-UNM-06
    Scenario: both are removed by a range over both
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 5 pages |
      Then it returns:
        | size | 6 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 5 pages at 16 MiB + 5 pages .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 5 pages |
      Then it returns:
        | size | 0 |

    @VFIO-UNM-09
    Scenario: everything is removed by ALL
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  | 0   |
        | size  | 0   |
      Then it returns:
        | size | 6 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And 16 MiB .. +6 pages is not mapped in the container

  Rule: dirty pages are not tracked

    @VFIO-DRT-01
    Scenario Outline: <flags> is EACCES
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | <flags> |
      Then it fails with EACCES
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +6 pages

      Examples:
        | flags       |
        | START       |
        | STOP        |
        | START, STOP |
        | bit 31      |

    @VFIO-DRT-01
    Scenario: a bad pointer is EACCES as well
      When it calls VFIO_IOMMU_DIRTY_PAGES with a bad pointer
      Then it fails with EACCES
