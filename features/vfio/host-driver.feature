@needs:host-driver
Feature: drivers of the host, and of VFIO

  A group is either the host's or a process's: drivers of the host that do DMA have its devices, or an iommufd has all of
  them. Otherwise one of the two could reach the memory of the other.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a device "nic"
    And a device "disk" in the group of device "nic" that the host can drive

  Rule: no iommufd gets a group of which the host has a device

    @DEV-11 @VFIO-CDEV-09
    Scenario: the host has another device of the group, until it is bound to vfio-pci
      When device "disk" is bound to the host's driver
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it fails with EPERM
      When it destroys object 2
      Then it fails with ENOENT
      When device "disk" is bound to vfio-pci
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-11 @VFIO-CDEV-02
    Scenario: a device that is open and not bound leaves its group to the host
      When it opens device "nic"
      And device "disk" is bound to the host's driver
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it fails with EPERM

    @DEV-11 @needs:two-devices
    Scenario: a device of another group does not matter
      Given a device "other"
      When device "disk" is bound to the host's driver
      And it binds device "nic" to the iommufd
      Then it fails with EPERM
      When it attaches device "other" to IOAS "guest"
      Then it succeeds
      And device "other" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: the host gets no device of a group that an iommufd has

    @DEV-51
    Scenario: a device of the group is bound
      When it binds device "nic" to the iommufd
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      And device "nic" exists
      When device "disk" is bound to vfio-pci
      And it binds device "disk" to the iommufd
      Then it succeeds
      And device "disk" exists

    @DEV-51
    Scenario: a device of the group is attached, until it is closed
      When it attaches device "nic" to IOAS "guest"
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it closes device "nic"
      And device "disk" is bound to the host's driver
      Then it succeeds
      When it opens device "nic"
      And it binds device "nic" to the iommufd
      Then it fails with EPERM

    @DEV-51 @VFIO-34 @needs:vfio-group @needs:vfio-compat
    Scenario: the group was opened, and a device of it
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      When it closes device "nic"
      And device "disk" is bound to the host's driver
      Then it succeeds
      When it opens device "nic" through its group
      Then it fails with EPERM
