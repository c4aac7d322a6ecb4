Feature: IOMMU_HWPT_GET_DIRTY_BITMAP
  Tells which pages of a range devices have written, one bit a page, and forgets what it has told. A VMM calls it in each
  round of a live migration. The bitmap starts with the range, and lies anywhere in the memory of the caller.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And it sets the huge pages option of IOAS "guest" to 0
    And a buffer "ram" of 64 pages
    And it maps 64 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a device "nic" attached to IOAS "guest"
    And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
    And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
      | flags | ENABLE |
    And an untouched buffer "bits" of 2 pages

  Rule: bad arguments are refused, and nothing is forgotten

    @DIRTY-06 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: <field> of <value> is refused, for <table>
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id | <table>       |
        | data    | buffer "bits" |
        | <field> | <value>       |
      Then it fails with EOPNOTSUPP
      And it finds no bits set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 0 set in buffer "bits"

      Examples:
        | field      | value           | table          |
        | flags      | bit 1           | HWPT "table"   |
        | flags      | NO_CLEAR, bit 1 | HWPT "table"   |
        | flags      | bit 31          | no such object |
        | __reserved |               1 | HWPT "table"   |
        | __reserved | bit 31          | no such object |

    @DIRTY-07 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: <field> of 0 is refused at <iova>
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | iova    | <iova>        |
        | data    | buffer "bits" |
        | <field> |             0 |
      Then it fails with EINVAL
      And it finds no bits set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 0 set in buffer "bits"

      Examples:
        | field     | iova   |
        | length    | 16 MiB |
        | length    |      0 |
        | page_size | 16 MiB |

    @DIRTY-08 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a range of <length> from <iova> on is asked for, at a page size of <size>
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | iova      | <iova>        |
        | length    | <length>      |
        | page_size | <size>        |
        | data      | buffer "bits" |
      Then it <outcome>
      And it finds no bits set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 0 set in buffer "bits"

      Examples:
        | iova           | length         | size   | outcome              |
        | U64_MAX - 4095 |         1 page | 1 page | succeeds             |
        | U64_MAX - 4095 |        2 pages | 1 page | fails with EOVERFLOW |
        |         1 page | U64_MAX - 4095 | 1 page | succeeds             |
        |         16 MiB | U64_MAX - 4095 | 1 page | fails with EOVERFLOW |
        | U64_MAX        | U64_MAX        | 1 page | fails with EOVERFLOW |

    @DIRTY-09 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a range of <length> from IOVA 0 on is asked for, at the largest page size
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | iova      |             0 |
        | length    | <length>      |
        | page_size | bit 63        |
        | data      | buffer "bits" |
      Then it <outcome>
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 0 set in buffer "bits"

      @DIRTY-08
      Examples: the last IOVA is below U64_MAX
        | length | outcome           |
        | bit 63 | succeeds          |

      Examples: the end is not aligned
        | length | outcome           |
        | bit 62 | fails with EINVAL |

    @DIRTY-09 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a range of <length> at <iova> is refused, at a page size of <size>
      When a device writes 4 pages at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | iova      | <iova>        |
        | length    | <length>      |
        | page_size | <size>        |
        | data      | buffer "bits" |
      Then it fails with EINVAL
      And it finds no bits set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bits 0 .. 3 set in buffer "bits"

      Examples:
        | iova                | length              | size       |
        |     16 MiB + 1 byte |     1 page - 1 byte |     1 byte |
        |              16 MiB |     1 page - 1 byte |     1 byte |
        | 16 MiB + 1024 bytes |              1 page | 1024 bytes |
        | 16 MiB + 2048 bytes |              1 page |     1 page |
        |              16 MiB | 1 page + 2048 bytes |     1 page |
        |     16 MiB + 1 page |             2 pages |    2 pages |
        |              16 MiB |             3 pages |    2 pages |

    @DIRTY-10 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a page table without tracking is refused, with <field> of <value>
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id | HWPT "plain"  |
        | data    | buffer "bits" |
        | <field> | <value>       |
      Then it fails with <errno>
      And it finds no bits set in buffer "bits"

      Examples:
        | field  | value               | errno      |
        | length |            64 pages | EOPNOTSUPP |
        | flags  | NO_CLEAR            | EOPNOTSUPP |
        | data   | a bad pointer       | EOPNOTSUPP |
        | length |                   0 | EINVAL     |
        | iova   | 16 MiB + 2048 bytes | EINVAL     |
        | iova   | U64_MAX - 4095      | EOVERFLOW  |

    @DIRTY-25 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a range of <length> at <iova> is asked for, at the odd page size of <size>
      Given an untouched buffer "after" of 1 page
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | iova      | <iova>        |
        | length    | <length>      |
        | page_size | <size>        |
        | flags     | NO_CLEAR      |
        | data      | buffer "bits" |
      Then it <outcome>
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "after"
      Then it finds only bit 0 set in buffer "after"

      Examples: no bit is shared
        | iova             | length   | size                | outcome           |
        |           16 MiB | 16 pages |             3 pages | succeeds          |
        |  16 MiB + 1 page | 15 pages |             3 pages | succeeds          |
        |           16 MiB | 16 pages | 1 page + 2048 bytes | succeeds          |

      @DIRTY-09
      Examples: a bit is shared
        | iova             | length   | size                | outcome           |
        | 16 MiB + 2 pages | 14 pages |             3 pages | fails with EINVAL |
        |           16 MiB |  2 pages |             3 pages | fails with EINVAL |

  Rule: bit n is the n-th page of the range

    @DIRTY-11 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a range of <length> at <iova> has its share of the dirty pages 3, 4, 11 and 63
      When a device writes 2 pages at 16 MiB + 3 pages through HWPT "table"
      And a device writes 1 page at 16 MiB + 11 pages through HWPT "table"
      And a device writes 1 page at 16 MiB + 63 pages through HWPT "table"
      And it asks HWPT "table" which of <length> at <iova> are dirty, into buffer "bits"
      Then it succeeds
      And it wrote nothing back
      And it finds <bits> set in buffer "bits"

      Examples:
        | iova              | length   | bits                     |
        |            16 MiB | 64 pages | only bits 3 .. 4, 11, 63 |
        |            16 MiB | 63 pages | only bits 3 .. 4, 11     |
        |            16 MiB |  4 pages | only bit 3               |
        |  16 MiB + 3 pages | 61 pages | only bits 0 .. 1, 8, 60  |
        |  16 MiB + 4 pages |  8 pages | only bits 0, 7           |
        |  16 MiB + 5 pages |  7 pages | only bit 6               |
        | 16 MiB + 63 pages |   1 page | only bit 0               |

    @DIRTY-16 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a bit stands for <size>, with the pages 3, 4 and 63 dirty
      When a device writes 2 pages at 16 MiB + 3 pages through HWPT "table"
      And a device writes 1 page at 16 MiB + 63 pages through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | length    |      64 pages |
        | page_size | <size>        |
        | data      | buffer "bits" |
      Then it succeeds
      And it finds <bits> set in buffer "bits"

      Examples:
        | size     | bits                 |
        |  2 pages | only bits 1 .. 2, 31 |
        |  4 pages | only bits 0 .. 1, 15 |
        | 64 pages | only bit 0           |
        |   1 page | only bits 3 .. 4, 63 |

  Rule: what was told is forgotten, unless the caller wants otherwise

    @DIRTY-13 @DIRTY-12 @needs:hwpt-alloc @needs:test-cmd
    Scenario: three calls fill one bitmap
      When a device writes 1 page at 16 MiB + 1 page through HWPT "table"
      And it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 1 set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + 8 bytes
      Then it finds only bit 1 set in buffer "bits"
      When a device writes 1 page at 16 MiB + 6 pages through HWPT "table"
      And it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bits 1, 6 set in buffer "bits"

    @DIRTY-13 @needs:hwpt-alloc @needs:test-cmd
    Scenario: what lies outside of the range is not forgotten
      When a device writes 3 pages at 16 MiB + 7 pages through HWPT "table"
      And it asks HWPT "table" which of 1 page at 16 MiB + 8 pages are dirty, into buffer "bits"
      Then it finds only bit 0 set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + 8 bytes
      Then it finds only bits 0, 71, 73 set in buffer "bits"

    @DIRTY-14 @needs:hwpt-alloc @needs:test-cmd
    Scenario: NO_CLEAR keeps the dirty bits, twice, and a call without it clears them
      When a device writes 2 pages at 16 MiB + 5 pages through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | flags | NO_CLEAR      |
        | data  | buffer "bits" |
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | flags | NO_CLEAR                |
        | data  | buffer "bits" + 8 bytes |
      Then it finds only bits 5 .. 6, 69 .. 70 set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + 16 bytes
      Then it finds only bits 5 .. 6, 69 .. 70, 133 .. 134 set in buffer "bits"
      When it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + 24 bytes
      Then it finds only bits 5 .. 6, 69 .. 70, 133 .. 134 set in buffer "bits"
