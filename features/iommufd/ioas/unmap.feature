Feature: IOMMU_IOAS_UNMAP
  Takes whole mappings out of an IOAS and says how many bytes they were. A range may cover any number of mappings and
  holes; a mapping that it would cut stays, and so does all that lies behind it.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: the id of an unmap names an IOAS

    @IOAS-UNMAP-01
    Scenario Outline: <id> is refused, with a length of <length>
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_UNMAP with:
        | ioas_id | <id>     |
        | length  | <length> |
      Then it fails with ENOENT
      And it wrote nothing back
      And nothing has changed

      Examples:
        | id             | length  |
        | no such object |  1 page |
        | no such object |       0 |
        | no such object | U64_MAX |
        |              0 |  1 page |
        |     4294967295 |  1 page |

    @IOAS-UNMAP-01
    Scenario: an IOAS that was destroyed is refused
      Given an IOAS "old"
      When it destroys IOAS "old"
      And it unmaps everything from IOAS "old"
      Then it fails with ENOENT

  Rule: an unmap of exactly what was mapped takes it out

    @IOAS-UNMAP-02
    Scenario Outline: an unmap of <length> at <iova> takes no more
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then <iova> .. +<length> is mapped in IOAS "guest"
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | <length> |
      And <iova> .. +<length> is not mapped in IOAS "guest"

      Examples:
        | iova                      | length  |
        |                    16 MiB |  1 page |
        |           16 MiB + 1 page | 8 pages |
        |          16 MiB + 3 bytes | 5 bytes |
        |                    16 MiB |  1 byte |
        |                         0 |  1 page |
        |                         0 |  1 byte |
        | U64_MAX - 1 page + 1 byte |  1 page |
        | U64_MAX - 1 byte          | 2 bytes |

    @IOAS-UNMAP-02
    Scenario: the middle one of three mappings that touch is unmapped
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 4 pages read-write
      And it unmaps 2 pages at 16 MiB + 2 pages from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 2 pages |
      And 16 MiB .. +2 pages is mapped in IOAS "guest"
      And 16 MiB + 2 pages .. +2 pages is not mapped in IOAS "guest"
      And 16 MiB + 4 pages .. +2 pages is mapped in IOAS "guest"

  Rule: where nothing is mapped there is nothing to unmap

    @IOAS-UNMAP-03
    Scenario Outline: an unmap of <length> at <iova> fails, beside a mapping
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps <length> at <iova> from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova                      | length                     |
        |           16 MiB - 1 page |                     1 page |
        |          16 MiB + 2 pages |                     1 page |
        |                         0 |                     16 MiB |
        |          16 MiB + 2 pages | U64_MAX - 16 MiB - 2 pages |
        | U64_MAX - 1 page + 1 byte |                     1 page |
        |                         0 |                     1 byte |

    @IOAS-UNMAP-03
    Scenario: an unmap of a hole between two mappings fails
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it unmaps 1 page at 16 MiB + 1 page from IOAS "guest"
      Then it fails with ENOENT
      And nothing has changed

    @IOAS-UNMAP-03
    Scenario: a second unmap fails
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And nothing has changed

  Rule: a range may cover several mappings and holes

    Background:
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 byte of buffer "ram" into IOAS "guest" at 16 MiB + 6 pages read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write

    @IOAS-UNMAP-04
    Scenario Outline: a range of <length> at <iova> has <mapped> mapped
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | <mapped> |
      And <iova> .. +<length> is not mapped in IOAS "guest"
      And 32 MiB .. +1 page is mapped in IOAS "guest"

      Examples:
        | iova             | length           | mapped           |
        |           16 MiB |          3 pages |          3 pages |
        |           16 MiB |          6 pages |          3 pages |
        |           16 MiB | 6 pages + 1 byte | 3 pages + 1 byte |
        |  16 MiB - 1 page |  16 MiB + 1 page | 3 pages + 1 byte |
        |                0 |           32 MiB | 3 pages + 1 byte |
        |  16 MiB + 1 page |          6 pages | 2 pages + 1 byte |
        | 16 MiB + 3 pages |          4 pages |           1 byte |

    @IOAS-UNMAP-04
    Scenario: a range that begins with the second mapping leaves the first
      When it unmaps 2 pages at 16 MiB + 1 page from IOAS "guest"
      Then it returns:
        | length | 2 pages |
      And 16 MiB .. +1 page is mapped in IOAS "guest"
      And 16 MiB + 1 page .. +2 pages is not mapped in IOAS "guest"
      And 16 MiB + 6 pages .. +1 byte is mapped in IOAS "guest"

    @IOAS-UNMAP-04
    Scenario: a range up to U64_MAX takes nothing below its start
      When it maps 2 bytes of buffer "ram" into IOAS "guest" at U64_MAX - 1 byte read-write
      And it unmaps U64_MAX - 32 MiB + 1 byte at 32 MiB from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 1 page + 2 bytes |
      And 32 MiB .. +1 page is not mapped in IOAS "guest"
      And U64_MAX - 1 byte .. +2 bytes is not mapped in IOAS "guest"
      And 16 MiB .. +3 pages is mapped in IOAS "guest"
      And 16 MiB + 6 pages .. +1 byte is mapped in IOAS "guest"

    @IOAS-UNMAP-04
    Scenario: a range over six mappings and a hole takes them all, and no seventh
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 64 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 64 MiB + 2 pages read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 64 MiB + 3 pages read-write
      And it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at 64 MiB + 5 pages read-write
      And it maps 1 page of buffer "ram" + 5 pages into IOAS "guest" at 64 MiB + 6 pages read-write
      And it maps 2 pages of buffer "ram" + 6 pages into IOAS "guest" at 64 MiB + 7 pages read-write
      And it unmaps 7 pages at 64 MiB from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 6 pages |
      And 64 MiB .. +7 pages is not mapped in IOAS "guest"
      And 64 MiB + 7 pages .. +2 pages is mapped in IOAS "guest"
      And 32 MiB .. +1 page is mapped in IOAS "guest"

  Rule: a mapping that the range cuts stays whole

    @IOAS-UNMAP-05
    Scenario Outline: a range that leaves <case>
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps <length> at <iova> from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And nothing has changed

      Examples:
        | case                                       | iova                      | length                    |
        | its first page                             |           16 MiB + 1 page |                   3 pages |
        | its first byte                             |           16 MiB + 1 byte |                   4 pages |
        | its first byte, up to the end of the space |           16 MiB + 1 byte | U64_MAX - 16 MiB          |
        | its last page                              |                    16 MiB |                   3 pages |
        | its last byte                              |                    16 MiB |          4 pages - 1 byte |
        | its last byte, from below                  |                         0 | 16 MiB + 4 pages - 1 byte |
        | its first and its last byte                |           16 MiB + 1 byte |         4 pages - 2 bytes |
        | all but its first byte                     |                    16 MiB |                    1 byte |
        | all but its last byte                      | 16 MiB + 4 pages - 1 byte |                    1 byte |
        | all but its first byte, from below         |           16 MiB - 1 page |           1 page + 1 byte |
        | all but a page inside                      |           16 MiB + 1 page |                    1 page |

    @IOAS-UNMAP-05
    Scenario: two mappings that touch are not cut by one byte of each
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it unmaps 2 bytes at 16 MiB + 1 page - 1 byte from IOAS "guest"
      Then it fails with ENOENT
      And nothing has changed

    @IOAS-UNMAP-05 @needs:device
    Scenario: a device still sees all of a mapping that was cut
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps 2 pages at 16 MiB + 1 page from IOAS "guest"
      Then it fails with ENOENT
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @IOAS-UNMAP-06
    Scenario Outline: a range that covers one mapping and <case> of the next
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at <next> read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it unmaps <length> at <iova> from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And <next> .. +2 pages is mapped in IOAS "guest"
      And 32 MiB .. +1 page is mapped in IOAS "guest"

      Examples:
        | case                  | next             | iova            | length           |
        | the first page        |  16 MiB + 1 page |          16 MiB |          2 pages |
        | the first byte        |  16 MiB + 1 page |          16 MiB |  1 page + 1 byte |
        | all but one byte      |  16 MiB + 1 page |          16 MiB | 3 pages - 1 byte |
        | a byte, behind a hole | 16 MiB + 4 pages | 16 MiB - 1 page | 5 pages + 1 byte |

    @IOAS-UNMAP-06 @needs:device
    Scenario: a range covers six mappings and a page of the seventh
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 64 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 64 MiB + 2 pages read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 64 MiB + 3 pages read-write
      And it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at 64 MiB + 5 pages read-write
      And it maps 1 page of buffer "ram" + 5 pages into IOAS "guest" at 64 MiB + 6 pages read-write
      And it maps 2 pages of buffer "ram" + 6 pages into IOAS "guest" at 64 MiB + 7 pages read-write
      And it unmaps 8 pages at 64 MiB from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And 64 MiB .. +7 pages is not mapped in IOAS "guest"
      And device "nic" does not see buffer "ram" + 5 pages at 64 MiB + 6 pages .. +1 page
      And device "nic" sees buffer "ram" + 6 pages at 64 MiB + 7 pages .. +2 pages

  Rule: the range is not empty, and does not pass U64_MAX

    Background:
      When it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 bytes of buffer "ram" into IOAS "guest" at U64_MAX - 1 byte read-write

    @IOAS-UNMAP-07
    Scenario Outline: an unmap of no bytes at <iova> is refused
      When it unmaps 0 bytes at <iova> from IOAS "guest"
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova             |
        |                0 |
        |           16 MiB |
        |           64 MiB |
        | U64_MAX - 1 byte |

    @IOAS-UNMAP-08
    Scenario Outline: an unmap of <length> at <iova> passes U64_MAX
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova                       | length           |
        | U64_MAX - 1 byte           |          3 bytes |
        | U64_MAX - 1 page + 2 bytes |           1 page |
        |                     16 MiB | U64_MAX - 1 page |
        |                    3 bytes | U64_MAX - 1 byte |

    @IOAS-UNMAP-09
    Scenario Outline: an unmap of <length> at <iova>, one of them U64_MAX, is refused
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova    | length  |
        | U64_MAX |  1 byte |
        | U64_MAX |       0 |
        | U64_MAX | U64_MAX |
        |  1 byte | U64_MAX |
        |  1 page | U64_MAX |
        |  16 MiB | U64_MAX |

  Rule: U64_MAX bytes at IOVA 0 are everything

    @IOAS-UNMAP-10
    Scenario: three mappings are unmapped, two of them at the ends of the space
      When it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 bytes of buffer "ram" into IOAS "guest" at U64_MAX - 1 byte read-write
      And it unmaps everything from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 9 pages + 2 bytes |
      And 0 .. +1 page is not mapped in IOAS "guest"
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"
      And U64_MAX - 1 byte .. +2 bytes is not mapped in IOAS "guest"

    @IOAS-UNMAP-10
    Scenario: what was mapped elsewhere stays
      Given an IOAS "host"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "host" at 16 MiB read-write
      And it unmaps everything from IOAS "guest"
      Then it returns:
        | length | 1 page |
      And 16 MiB .. +1 page is mapped in IOAS "host"

    @IOAS-UNMAP-11
    Scenario: an IOAS without mappings has nothing to unmap, and succeeds
      When it unmaps everything from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 0 |

    @IOAS-UNMAP-10 @IOAS-UNMAP-11
    Scenario: everything is unmapped twice
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps everything from IOAS "guest"
      Then it returns:
        | length | 2 pages |
      When it unmaps everything from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 0 |

    @IOAS-UNMAP-12
    Scenario: one byte less fails in an IOAS without mappings
      When it unmaps U64_MAX - 1 byte at 0 from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back

    @IOAS-UNMAP-05 @IOAS-UNMAP-12
    Scenario: one byte less fails in an IOAS that is mapped up to U64_MAX
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 3 bytes of buffer "ram" into IOAS "guest" at U64_MAX - 2 bytes read-write
      And it unmaps U64_MAX - 1 byte at 0 from IOAS "guest"
      Then it fails with ENOENT
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And U64_MAX - 2 bytes .. +3 bytes is mapped in IOAS "guest"
