@needs:smmuv3-express @needs:smmuv3-nesting @needs:device-with-pasids @needs:hwpt-alloc @needs:dma
Feature: substreams, whose context descriptors are the guest's
  A stream table entry with a first stage leads to a table of context descriptors, which is in the guest's memory. Requests
  with a PASID choose one by it; what becomes of requests without one, the entry says.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" with PASIDs attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "second tables" of 8 pages
    And an untouched buffer "contexts" of 32 pages
    And an untouched buffer "level 1" of 1 page
    And a buffer "ram" of 8 pages
    And a buffer "data" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "second tables" into IOAS "guest" at 2 MiB read-write
    And it maps 32 pages of buffer "contexts" into IOAS "guest" at 3 MiB read-write
    And it maps 1 page of buffer "level 1" into IOAS "guest" at 4 MiB read-write
    And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And an SMMUv3 page table "first" in buffer "tables", which the guest has at 1 MiB
    And an SMMUv3 page table "second" in buffer "second tables", which the guest has at 2 MiB
    And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "first"
    And the guest maps 4 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"
    And it stores an array of struct arm_smmu_cd in buffer "contexts":
      | data |
      | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 1, TTB0 1 MiB, MAIR0 0xff |
      | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 2, TTB0 2 MiB, MAIR0 0xff |
      | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 3, TTB0 1 MiB, MAIR0 0xff |

  Rule: two PASIDs use one address for different bytes, and the guest says which

    @HW-SMU-05
    Scenario Outline: <layout> leads PASID <pasid> to its table
      Given it stores an array of struct arm_smmu_cdtab_l1 in buffer "level 1":
        | l2ptr                    |
        | V, L2Ptr 3 MiB           |
        | V, L2Ptr 3 MiB + <leaf>  |
      And it stores struct arm_smmu_cd in buffer "contexts" + <leaf>:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 4, TTB0 2 MiB, MAIR0 0xff |
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, <ste>, S1DSS 0, S1CIR 1, S1COR 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And PASID <pasid> of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And PASID <pasid> of device "nic" does not see buffer "ram" at 64 MiB .. +1 page
      And PASID 2 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And PASID 2 of device "nic" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page

      Examples:
        | layout                                | ste                                  | leaf     | pasid |
        | one table                             | S1ContextPtr 3 MiB, S1CDMax 4        | 16 pages | 1     |
        | a table whose leaves have 64 KiB      | S1Fmt 2, S1ContextPtr 4 MiB, S1CDMax 11 | 16 pages | 1     |
        | the second leaf of 64 KiB             | S1Fmt 2, S1ContextPtr 4 MiB, S1CDMax 11 | 16 pages | 1024  |
        | a table whose leaves have 4 KiB       | S1Fmt 1, S1ContextPtr 4 MiB, S1CDMax 7  | 2 pages  | 1     |
        | the second leaf of 4 KiB              | S1Fmt 1, S1ContextPtr 4 MiB, S1CDMax 7  | 2 pages  | 64    |

    @HW-SMU-06
    Scenario: bytes of two PASIDs and of the device itself keep apart
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 2 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      When PASID 1 of device "nic" writes pattern "of one" at 64 MiB + 1 page
      And PASID 2 of device "nic" writes pattern "of two" at 64 MiB + 2 pages
      And device "nic" writes pattern "of itself" at 64 MiB + 3 pages
      Then it finds pattern "of one" in buffer "ram" + 5 pages
      And it finds pattern "of two" in buffer "ram" + 2 pages
      And it finds pattern "of itself" in buffer "ram" + 3 pages

  Rule: what comes without a PASID is treated as the entry says

    @HW-SMU-06
    Scenario: S1DSS 0 ends it, and PASID 0 is a substream as others
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 0 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And PASID 0 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-SMU-06
    Scenario: S1DSS 1 leads it past the first stage, to addresses of the guest
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page
      And PASID 0 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-SMU-06
    Scenario: S1DSS 2 gives it the first descriptor, which PASID 0 cannot have then
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 2 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      When PASID 0 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked

  Rule: a substream that is not there is refused, and the guest is told

    @HW-SMU-36 @needs:veventq
    Scenario Outline: <what> gives <event>
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And it stores struct arm_smmu_cdtab_l1 in buffer "level 1":
        | l2ptr          |
        | V, L2Ptr 3 MiB |
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, <ste>, S1CIR 1, S1COR 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      When PASID <pasid> of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                        |
        | <event>, SSV, SubstreamID <pasid>, StreamID 0x55 |

      @HW-SMU-27
      Examples:
        | what                              | ste                                             | pasid | event             |
        | a PASID beyond the table          | S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 0          | 17    | C_BAD_SUBSTREAMID |
        | PASID 0 where the first is taken  | S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2          | 0     | C_BAD_SUBSTREAMID |
        | a leaf that is not there          | S1Fmt 2, S1ContextPtr 4 MiB, S1CDMax 11, S1DSS 2 | 1024  | C_BAD_SUBSTREAMID |
        | a descriptor that is not valid    | S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2          | 3     | C_BAD_CD          |

      @HW-SMU-27
      Examples: asked for a translation, by a device that keeps them
        | what                              | ste                                             | pasid | event             |
        | a PASID beyond what may be kept   | S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 0, EATS 1  | 17    | C_BAD_SUBSTREAMID |
        | a descriptor that is none to keep | S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, EATS 1  | 3     | C_BAD_CD          |

    @HW-SMU-36 @needs:veventq
    Scenario: a request without a PASID gives F_STREAM_DISABLED where the entry ends it
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 0 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                              |
        | F_STREAM_DISABLED, StreamID 0x55 |

    @HW-SMU-36 @HW-SMU-01 @needs:veventq
    Scenario: a table larger than the unit can have gives C_BAD_STE
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 21, S1CIR 1, S1COR 1, S1DSS 2 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                      |
        | C_BAD_STE, StreamID 0x55 |

  Rule: the descriptor of a substream is kept until it is invalidated

    Background:
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1CIR 1, S1COR 1, S1DSS 2 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And PASID 1 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And PASID 2 of device "nic" sees buffer "ram" at 64 MiB .. +1 page
      Given it stores an array of struct arm_smmu_cd in buffer "contexts" + 64 bytes:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 5, TTB0 1 MiB, MAIR0 0xff |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 6, TTB0 2 MiB, MAIR0 0xff |

    @HW-SMU-14 @needs:caches-keep
    Scenario: CFGI_CD takes one, and CFGI_CD_ALL takes them all
      When it invalidates through vIOMMU "smmu":
        | cmd                                         |
        | CFGI_CD, SubstreamID 1, StreamID 0x55, Leaf |
      Then PASID 1 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And PASID 1 of device "nic" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page
      And PASID 2 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      When it invalidates through vIOMMU "smmu":
        | cmd                        |
        | CFGI_CD_ALL, StreamID 0x55 |
      Then PASID 2 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And PASID 2 of device "nic" does not see buffer "ram" at 64 MiB .. +1 page
