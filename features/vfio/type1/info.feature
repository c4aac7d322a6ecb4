@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO_IOMMU_GET_INFO of a container with type1

  Tells which page sizes and IOVAs a program can map with, and how many mappings more. The capabilities follow the struct
  where there is room for all of them; otherwise the program is told how much they need.

  Background:
    Given a container
    And a buffer "ram" of 4 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU

  Rule: the size and the memory are looked at

    @VFIO-INF-01
    Scenario Outline: a size of <size> is refused
      When it calls VFIO_IOMMU_GET_INFO with a size of <size> bytes
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | size |
        |    0 |
        |    4 |
        |   15 |

    @VFIO-INF-01
    Scenario Outline: <memory> is refused
      When it calls VFIO_IOMMU_GET_INFO with <memory>
      Then it fails with EFAULT

      Examples:
        | memory           |
        | a null pointer   |
        | a bad pointer    |
        | read-only memory |

  Rule: as much of the struct is written as there is room for

    @VFIO-INF-02
    Scenario Outline: a size of <size> gets a cap_offset of <cap_offset>
      When it calls VFIO_IOMMU_GET_INFO with a size of <size> bytes and:
        | flags        | bit 31 |
        | iova_pgsizes |      1 |
        | cap_offset   |     77 |
        | pad          |     66 |
      Then it succeeds
      And it returns:
        | flags        | PGSIZES, CAPS |
        | iova_pgsizes | with 1 page   |
        | cap_offset   |  <cap_offset> |
        | pad          |         <pad> |

      Examples:
        | size | cap_offset | pad |
        |   16 |         77 |  66 |
        |   20 |          0 |  66 |
        |   24 |          0 |   0 |

  Rule: page sizes are those of the IOMMU, from the page of the processor on

    @VFIO-INF-03
    Scenario: a page table has pages of 4 KiB and 2 MiB
      When it calls VFIO_IOMMU_GET_INFO
      Then it returns:
        | iova_pgsizes | with 4 KiB |
      And it returns:
        | iova_pgsizes | with 2 MiB |
      And it returns:
        | iova_pgsizes | without 2 KiB |

    @VFIO-INF-03 @needs:intel-iommu
    Scenario: a page table of a VT-d has no pages between 4 KiB and 2 MiB
      When it calls VFIO_IOMMU_GET_INFO
      Then it returns:
        | iova_pgsizes | with 2 MiB |
      And it returns:
        | iova_pgsizes | without 8 KiB |
      And it returns:
        | iova_pgsizes | without 1 MiB |

  Rule: the capabilities follow where there is room for all of them

    @VFIO-INF-04 @needs:basic-iommu
    Scenario: room for all but one byte is not enough
      When it calls VFIO_IOMMU_GET_INFO with 95 zero bytes appended
      Then it succeeds
      And it returns:
        | argsz      |           120 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |             0 |
      When it calls VFIO_IOMMU_GET_INFO with 96 zero bytes appended
      Then it returns:
        | argsz      |           120 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |            24 |

    @VFIO-INF-05 @needs:basic-iommu
    Scenario: more room than they need stays as it was
      When it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it succeeds
      And it returns:
        | argsz      |           224 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |            24 |

    @VFIO-INF-05 @needs:basic-iommu
    Scenario: the chain tells of dirty pages, then of mappings, then of IOVAs
      Given a buffer "info" of 1 page
      When it calls VFIO_IOMMU_GET_INFO with 120 bytes of buffer "info"
      Then it succeeds
      And buffer "info" holds:
        | argsz | flags |
        |   120 |     3 |
      And buffer "info" + 16 bytes holds:
        | cap_offset | pad | id, version | next | flags | reserved | pgsize_bitmap |   | max_size |   |
        |         24 |   0 |  64 KiB + 2 |   56 |     0 |        0 |         4 KiB | 0 |  256 MiB | 0 |
      And buffer "info" + 56 bytes holds:
        | id, version | next | avail | gap | id, version, ranges | end | nr_iovas | reserved |
        |  64 KiB + 3 |   72 | 65535 |   0 |          64 KiB + 1 |   0 |        2 |        0 |
      And buffer "info" + 88 bytes holds:
        | start |   | end               |   | next start |   |
        |     0 | 0 | 4078 MiB - 1 byte | 0 |   4079 MiB | 0 |
      And buffer "info" + 120 bytes holds:
        | behind |
        | left   |

    @VFIO-INF-06 @VFIO-INF-07 @needs:reserved-iova
    Scenario: what its devices reserve is no IOVA
      When it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | MIGRATION  | 4 KiB to 256 MiB       |
        | DMA_AVAIL  | 65535                  |
        | IOVA_RANGE | 0 to 4078 MiB - 1 byte |
      When it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 4078 MiB - 1 page |
      Then it succeeds
      And device "nic" sees buffer "ram" at 4078 MiB - 1 page .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 4078 MiB |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 4079 MiB |
      Then it succeeds

  Rule: it tells how many mappings there may be

    @VFIO-INF-08
    Scenario: a map takes one, however long it is, and an unmap gives back what it removes
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | DMA_AVAIL | 65533 |
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it fails with EEXIST
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 64 MiB        |
        | vaddr | a bad pointer |
      Then it fails with EFAULT
      When it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | DMA_AVAIL | 65533 |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB |
        | size | 2 pages |
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | DMA_AVAIL | 65534 |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  |   0 |
        | size  |   0 |
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | DMA_AVAIL | 65535 |

    @VFIO-INF-08
    Scenario: a parameter of the module is read when the type is set
      When it calls VFIO_GROUP_UNSET_CONTAINER
      And it writes "7" to file "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it writes "9" to file "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns these capabilities, among others:
        | DMA_AVAIL | 7 |
