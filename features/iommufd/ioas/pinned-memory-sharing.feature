Feature: pinned memory, how often and how long
  A mapping pins its pages once, whatever uses them: several page tables, copies, accesses. Pages go by whole pages, and
  come back when the last user has gone, even if that is not the process that mapped.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: without a page table or a pin of an access nothing is pinned

    @PIN-06 @needs:test-cmd @needs:proc
    Scenario: a map, a copy and an access that only reads pin nothing
      Given an IOAS "other"
      And a buffer "inbox" of 1 page
      And an access "driver" on IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 8 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      And access "driver" reads 1 page at 16 MiB into buffer "inbox"
      Then it succeeds
      And it has 0 bytes pinned
      And each page of buffer "ram" carries 0 pins

  Rule: the pages of one mapping are pinned and charged once

    @PIN-08 @needs:test-cmd @needs:device @needs:hwpt-alloc @needs:proc
    Scenario: two page tables share the pins, one before the map and one after it
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it has 4 pages pinned
      Given an HWPT "second" for device "nic" on IOAS "guest"
      Then it has 4 pages pinned
      And 4 pages of buffer "ram" carry 1 pin each
      When it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-write
      Then it has 8 pages pinned
      And each page of buffer "ram" carries 1 pin
      When it destroys HWPT "second"
      Then it has 8 pages pinned
      And each page of buffer "ram" carries 1 pin
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @PIN-09 @needs:two-devices @needs:proc
    Scenario: copies in IOASs with page tables of their own share the pins
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 64 MiB read-write
      Then it has 4 pages pinned
      And device "disk" sees buffer "ram" at 32 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it unmaps 4 pages at 64 MiB from IOAS "guest"
      Then it has 4 pages pinned
      When it unmaps 4 pages at 32 MiB from IOAS "other"
      Then it has 0 bytes pinned

    @PIN-09 @needs:test-cmd @needs:two-devices
    Scenario: each page carries one pin for all copies
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 4 pages at 16 MiB + 2 pages of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then each page of buffer "ram" carries 1 pin
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then 4 pages of buffer "ram" + 2 pages carry 1 pin each
      And 2 pages of buffer "ram" carry 0 pins each
      And 2 pages of buffer "ram" + 6 pages carry 0 pins each

    @PIN-10 @needs:test-cmd @needs:device @needs:proc
    Scenario: two maps of the same memory are pinned and charged each
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      Then it has 8 pages pinned
      And 2 pages of buffer "ram" carry 1 pin each
      And 2 pages of buffer "ram" + 2 pages carry 2 pins each
      And 2 pages of buffer "ram" + 4 pages carry 1 pin each
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it has 4 pages pinned
      And 4 pages of buffer "ram" + 2 pages carry 1 pin each

    @PIN-10 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: two maps of the same memory exceed a limit for one
      Given a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      When it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      And process "vm" has 4 pages pinned

  Rule: the pins are released with the last page table, and the mappings stay

    @PIN-11 @needs:device @needs:proc
    Scenario: a device moves away and back
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 6 pages into IOAS "guest" at 32 MiB read-write
      Then it has 6 pages pinned
      When it attaches device "nic" to IOAS "other"
      Then it has 0 bytes pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      And 32 MiB .. +2 pages is mapped in IOAS "guest"
      When it attaches device "nic" to IOAS "guest"
      Then it has 6 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @PIN-11 @needs:test-cmd @needs:device @needs:hwpt-alloc
    Scenario: the last of two page tables is destroyed
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an HWPT "second" for device "nic" on IOAS "guest"
      When it attaches device "nic" to IOAS "other"
      Then each page of buffer "ram" carries 1 pin
      When it destroys HWPT "second"
      Then each page of buffer "ram" carries 0 pins

  Rule: pages are pinned and charged whole

    @PIN-14 @needs:device @needs:sub-page @needs:proc
    Scenario Outline: a map of <length> from <offset> into the memory is pinned in whole pages
      Given a device "nic" attached to IOAS "guest"
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      Then it has <pinned> pinned
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it has 0 bytes pinned

      Examples:
        | length              | offset     | iova                | pinned  |
        |          2048 bytes |          0 |              16 MiB |  1 page |
        |          2048 bytes | 2048 bytes | 16 MiB + 2048 bytes |  1 page |
        |              1 page | 2048 bytes | 16 MiB + 2048 bytes | 2 pages |
        | 1 page + 2048 bytes |          0 |              16 MiB | 2 pages |
        |             2 pages | 2048 bytes | 16 MiB + 2048 bytes | 3 pages |

    @PIN-14 @needs:processes @needs:limits @needs:device @needs:sub-page
    Scenario: half a page more exceeds the limit
      Given a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 1 page
      When process "vm" maps 1 page of buffer "ram" + 2048 bytes into IOAS "guest" at 16 MiB + 2048 bytes read-write
      Then it fails with ENOMEM
      When process "vm" maps 2048 bytes of buffer "ram" + 2048 bytes into IOAS "guest" at 16 MiB + 2048 bytes read-write
      Then it succeeds

  Rule: what fails halfway leaves no pin

    @PIN-15 @needs:device @needs:proc
    Scenario Outline: a <user> meets a hole after <good> of memory
      Given an IOAS "other"
      And a buffer "holed" of 8 pages
      And a device "nic" attached to IOAS <before>
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it munmaps 1 page of buffer "holed" + <good>
      When it maps 8 pages of buffer "holed" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then it <outcome>
      And it has <pinned> pinned
      When it unmaps everything from IOAS "guest"
      Then it has 0 bytes pinned

      Examples: an attach
        | user   | good    | before  | outcome           | pinned  |
        | device |  1 page | "other" | fails with EFAULT | 0 bytes |
        | device | 7 pages | "other" | fails with EFAULT | 0 bytes |

    @PIN-15 @needs:device @needs:test-cmd @needs:proc
    Scenario Outline: a map of memory with a hole after <good> is refused
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And a buffer "holed" of 8 pages
      And it munmaps 1 page of buffer "holed" + <good>
      When it maps 8 pages of buffer "holed" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And it has 2 pages pinned
      And <good> of buffer "holed" carry 0 pins each
      And 2 pages of buffer "ram" carry 1 pin each

      Examples:
        | good    |
        |  1 page |
        | 7 pages |

    @PIN-15 @needs:device @needs:test-cmd @needs:proc
    Scenario Outline: an attach meets a hole after <good> of memory, which is handled in batches of one page
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + <good>
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                    12 |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds
      And it has 0 bytes pinned
      And <good> of buffer "ram" carry 0 pins each

      @IOAS-MAP-43
      Examples:
        | good    |
        | 1 page  |
        | 7 pages |

    @PIN-15 @needs:test-cmd @needs:proc
    Scenario: a pin of an access fails
      Given an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + 3 pages
      When access "driver" pins 4 pages at 16 MiB as buffer "ram"
      Then it fails with EFAULT
      And it has 0 bytes pinned
      And 3 pages of buffer "ram" carry 0 pins each
      When access "driver" pins 3 pages at 16 MiB as buffer "ram"
      Then it succeeds
      And it has 3 pages pinned

  Rule: whoever unmaps the memory of a process that has exited releases it

    @PIN-16 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: the limit of the user is free again for another process, <way>
      Given a device "nic" attached to IOAS "guest"
      And a process "one" without IPC_LOCK
      And a process "two" without IPC_LOCK
      And process "one" has a memlock limit of 4 pages
      And process "two" has a memlock limit of 4 pages
      And process "one" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When process "one" exits
      And process "two" maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      When process "two" <unmaps>
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"
      When process "two" maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      And process "two" has 4 pages pinned
      And process "two" has 0 bytes locked

      Examples:
        | way              | unmaps                                     |
        | after an unmap   | unmaps 4 pages at 16 MiB from IOAS "guest" |
        | after one of all | unmaps everything from IOAS "guest"        |
