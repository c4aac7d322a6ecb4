@needs:dma @needs:hwpt-alloc
Feature: the pages that a device wrote, behind each IOMMU that marks them
  The hardware marks an entry of the page table, and an entry may be larger than the page that is asked for.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And an untouched buffer "bits" of 1 page
    And an untouched buffer "later" of 1 page
    And an untouched buffer "last" of 1 page

  @needs:hugetlb
  Rule: an entry is marked as a whole

    Background:
      Given a huge-page buffer "huge" of 2 MiB

    Scenario Outline: of a large entry half is asked for, then all, behind <iommu>
      Given a dirty-tracking HWPT "log" for device "nic" on IOAS "guest"
      And it maps 512 pages of buffer "huge" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to HWPT "log"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      When device "nic" writes pattern "written" at 32 MiB + 5 pages
      And it asks HWPT "log" which of 256 pages at 33 MiB are dirty, into buffer "bits"
      Then it finds only bits 0 .. 255 set in buffer "bits"
      When it asks HWPT "log" which of 512 pages at 32 MiB are dirty, into buffer "later"
      Then it finds only bits 0 .. 511 set in buffer "later"
      When it asks HWPT "log" which of 512 pages at 32 MiB are dirty, into buffer "last"
      Then it finds no bits set in buffer "last"
      And it finds pattern "written" in buffer "huge" + 5 pages

      @DIRTY-15 @needs:intel-nesting
      Examples:
        | iommu |
        | VT-d  |

      @DIRTY-15 @needs:amd-nesting
      Examples:
        | iommu        |
        | an AMD IOMMU |

    Scenario Outline: behind <iommu> each page has an entry of its own, with the huge pages option at 0
      Given it sets the huge pages option of IOAS "guest" to 0
      And a dirty-tracking HWPT "log" for device "nic" on IOAS "guest"
      And it maps 512 pages of buffer "huge" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to HWPT "log"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      When device "nic" writes pattern "written" at 32 MiB + 5 pages
      And it asks HWPT "log" which of 512 pages at 32 MiB are dirty, into buffer "bits"
      Then it finds only bit 5 set in buffer "bits"

      @DIRTY-11 @OPT-19 @needs:intel-nesting
      Examples:
        | iommu |
        | VT-d  |

      @DIRTY-11 @OPT-19 @needs:amd-nesting
      Examples:
        | iommu        |
        | an AMD IOMMU |

  Rule: each page is reported at its own place, whichever table its entry is in

    Scenario Outline: page <page> of 1024 is written behind <iommu>, which have two tables
      Given a buffer "ram" of 1024 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And a dirty-tracking HWPT "log" for device "nic" on IOAS "guest"
      And it maps 1024 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to HWPT "log"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      When device "nic" writes pattern "written" at 32 MiB + <page> pages
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id | HWPT "log"    |
        | flags   | NO_CLEAR      |
        | iova    | 32 MiB        |
        | length  | 1024 pages    |
        | data    | buffer "bits" |
      Then it finds only bit <page> set in buffer "bits"
      When it asks HWPT "log" which of 1024 pages at 32 MiB are dirty, into buffer "later"
      Then it finds only bit <page> set in buffer "later"
      When it asks HWPT "log" which of 1024 pages at 32 MiB are dirty, into buffer "last"
      Then it finds no bits set in buffer "last"

      @DIRTY-11 @DIRTY-13 @DIRTY-18 @needs:intel-nesting
      Examples:
        | iommu | page |
        | VT-d  |    1 |
        | VT-d  |  511 |
        | VT-d  |  512 |
        | VT-d  | 1023 |

      @DIRTY-11 @DIRTY-13 @DIRTY-18 @needs:amd-nesting
      Examples:
        | iommu        | page |
        | an AMD IOMMU |    1 |
        | an AMD IOMMU |  511 |
        | an AMD IOMMU |  512 |
        | an AMD IOMMU | 1023 |
