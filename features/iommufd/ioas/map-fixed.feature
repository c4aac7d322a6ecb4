Feature: IOMMU_IOAS_MAP at a fixed IOVA
  With FIXED_IOVA the caller names the IOVA, and the map lands there or fails. It never moves, splits or replaces what is
  there already.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: the last IOVA of a map is at most U64_MAX

    @IOAS-MAP-12
    Scenario Outline: a map of <length> at <iova> is refused
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EOVERFLOW
      And nothing has changed
      And 0 .. +1 page is not mapped in IOAS "guest"

      Examples:
        | iova                       | length          |
        | U64_MAX - 1 page + 2 bytes |          1 page |
        | U64_MAX - 1 byte           |         3 bytes |
        | U64_MAX - 1 page + 1 byte  | 1 page + 1 byte |
        | U64_MAX - 1 byte           |         8 pages |

    @IOAS-MAP-12
    Scenario Outline: a map of <length> at <iova> reaches U64_MAX
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +<length> is mapped in IOAS "guest"
      And 0 .. +1 page is not mapped in IOAS "guest"

      Examples:
        | iova                      | length  |
        | U64_MAX - 1 page + 1 byte |  1 page |
        | U64_MAX - 1 byte          | 2 bytes |

  Rule: a reserved IOVA is not mapped

    @IOAS-MAP-13 @needs:test-cmd
    Scenario Outline: a map that covers <case> of a reserved range is refused
      Given 16 MiB .. +4 pages is reserved in IOAS "guest"
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed

      Examples:
        | case                | iova                      | length          |
        | the whole           |                    16 MiB |         4 pages |
        | only the first byte |           16 MiB - 1 page | 1 page + 1 byte |
        | only the last byte  | 16 MiB + 4 pages - 1 byte |          1 page |
        | one byte            |           16 MiB + 1 page |          1 byte |
        | more than the whole |           16 MiB - 1 page |         6 pages |

    @IOAS-MAP-13 @needs:test-cmd
    Scenario: maps that touch a reserved range on both sides
      Given 16 MiB .. +4 pages is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB - 1 page read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 4 pages read-write
      Then it succeeds
      And 16 MiB - 1 page .. +1 page is mapped in IOAS "guest"
      And 16 MiB + 4 pages .. +1 page is mapped in IOAS "guest"

    @IOAS-MAP-13 @needs:test-cmd
    Scenario Outline: a map that leaves the aperture of a mock device <case> is refused
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      And <iova> .. +1 page is not mapped in IOAS "guest"

      Examples:
        | case                         | iova                |
        | by half a page, at its start | 16 MiB - 2048 bytes |
        | by half a page, at its end   |  2 GiB - 2048 bytes |
        | wholly, below it             |     16 MiB - 1 page |
        | wholly, above it             |               2 GiB |

    @IOAS-MAP-13 @needs:test-cmd
    Scenario Outline: a map at <iova> lies just inside the aperture of a mock device
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +1 page is mapped in IOAS "guest"

      Examples:
        | iova           |
        |         16 MiB |
        | 2 GiB - 1 page |

    @IOAS-MAP-13 @needs:device @needs:narrow-iommu
    Scenario: a map at the top of the space is refused while a device is attached
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 1 page + 1 byte read-write
      Then it fails with EINVAL
      And nothing has changed

    @IOAS-MAP-15 @needs:test-cmd
    Scenario Outline: a map covers what is reserved and what is mapped <order>
      Given <reserved> .. +1 page is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at <mapped> read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And nothing has changed

      Examples:
        | order  | reserved        | mapped          |
        | after  |          16 MiB | 16 MiB + 1 page |
        | before | 16 MiB + 1 page |          16 MiB |

  Rule: a map never replaces an existing mapping

    @IOAS-MAP-14
    Scenario Outline: a map that covers <case>
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EEXIST
      And nothing has changed

      Examples:
        | case                            | iova                      | length          |
        | the same range                  |                    16 MiB |         4 pages |
        | its first page                  |                    16 MiB |          1 page |
        | its last page, running past it  |          16 MiB + 3 pages |         2 pages |
        | its first page, from below      |           16 MiB - 1 page |         2 pages |
        | only its first byte, from below |           16 MiB - 1 page | 1 page + 1 byte |
        | only its last byte, from above  | 16 MiB + 4 pages - 1 byte |          1 page |
        | a page inside                   |           16 MiB + 1 page |          1 page |
        | a byte inside                   | 16 MiB + 2 pages + 1 byte |          1 byte |
        | more than it on both sides      |           16 MiB - 1 page |         6 pages |
        | it, and one byte below          |           16 MiB - 1 byte |         5 pages |

    @IOAS-MAP-14
    Scenario Outline: a map into a hole of two pages that covers <case>
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 3 pages read-write
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EEXIST
      And nothing has changed
      And 16 MiB + 1 page .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | case                     | iova                     | length            |
        | the last byte before it  | 16 MiB + 1 page - 1 byte |           2 pages |
        | the first byte behind it |          16 MiB + 1 page |  2 pages + 1 byte |
        | one byte on both sides   | 16 MiB + 1 page - 1 byte | 2 pages + 2 bytes |

    @IOAS-MAP-14
    Scenario Outline: one byte at <iova> is taken, in a mapping of 1 TiB among small ones
      When it maps 1 page of buffer "ram" into IOAS "guest" at 1 TiB - 1 page read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 2 TiB read-write
      And it calls IOMMU_IOAS_MAP with:
        | user_va |     0 |
        | length  | 1 TiB |
        | iova    | 1 TiB |
      And it maps 1 byte of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EEXIST
      And nothing has changed

      Examples:
        | iova            |
        |           1 TiB |
        | 1 TiB + 512 GiB |
        |  2 TiB - 1 byte |

    @IOAS-MAP-14
    Scenario: a map over the last byte of the space is refused
      When it maps 2 bytes of buffer "ram" into IOAS "guest" at U64_MAX - 1 byte read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 1 page + 1 byte read-write
      Then it fails with EEXIST
      And nothing has changed

    @IOAS-MAP-14
    Scenario: a map over the first byte of the space is refused
      When it maps 1 byte of buffer "ram" into IOAS "guest" at 0 read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      Then it fails with EEXIST
      And nothing has changed

    @IOAS-MAP-14 @needs:device
    Scenario: a device sees what was there before
      Given a device "nic" attached to IOAS "guest"
      And a buffer "late" of 2 pages
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "late" into IOAS "guest" at 16 MiB + 1 page read-write
      Then it fails with EEXIST
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "late" + 1 page at 16 MiB + 2 pages .. +1 page

    @IOAS-MAP-39 @needs:processes
    Scenario: of two processes that map the same IOVA at the same time, one fails
      Given a process "helper"
      When it and process "helper" both call IOMMU_IOAS_MAP with:
        | iova   |  16 MiB |
        | length | 8 pages |
      Then one of them succeeds and the other fails with EEXIST
      And 16 MiB .. +8 pages is mapped in IOAS "guest"

  Rule: a map lands where it was asked to

    @IOAS-MAP-16
    Scenario Outline: a map of <length> lands at the bottom of the space
      When it maps <length> of buffer "ram" into IOAS "guest" at 0 read-write
      Then it succeeds
      And 0 .. +<length> is mapped in IOAS "guest"
      And <length> .. +1 byte is not mapped in IOAS "guest"

      Examples:
        | length  |
        |  1 byte |
        |  1 page |
        | 8 pages |

    @IOAS-MAP-16 @needs:test-cmd
    Scenario: IOVA 0 is not mapped where it is reserved
      Given 0 .. +1 byte is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      Then it fails with EINVAL
      And nothing has changed

    @IOAS-MAP-17
    Scenario Outline: two maps touch, the <first> one first, and the <gone> one is unmapped
      When it maps 2 pages of buffer "ram" into IOAS "guest" at <one> read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at <other> read-write
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it unmaps 2 pages at <removed> from IOAS "guest"
      Then it succeeds
      And <removed> .. +2 pages is not mapped in IOAS "guest"
      And <kept> .. +2 pages is mapped in IOAS "guest"

      Examples:
        | first  | gone   | one              | other            | removed          | kept             |
        | lower  | lower  |           16 MiB | 16 MiB + 2 pages |           16 MiB | 16 MiB + 2 pages |
        | lower  | higher |           16 MiB | 16 MiB + 2 pages | 16 MiB + 2 pages |           16 MiB |
        | higher | lower  | 16 MiB + 2 pages |           16 MiB |           16 MiB | 16 MiB + 2 pages |
        | higher | higher | 16 MiB + 2 pages |           16 MiB | 16 MiB + 2 pages |           16 MiB |

    @IOAS-MAP-17
    Scenario: a map fills a hole to the byte
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 3 pages read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @IOAS-MAP-17
    Scenario: two maps of the same memory are two mappings
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And 16 MiB + 1 page .. +1 page is mapped in IOAS "guest"

    @IOAS-MAP-14 @IOAS-MAP-17
    Scenario: an IOVA that was unmapped can be mapped again
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      Then it succeeds
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And 16 MiB + 1 page .. +1 page is mapped in IOAS "guest"
