@needs:vfio-device @needs:edu-registers
Feature: what keeps a device open

  A device is open as long as anything of its file is: a file descriptor in any process, or a mapping. What its user had goes
  with the last of them.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"
    And a buffer "ram" of 4 pages

  Rule: a mapping is a user of its own

    @VFIO-LIFE-01
    Scenario: a device that is closed stays with whom has mapped it
      Given an iommufd "other"
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it closes device "nic"
      Then buffer "window" holds:
        | id            |
        | 16 MiB + 0xed |
      When it stores the word 0x55 in buffer "window" + 4
      Then buffer "window" + 4 holds:
        | liveness     |
        | 4 GiB - 0x56 |
      When it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it fails with EINVAL
      When it munmaps 1 page of buffer "window"
      And it binds device "nic" to iommufd "other"
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

    @VFIO-LIFE-01 @needs:dma
    Scenario: a device is open though its file descriptor and its iommufd are closed
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it sets "MASTER" in COMMAND of device "nic"
      And it mmaps BAR 0 of device "nic" as "window"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it closes device "nic"
      And it closes the iommufd
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      Given an iommufd "other"
      When it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it fails with EINVAL
      When it munmaps 1 page of buffer "window"
      And it binds device "nic" to iommufd "other"
      Then it succeeds

  Rule: an open device has what it was attached to

    @VFIO-LIFE-02
    Scenario: an iommufd is closed before the device that is bound to it
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it closes the iommufd
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      Given an iommufd "other"
      When it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it succeeds

    @VFIO-LIFE-08 @needs:dma
    Scenario: memory that the process has unmapped is still the device's
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it munmaps 1 page of buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "ram"
      When device "nic" writes pattern "late" at 16 MiB
      Then the access goes through
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "late"

  Rule: a device is closed with its last file descriptor

    @VFIO-LIFE-03 @needs:processes
    Scenario: a child has it open after its parent has closed it
      Given an iommufd "other"
      When it binds device "nic" to the iommufd
      And it sets "MASTER" in COMMAND of device "nic"
      And it writes "0x5a" to INTERRUPT_LINE of device "nic"
      Given a process "child"
      When it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it fails with EINVAL
      When process "child" exits
      And it binds device "nic" to iommufd "other"
      Then it succeeds
      And device "nic" shows:
        | COMMAND | without MASTER |

    @VFIO-LIFE-09 @needs:processes
    Scenario: a second file descriptor is of no use until the first is closed
      When it binds device "nic" to the iommufd
      Given a process "child"
      When it closes device "nic"
      And it opens device "nic"
      And it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it fails with EINVAL
      When it writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 4
      Then it fails with EINVAL
      When it mmaps BAR 0 of device "nic" as "window"
      Then it fails with EINVAL
      When process "child" exits
      And it binds device "nic" to the iommufd
      And it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes

  @needs:vfio-group @needs:vfio-compat
  Rule: the file descriptors that came from a group are of one open device

    Background:
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group

    @VFIO-LIFE-06
    Scenario: what one has written the other reads, also when the first is closed
      When it writes "0x5a" to INTERRUPT_LINE of device "nic"
      And it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "nic"
      And it opens device "nic" through its group
      Then device "nic" shows:
        | INTERRUPT_LINE | 0x5a          |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB |
      When it closes device "nic"
      And it opens device "nic" through its group
      Then device "nic" shows:
        | INTERRUPT_LINE | 0x5a          |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB |

  @needs:vfio-group @needs:type1-container
  Rule: a mapping is a user of the group, too

    @VFIO-LIFE-07
    Scenario: container, group and device are closed, and a mapping is left
      Given a container
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it mmaps BAR 0 of device "nic" as "window"
      And it closes device "nic"
      And it closes the group of device "nic"
      And it closes the container
      And it opens the group of device "nic"
      Then it fails with EBUSY
      When it stores the word 5 in buffer "window" + 4
      Then buffer "window" + 4 holds:
        | liveness  |
        | 4 GiB - 6 |
      When it munmaps 1 page of buffer "window"
      And it opens the group of device "nic"
      Then it succeeds
