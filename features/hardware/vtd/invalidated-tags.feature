@needs:intel-nesting @needs:device-with-pasids @needs:dma
Feature: whose translations an invalidation of a VT-d page table takes
  What a VT-d keeps is tagged with the page table and the PASID that it came by, and what a device keeps with the PASID. An
  invalidation reaches all that use the page table that it names, be it under one PASID or several, of one device or more.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" with PASIDs attached to IOAS "other"
    And a device "disk" with PASIDs attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "old" of 2 pages
    And a buffer "new" of 2 pages
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 2 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "new" into IOAS "guest" at 32 MiB read-write
    And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
    And a PASID HWPT "own" for device "nic" on IOAS "other"
    And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
    And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
    And a nested PASID HWPT "twin" with page table "gpt" for device "nic" on HWPT "parent"
    And it attaches device "nic" to HWPT "own"
    And it attaches device "disk" to HWPT "own"

  Rule: everybody on the page table is reached

    @HW-VTD-89
    Scenario Outline: <one> and <other> are on the page table, and lose <what>
      When it attaches <one> to HWPT "stage1"
      And it attaches <other> to HWPT "stage1"
      Then <one> sees buffer "old" at 64 MiB .. +2 pages
      And <other> sees buffer "old" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <what> of HWPT "stage1"
      Then <one> sees buffer "new" at 64 MiB .. +2 pages
      And <other> sees buffer "new" at 64 MiB .. +2 pages
      And <one> does not see buffer "old" at 64 MiB .. +2 pages

      Examples:
        | one                     | other                     | what              |
        | device "nic"            | device "disk"             | 2 pages at 64 MiB |
        | device "nic"            | PASID 5 of device "nic"   | 2 pages at 64 MiB |
        | PASID 5 of device "nic" | PASID 6 of device "nic"   | 2 pages at 64 MiB |
        | PASID 6 of device "nic" | PASID 70 of device "nic"  | 2 pages at 64 MiB |
        | PASID 5 of device "nic" | PASID 5 of device "disk"  | 2 pages at 64 MiB |
        | device "nic"            | device "disk"             | everything        |
        | PASID 5 of device "nic" | device "nic"              | everything        |
        | PASID 5 of device "nic" | PASID 69 of device "disk" | everything        |

    @HW-VTD-88
    Scenario Outline: <leaver> leaves, and <other> is still told
      When it attaches <other> to HWPT "stage1"
      And it attaches <leaver> to HWPT "stage1"
      And it attaches <leaver> to HWPT "own"
      Then <other> sees buffer "old" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates 2 pages at 64 MiB of HWPT "stage1"
      Then <other> sees buffer "new" at 64 MiB .. +2 pages
      When it unmaps 2 pages at 32 MiB from IOAS "guest"
      And <other> reads 1 page at 64 MiB + 1 page
      Then the access is blocked

      Examples:
        | leaver                   | other                    |
        | device "nic"             | device "disk"            |
        | device "disk"            | device "nic"             |
        | PASID 5 of device "nic"  | PASID 6 of device "nic"  |
        | PASID 5 of device "nic"  | PASID 5 of device "disk" |
        | PASID 5 of device "disk" | PASID 5 of device "nic"  |

  @needs:caches-keep
  Rule: nobody else is reached

    @HW-VTD-10
    Scenario Outline: <what> goes for <one>, and not for <other>, which is on another page table with the same root
      Given a device "plain" attached to IOAS "other"
      When it attaches <one> to HWPT "stage1"
      And it attaches <other> to HWPT "twin"
      Then <one> sees buffer "old" at 64 MiB .. +2 pages
      And <other> sees buffer "old" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <what> of HWPT "stage1"
      Then <one> sees buffer "new" at 64 MiB .. +2 pages
      And <other> sees buffer "old" at 64 MiB .. +2 pages
      When it invalidates <what> of HWPT "twin"
      Then <other> sees buffer "new" at 64 MiB .. +2 pages
      And <other> does not see buffer "old" at 64 MiB .. +2 pages

      @HW-VTD-38 @HW-VTD-30
      Examples: by another domain
        | one          | other          | what              |
        | device "nic" | device "plain" | 2 pages at 64 MiB |
        | device "nic" | device "plain" | everything        |

      @HW-VTD-40 @HW-VTD-30
      Examples: by another PASID
        | one                     | other                    | what              |
        | device "nic"            | device "disk"            | 2 pages at 64 MiB |
        | device "nic"            | PASID 5 of device "nic"  | 2 pages at 64 MiB |
        | PASID 5 of device "nic" | device "nic"             | 2 pages at 64 MiB |
        | PASID 5 of device "nic" | PASID 6 of device "nic"  | 2 pages at 64 MiB |
        | PASID 6 of device "nic" | PASID 5 of device "nic"  | everything        |
        | PASID 5 of device "nic" | PASID 69 of device "nic" | 2 pages at 64 MiB |
        | PASID 5 of device "nic" | PASID 5 of device "disk" | everything        |

  Rule: what a device is told of itself takes what it keeps of its PASIDs along, or leaves it

    @HW-VTD-86
    Scenario: the tables of a device and of its PASID change, and only that of the device is invalidated
      Given a buffer "more" of 4 pages
      And a buffer "before" of 2 pages
      And a buffer "after" of 2 pages
      And it maps 4 pages of buffer "more" into IOAS "guest" at 2 MiB read-write
      And it maps 2 pages of buffer "before" into IOAS "guest" at 48 MiB read-write
      And it maps 2 pages of buffer "after" into IOAS "guest" at 49 MiB read-write
      And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
      And the guest maps 2 pages at 64 MiB to 48 MiB read-write in page table "second"
      And a nested PASID HWPT "stage2" with page table "second" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      And it attaches PASID 5 of device "nic" to HWPT "stage2"
      Then device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And PASID 5 of device "nic" sees buffer "before" at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And the guest maps 2 pages at 64 MiB to 49 MiB read-write in page table "second"
      And it invalidates 2 pages at 64 MiB of HWPT "stage1"
      And it stores pattern "either" in buffer "before"
      And it stores pattern "either" in buffer "after"
      And PASID 5 of device "nic" reads 1 page at 64 MiB
      Then the device got pattern "either"
      And device "nic" sees buffer "new" at 64 MiB .. +2 pages
      When it invalidates 2 pages at 64 MiB of HWPT "stage2"
      Then PASID 5 of device "nic" sees buffer "after" at 64 MiB .. +2 pages
      And PASID 5 of device "nic" does not see buffer "before" at 64 MiB .. +2 pages

  Rule: PASIDs are told apart by all of their bits

    @HW-VTD-05
    Scenario Outline: PASID <one> and PASID <other> have tables of their own
      Given a buffer "more" of 4 pages
      And it maps 4 pages of buffer "more" into IOAS "guest" at 2 MiB read-write
      And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
      And the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "second"
      And a nested PASID HWPT "stage2" with page table "second" for device "nic" on HWPT "parent"
      When it attaches PASID <one> of device "nic" to HWPT "stage1"
      And it attaches PASID <other> of device "nic" to HWPT "stage2"
      Then PASID <one> of device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And PASID <other> of device "nic" sees buffer "new" at 64 MiB .. +2 pages
      When PASID 130 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it detaches PASID <one> of device "nic"
      And PASID <one> of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      And PASID <other> of device "nic" sees buffer "new" at 64 MiB .. +2 pages

      Examples:
        | one   | other |
        |     1 |    65 |
        |    65 |     1 |
        |     2 |   194 |
        |     3 | 32707 |
        | 32767 |    63 |
        |    64 |  4160 |

    @HW-VTD-83
    Scenario: PASID 0 is what the device has without one
      When it attaches device "nic" to HWPT "stage1"
      Then PASID 0 of device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And PASID 1 of device "nic" does not see buffer "old" at 64 MiB .. +2 pages
      When it attaches PASID 1 of device "nic" to HWPT "own"
      And PASID 1 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When PASID 0 of device "nic" writes pattern "by none" at 64 MiB + 1 page
      Then it finds pattern "by none" in buffer "old" + 1 page
