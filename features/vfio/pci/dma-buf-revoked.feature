@needs:vfio-dma-buf @needs:two-devices @needs:dma
Feature: what takes a dma-buf away from whoever has mapped it

  Whenever a device stops to answer at its BARs, also for the time of a reset, its dma-bufs are revoked: whoever has mapped
  them reaches nothing any more. A dma-buf that is whole again can be mapped again; what was mapped stays dead.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "guest"

  Rule: it is revoked until the device answers again

    @VFIO-DBUF-08 @VFIO-DBUF-09
    Scenario: it is asked for while memory decoding is off
      Given a device "disk" attached to IOAS "other"
      When it clears "MEMORY" in COMMAND of device "disk"
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENODEV
      When it sets "MEMORY" in COMMAND of device "disk"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"

    @VFIO-DBUF-08 @VFIO-DBUF-09 @needs:device-with-power-management
    Scenario: the device is put into D3hot
      Given a device "disk" with power management
      When it attaches device "disk" to IOAS "other"
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it writes "STATE 3" to PM_CTRL of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENODEV
      When it writes "STATE 0" to PM_CTRL of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds

    @VFIO-DBUF-08 @needs:device-with-power-management
    Scenario: a device that answers already is told to
      Given a device "disk" with power management
      When it attaches device "disk" to IOAS "other"
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it writes "STATE 0" to PM_CTRL of device "disk"
      And it sets "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"

    @VFIO-DBUF-08 @VFIO-DBUF-09
    Scenario: low power is entered
      Given a device "disk" attached to IOAS "other"
      And a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it calls VFIO_DEVICE_FEATURE on device "disk" with:
        | flags | SET, LOW_POWER_ENTRY |
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENODEV
      When it calls VFIO_DEVICE_FEATURE on device "disk" with:
        | flags | SET, LOW_POWER_EXIT |
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"

  Rule: a reset revokes it, and it can be mapped when the reset is over

    @VFIO-DBUF-08 @needs:device-alone-on-bus
    Scenario: the device is reset
      Given a device "disk" alone on a bus
      When it attaches device "disk" to IOAS "other"
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it calls VFIO_DEVICE_RESET on device "disk"
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

    @VFIO-DBUF-10 @needs:device-alone-on-bus @needs:vfio-sysfs
    Scenario: root resets the device by sysfs, and it is left as it is
      Given a device "disk" alone on a bus
      When it attaches device "disk" to IOAS "other"
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it writes "1" to file "reset" of device "disk"
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"

    @VFIO-DBUF-08 @needs:device-with-function-level-reset
    Scenario: the function is reset by its capability
      Given a device "disk" that can be reset alone
      When it attaches device "disk" to IOAS "other"
      Given a dma-buf "bar" from BAR 4 of device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it writes "5" to VIRTIO_SELECT of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of BAR 4 of device "disk"
      When it writes "BCR_FLR" to EXP_DEVCTL of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it writes "6" to VIRTIO_SELECT of device "disk"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of BAR 4 of device "disk"
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

    @VFIO-DBUF-08 @needs:device-on-shared-bus
    Scenario: another device asks for a reset of the bus
      Given a device "disk" on a bus with others
      And a device "neighbour" in the group of device "disk" on a bus with others
      When it attaches device "disk" to IOAS "other"
      And it binds device "neighbour" to the iommufd
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it calls VFIO_DEVICE_PCI_HOT_RESET on device "neighbour"
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
