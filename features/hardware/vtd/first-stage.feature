@needs:intel-nesting @needs:dma
Feature: first-stage tables of a VT-d, as a guest writes them
  A first-stage table is one of x86-64: entries of three sizes of pages, rights that each entry on the way has to grant, and
  two bits by which the hardware tells what it used and what it wrote. Its addresses are the guest's; so are those of its
  tables, which are read, and marked, through the parent.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 16 pages
    And a buffer "ram" of 1536 pages
    And it maps 16 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 1536 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB

  Rule: an entry leads to a page of 4 KiB, 2 MiB or 1 GiB

    Background:
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @HW-VTD-20
    Scenario Outline: an entry of <size> at <iova> leads to <to>, and <place> to <first> of the memory
      When the guest maps <size> at <iova> to <to> by "<words>" in page table "gpt"
      Then device "nic" sees buffer "ram" + <first> at <place> .. +2 pages
      When device "nic" reads 1 page at <outside>
      Then the access is blocked
      When device "nic" writes pattern "written" at <place>
      Then it finds pattern "written" in buffer "ram" + <first>

      Examples:
        | size  | iova            | to     | words         | place                    | first     | outside                     |
        | 8 KiB | 64 MiB + 4 KiB  | 18 MiB | P, RW, US     | 64 MiB + 4 KiB           | 2 MiB     | 64 MiB + 12 KiB             |
        | 2 MiB | 64 MiB          | 18 MiB | P, RW, US, PS | 64 MiB                   | 2 MiB     | 66 MiB                      |
        | 2 MiB | 64 MiB          | 18 MiB | P, RW, US, PS | 66 MiB - 2 pages         | 4 MiB - 2 pages | 64 MiB - 1 page             |
        | 4 MiB | 64 MiB          | 16 MiB | P, RW, US, PS | 66 MiB - 1 page          | 2 MiB - 1 page  | 68 MiB                      |
        | 1 GiB | 3 GiB           | 0      | P, RW, US, PS | 3 GiB + 20 MiB           | 4 MiB     | 3 GiB + 15 MiB              |
        | 2 MiB | 128 TiB - 2 MiB | 18 MiB | P, RW, US, PS | 128 TiB - 2 pages        | 4 MiB - 2 pages | 128 TiB                     |
        | 2 MiB | U64_MAX - 2 MiB + 1 byte | 18 MiB | P, RW, US, PS | U64_MAX - 2 MiB + 1 byte | 2 MiB | 256 TiB - 2 MiB |

    @HW-VTD-20
    Scenario Outline: bits without a meaning here, "<words>", are taken
      When the guest maps <size> at 64 MiB to 18 MiB by "<words>" in page table "gpt"
      Then device "nic" sees buffer "ram" + 2 MiB at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 64 MiB .. +2 pages

      Examples:
        | size  | words                     |
        | 8 KiB | P, RW, US, PWT, PCD       |
        | 8 KiB | P, RW, US, G, bit 9       |
        | 8 KiB | P, RW, US, EA, bit 11     |
        | 8 KiB | P, RW, US, bit 52, bit 62 |
        | 8 KiB | P, RW, US, XD             |
        | 2 MiB | P, RW, US, PS, A, D       |

    @HW-VTD-20
    Scenario Outline: an entry of <size> with "<words>" leads nowhere
      When the guest maps 8 KiB at 66 MiB to 16 MiB by "P, RW, US" in page table "gpt"
      And the guest maps <size> at 64 MiB to 18 MiB by "<words>" in page table "gpt"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 66 MiB .. +2 pages

      Examples:
        | size  | words                  |
        | 8 KiB | RW, US                 |
        | 8 KiB | RW, US, A, D, XD       |
        | 8 KiB | P, RW, US, bit 46      |
        | 8 KiB | P, RW, US, bit 51      |
        | 2 MiB | P, RW, US, PS, bit 13  |
        | 2 MiB | P, RW, US, PS, bit 20  |
        | 2 MiB | P, RW, US, PS, bit 47  |

  Rule: each entry on the way has to grant a right, and tells what was used and written

    Background:
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @HW-VTD-21
    Scenario Outline: a page of <size> is mapped by "<words>": a read <readable>, a write <writable>
      When the guest maps <size> at 64 MiB to 18 MiB by "<words>" in page table "gpt"
      And device "nic" reads 1 page at 64 MiB
      Then the access <readable>
      When device "nic" writes pattern "to ram" at 64 MiB
      Then the access <writable>
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

      Examples:
        | size  | words         | readable     | writable     |
        | 8 KiB | P, RW, US     | goes through | goes through |
        | 8 KiB | P, US         | goes through | is blocked   |
        | 8 KiB | P, RW         | is blocked   | is blocked   |
        | 2 MiB | P, US, PS     | goes through | is blocked   |
        | 2 MiB | P, PS         | is blocked   | is blocked   |

    @HW-VTD-21
    Scenario: the entries that a read used are marked, and the last one of a write as written
      When the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And device "nic" reads 1 page at 64 MiB
      Then the level 4 entry of 64 MiB in page table "gpt" has "A" and not "D"
      And the level 3 entry of 64 MiB in page table "gpt" has "A" and not "D"
      And the level 2 entry of 64 MiB in page table "gpt" has "A" and not "D"
      And the level 1 entry of 64 MiB in page table "gpt" has "A" and not "D"
      And the level 1 entry of 64 MiB + 1 page in page table "gpt" has "P" and not "A, D"
      When device "nic" writes pattern "to ram" at 64 MiB
      Then the level 1 entry of 64 MiB in page table "gpt" has "A, D" and not "none"
      And the level 2 entry of 64 MiB in page table "gpt" has "A" and not "D"
      When device "nic" writes pattern "to ram" at 64 MiB + 1 page
      Then the level 1 entry of 64 MiB + 1 page in page table "gpt" has "A, D" and not "none"

    @HW-VTD-21
    Scenario Outline: what is refused is marked neither as written nor as used: "<words>"
      When the guest maps 8 KiB at 64 MiB to 16 MiB by "<words>" in page table "gpt"
      And device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And the level 1 entry of 64 MiB in page table "gpt" has "none" and not "A, D"

      Examples:
        | words        |
        | P, US        |
        | P, RW        |
        | P, RW, bit 47 |
        | RW, US       |

    @HW-VTD-21
    Scenario: a page that the guest cleaned is marked again, once it says so
      When the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And device "nic" writes pattern "first" at 64 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And it invalidates 1 page at 64 MiB of HWPT "stage1"
      Then the level 1 entry of 64 MiB in page table "gpt" has "P" and not "A, D"
      When device "nic" writes pattern "second" at 64 MiB
      Then the level 1 entry of 64 MiB in page table "gpt" has "A, D" and not "none"

  Rule: tables of the guest are pages of the parent

    Background:
      Given an untouched buffer "bits" of 1 page
      And an untouched buffer "later" of 1 page
      And an untouched buffer "last" of 1 page
      And a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a buffer "small" of 4 pages
      And it maps 4 pages of buffer "small" into IOAS "guest" at 48 MiB read-write
      And the guest maps 4 pages at 64 MiB to 48 MiB read-write in page table "gpt"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "parent" |
        | flags   | ENABLE        |

    @HW-VTD-24
    Scenario: a read makes the tables dirty in which entries were marked
      When device "nic" reads 1 page at 64 MiB
      And it asks HWPT "parent" which of 16 pages at 1 MiB are dirty, into buffer "bits"
      Then it succeeds
      And it finds only bits 0 .. 3 set in buffer "bits"
      When it asks HWPT "parent" which of 4 pages at 48 MiB are dirty, into buffer "last"
      Then it finds no bits set in buffer "last"
      When device "nic" reads 1 page at 64 MiB + 1 page
      And it asks HWPT "parent" which of 16 pages at 1 MiB are dirty, into buffer "later"
      Then it finds only bit 3 set in buffer "later"
      When device "nic" reads 1 page at 64 MiB + 1 page
      And it asks HWPT "parent" which of 16 pages at 1 MiB are dirty, into buffer "last"
      Then it finds no bits set in buffer "last"

    @HW-VTD-24
    Scenario: a write makes its page dirty, and the table that tells so
      When device "nic" reads 4 pages at 64 MiB
      And it asks HWPT "parent" which of 16 pages at 1 MiB are dirty, into buffer "last"
      And device "nic" writes pattern "to ram" at 64 MiB + 2 pages
      And it asks HWPT "parent" which of 16 pages at 1 MiB are dirty, into buffer "bits"
      Then it finds only bit 3 set in buffer "bits"
      When it asks HWPT "parent" which of 4 pages at 48 MiB are dirty, into buffer "later"
      Then it finds only bit 2 set in buffer "later"

    @HW-VTD-23
    Scenario Outline: the host has no memory where the guest has <what>
      Given an IOAS "holes"
      And it maps <below> of buffer "tables" into IOAS "holes" at 1 MiB read-write
      And it maps <above> of buffer "tables" + <gap> into IOAS "holes" at 1 MiB + <gap> read-write
      And it maps 4 pages of buffer "small" into IOAS "holes" at 48 MiB read-write
      And a nesting HWPT "leaky" for device "nic" on IOAS "holes"
      And a nested HWPT "broken" with page table "gpt" for device "nic" on HWPT "leaky"
      When it attaches device "nic" to HWPT "broken"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it maps 1 page of buffer "tables" + <gap> - 1 page into IOAS "holes" at 1 MiB + <gap> - 1 page read-write
      Then device "nic" sees buffer "small" at 64 MiB .. +4 pages

      Examples:
        | what                   | below   | gap     | above    |
        | its second table       | 1 page  | 2 pages | 14 pages |
        | the table of 1 GiB     | 2 pages | 3 pages | 13 pages |
        | the table of its pages | 3 pages | 4 pages | 12 pages |
