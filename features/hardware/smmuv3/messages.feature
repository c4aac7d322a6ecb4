@needs:smmuv3 @needs:vfio-device @needs:edu-registers @needs:dma
Feature: messages of interrupts go through an SMMUv3 as other writes do
  The kernel maps the page of the doorbell into each page table that the device comes to, in the window that is reserved for that. On an
  entry of a guest that translates, the guest's own table comes before.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And an eventfd "line"
    And a device "nic"
    And it binds device "nic" to the iommufd

  Rule: behind an SMMUv3 a message needs a page table that leads to the doorbell

    @HW-SMU-43
    Scenario: what a device sends while it is attached to nothing is lost
      Given it attaches device "nic" to IOAS "guest"
      And it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      When it detaches device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it attaches device "nic" to IOAS "other"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @HW-SMU-43 @DEV-43
    Scenario: the doorbell is in the window, where nobody sees it mapped
      Given a buffer "ram" of 1 page
      And it attaches device "nic" to IOAS "guest"
      And it connects MSI of device "nic" to eventfd "line"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      When it unmaps everything from IOAS "guest"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

  @needs:smmuv3-nesting @needs:hwpt-alloc
  Rule: a guest's page table leads messages as it leads any other write

    Background:
      Given an untouched buffer "tables" of 8 pages
      And an untouched buffer "data" of 1 page
      And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"

    @HW-SMU-43 @DEV-43
    Scenario: the guest leads the first page of the window to itself
      Given the guest maps 1 page at 128 MiB to 128 MiB read-write in page table "stage 1"
      And it attaches device "nic" to HWPT "translated"
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it disconnects MSI of device "nic"
      And it connects MSI of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When the guest unmaps 1 page at 128 MiB in page table "stage 1"
      And it invalidates through vIOMMU "smmu":
        | cmd         |
        | TLBI_NH_ALL |
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled

    @HW-SMU-43 @needs:veventq
    Scenario: the guest does not map the window
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "translated"
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                                   |
        | F_TRANSLATION, StreamID 0x55, CLASS IN, InputAddr 128 MiB + 64 bytes |
      When it attaches device "nic" to HWPT "parent"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: a device that is attached to nothing has no way to a doorbell

    # A device that no other scenario about messages has: Linux does not come back from it, LINUX-37.

    @HW-SMU-44 @needs:device-with-two-streams
    Scenario: messages are refused, and granted once the device is attached
      Given a device "bridged" with two stream IDs
      And it binds device "bridged" to the iommufd
      When it connects MSI of device "bridged" to eventfd "line"
      Then it fails with ENOSPC
      When it attaches device "bridged" to IOAS "guest"
      And it connects MSI of device "bridged" to eventfd "line"
      Then it succeeds
      When it sets "MASTER" in COMMAND of device "bridged"
      And device "bridged" raises cause 1
      Then eventfd "line" was signalled once
