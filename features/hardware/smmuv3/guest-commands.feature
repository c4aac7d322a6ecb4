@needs:smmuv3-nesting @needs:hwpt-alloc
Feature: commands of a guest
  A guest writes commands into the queue of its SMMU when it has changed its tables. A VMM gives those that invalidate to
  IOMMU_HWPT_INVALIDATE, as they are, a batch at a time; the kernel puts in the numbers of the host.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 8 pages
    And a buffer "commands" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "stage 1"
    And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"
    And it attaches device "nic" to HWPT "translated"
    And device "nic" sees buffer "ram" at 64 MiB .. +1 page

  Rule: what a guest has changed and invalidated is not used any more

    @INV-20
    Scenario Outline: <command> takes effect
      Given the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "stage 1"
      And it stores struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd   |
        | <cmd> |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 1                 |
      Then it succeeds
      And it returns:
        | entry_num | 1 |
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

      Examples: with any VMID, as it is the host's that counts
        | command                         | cmd                                         |
        | TLBI_NH_ALL                     | TLBI_NH_ALL                                 |
        | TLBI_NH_ALL of VMID 0xffff      | TLBI_NH_ALL, VMID 0xffff                    |
        | TLBI_NH_ASID                    | TLBI_NH_ASID, ASID 1                        |
        | TLBI_NH_VA                      | TLBI_NH_VA, ASID 1, Addr 64 MiB             |
        | TLBI_NH_VA of a leaf            | TLBI_NH_VA, ASID 1, Leaf, Addr 64 MiB       |
        | TLBI_NH_VA of VMID 9            | TLBI_NH_VA, VMID 9, ASID 1, Addr 64 MiB     |
        | TLBI_NH_VA over two pages       | TLBI_NH_VA, ASID 1, NUM 1, TG 1, Addr 64 MiB |
        | TLBI_NH_VAA                     | TLBI_NH_VAA, Addr 64 MiB                    |

      @INV-21
      Examples: everything, of that vIOMMU only
        | command                         | cmd                                         |
        | TLBI_NSNH_ALL                   | TLBI_NSNH_ALL                               |

    @INV-20
    Scenario: a page that the guest has unmapped is not reached
      Given the guest unmaps 1 page at 64 MiB in page table "stage 1"
      And it stores struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 1                 |
      Then it succeeds
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

    @INV-20
    Scenario Outline: <command> takes effect for a context descriptor that leads to another table
      Given a buffer "more tables" of 8 pages
      And it maps 8 pages of buffer "more tables" into IOAS "guest" at 2 MiB read-write
      And an SMMUv3 page table "new stage 1" in buffer "more tables", which the guest has at 2 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "new stage 1"
      And it stores struct arm_smmu_cd in buffer "tables" + 1 page:
        | data                                                                                           |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 1, TTB0 2 MiB, MAIR0 0xff |
      And it stores an array of struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd         |
        | <cmd>       |
        | TLBI_NH_ALL |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 2                 |
      Then it succeeds
      And it returns:
        | entry_num | 2 |
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

      Examples:
        | command     | cmd                          |
        | CFGI_CD     | CFGI_CD, StreamID 0x55, Leaf |
        | CFGI_CD_ALL | CFGI_CD_ALL, StreamID 0x55   |

  Rule: a batch ends at the first command that is not the guest's to give

    @INV-20
    Scenario Outline: a batch stops at <what>
      Given it stores an array of struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd           |
        | TLBI_NH_ALL   |
        | TLBI_NSNH_ALL |
        | <cmd>         |
        | TLBI_NH_ALL   |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 4                 |
      Then it fails with EIO
      And it returns:
        | entry_num | 2 |
      And device "nic" sees buffer "ram" at 64 MiB .. +1 page

      @HW-SMU-26
      Examples: opcodes
        | what                   | cmd                          |
        | no command             | 0                            |
        | PREFETCH_CONFIG        | PREFETCH_CONFIG              |
        | PREFETCH_ADDR          | PREFETCH_ADDR                |
        | CFGI_STE               | CFGI_STE, StreamID 0x55      |
        | CFGI_ALL               | CFGI_STE_RANGE, Range 31     |
        | TLBI_S12_VMALL         | TLBI_S12_VMALL               |
        | TLBI_S2_IPA            | TLBI_S2_IPA                  |
        | RESUME                 | RESUME, StreamID 0x55        |
        | STALL_TERM             | STALL_TERM, StreamID 0x55    |
        | CMD_SYNC               | SYNC                         |
        | an opcode that is none | 0xff                         |

      @HW-SMU-26
      Examples: an opcode of a device without ATS
        | what                   | cmd                          |
        | ATC_INV, without ATS   | ATC_INV, StreamID 0x55       |

      @HW-SMU-24
      Examples: the answer to page requests, which is the host's
        | what                   | cmd                          |
        | PRI_RESP               | PRI_RESP, StreamID 0x55      |

      @HW-SMU-26
      Examples: bits that a command does not have, or not for a guest
        | what                                  | cmd                                   |
        | a VMID of TLBI_NSNH_ALL               | TLBI_NSNH_ALL, VMID 1                 |
        | a second word of TLBI_NH_ALL          | TLBI_NH_ALL, bit 64                   |
        | an ASID of TLBI_NH_VAA                | TLBI_NH_VAA, ASID 1                   |
        | SSV of TLBI_NH_ALL                    | TLBI_NH_ALL, SSV                      |
        | an address of TLBI_NH_ASID            | TLBI_NH_ASID, Addr 4 KiB              |
        | a reserved bit of TLBI_NH_VA          | TLBI_NH_VA, bit 65                    |
        | TTL without TG                        | TLBI_NH_VA, TTL 1                     |
        | TG without NUM, SCALE and TTL         | TLBI_NH_VA, TG 1                      |
        | a substream of CFGI_CD                | CFGI_CD, StreamID 0x55, SubstreamID 1 |
        | a second word of CFGI_CD_ALL          | CFGI_CD_ALL, StreamID 0x55, bit 64    |

      @HW-SMU-26
      Examples: streams
        | what                                   | cmd                               |
        | a StreamID that the guest has not      | CFGI_CD, StreamID 0x56            |
        | the StreamID of the host               | CFGI_CD, StreamID 0               |
        | CFGI_CD_ALL of a StreamID out of sight | CFGI_CD_ALL, StreamID 4 GiB - 1   |

    @INV-23
    Scenario: what is counted before a command that is refused has been done
      Given the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "stage 1"
      And it stores an array of struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd         |
        | TLBI_NH_ALL |
        | SYNC        |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 2                 |
      Then it fails with EIO
      And it returns:
        | entry_num | 1 |
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

    @INV-22
    Scenario: a batch of no commands succeeds
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 0                 |
      Then it succeeds or fails with EINVAL
      And it returns:
        | entry_num | 0 |
      And device "nic" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page

    @INV-08 @INV-14
    Scenario: a batch of another type is refused
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | VTD_S1            |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 1                 |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |

    @INV-05
    Scenario: a nested page table cannot be invalidated, only its vIOMMU
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "translated" |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 1                 |
      Then it fails with EOPNOTSUPP
      And it returns:
        | entry_num | 0 |

  Rule: a guest's commands reach its own translations only

    @INV-21 @HW-SMU-10 @needs:two-devices
    Scenario: TLBI_NSNH_ALL does not reach another guest, whose tables have changed without an invalidation
      Given an IOAS "second guest"
      And a device "other nic" attached to IOAS "other"
      And a buffer "second tables" of 8 pages
      And a buffer "second ram" of 8 pages
      And it maps 8 pages of buffer "second tables" into IOAS "second guest" at 1 MiB read-write
      And it maps 8 pages of buffer "second ram" into IOAS "second guest" at 16 MiB read-write
      And a nesting HWPT "second parent" for device "other nic" on IOAS "second guest"
      And a vIOMMU "second smmu" for device "other nic" on HWPT "second parent"
      And a vDEVICE "second nic" for device "other nic" with virt_id 0x55 on vIOMMU "second smmu"
      And an SMMUv3 page table "second stage 1" in buffer "second tables", which the guest has at 1 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "second stage 1"
      And a nested HWPT "second translated" with page table "second stage 1" for device "other nic" on vIOMMU "second smmu"
      And it attaches device "other nic" to HWPT "second translated"
      And device "other nic" sees buffer "second ram" at 64 MiB .. +1 page
      When the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "second stage 1"
      And it stores struct iommu_viommu_arm_smmuv3_invalidate in buffer "commands":
        | cmd           |
        | TLBI_NSNH_ALL |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"     |
        | data_type | ARM_SMMUV3        |
        | data_uptr | buffer "commands" |
        | entry_len | 16 bytes          |
        | entry_num | 1                 |
      Then it succeeds
      And device "other nic" sees buffer "second ram" at 64 MiB .. +1 page
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "second smmu" |
        | data_type | ARM_SMMUV3           |
        | data_uptr | buffer "commands"    |
        | entry_len | 16 bytes             |
        | entry_num | 1                    |
      Then it succeeds
      And device "other nic" sees buffer "second ram" + 4 pages at 64 MiB .. +1 page
      And device "other nic" does not see buffer "second ram" at 64 MiB .. +1 page

    @HW-SMU-10
    Scenario: a second vIOMMU on the parent is the same guest, as they share a VMID
      Given a vIOMMU "second half" for device "nic" on HWPT "parent"
      When the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "stage 1"
      And it invalidates through vIOMMU "second half":
        | cmd         |
        | TLBI_NH_ALL |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page
      When it invalidates through vIOMMU "second half":
        | cmd                    |
        | CFGI_CD, StreamID 0x55 |
      Then it fails with EIO

    @HW-SMU-10 @needs:two-devices
    Scenario: two parents are two guests, which use one ASID for one address
      Given an IOAS "second guest"
      And a device "other nic" attached to IOAS "other"
      And a buffer "second tables" of 8 pages
      And a buffer "second ram" of 8 pages
      And it maps 8 pages of buffer "second tables" into IOAS "second guest" at 1 MiB read-write
      And it maps 8 pages of buffer "second ram" into IOAS "second guest" at 16 MiB read-write
      And a nesting HWPT "second parent" for device "other nic" on IOAS "second guest"
      And a vIOMMU "second smmu" for device "other nic" on HWPT "second parent"
      And a vDEVICE "second nic" for device "other nic" with virt_id 0x55 on vIOMMU "second smmu"
      And an SMMUv3 page table "second stage 1" in buffer "second tables", which the guest has at 1 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "second stage 1"
      And a nested HWPT "second translated" with page table "second stage 1" for device "other nic" on vIOMMU "second smmu"
      When it attaches device "other nic" to HWPT "second translated"
      Then device "nic" sees buffer "ram" at 64 MiB .. +1 page
      And device "other nic" sees buffer "second ram" at 64 MiB .. +1 page
      And device "other nic" does not see buffer "ram" at 64 MiB .. +1 page
      When it attaches device "nic" to HWPT "parent"
      And it attaches device "other nic" to HWPT "second parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "other nic" sees buffer "second ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "second ram" at 16 MiB .. +1 page

    @HW-SMU-10 @needs:two-devices @needs:caches-keep
    Scenario: a device uses what another one of its guest with its ASID has brought in
      Given a device "disk" attached to IOAS "other"
      And a vDEVICE "guest disk" for device "disk" with virt_id 0x56 on vIOMMU "smmu"
      And a nested HWPT "of both" with page table "stage 1" for device "disk" on vIOMMU "smmu"
      When it attaches device "disk" to HWPT "of both"
      And the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "stage 1"
      Then device "disk" sees buffer "ram" at 64 MiB .. +1 page
      When it invalidates through vIOMMU "smmu":
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB |
      Then device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page
