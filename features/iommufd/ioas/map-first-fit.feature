Feature: IOMMU_IOAS_MAP without FIXED_IOVA, among other mappings
  The search goes upwards. A hole counts from its first byte, aligned up, to its last; a hole is left out where that is too
  little, and above all where aligning it up would pass the end of the space.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 1 page

  Rule: a hole at the top of the space does not wrap

    @IOAS-MAP-25
    Scenario Outline: a map of <length> does not fit into a hole of <hole> at the top, left by a mapping
      When it calls IOMMU_IOAS_MAP with:
        | user_va |                         0 |
        | length  | U64_MAX - <hole> + 1 byte |
        | iova    |                         0 |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |        0 |
        | length  | <length> |
      Then it fails with ENOSPC
      And it wrote nothing back
      And nothing has changed

      Examples:
        | hole    | length                  |
        |   1 MiB |                   2 MiB |
        |   1 MiB |          1 MiB + 1 page |
        |   1 MiB | 1 MiB - 1 page + 1 byte |
        | 2 pages |                 2 pages |
        |   2 MiB |                   4 MiB |
        |   1 GiB |                   1 TiB |

    @IOAS-MAP-25
    Scenario Outline: a map of <length> does not fit into a list of allowed IOVAs that is the last <hole>
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - <hole> + 1 byte | <hole> |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va | 4096 PiB |
        | length  | <length> |
      Then it fails with ENOSPC
      And it wrote nothing back
      And nothing has changed
      And 0 .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | hole    | length         |
        |   1 MiB |          2 MiB |
        |   1 MiB | 1 MiB + 1 page |
        | 512 KiB |          2 MiB |
        |   2 MiB |          2 MiB |
        | 512 GiB |          1 TiB |

    @IOAS-MAP-25 @needs:test-cmd
    Scenario Outline: a map of <length> does not fit where all but the last <hole> is reserved
      Given 0 .. +U64_MAX - <hole> + 1 byte is reserved in IOAS "guest"
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va | 8192 PiB |
        | length  | <length> |
      Then it fails with ENOSPC
      And it wrote nothing back
      And nothing has changed

      Examples:
        | hole    | length         |
        |   1 MiB |          2 MiB |
        |   1 MiB | 1 MiB + 1 page |
        | 512 KiB |          2 MiB |
        | 512 GiB |          1 TiB |

    @IOAS-MAP-20 @IOAS-MAP-25
    Scenario: a hole fits where the alignment is that of a huge page, and not more
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 1536 GiB + 1 byte | 1536 GiB |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va | 8192 PiB |
        | length  |    1 TiB |
      Then it lands at U64_MAX - 1536 GiB + 1 byte

    @IOAS-MAP-25
    Scenario: a huge page lands at the highest place that it can have
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 4 MiB + 2 bytes | 4 MiB - 1 byte |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va |          1 GiB |
        | length  | 2 MiB - 1 page |
      Then it lands at U64_MAX - 2 MiB + 1 byte
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va |          1 GiB |
        | length  | 2 MiB - 1 page |
      Then it fails with ENOSPC
      And nothing has changed

  Rule: the lowest hole that fits is taken

    @IOAS-MAP-26
    Scenario: three maps land in a row
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 2 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 3 pages
      And 1 page .. +3 pages is mapped in IOAS "guest"

    @IOAS-MAP-26
    Scenario: the hole that an unmap leaves is taken before the space above
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      And it unmaps 1 page at 2 pages from IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 2 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 4 pages

    @IOAS-MAP-26
    Scenario: a large hole below comes before a hole that fits exactly
      When it maps 1 page of buffer "ram" into IOAS "guest" at 8 pages read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 10 pages read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

    @IOAS-MAP-26
    Scenario: holes that two unmaps leave side by side are one hole
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | 16 MiB |
        | iova    |      0 |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      And it unmaps 1 page at 16 MiB + 1 page from IOAS "guest"
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |    1 GiB |
        | length  |  2 pages |
        | iova    |   64 MiB |
      Then it lands at 16 MiB

    @IOAS-MAP-26
    Scenario Outline: a map of <length> aligned to <length> meets a hole of <hole> at 16 MiB
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | 16 MiB |
        | iova    |      0 |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + <hole> read-write
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |    1 GiB |
        | length  | <length> |
        | iova    |   64 MiB |
      Then it lands at <iova>

      Examples:
        | hole             | length  | iova             |
        |          2 pages | 2 pages |           16 MiB |
        | 2 pages - 1 byte | 2 pages | 16 MiB + 4 pages |
        |           1 page | 2 pages | 16 MiB + 2 pages |
        |          3 pages | 4 pages | 16 MiB + 4 pages |
        |          8 pages | 4 pages |           16 MiB |

    @IOAS-MAP-26
    Scenario Outline: 2 pages meet a hole of <hole> that begins off the alignment
      When it calls IOMMU_IOAS_MAP with:
        | user_va |               0 |
        | length  | 16 MiB + 1 byte |
        | iova    |               0 |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 byte + <hole> read-write
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |    1 GiB |
        | length  |  2 pages |
        | iova    |   64 MiB |
      Then it lands at <iova>

      Examples:
        | hole              | iova             |
        |  4 pages - 1 byte | 16 MiB + 2 pages |
        | 4 pages - 2 bytes | 16 MiB + 6 pages |
        |           2 pages | 16 MiB + 4 pages |

    @IOAS-MAP-26
    Scenario Outline: <length> of memory meet a hole of 2048 bytes that begins and ends inside of pages
      When it calls IOMMU_IOAS_MAP with:
        | user_va |                  0 |
        | length  | 16 MiB + 256 bytes |
        | iova    |                  0 |
      And it calls IOMMU_IOAS_MAP with:
        | user_va |                   0 |
        | length  |              1 page |
        | iova    | 16 MiB + 2304 bytes |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE          |
        | user_va | 1 GiB + 512 bytes |
        | length  | <length>          |
      Then it lands at <iova>

      @IOAS-MAP-21
      Examples:
        | length     | iova                         |
        |     1 byte |           16 MiB + 768 bytes |
        |  768 bytes |           16 MiB + 512 bytes |
        | 1792 bytes |           16 MiB + 512 bytes |
        | 1793 bytes | 16 MiB + 1 page + 2560 bytes |
        |     1 page | 16 MiB + 1 page + 2560 bytes |

    @IOAS-MAP-26 @IOAS-RANGES-08 @needs:test-cmd @needs:device
    Scenario: what a device had reserved is taken again when it has gone
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page
      When it unmaps 1 page at 1 page from IOAS "guest"
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

    @IOAS-MAP-26 @needs:test-cmd
    Scenario: what is reserved is skipped
      Given 1 page .. +2 pages is reserved in IOAS "guest"
      And 4 pages .. +1 page is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 3 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 5 pages

    @IOAS-MAP-26 @needs:test-cmd
    Scenario: a hole lies between a mapping and what is reserved
      Given 16 MiB + 2 pages .. +1 page is reserved in IOAS "guest"
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | 16 MiB |
        | iova    |      0 |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |    1 GiB |
        | length  |  2 pages |
        | iova    |   64 MiB |
      Then it lands at 16 MiB
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |    1 GiB |
        | length  |   1 page |
      Then it lands at 16 MiB + 3 pages

    @IOAS-MAP-26 @needs:test-cmd
    Scenario: the first place in the aperture of a mock device is taken
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      And the new IOVA .. +1 page is mapped in IOAS "guest"

    @IOAS-MAP-26 @needs:device
    Scenario: a device sees each of two maps where it landed
      Given a device "nic" attached to IOAS "guest"
      And a buffer "more" of 1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then device "nic" sees buffer "ram" at the new IOVA .. +1 page
      When it maps 1 page of buffer "more" into IOAS "guest" anywhere read-write
      Then device "nic" sees buffer "more" at the new IOVA .. +1 page
      And device "nic" does not see buffer "ram" at the new IOVA .. +1 page
