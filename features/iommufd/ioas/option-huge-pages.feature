Feature: IOMMU_OPTION_HUGE_PAGES

  An option of each IOAS: whether its page tables may have entries larger than a page. Without them any page can be
  unmapped alone, and no piece of a page can be mapped.

  Background:
    Given an iommufd

  Rule: the huge pages option is an option of an IOAS

    @OPT-12
    Scenario: it is 1 at first, and each IOAS has its own
      Given an IOAS "guest"
      And an IOAS "other"
      Then the huge pages option of IOAS "guest" is 1
      When it sets the huge pages option of IOAS "other" to 0
      Then it succeeds
      And the huge pages option of IOAS "other" is 0
      And the huge pages option of IOAS "guest" is 1

    @OPT-11
    Scenario Outline: operation <op> with the value <value> is refused for <what>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES |
        | object_id | <id>       |
        | op        | <op>       |
        | val64     | <value>    |
      Then it fails with ENOENT
      And it wrote nothing back

      Examples:
        | what           | id             | op  | value |
        | no such object | no such object | GET |     0 |
        | no such object | no such object | SET |     0 |
        | no such object | no such object | SET |     2 |
        | id 0           | none           | GET |     0 |
        | id 0           | none           | SET |     1 |

    @OPT-11 @OBJ-05 @needs:fault-queue
    Scenario: a fault queue has none
      Given a fault queue "faults"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES           |
        | object_id | fault queue "faults" |
      Then it fails with ENOENT

    @OPT-13
    Scenario Outline: it is not <value>, and stays <before>
      Given an IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to <before>
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | SET          |
        | val64     | <value>      |
      Then it fails with EINVAL
      And the huge pages option of IOAS "guest" is <before>

      Examples:
        | value          | before |
        |              2 |      0 |
        |              2 |      1 |
        | U64_MAX        |      0 |
        |          4 GiB |      1 |
        | 4 GiB + 1 byte |      0 |

  Rule: huge pages can be turned off before there is both a page table and a mapping

    @OPT-14
    Scenario: they can be turned off with a mapping, and no page table
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page

    @OPT-14 @needs:device
    Scenario: they can be turned off with a page table, and no mapping
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page

    @OPT-14 @needs:device
    Scenario: they cannot be turned off with both
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EINVAL
      And the huge pages option of IOAS "guest" is 1
      And nothing has changed
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds

    @OPT-15 @needs:device
    Scenario: they stay off with both, where they are off already
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: without huge pages, pieces of pages are not mapped

    @OPT-16
    Scenario Outline: they stay on with a mapping that has <what>
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EADDRINUSE
      And the huge pages option of IOAS "guest" is 1
      And nothing has changed
      And the IOVA alignment of IOAS "guest" is 1 byte

      Examples:
        | what                                   | iova            | length          | offset  |
        | a length of one byte more than a page  |          16 MiB | 1 page + 1 byte | 0 bytes |
        | a length of one byte less than a page  |          16 MiB | 1 page - 1 byte | 0 bytes |
        | an IOVA and an offset inside of a page | 16 MiB + 1 byte |          1 page |  1 byte |
        | an offset inside of a page             |          16 MiB |          1 page |  1 byte |

    @OPT-16
    Scenario: they can be turned off once that mapping is gone
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it maps 1 page + 1 byte of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EADDRINUSE
      When it unmaps everything from IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds

    @OPT-17
    Scenario Outline: a map <case> is refused without huge pages
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" <place> read-write
      Then it fails with EINVAL
      And nothing has changed
      And 0 bytes .. +1 GiB is not mapped in IOAS "guest"

      Examples:
        | case                           | length          | offset  | place              |
        | of one byte more than a page   | 1 page + 1 byte | 0 bytes | at 16 MiB          |
        | of one byte less than a page   | 1 page - 1 byte | 0 bytes | at 16 MiB          |
        | of half a page, anywhere       |           2 KiB | 0 bytes | anywhere           |
        | at the second byte of a page   |          1 page |  1 byte | at 16 MiB + 1 byte |
        | of memory from its second byte |          1 page |  1 byte | at 16 MiB          |

    @OPT-17
    Scenario: a map of whole pages succeeds without huge pages
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      When it maps 3 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      Then it succeeds
      And 16 MiB + 1 page .. +3 pages is mapped in IOAS "guest"

  Rule: huge pages can always be turned on again

    @OPT-18
    Scenario: pieces of pages can be mapped again
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And the IOVA alignment of IOAS "guest" is 1 page
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1
      And the IOVA alignment of IOAS "guest" is 1 byte
      When it maps 1 page + 1 byte of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds

    @OPT-18 @needs:device
    Scenario: they can be turned on with a page table and a mapping
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @OPT-18 @needs:device @needs:sub-page
    Scenario: the alignment returns to what the page table needs
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      And the IOVA alignment of IOAS "guest" is 1 page
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 2 KiB

    @OPT-18 @needs:test-cmd
    Scenario: the alignment returns to what an access needs
      Given an IOAS "guest"
      And an access "driver" that pins on IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 page

    @OPT-18
    Scenario: it is turned on where it is on
      Given an IOAS "guest"
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1

  Rule: memory of huge pages is mapped page by page where they are off

    @OPT-19 @needs:device @needs:hugetlb
    Scenario Outline: a device sees a huge page with the option at <option>
      Given an IOAS "guest"
      And a huge-page buffer "ram" of 2 MiB
      And it sets the huge pages option of IOAS "guest" to <option>
      And a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 MiB
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with ENOENT

      Examples:
        | option |
        |      0 |
        |      1 |
