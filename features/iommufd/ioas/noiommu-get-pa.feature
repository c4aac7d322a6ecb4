Feature: IOMMU_IOAS_NOIOMMU_GET_PA

  Tells where in physical memory a mapped IOVA lies, for a driver in user space of a device that no IOMMU stands before.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

  Rule: asking for a physical address needs CAP_SYS_RAWIO

    @OPT-35 @needs:noiommu @needs:processes @needs:limits
    Scenario Outline: a process without CAP_SYS_RAWIO is refused, with <fault>
      Given a process "helper" without SYS_RAWIO
      When process "helper" calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | <field> | <value> |
      Then it fails with EPERM
      And it wrote nothing back

      Examples:
        | fault              | field      | value          |
        | nothing else wrong | flags      |              0 |
        | an unknown flag    | flags      | bit 0          |
        | a reserved field   | __reserved |              1 |
        | no length          | length     |        0 bytes |
        | an iova of U64_MAX | iova       | U64_MAX        |
        | no such IOAS       | ioas_id    | no such object |

  Rule: flags and the reserved field are looked at first, then the length, then the place, then the IOAS, then the mapping

    @OPT-36 @needs:noiommu
    Scenario Outline: <fault> is told before all that comes after it
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | flags      | <flags>    |
        | __reserved | <reserved> |
        | length     | <length>   |
        | iova       | <iova>     |
        | ioas_id    | <ioas>     |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed

      Examples:
        | fault                 | flags  | reserved | length  | iova        | ioas           | errno      |
        | an unknown flag       | bit 0  |        0 | 0 bytes | U64_MAX     | no such object | EOPNOTSUPP |
        | the last unknown flag | bit 31 |        0 | 0 bytes | U64_MAX     | no such object | EOPNOTSUPP |
        | a reserved field      |      0 |        1 | 0 bytes | U64_MAX     | no such object | EOPNOTSUPP |
        | no length             |      0 |        0 | 0 bytes | U64_MAX     | no such object | EINVAL     |
        | an iova of U64_MAX    |      0 |        0 |  1 byte | U64_MAX     | no such object | EOVERFLOW  |
        | no such IOAS          |      0 |        0 |  1 byte | U64_MAX - 1 | no such object | ENOENT     |
        | id 0                  |      0 |        0 |  1 byte |      16 MiB | none           | ENOENT     |

    @OPT-36 @OBJ-05 @needs:noiommu @needs:device
    Scenario: a device is no IOAS
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | ioas_id | device "nic" |
      Then it fails with ENOENT

  Rule: an IOVA that is not mapped has no physical address

    @OPT-37 @needs:noiommu
    Scenario Outline: <place> is not mapped
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | <iova>   |
        | length | <length> |
      Then it fails with ENOENT
      And it wrote nothing back

      Examples:
        | place                           | iova             | length  |
        | the last byte before a mapping  |  16 MiB - 1 byte | 2 bytes |
        | the first byte behind a mapping | 16 MiB + 4 pages |  1 byte |
        | far away from it                |           64 MiB |  1 page |
        | the bottom                      |          0 bytes | U64_MAX |
        | the top                         | U64_MAX - 1      |  1 byte |

  Rule: only a noiommu device has physical addresses

    @OPT-38 @needs:noiommu
    Scenario Outline: a mapping that no page table has is refused, <place>
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | <iova>   |
        | length | <length> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | place               | iova                      | length  |
        | from its first byte |                    16 MiB | 4 pages |
        | its last byte       | 16 MiB + 4 pages - 1 byte |  1 byte |
        | beyond its end      |                    16 MiB | U64_MAX |

    @OPT-38 @needs:noiommu @needs:device
    Scenario: a mapping that a device behind an IOMMU sees is refused
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

  Rule: memory that its owner revoked has no physical address

    @OPT-40 @needs:noiommu @needs:dma-buf @needs:test-cmd
    Scenario: a dma-buf was revoked
      Given a dma-buf "bar" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 64 MiB read-write
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova | 64 MiB |
      Then it fails with EOPNOTSUPP
      When it revokes dma-buf "bar"
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova | 64 MiB |
      Then it fails with EINVAL
      And it wrote nothing back

  Rule: the answer is where the first byte is, and how many follow it in physical memory

    @OPT-39 @needs:noiommu @needs:noiommu-device @needs:hugetlb
    Scenario Outline: a query of <length> from <place> of a huge page is answered
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And a huge-page buffer "huge" of 2 MiB
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 64 MiB read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | 64 MiB + <place> |
        | length | <length>         |
      Then it returns:
        | length | <found> |
      And device "nic" sees buffer "huge" + <place> at the physical address .. +<found>
      And device "nic" does not see buffer "ram" at the physical address .. +16 bytes

      Examples: as many as are asked for, from wherever
        | place           | length           | found            |
        |         0 bytes |           1 byte |           1 byte |
        | 1 page - 1 byte |          2 bytes |          2 bytes |
        |          1 byte |           1 page |           1 page |
        |       100 bytes | 2 pages + 1 byte | 2 pages + 1 byte |
        |  2 MiB - 1 byte |           1 byte |           1 byte |

      Examples: to the end of the mapping
        | place           | length  | found                   |
        |         0 bytes | U64_MAX |                   2 MiB |
        |          1 page | U64_MAX |          2 MiB - 1 page |
        | 1 page - 1 byte | U64_MAX | 2 MiB - 1 page + 1 byte |
        |  2 MiB - 1 byte |  1 page |                  1 byte |

    @OPT-39 @needs:noiommu @needs:noiommu-device @needs:hugetlb
    Scenario: two mappings touch in memory
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And a huge-page buffer "huge" of 2 MiB
      When it maps 2 pages of buffer "huge" into IOAS "guest" at 64 MiB read-write
      And it maps 1 page of buffer "huge" + 2 pages into IOAS "guest" at 64 MiB + 2 pages read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   |  64 MiB |
        | length | 3 pages |
      Then it returns:
        | length | 2 pages |
      And device "nic" sees buffer "huge" at the physical address .. +3 pages

    @OPT-39 @needs:noiommu @needs:noiommu-device
    Scenario: pages are in another order than their addresses
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And an untouched buffer "mixed" of 3 pages
      When it stores pattern "C" in buffer "mixed" + 2 pages
      And it stores pattern "B" in buffer "mixed" + 1 page
      And it stores pattern "A" in buffer "mixed"
      And it maps 3 pages of buffer "mixed" into IOAS "guest" at 64 MiB read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   |  64 MiB |
        | length | 3 pages |
      Then it succeeds
      And device "nic" sees buffer "mixed" at the physical address .. +the contiguous length
      And device "nic" does not see buffer "mixed" + 1 page at the physical address .. +1 page

    @OPT-39 @needs:noiommu @needs:noiommu-device
    Scenario: a query begins inside of a page, of two buffers that came into being upwards and downwards
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And an untouched buffer "up" of 3 pages
      And an untouched buffer "down" of 3 pages
      When it stores pattern "A" in buffer "up"
      And it stores pattern "B" in buffer "up" + 1 page
      And it stores pattern "C" in buffer "up" + 2 pages
      And it stores pattern "D" in buffer "down" + 2 pages
      And it stores pattern "E" in buffer "down" + 1 page
      And it stores pattern "F" in buffer "down"
      And it maps 3 pages of buffer "up" into IOAS "guest" at 64 MiB read-write
      And it maps 3 pages of buffer "down" into IOAS "guest" at 128 MiB read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | 64 MiB + 16 bytes |
        | length |           3 pages |
      Then it succeeds
      And device "nic" sees buffer "up" + 16 bytes at the physical address .. +the contiguous length
      And device "nic" does not see buffer "down" + 16 bytes at the physical address .. +the contiguous length
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | 128 MiB + 16 bytes |
        | length |            3 pages |
      Then it succeeds
      And device "nic" sees buffer "down" + 16 bytes at the physical address .. +the contiguous length

    @OPT-39 @needs:noiommu @needs:noiommu-device
    Scenario: memory of a file has physical addresses
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And a memfd "file" of 4 pages
      And a shared buffer "view" on memfd "file"
      When it maps 2 pages of memfd "file" + 1 page into IOAS "guest" at 64 MiB read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | 64 MiB + 1 page + 16 bytes |
        | length |                     1 page |
      Then it returns:
        | length | 1 page - 16 bytes |
      And device "nic" sees buffer "view" + 2 pages + 16 bytes at the physical address .. +1 page - 16 bytes

    @OPT-39 @needs:noiommu @needs:noiommu-device
    Scenario Outline: an IOVA of <iova> is told, which takes more levels of a page table
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at <iova> read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | <iova> |
        | length | 1 page |
      Then it returns:
        | length | 1 page |
      And device "nic" sees buffer "ram" + 2 pages at the physical address .. +1 page
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | 16 MiB |
        | length | 1 page |
      Then device "nic" sees buffer "ram" at the physical address .. +1 page
      When it unmaps 2 pages at <iova> from IOAS "guest"
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | <iova> |
        | length | 1 page |
      Then it fails with ENOENT

      Examples:
        | iova    |
        | 512 GiB |
        | 128 TiB |

    @OPT-39 @needs:noiommu @needs:noiommu-device
    Scenario Outline: pages in another order than their addresses have physical addresses, <where>
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And an untouched buffer "mixed" of 8 pages
      When it stores pattern "D" in buffer "mixed" + 6 pages
      And it stores pattern "C" in buffer "mixed" + 4 pages
      And it stores pattern "B" in buffer "mixed" + 2 pages
      And it stores pattern "A" in buffer "mixed"
      And it maps 8 pages of buffer "mixed" into IOAS "guest" at <iova> read-write
      Then it succeeds
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | iova   | <iova> + 7 pages |
        | length | 1 page           |
      Then it returns:
        | length | 1 page |
      And device "nic" sees buffer "mixed" + 7 pages at the physical address .. +1 page
      And device "nic" does not see buffer "mixed" + 6 pages at the physical address .. +1 page

      Examples:
        | where                                  | iova                       |
        | in the middle of the IOVAs             | 1 TiB                      |
        | at the end of the IOVAs but for a page | U64_MAX - 9 pages + 1 byte |
        | at the end of the IOVAs                | U64_MAX - 8 pages + 1 byte |
