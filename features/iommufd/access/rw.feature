Feature: reads and writes of an access
  An access moves bytes between the kernel and the memory behind a range of IOVAs. The memory is reached by its address
  where the process that mapped it makes the call, and page by page in any other process; a flag of the test operation,
  SLOW_PATH, takes the second way in either.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages
    And a buffer "inbox" of 4 pages
    And an access "driver" on IOAS "guest"

  Rule: exactly the bytes of the range move, at any place

    @PIN-29 @needs:test-cmd
    Scenario Outline: a page is read from <from> to <into> into a page, with <flags>
      Given it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      When it stores pattern "around" in buffer "ram"
      And it stores pattern "below" in buffer "inbox" + <into>
      And it stores pattern "above" in buffer "inbox" + 2 pages + <into>
      And it stores pattern "message" in buffer "ram" + <from>
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                        |
        | id               | access "driver"                  |
        | access_rw.iova   |                  16 MiB + <from> |
        | access_rw.length |                           1 page |
        | access_rw.uptr   | buffer "inbox" + 1 page + <into> |
        | access_rw.flags  | <flags>                          |
      Then it succeeds
      And it finds pattern "message" in buffer "inbox" + 1 page + <into>
      And it finds pattern "below" in buffer "inbox" + <into>
      And it finds pattern "above" in buffer "inbox" + 2 pages + <into>
      And it finds pattern "message" in buffer "ram" + <from>

      @MOCK-14
      Examples: by the address
        | from            | into            | flags |
        |         0 bytes |         0 bytes | none  |
        |          1 byte |         0 bytes | none  |
        | 1 page - 1 byte |         7 bytes | none  |
        |         7 pages | 1 page - 1 byte | none  |

      @MOCK-14
      Examples: page by page
        | from            | into            | flags                    |
        |         0 bytes |         0 bytes | MOCK_ACCESS_RW_SLOW_PATH |
        |          1 byte |         0 bytes | MOCK_ACCESS_RW_SLOW_PATH |
        | 1 page - 1 byte |         7 bytes | MOCK_ACCESS_RW_SLOW_PATH |
        |         7 pages | 1 page - 1 byte | MOCK_ACCESS_RW_SLOW_PATH |

    @PIN-29 @needs:test-cmd
    Scenario Outline: a page is written to <to>, with <flags>
      Given it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it stores pattern "below" in buffer "ram" + <to> - 1 page
      And it stores pattern "above" in buffer "ram" + <to> + 1 page
      And it stores pattern "message" in buffer "inbox" + 3 bytes
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                |
        | id               | access "driver"          |
        | access_rw.iova   |            16 MiB + <to> |
        | access_rw.length |                   1 page |
        | access_rw.uptr   | buffer "inbox" + 3 bytes |
        | access_rw.flags  | <flags>                  |
      Then it succeeds
      And it finds pattern "message" in buffer "ram" + <to>
      And it finds pattern "below" in buffer "ram" + <to> - 1 page
      And it finds pattern "above" in buffer "ram" + <to> + 1 page

      @MOCK-14
      Examples: by the address
        | to               | flags                |
        |           1 page | MOCK_ACCESS_RW_WRITE |
        |  1 page + 1 byte | MOCK_ACCESS_RW_WRITE |
        | 6 pages - 1 byte | MOCK_ACCESS_RW_WRITE |
        |          6 pages | MOCK_ACCESS_RW_WRITE |

      @MOCK-14
      Examples: page by page
        | to               | flags                                          |
        |           1 page | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |
        |  1 page + 1 byte | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |
        | 6 pages - 1 byte | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |
        |          6 pages | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |

    @PIN-29 @needs:test-cmd
    Scenario Outline: a page is read and written in pieces, the first of <first>
      Given it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it stores pattern "message" in buffer "ram" + 100 bytes
      And it stores pattern "below" in buffer "inbox"
      And it stores pattern "above" in buffer "inbox" + 2 pages
      And access "driver" reads <second> at 16 MiB + 100 bytes + <first> into buffer "inbox" + 1 page + <first>
      And access "driver" reads <first> at 16 MiB + 100 bytes into buffer "inbox" + 1 page
      Then it finds pattern "message" in buffer "inbox" + 1 page
      And it finds pattern "below" in buffer "inbox"
      And it finds pattern "above" in buffer "inbox" + 2 pages

      Examples:
        | first           | second          |
        |          1 byte | 1 page - 1 byte |
        |       100 bytes |      3996 bytes |
        |      3996 bytes |       100 bytes |
        | 1 page - 1 byte |          1 byte |

    @PIN-29 @needs:test-cmd
    Scenario Outline: an access crosses two mappings of memory that does not touch, with <flags>
      Given it maps 2 pages of buffer "ram" + 5 pages into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 2 pages read-write
      When it stores pattern "first" in buffer "ram" + 6 pages
      And it stores pattern "second" in buffer "ram" + 1 page
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   | 16 MiB + 1 page |
        | access_rw.length |         2 pages |
        | access_rw.uptr   | buffer "inbox"  |
        | access_rw.flags  | <flags>         |
      Then it succeeds
      And it finds pattern "first" in buffer "inbox"
      And it finds pattern "second" in buffer "inbox" + 1 page

      Examples:
        | flags                    |
        | none                     |
        | MOCK_ACCESS_RW_SLOW_PATH |

    @PIN-29 @needs:test-cmd @needs:device
    Scenario: memory that a device has as well is read and written
      Given a device "nic" attached to IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it stores pattern "message" in buffer "inbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                                      |
        | id               | access "driver"                                |
        | access_rw.iova   |                      16 MiB + 1 page + 5 bytes |
        | access_rw.length |                                         1 page |
        | access_rw.uptr   | buffer "inbox"                                 |
        | access_rw.flags  | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |
      Then it succeeds
      And it finds pattern "message" in buffer "ram" + 1 page + 5 bytes
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And each page of buffer "ram" carries 1 pin

    @PIN-29 @needs:test-cmd
    Scenario: nothing stays pinned
      Given it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                |
        | id               | access "driver"          |
        | access_rw.iova   |          16 MiB + 1 byte |
        | access_rw.length |                  2 pages |
        | access_rw.uptr   | buffer "inbox"           |
        | access_rw.flags  | MOCK_ACCESS_RW_SLOW_PATH |
      Then it succeeds
      And each page of buffer "ram" carries 0 pins

  Rule: an access uses the memory of the process that mapped it

    @PIN-31 @needs:test-cmd @needs:processes
    Scenario Outline: another process reads and writes <length> at <iova>
      Given a process "vm"
      And process "vm" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When process "vm" stores pattern "of the vm" in buffer "ram" + <offset>
      And it stores pattern "of the caller" in buffer "ram" + <offset>
      And access "driver" reads <length> at <iova> into buffer "inbox"
      Then it finds pattern "of the vm" in buffer "inbox"
      When it stores pattern "of the access" in buffer "inbox"
      And access "driver" writes <length> at <iova> from buffer "inbox"
      Then process "vm" finds pattern "of the access" in buffer "ram" + <offset>
      And it finds pattern "of the caller" in buffer "ram" + <offset>

      Examples: one page, and several
        | length  | iova                      | offset           |
        |  1 page |                    16 MiB |                0 |
        |  1 page | 16 MiB + 1 page + 5 bytes | 1 page + 5 bytes |
        | 2 pages |          16 MiB + 3 pages |          3 pages |

    @PIN-29 @needs:test-cmd
    Scenario Outline: memory that the process has unmapped is not reached, with <flags>
      Given it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + 1 page
      When it stores pattern "untouched" in buffer "inbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   | 16 MiB + 1 page |
        | access_rw.length | 1 page          |
        | access_rw.uptr   | buffer "inbox"  |
        | access_rw.flags  | <flags>         |
      Then it fails with EFAULT
      And it finds pattern "untouched" in buffer "inbox"

      Examples:
        | flags                                           |
        | none                                            |
        | MOCK_ACCESS_RW_WRITE                            |
        | MOCK_ACCESS_RW_SLOW_PATH                        |
        | MOCK_ACCESS_RW_SLOW_PATH, MOCK_ACCESS_RW_WRITE |

    @PIN-30 @needs:test-cmd @needs:processes @needs:device
    Scenario Outline: memory of an exited process, <length>, is reached only where a device has it pinned
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And an access "driver 2" on IOAS "other"
      And a process "vm"
      And process "vm" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 8 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      When process "vm" stores pattern "last words" in buffer "ram" + 1 page
      And process "vm" exits
      And it stores pattern "untouched" in buffer "inbox"
      And access "driver 2" reads <length> at 16 MiB + 1 page into buffer "inbox"
      Then it fails with EFAULT
      And it finds pattern "untouched" in buffer "inbox"
      When access "driver 2" writes <length> at 16 MiB + 1 page from buffer "inbox"
      Then it fails with EFAULT
      When access "driver" reads <length> at 16 MiB + 1 page into buffer "inbox"
      Then it succeeds
      And it finds pattern "last words" in buffer "inbox"

      Examples:
        | length  |
        |  1 page |
        | 2 pages |

  Rule: a range that is not wholly mapped is refused

    @PIN-20 @needs:test-cmd
    Scenario Outline: a read of <length> at <iova> fails, with <flags>
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 3 pages read-write
      When it stores pattern "untouched" in buffer "inbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   | <iova>          |
        | access_rw.length | <length>        |
        | access_rw.uptr   | buffer "inbox"  |
        | access_rw.flags  | <flags>         |
      Then it fails with ENOENT
      And it finds pattern "untouched" in buffer "inbox"
      And each page of buffer "ram" carries 0 pins

      Examples:
        | length           | iova             | flags                    |
        | 2 pages + 1 byte |           16 MiB | none                     |
        | 2 pages + 1 byte |           16 MiB | MOCK_ACCESS_RW_SLOW_PATH |
        |           1 page | 16 MiB + 2 pages | none                     |
        |          4 pages |  16 MiB + 1 page | none                     |
        |          2 bytes |  16 MiB - 1 byte | none                     |
        |  1 page + 1 byte | 16 MiB + 4 pages | MOCK_ACCESS_RW_SLOW_PATH |

    @PIN-19 @needs:test-cmd
    Scenario Outline: a <call> beyond the last IOVA fails
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      When it stores pattern "untouched" in buffer "inbox"
      And it stores pattern "message" in buffer "ram" + 1 page
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW                 |
        | id               | access "driver"           |
        | access_rw.iova   | U64_MAX - 1 page + 1 byte |
        | access_rw.length |           1 page + 1 byte |
        | access_rw.uptr   | buffer "inbox"            |
        | access_rw.flags  | <flags>                   |
      Then it fails with EOVERFLOW
      And it finds pattern "untouched" in buffer "inbox"
      And it finds pattern "message" in buffer "ram" + 1 page
      When access "driver" reads 1 page at U64_MAX - 1 page + 1 byte into buffer "inbox"
      Then it succeeds
      And it finds pattern "message" in buffer "inbox"

      Examples:
        | call  | flags                |
        | read  | none                 |
        | write | MOCK_ACCESS_RW_WRITE |

  Rule: an access may do what the mapping allows

    @PIN-22 @needs:test-cmd
    Scenario Outline: a write to memory that is mapped read-only fails, with <flags>
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      When it stores pattern "message" in buffer "inbox"
      And it stores pattern "untouched" in buffer "ram"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   |          16 MiB |
        | access_rw.length |          1 page |
        | access_rw.uptr   | buffer "inbox"  |
        | access_rw.flags  | <flags>         |
      Then it fails with EPERM
      And it finds pattern "untouched" in buffer "ram"
      When access "driver" reads 1 page at 16 MiB into buffer "inbox"
      Then it succeeds
      And it finds pattern "untouched" in buffer "inbox"

      Examples:
        | flags                                          |
        | MOCK_ACCESS_RW_WRITE                           |
        | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH |

    @PIN-23 @needs:test-cmd
    Scenario: a read of memory that is mapped write-only fails
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB write-only
      When it stores pattern "untouched" in buffer "inbox"
      And access "driver" reads 1 page at 16 MiB into buffer "inbox"
      Then it fails with EPERM
      And it finds pattern "untouched" in buffer "inbox"
      When it stores pattern "message" in buffer "inbox"
      And access "driver" writes 1 page at 16 MiB from buffer "inbox"
      Then it succeeds
      And it finds pattern "message" in buffer "ram"

  Rule: a write that fails on its way has written what lies before

    @PIN-38 @needs:test-cmd
    Scenario Outline: the second page is <where>, with <flags>
      Given a buffer "outbox" of 2 pages
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at <place> <rights>
      When it stores pattern "untouched" in buffer "ram" + 2 pages
      And it stores pattern "message" in buffer "outbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   |          16 MiB |
        | access_rw.length |         2 pages |
        | access_rw.uptr   | buffer "outbox" |
        | access_rw.flags  | <flags>         |
      Then it fails with <errno>
      And it finds pattern "message" in buffer "ram"
      And it finds pattern "untouched" in buffer "ram" + 2 pages
      And each page of buffer "ram" carries 0 pins

      Examples:
        | where            | place            | rights     | flags                                          | errno  |
        | mapped read-only | 16 MiB + 1 page  | read-only  | MOCK_ACCESS_RW_WRITE                           | EPERM  |
        | mapped read-only | 16 MiB + 1 page  | read-only  | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH | EPERM  |
        | not mapped       | 16 MiB + 2 pages | read-write | MOCK_ACCESS_RW_WRITE                           | ENOENT |

    @PIN-38 @needs:test-cmd
    Scenario Outline: the second page has no memory, with <flags>
      Given a buffer "outbox" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it stores pattern "message" in buffer "outbox"
      And it munmaps 1 page of buffer "ram" + 1 page
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   |          16 MiB |
        | access_rw.length |         2 pages |
        | access_rw.uptr   | buffer "outbox" |
        | access_rw.flags  | <flags>         |
      Then it fails with EFAULT
      And it finds pattern "<found>" in buffer "ram"

      Examples:
        | flags                                          | found   |
        | MOCK_ACCESS_RW_WRITE                           | message |
        | MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH | ram     |

  Rule: the test operation has limits of its own

    @MOCK-14 @needs:test-cmd
    Scenario Outline: a read with <what> is refused
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a memfd "file" of 1 page
      When it stores pattern "untouched" in buffer "inbox"
      And it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW |
        | id               | <id>      |
        | access_rw.iova   |    16 MiB |
        | access_rw.length | <length>  |
        | access_rw.uptr   | <uptr>    |
        | access_rw.flags  | <flags>   |
      Then it fails with <errno>
      And it finds pattern "untouched" in buffer "inbox"

      Examples:
        | what                     | id              | length          | uptr           | flags | errno      |
        | a flag that is unknown   | access "driver" |          1 page | buffer "inbox" | bit 1 | EOPNOTSUPP |
        | a byte more than 16 MiB  | access "driver" | 16 MiB + 1 byte | buffer "inbox" | none  | ENOMEM     |
        |                   16 MiB | access "driver" |          16 MiB | buffer "inbox" | none  | ENOENT     |
        | a bad address            | access "driver" |          1 page | a bad pointer  | none  | EFAULT     |
        | a file that is no access | memfd "file"    |          1 page | buffer "inbox" | none  | EBADFD     |
        | a file that is closed    | a closed fd     |          1 page | buffer "inbox" | none  | EBADFD     |

  Rule: one page of another process, which is gone, cannot be read

    @PIN-31 @PIN-30 @needs:test-cmd @needs:processes
    Scenario: the process has munmapped it
      Given a process "vm"
      And process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" munmaps 1 page of buffer "ram" + 1 page
      When access "driver" reads 1 page at 16 MiB + 1 page into buffer "inbox"
      Then it fails with EFAULT
      And it finds pattern "inbox" in buffer "inbox"
      When access "driver" writes 1 page at 16 MiB + 1 page from buffer "inbox"
      Then it fails with EFAULT
      When process "vm" stores pattern "message" in buffer "ram" + 2 pages
      And access "driver" reads 1 page at 16 MiB + 2 pages into buffer "inbox"
      Then it finds pattern "message" in buffer "inbox"
