Feature: IOMMU_IOAS_MAP

  Puts user memory into an I/O address space. A device attached to that IOAS, now or later, can then do DMA to it.
  Nothing is pinned before the first device is attached.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: a fixed map lands where it was asked to

    @IOAS-MAP-16
    Scenario: two pages at the bottom of the address space
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 0 bytes read-write
      Then it succeeds
      And 0 bytes .. +2 pages is mapped in IOAS "guest"

  Rule: a map never replaces an existing mapping

    @IOAS-MAP-14
    Scenario Outline: a map that would cover <case>
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EEXIST
      And nothing has changed

      Examples:
        | case                            | iova                      | length          |
        | the same range                  | 16 MiB                    | 2 pages         |
        | its first page                  | 16 MiB                    | 1 page          |
        | its last page, running past it  | 16 MiB + 1 page           | 2 pages         |
        | only its first byte, from below | 16 MiB - 1 page           | 1 page + 1 byte |
        | only its last byte, from above  | 16 MiB + 2 pages - 1 byte | 1 page          |

  Rule: unknown flags are refused before any object is looked up

    @IOAS-MAP-01
    Scenario: a flag this kernel does not know, and an IOAS that does not exist
      When it calls IOMMU_IOAS_MAP with:
        | flags   | FIXED_IOVA, READABLE, bit 3 |
        | ioas_id | no such object              |
      Then it fails with EOPNOTSUPP
      And nothing has changed
