Feature: IOMMU_IOAS_MAP, seen by a device
  A map pins its memory as soon as the IOAS has a page table, and the device sees that memory and no other. What cannot
  be pinned cannot be mapped, and a map that fails half way leaves nothing behind.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: without a page table any user address will do, and nothing is pinned

    @IOAS-MAP-27 @needs:proc
    Scenario: memory of the process is not pinned
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then 16 MiB .. +8 pages is mapped in IOAS "guest"
      And it has 0 pages pinned
      And it has 0 pages locked

    @IOAS-MAP-27
    Scenario Outline: <address> is mapped without being looked at
      Given an inaccessible buffer "secret" of 1 page
      And a read-only buffer "rom" of 1 page
      When it calls IOMMU_IOAS_MAP with:
        | user_va | <address> |
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "guest"

      Examples:
        | address          |
        | null             |
        | a bad pointer    |
        | buffer "secret"  |
        | buffer "rom"     |
        |         8192 PiB |
        | U64_MAX - 1 page |

    @IOAS-MAP-27
    Scenario: memory that the process has munmapped is mapped
      When it munmaps 8 pages of buffer "ram"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +8 pages is mapped in IOAS "guest"

  Rule: the first page table of an IOAS pins what is mapped, or is refused

    @IOAS-MAP-27 @IOAS-MAP-28 @DEV-50 @needs:device @needs:proc
    Scenario: a device is attached after the map
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Given a device "nic" attached to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And it has 8 pages pinned

    @IOAS-MAP-28 @needs:device
    Scenario Outline: the map behind a good one has no memory in page <page>
      Given a device "nic"
      And a buffer "torn" of 8 pages
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 8 pages of buffer "torn" into IOAS "guest" at 32 MiB read-write
      And it munmaps 1 page of buffer "torn" + <page> pages
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      And nothing has changed
      And 16 MiB .. +8 pages is mapped in IOAS "guest"
      And 32 MiB .. +8 pages is mapped in IOAS "guest"

      Examples:
        | page |
        |    0 |
        |    4 |
        |    7 |

    @IOAS-MAP-28 @needs:device
    Scenario: the device can be attached when the map without memory is gone
      Given a device "nic"
      And an inaccessible buffer "secret" of 1 page
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "secret" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      And nothing has changed
      When it unmaps 1 page at 32 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages

    @IOAS-MAP-28 @needs:device @needs:hwpt-alloc
    Scenario: IOMMU_HWPT_ALLOC fails for an IOAS with a map without memory
      Given an IOAS "host"
      And a device "nic" attached to IOAS "host"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + 7 pages
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it fails with EFAULT
      And nothing has changed
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

    @IOAS-MAP-28 @needs:device @needs:test-cmd
    Scenario: the good pages are not pinned when the attach has failed
      Given a device "nic"
      And an inaccessible buffer "secret" of 1 page
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "secret" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      And each page of buffer "ram" carries 0 pins

    @IOAS-MAP-28 @needs:device @needs:hwpt-alloc @needs:processes @needs:limits
    Scenario Outline: a copy of what an exited process mapped has no memory after the original is unmapped, in rlimit mode <mode>
      Given it destroys IOAS "guest"
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "first"
      And an IOAS "second"
      And a device "nic" attached to IOAS "first"
      And a process "mapper" without IPC_LOCK
      When process "mapper" maps 4 pages of buffer "ram" into IOAS "first" at 16 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "first" into IOAS "second" at 32 MiB read-write
      And process "mapper" exits
      And it unmaps 4 pages at 16 MiB from IOAS "first"
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "second" |
      Then it fails with EFAULT
      And it wrote nothing back
      And 32 MiB .. +4 pages is mapped in IOAS "second"

      Examples:
        | mode |
        |    0 |
        |    1 |

  Rule: with a page table, each page of a map has memory, or the whole map fails

    @IOAS-MAP-29 @needs:device @needs:proc
    Scenario Outline: page <page> of 8 was munmapped
      Given a device "nic" attached to IOAS "guest"
      When it munmaps 1 page of buffer "ram" + <page> pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with EFAULT
      And it wrote nothing back
      And nothing has changed
      And 32 MiB .. +8 pages is not mapped in IOAS "guest"
      And it has 0 pages pinned

      Examples:
        | page |
        |    0 |
        |    1 |
        |    4 |
        |    7 |

    @IOAS-MAP-29 @needs:device @needs:proc
    Scenario: a map without FIXED_IOVA fails as well
      Given a device "nic" attached to IOAS "guest"
      When it munmaps 1 page of buffer "ram" + 7 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with EFAULT
      And it wrote nothing back
      And it has 0 pages pinned

    @IOAS-MAP-29 @needs:device @needs:test-cmd
    Scenario: memory that a mapping shares with a map that fails keeps its pins
      Given a device "nic" attached to IOAS "guest"
      And a buffer "head" of 4 pages over buffer "ram"
      When it maps 4 pages of buffer "head" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + 4 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with EFAULT
      And each page of buffer "head" carries 1 pin
      And device "nic" sees buffer "head" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "head" at 32 MiB .. +4 pages

    @IOAS-MAP-30 @needs:device
    Scenario Outline: a <rights> map of memory that may only be read fails
      Given a device "nic" attached to IOAS "guest"
      And a read-only buffer "rom" of 2 pages
      When it maps 2 pages of buffer "rom" into IOAS "guest" at 16 MiB <rights>
      Then it fails with EFAULT
      And nothing has changed
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | rights     |
        | read-write |
        | write-only |

    @IOAS-MAP-30 @needs:device @needs:proc
    Scenario: only the last page of the memory may not be written
      Given a device "nic" attached to IOAS "guest"
      And a read-only buffer "rom" of 1 page over buffer "ram" + 7 pages
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And it has 0 pages pinned

    @IOAS-MAP-31 @needs:device
    Scenario: a read-only map of memory that may only be read succeeds
      Given a device "nic" attached to IOAS "guest"
      And a read-only buffer "rom" of 2 pages
      When it maps 2 pages of buffer "rom" into IOAS "guest" at 16 MiB read-only
      Then it succeeds
      And device "nic" sees buffer "rom" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "rom" at 16 MiB + 2 pages .. +1 page

    @IOAS-MAP-32 @needs:device
    Scenario Outline: a <rights> map of memory without access fails
      Given a device "nic" attached to IOAS "guest"
      And an inaccessible buffer "secret" of 2 pages
      When it maps 2 pages of buffer "secret" into IOAS "guest" at 16 MiB <rights>
      Then it fails with EFAULT
      And nothing has changed
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

    @IOAS-MAP-35 @needs:device
    Scenario Outline: two kinds of memory touch, the second one <sort>
      Given a device "nic" attached to IOAS "guest"
      And <sort> buffer "tail" of 4 pages over buffer "ram" + 4 pages
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB <rights>
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" at 16 MiB + 8 pages .. +1 page

      Examples:
        | sort         | rights     |
        | a shared     | read-write |
        | an untouched | read-write |
        | a read-only  | read-only  |

    @IOAS-MAP-35 @needs:device
    Scenario: two kinds of memory with a hole of one page between them are refused
      Given a device "nic" attached to IOAS "guest"
      And a shared buffer "tail" of 4 pages over buffer "ram" + 4 pages
      When it munmaps 1 page of buffer "ram" + 3 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"

    @IOAS-MAP-47 @needs:device @needs:proc
    Scenario Outline: memory that the process has not touched is mapped, <rights>
      Given a device "nic" attached to IOAS "guest"
      And an untouched buffer "fresh" of 8 pages
      When it maps 8 pages of buffer "fresh" into IOAS "guest" at 16 MiB <rights>
      Then it succeeds
      And it has 8 pages pinned
      When it stores pattern "A" in buffer "fresh" + 7 pages
      Then device "nic" sees buffer "fresh" at 16 MiB .. +8 pages

      Examples:
        | rights     |
        | read-only  |
        | read-write |

  Rule: what may not be charged is not mapped

    @IOAS-MAP-40 @needs:device @needs:processes @needs:limits @needs:proc
    Scenario Outline: a limit of <limit> is too low for 8 pages
      Given a device "nic" attached to IOAS "guest"
      And a process "helper" without IPC_LOCK
      And process "helper" has a memlock limit of <limit>
      When process "helper" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"
      And process "helper" has 0 pages pinned

      Examples:
        | limit            |
        |                0 |
        |          7 pages |
        | 8 pages - 1 byte |

    @IOAS-MAP-40 @needs:device @needs:processes @needs:limits @needs:proc
    Scenario: a limit of 8 pages is enough for 8 pages, and not for one more
      Given a device "nic" attached to IOAS "guest"
      And a process "helper" without IPC_LOCK
      And process "helper" has a memlock limit of 8 pages
      When process "helper" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And process "helper" has 8 pages pinned
      When process "helper" maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      And process "helper" has 8 pages pinned
