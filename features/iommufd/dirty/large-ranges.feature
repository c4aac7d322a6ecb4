@needs:page-table-types @needs:dirty-tracking
Feature: dirty tracking beyond 4 GiB
  The IOVAs, the length and the page size of a dirty bitmap have 64 bits. The page tables of the test driver that have huge
  entries reach 256 GiB.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "ram" of 8 pages
    And an untouched buffer "bits" of 1 page
    And a dirty-tracking HWPT "table" with huge entries for device "nic" on IOAS "guest"
    And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
      | hwpt_id | HWPT "table" |
      | flags   | ENABLE       |

  Rule: a page is told at its own IOVA, and not 4 GiB away

    @DIRTY-11
    Scenario Outline: a device writes to <there>, and not to <here>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at <here> read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at <there> read-write
      When a device writes 1 page at <there> + 1 page through HWPT "table"
      And it asks HWPT "table" which of 4 pages at <here> are dirty, into buffer "bits"
      Then it finds no bits set in buffer "bits"
      When it asks HWPT "table" which of 4 pages at <there> are dirty, into buffer "bits"
      Then it finds only bit 1 set in buffer "bits"

      Examples:
        | there             | here    |
        | 5 GiB             | 1 GiB   |
        | 1 GiB             | 5 GiB   |
        | 255 GiB + 4 pages | 127 GiB |
        | 129 GiB           | 1 GiB   |

  Rule: a bit may stand for more than 4 GiB

    @DIRTY-11
    Scenario Outline: a bit is <page size>, from <iova>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      When a device writes 1 page at <iova> + 3 pages through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id   | HWPT "table"  |
        | flags     | NO_CLEAR      |
        | iova      | <iova>        |
        | length    | <page size>   |
        | page_size | <page size>   |
        | data      | buffer "bits" |
      Then it succeeds
      And it finds only bit 0 set in buffer "bits"
      When it asks HWPT "table" which of 4 pages at <iova> are dirty, into buffer "bits" + 8 bytes
      Then it finds only bits 0, 67 set in buffer "bits"

      Examples:
        | page size | iova    |
        |     4 GiB |       0 |
        |     4 GiB |   4 GiB |
        |     8 GiB |   8 GiB |
        |   128 GiB | 128 GiB |

    @DIRTY-09
    Scenario Outline: <field> of <value> is refused, where a bit is 8 GiB
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      When a device writes 1 page at <iova> through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id   | HWPT "table"  |
        | iova      | 8 GiB         |
        | length    | 8 GiB         |
        | page_size | 8 GiB         |
        | data      | buffer "bits" |
        | <field>   | <value>       |
      Then it fails with EINVAL
      And it finds no bits set in buffer "bits"

      Examples:
        | field     | value  | iova  |
        | iova      |  4 GiB | 4 GiB |
        | length    | 12 GiB | 8 GiB |
        | page_size | 16 GiB | 8 GiB |
