@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma @needs:two-devices
Feature: what the kernel takes out of the caches of an SMMUv3
  An unmap, an attach and the end of a page table each leave something behind in the SMMU that nobody may use any more. The
  kernel invalidates it by the numbers that it gave out: a VMID for a second stage, an ASID for a first stage of its own, a
  stream for a device.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And an IOAS "second"
    And a device "nic" attached to IOAS "other"
    And a device "disk" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "disk tables" of 8 pages
    And a buffer "ram" of 8 pages
    And a buffer "more" of 8 pages
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "disk tables" into IOAS "guest" at 2 MiB read-write
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
    And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"

  Rule: an unmap from a second stage is over when neither it nor what a guest cached by it is left

    Background:
      Given a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And an SMMUv3 page table "of nic" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 8 pages at 64 MiB to 16 MiB read-write in page table "of nic"
      And a nested HWPT "translated" with page table "of nic" for device "nic" on vIOMMU "smmu"

    @HW-SMU-21 @HW-SMU-31
    Scenario: a device on the second stage alone loses the pages, and keeps those beside them
      When it attaches device "disk" to HWPT "parent"
      And device "disk" reads 1 page at 16 MiB + 1 page
      And device "disk" reads 1 page at 16 MiB + 2 pages
      And device "disk" reads 1 page at 16 MiB + 3 pages
      And device "disk" reads 1 page at 16 MiB + 4 pages
      Then the access goes through
      When it unmaps 2 pages at 16 MiB + 2 pages from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB + 2 pages
      Then the access is blocked
      When device "disk" writes pattern "strewn" at 16 MiB + 3 pages
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 1 page
      Then the access goes through
      And device "disk" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +4 pages

    @HW-SMU-32 @HW-SMU-31
    Scenario: a guest's device and one beside it lose the pages at once
      When it attaches device "nic" to HWPT "translated"
      And it attaches device "disk" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 64 MiB .. +8 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +8 pages
      When it unmaps 2 pages at 16 MiB + 2 pages from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB + 2 pages
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 64 MiB + 3 pages
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 2 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 64 MiB + 4 pages .. +4 pages

    @HW-SMU-32
    Scenario: other memory comes to where a guest's device has been
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" + 2 pages at 64 MiB + 2 pages .. +2 pages
      When it unmaps 2 pages at 16 MiB + 2 pages from IOAS "guest"
      And it maps 2 pages of buffer "more" into IOAS "guest" at 16 MiB + 2 pages read-write
      Then device "nic" sees buffer "more" at 64 MiB + 2 pages .. +2 pages
      And device "nic" does not see buffer "ram" + 2 pages at 64 MiB + 2 pages .. +1 page

    @HW-SMU-32
    Scenario: the tables of a guest are unmapped, and put back elsewhere
      Given the guest maps 1 page at 64 MiB to 16 MiB + 4 pages read-write in page table "of nic"
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page
      When it unmaps 8 pages at 1 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      Then device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +1 page

  Rule: who gets a number that was in use finds nothing of the old

    @HW-SMU-20
    Scenario: the next second stage, which may get the VMID
      When it maps 8 pages of buffer "more" into IOAS "second" at 16 MiB read-write
      And it stores pattern "old" in buffer "ram"
      And it stores pattern "new" in buffer "more"
      And it attaches device "nic" to HWPT "parent"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "old"
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "parent"
      Given a nesting HWPT "next" for device "nic" on IOAS "second"
      When it attaches device "nic" to HWPT "next"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "new"

    @HW-SMU-16
    Scenario: the next first stage, which may get the ASID
      Given an HWPT "first" for device "nic" on IOAS "guest"
      When it maps 8 pages of buffer "more" into IOAS "second" at 16 MiB read-write
      And it stores pattern "old" in buffer "ram"
      And it stores pattern "new" in buffer "more"
      And it attaches device "nic" to HWPT "first"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "old"
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "first"
      Given an HWPT "next" for device "nic" on IOAS "second"
      When it attaches device "nic" to HWPT "next"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "new"

    @HW-SMU-20
    Scenario: a device leaves a second stage that another one stays on
      When it attaches device "nic" to HWPT "parent"
      And it attaches device "disk" to HWPT "parent"
      And it stores pattern "kept" in buffer "ram"
      And it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB
      Then the device got pattern "kept"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked

  Rule: a device that is attached goes by its new entry at once, and others are left alone

    Background:
      Given a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And a vDEVICE "guest disk" for device "disk" with virt_id 0x56 on vIOMMU "smmu"
      And an SMMUv3 page table "of nic" in buffer "tables", which the guest has at 1 MiB
      And an SMMUv3 page table "of disk" in buffer "disk tables", which the guest has at 2 MiB
      And it stores struct arm_smmu_cd in buffer "disk tables" + 1 page:
        | data                                                                                           |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 2, TTB0 2 MiB, MAIR0 0xff |
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "of nic"
      And the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "of disk"
      And a nested HWPT "translated" with page table "of nic" for device "nic" on vIOMMU "smmu"
      And a nested HWPT "further" with page table "of disk" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "translated"
      And it attaches device "disk" to HWPT "further"
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-SMU-12 @HW-SMU-03
    Scenario: a device moves between entries of its guest, to the parent, to nowhere, and back
      When it attaches device "nic" to HWPT "further"
      Then device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page
      When it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-SMU-12 @needs:caches-keep
    Scenario: the context descriptor of another stream stays when a device is attached
      Given it stores struct arm_smmu_cd in buffer "disk tables" + 1 page:
        | data                                                                                           |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 3, TTB0 1 MiB, MAIR0 0xff |
      When it attaches device "nic" to HWPT "parent"
      And it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" at 64 MiB .. +1 page
      When it invalidates through vIOMMU "smmu":
        | cmd                          |
        | CFGI_CD, StreamID 0x56, Leaf |
      Then device "disk" sees buffer "ram" at 64 MiB .. +2 pages

    @needs:caches-keep
    Scenario Outline: <cmd> leaves the context descriptor of device "disk"
      Given it stores struct arm_smmu_cd in buffer "disk tables" + 1 page:
        | data                                                                                           |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 3, TTB0 1 MiB, MAIR0 0xff |
      When it invalidates through vIOMMU "smmu":
        | cmd   |
        | <cmd> |
      Then it <result>
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      When it invalidates through vIOMMU "smmu":
        | cmd                          |
        | CFGI_CD_ALL, StreamID 0x56   |
      Then device "disk" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page

      @HW-SMU-13
      Examples: all configuration, which is the host's
        | cmd                      | result         |
        | CFGI_STE_RANGE, Range 31 | fails with EIO |
        | CFGI_STE, StreamID 0x56  | fails with EIO |

      @HW-SMU-14
      Examples: of another stream
        | cmd                          | result   |
        | CFGI_CD, StreamID 0x55, Leaf | succeeds |
        | CFGI_CD_ALL, StreamID 0x55   | succeeds |

      @HW-SMU-15
      Examples: translations, which are no configuration
        | cmd                          | result   |
        | TLBI_NH_ALL                  | succeeds |
