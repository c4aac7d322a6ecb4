Feature: pins of an access
  An access can pin a range of IOVAs and gets the pages of the process behind it. Pins of one page add up; whatever else
  needs the page shares the pin that the kernel has on it.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages
    And an access "driver" that pins on IOAS "guest"

  Rule: a pin returns the pages behind the address

    @PIN-27 @needs:test-cmd
    Scenario Outline: a pin of <length> at <iova> of two mappings that touch returns buffer "ram" + <offset>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      When access "driver" pins <length> at <iova> as buffer "ram" + <offset>
      Then it <outcome>
      And each page of buffer "ram" + <offset> carries <pins> pins
      When access "driver" drops its last pin
      Then it <undone>
      And each page of buffer "ram" carries 0 pins

      @MOCK-12
      Examples: its pages
        | length  | iova             | offset  | outcome  | pins | undone   |
        | 8 pages |           16 MiB |       0 | succeeds |    1 | succeeds |
        |  1 page | 16 MiB + 7 pages | 7 pages | succeeds |    1 | succeeds |
        | 2 pages | 16 MiB + 6 pages | 6 pages | succeeds |    1 | succeeds |

      @MOCK-12
      Examples: pages of other addresses
        | length  | iova             | offset  | outcome          | pins | undone            |
        | 7 pages |           16 MiB |  1 page | fails with EBADE |    0 | fails with ENOENT |
        |  1 page | 16 MiB + 7 pages | 6 pages | fails with EBADE |    0 | fails with ENOENT |
        |  1 page | 16 MiB + 3 pages | 4 pages | fails with EBADE |    0 | fails with ENOENT |

    @MOCK-12 @needs:test-cmd
    Scenario: pins are numbered from 0 on, and a number is not used again
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 1 page at 16 MiB as buffer "ram"
      Then it returns:
        | access_pages.out_access_pages_id | 0 |
      When access "driver" pins 1 page at 16 MiB as buffer "ram"
      Then it returns:
        | access_pages.out_access_pages_id | 1 |
      When access "driver" drops its last pin
      And access "driver" pins 1 page at 16 MiB as buffer "ram"
      Then it returns:
        | access_pages.out_access_pages_id | 2 |
      And 1 page of buffer "ram" carry 1 pin each

    @PIN-27 @MOCK-12 @needs:test-cmd
    Scenario: nothing is compared with the address 0
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                  | ACCESS_PAGES    |
        | id                  | access "driver" |
        | access_pages.iova   |          16 MiB |
        | access_pages.length |         2 pages |
        | access_pages.uptr   | null            |
      Then it succeeds
      And 2 pages of buffer "ram" carry 1 pin each
      And 2 pages of buffer "ram" + 2 pages carry 0 pins each

  Rule: a range that is not wholly mapped is not pinned at all

    @PIN-20 @needs:test-cmd
    Scenario Outline: a pin of <length> at <iova> of two mappings with a hole between fails
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 3 pages read-write
      When access "driver" pins <length> at <iova> as buffer "ram" + <offset>
      Then it fails with ENOENT
      And nothing has changed
      And each page of buffer "ram" carries 0 pins
      When access "driver" pins 2 pages at 16 MiB as buffer "ram"
      Then it succeeds

      Examples:
        | length           | iova             | offset  |
        |          3 pages |           16 MiB |       0 |
        | 2 pages + 1 byte |           16 MiB |       0 |
        |          5 pages |           16 MiB |       0 |
        |           1 page | 16 MiB + 2 pages | 2 pages |
        |          3 pages | 16 MiB + 2 pages | 2 pages |
        |          3 pages | 16 MiB + 3 pages | 3 pages |
        |           1 page |           32 MiB |       0 |

    @needs:test-cmd
    Scenario Outline: a pin of <length> at <iova> fails
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at <start> read-write
      When access "driver" pins <length> at <iova> as buffer "ram"
      Then it fails with <errno>
      And each page of buffer "ram" carries 0 pins
      When access "driver" pins 2 pages at <start> as buffer "ram"
      Then it succeeds

      @PIN-18
      Examples: nothing
        | length  | iova   | start  | errno  |
        | 0 bytes | 16 MiB | 16 MiB | EINVAL |
        | 0 bytes | 32 MiB | 16 MiB | EINVAL |

      @PIN-19
      Examples: beyond the last IOVA
        | length           | iova                       | start                      | errno     |
        | 2 pages + 1 byte | U64_MAX - 2 pages + 1 byte | U64_MAX - 2 pages + 1 byte | EOVERFLOW |
        |          2 pages | U64_MAX                    | U64_MAX - 2 pages + 1 byte | EOVERFLOW |

    @PIN-19 @needs:test-cmd
    Scenario: the last IOVA of all can be pinned
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      When access "driver" pins 1 page at U64_MAX - 1 page + 1 byte as buffer "ram" + 1 page
      Then it succeeds
      And 1 page of buffer "ram" + 1 page carry 1 pin each

    @PIN-24 @needs:test-cmd
    Scenario Outline: a pin that begins <offset> into a page fails
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                  | ACCESS_PAGES      |
        | id                  | access "driver"   |
        | access_pages.iova   | 16 MiB + <offset> |
        | access_pages.length |            1 page |
        | access_pages.uptr   | null              |
      Then it fails with EINVAL
      And each page of buffer "ram" carries 0 pins

      Examples:
        | offset          |
        |          1 byte |
        |      2048 bytes |
        | 1 page - 1 byte |
        | 1 page + 1 byte |

    @PIN-24 @needs:test-cmd
    Scenario: a pin that ends inside a page has the whole page
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 1 page + 1 byte at 16 MiB as buffer "ram"
      Then it succeeds
      And 2 pages of buffer "ram" carry 1 pin each
      And 2 pages of buffer "ram" + 2 pages carry 0 pins each

  Rule: an access may do what the mapping allows

    @needs:test-cmd
    Scenario Outline: a pin for <use> of two mappings, of which the second is <rights>
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages <rights>
      When it calls IOMMU_TEST_CMD with:
        | op                  | ACCESS_PAGES    |
        | id                  | access "driver" |
        | access_pages.flags  | <flags>         |
        | access_pages.iova   |          16 MiB |
        | access_pages.length |         4 pages |
        | access_pages.uptr   | buffer "ram"    |
      Then it <outcome>
      And 4 pages of buffer "ram" carry <pins> pins each

      @PIN-22
      Examples: for writing
        | use     | flags                   | rights     | outcome          | pins |
        | writing | MOCK_FLAGS_ACCESS_WRITE | read-only  | fails with EPERM |    0 |
        | writing | MOCK_FLAGS_ACCESS_WRITE | read-write | succeeds         |    1 |

      @PIN-23
      Examples: for reading
        | use     | flags                   | rights     | outcome          | pins |
        | reading | none                    | write-only | fails with EPERM |    0 |
        | reading | none                    | read-only  | succeeds         |    1 |
        | reading | none                    | read-write | succeeds         |    1 |

    @PIN-22 @needs:test-cmd
    Scenario: a pin for writing where reading is not allowed
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB write-only
      When it calls IOMMU_TEST_CMD with:
        | op                  | ACCESS_PAGES            |
        | id                  | access "driver"         |
        | access_pages.flags  | MOCK_FLAGS_ACCESS_WRITE |
        | access_pages.iova   |                  16 MiB |
        | access_pages.length |                 2 pages |
        | access_pages.uptr   | buffer "ram"            |
      Then it succeeds
      And 2 pages of buffer "ram" carry 1 pin each

  Rule: each pin has to be undone

    @PIN-26 @needs:test-cmd
    Scenario Outline: of two pins <which> is undone
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 4 pages at 16 MiB as buffer "ram"
      And access "driver" pins <length> at 16 MiB as buffer "ram"
      When it calls IOMMU_TEST_CMD with:
        | op                                   | DESTROY_ACCESS_PAGES |
        | id                                   | access "driver"      |
        | destroy_access_pages.access_pages_id | <undone>             |
      Then it succeeds
      And 2 pages of buffer "ram" carry 1 pin each
      And 2 pages of buffer "ram" + 2 pages carry <rest> pins each
      When it calls IOMMU_TEST_CMD with:
        | op                                   | DESTROY_ACCESS_PAGES |
        | id                                   | access "driver"      |
        | destroy_access_pages.access_pages_id | <undone>             |
      Then it fails with ENOENT
      When it calls IOMMU_TEST_CMD with:
        | op                                   | DESTROY_ACCESS_PAGES |
        | id                                   | access "driver"      |
        | destroy_access_pages.access_pages_id | <left>               |
      Then it succeeds
      And each page of buffer "ram" carries 0 pins

      @MOCK-13
      Examples:
        | which      | length  | undone | left | rest |
        | the first  | 4 pages |      0 |    1 |    1 |
        | the second | 4 pages |      1 |    0 |    1 |
        | the larger | 2 pages |      0 |    1 |    0 |
        | the lesser | 2 pages |      1 |    0 |    1 |

    @MOCK-13 @needs:test-cmd
    Scenario: a pin that an unmap took away is gone
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 2 pages at 16 MiB as buffer "ram"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "ram" carries 0 pins
      When access "driver" drops its last pin
      Then it fails with ENOENT

    @IOAS-UNMAP-13 @needs:test-cmd
    Scenario Outline: of three pins side by side an unmap takes away <which>
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And access "driver" pins 2 pages at 16 MiB as buffer "ram"
      And access "driver" pins 2 pages at 16 MiB + 2 pages as buffer "ram" + 2 pages
      And access "driver" pins 2 pages at 16 MiB + 4 pages as buffer "ram" + 4 pages
      When it unmaps 2 pages at 16 MiB + <place> from IOAS "guest"
      Then it succeeds
      And 2 pages of buffer "ram" + <place> carry 0 pins each
      And 2 pages of buffer "ram" + <below> carry 1 pin each
      And 2 pages of buffer "ram" + <above> carry 1 pin each
      When it calls IOMMU_TEST_CMD with:
        | op                                   | DESTROY_ACCESS_PAGES |
        | id                                   | access "driver"      |
        | destroy_access_pages.access_pages_id | <left>               |
      Then it succeeds

      @MOCK-13
      Examples:
        | which      | place   | below   | above   | left |
        | the first  | 0 pages | 2 pages | 4 pages |    2 |
        | the second | 2 pages | 0 pages | 4 pages |    0 |
        | the third  | 4 pages | 0 pages | 2 pages |    1 |

  Rule: a page table that is made and destroyed meanwhile shares the pins

    @PIN-28 @needs:test-cmd @needs:device
    Scenario Outline: a device is attached and detached during a pin of <length> at <iova>, beside <unpinned> at <rest>
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins <length> at <iova> as buffer "ram" + <offset>
      Then <length> of buffer "ram" + <offset> carry 1 pin each
      When it attaches device "nic" to IOAS "guest"
      Then each page of buffer "ram" carries 1 pin
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When it attaches device "nic" to IOAS "other"
      Then <length> of buffer "ram" + <offset> carry 1 pin each
      And <unpinned> of buffer "ram" + <rest> carry 0 pins each
      When it attaches device "nic" to IOAS "guest"
      Then each page of buffer "ram" carries 1 pin
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When access "driver" drops its last pin
      Then each page of buffer "ram" carries 1 pin
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages

      @PIN-12
      Examples:
        | length  | iova             | offset  | unpinned | rest    |
        | 7 pages |           16 MiB |       0 |   1 page | 7 pages |
        |  1 page |           16 MiB |       0 |  7 pages |  1 page |
        |  1 page | 16 MiB + 7 pages | 7 pages |  7 pages |       0 |
        | 4 pages | 16 MiB + 2 pages | 2 pages |  2 pages | 6 pages |
        | 4 pages | 16 MiB + 2 pages | 2 pages |  2 pages |       0 |

    @PIN-12 @needs:test-cmd @needs:device @needs:proc
    Scenario: what an access has pinned is still charged when the device is gone
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 3 pages at 16 MiB + 1 page as buffer "ram" + 1 page
      Then it has 8 pages pinned
      When it attaches device "nic" to IOAS "other"
      Then it has 3 pages pinned
      And 3 pages of buffer "ram" + 1 page carry 1 pin each
      When access "driver" drops its last pin
      Then it has 0 bytes pinned

    @PIN-12 @needs:test-cmd @needs:device @needs:proc @needs:hugetlb
    Scenario: a pin crosses the border of two huge pages
      Given a huge-page buffer "huge" of 4 MiB
      And an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And it maps 4 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 2 pages at 18 MiB - 1 page as buffer "huge" + 2 MiB - 1 page
      Then it has 4 MiB pinned
      When it attaches device "nic" to IOAS "other"
      Then it has 2 pages pinned
      When it attaches device "nic" to IOAS "guest"
      Then it has 4 MiB pinned
      And device "nic" sees buffer "huge" at 16 MiB .. +4 MiB
      When it attaches device "nic" to IOAS "other"
      And access "driver" drops its last pin
      Then it has 0 bytes pinned

  Rule: the test operation has limits of its own

    @MOCK-12 @needs:test-cmd
    Scenario Outline: a pin with <what> is refused
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "reader" on IOAS "guest"
      And a memfd "file" of 1 page
      When it calls IOMMU_TEST_CMD with:
        | op                  | ACCESS_PAGES |
        | id                  | <id>         |
        | access_pages.flags  | <flags>      |
        | access_pages.iova   |       16 MiB |
        | access_pages.length | <length>     |
        | access_pages.uptr   | buffer "ram" |
      Then it fails with <errno>
      And it wrote nothing back
      And each page of buffer "ram" carries 0 pins

      Examples:
        | what                      | id              | flags | length          | errno      |
        | a flag that is unknown    | access "driver" | bit 1 |         2 pages | EOPNOTSUPP |
        | a byte more than 16 MiB   | access "driver" | none  | 16 MiB + 1 byte | ENOMEM     |
        |                    16 MiB | access "driver" | none  |          16 MiB | ENOENT     |
        | an access that only reads | access "reader" | none  |         2 pages | EOPNOTSUPP |
        | a file that is no access  | memfd "file"    | none  |         2 pages | EBADFD     |
        | a file that is closed     | a closed fd     | none  |         2 pages | EBADFD     |

  Rule: an unmap asks every access to let go but those of hardware queues

    @IOAS-UNMAP-13 @IOAS-UNMAP-15 @HWQ-10 @needs:test-cmd @needs:hw-queue @needs:nesting
    Scenario: memory far from a hardware queue is unmapped, which an access has pinned
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 64 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And an HW queue "commands" with index 0 at 16 MiB .. +1 page on vIOMMU "smmu"
      And access "driver" pins 2 pages at 64 MiB as buffer "ram" + 4 pages
      When it unmaps 4 pages at 64 MiB from IOAS "guest"
      Then it succeeds
      And 4 pages of buffer "ram" + 4 pages carry 0 pins each
      And 1 page of buffer "ram" carry 1 pin each
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it fails with EBUSY

  @needs:ioas-map-file @needs:test-cmd
  Rule: pages of a file are pinned like others

    @PIN-27 @IOAS-FILE-14 @needs:hugetlb @needs:proc
    Scenario: a part of two huge pages of a file is pinned
      Given a huge-page memfd "file" of 4 MiB
      And a buffer "view" on memfd "file"
      And it maps 4 MiB of memfd "file" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 5 pages at 18 MiB - 2 pages as buffer "view" + 2 MiB - 2 pages
      Then it succeeds
      And it has 5 pages pinned
      When access "driver" pins 1 page at 18 MiB as buffer "view" + 2 MiB + 1 page
      Then it fails with EBADE
      And it has 5 pages pinned
      When it unmaps 4 MiB at 16 MiB from IOAS "guest"
      Then it succeeds
      And it has 0 pages pinned

    @PIN-27 @IOAS-FILE-09 @needs:proc
    Scenario: a part of a file is pinned
      Given a memfd "file" of 8 pages
      And a buffer "view" on memfd "file"
      And it maps 6 pages of memfd "file" + 2 pages into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 3 pages at 16 MiB + 1 page as buffer "view" + 3 pages
      Then it succeeds
      And it has 3 pages pinned
      And 3 pages of buffer "view" carry 0 pins each
      And 3 pages of buffer "view" + 3 pages carry 1 pin each
      When access "driver" drops its last pin
      Then each page of buffer "view" carries 0 pins
      And it has 0 pages pinned
