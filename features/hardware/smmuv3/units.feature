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

    @VIOMMU-12 @VIOMMU-03 @needs:iommu-without-nesting
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

    @VIOMMU-12 @needs:iommu-past-caches
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

    @DEV-43 @DEV-36
    Scenario: the window is reserved as long as a device is attached
      Given it maps 1 page of buffer "data" into IOAS "guest" at 128 MiB - 1 page read-write
      And a device "nic" attached to IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        |       0 | 128 MiB - 1 byte |
        | 129 MiB | 256 TiB - 1 byte |
      When it detaches device "nic"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
