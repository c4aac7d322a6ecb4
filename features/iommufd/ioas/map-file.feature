@needs:ioas-map-file
Feature: IOMMU_IOAS_MAP_FILE
  Maps a file of memory, a memfd or a dma-buf, into an I/O address space. The pages are those of the file: neither the
  process that maps it nor its address space is needed for them, so the mapping may outlive both.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a memfd "shm" of 8 pages

  Rule: what the numbers alone make wrong is refused before the file is looked at

    @IOAS-FILE-01
    Scenario Outline: <case> is refused
      When it calls IOMMU_IOAS_MAP_FILE with:
        | <field> | <value>        |
        | ioas_id | no such object |
      Then it fails with <errno>
      When it calls IOMMU_IOAS_MAP_FILE with:
        | <field> | <value> |
      Then it fails with <errno>
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | case                                  | field  | value                        | errno      |
        | a flag that this kernel does not know | flags  | FIXED_IOVA, READABLE, bit 3  | EOPNOTSUPP |
        | the highest flag                      | flags  | FIXED_IOVA, READABLE, bit 31 | EOPNOTSUPP |
        | no right at all                       | flags  | FIXED_IOVA                   | EINVAL     |
        | an IOVA of U64_MAX                    | iova   | U64_MAX                      | EOVERFLOW  |
        | a length of U64_MAX                   | length | U64_MAX                      | EOVERFLOW  |

    Scenario Outline: a file descriptor that is not open is told after <case>
      When it calls IOMMU_IOAS_MAP_FILE with:
        | fd      | a closed fd |
        | ioas_id | <ioas>      |
        | start   | <start>     |
        | length  | <length>    |
      Then it fails with <errno>
      And nothing has changed

      @IOAS-FILE-02
      Examples: no IOAS
        | case                            | ioas           | start       | length  | errno     |
        | an IOAS that does not exist     | no such object |           0 |  1 page | ENOENT    |

      @IOAS-FILE-03
      Examples: nothing
        | case                            | ioas           | start       | length  | errno     |
        | a length of 0                   | IOAS "guest"   |           0 |       0 | EINVAL    |

      @IOAS-FILE-04
      Examples: about U64_MAX
        | case                            | ioas           | start       | length  | errno     |
        | a last byte that passes U64_MAX | IOAS "guest"   | U64_MAX - 1 | 3 bytes | EOVERFLOW |
        | a last byte of exactly U64_MAX  | IOAS "guest"   | U64_MAX - 1 | 2 bytes | EBADF     |

  Rule: the file has to be open, and a memfd

    @IOAS-FILE-05
    Scenario Outline: <fd> is refused as the file descriptor
      When it calls IOMMU_IOAS_MAP_FILE with:
        | fd | <fd> |
      Then it fails with EBADF
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | fd          |
        |          -1 |
        | a closed fd |

    @IOAS-FILE-06 @needs:device
    Scenario: without a page table any file is mapped, and the first page table finds that it is no memfd
      Given an iommufd "other"
      And a device "nic"
      When it calls IOMMU_IOAS_MAP_FILE with:
        | fd | iommufd "other" |
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "guest"
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EINVAL
      And nothing has changed
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

    @IOAS-FILE-07 @needs:device
    Scenario: with a page table a file that is no memfd is refused at once
      Given an iommufd "other"
      And a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_MAP_FILE with:
        | fd | iommufd "other" |
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

    @IOAS-FILE-08 @needs:device
    Scenario Outline: a map of <length> from <start> exceeds a file of <size>
      Given a memfd "file" of <size>
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of memfd "file" + <start> into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +<length> is not mapped in IOAS "guest"

      Examples:
        | length  | start   | size             |
        | 4 pages |       0 | 4 pages - 1 byte |
        | 4 pages |  1 page |          4 pages |
        |  1 page | 4 pages |          4 pages |

  Rule: a device sees the bytes of the file

    @IOAS-FILE-09 @needs:device
    Scenario Outline: a map of <length> from <start> of a memfd reaches its last byte
      Given a buffer "window" on memfd "shm"
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of memfd "shm" + <start> into IOAS "guest" at 16 MiB <rights>
      Then it succeeds
      And device "nic" sees buffer "window" + <start> at 16 MiB .. +<length>
      And device "nic" does not see buffer "window" at 16 MiB + <length> .. +1 page

      Examples:
        | length  | start   | rights     |
        | 8 pages |       0 | read-write |
        | 5 pages | 3 pages | read-only  |
        |  1 page | 7 pages | read-write |

    @IOAS-FILE-09 @needs:device
    Scenario: a file is mapped before the device is attached
      Given a buffer "window" on memfd "shm"
      And a device "nic"
      When it maps 6 pages of memfd "shm" + 2 pages into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "window" + 2 pages at 16 MiB .. +6 pages
      And device "nic" does not see buffer "window" at 16 MiB .. +6 pages

    @IOAS-FILE-09 @needs:dma
    Scenario: bytes go both ways
      Given a buffer "window" on memfd "shm"
      And a device "nic" attached to IOAS "guest"
      When it maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "from the process" in buffer "window" + 5 pages
      And device "nic" reads 1 page at 16 MiB + 5 pages
      Then the device got pattern "from the process"
      When device "nic" writes pattern "from the device" at 16 MiB + 7 pages
      Then it finds pattern "from the device" in buffer "window" + 7 pages
      And it finds pattern "from the process" in buffer "window" + 5 pages

    @IOAS-FILE-11 @needs:device
    Scenario Outline: a memfd that nobody has written yet is mapped, <rights>
      Given a device "nic" attached to IOAS "guest"
      When it maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB <rights>
      Then it succeeds
      Given a buffer "window" on memfd "shm"
      Then device "nic" sees buffer "window" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "window" at 16 MiB + 1 page .. +7 pages

      Examples:
        | rights     |
        | read-only  |
        | read-write |

  Rule: the file may be cut inside a page, as far as the alignment permits

    @IOAS-FILE-10
    Scenario Outline: a start of <start> is kept in the chosen IOVA
      When it maps <length> of memfd "shm" + <start> into IOAS "guest" anywhere read-write
      Then it lands on a multiple of 1 page plus <offset>
      And the new IOVA .. +<length> is mapped in IOAS "guest"

      Examples:
        | start              | length | offset   |
        |             1 byte | 1 byte |   1 byte |
        | 2 pages + 48 bytes | 1 page | 48 bytes |
        |    3 pages + 2 KiB |  2 KiB |    2 KiB |

    @IOAS-FILE-10
    Scenario Outline: a start of <start> aligns the chosen IOVA
      When it allows only these IOVAs in IOAS "guest":
        | 32 MiB - 3 pages | 1 MiB |
      And it maps 4 pages of memfd "shm" + <start> into IOAS "guest" anywhere read-write
      Then it lands at <iova>

      Examples:
        | start   | iova             |
        |  1 page | 32 MiB - 3 pages |
        | 2 pages | 32 MiB - 2 pages |
        | 4 pages |           32 MiB |

    @IOAS-FILE-10 @needs:sub-page
    Scenario: a device sees half a page of the file
      Given a buffer "window" on memfd "shm"
      And a device "nic" attached to IOAS "guest"
      When it maps 1 page of memfd "shm" + 2 KiB into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "window" + 2 KiB at 16 MiB .. +1 page
      And device "nic" does not see buffer "window" at 16 MiB .. +1 page

    @IOAS-FILE-10 @needs:device
    Scenario: a start that the alignment does not permit is refused
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of memfd "shm" + 1 KiB into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

  Rule: the mapping needs neither the file descriptor nor the process

    @IOAS-FILE-12 @needs:device
    Scenario Outline: the memfd is closed <when>
      Given a buffer "window" on memfd "shm"
      And a device "nic"
      When it maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And it <first>
      And it <second>
      Then device "nic" sees buffer "window" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "window" + 1 page at 16 MiB .. +7 pages

      Examples:
        | when                     | first                                 | second                                |
        | before a device attaches | closes memfd "shm"                    | attaches device "nic" to IOAS "guest" |
        | while a device uses it   | attaches device "nic" to IOAS "guest" | closes memfd "shm"                    |

    @IOAS-FILE-12 @needs:dma
    Scenario: the mapping is all that is left of the file
      Given a buffer "window" on memfd "shm"
      And a device "nic"
      When it stores pattern "left behind" in buffer "window" + 3 pages
      And it maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And it munmaps 8 pages of buffer "window"
      And it closes memfd "shm"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the device got pattern "left behind"

    @IOAS-FILE-13 @needs:device @needs:processes
    Scenario: the process that mapped is gone before a device attaches
      Given a buffer "window" on memfd "shm"
      And a device "nic"
      And a process "mapper"
      When process "mapper" maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And process "mapper" exits
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "window" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "window" + 1 page at 16 MiB .. +7 pages

    @IOAS-FILE-31 @needs:device @needs:processes @needs:limits
    Scenario Outline: the mapper, whose pages are counted for its <who>, is gone before a device attaches
      Given it destroys IOAS "guest"
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "counted"
      And a buffer "window" on memfd "shm"
      And a device "nic"
      And a process "mapper" without IPC_LOCK
      When process "mapper" maps 8 pages of memfd "shm" into IOAS "counted" at 16 MiB read-write
      And process "mapper" exits
      And it attaches device "nic" to IOAS "counted"
      Then it succeeds
      And device "nic" sees buffer "window" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "window" + 1 page at 16 MiB .. +7 pages

      Examples:
        | who     | mode |
        | user    |    0 |
        | process |    1 |

    @IOAS-FILE-15 @needs:device @needs:processes @needs:proc
    Scenario: the process that mapped is the one that is charged
      Given a process "mapper"
      And a device "nic" attached to IOAS "guest"
      When process "mapper" maps 6 pages of memfd "shm" + 2 pages into IOAS "guest" at 16 MiB read-write
      Then process "mapper" has 6 pages pinned
      And it has 0 pages pinned
      When it unmaps everything from IOAS "guest"
      Then process "mapper" has 0 pages pinned

  Rule: a memfd of huge pages is mapped like any other

    @IOAS-FILE-14 @needs:device @needs:hugetlb @needs:proc
    Scenario Outline: a map at <iova> takes <length> from <start> of a huge page
      Given a huge-page memfd "huge" of 4 MiB
      And a buffer "window" on memfd "huge"
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of memfd "huge" + <start> into IOAS "guest" at <iova> read-write
      Then device "nic" sees buffer "window" + <start> at <iova> .. +<length>
      And device "nic" does not see buffer "window" + <start> at <iova> + 1 page .. +1 page
      And it has <length> pinned
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it has 0 pages pinned
      And device "nic" does not see buffer "window" + <start> at <iova> .. +<length>

      Examples:
        | length          | start           | iova            |
        |           4 MiB |               0 |          16 MiB |
        |           2 MiB |           2 MiB |          16 MiB |
        |           2 MiB |           2 MiB | 16 MiB + 1 page |
        |           2 MiB |          1 page |          16 MiB |
        |         3 pages | 2 MiB - 2 pages |          16 MiB |
        | 2 MiB + 2 pages | 2 MiB - 2 pages |          16 MiB |

    @IOAS-FILE-14 @needs:sub-page @needs:hugetlb
    Scenario: a map takes half a page from the last one of a huge page
      Given a huge-page memfd "huge" of 2 MiB
      And a buffer "window" on memfd "huge"
      And a device "nic" attached to IOAS "guest"
      When it maps 2 KiB of memfd "huge" + 2 MiB - 2 KiB into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "window" + 2 MiB - 2 KiB at 16 MiB .. +2 KiB
      And device "nic" does not see buffer "window" + 2 MiB - 4 KiB at 16 MiB .. +2 KiB

  Rule: an access uses a memfd as it uses other memory

    @IOAS-FILE-16 @needs:test-cmd @needs:processes
    Scenario: another process than the one that mapped it reads and writes
      Given a buffer "window" on memfd "shm"
      And a buffer "inbox" of 1 page
      And a process "mapper"
      And an access "mdev" on IOAS "guest"
      When process "mapper" maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And process "mapper" exits
      And it stores pattern "from the process" in buffer "window" + 3 pages
      And access "mdev" reads 1 page at 16 MiB + 3 pages into buffer "inbox"
      Then it finds pattern "from the process" in buffer "inbox"
      When it stores pattern "from the access" in buffer "inbox"
      And access "mdev" writes 1 page at 16 MiB + 7 pages from buffer "inbox"
      Then it finds pattern "from the access" in buffer "window" + 7 pages

    @IOAS-FILE-16 @needs:test-cmd
    Scenario: a read across a page border succeeds, and one beyond what is mapped fails
      Given a buffer "window" on memfd "shm"
      And a buffer "inbox" of 2 pages
      And an access "mdev" on IOAS "guest"
      When it maps 2 pages of memfd "shm" + 1 page into IOAS "guest" at 16 MiB read-only
      And it stores pattern "across" in buffer "window" + 1 page + 512 bytes
      And access "mdev" reads 1 page at 16 MiB + 512 bytes into buffer "inbox"
      Then it finds pattern "across" in buffer "inbox"
      When access "mdev" reads 1 page at 16 MiB + 1 page + 1 byte into buffer "inbox"
      Then it fails with ENOENT
      When access "mdev" writes 1 page at 16 MiB from buffer "inbox"
      Then it fails with EPERM
      And it finds pattern "across" in buffer "window" + 1 page + 512 bytes
