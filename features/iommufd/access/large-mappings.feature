@needs:test-cmd
Feature: accesses beyond 4 GiB
  IOVAs, lengths and places in a mapping have 64 bits. A mapping of 8 GiB costs nothing as long as nobody touches its memory,
  and of one of 17 TiB the pages are counted by numbers of more than 32 bits.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an access "driver" that pins on IOAS "guest"
    And an untouched buffer "ram" of 8 GiB
    And a buffer "inbox" of 1 page

  Rule: an access reads, writes and pins the byte that was named, and not one 4 GiB away

    @PIN-29
    Scenario Outline: a page is moved <place> behind the beginning of a mapping at <base>
      When it maps 8 GiB of buffer "ram" into IOAS "guest" at <base> read-write
      And it stores pattern "near" in buffer "ram" + <place> - 4 GiB
      And it stores pattern "far" in buffer "ram" + <place>
      And access "driver" reads 1 page at <base> + <place> into buffer "inbox"
      Then it succeeds
      And it finds pattern "far" in buffer "inbox"
      When it stores pattern "reply" in buffer "inbox"
      And access "driver" writes 1 page at <base> + <place> from buffer "inbox"
      Then it finds pattern "reply" in buffer "ram" + <place>
      And it finds pattern "near" in buffer "ram" + <place> - 4 GiB

      Examples:
        | base                     | place          |
        | 16 MiB                   | 4 GiB          |
        | 16 MiB                   | 8 GiB - 1 page |
        | 6 GiB                    | 5 GiB + 1 page |
        | 1 TiB                    | 5 GiB + 1 page |
        | U64_MAX - 8 GiB + 1 byte | 8 GiB - 1 page |

    @PIN-29
    Scenario: a page around 4 GiB is moved page by page
      When it maps 8 GiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "near" in buffer "ram"
      And it stores pattern "message" in buffer "ram" + 4 GiB - 7 bytes
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                |
        | id               | access "driver"          |
        | access_rw.iova   | 16 MiB + 4 GiB - 7 bytes |
        | access_rw.length |                   1 page |
        | access_rw.uptr   | buffer "inbox"           |
        | access_rw.flags  | MOCK_ACCESS_RW_SLOW_PATH |
      Then it succeeds
      And it finds pattern "message" in buffer "inbox"
      When it stores pattern "reply" in buffer "inbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                |
        | id               | access "driver"          |
        | access_rw.iova   | 16 MiB + 4 GiB - 7 bytes |
        | access_rw.length |                   1 page |
        | access_rw.uptr   | buffer "inbox"           |
        | access_rw.flags  | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |
      Then it succeeds
      And it finds pattern "reply" in buffer "ram" + 4 GiB - 7 bytes
      And it finds pattern "near" in buffer "ram"

    @PIN-31 @needs:processes
    Scenario: the memory is that of another process
      Given a process "vm"
      When process "vm" maps 8 GiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" stores pattern "near" in buffer "ram" + 1 GiB
      And process "vm" stores pattern "far" in buffer "ram" + 5 GiB
      And access "driver" reads 1 page at 16 MiB + 5 GiB into buffer "inbox"
      Then it finds pattern "far" in buffer "inbox"
      When it stores pattern "reply" in buffer "inbox"
      And access "driver" writes 1 page at 16 MiB + 5 GiB from buffer "inbox"
      Then process "vm" finds pattern "reply" in buffer "ram" + 5 GiB
      And process "vm" finds pattern "near" in buffer "ram" + 1 GiB

    @PIN-27 @PIN-26 @needs:proc
    Scenario: pages are pinned 5 GiB behind the beginning of a mapping
      Given a memfd "sparse" of 8 GiB
      And a buffer "window" on memfd "sparse"
      When it maps 8 GiB of buffer "window" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "near" in buffer "window" + 1 GiB
      And it stores pattern "far" in buffer "window" + 5 GiB
      And access "driver" pins 2 pages at 16 MiB + 5 GiB as buffer "window" + 5 GiB
      Then it succeeds
      And it has 2 pages pinned
      And 2 pages of buffer "window" + 5 GiB carry 1 pin each
      And 1 page of buffer "window" + 1 GiB carry 0 pins each
      When access "driver" pins 1 page at 16 MiB + 1 GiB as buffer "window" + 1 GiB
      Then it has 3 pages pinned
      And 1 page of buffer "window" + 5 GiB carry 1 pin each
      When it unmaps 8 GiB at 16 MiB from IOAS "guest"
      Then it returns:
        | length | 8 GiB |
      And it has 0 pages pinned
      And 2 pages of buffer "window" + 5 GiB carry 0 pins each

    @PIN-20
    Scenario: nothing is mapped 4 GiB behind a mapping, nor 4 GiB in front of it
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 6 GiB read-write
      And access "driver" reads 1 page at 2 GiB into buffer "inbox"
      Then it fails with ENOENT
      When access "driver" writes 1 page at 10 GiB from buffer "inbox"
      Then it fails with ENOENT
      When access "driver" pins 1 page at 10 GiB + 1 page as buffer "ram" + 1 page
      Then it fails with ENOENT
      And it finds pattern "inbox" in buffer "inbox"

  Rule: the pages of a mapping are counted by more than 32 bits

    @PIN-29 @PIN-27 @needs:proc
    Scenario: a page is read, written and pinned 16 TiB behind the beginning of a mapping
      Given a memfd "sparse" of 17 TiB
      And a buffer "vast" on memfd "sparse"
      When it maps 17 TiB of buffer "vast" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "near" in buffer "vast" + 1 page
      And it stores pattern "far" in buffer "vast" + 16 TiB + 1 page
      And access "driver" reads 1 page at 16 TiB + 16 MiB + 1 page into buffer "inbox"
      Then it finds pattern "far" in buffer "inbox"
      When access "driver" pins 1 page at 16 TiB + 16 MiB + 1 page as buffer "vast" + 16 TiB + 1 page
      Then it succeeds
      And it has 1 page pinned
      And 1 page of buffer "vast" + 16 TiB + 1 page carry 1 pin each
      And 1 page of buffer "vast" + 1 page carry 0 pins each
      When it unmaps 17 TiB at 16 MiB from IOAS "guest"
      Then it returns:
        | length | 17 TiB |
      And it has 0 pages pinned

  @needs:ioas-map-file
  Rule: a file is mapped from places beyond 4 GiB

    Background:
      Given a memfd "large" of 8 GiB
      And a buffer "window" on memfd "large"
      And it stores pattern "near" in buffer "window" + 1 GiB + 1 page
      And it stores pattern "far" in buffer "window" + 5 GiB + 1 page

    @IOAS-FILE-09 @needs:device
    Scenario: a device sees what lies 5 GiB behind the beginning of a file
      Given a device "nic" attached to IOAS "guest"
      When it maps 3 pages of memfd "large" + 5 GiB into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "window" + 5 GiB at 16 MiB .. +3 pages
      And device "nic" does not see buffer "window" + 1 GiB + 1 page at 16 MiB + 1 page .. +1 page
      And 3 pages of buffer "window" + 5 GiB carry 1 pin each
      And 1 page of buffer "window" + 1 GiB + 1 page carry 0 pins each

    @IOAS-FILE-08 @needs:device
    Scenario: a map that leaves a file of more than 4 GiB is refused
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of memfd "large" + 8 GiB - 1 page into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"
      When it maps 1 page of memfd "large" + 8 GiB - 1 page into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And device "nic" sees buffer "window" + 8 GiB - 1 page at 16 MiB .. +1 page

    @IOAS-FILE-16 @PIN-27
    Scenario: an access reads, writes and pins what lies 5 GiB behind the beginning of a mapping of a file
      When it maps 8 GiB of memfd "large" into IOAS "guest" at 16 MiB read-write
      And access "driver" reads 1 page at 16 MiB + 5 GiB + 1 page into buffer "inbox"
      Then it finds pattern "far" in buffer "inbox"
      When it stores pattern "reply" in buffer "inbox"
      And access "driver" writes 1 page at 16 MiB + 5 GiB + 2 pages from buffer "inbox"
      Then it finds pattern "reply" in buffer "window" + 5 GiB + 2 pages
      And it finds pattern "near" in buffer "window" + 1 GiB + 1 page
      When access "driver" pins 2 pages at 16 MiB + 5 GiB + 1 page as buffer "window" + 5 GiB + 1 page
      Then it succeeds
      And 2 pages of buffer "window" + 5 GiB + 1 page carry 1 pin each
      And 1 page of buffer "window" + 1 GiB + 1 page carry 0 pins each
