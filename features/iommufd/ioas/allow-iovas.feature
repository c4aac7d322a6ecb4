Feature: IOMMU_IOAS_ALLOW_IOVAS
  Says which IOVAs the kernel may choose when it is asked to choose. It is also a promise: no device that needs one of
  them for itself can be attached as long as the list stands. Maps at a fixed IOVA are not bound by it.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: a call that is refused leaves the old list in force

    Background:
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |

    @IOAS-ALLOW-01
    Scenario Outline: a reserved field of <value> is refused, for <ioas>
      When it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | ioas_id    | <ioas>  |
        | __reserved | <value> |
      Then it fails with EOPNOTSUPP
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | ioas           | value  |
        | IOAS "guest"   |      1 |
        | IOAS "guest"   | bit 31 |
        | no such object |      1 |

    @IOAS-ALLOW-02
    Scenario Outline: <id> is refused, with ranges in <array>
      When it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | ioas_id       | <id>    |
        | num_iovas     |       1 |
        | allowed_iovas | <array> |
      Then it fails with ENOENT
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | id             | array         |
        | no such object | buffer "ram"  |
        | no such object | a bad pointer |
        | no such object | null          |
        |              0 | a bad pointer |

    @IOAS-ALLOW-03
    Scenario Outline: <count> ranges in <array> cannot be read
      When it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | num_iovas     | <count> |
        | allowed_iovas | <array> |
      Then it fails with EFAULT
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | count | array             |
        |     1 | a bad pointer     |
        |     1 | null              |
        |   100 | a bad pointer     |
        |     1 | U64_MAX - 7 bytes |

    @IOAS-ALLOW-03
    Scenario: the last byte of a range cannot be read
      When it munmaps 1 page of buffer "ram" + 7 pages
      And it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | num_iovas     |                                 1 |
        | allowed_iovas | buffer "ram" + 7 pages - 15 bytes |
      Then it fails with EFAULT
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

    @IOAS-ALLOW-04
    Scenario Outline: a range of <length> at <first> is refused
      When it allows only these IOVAs in IOAS "guest":
        | <first> | <length> |
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | first   | length  |
        |  64 MiB | 0 bytes |
        |  64 MiB |  1 byte |
        | U64_MAX |  1 byte |
        |       0 |  1 byte |

    @IOAS-ALLOW-04
    Scenario: a range of one byte behind a good one is refused
      When it allows only these IOVAs in IOAS "guest":
        | 32 MiB | 4 pages |
        | 64 MiB |  1 byte |
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

    @IOAS-ALLOW-05
    Scenario Outline: two ranges are refused, of which the second one <case>
      When it allows only these IOVAs in IOAS "guest":
        |  64 MiB |  2 pages |
        | <first> | <length> |
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | case                    | first                     | length          |
        | is the same             |                    64 MiB |         2 pages |
        | begins in the last byte | 64 MiB + 2 pages - 1 byte |          1 page |
        | ends in the first byte  |           64 MiB - 1 page | 1 page + 1 byte |
        | lies inside             |           64 MiB + 1 page |         2 bytes |
        | covers the first        |           64 MiB - 1 page |         4 pages |
        | is all there is         |                         0 | U64_MAX         |

    @IOAS-ALLOW-05
    Scenario: the third of three ranges begins in the last byte of the first
      When it allows only these IOVAs in IOAS "guest":
        |                   64 MiB | 1 page |
        |                   32 MiB | 1 page |
        | 64 MiB + 1 page - 1 byte | 1 page |
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

    @IOAS-ALLOW-06 @needs:test-cmd
    Scenario Outline: a range that has <case> of a reserved one is refused
      Given 64 MiB .. +2 pages is reserved in IOAS "guest"
      When it allows only these IOVAs in IOAS "guest":
        |  32 MiB |   1 page |
        | <first> | <length> |
      Then it fails with EADDRINUSE
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

      Examples:
        | case                | first                     | length          |
        | the whole           |                    64 MiB |         2 pages |
        | only the first byte |           64 MiB - 1 page | 1 page + 1 byte |
        | only the last byte  | 64 MiB + 2 pages - 1 byte |          1 page |
        | a piece             |           64 MiB + 1 page |         2 bytes |
        | more than the whole |           64 MiB - 1 page |         4 pages |

    @IOAS-ALLOW-06 @needs:device @needs:narrow-iommu
    Scenario: the top of the space is refused while a device is attached
      Given a device "nic" attached to IOAS "guest"
      When it allows only these IOVAs in IOAS "guest":
        |                      32 MiB |  1 page |
        | U64_MAX - 16 pages + 1 byte | 8 pages |
      Then it fails with EADDRINUSE
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

  Rule: ranges may touch each other and what is reserved

    @IOAS-ALLOW-04
    Scenario: two bytes are a range
      When it allows only these IOVAs in IOAS "guest":
        | 64 MiB | 2 bytes |
      Then it succeeds
      When it maps 2 bytes of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB

    @IOAS-ALLOW-05
    Scenario Outline: two ranges touch, the <order> one first
      When it allows only these IOVAs in IOAS "guest":
        | <one>   | 1 page |
        | <other> | 1 page |
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB

      Examples:
        | order  | one             | other           |
        | lower  |          64 MiB | 64 MiB + 1 page |
        | higher | 64 MiB + 1 page |          64 MiB |

    @IOAS-ALLOW-06 @needs:test-cmd
    Scenario: two ranges lie on either side of a reserved one
      Given 64 MiB .. +2 pages is reserved in IOAS "guest"
      When it allows only these IOVAs in IOAS "guest":
        |  64 MiB - 1 page | 1 page |
        | 64 MiB + 2 pages | 1 page |
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB - 1 page

  Rule: a new list replaces the one before, and an empty one lifts it

    @IOAS-ALLOW-07
    Scenario: a second list replaces the first
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 page |
      And it allows only these IOVAs in IOAS "guest":
        | 64 MiB | 1 page |
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC

    @IOAS-ALLOW-07
    Scenario: a second list overlaps the first
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB + 2 pages | 4 pages |
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 2 pages

    @IOAS-ALLOW-08
    Scenario: an empty list lifts the one before
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 page |
      And it allows every IOVA in IOAS "guest"
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

    @IOAS-ALLOW-08
    Scenario: an empty list is taken in an array that cannot be read
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 page |
      And it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | num_iovas     |             0 |
        | allowed_iovas | a bad pointer |
      Then it succeeds
      And it wrote nothing back
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

  Rule: an IOVA that the kernel chooses lies in the list

    @IOAS-ALLOW-09
    Scenario: a map fills a range to the last byte
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 8 pages |
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      And 16 MiB .. +8 pages is mapped in IOAS "guest"

    @IOAS-ALLOW-09
    Scenario: a range begins off a page
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB + 1 byte | 2 pages |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 1 page

    @IOAS-ALLOW-09
    Scenario: the first range is too small
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 page - 1 byte |
        | 64 MiB |          1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB

    @IOAS-ALLOW-09
    Scenario: the first range is taken
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 page |
        | 64 MiB | 1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB

    @IOAS-ALLOW-09
    Scenario: a mapping ends in the first byte of the range
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 2 pages |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB - 1 page + 1 byte read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 1 page

    @IOAS-ALLOW-09
    Scenario: the lowest range is taken first, whatever the order of the list
      When it allows only these IOVAs in IOAS "guest":
        | 64 MiB | 1 page |
        | 16 MiB | 1 page |
        | 32 MiB | 1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 32 MiB
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB

    @IOAS-ALLOW-09
    Scenario Outline: a map spans two ranges that touch, the <order> one first in the list
      When it allows only these IOVAs in IOAS "guest":
        | <one>   | 4 pages |
        | <other> | 4 pages |
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      And 16 MiB .. +8 pages is mapped in IOAS "guest"

      Examples:
        | order  | one              | other            |
        | lower  |           16 MiB | 16 MiB + 4 pages |
        | higher | 16 MiB + 4 pages |           16 MiB |

    @IOAS-ALLOW-09
    Scenario: a copy lands in the list
      Given an IOAS "host"
      When it maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 64 MiB | 2 pages |
      And it copies 2 pages at 16 MiB of IOAS "host" into IOAS "guest" anywhere read-write
      Then it lands at 64 MiB
      And 64 MiB .. +2 pages is mapped in IOAS "guest"

    @IOAS-ALLOW-09 @needs:device
    Scenario: a device sees what was mapped in the list
      Given a device "nic" attached to IOAS "guest"
      When it allows only these IOVAs in IOAS "guest":
        | 32 MiB | 8 pages |
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 32 MiB
      And device "nic" sees buffer "ram" at 32 MiB .. +8 pages

  Rule: where the list has no room, there is none

    @IOAS-ALLOW-10
    Scenario Outline: two pages find no room, with <case>
      When it allows only these IOVAs in IOAS "guest":
        |  16 MiB | <length> |
        | <first> |   1 page |
      And it maps 2 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed
      And 16 MiB .. +<length> is not mapped in IOAS "guest"

      Examples:
        | case                                 | length           | first                    |
        | one byte too little in the first     | 2 pages - 1 byte |                   64 MiB |
        | two single pages                     |           1 page |                   64 MiB |
        | a gap of one page between two ranges |           1 page |         16 MiB + 2 pages |
        | a gap of one byte between two ranges |           1 page | 16 MiB + 1 page + 1 byte |

    @IOAS-ALLOW-10
    Scenario: a list is full
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 2 pages |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-ALLOW-10
    Scenario: the middle of a list is taken by one byte
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 3 pages |
      And it maps 1 byte of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-ALLOW-10
    Scenario: an unmap makes room
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 8 pages |
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

  Rule: a fixed map may lie anywhere

    @IOAS-ALLOW-11
    Scenario Outline: a map <case> succeeds
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +2 pages is mapped in IOAS "guest"

      Examples:
        | case                       | iova             |
        | outside the list           |           64 MiB |
        | half outside the list      | 16 MiB + 3 pages |
        | in the list                |           16 MiB |
        | at the bottom of the space |                0 |

  Rule: what is mapped already stays

    @IOAS-ALLOW-13
    Scenario: a list leaves out an existing mapping
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |
      Then it succeeds
      And nothing has changed
      And 64 MiB .. +2 pages is mapped in IOAS "guest"

    @IOAS-ALLOW-13
    Scenario: a list cuts an existing mapping
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB + 1 page | 2 pages |
      Then it succeeds
      And nothing has changed
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 2 pages

    @IOAS-ALLOW-13 @needs:device
    Scenario: a device still sees a mapping that the list leaves out
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 32 MiB | 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

  Rule: a device that needs an allowed IOVA for itself cannot be attached

    @IOAS-ALLOW-12 @needs:device @needs:narrow-iommu
    Scenario: a list lies beyond the reach of the device
      Given a device "nic"
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 16 pages + 1 byte | 8 pages |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at U64_MAX - 16 pages + 1 byte

    @IOAS-ALLOW-12 @needs:device @needs:narrow-iommu
    Scenario: the device can be attached when the list is lifted
      Given a device "nic"
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 16 pages + 1 byte | 8 pages |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      When it allows every IOVA in IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages

    @IOAS-ALLOW-12 @needs:test-cmd
    Scenario Outline: a list leaves the aperture of a mock device by <case>
      When it allows only these IOVAs in IOAS "guest":
        | <first> | <length> |
      And it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then it fails with EADDRINUSE
      And nothing has changed
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | case                   | first           | length          |
        | its first byte         | 16 MiB - 1 byte |          1 page |
        | its last byte          |  2 GiB - 1 page | 1 page + 1 byte |
        | all but its last byte  | 16 MiB - 1 page | 1 page + 1 byte |
        | all but its first byte |  2 GiB - 1 byte |          1 page |

    @IOAS-ALLOW-12 @needs:test-cmd
    Scenario: a list is the aperture of a mock device
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 2032 MiB |
      And it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |
