@needs:intel-nesting @needs:dma
Feature: what the host changes below a guest's page table
  The kernel does not know which addresses of a guest lead to a page that it unmaps. So all is dropped that came by both
  stages: in the IOTLB under the name of each guest's page table on the parent, and in the devices themselves.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 8 pages
    And a buffer "spare" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-write
    And it maps 1 page of buffer "spare" into IOAS "guest" at 48 MiB read-write
    And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "gpt"

  Rule: what is unmapped is reached by nobody

    Scenario Outline: <requester> of <device> has used the pages
      Given <device> attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And <requester> sees buffer "ram" at 64 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And <requester> reads 1 page at 64 MiB
      Then the access is blocked
      When <requester> writes pattern "strewn" at 64 MiB + 3 pages
      Then the access is blocked
      When it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      Then <requester> sees buffer "ram" + 4 pages at 64 MiB .. +4 pages
      When it unmaps 8 pages at 1 MiB from IOAS "guest"
      And <requester> reads 1 page at 64 MiB
      Then the access is blocked

      @HW-VTD-44 @HW-VTD-34 @HW-VTD-37
      Examples: with nothing but the IOTLB
        | device         | requester    |
        | a device "nic" | device "nic" |

      @HW-VTD-44 @HW-VTD-78 @HW-VTD-37 @needs:device-with-pasids
      Examples: with a TLB of the device
        | device                     | requester                |
        | a device "nic" with PASIDs | device "nic"             |
        | a device "nic" with PASIDs | PASID 5 of device "nic"  |
        | a device "nic" with PASIDs | PASID 64 of device "nic" |

    @HW-VTD-44 @HW-VTD-09 @needs:device-with-pasids
    Scenario: all users of the parent lose a page at once, with a guest's page table and without
      Given a device "nic" with PASIDs attached to IOAS "other"
      And a device "disk" with PASIDs attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And a nested PASID HWPT "twin" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And it attaches PASID 5 of device "nic" to HWPT "twin"
      And it attaches PASID 6 of device "nic" to HWPT "parent"
      And it attaches device "disk" to HWPT "parent"
      And it attaches PASID 5 of device "disk" to HWPT "stage1"
      And device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And PASID 5 of device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And PASID 6 of device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      And PASID 5 of device "disk" sees buffer "ram" at 64 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +4 pages
      And PASID 5 of device "nic" sees buffer "ram" + 4 pages at 64 MiB .. +4 pages
      And PASID 6 of device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" + 4 pages at 16 MiB .. +4 pages
      And PASID 5 of device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +4 pages
      And PASID 5 of device "disk" does not see buffer "ram" + 4 pages at 16 MiB .. +4 pages
      And device "disk" does not see buffer "ram" + 4 pages at 64 MiB .. +4 pages

    @HW-VTD-44 @HW-VTD-34
    Scenario: two devices without TLBs, each on a guest's page table of its own, lose a page at once
      Given a device "nic" attached to IOAS "other"
      And a device "disk" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And a nested HWPT "twin" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And it attaches device "disk" to HWPT "twin"
      And device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And device "disk" sees buffer "ram" at 64 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB + 3 pages
      Then the access is blocked
      When device "disk" reads 1 page at 64 MiB + 3 pages
      Then the access is blocked
      When it attaches device "nic" to IOAS "other"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "disk" sees buffer "ram" at 64 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 64 MiB
      Then the access is blocked

  @needs:caches-keep
  Rule: an unmap drops all that came by both stages, and nothing by another parent

    Scenario Outline: an unrelated page goes, and <requester> of <device> keeps nothing
      Given <device> attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And <requester> sees buffer "ram" at 64 MiB .. +4 pages
      When the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      Then <requester> sees buffer "ram" at 64 MiB .. +4 pages
      When it unmaps 1 page at 48 MiB from IOAS "guest"
      Then <requester> sees buffer "ram" + 4 pages at 64 MiB .. +4 pages
      And <requester> does not see buffer "ram" at 64 MiB .. +4 pages

      @HW-VTD-34
      Examples: with nothing but the IOTLB
        | device         | requester    |
        | a device "nic" | device "nic" |

      @HW-VTD-78 @HW-VTD-32 @needs:device-with-pasids
      Examples: with a TLB of the device
        | device                     | requester               |
        | a device "nic" with PASIDs | device "nic"            |
        | a device "nic" with PASIDs | PASID 5 of device "nic" |

    Scenario Outline: a page of another parent goes, and <requester> of <device> keeps all
      Given <device> attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And an IOAS "second guest"
      And it maps 1 page of buffer "spare" into IOAS "second guest" at 48 MiB read-write
      And a nesting PASID HWPT "second parent" for device "nic" on IOAS "second guest"
      And a device "disk" attached to HWPT "second parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And <requester> sees buffer "ram" at 64 MiB .. +4 pages
      And device "disk" sees buffer "spare" at 48 MiB .. +1 page
      When the guest maps 4 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it unmaps 1 page at 48 MiB from IOAS "second guest"
      Then <requester> sees buffer "ram" at 64 MiB .. +4 pages
      When device "disk" reads 1 page at 48 MiB
      Then the access is blocked

      @HW-VTD-34
      Examples: with nothing but the IOTLB
        | device         | requester    |
        | a device "nic" | device "nic" |

      @HW-VTD-35 @needs:device-with-pasids
      Examples: with a TLB of the device
        | device                     | requester               |
        | a device "nic" with PASIDs | device "nic"            |
        | a device "nic" with PASIDs | PASID 5 of device "nic" |

  Rule: dirty tracking begins for all that has been cached

    Scenario Outline: <requester> of <device> wrote before, and writes again
      Given <device> attached to IOAS "other"
      And an untouched buffer "bits" of 1 page
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a dirty-tracking nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      When <requester> writes pattern "before" at 64 MiB + 2 pages
      And <requester> writes pattern "before" at 64 MiB + 3 pages
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "parent" |
        | flags   | ENABLE        |
      And <requester> writes pattern "after" at 64 MiB + 2 pages
      And it asks HWPT "parent" which of 4 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 2 set in buffer "bits"

      @HW-VTD-82
      Examples: with nothing but the IOTLB
        | device         | requester    |
        | a device "nic" | device "nic" |

      @HW-VTD-82 @needs:device-with-pasids
      Examples: with a TLB of the device
        | device                     | requester               |
        | a device "nic" with PASIDs | device "nic"            |
        | a device "nic" with PASIDs | PASID 5 of device "nic" |
