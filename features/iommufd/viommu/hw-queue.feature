@needs:hw-queue
Feature: IOMMU_HW_QUEUE_ALLOC
  A hardware queue is memory of the guest that the IOMMU reads by its physical address, without translation. So its pages
  have to follow each other, and they stay pinned and mapped as long as the queue exists: iommufd has an access of its own
  for that, which has an id.

  Rule: the fields of an HW queue itself are looked at before its vIOMMU

    @HWQ-01
    Scenario Outline: <field> <value> is refused
      Given an iommufd
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | <field>   | <value>        |
        | length    |        0 bytes |
        | viommu_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | field | value   |
        | flags | bit 0   |
        | flags | bit 31  |
        | type  | DEFAULT |

    @HWQ-04
    Scenario Outline: a queue of <length> at <iova> is refused
      Given an iommufd
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | <iova>         |
        | length              | <length>       |
        | viommu_id           | no such object |
      Then it fails with <errno>

      @HWQ-02
      Examples: nothing
        | iova           | length  | errno     |
        |         16 MiB | 0 bytes | EINVAL    |
        | U64_MAX        | 0 bytes | EINVAL    |

      Examples: up to the last IOVA
        | iova           | length  | errno     |
        |        0 bytes | U64_MAX | ENOENT    |
        |         1 byte | U64_MAX | ENOENT    |
        | U64_MAX        |  1 byte | ENOENT    |
        | U64_MAX - 4095 |  1 page | ENOENT    |

      @HWQ-03
      Examples: beyond the last IOVA
        | iova           | length  | errno     |
        |        2 bytes | U64_MAX | EOVERFLOW |
        | U64_MAX        | 2 bytes | EOVERFLOW |
        | U64_MAX - 4094 |  1 page | EOVERFLOW |

    @HWQ-04
    Scenario: an id names no vIOMMU
      Given an iommufd
      And an IOAS "guest"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | viommu_id | IOAS "guest" |
      Then it fails with ENOENT
      And it wrote nothing back

    @HWQ-05 @needs:test-cmd @needs:nesting
    Scenario Outline: type <type>, which the vIOMMU does not have, is refused
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | type | <type> |
      Then it fails with EOPNOTSUPP
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | type           |
        | TEGRA241_CMDQV |
        |     3735928558 |

  @needs:test-cmd @needs:nesting
  Rule: the memory of a queue is mapped readable in the IOAS of the nesting parent, and is contiguous

    Background:
      Given an iommufd
      And an IOAS "guest"

    @HWQ-06
    Scenario Outline: a queue of <length> at <iova>, of which not all is mapped, is refused
      Given an IOAS "other"
      And a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "other" at 32 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | <iova>   |
        | length              | <length> |
      Then it fails with ENOENT
      And nothing has changed
      When it destroys vIOMMU "smmu"
      Then it succeeds
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it succeeds

      Examples:
        | iova            | length          |
        |          32 MiB |          1 page |
        |          16 MiB | 1 page + 1 byte |
        | 16 MiB + 1 page |          1 byte |
        | 16 MiB - 1 byte |         2 bytes |

    @HWQ-07
    Scenario: one page twice is not contiguous
      Given a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | length | 2 pages |
      Then it fails with EFAULT
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | 16 MiB + 1 page - 1 byte |
        | length              |                  2 bytes |
      Then it fails with EFAULT
      And nothing has changed
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it succeeds

    @HWQ-07 @HWQ-10 @needs:hugetlb
    Scenario: pages of a huge page are contiguous, and not backwards
      Given a huge-page buffer "ram" of 2 MiB
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | 16 MiB + 1 page |
        | length              |         2 pages |
      Then it fails with EFAULT
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | length | 2 pages |
      Then it succeeds
      And it wrote back only "out_hw_queue_id"
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      When it unmaps 1 page at 16 MiB + 1 page from IOAS "guest"
      Then it fails with EBUSY
      When it unmaps 1 page at 16 MiB + 2 pages from IOAS "guest"
      Then it succeeds

    @HWQ-08
    Scenario Outline: memory that is mapped <rights>
      Given a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB <rights>
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC
      Then it <outcome>
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it <unmap>

      Examples:
        | rights     | outcome          | unmap            |
        | read-only  | succeeds         | fails with EBUSY |
        | write-only | fails with EPERM | succeeds         |

    @HWQ-09
    Scenario Outline: a queue of <length> at <iova> lies within a page
      Given a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | <iova>   |
        | length              | <length> |
      Then it succeeds
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      And each page of buffer "ram" carries 1 pin

      Examples:
        | iova                     | length          |
        |                   16 MiB |          1 byte |
        |          16 MiB + 1 byte | 1 page - 1 byte |
        | 16 MiB + 1 page - 1 byte |          1 byte |

    @HWQ-09 @needs:hugetlb
    Scenario Outline: 2 bytes in two pages, of which <place> cannot be unmapped
      Given a huge-page buffer "ram" of 2 MiB
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | nesting_parent_iova | 16 MiB + 1 page - 1 byte |
        | length              | 2 bytes                  |
      Then it succeeds
      When it unmaps 1 page at <place> from IOAS "guest"
      Then it fails with EBUSY
      When it unmaps 1 page at 16 MiB + 2 pages from IOAS "guest"
      Then it succeeds

      Examples:
        | place           |
        | 16 MiB          |
        | 16 MiB + 1 page |

    @HWQ-15 @needs:sub-page
    Scenario: a mapping far from the queue is not page-aligned
      Given a buffer "ram" of 2 pages
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 KiB of buffer "ram" + 1 page into IOAS "guest" at 64 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC
      Then it fails with EADDRINUSE
      And nothing has changed
      When it unmaps 2 KiB at 64 MiB from IOAS "guest"
      And it calls IOMMU_HW_QUEUE_ALLOC
      Then it succeeds
      When it maps 2 KiB of buffer "ram" + 1 page into IOAS "guest" at 64 MiB read-write
      Then it fails with EINVAL

  @needs:test-cmd @needs:nesting
  Rule: memory of a queue stays mapped

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 4 pages

    @HWQ-10 @IOAS-UNMAP-15
    Scenario: an unmap is refused until the queue is destroyed
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And an HW queue "commands" with index 0 at 16 MiB + 1 page .. +1 page on vIOMMU "smmu"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      And nothing has changed
      When it unmaps 1 page at 32 MiB from IOAS "guest"
      Then it succeeds
      When it destroys HW queue "commands"
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it succeeds

    @HWQ-10 @IOAS-UNMAP-15
    Scenario: an unmap that would cut the mapping is refused with EBUSY
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And an HW queue "commands" with index 0 at 16 MiB .. +1 page on vIOMMU "smmu"
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      When it unmaps 1 page at 16 MiB + 1 page from IOAS "guest"
      Then it fails with EBUSY
      And it wrote nothing back
      And nothing has changed

    @IOAS-UNMAP-15
    Scenario: an unmap of everything stops there
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 32 MiB read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 64 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And an HW queue "commands" with index 0 at 32 MiB .. +1 page on vIOMMU "smmu"
      When it unmaps everything from IOAS "guest"
      Then it fails with EBUSY
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And 32 MiB .. +1 page is mapped in IOAS "guest"
      And 64 MiB .. +1 page is mapped in IOAS "guest"
      And device "nic" sees buffer "ram" + 1 page at 32 MiB .. +1 page

  @needs:test-cmd @needs:nesting
  Rule: each queue needs the one before it

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"

    @HWQ-11 @MOCK-31
    Scenario: the mock vIOMMU has the indices 0 and 1
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 2 |
      Then it fails with EINVAL
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it fails with EIO
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 0 |
      Then it succeeds
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 0 |
      Then it fails with EEXIST
      And it wrote nothing back
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it succeeds

    @HWQ-12 @HWQ-13 @OBJ-17
    Scenario: queues are destroyed from the last to the first
      Given an HW queue "first" with index 0 on vIOMMU "smmu"
      And an HW queue "second" with index 1 on vIOMMU "smmu"
      When it destroys HW queue "first"
      Then it fails with EBUSY
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      When it destroys HW queue "second"
      Then it succeeds
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it destroys HW queue "first"
      Then it succeeds
      When it destroys vIOMMU "smmu"
      Then it succeeds
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it succeeds

    @HWQ-16
    Scenario: the only queue is destroyed and made again
      Given an HW queue "first" with index 0 on vIOMMU "smmu"
      When it destroys HW queue "first"
      And it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it fails with EIO
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 0 |
      Then it succeeds
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 0 |
      Then it fails with EEXIST
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it succeeds

    @HWQ-16
    Scenario: the second of two queues is destroyed and made again
      Given an HW queue "first" with index 0 on vIOMMU "smmu"
      And an HW queue "second" with index 1 on vIOMMU "smmu"
      When it destroys HW queue "second"
      And it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it succeeds
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 1 |
      Then it fails with EEXIST
      When it destroys HW queue "first"
      Then it fails with EBUSY

    @HWQ-16
    Scenario: the index of the first queue stays in use when the second is destroyed
      Given an HW queue "first" with index 0 on vIOMMU "smmu"
      And an HW queue "second" with index 1 on vIOMMU "smmu"
      When it destroys HW queue "second"
      And it calls IOMMU_HW_QUEUE_ALLOC with:
        | index | 0 |
      Then it fails with EEXIST
      And it wrote nothing back

    @HWQ-16
    Scenario: both queues are destroyed, and made again in memory elsewhere
      Given an HW queue "first" with index 0 on vIOMMU "smmu"
      And an HW queue "second" with index 1 on vIOMMU "smmu"
      When it destroys HW queue "second"
      And it destroys HW queue "first"
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it calls IOMMU_HW_QUEUE_ALLOC with:
        | index               | 0      |
        | nesting_parent_iova | 32 MiB |
      Then it succeeds
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | index               | 1      |
        | nesting_parent_iova | 32 MiB |
      Then it succeeds
      When it unmaps 1 page at 32 MiB from IOAS "guest"
      Then it fails with EBUSY

    @OBJ-13
    Scenario: the access of a queue has an id, and cannot be destroyed by it
      When it calls IOMMU_HW_QUEUE_ALLOC
      Then it returns:
        | out_hw_queue_id | 7 |
      When it destroys object 8
      Then it fails with EBUSY
      When it destroys object 9
      Then it fails with ENOENT
      When it destroys object 7
      Then it succeeds
      When it destroys object 8
      Then it fails with ENOENT
