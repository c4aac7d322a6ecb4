@needs:intel-iommu @needs:vfio-device @needs:dma
Feature: second-stage tables of a VT-d, as the kernel writes them
  A second-stage table has a bit for each right, in entries of every level, and where a unit has them bits that tell what was
  used and written. It is what a device is translated by in legacy mode, and below the tables of a guest.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  @needs:basic-iommu
  Rule: an access needs the right that it makes use of

    @HW-VTD-22
    Scenario: entries beside each other grant reads, writes, or both
      Given a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page write-only
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      When it stores pattern "to device" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "to device"
      When device "nic" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And it finds pattern "to device" in buffer "ram"
      When device "nic" writes pattern "from device" at 16 MiB + 1 page
      Then it finds pattern "from device" in buffer "ram" + 1 page
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" writes pattern "both ways" at 16 MiB + 2 pages
      And device "nic" reads 1 page at 16 MiB + 2 pages
      Then the device got pattern "both ways"

    @HW-VTD-51
    Scenario Outline: <what> is refused, and a device goes on beside
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When device "nic" reads 1 page at 16 MiB
      And device "nic" reads 1 page at <iova>
      Then the access is blocked
      When device "nic" reads 1 page at <iova>
      Then the access is blocked
      When it stores pattern "still here" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "still here"

      Examples:
        | what                                 | iova             |
        | the page above the last one          | 16 MiB + 2 pages |
        | the page below the first one         | 16 MiB - 1 page  |
        | an address that no table is for      | 192 MiB          |
        | an access that ends in the next page | 16 MiB + 8 KiB - 4 bytes |

    @HW-VTD-51
    Scenario: a device that is attached to nothing reaches nothing, at any address
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When device "nic" writes pattern "before" at 16 MiB
      And it detaches device "nic"
      And device "nic" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And it finds pattern "before" in buffer "ram"
      When device "nic" reads 1 page at 0
      Then the access is blocked

  @needs:intel-nesting @needs:hugetlb
  Rule: an unmap drops all, also where that is more than one invalidation can

    @HW-VTD-76 @HW-VTD-34
    Scenario: 1 GiB is unmapped that a device has used, which is the most that one invalidation can
      Given a huge-page buffer "huge" of 1024 MiB
      And it maps 1024 MiB of buffer "huge" into IOAS "guest" at 2 GiB read-write
      And an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "parent"
      And device "nic" sees buffer "huge" at 2 GiB .. +2 pages
      And device "nic" sees buffer "huge" + 1024 MiB - 2 pages at 2 GiB + 1024 MiB - 2 pages .. +2 pages
      When it unmaps 1024 MiB at 2 GiB from IOAS "guest"
      And device "nic" reads 1 page at 2 GiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 2 GiB + 1024 MiB - 1 page
      Then the access is blocked

    @HW-VTD-76
    Scenario: 1 GiB and 2 MiB are unmapped that a device has used
      Given a huge-page buffer "huge" of 1026 MiB
      And it maps 1026 MiB of buffer "huge" into IOAS "guest" at 2 GiB read-write
      And an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "parent"
      And device "nic" sees buffer "huge" at 2 GiB .. +2 pages
      And device "nic" sees buffer "huge" + 1026 MiB - 2 pages at 2 GiB + 1026 MiB - 2 pages .. +2 pages
      When it unmaps 1026 MiB at 2 GiB from IOAS "guest"
      And device "nic" reads 1 page at 2 GiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 2 GiB + 1026 MiB - 1 page
      Then the access is blocked

  @needs:intel-nesting
  Rule: a write leaves its mark where dirty bits are on

    Background:
      Given an IOAS "other"
      And an untouched buffer "bits" of 1 page
      And an untouched buffer "later" of 1 page
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-only

    Scenario Outline: <requester> of <device> reads, writes, and is refused
      Given <device> attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a dirty-tracking PASID HWPT "log" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "log"
      And <requester> writes pattern "not yet" at 16 MiB + 3 pages
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "log" |
        | flags   | ENABLE     |
      When <requester> reads 4 pages at 16 MiB
      And <requester> writes pattern "written" at 16 MiB + 1 page
      And <requester> writes pattern "strewn" at 16 MiB + 4 pages
      Then the access is blocked
      When it asks HWPT "log" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 1 set in buffer "bits"
      When <requester> writes pattern "again" at 16 MiB + 1 page
      And <requester> writes pattern "first" at 16 MiB
      And it asks HWPT "log" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds only bits 0 .. 1 set in buffer "later"

      @HW-VTD-22
      Examples: with nothing but the IOTLB
        | device         | requester    |
        | a device "nic" | device "nic" |

      @HW-VTD-22 @needs:device-with-pasids
      Examples: with a TLB of the device
        | device                     | requester                |
        | a device "nic" with PASIDs | device "nic"             |
        | a device "nic" with PASIDs | PASID 5 of device "nic"  |

    @HW-VTD-80 @needs:device-with-pasids
    Scenario: a PASID comes to a guest's page table whose parent tracks dirty pages already
      Given a device "nic" with PASIDs attached to IOAS "other"
      And an IOAS "below"
      And a buffer "tables" of 8 pages
      And it maps 8 pages of buffer "tables" into IOAS "below" at 1 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "below" at 16 MiB read-write
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a dirty-tracking nesting PASID HWPT "parent" for device "nic" on IOAS "below"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "parent" |
        | flags   | ENABLE        |
      When it attaches PASID 5 of device "nic" to HWPT "stage1"
      Then it succeeds
      When PASID 5 of device "nic" reads 4 pages at 64 MiB
      And PASID 5 of device "nic" writes pattern "by five" at 64 MiB + 2 pages
      And it asks HWPT "parent" which of 4 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 2 set in buffer "bits"
      And it finds pattern "by five" in buffer "ram" + 2 pages
