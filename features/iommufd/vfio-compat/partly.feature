@needs:vfio-compat
Feature: VFIO_IOMMU_UNMAP_DMA that ends too early
  A range is unmapped mapping by mapping. Where one of them cannot be unmapped, those before it are gone, and size says how
  many bytes they were, although the call fails.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages
    And it calls IOMMU_VFIO_IOAS with:
      | op      | SET          |
      | ioas_id | IOAS "guest" |
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
    And it maps 4 pages of buffer "ram" + 3 pages into IOAS "guest" at 32 MiB read-write
    And it maps 1 page of buffer "ram" + 7 pages into IOAS "guest" at 64 MiB read-write

  Rule: a mapping that the range cuts stays, and those before it are told

    @VFIO-43
    Scenario Outline: a range of <size> at <iova> covers <whole>, and <part> of the next one
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with ENOENT
      And it wrote back only "size"
      And it returns:
        | size | <told> |
      And 16 MiB .. +1 page <first> in IOAS "guest"
      And 16 MiB + 1 page .. +2 pages <second> in IOAS "guest"
      And 32 MiB .. +4 pages is mapped in IOAS "guest"
      And 64 MiB .. +1 page is mapped in IOAS "guest"

      Examples:
        | whole        | part             | iova            | size                      | told    | first         | second        |
        | no mapping   | a page           | 32 MiB          |                    1 page |       0 | is mapped     | is mapped     |
        | one mapping  | a byte           | 16 MiB + 1 page |    16 MiB - 1 page + 1    | 2 pages | is mapped     | is not mapped |
        | two mappings | two pages        | 16 MiB          |          16 MiB + 2 pages | 3 pages | is not mapped | is not mapped |
        | two mappings | all but one byte | 0 bytes         | 32 MiB + 4 pages - 1 byte | 3 pages | is not mapped | is not mapped |
        | one mapping  | a byte           | 16 MiB          |           1 page + 1 byte |  1 page | is not mapped | is mapped     |

    @VFIO-43 @needs:device @needs:proc
    Scenario: what is told is neither pinned nor seen any more
      Given a device "nic" attached to IOAS "guest"
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB           |
        | size | 16 MiB + 2 pages |
      Then it fails with ENOENT
      And it returns:
        | size | 3 pages |
      And it has 5 pages pinned
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page
      And device "nic" sees buffer "ram" + 3 pages at 32 MiB .. +4 pages
      And device "nic" sees buffer "ram" + 7 pages at 64 MiB .. +1 page

  @needs:test-cmd @needs:nesting @needs:hw-queue
  Rule: a mapping that a hardware queue uses stays, and those before it are told

    Background:
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And an HW queue "commands" with index 0 at 32 MiB .. +1 page on vIOMMU "smmu"

    @VFIO-43
    Scenario Outline: flags <flags> unmap what lies below
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | <flags> |
        | iova  | <iova>  |
        | size  | <size>  |
      Then it fails with EBUSY
      And it returns:
        | size | 3 pages |
      And 16 MiB .. +3 pages is not mapped in IOAS "guest"
      And 32 MiB .. +4 pages is mapped in IOAS "guest"
      And 64 MiB .. +1 page is mapped in IOAS "guest"
      When it destroys HW queue "commands"
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | <flags> |
        | iova  | <iova>  |
        | size  | <size>  |
      Then it succeeds
      And it returns:
        | size | 5 pages |

      @IOAS-UNMAP-15
      Examples:
        | flags | iova   | size    |
        | ALL   | 0      |       0 |
        | none  | 16 MiB | 128 MiB |

  @needs:test-cmd
  Rule: a mapping that an access has pinned is asked for, and told

    @VFIO-24
    Scenario Outline: an access has pinned <what>
      Given an access "vcpu" that pins on IOAS "guest"
      When access "vcpu" pins <length> at <iova> as buffer "ram" + <offset>
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB |
        | size | 32 MiB |
      Then it succeeds
      And it returns:
        | size | 7 pages |
      And each page of buffer "ram" carries 0 pins

      @IOAS-UNMAP-13
      Examples:
        | what               | length  | iova   | offset  |
        | the first mapping  | 1 page  | 16 MiB | 0       |
        | the first two      | 3 pages | 16 MiB | 0       |
        | the third mapping  | 2 pages | 32 MiB | 3 pages |
