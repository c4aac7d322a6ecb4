@needs:device-with-pasids @needs:hwpt-alloc @needs:dma
Feature: PASIDs of a VFIO device
  A device with PASIDs has an address space for each of them beside its own. VFIO_DEVICE_ATTACH_IOMMUFD_PT with the flag PASID
  attaches one to a page table that was made for PASIDs, as has to be the one of the device itself.

  Background:
    Given an iommufd
    And an IOAS "host"
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 6 pages
    And it maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 4 pages into IOAS "other" at 16 MiB read-write
    And a device "nic" with PASIDs attached to IOAS "host"
    And a PASID HWPT "own" for device "nic" on IOAS "host"
    And a PASID HWPT "one" for device "nic" on IOAS "guest"
    And a PASID HWPT "two" for device "nic" on IOAS "other"
    And it attaches device "nic" to HWPT "own"

  Rule: each PASID has an address space of its own

    @PASID-03 @VFIO-PAS-05
    Scenario: two PASIDs and the device itself see what their page tables map
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 2 of device "nic" to HWPT "two"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And PASID 2 of device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When PASID 3 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When PASID 2 of device "nic" writes pattern "by two" at 16 MiB + 1 page
      Then it finds pattern "by two" in buffer "ram" + 5 pages

    @PASID-03 @IOAS-UNMAP-17
    Scenario: what is unmapped is gone for the PASID
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And PASID 1 of device "nic" reads 2 pages at 16 MiB
      Then the access goes through
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And PASID 1 of device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access goes through

    @PASID-15 @VFIO-PAS-02
    Scenario: a PASID of more than 20 bits is refused
      When it attaches PASID 1048576 of device "nic" to HWPT "one"
      Then it fails with EINVAL
      When it destroys HWPT "one"
      Then it succeeds

    @PASID-14 @PASID-20
    Scenario: a PASID is detached
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it detaches PASID 1 of device "nic"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it succeeds

  Rule: attaching an attached PASID replaces its page table

    @PASID-19 @VFIO-PAS-03
    Scenario: a PASID moves to another IOAS
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And PASID 1 of device "nic" reads 2 pages at 16 MiB
      Then the access goes through
      When it attaches PASID 1 of device "nic" to HWPT "two"
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it succeeds
      When it destroys HWPT "two"
      Then it fails with EBUSY

    @PASID-19 @VFIO-PAS-01
    Scenario: the new page table is not one for PASIDs
      Given an HWPT "plain" for device "nic" on IOAS "other"
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "nic" to HWPT "plain"
      Then it fails with EINVAL
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it fails with EBUSY
      When it destroys HWPT "plain"
      Then it succeeds

    @PASID-19
    Scenario: a PASID that was detached is attached again
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it detaches PASID 1 of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "two"
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it succeeds
      When it destroys HWPT "two"
      Then it fails with EBUSY

  Rule: a PASID reserves nothing

    @PASID-18 @VFIO-PAS-04 @needs:reserved-iova @needs:intel-iommu
    Scenario: a PASID does not reserve the window of interrupts
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 4078 MiB read-write
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 4078 MiB .. +1 page
      When it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL

    @PASID-18 @needs:reserved-iova @needs:intel-iommu
    Scenario: the device itself is detached, and its PASID stays
      When it attaches PASID 1 of device "nic" to HWPT "own"
      And it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" at 4078 MiB .. +1 page
      When it attaches device "nic" to HWPT "own"
      Then it fails with EADDRINUSE
      And PASID 1 of device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @PASID-18 @PASID-19 @needs:reserved-iova @needs:intel-iommu
    Scenario: a PASID that moves takes no window along
      When it attaches PASID 1 of device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "two"
      And it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" + 4 pages into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it attaches PASID 1 of device "nic" to HWPT "own"
      And it detaches PASID 1 of device "nic"
      And it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it succeeds

  Rule: a PASID is detached where its attach cannot be told

    @PASID-26
    Scenario Outline: a PASID <case>, by a struct in memory that cannot be written
      When it <before>
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with read-only memory and:
        | flags | PASID      |
        | pt_id | HWPT "two" |
        | pasid |          1 |
      Then it fails with EFAULT
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "two"
      Then it succeeds
      When it attaches PASID 1 of device "nic" to HWPT "one"
      Then PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

      Examples:
        | case     | before                                           |
        | is new   | detaches PASID 1 of device "nic"                 |
        | has one  | attaches PASID 1 of device "nic" to HWPT "one"   |

  Rule: closing a device detaches all of it

    @PASID-21 @VFIO-PAS-05
    Scenario: the device and two PASIDs are detached
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 2 of device "nic" to HWPT "two"
      And PASID 2 of device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it destroys HWPT "two"
      Then it fails with EBUSY
      When it closes device "nic"
      Then it succeeds
      When PASID 2 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it destroys HWPT "two"
      Then it succeeds
      When it destroys HWPT "one"
      Then it succeeds
      When it destroys HWPT "own"
      Then it succeeds

    @PASID-21
    Scenario: a PASID is detached of a device that is not attached itself
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it detaches device "nic"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it closes device "nic"
      Then it succeeds
      When it destroys HWPT "one"
      Then it succeeds
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @PASID-21 @PASID-19
    Scenario: a device that is opened again has no PASID attached, and can have them all
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 2 of device "nic" to HWPT "two"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches PASID 1 of device "nic" to HWPT "two"
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When PASID 2 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it destroys HWPT "one"
      Then it succeeds
      When it attaches device "nic" to IOAS "host"
      Then it fails with EINVAL
      When it detaches PASID 1 of device "nic"
      And it attaches device "nic" to IOAS "host"
      Then it succeeds

    @PASID-21 @PASID-25 @needs:device-with-page-requests
    Scenario: a device that is closed takes the faults of its PASIDs along
      Given a fault queue "faults"
      And a device "disk" with:
        | PASIDs        | 20 bits |
        | page requests | yes     |
      And it attaches device "disk" to HWPT "own"
      And a PASID HWPT "paged" with fault queue "faults" for device "disk" on IOAS "guest"
      And an untouched buffer "in" of 1 page
      When it attaches PASID 1 of device "disk" to HWPT "paged"
      And it attaches PASID 2 of device "disk" to HWPT "paged"
      And PASID 1 of device "disk" requests a page at 20 MiB
      And PASID 2 of device "disk" requests a page at 21 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it closes device "disk"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it answers fault queue "faults" from buffer "in":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL
      When it destroys HWPT "paged"
      Then it succeeds

  Rule: a PASID is of one device of its group

    @PASID-03 @VFIO-CDEV-16 @needs:shared-group @needs:device-with-msix
    Scenario: a device with PASIDs and MSI-X is beside one without PASIDs
      Given a device "neighbour" with MSI-X
      And a device "disk" with:
        | PASIDs        | 20 bits               |
        | MSI-X vectors | 5                     |
        | group         | of device "neighbour" |
      And it attaches device "disk" to HWPT "own"
      And it attaches device "neighbour" to HWPT "own"
      When it attaches PASID 1 of device "disk" to HWPT "one"
      Then it succeeds
      And PASID 1 of device "disk" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +2 pages
      When PASID 1 of device "neighbour" reads 1 page at 16 MiB
      Then the access is blocked
      And device "disk" has 5 MSI-X vectors
      And device "neighbour" has 8 MSI-X vectors
