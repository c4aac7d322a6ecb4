Feature: a device moves to another page table
  An attached device moves from one page table to another without being detached in between. A device that cannot move
  stays where it is, and a group moves as a whole.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "guest"
    And a buffer "ram" of 4 pages
    And a buffer "rom" of 4 pages

  @needs:device
  Rule: a device moves

    @DEV-29
    Scenario: the page table that an attach made is destroyed, and another one is made
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it destroys IOAS "guest"
      Then it succeeds

    @DEV-29 @needs:proc
    Scenario: what only the old page table used is no longer pinned
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "rom" into IOAS "other" at 16 MiB read-write
      Then it has 4 pages pinned
      When it attaches device "nic" to IOAS "other"
      Then it has 1 page pinned
      When it attaches device "nic" to IOAS "guest"
      Then it has 4 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @DEV-28 @needs:proc
    Scenario Outline: a device moves to <object>, which it is attached to
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to <object>
      Then it succeeds
      And it has 4 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "nic"
      Then the page table of device "nic" no longer exists
      And it has 0 pages pinned

      Examples:
        | object                         |
        | IOAS "guest"                   |
        | the page table of device "nic" |

    @DEV-28 @needs:hwpt-alloc
    Scenario: a device moves to the user-allocated HWPT that it has
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to HWPT "tables"
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "rom" at 16 MiB .. +4 pages
      When it detaches device "nic"
      And it destroys HWPT "tables"
      Then it succeeds

    @DEV-30 @needs:pasid
    Scenario Outline: a device that is not attached has no page table to replace by <object>
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it detaches PASID 0 of device "nic"
      And it moves PASID 0 of device "nic" to <object>
      Then it fails with EINVAL
      And PASID 0 of device "nic" is not attached
      When it destroys HWPT "tables"
      Then it succeeds
      When it destroys IOAS "other"
      Then it succeeds

      Examples:
        | object        |
        | HWPT "tables" |
        | IOAS "other"  |

    @DEV-27 @needs:dma @needs:vfio-device
    Scenario: what both page tables map is reached before and after
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "other" at 16 MiB read-only
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "ram"
      When it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "ram"
      When device "nic" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And it finds pattern "ram" in buffer "ram"

  @needs:device
  Rule: a device that cannot move stays

    @DEV-38 @needs:sub-page @needs:test-cmd
    Scenario Outline: the IOAS has a mapping at <iova>, outside the aperture
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "rom" into IOAS "other" at <iova> read-write
      And it attaches device "nic" to IOAS "other"
      Then it fails with EADDRINUSE
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it destroys IOAS "other"
      Then it succeeds

      @DEV-49
      Examples:
        | iova            |
        | 16 MiB - 1 page |
        |           2 GiB |

    @DEV-49
    Scenario: the IOAS has a mapping without memory
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And it munmaps 1 page of buffer "rom" + 3 pages
      And it attaches device "nic" to IOAS "other"
      Then it fails with EFAULT
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys IOAS "other"
      Then it succeeds

    @needs:fault-queue
    Scenario Outline: there is no page table behind <object>
      Given a fault queue "faults"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to <object>
      Then it fails with <errno>
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys IOAS "guest"
      Then it fails with EBUSY

      @DEV-20
      Examples: no object
        | object               | errno  |
        | no such object       | ENOENT |

      @DEV-21
      Examples: an object of another kind
        | object               | errno  |
        | fault queue "faults" | EINVAL |

  @needs:shared-group
  Rule: a group moves as a whole, and keeps what it needs reserved

    Background:
      Given a device "neighbour" in the group of device "nic"

    @DEV-34 @needs:hwpt-alloc
    Scenario: the page table that a group leaves can be destroyed
      Given an HWPT "old" for device "nic" on IOAS "guest"
      And an HWPT "new" for device "nic" on IOAS "other"
      When it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And it attaches device "nic" to HWPT "old"
      And it attaches device "neighbour" to HWPT "old"
      And it attaches device "neighbour" to HWPT "new"
      Then device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "rom" at 16 MiB .. +4 pages
      When it destroys HWPT "old"
      Then it succeeds
      When it detaches device "neighbour"
      And it destroys HWPT "new"
      Then it fails with EBUSY
      When it detaches device "nic"
      And it destroys HWPT "new"
      Then it succeeds

    @DEV-42 @needs:reserved-iova @needs:hwpt-alloc
    Scenario: what the devices cannot reach stays reserved in the IOAS that they do not leave
      Given an HWPT "new" for device "nic" on IOAS "guest"
      When it attaches device "neighbour" to IOAS "guest"
      And it attaches device "nic" to HWPT "new"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it attaches device "nic" to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" at 1024 MiB read-write
      Then it succeeds
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "neighbour"
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds

  # A VT-d refuses a page table with a fault queue for a device without page requests, when all else has been done.
  @needs:dma @needs:intel-iommu @needs:fault-queue @needs:hwpt-alloc
  Rule: a device that its IOMMU refuses at last stays

    Background:
      Given a fault queue "faults"
      And an HWPT "answered" with fault queue "faults" for device "nic" on IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write

    @DEV-52
    Scenario: its DMA goes on as before
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" at 17 MiB read-write
      Then device "nic" sees buffer "ram" at 17 MiB .. +1 page

    @DEV-52
    Scenario: its DMA goes on after it is attached again where it is
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @DEV-52
    Scenario: it can be attached to the IOAS of the page table that it was refused
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages

    @DEV-52 @DEV-42 @needs:reserved-iova
    Scenario: its windows are reserved where it is, and not where it was refused
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds

    @DEV-52 @DEV-49
    Scenario: it holds the page table that it has, and not the other one
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it destroys HWPT "answered"
      Then it succeeds
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys IOAS "other"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it fails with EBUSY

    @DEV-52 @DEV-49
    Scenario: a device that was not attached is refused, and can be attached elsewhere
      When it detaches device "nic"
      And it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      And device "nic" does not see buffer "rom" at 16 MiB .. +4 pages
      When it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys HWPT "answered"
      Then it succeeds

    @DEV-52 @needs:shared-group
    Scenario: the whole of its group goes on as before
      Given a device "neighbour" in the group of device "nic"
      When it attaches device "neighbour" to IOAS "guest"
      And it attaches device "neighbour" to HWPT "answered"
      Then it fails with ENODEV
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages
