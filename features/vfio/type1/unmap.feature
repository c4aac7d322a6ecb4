@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO_IOMMU_UNMAP_DMA of a container with type1, version 2

  Whole mappings are removed, as many as there are in the range. When the call returns no device reaches the pages.

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group
    And it calls VFIO_IOMMU_MAP_DMA with:
      | size | 4 pages |

  Rule: size, flags and the range are looked at first

    @VFIO-UNM-01
    Scenario Outline: flags <flags> and a size of <size> are refused
      When it calls VFIO_IOMMU_UNMAP_DMA with a size of <size> bytes and:
        | flags | <flags> |
        | iova  | 16 MiB  |
        | size  | 4 pages |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | size | flags                   |
        |    0 | none                    |
        |   23 | none                    |
        |   24 | bit 3                   |
        |   24 | bit 31                  |
        |   48 | GET_DIRTY_BITMAP, ALL   |
        |   48 | GET_DIRTY_BITMAP, VADDR |

    @VFIO-UNM-01
    Scenario Outline: <memory> is EFAULT
      When it calls VFIO_IOMMU_UNMAP_DMA with <memory>
      Then it fails with EFAULT
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-UNM-02
    Scenario Outline: <size> at <iova> are refused
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | iova                      | size                      | errno     |
        | 16 MiB + 1 byte           | 4 pages                   | EINVAL    |
        | 16 MiB                    | 4 pages - 1 byte          | EINVAL    |
        | 16 MiB                    | 4 pages + 1 byte          | EINVAL    |
        | 16 MiB                    | 0                         | EINVAL    |
        | U64_MAX - 1 page + 1 byte | 2 pages                   | EOVERFLOW |
        | 16 MiB                    | U64_MAX - 1 page + 1 byte | EOVERFLOW |

  Rule: a range that cuts a mapping is refused, and nothing is removed

    @VFIO-UNM-04
    Scenario Outline: <size> at <iova> are refused, which cut a mapping of 4 pages
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB - 2 pages       |
        | vaddr | buffer "ram" + 4 pages |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB - 2 pages .. +1 page

      Examples:
        | iova             | size    |
        | 16 MiB           | 1 page  |
        | 16 MiB           | 3 pages |
        | 16 MiB + 1 page  | 1 page  |
        | 16 MiB + 1 page  | 3 pages |
        | 16 MiB + 3 pages | 2 pages |
        | 16 MiB - 2 pages | 3 pages |
        | 16 MiB - 1 page  | 2 pages |

  Rule: whole mappings are removed, and whatever is between them does not matter

    @VFIO-UNM-05
    Scenario Outline: <size> at <iova> hold <bytes>
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 6 pages       |
        | vaddr | buffer "ram" + 4 pages |
        | size  | 2 pages                |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 9 pages       |
        | vaddr | buffer "ram" + 6 pages |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it succeeds
      And it wrote back only "size"
      And it returns:
        | size | <bytes> |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 3 pages at 16 MiB + 3 pages .. +1 page
      And device "nic" does not see buffer "ram" + 4 pages at 16 MiB + 6 pages .. +2 pages
      And device "nic" sees buffer "ram" + 6 pages at 16 MiB + 9 pages .. +1 page
      And 16 MiB .. +9 pages is not mapped in the container

      Examples:
        | iova            | size     | bytes   |
        | 16 MiB          | 8 pages  | 6 pages |
        | 16 MiB          | 9 pages  | 6 pages |
        | 16 MiB - 1 page | 10 pages | 6 pages |

    @VFIO-UNM-05 @VFIO-UNM-03
    Scenario: one of two mappings that touch is removed
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 4 pages       |
        | vaddr | buffer "ram" + 4 pages |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB  |
        | size | 4 pages |
      Then it returns:
        | size | 4 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 3 pages       |
        | vaddr | buffer "ram" + 7 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" + 7 pages at 16 MiB + 3 pages .. +1 page

    @VFIO-UNM-06
    Scenario Outline: nothing is mapped in <size> at <iova>
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it succeeds
      And it returns:
        | size | 0 |
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | iova             | size    |
        | 16 MiB + 4 pages | 1 page  |
        | 16 MiB - 1 page  | 1 page  |
        | 64 MiB           | 64 MiB  |

    @VFIO-UNM-05
    Scenario: what is removed can be mapped again, of other memory
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "ram" + 4 pages |
        | size  | 2 pages                |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page

    @VFIO-UNM-05 @VFIO-UNM-03 @needs:hugetlb
    Scenario: huge pages are removed
      Given a huge-page buffer "huge" of 4 MiB
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 64 MiB        |
        | vaddr | buffer "huge" |
        | size  | 4 MiB         |
      Then it succeeds
      And device "nic" sees buffer "huge" at 64 MiB .. +4 MiB
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 64 MiB |
        | size | 4 MiB  |
      Then it returns:
        | size | 4 MiB |
      And device "nic" does not see buffer "huge" at 64 MiB .. +1 page
      And device "nic" does not see buffer "huge" + 4 MiB - 1 page at 68 MiB - 1 page .. +1 page

  Rule: ALL removes everything, and takes no range

    @VFIO-UNM-09
    Scenario: everything is removed
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 0                      |
        | vaddr | buffer "ram" + 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 4 GiB                  |
        | vaddr | buffer "ram" + 5 pages |
        | size  | 2 pages                |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  | 0   |
        | size  | 0   |
      Then it returns:
        | size | 7 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 4 pages at 0 .. +1 page
      And device "nic" does not see buffer "ram" + 5 pages at 4 GiB .. +2 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  | 0   |
        | size  | 0   |
      Then it returns:
        | size | 0 |

    @VFIO-UNM-09
    Scenario Outline: ALL with <size> at <iova> is refused
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL    |
        | iova  | <iova> |
        | size  | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | iova   | size    |
        | 0      | 4 pages |
        | 16 MiB | 4 pages |
        | 1 page | 0       |
        | 0      | U64_MAX |
