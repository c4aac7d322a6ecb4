Feature: closing an iommufd

  All objects go with their file. The file goes with its last user: a file descriptor in any process, a device, an access
  or a fault queue.

  Rule: the last close of the file destroys all its objects, whatever depends on what

    @OBJ-27 @needs:two-devices @needs:device @needs:test-cmd @needs:proc
    Scenario: a device, its page table and two IOASs that share pages are destroyed
      Given an iommufd "kept"
      And an iommufd "closed"
      And an IOAS "guest" in iommufd "closed"
      And an IOAS "other" in iommufd "closed"
      And a buffer "ram" of 4 pages
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      And it has 4 pages pinned
      When it closes iommufd "closed"
      Then it succeeds
      And it has 0 bytes pinned
      And each page of buffer "ram" carries 0 pins

    @OBJ-27 @needs:vfio-device @needs:device @needs:hwpt-alloc @needs:proc
    Scenario: user-allocated HWPTs are destroyed, used and unused
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 4 pages
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And an HWPT "used" for device "nic" on IOAS "guest"
      And an HWPT "unused" for device "nic" on IOAS "other"
      And it attaches device "nic" to HWPT "used"
      And it has 6 pages pinned
      When it closes the iommufd
      And it closes device "nic"
      Then it has 0 bytes pinned

    @OBJ-27 @needs:test-cmd
    Scenario: another file keeps its own objects
      Given an iommufd "kept"
      And an IOAS "ours" in iommufd "kept"
      And an iommufd "closed"
      And an IOAS "theirs" in iommufd "closed"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "ours" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "theirs" at 16 MiB read-write
      When it closes iommufd "closed"
      Then it succeeds
      And IOAS "ours" exists
      And 16 MiB .. +2 pages is mapped in IOAS "ours"

    @OBJ-27
    Scenario: a file descriptor that was closed is no longer valid
      Given an iommufd
      And an IOAS "guest"
      When it closes the iommufd
      Then it succeeds
      When it calls IOMMU_IOAS_ALLOC
      Then it fails with EBADF

    @OBJ-27 @OBJ-01
    Scenario: a file that is opened again has no objects
      Given an iommufd "first"
      And an IOAS "one"
      And an IOAS "two"
      When it closes iommufd "first"
      Then it succeeds
      Given an iommufd "second"
      When it calls IOMMU_DESTROY on iommufd "second" with:
        | id | 1 |
      Then it fails with ENOENT
      When it calls IOMMU_IOAS_ALLOC on iommufd "second" with:
        | flags | 0 |
      Then it returns:
        | out_ioas_id | 1 |

    @OBJ-27 @needs:processes
    Scenario: a process that shares the file keeps it
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a process "helper"
      When process "helper" closes the iommufd
      Then it succeeds
      And IOAS "guest" exists
      And 16 MiB .. +2 pages is mapped in IOAS "guest"

    @OBJ-27 @needs:processes
    Scenario: a process that exits takes its own file descriptor only
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a process "helper"
      And process "helper" maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When process "helper" exits
      Then IOAS "guest" exists
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT

    @OBJ-27 @needs:processes @needs:vfio-device @needs:device @needs:proc
    Scenario: the exit of another process releases what a process has pinned
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 4 pages
      And a device "nic" attached to IOAS "guest"
      And a process "helper"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it closes the iommufd
      And it closes device "nic"
      Then it has 4 pages pinned
      When process "helper" exits
      Then it has 0 bytes pinned

  Rule: an open device, access or fault queue keeps its iommufd alive

    @OBJ-28 @needs:test-cmd
    Scenario: an access still reads and writes
      Given an iommufd "kept"
      And an iommufd "closed"
      And an IOAS "guest" in iommufd "closed"
      And a buffer "ram" of 2 pages
      And a buffer "out" of 1 page
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "driver" on IOAS "guest"
      And it stores pattern "before" in buffer "ram"
      When it closes iommufd "closed"
      Then it succeeds
      When it calls IOMMU_TEST_CMD on iommufd "kept" with:
        | op               | ACCESS_RW       |
        | id               | access "driver" |
        | access_rw.iova   |          16 MiB |
        | access_rw.length |          1 page |
        | access_rw.uptr   | buffer "out"    |
      Then it succeeds
      And it finds pattern "before" in buffer "out"

    @OBJ-28 @OBJ-27 @needs:test-cmd @needs:proc
    Scenario: the pins of an access stay until it is closed
      Given an iommufd "kept"
      And an iommufd "closed"
      And an IOAS "guest" in iommufd "closed"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "driver" that pins on IOAS "guest"
      And access "driver" pins 2 pages at 16 MiB as buffer "ram"
      When it closes iommufd "closed"
      Then each page of buffer "ram" carries 1 pin
      And it has 2 pages pinned
      When it closes access "driver"
      Then each page of buffer "ram" carries 0 pins
      And it has 0 bytes pinned

    @OBJ-28 @needs:fault-queue
    Scenario: a fault queue can still be asked for faults
      Given an iommufd
      And a fault queue "faults"
      When it closes the iommufd
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it closes fault queue "faults"
      Then it succeeds

    @OBJ-28 @OBJ-27 @needs:vfio-device @needs:device @needs:proc
    Scenario: the last device to be closed takes the objects with it
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it closes the iommufd
      Then it has 2 pages pinned
      When it closes device "nic"
      Then it has 0 bytes pinned

  Rule: a device that is closed is detached and unbound

    @OBJ-29 @needs:vfio-device @needs:device
    Scenario: a device was attached
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it closes device "nic"
      Then it succeeds
      And device "nic" no longer exists
      And the page table of device "nic" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds

    @OBJ-29 @needs:vfio-device @needs:device @needs:proc
    Scenario: its pins are released
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it closes device "nic"
      Then it succeeds
      And it has 0 bytes pinned
      And 16 MiB .. +2 pages is mapped in IOAS "guest"

    @OBJ-29 @needs:vfio-device @needs:device @needs:hwpt-alloc
    Scenario: a user-allocated HWPT stays
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "tables"
      When it closes device "nic"
      Then HWPT "tables" exists
      When it destroys HWPT "tables"
      Then it succeeds
      And HWPT "tables" no longer exists

    @OBJ-29 @OBJ-02 @needs:vfio-device @needs:device
    Scenario: it can be opened and bound again, and has the same id
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it closes device "nic"
      Then it succeeds
      When it opens device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds
      And it returns:
        | out_devid | 2 |
