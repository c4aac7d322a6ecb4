@needs:amd-iommu @needs:dma
Feature: what an AMD IOMMU and its devices keep of page tables
  The unit keeps device table entries and pages, a device with ATS keeps pages as well. Nothing of it outlives the call that
  took the page, the page table or the device away, and what was not meant stays.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 40 pages
    And a buffer "more" of 4 pages

  Rule: each requester id has an entry of its own

    @HW-AMD-01 @needs:two-devices
    Scenario: two devices reach by one IOVA each its own memory
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "other" at 16 MiB read-only
      When it stores pattern "of guest" in buffer "ram"
      And it stores pattern "of other" in buffer "more"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of guest"
      When device "disk" reads 1 page at 16 MiB
      Then the device got pattern "of other"
      When device "disk" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it detaches device "disk"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of guest"

    @HW-AMD-06 @HW-AMD-23 @needs:vfio-device
    Scenario: an entry that was used is not used when the device has moved
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "other" at 16 MiB read-write
      When it stores pattern "of guest" in buffer "ram"
      And it stores pattern "of other" in buffer "more"
      And device "nic" reads 2 pages at 16 MiB
      Then the access goes through
      When it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of other"
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of guest"

    @HW-AMD-01
    Scenario Outline: a page table ends with its last page, and <iova> leads nowhere
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "guest" at 256 TiB - 1 page read-write
      When device "nic" reads 1 page at <iova>
      Then the access is blocked
      When device "nic" writes pattern "strewn" at <iova>
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "more" at 256 TiB - 1 page .. +1 page

      Examples:
        | iova             |
        | 256 TiB + 16 MiB |
        | 256 TiB          |
        | 512 TiB + 16 MiB |

  Rule: an unmap takes as many pages as it says

    @HW-AMD-21
    Scenario Outline: <pages> from page <first> on are unmapped, which a device has used
      Given a device "nic" attached to IOAS "guest"
      And it maps <first> of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps <pages> of buffer "ram" + <first> into IOAS "guest" at 16 MiB + <first> read-write
      And it maps 1 page of buffer "more" into IOAS "guest" at 16 MiB + <first> + <pages> read-write
      When it stores pattern "below" in buffer "ram" + <first> - 1 page
      And it stores pattern "above" in buffer "more"
      And device "nic" reads 1 page at 16 MiB + <first>
      And device "nic" reads 1 page at 16 MiB + <first> + <pages> - 1 page
      And device "nic" reads 1 page at 16 MiB + <first> + <pages>
      Then the device got pattern "above"
      When it unmaps <pages> at 16 MiB + <first> from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + <first>
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + <first> + <pages> - 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + <first> + <pages>
      Then the device got pattern "above"
      When device "nic" reads 1 page at 16 MiB + <first> - 1 page
      Then the device got pattern "below"

      Examples:
        | pages    | first   |
        | 1 page   | 1 page  |
        | 2 pages  | 2 pages |
        | 2 pages  | 7 pages |
        | 3 pages  | 2 pages |
        | 5 pages  | 3 pages |
        | 7 pages  | 1 page  |
        | 8 pages  | 8 pages |
        | 9 pages  | 8 pages |
        | 31 pages | 1 page  |
        | 33 pages | 3 pages |

    @HW-AMD-06 @HW-AMD-21 @needs:hugetlb
    Scenario: small pages are unmapped beside a large one, and then the large one
      Given a device "nic" attached to IOAS "guest"
      And a huge-page buffer "huge" of 2 MiB
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 18 MiB read-write
      When it stores pattern "large" in buffer "huge" + 2 MiB - 1 page
      And it stores pattern "small" in buffer "ram"
      And device "nic" reads 1 page at 18 MiB - 1 page
      Then the device got pattern "large"
      When device "nic" reads 1 page at 18 MiB
      Then the device got pattern "small"
      When it unmaps 2 pages at 18 MiB from IOAS "guest"
      And device "nic" reads 1 page at 18 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 18 MiB - 1 page
      Then the device got pattern "large"
      When it unmaps 2 MiB at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "more" into IOAS "guest" at 17 MiB read-write
      And it stores pattern "other" in buffer "more"
      And device "nic" reads 1 page at 17 MiB
      Then the device got pattern "other"
      When device "nic" reads 1 page at 18 MiB - 1 page
      Then the access is blocked

  @needs:device-with-tlb
  Rule: a device that has a TLB of its own is told as well

    Background:
      Given a device "nic" with a device TLB attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And it maps 1 page of buffer "more" into IOAS "other" at 16 MiB read-write

    @HW-AMD-22 @IOAS-UNMAP-17
    Scenario: what is unmapped is gone, and what is beside it stays
      When device "nic" reads 8 pages at 16 MiB
      Then the access goes through
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 16 MiB + 3 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +4 pages
      When it maps 4 pages of buffer "ram" + 8 pages into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" + 8 pages at 16 MiB .. +4 pages

    @HW-AMD-22 @IOAS-UNMAP-17
    Scenario: two devices with TLBs at one page table both forget, and one that leaves takes nothing from the other
      Given a device "disk" with a device TLB attached to IOAS "guest"
      When device "nic" reads 8 pages at 16 MiB
      And device "disk" reads 8 pages at 16 MiB
      Then the access goes through
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it detaches device "disk"
      And it unmaps 4 pages at 16 MiB + 4 pages from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 5 pages
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 5 pages
      Then the access is blocked

    @HW-AMD-22
    Scenario Outline: <pages> from page <first> on are unmapped, which the device has kept
      Given it unmaps everything from IOAS "guest"
      And it maps <first> of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps <pages> of buffer "ram" + <first> into IOAS "guest" at 16 MiB + <first> read-write
      And it maps 1 page of buffer "more" into IOAS "guest" at 16 MiB + <first> + <pages> read-write
      When device "nic" reads 1 page at 16 MiB + <first>
      And device "nic" reads 1 page at 16 MiB + <first> + <pages> - 1 page
      And device "nic" reads 1 page at 16 MiB + <first> + <pages>
      Then the access goes through
      When it unmaps <pages> at 16 MiB + <first> from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + <first>
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + <first> + <pages> - 1 page
      Then the access is blocked
      And device "nic" sees buffer "more" at 16 MiB + <first> + <pages> .. +1 page

      @HW-AMD-21
      Examples:
        | pages    | first   |
        | 1 page   | 1 page  |
        | 2 pages  | 7 pages |
        | 3 pages  | 2 pages |
        | 5 pages  | 3 pages |
        | 7 pages  | 1 page  |
        | 9 pages  | 8 pages |
        | 33 pages | 3 pages |

    @HW-AMD-23 @HW-AMD-06
    Scenario: a device that moves away and comes back has kept nothing
      When device "nic" reads 8 pages at 16 MiB
      Then the access goes through
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "more" at 16 MiB .. +1 page
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +4 pages

    @HW-AMD-22 @HW-FLG-04 @needs:hwpt-alloc
    Scenario: a page table in the format of guests is flushed for the unit and the device
      Given a PASID HWPT "tables" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "tables"
      And device "nic" reads 8 pages at 16 MiB
      Then the access goes through
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +4 pages

  @needs:amd-nesting @needs:hwpt-alloc
  Rule: a page is marked when a device writes it

    Background:
      Given a device "nic" attached to IOAS "other"
      And an untouched buffer "bits" of 1 page
      And an untouched buffer "later" of 1 page
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "tracking" for device "nic" on IOAS "guest"

    @HW-AMD-04 @DIRTY-13
    Scenario: what was written is told once, and again when it is written again
      When it attaches device "nic" to HWPT "tracking"
      And device "nic" writes pattern "before" at 16 MiB + 2 pages
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "tracking" |
        | flags   | ENABLE          |
      Then it succeeds
      When device "nic" reads 8 pages at 16 MiB
      And device "nic" writes pattern "after" at 16 MiB + 3 pages
      And it asks HWPT "tracking" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 3 set in buffer "bits"
      When it asks HWPT "tracking" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds no bits set in buffer "later"
      When device "nic" writes pattern "again" at 16 MiB + 3 pages
      And it asks HWPT "tracking" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds only bit 3 set in buffer "later"

    @HW-AMD-04 @DIRTY-13 @needs:device-with-tlb
    Scenario: what a device has kept does not hide a write
      Given a device "disk" with a device TLB attached to IOAS "other"
      When it attaches device "disk" to HWPT "tracking"
      And device "disk" writes pattern "before" at 16 MiB + 3 pages
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "tracking" |
        | flags   | ENABLE          |
      And device "disk" writes pattern "after" at 16 MiB + 3 pages
      And it asks HWPT "tracking" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 3 set in buffer "bits"
      When device "disk" writes pattern "again" at 16 MiB + 3 pages
      And it asks HWPT "tracking" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds only bit 3 set in buffer "later"
