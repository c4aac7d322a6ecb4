Feature: a device is attached
  Attaching puts a device on a page table: one that the user allocated, or one of an IOAS. What the IOAS maps has to fit the
  page table, and is pinned and mapped when the attach returns. A group of devices stands at one page table.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"
    And a buffer "ram" of 8 pages

  Rule: a device is attached to an IOAS or to a page table

    @needs:device @needs:test-cmd
    Scenario Outline: an attach to <what> is refused
      Given a device "disk" attached to IOAS "guest"
      And an access "driver" on IOAS "guest"
      When it attaches device "nic" to <object>
      Then it fails with <errno>
      And it wrote nothing back
      When it attaches device "disk" to <object>
      Then it fails with <errno>
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-20
      Examples: no object
        | what                 | object         | errno  |
        | nothing              | object 0       | ENOENT |
        | what does not exist  | no such object | ENOENT |

      @DEV-21
      Examples: an object of another kind
        | what                 | object         | errno  |
        | a mock device        | object 2       | EINVAL |
        | the device behind it | object 3       | EINVAL |
        | an access            | object 5       | EINVAL |

    @DEV-21 @needs:device @needs:fault-queue
    Scenario: an attach to a fault queue is refused
      Given a fault queue "faults"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to fault queue "faults"
      Then it fails with EINVAL
      And it wrote nothing back
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages

    @DEV-50 @needs:vfio-device @needs:dma
    Scenario: a device comes to where the first IOVA of all is mapped
      Given an IOAS "other"
      And a device "disk" attached to IOAS "other"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 0 read-write
      Then device "disk" does not see buffer "ram" at 0 .. +8 pages
      When it attaches device "disk" to IOAS "guest"
      Then it succeeds
      And device "disk" sees buffer "ram" at 0 .. +8 pages

    @DEV-18 @needs:device @needs:hwpt-alloc
    Scenario: a user-allocated HWPT is attached
      Given a device "disk" attached to IOAS "guest"
      And an HWPT "tables" for device "disk" on IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "disk" to HWPT "tables"
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When it detaches device "disk"
      And it destroys HWPT "tables"
      Then it fails with EBUSY
      When it detaches device "nic"
      And it destroys HWPT "tables"
      Then it succeeds

    @DEV-23 @needs:device @needs:hwpt-alloc
    Scenario: an attach to an IOAS does not use a user-allocated HWPT
      Given an IOAS "other"
      And a device "disk" attached to IOAS "other"
      And an HWPT "tables" for device "disk" on IOAS "guest"
      When it attaches device "nic" to IOAS "guest"
      And it destroys HWPT "tables"
      Then it succeeds
      And the page table of device "nic" exists
      When it detaches device "nic"
      Then the page table of device "nic" no longer exists

    @DEV-44 @needs:pasid
    Scenario: a device that is attached cannot be attached again
      When it attaches device "nic" to IOAS "guest"
      And it attaches PASID 0 of device "nic" to the page table of device "nic"
      Then it fails with EBUSY
      When it attaches PASID 0 of device "nic" to IOAS "guest"
      Then it fails with EBUSY
      And PASID 0 of device "nic" is attached to the page table of device "nic"
      When it detaches device "nic"
      Then the page table of device "nic" no longer exists

    @DEV-45 @DEV-49 @needs:vfio-device
    Scenario: an attach whose result cannot be written is undone
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with read-only memory
      Then it fails with EFAULT
      And nothing has changed
      And device "nic" does not see buffer "ram" at 16 MiB .. +8 pages
      When it destroys IOAS "guest"
      Then it succeeds

  @needs:device
  Rule: all that the IOAS maps is pinned and mapped when the attach returns

    @DEV-50 @needs:proc
    Scenario: the device sees every mapping at once
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 96 MiB read-only
      Then it has 0 pages pinned
      When it attaches device "nic" to IOAS "guest"
      Then it has 6 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "ram" + 4 pages at 96 MiB .. +2 pages

    @DEV-22 @needs:two-devices @needs:proc
    Scenario: nothing is pinned again for a second device
      Given a device "disk"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "disk" to IOAS "guest"
      Then it has 8 pages pinned
      And device "disk" sees buffer "ram" at 16 MiB .. +8 pages
      When it destroys the page table of device "disk"
      Then it fails with EBUSY
      When it detaches device "nic"
      Then it has 8 pages pinned
      And the page table of device "nic" exists
      And device "disk" sees buffer "ram" at 16 MiB .. +8 pages
      When it detaches device "disk"
      Then it has 0 pages pinned

    @DEV-49
    Scenario: what cannot be pinned keeps the device from the IOAS
      Given an IOAS "other"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "ram" + 7 pages
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      And nothing has changed
      When it attaches device "nic" to IOAS "other"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it succeeds

  @needs:sub-page @needs:test-cmd
  Rule: what the IOAS maps lies in the aperture of the page table, at multiples of its smallest page
    # A mock device translates 16 MiB .. 2 GiB in pieces of 2 KiB.

    @DEV-38
    Scenario Outline: a mapping <case> the aperture keeps the device out
      When it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it unmaps 1 page at <iova> from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-49
      Examples:
        | case            | iova                    |
        | in front of     |         16 MiB - 1 page |
        | one byte before |         16 MiB - 1 byte |
        | one byte beyond | 2 GiB - 1 page + 1 byte |
        | behind          |                   2 GiB |

    @DEV-38
    Scenario Outline: a mapping at the <end> of the aperture fits
      When it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at <iova> .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at <iova> .. +1 page

      Examples:
        | end   | iova           |
        | start |         16 MiB |
        | end   | 2 GiB - 1 page |

    @DEV-38 @needs:hwpt-alloc
    Scenario Outline: IOMMU_HWPT_ALLOC fails for an IOAS with a mapping at <iova>
      Given an IOAS "host"
      When it attaches device "nic" to IOAS "host"
      And it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it fails with EADDRINUSE
      And nothing has changed
      And it wrote nothing back
      When it unmaps everything from IOAS "guest"
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it wrote back only "out_hwpt_id"

      Examples:
        | iova            |
        | 16 MiB - 1 page |
        |           2 GiB |

    @DEV-39
    Scenario Outline: a mapping of <length> from <iova> keeps the device out
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it unmaps everything from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

      Examples:
        | length         | offset | iova            |
        |          2 KiB | 1 byte | 16 MiB + 1 byte |
        |          2 KiB |  1 KiB |  16 MiB + 1 KiB |
        | 2 KiB - 1 byte |      0 |          16 MiB |
        |         1 byte |      0 |  16 MiB + 2 KiB |

    @DEV-39
    Scenario: a mapping of the smallest page fits
      When it maps 2 KiB of buffer "ram" + 2 KiB into IOAS "guest" at 16 MiB + 2 KiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" + 2 KiB at 16 MiB + 2 KiB .. +2 KiB
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 KiB

  @needs:shared-group
  Rule: the devices of a group share one HWPT

    Background:
      Given a device "neighbour" in the group of device "nic"
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

    @DEV-33 @needs:hwpt-alloc
    Scenario Outline: the second device of a group is attached to <object>
      Given an IOAS "other"
      When it attaches device "nic" to IOAS "guest"
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it binds device "neighbour" to the iommufd
      And it attaches device "neighbour" to <object>
      Then it fails with EINVAL
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When it destroys HWPT "tables"
      Then it succeeds
      When it destroys IOAS "other"
      Then it succeeds
      When it attaches device "neighbour" to the page table of device "nic"
      Then device "neighbour" sees buffer "ram" at 16 MiB .. +8 pages

      Examples:
        | object        |
        | HWPT "tables" |
        | IOAS "other"  |

    @DEV-35
    Scenario: the translation stays until the last device of a group is detached
      When it attaches device "nic" to IOAS "guest"
      And it attaches device "neighbour" to IOAS "guest"
      And it detaches device "nic"
      Then device "neighbour" sees buffer "ram" at 16 MiB .. +8 pages
      And the page table of device "neighbour" exists
      When it detaches device "neighbour"
      Then device "neighbour" does not see buffer "ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +8 pages
      And the page table of device "neighbour" no longer exists
