@needs:dma
Feature: what a device may do to a mapping
  READABLE and WRITEABLE are rights of the device. What the process may do to its own memory is another matter, and so is
  what other mappings of the same memory allow.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And a device "nic" attached to IOAS "guest"

  Rule: a device writes only where the mapping is writeable

    @IOAS-MAP-48
    Scenario Outline: a device writes to a <rights> mapping
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB <rights>
      And device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then the access goes through
      And it finds pattern "arrived" in buffer "ram" + 1 page
      And it finds pattern "ram" in buffer "ram"

      Examples:
        | rights     |
        | read-write |
        | write-only |

    @IOAS-MAP-48
    Scenario: a device writes to a read-only mapping, before and after it has read it
      When it stores pattern "kept" in buffer "ram" + 1 page
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "kept"
      When device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 1 page

    @IOAS-MAP-48
    Scenario Outline: mappings side by side keep rights of their own, <first> and <second>
      When it stores pattern "kept" in buffer "ram" + <kept>
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB <first>
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages <second>
      And device "nic" writes pattern "arrived" at 16 MiB + <kept>
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + <kept>
      When device "nic" writes pattern "arrived" at 16 MiB + <written>
      Then the access goes through
      And it finds pattern "arrived" in buffer "ram" + <written>

      Examples:
        | first      | second     | kept    | written |
        | read-only  | read-write |  1 page | 2 pages |
        | read-write | read-only  | 2 pages |  1 page |

    @IOAS-MAP-48
    Scenario: a write begins in a writeable mapping and ends in one that is not
      When it stores pattern "kept" in buffer "ram" + 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-only
      And device "nic" writes pattern "arrived" at 16 MiB + 1 page - 64 bytes
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 1 page

    @IOAS-MAP-48 @needs:hugetlb
    Scenario: a huge page is mapped read-only
      Given a huge-page buffer "huge" of 2 MiB
      When it stores pattern "kept" in buffer "huge" + 1 MiB
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-only
      And device "nic" reads 1 page at 17 MiB
      Then the device got pattern "kept"
      When device "nic" writes pattern "arrived" at 17 MiB
      Then the access is blocked
      And it finds pattern "kept" in buffer "huge" + 1 MiB

    @IOAS-MAP-48 @IOAS-FILE-09 @needs:ioas-map-file
    Scenario: a memfd is mapped read-only
      Given a memfd "shm" of 4 pages
      And a buffer "window" on memfd "shm"
      When it stores pattern "kept" in buffer "window" + 2 pages
      And it maps 4 pages of memfd "shm" into IOAS "guest" at 16 MiB read-only
      And device "nic" reads 1 page at 16 MiB + 2 pages
      Then the device got pattern "kept"
      When device "nic" writes pattern "arrived" at 16 MiB + 2 pages
      Then the access is blocked
      And it finds pattern "kept" in buffer "window" + 2 pages

  Rule: the rights of a process over its memory are not those of the device

    @IOAS-MAP-31 @IOAS-MAP-48
    Scenario: the process may only read the memory
      Given a memfd "file" of 1 page
      And a buffer "writable" on memfd "file"
      And a read-only buffer "constants" on memfd "file"
      When it maps 1 page of buffer "constants" into IOAS "guest" at 16 MiB read-only
      And it stores pattern "by another door" in buffer "writable"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "by another door"
      When device "nic" writes pattern "arrived" at 16 MiB
      Then the access is blocked
      And it finds pattern "by another door" in buffer "writable"

    @IOAS-MAP-33
    Scenario: a process stores to a private file mapping after a device may read it
      Given a memfd "file" of 1 page
      And a private buffer "mine" on memfd "file"
      When it maps 1 page of buffer "mine" into IOAS "guest" at 16 MiB read-only
      And it stores pattern "mine alone" in buffer "mine"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "mine alone"

  Rule: a copy has the rights that it was given

    @IOAS-COPY-15 @IOAS-MAP-48
    Scenario: the original may be written and the copy may not
      When it stores pattern "kept" in buffer "ram" + 1 page
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-only
      And it copies 4 pages at 32 MiB of IOAS "guest" into IOAS "guest" at 48 MiB read-write
      And device "nic" writes pattern "arrived" at 32 MiB + 1 page
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 1 page
      When device "nic" writes pattern "arrived" at 48 MiB + 1 page
      Then the access goes through
      And it finds pattern "arrived" in buffer "ram" + 1 page
      When device "nic" reads 1 page at 32 MiB + 1 page
      Then the device got pattern "arrived"

    @IOAS-COPY-16
    Scenario: memory that was mapped only writeable is read through a copy
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB write-only
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-only
      And it stores pattern "kept" in buffer "ram" + 3 pages
      And device "nic" reads 1 page at 32 MiB + 3 pages
      Then the device got pattern "kept"
      When device "nic" writes pattern "arrived" at 32 MiB + 3 pages
      Then the access is blocked
      When device "nic" writes pattern "arrived" at 16 MiB + 3 pages
      Then it finds pattern "arrived" in buffer "ram" + 3 pages

    @IOAS-COPY-14 @IOAS-MAP-48
    Scenario: a copy of a copy of what is only readable stays so for the device
      When it stores pattern "kept" in buffer "ram" + 1 page
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-only
      And it copies 2 pages at 32 MiB + 1 page of IOAS "guest" into IOAS "guest" at 48 MiB read-write
      Then it fails with EPERM
      When device "nic" writes pattern "arrived" at 48 MiB
      Then the access is blocked
      When it copies 2 pages at 32 MiB + 1 page of IOAS "guest" into IOAS "guest" at 48 MiB read-only
      And device "nic" writes pattern "arrived" at 48 MiB
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 1 page
      When device "nic" reads 1 page at 48 MiB
      Then the device got pattern "kept"
