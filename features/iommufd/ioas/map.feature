Feature: IOMMU_IOAS_MAP
  Puts user memory into an I/O address space. A device attached to that IOAS, now or later, can then do DMA to it.
  Here: which arguments are refused, and where a map at a fixed IOVA may lie. Nothing is pinned before the first device
  is attached, so that any user address will do.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: unknown flags and reserved fields are refused before any object is looked up

    @IOAS-MAP-01
    Scenario Outline: <field> of <value> is refused, with <id>
      When it calls IOMMU_IOAS_MAP with:
        | ioas_id | <id>    |
        | <field> | <value> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | field      | value                        | id             |
        | flags      | FIXED_IOVA, READABLE, bit 3  | IOAS "guest"   |
        | flags      | FIXED_IOVA, READABLE, bit 3  | no such object |
        | flags      | FIXED_IOVA, READABLE, bit 31 | IOAS "guest"   |
        | flags      | bit 3                        | no such object |
        | __reserved |                            1 | IOAS "guest"   |
        | __reserved | bit 31                       | no such object |

    @IOAS-MAP-01
    Scenario Outline: an unknown flag is refused, with <field> of <value>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | FIXED_IOVA, bit 3 |
        | <field> | <value>           |
      Then it fails with EOPNOTSUPP
      And nothing has changed

      Examples:
        | field  | value   |
        | length | U64_MAX |
        | iova   | U64_MAX |
        | length |       0 |

  Rule: U64_MAX is neither a length nor an IOVA

    @IOAS-MAP-02
    Scenario Outline: <field> of U64_MAX is refused, with flags <flags> and <id>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | <flags> |
        | ioas_id | <id>    |
        | <field> | U64_MAX |
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed

      Examples:
        | field  | flags                | id             |
        | iova   | FIXED_IOVA, READABLE | IOAS "guest"   |
        | iova   | READABLE             | IOAS "guest"   |
        | length | FIXED_IOVA, READABLE | IOAS "guest"   |
        | length | READABLE             | IOAS "guest"   |
        | iova   | FIXED_IOVA           | no such object |
        | length | FIXED_IOVA           | no such object |

  Rule: a map gives at least one right

    @IOAS-MAP-03
    Scenario Outline: flags <flags> are refused, with <id>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | <flags> |
        | ioas_id | <id>    |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | flags      | id             |
        | FIXED_IOVA | IOAS "guest"   |
        | none       | IOAS "guest"   |
        | FIXED_IOVA | no such object |

    @IOAS-MAP-03
    Scenario Outline: a map that is <rights> succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB <rights>
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "guest"

      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

  Rule: the id of a map names an IOAS

    @IOAS-MAP-04
    Scenario Outline: <id> is refused, with a length of <length>
      When it calls IOMMU_IOAS_MAP with:
        | ioas_id | <id>     |
        | length  | <length> |
      Then it fails with ENOENT
      And it wrote nothing back
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | id             | length |
        | no such object | 1 page |
        | no such object |      0 |
        |              0 | 1 page |
        |     4294967295 | 1 page |

    @IOAS-MAP-04
    Scenario: an IOAS that was destroyed is refused
      Given an IOAS "old"
      When it destroys IOAS "old"
      And it maps 1 page of buffer "ram" into IOAS "old" at 16 MiB read-write
      Then it fails with ENOENT

    @IOAS-MAP-04 @needs:device
    Scenario: the id of a device is refused
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_MAP with:
        | ioas_id | device "nic" |
      Then it fails with ENOENT
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

  Rule: user memory ends at U64_MAX

    @IOAS-MAP-05
    Scenario Outline: a map of <length> at user address <address> is refused
      When it calls IOMMU_IOAS_MAP with:
        | user_va | <address> |
        | length  | <length>  |
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | address                   | length            |
        | U64_MAX - 1 page + 1 byte |            1 page |
        | U64_MAX                   |            1 byte |
        | U64_MAX                   |           8 pages |
        |                   8 pages | U64_MAX - 2 pages |
        |          2 pages + 1 byte | U64_MAX - 2 pages |

    @IOAS-MAP-05
    Scenario Outline: a map of <length> at user address <address>, of which the sum is U64_MAX, is refused
      When it calls IOMMU_IOAS_MAP with:
        | user_va | <address> |
        | length  | <length>  |
        | iova    |         0 |
      Then it succeeds
      And 0 .. +<length> is mapped in IOAS "guest"

      Examples:
        | address          | length            |
        | U64_MAX - 1 page |            1 page |
        | U64_MAX - 1 byte |            1 byte |
        |          2 pages | U64_MAX - 2 pages |

  Rule: the length is at least 1 byte, and at most U64_MAX less one page

    @IOAS-MAP-06
    Scenario Outline: a map of no bytes is refused, with flags <flags> and user address <address>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | <flags>   |
        | user_va | <address> |
        | length  |         0 |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | flags                | address      |
        | FIXED_IOVA, READABLE | buffer "ram" |
        | FIXED_IOVA, READABLE | null         |
        | READABLE             | buffer "ram" |

    @IOAS-MAP-06
    Scenario: one byte is mapped
      When it maps 1 byte of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +1 byte is mapped in IOAS "guest"
      And 16 MiB + 1 byte .. +1 page is not mapped in IOAS "guest"
      And 16 MiB - 1 page .. +1 page is not mapped in IOAS "guest"

    @IOAS-MAP-07
    Scenario Outline: a map of <length> from user address <address> is refused
      When it calls IOMMU_IOAS_MAP with:
        | user_va | <address> |
        | length  | <length>  |
        | iova    |         0 |
      Then it fails with <errno>
      And nothing has changed
      And 0 .. +1 page is not mapped in IOAS "guest"

      Examples:
        | address | length                    | errno     |
        |       0 | U64_MAX - 1 page + 1 byte | EINVAL    |
        |       0 | U64_MAX - 1 byte          | EINVAL    |
        |  1 byte | U64_MAX - 1 byte          | EINVAL    |
        | 2 bytes | U64_MAX - 1 byte          | EOVERFLOW |
        |  1 page | U64_MAX - 1 page + 1 byte | EOVERFLOW |

    @IOAS-MAP-07
    Scenario: U64_MAX less one page are mapped from user address 0
      When it calls IOMMU_IOAS_MAP with:
        | user_va |                0 |
        | length  | U64_MAX - 1 page |
        | iova    |                0 |
      Then it succeeds
      And 0 .. +U64_MAX - 1 page is mapped in IOAS "guest"

  Rule: with an alignment of 1 a map may begin and end on any byte

    @IOAS-MAP-08
    Scenario Outline: a map of <length> from byte <offset> of a page lands at <iova>
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +<length> is mapped in IOAS "guest"
      And <iova> + <length> .. +1 byte is not mapped in IOAS "guest"
      And <iova> - 1 byte .. +1 byte is not mapped in IOAS "guest"

      Examples:
        | offset          | iova                     | length           |
        |          1 byte |                   16 MiB |           1 byte |
        |               0 |          16 MiB + 1 byte |           1 byte |
        | 1 page - 1 byte |         16 MiB + 3 bytes |          2 bytes |
        |         7 bytes | 16 MiB + 1 page - 1 byte |  1 page + 1 byte |
        | 1 page + 1 byte |                   1 byte | 7 pages - 1 byte |

  Rule: with an alignment of a page, the length, the IOVA and the place in memory are whole pages

    Background:
      When it sets the huge pages option of IOAS "guest" to 0

    @IOAS-MAP-09
    Scenario Outline: a length of <length> is refused
      When it maps <length> of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | length          |
        |          1 byte |
        | 1 page - 1 byte |
        | 1 page + 1 byte |
        |      2048 bytes |

    @IOAS-MAP-10
    Scenario Outline: an IOVA of <iova> is refused
      When it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | iova                       |
        |            16 MiB + 1 byte |
        |        16 MiB + 2048 bytes |
        |   16 MiB + 1 page - 1 byte |
        | U64_MAX - 1 page + 2 bytes |

    @IOAS-MAP-11
    Scenario Outline: memory that begins <offset> into a page is refused
      When it maps 1 page of buffer "ram" + <offset> into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | offset           |
        |           1 byte |
        |       2048 bytes |
        | 3 pages - 1 byte |

    @IOAS-MAP-09
    Scenario Outline: whole pages are mapped at <iova>
      When it maps <length> of buffer "ram" + 3 pages into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +<length> is mapped in IOAS "guest"

      @IOAS-MAP-10 @IOAS-MAP-11
      Examples:
        | iova                      | length  |
        |                         0 |  1 page |
        |           16 MiB + 1 page | 5 pages |
        | U64_MAX - 1 page + 1 byte |  1 page |
