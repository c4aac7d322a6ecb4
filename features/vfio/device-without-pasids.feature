@needs:scalable-vt-d @needs:hwpt-alloc @needs:dma
Feature: PASIDs of a VFIO device that has none
  It never sends one, so that whatever is attached to its PASIDs changes nothing for it; but PASID 0 is the device itself.

  Background:
    Given an iommufd
    And an IOAS "host"
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
    And a device "nic" attached to IOAS "host"
    And a PASID HWPT "own" for device "nic" on IOAS "host"
    And a PASID HWPT "one" for device "nic" on IOAS "guest"

  Rule: any PASID can be attached, and holds its page table

    @VFIO-PAS-02
    Scenario Outline: PASID <pasid> is attached
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID <pasid> of device "nic" to HWPT "one"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it fails with EBUSY
      When it detaches PASID <pasid> of device "nic"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "one"
      Then it succeeds

      Examples:
        | pasid      |
        | 1          |
        | 1048576    |
        | 2147483647 |

    @VFIO-PAS-02
    Scenario: the device is closed with a PASID attached
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "one"
      And it destroys HWPT "one"
      Then it fails with EBUSY
      When it closes device "nic"
      And it destroys HWPT "one"
      Then it succeeds

    @VFIO-PAS-02
    Scenario Outline: a PASID beyond all others is refused before anything else is looked at, with <object>
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 2147483648 of device "nic" to <object>
      Then it fails with ENOSPC
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches PASID 4294967295 of device "nic" to <object>
      Then it fails with ENOSPC
      When it destroys HWPT "one"
      Then it succeeds

      Examples:
        | object       |
        | HWPT "one"   |
        | IOAS "guest" |

  Rule: PASID 0 is the device itself

    @VFIO-PAS-06
    Scenario: a device that is attached has its PASID 0 attached, and is not detached by it
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 0 of device "nic" to HWPT "one"
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches PASID 0 of device "nic"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +2 pages

    @VFIO-PAS-06
    Scenario: a device that is attached as its PASID 0 is detached as that only
      When it detaches device "nic"
      And it attaches PASID 0 of device "nic" to HWPT "own"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to HWPT "one"
      Then it fails with EBUSY
      When it detaches device "nic"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches PASID 0 of device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to HWPT "own"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @VFIO-PAS-06
    Scenario: closing ends it as well
      When it detaches device "nic"
      And it attaches PASID 0 of device "nic" to HWPT "one"
      And it destroys HWPT "one"
      Then it fails with EBUSY
      When it closes device "nic"
      And it destroys HWPT "one"
      Then it succeeds

  Rule: a page table that was made for no PASID is for none

    @VFIO-PAS-01
    Scenario: a PASID is attached to one
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "plain"
      Then it fails with EINVAL
      When it destroys HWPT "plain"
      Then it succeeds

    @VFIO-PAS-01
    Scenario: a device with an ordinary page table gets no PASID attached
      When it attaches PASID 1 of device "nic" to HWPT "one"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "one"
      Then it succeeds

    @VFIO-PAS-01
    Scenario: a device with a PASID attached gets no ordinary page table
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches device "nic" to HWPT "plain"
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches PASID 1 of device "nic"
      And it attaches device "nic" to HWPT "plain"
      Then it succeeds
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

    @VFIO-PAS-03
    Scenario: attaching a PASID again moves it, and detaching one that is not attached does nothing
      Given a PASID HWPT "two" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "nic" to HWPT "two"
      Then it succeeds
      When it destroys HWPT "two"
      Then it fails with EBUSY
      When it destroys HWPT "one"
      Then it succeeds
      When it detaches PASID 2 of device "nic"
      Then it succeeds
      When it destroys HWPT "two"
      Then it fails with EBUSY
      When it detaches PASID 1 of device "nic"
      And it destroys HWPT "two"
      Then it succeeds

    @VFIO-PAS-04 @needs:reserved-iova
    Scenario: a PASID reserves nothing
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "one"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL
