@needs:intel-iommu @needs:basic-iommu @needs:vfio-device @needs:dma
Feature: context entries of a VT-d in legacy mode
  A VT-d finds the page table of a device by the device's context entry. It keeps the entry until it is told that the device
  has another one, or none.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 1 page of buffer "ram" + 2 pages into IOAS "other" at 16 MiB read-write
    And a device "nic" attached to IOAS "guest"

  Rule: an entry that changed is not used any more

    @HW-VTD-33
    Scenario: a device is detached that has just been translated
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +1 page
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

    @HW-VTD-33 @HW-VTD-30 @needs:two-devices
    Scenario: another device with the same page table stays
      Given a device "disk" attached to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access goes through
