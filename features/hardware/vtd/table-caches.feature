@needs:intel-nesting @needs:dma
Feature: what a VT-d keeps of the way to a page
  A unit keeps the entries that lead to tables as well, and begins a walk at the lowest table that it knows. An invalidation
  that is told that only leaves changed may leave them; any other takes those of its pages along.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "tables" of 12 pages
    And a buffer "old" of 8 pages
    And a buffer "new" of 8 pages
    And it maps 12 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
    And it maps 8 pages of buffer "new" into IOAS "guest" at 32 MiB read-write
    And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "gpt"
    And the guest maps 4 pages at 66 MiB to 16 MiB + 4 pages read-write in page table "gpt"

  Rule: entries that lead to tables go, unless only leaves changed

    Background:
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And device "nic" sees buffer "old" + 4 pages at 66 MiB .. +2 pages

    @HW-PSC-04
    Scenario: a leaf is changed, and only leaves are invalidated
      When the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates the leaves of 4 pages at 64 MiB of HWPT "stage1"
      Then it succeeds
      And device "nic" sees buffer "new" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +2 pages

    @HW-PSC-02
    Scenario Outline: a table is replaced, and <what> is invalidated
      When the guest replaces the table of 64 MiB in page table "gpt"
      And the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <what> of HWPT "stage1"
      Then it succeeds
      And device "nic" sees buffer "new" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +2 pages
      When the guest unmaps 4 pages at 64 MiB in page table "gpt"
      And it invalidates 4 pages at 64 MiB of HWPT "stage1"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked

      @HW-PSC-04
      Examples: pages, or all of them
        | what              |
        | 4 pages at 64 MiB |
        | everything        |

      @HW-PSC-03
      Examples: all of them, whatever is said of leaves
        | what                     |
        | the leaves of everything |

    @HW-PSC-02 @needs:caches-keep
    Scenario: a table is replaced, and only leaves are invalidated
      When the guest replaces the table of 64 MiB in page table "gpt"
      And the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates the leaves of 4 pages at 64 MiB of HWPT "stage1"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +3 pages
      And device "nic" does not see buffer "new" at 64 MiB .. +3 pages
      When it invalidates 1 page at 64 MiB + 9 pages of HWPT "stage1"
      Then device "nic" sees buffer "new" + 3 pages at 64 MiB + 3 pages .. +1 page

    @HW-PSC-04 @needs:caches-keep
    Scenario: the table of the next 2 MiB is replaced as well, and stays
      When the guest replaces the table of 64 MiB in page table "gpt"
      And the guest replaces the table of 66 MiB in page table "gpt"
      And the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And the guest maps 4 pages at 66 MiB to 32 MiB + 4 pages read-write in page table "gpt"
      And it invalidates 4 pages at 64 MiB of HWPT "stage1"
      Then device "nic" sees buffer "new" at 64 MiB .. +4 pages
      And device "nic" sees buffer "old" + 4 pages at 66 MiB .. +4 pages
      And device "nic" does not see buffer "new" + 4 pages at 66 MiB .. +4 pages
      When it invalidates everything of HWPT "stage1"
      Then device "nic" sees buffer "new" + 4 pages at 66 MiB .. +4 pages

    @HW-PSC-08 @HW-VTD-31
    Scenario: a table comes where none was, and nothing is invalidated
      When device "nic" reads 1 page at 128 MiB
      Then the access is blocked
      When the guest maps 1 page at 128 MiB to 32 MiB read-write in page table "gpt"
      Then device "nic" sees buffer "new" at 128 MiB .. +1 page
      When the guest maps 1 page at 3 TiB to 32 MiB + 1 page read-write in page table "gpt"
      Then device "nic" sees buffer "new" + 1 page at 3 TiB .. +1 page
      And device "nic" does not see buffer "new" at 3 TiB .. +1 page

  @needs:device-with-pasids
  Rule: a device that keeps translations is told the same, whatever is said of leaves

    @HW-PSC-06
    Scenario Outline: <requester> is told to forget <what>
      Given a device "nic" with PASIDs attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And <requester> sees buffer "old" at 64 MiB .. +4 pages
      When the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <what> of HWPT "stage1"
      Then it succeeds
      And <requester> sees buffer "new" at 64 MiB .. +4 pages
      And <requester> does not see buffer "old" at 64 MiB .. +4 pages

      Examples:
        | requester               | what                            |
        | device "nic"            | the leaves of 4 pages at 64 MiB |
        | device "nic"            | the leaves of everything        |
        | PASID 5 of device "nic" | the leaves of 4 pages at 64 MiB |
        | PASID 5 of device "nic" | the leaves of everything        |

  @needs:caches-keep @needs:device-with-pasids
  Rule: the way to a page is tagged as the page is

    @HW-PSC-01
    Scenario Outline: <one> is told of a new table, and <other> is not
      Given a device "nic" with PASIDs attached to IOAS "other"
      And a device "disk" attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And a nested PASID HWPT "twin" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <one> to HWPT "stage1"
      And it attaches <other> to HWPT "twin"
      And <one> sees buffer "old" at 64 MiB .. +1 page
      And <other> sees buffer "old" at 64 MiB .. +1 page
      When the guest replaces the table of 64 MiB in page table "gpt"
      And the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates 4 pages at 64 MiB of HWPT "stage1"
      Then <one> sees buffer "new" + 1 page at 64 MiB + 1 page .. +1 page
      And <other> sees buffer "old" + 1 page at 64 MiB + 1 page .. +1 page
      And <other> does not see buffer "new" + 1 page at 64 MiB + 1 page .. +1 page
      When it invalidates 4 pages at 64 MiB of HWPT "twin"
      Then <other> sees buffer "new" + 1 page at 64 MiB + 1 page .. +1 page

      Examples:
        | one                     | other                   |
        | device "nic"            | device "disk"           |
        | PASID 5 of device "nic" | PASID 6 of device "nic" |
        | PASID 5 of device "nic" | device "disk"           |

  Rule: what the host takes away is no part of a way any more

    @HW-PSC-07
    Scenario Outline: the host puts other memory where the guest has its tables, and <more>
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And it maps 1 page of buffer "old" into IOAS "guest" at <beside> read-write
      And a buffer "moved" of 12 pages
      And a VT-d page table "second" in buffer "moved", which the guest has at 1 MiB
      And the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "second"
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      When it unmaps 12 pages at 1 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB + 3 pages
      Then the access is blocked
      When it maps 12 pages of buffer "moved" into IOAS "guest" at 1 MiB read-write
      Then device "nic" sees buffer "new" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +2 pages

      Examples:
        | more                                  | beside  |
        | gives its own table for them back     | 1 GiB   |
        | a page beside keeps the host's table  | 512 KiB |
