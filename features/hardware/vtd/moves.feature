@needs:intel-nesting @needs:device-with-pasids @needs:dma
Feature: who leaves a page table of VT-d takes nothing along
  A device or a PASID that is detached, or moves to another page table, has an entry of its own changed. What was cached of
  that entry goes, and what was translated by it, in the IOTLB and in the device. What others have stays.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" with PASIDs attached to IOAS "other"
    And a buffer "tables" of 4 pages
    And a buffer "more" of 4 pages
    And a buffer "ram" of 8 pages
    And it maps 4 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 4 pages of buffer "more" into IOAS "guest" at 2 MiB read-write
    And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 6 pages into IOAS "other" at 64 MiB read-write
    And a VT-d page table "first" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "first"
    And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
    And the guest maps 2 pages at 64 MiB to 16 MiB + 2 pages read-write in page table "second"
    And a PASID HWPT "own" for device "nic" on IOAS "other"
    And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
    And a nested PASID HWPT "stage1" with page table "first" for device "nic" on HWPT "parent"
    And a nested PASID HWPT "stage2" with page table "second" for device "nic" on HWPT "parent"
    And it attaches device "nic" to HWPT "own"

  Rule: the next access is translated by the new page table, or by none

    @HW-VTD-45
    Scenario Outline: <requester> moves from one page table of a guest to another, and back
      When it attaches <requester> to HWPT "stage1"
      Then <requester> sees buffer "ram" at 64 MiB .. +2 pages
      When it attaches <requester> to HWPT "stage2"
      Then <requester> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When it attaches <requester> to HWPT "stage1"
      Then <requester> sees buffer "ram" at 64 MiB .. +2 pages
      When it attaches <requester> to HWPT "own"
      Then <requester> sees buffer "ram" + 6 pages at 64 MiB .. +2 pages
      When it attaches <requester> to HWPT "parent"
      Then <requester> sees buffer "ram" at 16 MiB .. +8 pages
      And <requester> does not see buffer "ram" + 6 pages at 64 MiB .. +2 pages

      @HW-VTD-39
      Examples:
        | requester                |
        | device "nic"             |
        | PASID 5 of device "nic"  |
        | PASID 69 of device "nic" |

    @HW-VTD-45
    Scenario Outline: <requester> leaves HWPT <table>
      When it attaches <requester> to HWPT <table>
      Then <requester> sees buffer "ram" + <at> at 64 MiB .. +2 pages
      When it detaches <requester>
      And <requester> reads 1 page at 64 MiB + 1 page
      Then the access is blocked
      When <requester> writes pattern "strewn" at 64 MiB
      Then the access is blocked
      When it destroys HWPT <table>
      Then it succeeds

      @HW-VTD-39
      Examples: both stages
        | requester                | table    | at      |
        | device "nic"             | "stage1" | 0 pages |
        | PASID 5 of device "nic"  | "stage1" | 0 pages |
        | PASID 69 of device "nic" | "stage2" | 2 pages |

    @HW-VTD-45
    Scenario: a PASID leaves a page table of one stage
      Given a PASID HWPT "one" for device "nic" on IOAS "other"
      When it attaches PASID 5 of device "nic" to HWPT "one"
      Then PASID 5 of device "nic" sees buffer "ram" + 6 pages at 64 MiB .. +2 pages
      When it detaches PASID 5 of device "nic"
      And PASID 5 of device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it attaches PASID 5 of device "nic" to HWPT "stage1"
      Then PASID 5 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages

    @HW-VTD-45
    Scenario Outline: <requester> comes back to a second stage, of which a page went meanwhile
      Given a device "disk" attached to IOAS "other"
      When it attaches <requester> to HWPT "parent"
      Then <requester> sees buffer "ram" at 16 MiB .. +8 pages
      When it attaches <requester> to HWPT "own"
      And it unmaps 8 pages at 16 MiB from IOAS "guest"
      And it attaches <requester> to HWPT "parent"
      And <requester> reads 1 page at 16 MiB + 7 pages
      Then the access is blocked
      When <requester> writes pattern "strewn" at 16 MiB
      Then the access is blocked

      @HW-VTD-34
      Examples:
        | requester               |
        | device "nic"            |
        | device "disk"           |
        | PASID 5 of device "nic" |

    @HW-VTD-45 @HW-VTD-85
    Scenario: other memory takes the place of a page table that went
      When it attaches PASID 5 of device "nic" to HWPT "stage1"
      Then PASID 5 of device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      When it detaches PASID 5 of device "nic"
      And it destroys HWPT "stage1"
      Then it succeeds
      When the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "first"
      Given a nested PASID HWPT "again" with page table "first" for device "nic" on HWPT "parent"
      When it attaches PASID 5 of device "nic" to HWPT "again"
      Then PASID 5 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And PASID 5 of device "nic" does not see buffer "ram" at 64 MiB .. +2 pages

    @HW-VTD-85
    Scenario Outline: <leaver> leaves, and a page table that comes then is none that <other> is on
      Given a PASID HWPT "one" for device "nic" on IOAS "other"
      And a device "disk" attached to IOAS "other"
      When it attaches <other> to HWPT "stage1"
      And it attaches <leaver> to HWPT "stage1"
      Then <other> sees buffer "ram" at 64 MiB .. +1 page
      When it detaches <leaver>
      And it attaches <leaver> to HWPT "stage2"
      And it attaches PASID 9 of device "nic" to HWPT "one"
      Then <leaver> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And <other> sees buffer "ram" at 64 MiB .. +2 pages
      And PASID 9 of device "nic" sees buffer "ram" + 6 pages at 64 MiB .. +2 pages
      When the guest unmaps 2 pages at 64 MiB in page table "first"
      And it invalidates 2 pages at 64 MiB of HWPT "stage1"
      And <other> reads 1 page at 64 MiB
      Then the access is blocked
      And <leaver> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages

      Examples:
        | leaver                  | other                   |
        | PASID 5 of device "nic" | PASID 6 of device "nic" |
        | PASID 5 of device "nic" | device "nic"            |
        | device "nic"            | PASID 5 of device "nic" |
        | device "nic"            | device "disk"           |
        | device "disk"           | device "nic"            |

  Rule: who left is nobody there any more

    @HW-VTD-84
    Scenario Outline: dirty tracking begins after <leaver> has left, and <other> stays
      Given an untouched buffer "bits" of 1 page
      And an untouched buffer "later" of 1 page
      And a dirty-tracking nesting PASID HWPT "log" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "logged" with page table "second" for device "nic" on HWPT "log"
      When it attaches <leaver> to HWPT "logged"
      And it attaches <other> to HWPT "logged"
      Then <leaver> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When it detaches <leaver>
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      And <leaver> writes pattern "strewn" at 64 MiB
      Then the access is blocked
      When <other> writes pattern "by another" at 64 MiB + 1 page
      And it asks HWPT "log" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 3 set in buffer "bits"
      When it attaches <leaver> to HWPT "logged"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
      And it attaches <leaver> to HWPT "own"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      Then <leaver> sees buffer "ram" + 6 pages at 64 MiB .. +2 pages
      When <leaver> writes pattern "elsewhere" at 64 MiB
      And it asks HWPT "log" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds no bits set in buffer "later"

      Examples:
        | leaver                  | other                   |
        | PASID 5 of device "nic" | PASID 6 of device "nic" |
        | PASID 5 of device "nic" | device "nic"            |
        | device "nic"            | PASID 5 of device "nic" |

  @needs:caches-keep
  Rule: what others have cached stays

    @HW-VTD-39
    Scenario Outline: <leaver> leaves, and <other> keeps what it has
      When it attaches <other> to HWPT "stage2"
      And it attaches <leaver> to HWPT "stage1"
      Then <leaver> sees buffer "ram" at 64 MiB .. +2 pages
      And <other> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"
      And it detaches <leaver>
      Then <other> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When it invalidates everything of HWPT "stage2"
      Then <other> sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And <other> does not see buffer "ram" + 2 pages at 64 MiB .. +2 pages

      Examples:
        | leaver                  | other                    |
        | PASID 5 of device "nic" | PASID 6 of device "nic"  |
        | PASID 5 of device "nic" | PASID 69 of device "nic" |
        | PASID 5 of device "nic" | device "nic"             |
        | device "nic"            | PASID 5 of device "nic"  |

    @HW-VTD-40
    Scenario Outline: <leaver> leaves the page table, and the device keeps what <other> has of it
      When it attaches <other> to HWPT "stage2"
      And it attaches <leaver> to HWPT "stage2"
      Then <leaver> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And <other> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"
      And it detaches <leaver>
      Then <other> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And <other> does not see buffer "ram" + 4 pages at 64 MiB .. +2 pages

      Examples:
        | leaver                  | other                    |
        | PASID 5 of device "nic" | PASID 6 of device "nic"  |
        | PASID 5 of device "nic" | PASID 69 of device "nic" |
        | PASID 5 of device "nic" | device "nic"             |

    @HW-VTD-35
    Scenario: a device leaves the page table, and another one keeps what it has of it
      Given a device "disk" with PASIDs attached to IOAS "other"
      When it attaches device "nic" to HWPT "stage2"
      And it attaches device "disk" to HWPT "stage2"
      Then device "nic" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"
      And it detaches device "nic"
      Then device "disk" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-VTD-34
    Scenario Outline: <leaver> leaves the page table, and the IOTLB has nothing of it for a device without a TLB
      Given a device "disk" attached to IOAS "other"
      When it attaches device "disk" to HWPT "stage2"
      And it attaches <leaver> to HWPT "stage2"
      Then <leaver> sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"
      Then device "disk" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      When it detaches <leaver>
      Then device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" + 2 pages at 64 MiB .. +2 pages

      Examples:
        | leaver                  |
        | device "nic"            |
        | PASID 5 of device "nic" |
