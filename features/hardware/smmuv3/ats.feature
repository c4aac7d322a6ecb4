@needs:smmuv3-express @needs:smmuv3-nesting @needs:device-with-pasids @needs:hwpt-alloc @needs:dma
Feature: what devices keep of the translations of an SMMUv3
  A device with ATS asks for translations and keeps what it gets, past the caches of the SMMU: the result of both stages. It
  forgets when it is told by ATC_INV, which the kernel sends for what it does itself, and a guest for what it does.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" with PASIDs attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "second tables" of 8 pages
    And an untouched buffer "contexts" of 2 pages
    And a buffer "old" of 20 pages
    And a buffer "new" of 20 pages
    And a buffer "data" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "second tables" into IOAS "guest" at 2 MiB read-write
    And it maps 2 pages of buffer "contexts" into IOAS "guest" at 3 MiB read-write

  Rule: a guest tells the device what to forget of the guest's own table

    Background:
      Given it maps 20 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
      And it maps 20 pages of buffer "new" into IOAS "guest" at 20 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And an SMMUv3 page table "first" in buffer "tables", which the guest has at 1 MiB
      And an SMMUv3 page table "second" in buffer "second tables", which the guest has at 2 MiB
      And the guest maps 10 pages at 64 MiB to 16 MiB read-write in page table "first"
      And the guest maps 10 pages at 64 MiB to 16 MiB + 10 pages read-write in page table "second"
      And it stores an array of struct arm_smmu_cd in buffer "contexts":
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 1, TTB0 1 MiB, MAIR0 0xff |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 2, TTB0 2 MiB, MAIR0 0xff |

    @HW-SMU-37 @needs:caches-keep
    Scenario: TLBI_NH_VA leaves what the device has, until ATC_INV
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1, EATS 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 20 MiB read-write in page table "first"
      And it invalidates through vIOMMU "smmu":
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB |
        | TLBI_NH_ALL                     |
      Then device "nic" sees buffer "old" at 64 MiB .. +2 pages
      When it invalidates through vIOMMU "smmu":
        | cmd                                  |
        | ATC_INV, StreamID 0x55, Addr 64 MiB  |
      Then device "nic" sees buffer "new" at 64 MiB .. +1 page
      And device "nic" does not see buffer "old" at 64 MiB .. +1 page
      And device "nic" sees buffer "old" + 1 page at 64 MiB + 1 page .. +1 page

    @HW-SMU-42
    Scenario: a guest that wants no ATS needs no ATC_INV
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 20 MiB read-write in page table "first"
      And it invalidates through vIOMMU "smmu":
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB |
      Then device "nic" sees buffer "new" at 64 MiB .. +1 page
      And device "nic" does not see buffer "old" at 64 MiB .. +1 page

    @HW-SMU-23
    Scenario Outline: <cmd> makes <what> ask again
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1, EATS 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And <requester> sees buffer "old" + <part> at <iova> .. +1 page
      When the guest maps 10 pages at 64 MiB to 20 MiB read-write in page table "first"
      And the guest maps 10 pages at 64 MiB to 20 MiB + 10 pages read-write in page table "second"
      And it invalidates through vIOMMU "smmu":
        | cmd         |
        | TLBI_NH_ALL |
        | <cmd>       |
      Then it succeeds
      And <requester> sees buffer "new" + <part> at <iova> .. +1 page
      And <requester> does not see buffer "old" + <part> at <iova> .. +1 page

      Examples:
        | cmd                                                          | what                  | requester               | iova             | part     |
        | ATC_INV, StreamID 0x55, Addr 64 MiB                          | the device            | device "nic"            | 64 MiB           | 0        |
        | ATC_INV, StreamID 0x55, Size 52                              | the device            | device "nic"            | 64 MiB + 9 pages | 9 pages  |
        | ATC_INV, StreamID 0x55, Size 1, Addr 64 MiB + 2 pages        | the last of two pages | device "nic"            | 64 MiB + 3 pages | 3 pages  |
        | ATC_INV, SSV, SubstreamID 1, StreamID 0x55, Addr 64 MiB      | its PASID             | PASID 1 of device "nic" | 64 MiB           | 10 pages |
        | ATC_INV, SSV, SubstreamID 1, StreamID 0x55, Size 52          | its PASID             | PASID 1 of device "nic" | 64 MiB + 1 page  | 11 pages |
        | ATC_INV, G, SSV, SubstreamID 9, StreamID 0x55, Addr 64 MiB   | every PASID           | PASID 1 of device "nic" | 64 MiB           | 10 pages |
        | ATC_INV, StreamID 0x55, Size 52                              | every PASID           | PASID 1 of device "nic" | 64 MiB           | 10 pages |

    @HW-SMU-23 @needs:caches-keep
    Scenario Outline: <cmd> leaves what <requester> has at <iova>
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1, EATS 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And <requester> sees buffer "old" + <part> at <iova> .. +1 page
      When the guest maps 10 pages at 64 MiB to 20 MiB read-write in page table "first"
      And the guest maps 10 pages at 64 MiB to 20 MiB + 10 pages read-write in page table "second"
      And it invalidates through vIOMMU "smmu":
        | cmd         |
        | TLBI_NH_ALL |
        | <cmd>       |
      Then it <result>
      And <requester> sees buffer "old" + <part> at <iova> .. +1 page
      And <requester> does not see buffer "new" + <part> at <iova> .. +1 page

      Examples: another page, another substream
        | cmd                                                     | result         | requester               | iova             | part     |
        | ATC_INV, StreamID 0x55, Addr 64 MiB                     | succeeds       | device "nic"            | 64 MiB + 1 page  | 1 page   |
        | ATC_INV, StreamID 0x55, Size 1, Addr 64 MiB + 2 pages   | succeeds       | device "nic"            | 64 MiB + 1 page  | 1 page   |
        | ATC_INV, StreamID 0x55, Size 1, Addr 64 MiB + 2 pages   | succeeds       | device "nic"            | 64 MiB + 4 pages | 4 pages  |
        | ATC_INV, SSV, SubstreamID 1, StreamID 0x55, Size 52     | succeeds       | device "nic"            | 64 MiB           | 0        |
        | ATC_INV, SSV, SubstreamID 2, StreamID 0x55, Size 52     | succeeds       | PASID 1 of device "nic" | 64 MiB           | 10 pages |

      Examples: what is none for a guest
        | cmd                                  | result         | requester    | iova   | part |
        | ATC_INV, StreamID 0x55, Size 53      | fails with EIO | device "nic" | 64 MiB | 0    |
        | ATC_INV, StreamID 0x56, Addr 64 MiB  | fails with EIO | device "nic" | 64 MiB | 0    |
        | ATC_INV, StreamID 0x55, Range 0, bit 70 | fails with EIO | device "nic" | 64 MiB | 0    |

    @HW-SMU-32
    Scenario Outline: an unmap from the parent reaches the device and its PASID, with EATS <ats>
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1, EATS <ats> |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +10 pages
      And PASID 1 of device "nic" sees buffer "old" + 10 pages at 64 MiB .. +10 pages
      When it unmaps 20 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 64 MiB + 9 pages
      Then the access is blocked
      When PASID 1 of device "nic" reads 1 page at 64 MiB + 9 pages
      Then the access is blocked

      Examples:
        | ats |
        | 1   |
        | 0   |

    @HW-SMU-41
    Scenario: a device that moves to another entry of its guest takes nothing along
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 3 MiB, S1CDMax 4, S1DSS 2, S1CIR 1, S1COR 1, EATS 1 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "translated"
      When it attaches device "nic" to HWPT "translated"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "old" + 10 pages at 64 MiB .. +2 pages
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config BYPASS |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "past the first stage"
      When it attaches device "nic" to HWPT "past the first stage"
      Then it succeeds
      And device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +1 page
      When PASID 1 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config ABORT |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "nowhere"
      When it attaches device "nic" to HWPT "nowhere"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "old" at 64 MiB .. +2 pages

  Rule: the kernel tells the device what to forget of the kernel's tables

    Background:
      Given it maps 7 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "old" + 7 pages into IOAS "guest" at 16 MiB + 7 pages read-write
      And it maps 9 pages of buffer "old" + 11 pages into IOAS "guest" at 16 MiB + 11 pages read-write
      And it maps 20 pages of buffer "new" into IOAS "other" at 16 MiB read-write
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      And a PASID HWPT "more" for device "nic" on IOAS "other"

    @HW-SMU-33
    Scenario Outline: pages 7 to 10 are unmapped, and no one of them is left in the device, for <requester>
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      Then <requester> sees buffer "old" at 16 MiB .. +20 pages
      When it unmaps 4 pages at 16 MiB + 7 pages from IOAS "guest"
      And <requester> reads 1 page at 16 MiB + 7 pages
      Then the access is blocked
      When <requester> reads 1 page at 16 MiB + 8 pages
      Then the access is blocked
      When <requester> reads 1 page at 16 MiB + 10 pages
      Then the access is blocked
      And <requester> sees buffer "old" at 16 MiB .. +7 pages
      And <requester> sees buffer "old" + 11 pages at 16 MiB + 11 pages .. +9 pages

      Examples:
        | requester               |
        | device "nic"            |
        | PASID 1 of device "nic" |

    @HW-SMU-33
    Scenario Outline: <pages> from <first> are unmapped, and the last one is not left in the device
      Given it maps <first> of buffer "old" into IOAS "guest" at 64 MiB read-write
      And it maps <pages> of buffer "old" + <first> into IOAS "guest" at 64 MiB + <first> read-write
      And it maps 1 page of buffer "old" + <next> into IOAS "guest" at 64 MiB + <next> read-write
      When it attaches device "nic" to HWPT "own"
      Then device "nic" sees buffer "old" at 64 MiB .. +<next>
      When it unmaps <pages> at 64 MiB + <first> from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB + <first>
      Then the access is blocked
      When device "nic" reads 1 page at 64 MiB + <last>
      Then the access is blocked
      And device "nic" sees buffer "old" at 64 MiB .. +<first>
      And device "nic" sees buffer "old" + <next> at 64 MiB + <next> .. +1 page

      Examples:
        | pages   | first   | last     | next     |
        | 2 pages | 7 pages |  8 pages |  9 pages |
        | 3 pages | 8 pages | 10 pages | 11 pages |
        | 5 pages | 8 pages | 12 pages | 13 pages |
        | 9 pages | 8 pages | 16 pages | 17 pages |

    @HW-SMU-33
    Scenario: a device on a second stage forgets what is unmapped there
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "old" at 16 MiB .. +20 pages
      When it unmaps 4 pages at 16 MiB + 7 pages from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 7 pages
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 10 pages
      Then the access is blocked
      And device "nic" sees buffer "old" at 16 MiB .. +7 pages

    @HW-SMU-41
    Scenario: a device and its PASID move, and forget where they were
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 2 of device "nic" to HWPT "work"
      Then device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      When it attaches PASID 1 of device "nic" to HWPT "more"
      Then PASID 1 of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" does not see buffer "old" at 16 MiB .. +1 page
      And device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And PASID 2 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      When it attaches device "nic" to HWPT "more"
      Then device "nic" sees buffer "new" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "old" at 16 MiB .. +1 page
      And PASID 2 of device "nic" sees buffer "old" at 16 MiB .. +2 pages

    @HW-SMU-39
    Scenario Outline: PASID <one> and PASID <other> have descriptors of their own
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID <one> of device "nic" to HWPT "work"
      And it attaches PASID <other> of device "nic" to HWPT "more"
      Then PASID <one> of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And PASID <other> of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      When it detaches PASID <one> of device "nic"
      And PASID <one> of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And PASID <other> of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      When it attaches PASID 1048576 of device "nic" to HWPT "work"
      Then it fails with EINVAL

      @HW-SMU-05
      Examples:
        | one    | other   |
        |      1 |    1025 |
        |   1023 |    1024 |
        | 524287 |  524288 |
        |  32768 | 1048575 |

    @HW-SMU-40
    Scenario: a PASID is detached, and nothing is left of it
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 2 of device "nic" to HWPT "more"
      Then PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And PASID 2 of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      When it detaches PASID 1 of device "nic"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And PASID 2 of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      And device "nic" sees buffer "old" at 16 MiB .. +2 pages
      When it destroys HWPT "work"
      Given a PASID HWPT "next" for device "nic" on IOAS "other"
      When it attaches PASID 1 of device "nic" to HWPT "next"
      Then PASID 1 of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" does not see buffer "old" at 16 MiB .. +1 page

    @HW-SMU-39
    Scenario: the device itself is detached, and its PASIDs go on
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      Then device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      When it detaches PASID 1 of device "nic"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to HWPT "more"
      Then device "nic" sees buffer "new" at 16 MiB .. +2 pages

    @HW-SMU-39 @HW-SMU-42
    Scenario: PASIDs of a device that is attached to nothing, and ATS for as long as one of the two is
      Given device "nic" shows:
        | ATS control | E |
      When it detaches device "nic"
      Then device "nic" shows:
        | ATS control | 0 |
      When it attaches PASID 1 of device "nic" to HWPT "work"
      Then PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And device "nic" shows:
        | ATS control | E |
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches PASID 2 of device "nic" to HWPT "more"
      And it detaches PASID 1 of device "nic"
      Then PASID 2 of device "nic" sees buffer "new" at 16 MiB .. +2 pages
      And device "nic" shows:
        | ATS control | E |
      When it detaches PASID 2 of device "nic"
      And PASID 2 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" shows:
        | ATS control | 0 |
      When it attaches device "nic" to HWPT "own"
      Then device "nic" sees buffer "old" at 16 MiB .. +2 pages
      And device "nic" shows:
        | ATS control | E |

    @HW-SMU-38
    Scenario: a device is on a guest's entry or has PASIDs of the host, and not both
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      Given it stores struct iommu_hwpt_arm_smmuv3 in buffer "data":
        | ste |
        | V, Config BYPASS |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "data" |
      Then it made HWPT "past the first stage"
      When it attaches device "nic" to HWPT "past the first stage"
      Then it succeeds
      When it attaches PASID 1 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches device "nic" to HWPT "past the first stage"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "parent"
      Then it fails with EINVAL
      And device "nic" sees buffer "old" at 16 MiB .. +7 pages
      And PASID 1 of device "nic" sees buffer "old" at 16 MiB .. +7 pages
      When it detaches PASID 1 of device "nic"
      And it attaches device "nic" to HWPT "past the first stage"
      Then it succeeds
      And device "nic" sees buffer "old" at 16 MiB .. +7 pages
