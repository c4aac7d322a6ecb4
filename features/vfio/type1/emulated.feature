@needs:emulated-device @needs:vfio-group @needs:type1-container
Feature: emulated devices in a container with type1

  A mediated device does no DMA: its driver reads and writes the memory of the program itself. So a container that has
  nothing else knows what is mapped, and neither pins it nor looks where it could be reached.

  Background:
    Given a container
    And a buffer "ram" of 4 pages
    And a device "port" that is emulated
    When it opens the group of device "port"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU

  Rule: nothing is pinned

    @VFIO-MAP-13 @needs:proc
    Scenario: memory is mapped and nobody is charged
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in the container
      And it has 0 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 4 pages |
      Then it returns:
        | size | 4 pages |
      And 16 MiB .. +4 pages is not mapped in the container

    @VFIO-MAP-13
    Scenario Outline: <memory> is mapped as well
      Given an inaccessible buffer "secret" of 2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | <vaddr> |
        | size  | 2 pages |
      Then it succeeds
      And 16 MiB .. +2 pages is mapped in the container

      Examples:
        | memory                         | vaddr           |
        | memory that may not be touched | buffer "secret" |
        | memory that is not there       | 1 page          |

    @VFIO-MAP-06 @VFIO-MAP-13
    Scenario: what overlaps is refused
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 3 pages |
      Then it fails with EEXIST
      And nothing has changed

  Rule: a mapping may lie anywhere

    @VFIO-MAP-04 @VFIO-MAP-06
    Scenario: a mapping ends at the last IOVA
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | U64_MAX - 1 page + 1 byte |
      Then it succeeds
      And U64_MAX - 1 page + 1 byte .. +1 page is mapped in the container
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | U64_MAX - 1 page + 1 byte |
      Then it fails with EEXIST
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | U64_MAX - 2 pages + 1 byte |
        | size | 2 pages                    |
      Then it fails with EEXIST
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | U64_MAX - 1 page + 1 byte |
      Then it returns:
        | size | 1 page |

    @VFIO-UNM-09 @VFIO-MAP-04
    Scenario: ALL removes what ends at the last IOVA, and the rest
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 3 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | U64_MAX - 1 page + 1 byte |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  | 0   |
        | size  | 0   |
      Then it returns:
        | size | 4 pages |
      And 16 MiB .. +3 pages is not mapped in the container
      And U64_MAX - 1 page + 1 byte .. +1 page is not mapped in the container

  Rule: the container says so

    @VFIO-INF-03 @VFIO-INF-06
    Scenario: every page size is there, and no range of IOVAs
      When it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns:
        | iova_pgsizes | U64_MAX - 1 page + 1 byte |
      And it returns these capabilities, of version 1:
        | MIGRATION | 4 KiB to 256 MiB |
        | DMA_AVAIL | 65535            |

    @VFIO-CTR-05
    Scenario Outline: <extension> is <answer>
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns <answer>

      Examples:
        | extension         | answer |
        | VFIO_DMA_CC_IOMMU |      1 |
        | VFIO_UPDATE_VADDR |      0 |

    @VFIO-UNM-12
    Scenario Outline: an address cannot become invalid, by <flags> of <size> at <iova>
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | <flags> |
        | iova  | <iova>  |
        | size  | <size>  |
      Then it fails with EBUSY
      And it wrote nothing back
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_UNMAP_DMA
      Then it returns:
        | size | 1 page |

      Examples:
        | flags      | iova            | size   |
        | VADDR      | 16 MiB          | 1 page |
        | VADDR, ALL | 0               | 0      |
        | VADDR      | 16 MiB + 1 byte | 0      |

  Rule: nothing is dirty that no driver has touched

    @VFIO-DRT-07
    Scenario: mapped pages are clean
      Given an untouched buffer "clean" of 1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 4 pages at 16 MiB are dirty, into buffer "clean"
      Then it succeeds
      And it finds no bits set in buffer "clean"
      When it asks the container which of 3 pages at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL

    @VFIO-DRT-07
    Scenario: what is mapped while dirty tracking is on is clean
      Given an untouched buffer "clean" of 1 page
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it asks the container which of 4 pages at 16 MiB are dirty, into buffer "clean"
      Then it succeeds
      And it finds no bits set in buffer "clean"
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | STOP |
      And it asks the container which of 4 pages at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL

    @VFIO-DRT-07
    Scenario: a bitmap that holds something else is cleared where pages are mapped
      Given an untouched buffer "words" of 1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 64 pages |
        | size | 4 pages           |
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_bitmap in buffer "words":
        | pgsize | size | data |
        |      3 |   63 |    3 |
      And it asks the container which of 192 pages at 16 MiB are dirty, into buffer "words"
      Then it finds only bits 0 .. 1, 128 .. 129 set in buffer "words"

  Rule: a map without memory for what it needs leaves nothing

    @VFIO-DRT-08 @needs:fault-injection
    Scenario Outline: memory runs out while dirty tracking is <state>
      Given an iommufd
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | <flags> |
      Then it succeeds
      Given each of the allocations of the next call fails in turn
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And 16 MiB .. +1 page is mapped in the container

      Examples:
        | state | flags |
        | off   | STOP  |
        | on    | START |
