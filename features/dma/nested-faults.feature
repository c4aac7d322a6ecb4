@needs:dma-with-page-requests @needs:device-with-pasids @needs:intel-nesting
Feature: a device uses memory that is not there yet
  Shared virtual addresses, below the VMM: the page table of a process, in the format of its processor, lies in the memory of that
  process, and an IOMMU walks it as the first of two stages. A device that touches a page that is missing asks for it. The request
  comes through the fault queue; the process brings the page in, answers, and the device goes on where it was.

  Background:
    Given an iommufd
    And an IOAS "memory"
    And an IOAS "other"
    And a device "nic" with:
      | page requests | yes     |
      | PASIDs        | 20 bits |
    And it attaches device "nic" to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "heap" of 8 pages
    And it maps 8 pages of buffer "tables" into IOAS "memory" at 1 MiB read-write
    And it maps 8 pages of buffer "heap" into IOAS "memory" at 16 MiB read-write
    And a fault queue "faults"
    And a nesting HWPT "host" for device "nic" on IOAS "memory"
    And a VT-d page table "mm" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "mm"
    And a nested PASID HWPT "shared" with page table "mm" and fault queue "faults" for device "nic" on HWPT "host"
    And a PASID HWPT "own" for device "nic" on IOAS "other"
    And an untouched buffer "in" of 1 page
    And an untouched buffer "out" of 1 page

  Rule: a page that comes in is reached at the next attempt

    @HW-PRQ-16
    Scenario Outline: <who> reads a page that comes in while it waits
      When it attaches device "nic" to HWPT "<first>"
      And it attaches <who> to HWPT "shared"
      And it stores pattern "came in" in buffer "heap" + 3 pages
      And <who> begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And <who> goes on with group 5
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags   | pasid   | grpid | perm | addr            | cookie |
        | <flags> | <pasid> |     5 | READ | 64 MiB + 1 page |      1 |
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 3 pages read-write in page table "mm"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And <who> goes on with group 5
      Then the device got pattern "came in"
      When <who> reads 1 page at 64 MiB + 2 pages
      Then the access is blocked

      Examples:
        | who                      | first  | flags                  | pasid |
        | device "nic"             | own    | LAST_PAGE              |     0 |
        | PASID 7 of device "nic"  | own    | LAST_PAGE, PASID_VALID |     7 |

    @HW-PCI-05 @HW-PRQ-16
    Scenario: two of three pages are missing, and come in together
      When it attaches device "nic" to HWPT "shared"
      And device "nic" begins to read 3 pages at 64 MiB - 1 page, and asks for pages as group 511
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | grpid | perm | addr            | cookie |
        | none      |   511 | READ | 64 MiB - 1 page |      1 |
        | LAST_PAGE |   511 | READ | 64 MiB + 1 page |      1 |
      When the guest maps 1 page at 64 MiB - 1 page to 16 MiB + 1 page read-only in page table "mm"
      And the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 2 pages read-only in page table "mm"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 511
      Then the access goes through
      And device "nic" sees buffer "heap" + 2 pages at 64 MiB + 1 page .. +1 page
      And device "nic" was answered:
        | group | code    |
        |   511 | SUCCESS |

    @HW-PRQ-16
    Scenario: the page is in the table, and the host lacks what it leads to
      When the guest maps 1 page at 64 MiB + 1 page to 32 MiB read-write in page table "mm"
      And it attaches device "nic" to HWPT "shared"
      And device "nic" begins to write pattern "arrived" at 64 MiB + 1 page, and asks for pages as group 5
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      When it maps 1 page of buffer "heap" + 5 pages into IOAS "memory" at 32 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access goes through
      And it finds pattern "arrived" in buffer "heap" + 5 pages

  Rule: each process has its own memory at the same address

    @HW-PRQ-02 @HW-PRQ-16 @HW-ENQ-04
    Scenario: two PASIDs ask for one address, and get what their tables lead to
      Given a buffer "more" of 8 pages
      And it maps 8 pages of buffer "more" into IOAS "memory" at 2 MiB read-write
      And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
      And a nested PASID HWPT "of second" with page table "second" and fault queue "faults" for device "nic" on HWPT "host"
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And it attaches PASID 8 of device "nic" to HWPT "of second"
      And it stores pattern "of seven" in buffer "heap" + 1 page
      And it stores pattern "of eight" in buffer "heap" + 2 pages
      And PASID 7 of device "nic" begins to read 1 page at 128 MiB, and asks for pages as group 5
      And PASID 8 of device "nic" begins to read 1 page at 128 MiB, and asks for pages as group 6
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 80
      When the guest maps 1 page at 128 MiB to 16 MiB + 2 pages read-only in page table "second"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      And PASID 7 of device "nic" goes on with group 5
      Then the access waits
      When PASID 8 of device "nic" goes on with group 6
      Then the device got pattern "of eight"
      When the guest maps 1 page at 128 MiB to 16 MiB + 1 page read-only in page table "mm"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And PASID 7 of device "nic" goes on with group 5
      Then the device got pattern "of seven"
      And device "nic" was answered:
        | group | code    | PASID |
        |     5 | SUCCESS |     7 |
        |     6 | SUCCESS |     8 |

    @HW-ENQ-05
    Scenario: one PASID of two devices leads to the memory of two processes
      Given a device "disk" with:
        | page requests | yes     |
        | PASIDs        | 20 bits |
      And it attaches device "disk" to IOAS "other"
      And a buffer "more" of 8 pages
      And it maps 8 pages of buffer "more" into IOAS "memory" at 2 MiB read-write
      And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
      And a nested PASID HWPT "of second" with page table "second" and fault queue "faults" for device "disk" on HWPT "host"
      And the guest maps 1 page at 128 MiB to 16 MiB + 1 page read-only in page table "mm"
      And it stores pattern "of nic" in buffer "heap" + 1 page
      And it stores pattern "of disk" in buffer "heap" + 2 pages
      When it attaches device "nic" to HWPT "own"
      And it attaches device "disk" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And it attaches PASID 7 of device "disk" to HWPT "of second"
      And PASID 7 of device "nic" reads 1 page at 128 MiB
      Then the device got pattern "of nic"
      When PASID 7 of device "disk" begins to read 1 page at 128 MiB, and asks for pages as group 5
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | dev_id        | pasid | addr    |
        | device "disk" |     7 | 128 MiB |
      When the guest maps 1 page at 128 MiB to 16 MiB + 2 pages read-only in page table "second"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And PASID 7 of device "disk" goes on with group 5
      Then the device got pattern "of disk"
      When PASID 7 of device "nic" reads 1 page at 128 MiB
      Then the device got pattern "of nic"

  Rule: what the device does next tells which answer it got

    @HW-PRQ-16
    Scenario: no page is brought in, and Success makes it ask again
      When it attaches device "nic" to HWPT "shared"
      And device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40

    @HW-PRQ-16
    Scenario: the address is none of the process, and Invalid ends the access of that PASID alone
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And PASID 7 of device "nic" begins to write pattern "strewn" at 1 TiB, and asks for pages as group 5
      And PASID 7 of device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 6
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      And PASID 7 of device "nic" goes on with group 5
      Then the access is blocked
      When PASID 7 of device "nic" goes on with group 6
      Then the access waits
      When PASID 7 of device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0

  Rule: a page that was asked for is looked up anew

    @HW-PRQ-14
    Scenario: another device has used the page, and the table changes before this one asks for it
      Given a device "disk" with page requests attached to IOAS "other"
      When it attaches device "disk" to HWPT "shared"
      And it attaches device "nic" to HWPT "shared"
      And the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 4 pages read-only in page table "mm"
      And it stores pattern "old" in buffer "heap" + 4 pages
      And it stores pattern "new" in buffer "heap" + 5 pages
      And device "disk" reads 1 page at 64 MiB + 1 page
      Then the device got pattern "old"
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 5 pages read-only in page table "mm"
      And device "nic" requests a page at 64 MiB + 1 page
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" reads 1 page at 64 MiB + 1 page
      Then the device got pattern "new"

  Rule: who leaves takes his requests along

    @HW-PRQ-09
    Scenario Outline: PASID 7 goes while it waits: it <leaves>, and PASID 8 of the same table waits on
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And it attaches PASID 8 of device "nic" to HWPT "shared"
      And PASID 7 of device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And PASID 8 of device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 6
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 4 pages read-write in page table "mm"
      And <call>
      Then device "nic" was answered:
        | group | code    | PASID |
        |     5 | INVALID |     7 |
      When PASID 7 of device "nic" goes on with group 5
      Then the access is blocked
      When PASID 7 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      And PASID 8 of device "nic" goes on with group 6
      Then the access goes through

      @HW-PRQ-11
      Examples:
        | leaves                       | call                                              |
        | is detached                  | it detaches PASID 7 of device "nic"               |
        | moves to another page table  | it attaches PASID 7 of device "nic" to HWPT "own" |

    @HW-PRQ-09
    Scenario: the device is closed while three groups wait, and is bound once more
      When it attaches device "nic" to HWPT "shared"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And PASID 7 of device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 6
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And device "nic" begins to read 1 page at 64 MiB + 2 pages, and asks for pages as group 7
      And it closes device "nic"
      Then device "nic" was answered:
        | group | code    | PASID |
        |     5 | INVALID |     7 |
        |     6 | INVALID |       |
        |     7 | INVALID |       |
      When it opens device "nic"
      And it binds device "nic" to the iommufd
      And it attaches device "nic" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "shared"
      And PASID 7 of device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 8
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 40
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 4 pages read-write in page table "mm"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And PASID 7 of device "nic" goes on with group 8
      Then the access goes through

  Rule: another device of the same queue stays served

    @HW-PRQ-09 @HW-PRQ-02
    Scenario: one device leaves while both wait
      Given a device "disk" with page requests attached to IOAS "other"
      And a nested HWPT "of disk" with page table "mm" and fault queue "faults" for device "disk" on HWPT "host"
      And it attaches device "disk" to HWPT "of disk"
      And it attaches device "nic" to HWPT "shared"
      When device "nic" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And device "disk" begins to read 1 page at 64 MiB + 1 page, and asks for pages as group 5
      And it detaches device "nic"
      Then device "nic" was answered:
        | group | code    |
        |     5 | INVALID |
      And device "disk" was not answered
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | dev_id        | grpid | addr            | cookie |
        | device "disk" |     5 | 64 MiB + 1 page |      1 |
      When the guest maps 1 page at 64 MiB + 1 page to 16 MiB + 4 pages read-write in page table "mm"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "disk" goes on with group 5
      Then the access goes through
