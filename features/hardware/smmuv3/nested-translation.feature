@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma
Feature: both stages of translation
  The addresses that a device uses are led through the guest's table to addresses of the guest, and those through the
  parent's to memory. The guest's own tables, and the context descriptor that leads to them, are read through the parent.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "stage 1"
    And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"

  Rule: an access is translated by both stages

    @HWPT-37
    Scenario: a page that the guest unmapped before the attach is not reached
      Given the guest unmaps 1 page at 64 MiB + 1 page in page table "stage 1"
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 64 MiB + 1 page .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 64 MiB + 2 pages .. +2 pages

    @HWPT-37 @DEV-27 @HW-SMU-01
    Scenario: a guest switches between bypass, translation and abort
      Given it stores an array of struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste              |
        | V, Config BYPASS |
        | V, Config ABORT  |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "bypass"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu"            |
        | data_type | ARM_SMMUV3               |
        | data_len  | 16 bytes                 |
        | data_uptr | buffer "data" + 16 bytes |
      Then it made HWPT "nothing"
      When it attaches device "nic" to HWPT "bypass"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to HWPT "nothing"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked

  Rule: the guest is told what its own table refuses

    @VEVQ-21 @HW-SMU-27 @needs:veventq
    Scenario: an address that the guest does not map is a translation fault
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "translated"
      When device "nic" reads 1 page at 80 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" holds struct iommufd_vevent_header:
        | flags | sequence |
        |     0 |        0 |
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 80 MiB |

    @VEVQ-21 @HW-SMU-27 @HW-SMU-28 @needs:veventq
    Scenario: a write to a read-only page is a permission fault, told under the new virt_id of the device
      Given it destroys vDEVICE "guest nic"
      And a vDEVICE "renamed" for device "nic" with virt_id 1000001 on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And the guest maps 1 page at 65 MiB to 16 MiB read-only in page table "stage 1"
      And it attaches device "nic" to HWPT "translated"
      When device "nic" writes pattern "strewn" at 65 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" holds struct iommufd_vevent_header:
        | flags | sequence |
        |     0 |        0 |
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_PERMISSION, StreamID 1000001, CLASS IN, InputAddr 65 MiB |

    @VEVQ-21 @needs:veventq
    Scenario: the guest is not told what the host's table refuses
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And the guest maps 1 page at 65 MiB to 512 MiB read-write in page table "stage 1"
      And it attaches device "nic" to HWPT "translated"
      When device "nic" reads 1 page at 65 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 0

    @HW-SMU-28 @VEVQ-11 @VEVQ-12 @needs:veventq
    Scenario: a queue that is full loses the third event and the fourth, and has a header of them
      Given a vEVENTQ "events" with depth 2 on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "translated"
      When device "nic" reads 4 bytes at 80 MiB
      And device "nic" reads 4 bytes at 81 MiB
      And device "nic" reads 4 bytes at 82 MiB
      And device "nic" reads 4 bytes at 83 MiB
      Then the access is blocked
      When it reads 160 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 88
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 80 MiB |
      And buffer "data" + 40 bytes holds struct iommufd_vevent_header:
        | flags | sequence |
        |     0 |        1 |
      And buffer "data" + 48 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 81 MiB |
      And buffer "data" + 80 bytes holds struct iommufd_vevent_header:
        | flags | sequence |
        |     1 |        3 |
      When device "nic" reads 4 bytes at 84 MiB
      And it reads 160 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" holds struct iommufd_vevent_header:
        | flags | sequence |
        |     0 |        4 |
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 84 MiB |

  Rule: the window of the doorbells is reserved in the IOAS of the parent

    @DEV-43 @DEV-41 @HW-SMU-30
    Scenario: nothing is mapped over the doorbells of a nested device
      When it attaches device "nic" to HWPT "translated"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 129 MiB - 1 page read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "other" at 128 MiB read-write
      Then it succeeds
      When it attaches device "nic" to IOAS "other"
      Then it fails with EADDRINUSE

    @HW-SMU-30 @needs:veventq
    Scenario Outline: a device that uses the <where> page of the window is led by the table of its guest
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "translated"
      When device "nic" reads 4 bytes at <page>
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                           |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr <page> |
      When the guest maps 1 page at <page> to <page> read-write in page table "stage 1"
      And device "nic" reads 4 bytes at <page>
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 0
      When the guest maps 1 page at <beside> to 16 MiB read-write in page table "stage 1"
      Then device "nic" sees buffer "ram" at <beside> .. +1 page

      Examples:
        | where | page             | beside           |
        | first | 128 MiB          | 128 MiB - 1 page |
        | last  | 129 MiB - 1 page | 129 MiB          |

  Rule: a guest has to have a vDEVICE for every device of a group

    @HWPT-37 @needs:shared-group
    Scenario Outline: a neighbour without a vDEVICE keeps the group from the guest's page table, asked by the <asked>
      Given a device "neighbour" in the group of device "nic"
      And a buffer "rom" of 4 pages
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      When it attaches device "neighbour" to IOAS "other"
      And it attaches device "<device>" to HWPT "translated"
      Then it fails with ENOENT
      And nothing has changed
      And device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "rom" at 16 MiB .. +4 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it succeeds
      When it unmaps 1 page at 128 MiB from IOAS "guest"
      Given a vDEVICE "guest neighbour" for device "neighbour" with virt_id 0x56 on vIOMMU "smmu"
      When it attaches device "<device>" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And device "neighbour" sees buffer "ram" at 64 MiB .. +4 pages

      @DEV-49
      Examples:
        | asked     | device    |
        | device    | nic       |
        | neighbour | neighbour |

  Rule: a device of one guest is refused the page table of another, and stays with its own

    Background:
      Given an IOAS "second"
      And a buffer "strange tables" of 8 pages
      And a nesting HWPT "further" for device "nic" on IOAS "second"
      And a vIOMMU "stranger" for device "nic" on HWPT "further"
      And an SMMUv3 page table "strange" in buffer "strange tables", which the guest has at 1 MiB
      And a nested HWPT "foreign" with page table "strange" for device "nic" on vIOMMU "stranger"

    @HWPT-37 @VDEV-06 @DEV-49
    Scenario: its DMA goes on through both stages, and its windows are reserved where it is
      When it attaches device "nic" to HWPT "translated"
      And it attaches device "nic" to HWPT "foreign"
      Then it fails with ENOENT
      And device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      When it maps 1 page of buffer "ram" into IOAS "second" at 128 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it fails with EINVAL
      When it destroys HWPT "foreign"
      Then it succeeds
      When it destroys vIOMMU "stranger"
      Then it succeeds

    @VEVQ-21 @DEV-49 @needs:veventq
    Scenario: its own guest is told what its table refuses
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And a vEVENTQ "strange events" with depth 8 on vIOMMU "stranger"
      When it attaches device "nic" to HWPT "translated"
      And it attaches device "nic" to HWPT "foreign"
      Then it fails with ENOENT
      When device "nic" reads 1 page at 80 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "strange events" into buffer "data"
      Then it returns 0
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 80 MiB |
