Feature: IOMMU_IOAS_UNMAP of what is in use
  An unmap takes the memory away from every device and every access first, and gives it back to the process then. It does
  not matter who mapped it, or whether that process is still there.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: after an unmap no device of the IOAS reaches the memory, and it is not pinned any more

    @IOAS-UNMAP-17 @needs:device @needs:proc
    Scenario: one device loses the memory
      Given a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And it has 8 pages pinned
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 7 pages at 16 MiB + 7 pages .. +1 page
      And it has 0 pages pinned

    @IOAS-UNMAP-17 @needs:device @needs:test-cmd
    Scenario: one of two mappings of the same memory is unmapped
      Given a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And each page of buffer "ram" carries 1 pin
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB .. +8 pages

    @IOAS-UNMAP-17 @needs:device @needs:test-cmd
    Scenario: a copy of what is unmapped stays, and the copy is unmapped later
      Given a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 8 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-write
      And it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "ram" carries 1 pin
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB .. +8 pages
      When it unmaps 8 pages at 32 MiB from IOAS "guest"
      Then each page of buffer "ram" carries 0 pins
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

    @IOAS-UNMAP-17 @needs:device @needs:two-devices @needs:hwpt-alloc
    Scenario: two devices with page tables of their own lose the memory
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "table" for device "nic" on IOAS "guest"
      And a device "gpu" attached to HWPT "table"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "gpu" does not see buffer "ram" at 16 MiB .. +1 page

    @IOAS-UNMAP-17 @needs:device
    Scenario: the mapping beside it is still seen
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it unmaps 1 page at 16 MiB + 1 page from IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page

    @IOAS-UNMAP-17 @needs:device
    Scenario: a new map at the same IOVA is what the device sees
      Given a device "nic" attached to IOAS "guest"
      And a buffer "other" of 8 pages
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      And it maps 8 pages of buffer "other" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "other" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

    @IOAS-UNMAP-06 @IOAS-UNMAP-17 @needs:device @needs:proc
    Scenario: an unmap that fails at the second mapping has unpinned the first
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it unmaps 3 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And it has 2 pages pinned
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages

    @IOAS-UNMAP-10 @IOAS-UNMAP-17 @needs:device @needs:proc
    Scenario: everything is unmapped
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-write
      And it unmaps everything from IOAS "guest"
      Then it returns:
        | length | 8 pages |
      And it has 0 pages pinned
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 4 pages at 32 MiB .. +1 page

    @IOAS-UNMAP-17 @needs:device @needs:dma
    Scenario: the device is blocked
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @IOAS-UNMAP-17 @needs:device @needs:dma
    Scenario: what the device writes after an unmap is lost
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "A" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "A"
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      And device "nic" writes pattern "B" at 16 MiB
      Then the access is blocked
      And it finds pattern "A" in buffer "ram"

  Rule: the alignment of the IOAS does not matter

    @IOAS-UNMAP-19
    Scenario Outline: an unmap of <length> at <iova> around whole pages succeeds
      When it sets the huge pages option of IOAS "guest" to 0
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps <length> at <iova> from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 2 pages |
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      Examples:
        | iova            | length            |
        | 16 MiB - 1 byte | 2 pages + 2 bytes |
        |          16 MiB |  2 pages + 1 byte |
        | 16 MiB - 1 byte |  2 pages + 1 byte |

    @IOAS-UNMAP-19 @needs:device
    Scenario: an unaligned unmap succeeds with a device attached
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it unmaps 2 pages + 8 bytes at 16 MiB + 1 page - 3 bytes from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 2 pages |
      And device "nic" does not see buffer "ram" at 16 MiB + 1 page .. +1 page

  Rule: an access is asked to release the whole mapping

    @IOAS-UNMAP-13 @needs:test-cmd
    Scenario Outline: an access has pinned <length> at <iova>
      Given an access "vcpu" that pins on IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "vcpu" pins <length> at <iova> as buffer "ram" + <offset>
      Then it succeeds
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 8 pages |
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"
      And each page of buffer "ram" carries 0 pins
      When access "vcpu" drops its last pin
      Then it fails with ENOENT

      Examples:
        | length  | iova             | offset  |
        | 8 pages |           16 MiB |       0 |
        |  1 page |           16 MiB |       0 |
        |  1 page | 16 MiB + 7 pages | 7 pages |

    @IOAS-UNMAP-13 @needs:test-cmd
    Scenario: two accesses are asked
      Given an access "vcpu" that pins on IOAS "guest"
      And an access "vcpu 2" that pins on IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "vcpu" pins 2 pages at 16 MiB as buffer "ram"
      And access "vcpu 2" pins 2 pages at 16 MiB + 1 page as buffer "ram" + 1 page
      And it unmaps everything from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 8 pages |
      And each page of buffer "ram" carries 0 pins

    @IOAS-UNMAP-13 @needs:test-cmd
    Scenario: a pin of another mapping stays
      Given an access "vcpu" that pins on IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-write
      And access "vcpu" pins 4 pages at 32 MiB as buffer "ram" + 4 pages
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 32 MiB .. +4 pages is mapped in IOAS "guest"
      When access "vcpu" drops its last pin
      Then it succeeds

    @IOAS-UNMAP-05 @IOAS-UNMAP-13 @needs:test-cmd
    Scenario: an unmap that would cut the mapping asks nobody
      Given an access "vcpu" that pins on IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "vcpu" pins 8 pages at 16 MiB as buffer "ram"
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And each page of buffer "ram" carries 1 pin
      When access "vcpu" drops its last pin
      Then it succeeds

    @IOAS-UNMAP-13 @needs:test-cmd
    Scenario Outline: of three mappings an access has pinned <which>, and all their bytes are told
      Given an access "vcpu" that pins on IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 5 pages of buffer "ram" + 3 pages into IOAS "guest" at 32 MiB read-write
      And access "vcpu" pins <length> at <iova> as buffer "ram" + <offset>
      And it unmaps <all> at <start> from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 8 pages |
      And 16 MiB .. +3 pages is not mapped in IOAS "guest"
      And 32 MiB .. +5 pages is not mapped in IOAS "guest"
      And each page of buffer "ram" carries 0 pins

      @IOAS-UNMAP-04
      Examples:
        | which             | length  | iova             | offset  | all     | start  |
        | the first         |  1 page |           16 MiB | 0       | 32 MiB  | 16 MiB |
        | the second        |  1 page | 16 MiB + 2 pages | 2 pages | 32 MiB  | 16 MiB |
        | the first two     | 3 pages |           16 MiB | 0       | U64_MAX | 0      |
        | the third in part | 2 pages |  32 MiB + 1 page | 4 pages | U64_MAX | 0      |

    @IOAS-UNMAP-06 @IOAS-UNMAP-13 @needs:test-cmd
    Scenario: an unmap that fails at the third mapping has asked for the first two only
      Given an access "vcpu" that pins on IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 5 pages of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 3 pages read-write
      And access "vcpu" pins 8 pages at 16 MiB as buffer "ram"
      And it unmaps 7 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And it wrote nothing back
      And 16 MiB .. +3 pages is not mapped in IOAS "guest"
      And 16 MiB + 3 pages .. +5 pages is mapped in IOAS "guest"
      And 3 pages of buffer "ram" carry 0 pins each

  Rule: two calls at once leave a mapping whole or gone

    @IOAS-UNMAP-16 @needs:processes
    Scenario: of two processes that unmap the same mapping, one does
      Given a process "helper"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it and process "helper" both call IOMMU_IOAS_UNMAP with:
        | iova   |  16 MiB |
        | length | 8 pages |
      Then one of them succeeds and the other fails with one of EBUSY, ENOENT
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"

    @IOAS-UNMAP-16 @needs:processes @needs:device @needs:proc
    Scenario: of two processes that unmap what a device sees, one does
      Given a process "helper"
      And a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it and process "helper" both call IOMMU_IOAS_UNMAP with:
        | iova   |      0 |
        | length | 32 MiB |
      Then one of them succeeds and the other fails with one of EBUSY, ENOENT
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And it has 0 pages pinned

  Rule: a map belongs to the IOAS, not to the process that made it

    @IOAS-UNMAP-18
    Scenario: a copy of two mappings is unmapped as a whole
      Given an IOAS "host"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "host" at 64 MiB read-write
      Then 64 MiB .. +4 pages is mapped in IOAS "host"
      When it unmaps 4 pages at 64 MiB from IOAS "host"
      Then it succeeds
      And it returns:
        | length | 4 pages |
      And 64 MiB .. +4 pages is not mapped in IOAS "host"
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @IOAS-UNMAP-18
    Scenario: each piece of a copy is unmapped alone
      Given an IOAS "host"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 3 pages of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "host" at 64 MiB read-write
      And it unmaps 3 pages at 64 MiB + 1 page from IOAS "host"
      Then it succeeds
      And 64 MiB .. +1 page is mapped in IOAS "host"
      And 64 MiB + 1 page .. +3 pages is not mapped in IOAS "host"

    @IOAS-UNMAP-20 @needs:processes
    Scenario: the process that mapped it has exited
      Given a process "helper"
      When process "helper" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "helper" exits
      Then 16 MiB .. +8 pages is mapped in IOAS "guest"
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And it returns:
        | length | 8 pages |
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"

    @IOAS-UNMAP-20 @needs:processes @needs:limits @needs:device
    Scenario: what an exited process was charged with is released
      Given a device "nic" attached to IOAS "guest"
      And a process "helper" without IPC_LOCK
      And process "helper" has a memlock limit of 8 pages
      And a process "heir" without IPC_LOCK
      And process "heir" has a memlock limit of 8 pages
      When process "helper" maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "helper" exits
      And process "heir" maps 8 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      When process "heir" maps 8 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      And 32 MiB .. +8 pages is mapped in IOAS "guest"
