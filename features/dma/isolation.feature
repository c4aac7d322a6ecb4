@needs:device
Feature: what a device cannot reach
  A device reaches what is mapped in its IOAS, and nothing else: not the next byte, not the memory of another IOAS, and not
  what a failed call left half done.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: a mapping ends with its last byte

    @IOAS-MAP-49 @needs:dma
    Scenario Outline: a device reads <length> at <iova>, beside a mapping of 16 MiB .. +4 pages
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And device "nic" reads <length> at <iova>
      Then the access is blocked
      When device "nic" reads <less> at <inside>
      Then the access goes through

      Examples:
        | length  | iova                      | less   | inside                    |
        |  1 byte |           16 MiB - 1 byte | 1 byte |                    16 MiB |
        |  1 byte |          16 MiB + 4 pages | 1 byte | 16 MiB + 4 pages - 1 byte |
        | 2 bytes |           16 MiB - 1 byte | 1 byte |                    16 MiB |
        |  1 page | 16 MiB + 3 pages + 1 byte | 1 page |          16 MiB + 3 pages |

    @IOAS-MAP-49 @needs:dma
    Scenario Outline: a write that <crosses> its border changes nothing outside
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And it stores pattern "kept" in buffer "ram" + <outside>
      And device "nic" writes pattern "arrived" at <iova>
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + <outside>

      Examples:
        | crosses       | iova                        | outside |
        | leaves across | 16 MiB + 3 pages + 64 bytes | 6 pages |
        | enters across |           16 MiB - 64 bytes |  1 page |

    @IOAS-MAP-49 @IOAS-UNMAP-05
    Scenario: neither a refused map nor a refused unmap moves the border
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      Then it fails with EEXIST
      When it unmaps 1 page at 16 MiB + 2 pages from IOAS "guest"
      Then it fails with ENOENT
      And device "nic" sees buffer "ram" at 16 MiB + 2 pages .. +2 pages
      And device "nic" does not see buffer "ram" + 4 pages at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 6 pages at 16 MiB + 2 pages .. +1 page

    @IOAS-MAP-13 @IOAS-MAP-49 @needs:narrow-iommu
    Scenario: a map beyond what the page table can address is refused
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 4096 PiB read-write
      Then it fails with EINVAL
      And nothing has changed
      When it maps 2 pages of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      And device "nic" does not see buffer "ram" at 4096 PiB .. +2 pages
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @IOAS-RANGES-07 @needs:narrow-iommu
    Scenario Outline: a device is attached to an IOAS with a map at <iova>, which no page table can address
      Given a device "nic"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it unmaps 2 pages at <iova> from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

      Examples:
        | iova                       |
        |                   4096 PiB |
        | U64_MAX - 2 pages + 1 byte |

  Rule: each IOAS is an address space of its own

    @IOAS-ALLOC-04 @IOAS-MAP-49 @needs:two-devices
    Scenario: one IOVA leads two devices to two places
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "other" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" + 4 pages at 16 MiB .. +4 pages
      When it unmaps everything from IOAS "guest"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" + 4 pages at 16 MiB .. +4 pages

    @IOAS-ALLOC-04 @needs:two-devices
    Scenario: what is mapped in one IOAS is not mapped in the other
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "disk" does not see buffer "ram" at 16 MiB .. +4 pages
      When it copies 1 page at 16 MiB + 2 pages of IOAS "guest" into IOAS "other" at 16 MiB + 2 pages read-write
      Then device "disk" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page
      And device "disk" does not see buffer "ram" at 16 MiB .. +2 pages
      And device "disk" does not see buffer "ram" + 3 pages at 16 MiB + 3 pages .. +1 page

    @IOAS-ALLOC-04 @needs:dma @needs:two-devices
    Scenario: the writes of one device are not seen through the other IOAS
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And it stores pattern "kept" in buffer "ram" + 1 page
      And device "nic" writes pattern "arrived" at 16 MiB
      And device "disk" reads 1 page at 16 MiB
      Then the device got pattern "kept"
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "arrived"

  Rule: a mapping leads to the memory of the process that made it

    @IOAS-MAP-34 @needs:dma @needs:processes
    Scenario: the child of a fork maps memory that its parent writes afterwards
      Given a process "helper"
      And a device "nic" attached to IOAS "guest"
      When process "helper" stores pattern "of the child" in buffer "ram" + 1 page
      And process "helper" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "of the parent" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "of the child"
      When device "nic" writes pattern "of the device" at 16 MiB + 1 page
      Then process "helper" finds pattern "of the device" in buffer "ram" + 1 page
      And it finds pattern "of the parent" in buffer "ram" + 1 page

    @IOAS-MAP-34 @needs:dma @needs:processes
    Scenario: a process that forks keeps the pages that its device uses
      Given a device "nic" attached to IOAS "guest"
      When it stores pattern "before the fork" in buffer "ram"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Given a process "helper"
      When it stores pattern "of the parent" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of the parent"
      When device "nic" writes pattern "of the device" at 16 MiB
      Then it finds pattern "of the device" in buffer "ram"
      And process "helper" finds pattern "before the fork" in buffer "ram"

    @IOAS-MAP-34 @IOAS-UNMAP-20 @needs:dma @needs:processes
    Scenario: a device still reaches the memory of a process that has exited
      Given a process "helper"
      And a device "nic" attached to IOAS "guest"
      When process "helper" stores pattern "left behind" in buffer "ram" + 3 pages
      And process "helper" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "helper" exits
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the device got pattern "left behind"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
