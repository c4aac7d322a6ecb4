@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma
Feature: access flags and dirty bits of a guest's table
  A page of VMSAv8-64 without its access flag cannot be used. Where the context descriptor says HA, the SMMU sets the flag
  itself; where it says HD as well, a page with DBM that is read-only is one that nobody has written yet.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And an SMMUv3 page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 1 page at 65 MiB to 16 MiB + 1 page read-write in page table "gpt"
    And a nested HWPT "translated" with page table "gpt" for device "nic" on vIOMMU "smmu"

  Rule: without HA a page has to have its access flag, without HD a right to be written

    Background:
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it attaches device "nic" to HWPT "translated"

    @HW-SMU-09 @needs:veventq
    Scenario: a page without its access flag is a fault
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, SH 3, nG" in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                         |
        | F_ACCESS, StreamID 0x55, RnW, CLASS IN, InputAddr 64 MiB |
      And device "nic" sees buffer "ram" + 1 page at 65 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

    @HW-SMU-09 @needs:veventq
    Scenario: an address that no table of the guest may hold is a fault
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And the guest maps 1 page at 64 MiB to 64 TiB read-write in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40
      And buffer "data" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                         |
        | F_ADDR_SIZE, StreamID 0x55, RnW, CLASS IN, InputAddr 64 MiB |
      And device "nic" sees buffer "ram" + 1 page at 65 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page

    @HW-SMU-07
    Scenario: a page with DBM that is read-only is read-only
      Given the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, AP2, DBM, SH 3, AF, nG" in page table "gpt"
      When device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" + 1 page at 65 MiB .. +1 page

    @HW-SMU-07
    Scenario Outline: the table of <span> has APTable <rights>: a write is blocked, and a device <sight> the page
      Given the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "gpt"
      And it stores pattern "kept" in buffer "ram"
      When it stores struct arm_lpae_iopte in buffer "tables" + <entry>:
        | pte                                          |
        | Valid, Table, APTable <rights>, Addr <table> |
      And device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And device "nic" <sight> buffer "ram" at 64 MiB .. +1 page
      And it finds pattern "kept" in buffer "ram"

      Examples:
        | rights | span  | entry               | table           | sight        |
        |      2 | 2 MiB | 3 pages + 256 bytes | 1 MiB + 4 pages | sees         |
        |      1 | 2 MiB | 3 pages + 256 bytes | 1 MiB + 4 pages | does not see |
        |      2 | 1 GiB | 2 pages             | 1 MiB + 3 pages | sees         |
        |      1 | 1 GiB | 2 pages             | 1 MiB + 3 pages | does not see |

  @needs:smmuv3-express
  Rule: with HA and HD the SMMU writes into the guest's table

    Background:
      Given it stores struct arm_smmu_cd in buffer "tables" + 1 page:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, HD, HA, ASID 1, TTB0 1 MiB, MAIR0 0xff |

    @HW-SMU-07
    Scenario: a page that is used gets its access flag
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it attaches device "nic" to HWPT "translated"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, SH 3, nG" in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      And buffer "tables" + 4 pages holds struct arm_lpae_iopte:
        | pte     |
        | with AF |

    @HW-SMU-07
    Scenario: a page is dirty once it is written, and not before
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it attaches device "nic" to HWPT "translated"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, AP2, DBM, SH 3, AF, nG" in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      And buffer "tables" + 4 pages holds struct arm_lpae_iopte:
        | pte      |
        | with AP2 |
      When device "nic" writes pattern "arrived" at 64 MiB
      Then it finds pattern "arrived" in buffer "ram"
      And buffer "tables" + 4 pages holds struct arm_lpae_iopte:
        | pte         |
        | without AP2 |

    @HW-SMU-07 @needs:caches-keep
    Scenario: a page that is dirty is written by what was cached, and one that is clean is looked up
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it attaches device "nic" to HWPT "translated"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, AP2, DBM, SH 3, AF, nG" in page table "gpt"
      And the guest maps 1 page at 64 MiB + 1 page to 16 MiB by "Valid, Page, AP1, AP2, DBM, SH 3, AF, nG" in page table "gpt"
      When device "nic" writes pattern "first" at 64 MiB
      And device "nic" reads 1 page at 64 MiB + 1 page
      And the guest maps 2 pages at 64 MiB to 16 MiB + 2 pages by "Valid, Page, AP1, AP2, DBM, SH 3, AF, nG" in page table "gpt"
      And device "nic" writes pattern "second" at 64 MiB
      Then it finds pattern "second" in buffer "ram"
      When device "nic" writes pattern "third" at 64 MiB + 1 page
      Then it finds pattern "third" in buffer "ram" + 3 pages
      And it finds pattern "second" in buffer "ram"

    @HW-SMU-07
    Scenario: a page without DBM stays read-only
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it attaches device "nic" to HWPT "translated"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, AP2, SH 3, AF, nG" in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And buffer "tables" + 4 pages holds struct arm_lpae_iopte:
        | pte      |
        | with AP2 |

    @HW-SMU-09
    Scenario: a table that the parent maps read-only cannot be kept up to date
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-only
      And it attaches device "nic" to HWPT "translated"
      And the guest maps 1 page at 64 MiB to 16 MiB by "Valid, Page, AP1, SH 3, nG" in page table "gpt"
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      And buffer "tables" + 4 pages holds struct arm_lpae_iopte:
        | pte        |
        | without AF |
      When device "nic" reads 1 page at 65 MiB
      Then the access goes through
