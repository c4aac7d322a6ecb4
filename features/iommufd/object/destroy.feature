Feature: IOMMU_DESTROY

  Destroys any object by its id. An object that something depends on cannot be destroyed: what depends on it goes first.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages

  Rule: only the id of an object can be destroyed

    @OBJ-04
    Scenario Outline: id <id> is refused, <why>
      When it destroys object <id>
      Then it fails with ENOENT
      And it wrote nothing back
      And IOAS "guest" exists

      Examples:
        | id         | why                                |
        |          0 | which no object ever has           |
        |          2 | the next to be given out           |
        |         99 | which was never given out          |
        | 2147483647 | the greatest that can be given out |
        | 2147483648 | one more than that                 |
        | 2147483649 |         1 with the highest bit set |
        | 4294967295 | U32_MAX                            |

    @OBJ-04
    Scenario: an object is destroyed once
      When it destroys IOAS "guest"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it fails with ENOENT
      When it destroys IOAS "guest"
      Then it fails with ENOENT

    @OBJ-04
    Scenario: commands no longer find a destroyed object
      When it destroys IOAS "guest"
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENOENT
      When it unmaps everything from IOAS "guest"
      Then it fails with ENOENT

  Rule: an IOAS is destroyed with all that is mapped in it

    @OBJ-06
    Scenario: an IOAS with mappings is destroyed
      Given an IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-only
      And it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      When it destroys IOAS "guest"
      Then it succeeds
      And IOAS "guest" no longer exists
      And IOAS "other" exists
      And 32 MiB .. +2 pages is mapped in IOAS "other"

    @OBJ-06 @needs:device @needs:proc
    Scenario: a device that was attached before is gone, and so are its pins
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it has 2 pages pinned
      When it detaches device "nic"
      And it destroys IOAS "guest"
      Then it succeeds
      And it has 0 bytes pinned

    @OBJ-06 @needs:device @needs:proc
    Scenario: pages that a copy keeps pinned stay pinned
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      When it destroys IOAS "guest"
      Then it succeeds
      And it has 2 pages pinned
      And device "nic" sees buffer "ram" at 32 MiB .. +2 pages

    @OBJ-06 @needs:test-cmd
    Scenario: the pins of an access are released with the access, and then its IOAS can be destroyed
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "driver" that pins on IOAS "guest"
      When access "driver" pins 4 pages at 16 MiB as buffer "ram"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      And each page of buffer "ram" carries 1 pin
      When it closes access "driver"
      And it destroys IOAS "guest"
      Then it succeeds
      Given an IOAS "next"
      Then each page of buffer "ram" carries 0 pins

  Rule: an object that another one depends on cannot be destroyed, however often it is tried

    @OBJ-07 @OBJ-31 @needs:device
    Scenario: an IOAS stays that a device is attached to
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      And nothing has changed
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      And it destroys IOAS "guest"
      Then it succeeds
      And IOAS "guest" no longer exists

    @OBJ-07 @OBJ-31 @needs:device @needs:hwpt-alloc
    Scenario: an IOAS stays with a page table that no device is attached to
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      And nothing has changed
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it destroys HWPT "tables"
      And it destroys IOAS "guest"
      Then it succeeds

    @OBJ-07 @OBJ-31 @needs:device @needs:hwpt-alloc
    Scenario: an IOAS with two page tables is destroyed only after the second
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "one" for device "nic" on IOAS "guest"
      And an HWPT "two" for device "nic" on IOAS "guest"
      When it destroys HWPT "one"
      And it destroys IOAS "guest"
      Then it fails with EBUSY
      When it destroys HWPT "two"
      And it destroys IOAS "guest"
      Then it succeeds

    @OBJ-07 @needs:test-cmd
    Scenario Outline: an IOAS with an access that <does> stays
      Given an <access> on IOAS "guest"
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      And IOAS "guest" exists
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it closes access "driver"
      And it destroys IOAS "guest"
      Then it succeeds

      @OBJ-31
      Examples:
        | does       | access                    |
        | pins       | access "driver" that pins |
        | only reads | access "driver"           |

    @OBJ-07 @needs:test-cmd
    Scenario: an IOAS that an access has moved away from
      Given an IOAS "other"
      And an access "driver" on IOAS "guest"
      When access "driver" moves to IOAS "other"
      Then it succeeds
      When it destroys IOAS "other"
      Then it fails with EBUSY
      When it destroys IOAS "guest"
      Then it succeeds

    @OBJ-07 @needs:test-cmd
    Scenario: an IOAS that an access has moved to and back from
      Given an IOAS "other"
      And an access "driver" on IOAS "guest"
      When access "driver" moves to IOAS "other"
      And access "driver" moves to IOAS "guest"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it destroys IOAS "other"
      Then it succeeds

    @OBJ-08 @OBJ-31 @needs:device @needs:hwpt-alloc
    Scenario: a page table stays that a device is attached to
      Given an IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "scout" attached to IOAS "other"
      And an HWPT "tables" for device "scout" on IOAS "guest"
      When it attaches device "scout" to HWPT "tables"
      Then it succeeds
      When it destroys HWPT "tables"
      Then it fails with EBUSY
      And HWPT "tables" exists
      When it destroys HWPT "tables"
      Then it fails with EBUSY
      And device "scout" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "scout"
      And it destroys HWPT "tables"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it succeeds

    @OBJ-11 @needs:device
    Scenario: a device that is attached
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it destroys device "nic"
      Then it fails with EBUSY
      When it destroys device "nic"
      Then it fails with EBUSY
      And device "nic" exists
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @OBJ-11 @needs:vfio-device @needs:device
    Scenario: a device that is bound, and not attached
      Given a device "nic"
      When it binds device "nic" to the iommufd
      Then it succeeds
      When it destroys device "nic"
      Then it fails with EBUSY
      And device "nic" exists
      When it closes device "nic"
      Then device "nic" no longer exists

    @OBJ-12 @needs:test-cmd
    Scenario: an access stays until it is closed
      Given an access "driver" on IOAS "guest"
      When it destroys object 2
      Then it fails with EBUSY
      When it destroys object 2
      Then it fails with EBUSY
      When it closes access "driver"
      And it destroys object 2
      Then it fails with ENOENT

    @OBJ-14 @OBJ-31 @needs:fault-queue
    Scenario: a fault queue stays whose file descriptor is open
      Given a fault queue "faults"
      When it destroys fault queue "faults"
      Then it fails with EBUSY
      When it destroys fault queue "faults"
      Then it fails with EBUSY
      When it polls fault queue "faults"
      Then it succeeds
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys fault queue "faults"
      Then it fails with ENOENT

  Rule: an unused page table is destroyed, and with it the limits that it set

    @OBJ-09 @needs:device @needs:hwpt-alloc @needs:narrow-iommu
    Scenario: the aperture of a page table is lifted
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      When it destroys HWPT "tables"
      Then it succeeds
      And HWPT "tables" no longer exists
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it succeeds

    @OBJ-09 @needs:device @needs:hwpt-alloc @needs:narrow-iommu
    Scenario: the aperture of the second of two page tables stays
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "one" for device "nic" on IOAS "guest"
      And an HWPT "two" for device "nic" on IOAS "guest"
      When it destroys HWPT "one"
      Then it succeeds
      And HWPT "two" exists
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      When it destroys HWPT "two"
      And it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it succeeds

    @OBJ-09 @needs:device @needs:hwpt-alloc @needs:proc
    Scenario: the pins of a page table are released
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it has 2 pages pinned
      When it destroys HWPT "tables"
      Then it succeeds
      And it has 0 bytes pinned
      And 16 MiB .. +2 pages is mapped in IOAS "guest"

    @OBJ-26 @needs:device @needs:hwpt-alloc
    Scenario: a user-allocated HWPT outlives its last device
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "tables"
      And it detaches device "nic"
      Then it succeeds
      And HWPT "tables" exists
      When it destroys HWPT "tables"
      Then it succeeds
      And HWPT "tables" no longer exists

  Rule: the page table that attaching made is destroyed with its last device

    @OBJ-22 @needs:device
    Scenario: it has one device
      Given a device "nic" attached to IOAS "guest"
      Then the page table of device "nic" exists
      When it detaches device "nic"
      Then it succeeds
      And the page table of device "nic" no longer exists
      When it destroys the page table of device "nic"
      Then it fails with ENOENT

    @OBJ-22 @needs:device
    Scenario: a device that moves to another IOAS
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      When it attaches device "nic" to IOAS "other"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it succeeds
      When it destroys IOAS "other"
      Then it fails with EBUSY

    @OBJ-23 @OBJ-22 @needs:two-devices @needs:device
    Scenario: it has two devices
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it detaches device "nic"
      Then it succeeds
      And the page table of device "disk" exists
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "disk"
      Then it succeeds
      And the page table of device "disk" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds

    @OBJ-24 @needs:device
    Scenario: it cannot be destroyed before
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      Then the page table of device "nic" no longer exists

    @OBJ-25 @needs:two-devices @needs:device
    Scenario: a second device is attached to it by its id
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to the page table of device "nic"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      Then the page table of device "disk" exists
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "disk"
      Then the page table of device "disk" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds

  Rule: of two processes that destroy an object at once, one does

    @OBJ-20 @needs:processes
    Scenario: an IOAS with a mapping is destroyed
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a process "helper"
      When it and process "helper" both call IOMMU_DESTROY with:
        | id | IOAS "guest" |
      Then one of them succeeds and the other fails with one of ENOENT, EBUSY
      And IOAS "guest" no longer exists

    @OBJ-20 @needs:processes
    Scenario: an IOAS is destroyed while another process maps into it
      Given a process "helper"
      When it calls IOMMU_DESTROY while process "helper" calls IOMMU_IOAS_MAP
      Then it succeeds or fails with EBUSY
      When it destroys IOAS "guest"
      Then it succeeds or fails with ENOENT
      And IOAS "guest" no longer exists

    @OBJ-20 @needs:processes @needs:device
    Scenario: an object that is in use stays, and is destroyed when it no longer is
      Given a device "nic" attached to IOAS "guest"
      And a process "helper"
      When process "helper" destroys IOAS "guest"
      Then it fails with EBUSY
      When it destroys device "nic"
      Then it fails with EBUSY
      When it detaches device "nic"
      And process "helper" destroys IOAS "guest"
      Then it succeeds
