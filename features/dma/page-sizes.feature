@needs:device
Feature: how large the pages of a page table are
  A page table may use one large entry for memory that is contiguous and aligned. No one can tell by its effects: each IOVA
  leads to its byte, and each mapping goes as it came.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: memory of huge pages leads each IOVA to its byte

    @IOAS-MAP-38 @needs:hugetlb
    Scenario Outline: a map at <iova> takes <length> from <offset> of two huge pages
      Given a huge-page buffer "huge" of 4 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of buffer "huge" + <offset> into IOAS "guest" at <iova> read-write
      Then it succeeds
      And device "nic" sees buffer "huge" + <offset> at <iova> .. +<length>
      And device "nic" does not see buffer "huge" + <offset> at <iova> + 1 page .. +1 page
      And device "nic" does not see buffer "huge" at <iova> - 1 page .. +1 page
      When it unmaps <length> at <iova> from IOAS "guest"
      Then device "nic" does not see buffer "huge" + <offset> at <iova> .. +1 page

      Examples:
        | length          | offset         | iova            |
        |           4 MiB |              0 |          18 MiB |
        |           4 MiB |              0 | 18 MiB + 1 page |
        |           2 MiB |          1 MiB |          18 MiB |
        |           2 MiB |          2 MiB | 18 MiB - 1 page |
        |  4 MiB - 1 page |         1 page | 18 MiB + 1 page |
        |  2 MiB + 1 page | 2 MiB - 1 page | 18 MiB - 1 page |
        | 2 MiB - 2 pages |         1 page | 18 MiB + 1 page |

    @IOAS-MAP-38 @needs:hugetlb
    Scenario Outline: a map of <length> of two huge pages takes not a page more
      Given a huge-page buffer "huge" of 4 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of buffer "huge" into IOAS "guest" at 18 MiB read-write
      Then device "nic" sees buffer "huge" at 18 MiB .. +<length>
      And device "nic" does not see buffer "huge" + <length> at 18 MiB + <length> .. +1 page

      @IOAS-MAP-49
      Examples:
        | length         |
        |         1 page |
        | 2 MiB - 1 page |
        | 2 MiB + 1 page |
        | 4 MiB - 1 page |

    @IOAS-MAP-17 @IOAS-MAP-38 @needs:hugetlb
    Scenario: huge and small pages lie side by side
      Given a huge-page buffer "huge" of 2 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 18 MiB - 2 pages read-write
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 18 MiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 20 MiB read-write
      Then device "nic" sees buffer "ram" at 18 MiB - 2 pages .. +2 pages
      And device "nic" sees buffer "huge" at 18 MiB .. +2 MiB
      And device "nic" sees buffer "ram" + 4 pages at 20 MiB .. +2 pages
      When it unmaps 2 MiB at 18 MiB from IOAS "guest"
      Then device "nic" sees buffer "ram" at 18 MiB - 2 pages .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 20 MiB .. +2 pages
      And device "nic" does not see buffer "huge" + 1 MiB at 19 MiB .. +1 page

    @IOAS-MAP-38 @needs:hugetlb
    Scenario Outline: the range of a huge page is used <first>, and then <second>
      Given a huge-page buffer "huge" of 2 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps <one> into IOAS "guest" at <here> read-write
      And it unmaps everything from IOAS "guest"
      And it maps <other> into IOAS "guest" at <there> read-write
      Then device "nic" sees <seen> at <place>
      And device "nic" does not see <gone> at <here> .. +1 page

      @IOAS-UNMAP-17
      Examples:
        | first        | one                     | here             | second       | other                   | there            | seen          | place                        | gone          |
        | as a whole   |  2 MiB of buffer "huge" |           18 MiB | page by page | 2 pages of buffer "ram" | 18 MiB + 5 pages | buffer "ram"  | 18 MiB + 5 pages .. +2 pages | buffer "huge" |
        | page by page | 2 pages of buffer "ram" | 18 MiB + 5 pages | as a whole   |  2 MiB of buffer "huge" |           18 MiB | buffer "huge" |             18 MiB .. +2 MiB | buffer "ram"  |

    @OPT-19 @IOAS-MAP-38 @needs:hugetlb
    Scenario: a huge page is mapped where the option forbids large entries
      Given a huge-page buffer "huge" of 2 MiB
      When it sets the huge pages option of IOAS "guest" to 0
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 18 MiB read-write
      Then device "nic" sees buffer "huge" at 18 MiB .. +2 MiB
      And device "nic" does not see buffer "huge" at 18 MiB + 1 page .. +1 page
      And the huge pages option of IOAS "guest" is 0

  Rule: the ends of the address space are like any other place

    @IOAS-MAP-16 @IOAS-MAP-38 @needs:vfio-device @needs:hugetlb
    Scenario: a huge page lies at the bottom, and more pages follow it
      Given a huge-page buffer "huge" of 4 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 0 read-write
      And it maps 2 MiB of buffer "huge" + 2 MiB into IOAS "guest" at 2 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 1 GiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 512 GiB - 2 pages read-write
      Then device "nic" sees buffer "huge" at 0 .. +4 MiB
      And device "nic" sees buffer "ram" at 1 GiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 512 GiB - 2 pages .. +2 pages
      When it unmaps 2 MiB at 0 from IOAS "guest"
      Then device "nic" does not see buffer "huge" at 0 .. +1 page
      And device "nic" sees buffer "huge" + 2 MiB at 2 MiB .. +2 MiB
      And device "nic" sees buffer "ram" at 1 GiB .. +2 pages

    @IOAS-MAP-13 @IOAS-MAP-38 @needs:test-cmd @needs:hugetlb
    Scenario: a huge page fits at the top of the aperture of a mock device
      Given a huge-page buffer "huge" of 2 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 2 GiB - 2 MiB + 1 page read-write
      Then it fails with EINVAL
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 2 GiB - 2 MiB read-write
      Then it succeeds
      And device "nic" sees buffer "huge" at 2 GiB - 2 MiB .. +2 MiB
      And device "nic" does not see buffer "huge" at 2 GiB - 2 MiB - 1 page .. +1 page
      When it unmaps 2 MiB at 2 GiB - 2 MiB from IOAS "guest"
      Then device "nic" does not see buffer "huge" + 2 MiB - 1 page at 2 GiB - 1 page .. +1 page

  Rule: memory in many pieces leads each IOVA to its byte

    @IOAS-MAP-35
    Scenario Outline: memory whose pages are scattered is mapped, <rights>
      Given a memfd "file" of 8 pages
      And a shared buffer "view" on memfd "file"
      And a shared buffer "striped" on memfd "file"
      And a buffer "one" of 1 page over buffer "striped" + 1 page
      And a buffer "two" of 1 page over buffer "striped" + 3 pages
      And a buffer "three" of 2 pages over buffer "striped" + 6 pages
      And a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "striped" into IOAS "guest" at 16 MiB <rights>
      Then device "nic" sees buffer "striped" at 16 MiB .. +8 pages
      And device "nic" sees buffer "view" + 4 pages at 16 MiB + 4 pages .. +2 pages
      And device "nic" does not see buffer "view" + 3 pages at 16 MiB + 3 pages .. +1 page

      Examples:
        | rights     |
        | read-write |
        | read-only  |

    @IOAS-MAP-43 @needs:test-cmd @needs:hugetlb @needs:proc
    Scenario Outline: an access holds a slice of a <sort>, handled <size> pages at a time
      Given an access "mdev" that pins on IOAS "guest"
      And a <sort> "big" of 2 MiB
      When it maps 64 pages of buffer "big" + 3 pages into IOAS "guest" at 16 MiB read-write
      And access "mdev" pins 20 pages at 16 MiB + 17 pages as buffer "big" + 20 pages
      And it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit | <limit>               |
      Given a device "nic" attached to IOAS "guest"
      Then device "nic" sees buffer "big" + 3 pages at 16 MiB .. +64 pages
      When it detaches device "nic"
      And it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it has 20 pages pinned
      When access "mdev" drops its last pin
      Then it has 0 pages pinned

      Examples:
        | sort             | size  | limit |
        | buffer           | a few |    12 |
        | buffer           | many  | 65536 |
        | huge-page buffer | a few |    12 |
        | huge-page buffer | many  | 65536 |
