@needs:smmuv3-express @needs:device-with-stalls @needs:device-with-pasids @needs:hwpt-alloc @needs:dma
Feature: accesses that an SMMUv3 holds until it is told what becomes of them
  A device that asks for no pages can have its faults held: its access has not failed, it takes long. The kernel hands each as a
  page request to the fault queue, as a group of its own, and by the answer the SMMU tries the access again or lets it fail.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" with:
      | stalls | yes     |
      | PASIDs | 20 bits |
    And it attaches device "nic" to IOAS "other"
    And a buffer "ram" of 8 pages
    And an untouched buffer "in" of 1 page
    And an untouched buffer "out" of 1 page
    And a fault queue "faults"

  Rule: what lacks a page of the host's table waits for it

    Background:
      Given a PASID HWPT "paged" with fault queue "faults" for device "nic" on IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      When it attaches device "nic" to HWPT "paged"

    @HW-SMU-29 @HW-SMU-25 @HW-PRQ-05
    Scenario: a page comes, and the access goes through once it is answered
      When it stores pattern "came in" in buffer "ram"
      And device "nic" begins to read 1 page at 64 MiB as its access 1
      And device "nic" goes on with its access 1
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | dev_id       | pasid | grpid | perm | addr   | length | cookie |
        | LAST_PAGE | device "nic" |     0 |     0 | READ | 64 MiB |      0 |      1 |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And device "nic" goes on with its access 1
      Then the access waits
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with its access 1
      Then the device got pattern "came in"

    @HW-PRQ-05 @HW-SMU-25
    Scenario: the page does not come, and the access has failed once it is answered
      When device "nic" begins to write pattern "strewn" at 64 MiB as its access 1
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | grpid | perm  | addr   | cookie |
        | LAST_PAGE |     0 | WRITE | 64 MiB |      1 |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      And device "nic" goes on with its access 1
      Then the access is blocked
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0

    @HW-SMU-25
    Scenario: it tries again without a page, and waits again
      When device "nic" begins to read 1 page at 64 MiB as its access 1
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with its access 1
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | addr   | cookie |
        | LAST_PAGE | 64 MiB |      1 |

    @HW-SMU-25 @HW-SMU-29
    Scenario: of three that wait one is answered, and the others wait on
      Given it attaches PASID 3 of device "nic" to HWPT "paged"
      When device "nic" begins to read 1 page at 64 MiB as its access 1
      And PASID 3 of device "nic" begins to write pattern "of three" at 64 MiB as its access 2
      And device "nic" begins to read 1 page at 64 MiB as its access 3
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 120
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid | perm  | addr   | cookie |
        | LAST_PAGE              |     0 |     0 | READ  | 64 MiB |      1 |
        | LAST_PAGE, PASID_VALID |     3 |     1 | WRITE | 64 MiB |      2 |
        | LAST_PAGE              |     0 |     2 | READ  | 64 MiB |      3 |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      And PASID 3 of device "nic" goes on with its access 2
      Then the access goes through
      And it finds pattern "of three" in buffer "ram"
      When device "nic" goes on with its access 1
      Then the access waits
      When device "nic" goes on with its access 3
      Then the access waits
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      3 | SUCCESS |
        |      1 | INVALID |
      And device "nic" goes on with its access 3
      Then the access goes through
      When device "nic" goes on with its access 1
      Then the access is blocked

    @HW-SMU-29
    Scenario: each page that is missing is a group of its own, one after the other
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And device "nic" begins to read 3 pages at 64 MiB as its access 1
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | addr            | cookie |
        | LAST_PAGE | 64 MiB + 1 page |      1 |
      When it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 64 MiB + 1 page read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | addr             | cookie |
        | LAST_PAGE | 64 MiB + 2 pages |      1 |
      When it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 64 MiB + 2 pages read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with its access 1
      Then the access goes through

    @HW-PRQ-05
    Scenario: without a fault queue it fails at once
      When it attaches device "nic" to HWPT "own"
      And device "nic" begins to read 1 page at 64 MiB as its access 1
      And device "nic" goes on with its access 1
      Then the access is blocked
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0
      When it maps 1 page of buffer "ram" into IOAS "other" at 64 MiB read-write
      And device "nic" begins to read 1 page at 64 MiB as its access 2
      And device "nic" goes on with its access 2
      Then the access goes through

    @HW-SMU-25 @HW-PRQ-09
    Scenario: what waits fails when its attachment ends, and what another one waits for does not
      Given it attaches PASID 3 of device "nic" to HWPT "paged"
      When device "nic" begins to read 1 page at 64 MiB as its access 1
      And PASID 3 of device "nic" begins to read 1 page at 64 MiB as its access 2
      And it attaches device "nic" to HWPT "own"
      And device "nic" goes on with its access 1
      Then the access is blocked
      When PASID 3 of device "nic" goes on with its access 2
      Then the access waits

  @needs:smmuv3-nesting @needs:veventq
  Rule: a guest says by its context descriptor whether its accesses wait

    Background:
      Given a buffer "tables" of 8 pages
      And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      And an SMMUv3 page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "gpt"
      And a nested HWPT "translated" with page table "gpt" and fault queue "faults" for device "nic" on vIOMMU "smmu"

    @HW-SMU-25 @HW-SMU-29
    Scenario: S is set, and a page comes into the table of the guest, who is told no event
      Given it stores struct arm_smmu_cd in buffer "tables" + 1 page:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, S, R, A, ASET, ASID 1, TTB0 1 MiB, MAIR0 0xff |
      When it attaches device "nic" to HWPT "translated"
      And it stores pattern "came in" in buffer "ram" + 3 pages
      And device "nic" begins to read 1 page at 64 MiB + 1 page as its access 1
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | dev_id       | pasid | grpid | perm | addr            | cookie |
        | LAST_PAGE | device "nic" |     0 |     0 | READ | 64 MiB + 1 page |      1 |
      When it reads 40 bytes of vEVENTQ "events" into buffer "in"
      Then it returns 0
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 3 pages read-write in page table "gpt"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with its access 1
      Then the device got pattern "came in"

    @HW-SMU-25 @HW-SMU-36
    Scenario: S is not set, and the access fails at once, which is an event
      When it attaches device "nic" to HWPT "translated"
      And device "nic" begins to read 1 page at 64 MiB + 1 page as its access 1
      And device "nic" goes on with its access 1
      Then the access is blocked
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0
      When it reads 40 bytes of vEVENTQ "events" into buffer "in"
      Then it returns 40
      And buffer "in" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                                                                   |
        | F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 64 MiB + 1 page |

    @HW-SMU-25 @HW-SMU-01
    Scenario: S is set where S1STALLD forbids it, which is C_BAD_CD
      Given it stores struct arm_smmu_cd in buffer "tables" + 1 page:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, S, R, A, ASET, ASID 1, TTB0 1 MiB, MAIR0 0xff |
      And it stores struct iommu_hwpt_arm_smmuv3 in buffer "out":
        | ste |
        | V, Config S1_TRANS, S1ContextPtr 1 MiB + 1 page, S1CIR 1, S1COR 1, S1STALLD |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | ARM_SMMUV3    |
        | data_len  | 16 bytes      |
        | data_uptr | buffer "out"  |
      Then it made HWPT "without stalls"
      When it attaches device "nic" to HWPT "without stalls"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "in"
      Then it returns 40
      And buffer "in" + 8 bytes holds struct iommu_vevent_arm_smmuv3:
        | evt                     |
        | C_BAD_CD, StreamID 0x55 |

    @HW-PRQ-05
    Scenario: S is set for a device that may not stall, and nobody is asked, and nobody answers
      Given a device "disk" attached to IOAS "other"
      And a vDEVICE "guest disk" for device "disk" with virt_id 0x56 on vIOMMU "smmu"
      And it stores struct arm_smmu_cd in buffer "tables" + 1 page:
        | data |
        | T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, S, R, A, ASET, ASID 1, TTB0 1 MiB, MAIR0 0xff |
      When it attaches device "disk" to HWPT "translated"
      And device "disk" begins to read 1 page at 64 MiB + 1 page as its access 1
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 3 pages read-write in page table "gpt"
      And it attaches device "disk" to IOAS "other"
      And device "disk" goes on with its access 1
      Then the access waits
