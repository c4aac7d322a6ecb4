@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma @needs:two-devices
Feature: what a command of a guest takes out of the caches
  An SMMUv3 keeps translations under the VMID that the host gave to the guest and the ASID that the guest wrote, and
  configuration under the stream. A guest changes its tables, and tells by commands what of the old has to go. What is not
  meant by a command has no reason to go; here that is only shown where an IOMMU is known to keep all it has.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a device "disk" attached to IOAS "other"
    And an untouched buffer "tables" of 8 pages
    And an untouched buffer "disk tables" of 8 pages
    And an untouched buffer "old" of 40 pages
    And an untouched buffer "new" of 40 pages
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "disk tables" into IOAS "guest" at 2 MiB read-write
    And it maps 40 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
    And it maps 40 pages of buffer "new" into IOAS "guest" at 20 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And a vDEVICE "guest disk" for device "disk" with virt_id 0x56 on vIOMMU "smmu"
    And an SMMUv3 page table "of nic" in buffer "tables", which the guest has at 1 MiB
    And an SMMUv3 page table "of disk" in buffer "disk tables", which the guest has at 2 MiB
    And it stores struct arm_smmu_cd in buffer "disk tables" + 1 page:
      | data                                                                                           |
      | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 2, TTB0 2 MiB, MAIR0 0xff |
    And a nested HWPT "nic translated" with page table "of nic" for device "nic" on vIOMMU "smmu"
    And a nested HWPT "disk translated" with page table "of disk" for device "disk" on vIOMMU "smmu"
    And it attaches device "nic" to HWPT "nic translated"
    And it attaches device "disk" to HWPT "disk translated"

  Rule: a command about translations takes effect for what it names

    Background:
      Given the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "of nic"
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "of disk"
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And device "disk" sees buffer "old" at 64 MiB .. +2 pages
      And the guest maps 2 pages at 64 MiB to 20 MiB read-write in page table "of nic"
      And the guest maps 2 pages at 64 MiB to 20 MiB read-write in page table "of disk"

    Scenario Outline: <cmd> makes device "<device>" go by the new table at <iova>
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "<device>" sees buffer "new" + <part> at <iova> .. +1 page
      And device "<device>" does not see buffer "old" + <part> at <iova> .. +1 page

      @HW-SMU-15
      Examples: all of the guest
        | cmd         | device | iova            | part   |
        | TLBI_NH_ALL | nic    | 64 MiB          | 0      |
        | TLBI_NH_ALL | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NH_ALL | disk   | 64 MiB          | 0      |

      @HW-SMU-16
      Examples: an ASID
        | cmd                  | device | iova            | part   |
        | TLBI_NH_ASID, ASID 1 | nic    | 64 MiB          | 0      |
        | TLBI_NH_ASID, ASID 1 | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NH_ASID, ASID 2 | disk   | 64 MiB          | 0      |

      @HW-SMU-17 @HW-SMU-11
      Examples: an address of an ASID
        | cmd                                     | device | iova            | part   |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB         | nic    | 64 MiB          | 0      |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB + 1 page | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NH_VA, ASID 2, Leaf, Addr 64 MiB   | disk   | 64 MiB          | 0      |

      @HW-SMU-18
      Examples: an address, whatever the ASID
        | cmd                             | device | iova            | part   |
        | TLBI_NH_VAA, Addr 64 MiB        | nic    | 64 MiB          | 0      |
        | TLBI_NH_VAA, Leaf, Addr 64 MiB  | disk   | 64 MiB          | 0      |

      @HW-SMU-22
      Examples: everything, which is all of the guest
        | cmd           | device | iova            | part   |
        | TLBI_NSNH_ALL | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NSNH_ALL | disk   | 64 MiB          | 0      |

    @needs:caches-keep
    Scenario Outline: <cmd> leaves what device "<device>" has at <iova>
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "<device>" sees buffer "old" + <part> at <iova> .. +1 page
      And device "<device>" does not see buffer "new" + <part> at <iova> .. +1 page
      When it invalidates through vIOMMU "smmu":
        | cmd         |
        | TLBI_NH_ALL |
      Then device "<device>" sees buffer "new" + <part> at <iova> .. +1 page

      @HW-SMU-16
      Examples: another ASID
        | cmd                  | device | iova            | part   |
        | TLBI_NH_ASID, ASID 2 | nic    | 64 MiB          | 0      |
        | TLBI_NH_ASID, ASID 1 | disk   | 64 MiB          | 0      |

      @HW-SMU-17 @HW-SMU-11
      Examples: another ASID, or another page
        | cmd                                      | device | iova            | part   |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB          | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB + 1 page | nic    | 64 MiB          | 0      |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB          | disk   | 64 MiB          | 0      |
        | TLBI_NH_VA, ASID 0x101, Addr 64 MiB      | nic    | 64 MiB          | 0      |

      @HW-SMU-18
      Examples: another page
        | cmd                      | device | iova            | part   |
        | TLBI_NH_VAA, Addr 64 MiB | nic    | 64 MiB + 1 page | 1 page |
        | TLBI_NH_VAA, Addr 64 MiB | disk   | 64 MiB + 1 page | 1 page |

      @HW-SMU-14
      Examples: translations, which are not configuration
        | cmd                          | device | iova   | part |
        | CFGI_CD, StreamID 0x55, Leaf | nic    | 64 MiB | 0    |
        | CFGI_CD_ALL, StreamID 0x55   | nic    | 64 MiB | 0    |

    @needs:caches-keep
    Scenario Outline: <cmd> is refused, and leaves everything
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it fails with EIO
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And device "disk" sees buffer "old" at 64 MiB .. +2 pages

      @HW-SMU-20
      Examples: all of a VMID, which is the host's
        | cmd                    |
        | TLBI_S12_VMALL         |
        | TLBI_S12_VMALL, VMID 1 |

      @HW-SMU-21
      Examples: addresses of the second stage
        | cmd                      |
        | TLBI_S2_IPA, Addr 16 MiB |

      @HW-SMU-19
      Examples: translations of EL2, which a guest has none of
        | cmd                                 |
        | TLBI_EL2_ALL                        |
        | TLBI_EL2_ASID, ASID 1               |
        | TLBI_EL2_VA, ASID 1, Addr 64 MiB    |
        | TLBI_EL2_VAA, Addr 64 MiB           |

      @HW-SMU-35
      Examples: a range that none is
        | cmd                                           |
        | TLBI_NH_VA, ASID 1, NUM 1, Addr 64 MiB        |
        | TLBI_NH_VA, ASID 1, SCALE 1, Addr 64 MiB      |
        | TLBI_NH_VA, ASID 1, TTL 3, Addr 64 MiB        |
        | TLBI_NH_VA, ASID 1, TG 1, Addr 64 MiB         |
        | TLBI_NH_VA, ASID 1, TG 2, TTL 1, Addr 64 MiB  |
        | TLBI_NH_VA, ASID 1, TG 1, SCALE 32, NUM 1, Addr 64 MiB |
        | TLBI_NH_VAA, NUM 1, Addr 64 MiB               |

  Rule: a range ends with its last page

    Background:
      Given the guest maps 40 pages at 64 MiB to 16 MiB read-write in page table "of nic"
      And device "nic" sees buffer "old" at 64 MiB .. +40 pages
      And the guest maps 40 pages at 64 MiB to 20 MiB read-write in page table "of nic"

    @HW-SMU-35
    Scenario Outline: <pages> pages are dropped by <cmd>
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "nic" sees buffer "new" + 1 page at 64 MiB + 1 page .. +1 page
      And device "nic" sees buffer "new" + <last> at 64 MiB + <last> .. +1 page
      And device "nic" does not see buffer "old" + <last> at 64 MiB + <last> .. +1 page

      @HW-SMU-11
      Examples:
        | pages | cmd                                                               | last     |
        |     1 | TLBI_NH_VA, ASID 1, TG 1, TTL 3, Addr 64 MiB + 1 page             | 1 page   |
        |     2 | TLBI_NH_VA, ASID 1, TG 1, NUM 1, Addr 64 MiB + 1 page             | 2 pages  |
        |     3 | TLBI_NH_VA, ASID 1, TG 1, NUM 2, Addr 64 MiB + 1 page             | 3 pages  |
        |     5 | TLBI_NH_VA, ASID 1, TG 1, NUM 4, Leaf, Addr 64 MiB + 1 page       | 5 pages  |
        |    31 | TLBI_NH_VAA, TG 1, NUM 30, Addr 64 MiB + 1 page                   | 31 pages |
        |    32 | TLBI_NH_VA, ASID 1, TG 1, NUM 31, TTL 3, Addr 64 MiB + 1 page     | 32 pages |
        |    34 | TLBI_NH_VA, ASID 1, TG 1, NUM 16, SCALE 1, Addr 64 MiB + 1 page   | 34 pages |

    @HW-SMU-35 @needs:caches-keep
    Scenario Outline: the neighbours of <pages> pages stay
      When it invalidates through vIOMMU "smmu":
        | cmd                                            |
        | TLBI_NH_VA, ASID 1, <range>, Addr 64 MiB + 1 page |
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +1 page
      And device "nic" sees buffer "old" + <next> at 64 MiB + <next> .. +1 page
      And device "nic" does not see buffer "new" + <next> at 64 MiB + <next> .. +1 page

      Examples:
        | pages | range                | next     |
        |     1 | TG 1, TTL 3          | 2 pages  |
        |     2 | TG 1, NUM 1          | 3 pages  |
        |     3 | TG 1, NUM 2          | 4 pages  |
        |     5 | TG 1, NUM 4          | 6 pages  |
        |    31 | TG 1, NUM 30         | 32 pages |
        |    32 | TG 1, NUM 31         | 33 pages |
        |    34 | TG 1, NUM 16, SCALE 1 | 35 pages |

    @HW-SMU-34
    Scenario: of a batch that is refused at its 64th command, the 63 before it have taken effect
      When it invalidates through vIOMMU "smmu":
        | cmd                                      | times |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB          | 1     |
        | TLBI_NH_ASID, ASID 9                     | 61    |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB + 1 page | 1     |
        | SYNC                                     | 1     |
      Then it fails with EIO
      And it returns:
        | entry_num | 63 |
      And device "nic" sees buffer "new" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +1 page

  Rule: a block goes as a whole, and a page beside it goes alone

    Background:
      Given a huge-page buffer "huge" of 2 MiB
      And a huge-page buffer "further" of 2 MiB
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 32 MiB read-write
      And it maps 2 MiB of buffer "further" into IOAS "guest" at 34 MiB read-write
      And the guest maps 2 MiB at 64 MiB to 32 MiB by "Valid, AP1, SH 3, AF, nG" in page table "of nic"
      And the guest maps 1 page at 66 MiB to 16 MiB read-write in page table "of nic"
      And device "nic" sees buffer "huge" at 64 MiB .. +1 page
      And device "nic" sees buffer "huge" + 1 MiB at 65 MiB .. +1 page
      And device "nic" sees buffer "old" at 66 MiB .. +1 page
      And the guest maps 2 MiB at 64 MiB to 34 MiB by "Valid, AP1, SH 3, AF, nG" in page table "of nic"
      And the guest maps 1 page at 66 MiB to 20 MiB read-write in page table "of nic"

    @HW-SMU-17 @needs:hugetlb
    Scenario Outline: a block is dropped by <cmd>
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "nic" sees buffer "further" at 64 MiB .. +1 page
      And device "nic" sees buffer "further" + 1 MiB at 65 MiB .. +1 page
      And device "nic" sees buffer "<beside>" at 66 MiB .. +1 page
      And device "nic" does not see buffer "huge" + 1 MiB at 65 MiB .. +1 page

      @needs:caches-keep
      Examples: alone
        | cmd                                      | beside |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB          | old    |
        | TLBI_NH_VA, ASID 1, Addr 65 MiB          | old    |
        | TLBI_NH_VA, ASID 1, Addr 66 MiB - 1 page | old    |
        | TLBI_NH_VA, ASID 1, TG 1, TTL 2, NUM 0, Addr 64 MiB | old |

      Examples: with the page behind it
        | cmd                                                          | beside |
        | TLBI_NH_VA, ASID 1, TG 1, NUM 1, Addr 66 MiB - 1 page        | new    |
        | TLBI_NH_VA, ASID 1, TG 1, NUM 0, SCALE 10, Addr 64 MiB       | new    |

    @HW-SMU-17 @needs:hugetlb @needs:caches-keep
    Scenario: the page behind a block is dropped, and the block stays
      When it invalidates through vIOMMU "smmu":
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 66 MiB |
      Then it succeeds
      And device "nic" sees buffer "new" at 66 MiB .. +1 page
      And device "nic" sees buffer "huge" at 64 MiB .. +1 page
      And device "nic" sees buffer "huge" + 1 MiB at 65 MiB .. +1 page
      And device "nic" does not see buffer "old" at 66 MiB .. +1 page

  Rule: a block of which the host has pages goes as a whole, wherever in it the address is

    Background:
      Given an untouched buffer "low" of 256 pages
      And an untouched buffer "high" of 256 pages
      And an untouched buffer "new low" of 256 pages
      And an untouched buffer "new high" of 256 pages
      And it maps 256 pages of buffer "low" into IOAS "guest" at 32 MiB read-write
      And it maps 256 pages of buffer "high" into IOAS "guest" at 33 MiB read-write
      And it maps 256 pages of buffer "new low" into IOAS "guest" at 34 MiB read-write
      And it maps 256 pages of buffer "new high" into IOAS "guest" at 35 MiB read-write
      And the guest maps 2 MiB at 64 MiB to 32 MiB by "Valid, AP1, SH 3, AF, nG" in page table "of nic"
      And the guest maps 1 page at 66 MiB to 16 MiB read-write in page table "of nic"
      And device "nic" sees buffer "low" at 64 MiB .. +2 pages
      And device "nic" sees buffer "high" + 1 MiB - 1 page at 66 MiB - 1 page .. +1 page
      And device "nic" sees buffer "old" at 66 MiB .. +1 page
      And the guest maps 2 MiB at 64 MiB to 34 MiB by "Valid, AP1, SH 3, AF, nG" in page table "of nic"
      And the guest maps 1 page at 66 MiB to 20 MiB read-write in page table "of nic"

    Scenario Outline: <cmd> drops what was kept of both ends
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "nic" sees buffer "new low" at 64 MiB .. +2 pages
      And device "nic" sees buffer "new high" + 1 MiB - 1 page at 66 MiB - 1 page .. +1 page
      And device "nic" does not see buffer "low" + 1 page at 64 MiB + 1 page .. +1 page
      And device "nic" does not see buffer "high" + 1 MiB - 1 page at 66 MiB - 1 page .. +1 page

      @HW-SMU-17
      Examples: of an ASID
        | cmd                                      |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB          |
        | TLBI_NH_VA, ASID 1, Addr 66 MiB - 1 page |
        | TLBI_NH_VA, ASID 1, Leaf, Addr 65 MiB    |

      @HW-SMU-18
      Examples: of any
        | cmd                      |
        | TLBI_NH_VAA, Addr 65 MiB |

    @HW-SMU-17 @needs:caches-keep
    Scenario Outline: <cmd> leaves the <what>
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "nic" sees buffer "<there>" at <at> .. +1 page
      And device "nic" sees buffer "<beside>" at <next> .. +1 page
      And device "nic" does not see buffer "<gone>" at <at> .. +1 page

      Examples:
        | cmd                                      | what           | there   | gone | at     | beside | next   |
        | TLBI_NH_VA, ASID 1, Addr 66 MiB - 1 page | page behind it | new low | low  | 64 MiB | old    | 66 MiB |
        | TLBI_NH_VA, ASID 1, Addr 66 MiB          | block before   | new     | old  | 66 MiB | low    | 64 MiB |

  Rule: a page that is global belongs to no ASID

    Background:
      Given the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, SH 3, AF" in page table "of nic"
      And device "nic" sees buffer "old" at 64 MiB .. +1 page
      And the guest maps 1 page at 64 MiB to 20 MiB by "Valid, Page, AP1, SH 3, AF" in page table "of nic"

    Scenario Outline: <cmd> drops a global page
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it succeeds
      And device "nic" sees buffer "new" at 64 MiB .. +1 page
      And device "nic" does not see buffer "old" at 64 MiB .. +1 page

      @HW-SMU-17
      Examples: its address, of any ASID
        | cmd                             |
        | TLBI_NH_VA, ASID 1, Addr 64 MiB |
        | TLBI_NH_VA, ASID 7, Addr 64 MiB |

      @HW-SMU-18
      Examples: its address
        | cmd                      |
        | TLBI_NH_VAA, Addr 64 MiB |

      @HW-SMU-15
      Examples: everything
        | cmd         |
        | TLBI_NH_ALL |

    @HW-SMU-16 @needs:caches-keep
    Scenario: a global page stays when its ASID goes
      When it invalidates through vIOMMU "smmu":
        | cmd                  |
        | TLBI_NH_ASID, ASID 1 |
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +1 page
      And device "nic" does not see buffer "new" at 64 MiB .. +1 page
