@needs:dma @needs:hwpt-alloc
Feature: what the machines of an emulator can show
  The IOMMUs of QEMU have no nested translation that Linux uses as it comes, no dirty bits and no devices with PASIDs. What is left
  has to be the same as on any machine, and what is lacking has to be said.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

  Rule: what an IOMMU lacks is refused, and its plain page tables work

    Scenario Outline: flags <flags> are refused by a VT-d in legacy mode
      Given a device "nic" attached to IOAS "other"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it made HWPT "tables"
      When it attaches device "nic" to HWPT "tables"
      And it stores pattern "reached" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "reached"

      @HW-STK-01 @needs:basic-iommu
      Examples: no nesting
        | flags                       |
        | NEST_PARENT                 |
        | NEST_PARENT, DIRTY_TRACKING |

      @HW-STK-04 @needs:basic-iommu
      Examples: no dirty bits
        | flags          |
        | DIRTY_TRACKING |

    @HW-STK-01 @needs:basic-iommu
    Scenario: a page table of a guest is refused by a VT-d in legacy mode
      Given a device "nic" attached to IOAS "other"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it made HWPT "tables"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "tables" |
        | data_type | VTD_S1        |
        | data_len  | 24 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | IOAS "guest"  |
        | data_type | VTD_S1        |
        | data_len  | 24 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      When it attaches device "nic" to HWPT "tables"
      And it stores pattern "reached" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "reached"

    @HW-STK-02 @needs:iommu-past-caches
    Scenario: an SMMUv3 whose guests could go past the caches makes nesting parents, and no vIOMMU
      Given a device "nic" behind an IOMMU that does not enforce coherency attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | ARM_SMMUV3    |
        | hwpt_id | HWPT "parent" |
      Then it fails with EOPNOTSUPP
      When it attaches device "nic" to HWPT "parent"
      And it stores pattern "reached" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "reached"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

  Rule: a device has all bits of an address

    @HW-STK-05
    Scenario: two IOVAs that differ above bit 27 are two places
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 272 MiB read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 8208 MiB read-write
      And it stores pattern "low" in buffer "ram"
      And it stores pattern "high" in buffer "ram" + 2 pages
      And it stores pattern "higher" in buffer "ram" + 3 pages
      And device "nic" reads 1 page at 272 MiB
      Then the device got pattern "high"
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "low"
      When device "nic" reads 1 page at 8208 MiB
      Then the device got pattern "higher"
      When it unmaps 1 page at 272 MiB from IOAS "guest"
      And device "nic" reads 1 page at 272 MiB
      Then the access is blocked

  Rule: interrupts and caches are as the IOMMU was made

    @HW-STK-06 @needs:unsafe-interrupts
    Scenario: without interrupt remapping a device is bound only where that is allowed
      Given a device "nic"
      When it writes "N" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      And it binds device "nic" to the iommufd
      Then it fails with EPERM
      When it writes "Y" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      And it binds device "nic" to the iommufd
      And it attaches device "nic" to IOAS "guest"
      And it stores pattern "reached" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "reached"

    @HW-STK-06
    Scenario Outline: VFIO_DMA_CC_IOMMU is <answer> with <iommu>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns <answer>
      When it stores pattern "reached" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "reached"

      @needs:snoop-control
      Examples: with snoop control
        | iommu                     | answer |
        | a VT-d with snoop control | 1      |

      @needs:basic-iommu
      Examples: without snoop control
        | iommu                        | answer |
        | a VT-d without snoop control | 0      |

  Rule: devices that the IOMMU cannot tell apart are one group

    @HW-STK-07 @needs:shared-group
    Scenario: two devices of one slot or behind one bridge move together
      Given a device "nic" attached to IOAS "guest"
      And a device "neighbour" in the group of device "nic"
      When it attaches device "neighbour" to IOAS "other"
      Then it fails with EINVAL
      When it attaches device "neighbour" to IOAS "guest"
      And it stores pattern "reached" in buffer "ram" + 1 page
      And device "neighbour" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "reached"
      When it attaches device "nic" to IOAS "other"
      And device "neighbour" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

  Rule: interrupts of a virtio-iommu have the region that the device says, or that of the kernel

    @HW-STK-08 @needs:virtio-iommu
    Scenario: with a region of the device, nothing is kept at 128 MiB
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 129 MiB - 2 pages read-write
      And it stores pattern "reached" in buffer "ram" + 3 pages
      And device "nic" reads 1 page at 129 MiB - 1 page
      Then the device got pattern "reached"
