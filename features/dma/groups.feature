@needs:shared-group @needs:dma
Feature: devices that the IOMMU cannot tell apart
  The devices of one group might reach each other behind the IOMMU, or look like one to it. So they belong to one iommufd,
  stand at one page table, and move as one.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And a device "nic" attached to IOAS "guest"
    And a device "neighbour" in the group of device "nic"

  Rule: the devices of a group see the same

    @VFIO-ATT-08
    Scenario: both devices move bytes through one page table
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" writes pattern "from one to the other" at 16 MiB + 1 page
      And device "neighbour" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "from one to the other"
      When device "neighbour" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked

    @IOAS-UNMAP-17
    Scenario: both devices forget what is unmapped
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB + 1 page
      And device "neighbour" reads 1 page at 16 MiB + 1 page
      Then the access goes through
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "neighbour" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

    @VFIO-ATT-07
    Scenario Outline: <who> moves, and neither device reaches its old page table
      Given an IOAS "other"
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And it stores pattern "guest" in buffer "ram"
      And it stores pattern "other" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "guest"
      When device "neighbour" reads 1 page at 16 MiB
      Then the device got pattern "guest"
      When it attaches device <who> to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "other"
      When device "neighbour" reads 1 page at 16 MiB
      Then the device got pattern "other"

      @VFIO-ATT-06
      Examples:
        | who         |
        | "nic"       |
        | "neighbour" |

  Rule: one device leaves and the other one stays

    @VFIO-ATT-04
    Scenario Outline: one device is <way>, and the other one still works
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it <leaves> device "nic"
      And device "neighbour" writes pattern "alone" at 16 MiB + 2 pages
      Then the access goes through
      And it finds pattern "alone" in buffer "ram" + 2 pages
      And the page table of device "neighbour" exists
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "neighbour" reads 1 page at 16 MiB + 2 pages
      Then the access is blocked

      @OBJ-23
      Examples:
        | way      | leaves   |
        | detached | detaches |
        | closed   | closes   |

    @VFIO-DET-02 @OBJ-22
    Scenario: both devices are blocked when the last one is detached
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB
      And device "neighbour" reads 1 page at 16 MiB
      Then the access goes through
      When it detaches device "nic"
      And it detaches device "neighbour"
      Then the page table of device "nic" no longer exists
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "neighbour" reads 1 page at 16 MiB
      Then the access is blocked

    @VFIO-ATT-08 @VFIO-DET-02
    Scenario: a group with no device attached any more can be attached elsewhere
      Given an IOAS "other"
      When it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And it attaches device "neighbour" to IOAS "other"
      Then it fails with EINVAL
      When it detaches device "nic"
      And it attaches device "neighbour" to IOAS "other"
      Then it succeeds
      When it stores pattern "elsewhere" in buffer "ram" + 1 page
      And device "neighbour" reads 1 page at 16 MiB
      Then the device got pattern "elsewhere"
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EINVAL

  Rule: a group belongs to one iommufd

    @VFIO-CDEV-10 @VFIO-CDEV-12
    Scenario: another iommufd gets neither the device nor its DMA
      Given an iommufd "thief"
      And an IOAS "loot" in iommufd "thief"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "loot" at 16 MiB read-write
      And it stores pattern "own" in buffer "ram"
      And it attaches device "neighbour" to IOAS "loot"
      Then it fails with EPERM
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "own"
