@needs:vfio-device
Feature: VFIO_DEVICE_DETACH_IOMMUFD_PT

  Takes a device off its page table. The device stays bound, and all its DMA is blocked until the next attach.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a buffer "ram" of 4 pages

  Rule: the struct of a detach has to be understood

    @VFIO-DET-01
    Scenario Outline: a detach with <form> is refused
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls VFIO_DEVICE_DETACH_IOMMUFD_PT with <form>
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And the page table of device "nic" exists

      @DEV-32
      Examples:
        | form                                |
        | a size of 0                         |
        | one byte less than its minimum size |

    @VFIO-DET-01
    Scenario Outline: a detach with <flags> and <form> is refused
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls VFIO_DEVICE_DETACH_IOMMUFD_PT with <form> and:
        | flags | <flags> |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And the page table of device "nic" exists

      @DEV-32
      Examples: an unknown flag
        | flags  | form             |
        | bit 1  | a size of 12     |
        | bit 31 | a size of 12     |

      Examples: no room for the PASID
        | flags  | form             |
        | PASID  | its minimum size |
        | PASID  | a size of 11     |

    @VFIO-DET-01
    Scenario: the struct without a PASID is enough
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls VFIO_DEVICE_DETACH_IOMMUFD_PT with its minimum size
      Then it succeeds
      And it wrote nothing back
      And the page table of device "nic" no longer exists

  Rule: a detached device stays bound

    @VFIO-DET-02 @DEV-31
    Scenario: a device that is not attached is detached
      When it detaches device "nic"
      Then it succeeds
      And device "nic" exists
      And the page table of device "nic" no longer exists
      When it detaches device "nic"
      Then it succeeds
      And device "nic" exists

    @VFIO-DET-02
    Scenario: a detached device is attached again
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it detaches device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-DET-02 @needs:proc
    Scenario: the last device that is detached leaves nothing pinned
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it has 4 pages pinned
      When it detaches device "nic"
      Then it has 0 pages pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @VFIO-DET-02 @DEV-31 @needs:dma
    Scenario: neither reads nor writes of a detached device go through
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" writes pattern "before" at 16 MiB + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "before"
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" writes pattern "after" at 16 MiB + 1 page
      Then the access is blocked
      And it finds pattern "before" in buffer "ram" + 1 page

    @VFIO-DET-02 @needs:hwpt-alloc
    Scenario: a page table that stays is out of reach, and is found as it is then
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      Then device "nic" does not see buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
