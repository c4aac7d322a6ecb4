@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma
Feature: stream table entries of a guest
  What a guest writes into its stream table for a device, a VMM gives to IOMMU_HWPT_ALLOC: two words, which say whether the
  device is blocked, passed through to the guest's memory, or led through a table of context descriptors in it. The second
  stage below is the host's.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 4 pages
    And a buffer "rom" of 4 pages
    And a buffer "data" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"

  Rule: without an entry there is no page table

    @HWPT-26
    Scenario: no data are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | vIOMMU "smmu" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed
      When it destroys vIOMMU "smmu"
      Then it succeeds

  Rule: an entry that is not valid, or that aborts, blocks the device

    Scenario Outline: an entry <case> blocks the device
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste   |
        | <ste> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "nothing"
      When it attaches device "nic" to HWPT "nothing"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys HWPT "nothing"
      Then it succeeds

      @HWPT-33 @HW-SMU-01
      Examples: not valid
        | case                                              | ste             |
        | of nothing                                        | 0               |
        | without V, and with all bits that are not allowed | all bits but V  |

      @HWPT-37 @HW-SMU-01
      Examples: valid
        | case                                              | ste             |
        | that aborts                                       | V, Config ABORT |

  Rule: an entry may say nothing but what is the guest's to decide

    @HWPT-34
    Scenario Outline: <what> is refused
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste   |
        | <ste> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EIO
      And it wrote nothing back
      And device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      When it destroys vIOMMU "smmu"
      Then it succeeds

      @HW-SMU-02
      Examples: what the host adds, and what nobody may set
        | what                        | ste                         |
        | Config of stage 2           | V, Config S2_TRANS          |
        | Config of both stages       | V, Config NESTED            |
        | a reserved Config           | V, Config 1                 |
        | another reserved Config     | V, Config 3                 |
        | bit 52 of the first word    | V, Config S1_TRANS, bit 52  |
        | bit 58 of the first word    | V, Config S1_TRANS, bit 58  |
        | a split EATS                | V, Config S1_TRANS, EATS 2  |
        | a reserved EATS             | V, Config S1_TRANS, EATS 3  |
        | a reserved EATS of a bypass | V, Config BYPASS, EATS 3    |
        | MEV                         | V, Config S1_TRANS, MEV     |
        | S2FWB                       | V, Config S1_TRANS, S2FWB   |
        | STRW                        | V, Config S1_TRANS, STRW 2  |
        | SHCFG                       | V, Config S1_TRANS, SHCFG 1 |
        | bit 8 of the second word    | V, Config S1_TRANS, S2HWU59 |
        | bit 63 of the second word   | V, Config S1_TRANS, bit 127 |

    @HW-SMU-02
    Scenario Outline: <what> of an entry that has no first stage is the guest's to set, and changes nothing
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste                       |
        | V, Config BYPASS, <field> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "bypass"
      When it attaches device "nic" to HWPT "bypass"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "rom" at 16 MiB .. +4 pages

      Examples:
        | what         | field                            |
        | S1Fmt        | S1Fmt 3                          |
        | S1ContextPtr | S1ContextPtr 4 PiB - 64 bytes    |
        | S1CDMax      | S1CDMax 31                       |
        | S1DSS        | S1DSS 3                          |
        | S1CIR, S1COR | S1CIR 3, S1COR 3                 |
        | S1CSH        | S1CSH 3                          |
        | S1STALLD     | S1STALLD                         |
        | EATS         | EATS 1                           |

    @HW-SMU-02
    Scenario Outline: <field> of an entry with one context descriptor is the guest's to set, and changes nothing
      Given an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "stage 1"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste                                                                             |
        | V, Config S1_TRANS, S1ContextPtr 1 MiB + 1 page, S1CIR 1, S1COR 1, <field> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

      @HW-SMU-05
      Examples:
        | field   |
        | S1Fmt 1 |
        | S1Fmt 2 |
        | S1Fmt 3 |
        | S1DSS 1 |
        | S1DSS 3 |

    @HW-SMU-01 @HW-SMU-36 @needs:veventq
    Scenario: a table of more descriptors than the unit has substreams is C_BAD_STE
      Given a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 1 MiB, S1CDMax 21, S1DSS 2, S1CIR 1, S1COR 1 |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                      |
        | C_BAD_STE, StreamID 0x55 |

    @HWPT-35
    Scenario Outline: flags <flags> are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | flags     | <flags>       |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it succeeds

      @HW-SMU-04
      Examples: its PASIDs are in the table of the guest
        | flags          |
        | PASID          |

      Examples: what is of page tables of the host
        | flags          |
        | NEST_PARENT    |
        | DIRTY_TRACKING |
        | bit 4          |

    @HWPT-35 @HWPT-13 @needs:fault-queue
    Scenario: a fault queue is taken without the driver being asked
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu"        |
        | flags     | FAULT_ID_VALID       |
        | fault_id  | fault queue "faults" |
        | data_type | ARM_SMMUV3           |
        | data_len  | 16 bytes             |
        | data_uptr | buffer "data"        |
      Then it succeeds
      When it destroys fault queue "faults"
      Then it fails with EBUSY

    Scenario Outline: data of type <type> and <length> are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "data" |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys vIOMMU "smmu"
      Then it succeeds

      @HWPT-19
      Examples: another type
        | type       | length   |
        | VTD_S1     | 16 bytes |

      @HWPT-20
      Examples: another length
        | type       | length   |
        | ARM_SMMUV3 | 15 bytes |
        | ARM_SMMUV3 | 17 bytes |
        | ARM_SMMUV3 |  8 bytes |

  Rule: a nesting parent is a second stage and nothing else

    @HWPT-36
    Scenario Outline: a parent with <flags> is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT, <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "further"
      When it attaches device "nic" to HWPT "further"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | flags                 |
        | DIRTY_TRACKING        |
        | PASID                 |
        | DIRTY_TRACKING, PASID |

    @HWPT-17 @HWPT-24
    Scenario: an entry on the parent itself is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

  Rule: a device that a guest translates has to be one of the guest's

    @HWPT-37 @VDEV-06 @HW-SMU-03
    Scenario: a table of context descriptors needs a vDEVICE
      Given an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "translated"
      Then it fails with ENOENT
      And device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      Given a vDEVICE "guest nic" for device "nic" with virt_id 7 on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds

    @HWPT-37 @DEV-49 @DEV-43
    Scenario: a device that is refused keeps its DMA, and its windows where it is
      Given an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "translated"
      Then it fails with ENOENT
      And nothing has changed
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "other" at 128 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "other" at 17 MiB read-write
      Then device "nic" sees buffer "ram" at 17 MiB .. +1 page
      And device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      When it destroys HWPT "translated"
      Then it succeeds
      When it destroys IOAS "other"
      Then it fails with EBUSY

    @HWPT-37 @HWPT-33 @HW-SMU-03
    Scenario: an entry that bypasses the first stage needs no vDEVICE
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste              |
        | V, Config BYPASS |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "bypass"
      When it attaches device "nic" to HWPT "bypass"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "rom" at 16 MiB .. +4 pages
