@needs:smmuv3 @needs:hwpt-alloc
Feature: what an SMMUv3 is, and what one may lack
  A virtual SMMU is made of the unit that the devices of a guest are behind. Not every unit can be one, and not every
  device can be a guest's.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "data" of 1 page

  Rule: a unit shows its identification registers: both stages, tables of VMSAv8-64, pages of 4 KiB

    @HWINFO-16
    Scenario Outline: the registers are told, asked for as type <type>
      Given a device "nic" attached to IOAS "other"
      When it stores struct iommu_hw_info_arm_smmuv3 in buffer "data":
        | flags  | __reserved |
        | bit 31 | bit 31     |
      And it calls IOMMU_GET_HW_INFO with:
        | flags        | INPUT_TYPE    |
        | in_data_type | <type>        |
        | data_len     | 40 bytes      |
        | data_uptr    | buffer "data" |
      Then it succeeds
      And it returns:
        | out_data_type | ARM_SMMUV3 |
        | data_len      | 40 bytes   |
      And buffer "data" holds struct iommu_hw_info_arm_smmuv3:
        | flags | __reserved | idr[0]                  | idr[5]      |
        |     0 |          0 | with S1P, TTF VMSAv8_64 | with GRAN4K |

      Examples:
        | type       |
        | DEFAULT    |
        | ARM_SMMUV3 |

  Rule: a virtual SMMU is of the unit that its parent was made for

    @VIOMMU-11 @VDEV-02 @needs:smmuv3-nesting @needs:device-behind-another-iommu
    Scenario: a parent is refused to a device behind another unit
      Given a device "nic" attached to IOAS "other"
      And an IOAS "third"
      And a device "far" behind another IOMMU attached to IOAS "third"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | dev_id  | device "far"  |
        | hwpt_id | HWPT "parent" |
      Then it fails with EINVAL
      And it wrote nothing back
      Given a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id | device "far" |
      Then it fails with EINVAL
      When it attaches device "far" to HWPT "parent"
      Then it fails with EINVAL

    @DEV-49 @DEV-42 @needs:dma @needs:device-behind-another-iommu
    Scenario: a page table of another unit is refused, and the device stays where it is
      Given a device "nic" attached to IOAS "other"
      And an IOAS "third"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "third" at 16 MiB read-write
      And a device "far" behind another IOMMU attached to IOAS "third"
      And an HWPT "near" for device "nic" on IOAS "guest"
      When it attaches device "far" to HWPT "near"
      Then it fails with EINVAL
      And nothing has changed
      And device "far" sees buffer "ram" at 16 MiB .. +2 pages
      When it maps 1 page of buffer "data" into IOAS "guest" at 128 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "data" into IOAS "third" at 128 MiB read-write
      Then it fails with EINVAL
      When it unmaps 1 page at 128 MiB from IOAS "guest"
      And it detaches device "far"
      And it attaches device "far" to HWPT "near"
      Then it fails with EINVAL
      And device "far" does not see buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "near"
      Then it succeeds

    @VEVQ-21 @needs:dma @needs:smmuv3-nesting @needs:veventq @needs:device-behind-another-iommu
    Scenario Outline: a device of a guest is refused <table> of another unit, and its guest is told its faults
      Given a device "nic" attached to IOAS "other"
      And an IOAS "third"
      And a buffer "tables" of 8 pages
      And a buffer "strange" of 8 pages
      And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it maps 8 pages of buffer "strange" into IOAS "third" at 1 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And a device "far" behind another IOMMU attached to IOAS "other"
      And a nesting HWPT "beyond" for device "far" on IOAS "third"
      And a vIOMMU "twin" for device "far" on HWPT "beyond"
      And an SMMUv3 page table "far stage 1" in buffer "strange", which the guest has at 1 MiB
      And a nested HWPT "foreign" with page table "far stage 1" for device "far" on vIOMMU "twin"
      When it attaches device "nic" to HWPT "translated"
      And it attaches device "nic" to HWPT <name>
      Then it fails with EINVAL
      When device "nic" reads 1 page at 80 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                          |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 80 MiB |

      @DEV-49 @HW-SMU-03
      Examples:
        | table                  | name      |
        | a parent               | "beyond"  |
        | a guest's page table    | "foreign" |

    @VIOMMU-12 @VIOMMU-03 @HW-SMU-04 @needs:iommu-without-nesting
    Scenario: a unit with one stage of translation has neither vIOMMUs nor nesting parents
      Given a device "nic" behind an IOMMU without nesting attached to IOAS "other"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | ARM_SMMUV3                     |
        | hwpt_id | the page table of device "nic" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

    @VIOMMU-12 @HW-SMU-04 @needs:iommu-past-caches
    Scenario: a device whose IOMMU does not enforce coherency has no vIOMMU
      Given a device "nic" behind an IOMMU that does not enforce coherency attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | ARM_SMMUV3    |
        | hwpt_id | HWPT "parent" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

    @VIOMMU-03 @needs:smmuv3-nesting
    Scenario Outline: a vIOMMU of type <type> is refused
      Given a device "nic" attached to IOAS "other"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>         |
        | hwpt_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | type           |
        | TEGRA241_CMDQV |
        | SELFTEST       |

  Rule: a guest's device has one StreamID

    @VDEV-10 @needs:smmuv3-nesting @needs:device-with-two-streams
    Scenario: a device behind a bridge of conventional PCI has no vDEVICE
      Given a device "nic" with two stream IDs attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | virt_id | 7 |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys vIOMMU "smmu"
      Then it succeeds

    @HWQ-05 @needs:smmuv3-nesting @needs:hw-queue
    Scenario: a guest has no HW queue
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it maps 1 page of buffer "data" into IOAS "guest" at 16 MiB read-write
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_HW_QUEUE_ALLOC with:
        | type   | TEGRA241_CMDQV |
        | length | 1 page         |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

  Rule: the host has to be able to use what a unit offers

    @DEV-40 @needs:iommu-with-large-pages
    Scenario: pages that are larger than those of memory are refused when a device is attached
      Given a device "nic" behind an IOMMU with pages of 64 KiB
      When it binds device "nic" to the iommufd
      Then it succeeds
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EINVAL
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it fails with EINVAL

    @DEV-14 @needs:iommu-without-coherency
    Scenario: a unit that does not snoop the caches is refused when a device is bound
      Given a device "nic" behind an IOMMU that is not coherent
      When it binds device "nic" to the iommufd
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT on device "nic" with:
        | pt_id | IOAS "guest" |
      Then it fails with EINVAL
      And nothing has changed

  Rule: the doorbells of interrupts have a window of their own

    @DEV-43 @DEV-36 @HW-SMU-30
    Scenario: the window is reserved as long as a device is attached
      Given it maps 1 page of buffer "data" into IOAS "guest" at 128 MiB - 1 page read-write
      And a device "nic" attached to IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        |       0 | 128 MiB - 1 byte |
        | 129 MiB | 256 TiB - 1 byte |
      When it detaches device "nic"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
