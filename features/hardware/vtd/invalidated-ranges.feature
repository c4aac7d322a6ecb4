@needs:intel-nesting @needs:dma
Feature: how much an invalidation of a VT-d page table takes
  A guest that changes its page table says which pages it changed. The unit is told in aligned blocks of a power of two of
  pages, so that more may go than was asked for, and never less; so is the device, which keeps translations of its own where
  it has PASIDs.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "old" of 80 pages
    And a buffer "new" of 80 pages
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 80 pages of buffer "old" into IOAS "guest" at 16 MiB read-write
    And it maps 80 pages of buffer "new" into IOAS "guest" at 32 MiB read-write
    And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 80 pages at 64 MiB to 16 MiB read-write in page table "gpt"

  Rule: what was asked for is gone, up to its last page

    Scenario Outline: <pages> at <at> are invalidated, for <requester> of <device>
      Given <device> attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And <requester> sees buffer "old" at 64 MiB .. +80 pages
      When the guest maps 80 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <pages> at 64 MiB + <at> of HWPT "stage1"
      Then it succeeds
      And <requester> sees buffer "new" + <at> at 64 MiB + <at> .. +<pages>
      And <requester> does not see buffer "old" + <at> at 64 MiB + <at> .. +<pages>

      @HW-VTD-38 @HW-VTD-43
      Examples: without a TLB of its own
        | device         | requester    | pages    | at       |
        | a device "nic" | device "nic" |   1 page | 17 pages |
        | a device "nic" | device "nic" |  2 pages | 18 pages |
        | a device "nic" | device "nic" |  2 pages | 23 pages |
        | a device "nic" | device "nic" |  3 pages | 17 pages |
        | a device "nic" | device "nic" |  5 pages | 20 pages |
        | a device "nic" | device "nic" |  7 pages | 16 pages |
        | a device "nic" | device "nic" |  9 pages | 16 pages |
        | a device "nic" | device "nic" | 15 pages | 33 pages |
        | a device "nic" | device "nic" | 17 pages | 32 pages |

      @HW-VTD-35 @HW-VTD-43 @needs:device-with-pasids
      Examples: with one
        | device                      | requester    | pages    | at       |
        | a device "nic" with PASIDs  | device "nic" |   1 page | 17 pages |
        | a device "nic" with PASIDs  | device "nic" |  2 pages | 23 pages |
        | a device "nic" with PASIDs  | device "nic" |  3 pages | 17 pages |
        | a device "nic" with PASIDs  | device "nic" |  5 pages | 20 pages |
        | a device "nic" with PASIDs  | device "nic" | 17 pages | 32 pages |

      @HW-VTD-40 @HW-VTD-43 @needs:device-with-pasids
      Examples: with PASIDs in it
        | device                      | requester               | pages    | at       |
        | a device "nic" with PASIDs  | PASID 5 of device "nic" |   1 page | 17 pages |
        | a device "nic" with PASIDs  | PASID 5 of device "nic" |  2 pages | 23 pages |
        | a device "nic" with PASIDs  | PASID 5 of device "nic" |  3 pages | 17 pages |
        | a device "nic" with PASIDs  | PASID 5 of device "nic" |  5 pages | 20 pages |
        | a device "nic" with PASIDs  | PASID 5 of device "nic" | 17 pages | 32 pages |

  @needs:caches-keep
  Rule: what goes is the smallest aligned block that holds the first and the last page

    @HW-VTD-38
    Scenario Outline: <pages> at <at> take <block> at <begin>
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And device "nic" sees buffer "old" at 64 MiB .. +80 pages
      When the guest maps 80 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And it invalidates <pages> at 64 MiB + <at> of HWPT "stage1"
      Then device "nic" sees buffer "new" + <begin> at 64 MiB + <begin> .. +<block>
      And device "nic" sees buffer "old" + <begin> - 1 page at 64 MiB + <begin> - 1 page .. +1 page
      And device "nic" sees buffer "old" + <begin> + <block> at 64 MiB + <begin> + <block> .. +1 page
      And device "nic" does not see buffer "old" + <begin> at 64 MiB + <begin> .. +1 page

      @HW-VTD-70
      Examples:
        | pages    | at       | block    | begin    |
        |   1 page | 17 pages |   1 page | 17 pages |
        |  2 pages | 18 pages |  2 pages | 18 pages |
        |  2 pages | 17 pages |  4 pages | 16 pages |
        |  2 pages | 23 pages | 16 pages | 16 pages |
        |  3 pages | 20 pages |  4 pages | 20 pages |
        |  5 pages | 16 pages |  8 pages | 16 pages |
        |  7 pages | 17 pages |  8 pages | 16 pages |
        |  8 pages | 16 pages |  8 pages | 16 pages |
        |  9 pages | 16 pages | 16 pages | 16 pages |
        | 15 pages | 32 pages | 16 pages | 32 pages |
        | 17 pages | 32 pages | 32 pages | 32 pages |

    @HW-VTD-42 @needs:device-with-pasids
    Scenario Outline: <pages> at <at> take <block> at <begin> out of the device, for <requester>
      Given a device "nic" with PASIDs attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "stage1"
      And it attaches PASID 9 of device "nic" to HWPT "stage1"
      And <requester> sees buffer "old" at 64 MiB .. +80 pages
      When the guest maps 80 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      # With PASID 9 the IOTLB forgets the whole page table, and the device nothing of the others.
      And it detaches PASID 9 of device "nic"
      Then <requester> sees buffer "old" at 64 MiB .. +80 pages
      When it invalidates <pages> at 64 MiB + <at> of HWPT "stage1"
      Then <requester> sees buffer "new" + <begin> at 64 MiB + <begin> .. +<block>
      And <requester> sees buffer "old" + <begin> - 1 page at 64 MiB + <begin> - 1 page .. +1 page
      And <requester> sees buffer "old" + <begin> + <block> at 64 MiB + <begin> + <block> .. +1 page
      And <requester> does not see buffer "old" + <begin> at 64 MiB + <begin> .. +1 page

      @HW-VTD-70
      Examples:
        | requester               | pages    | at       | block    | begin    |
        | device "nic"            |   1 page | 17 pages |   1 page | 17 pages |
        | device "nic"            |  2 pages | 18 pages |  2 pages | 18 pages |
        | device "nic"            |  2 pages | 23 pages | 16 pages | 16 pages |
        | device "nic"            |  3 pages | 20 pages |  4 pages | 20 pages |
        | device "nic"            |  5 pages | 16 pages |  8 pages | 16 pages |
        | device "nic"            | 17 pages | 32 pages | 32 pages | 32 pages |
        | PASID 5 of device "nic" |   1 page | 17 pages |   1 page | 17 pages |
        | PASID 5 of device "nic" |  2 pages | 18 pages |  2 pages | 18 pages |
        | PASID 5 of device "nic" |  2 pages | 23 pages | 16 pages | 16 pages |
        | PASID 5 of device "nic" |  9 pages | 16 pages | 16 pages | 16 pages |

    @HW-VTD-70
    Scenario Outline: <length> at <at> take what is below <end>, and leave what is there
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And the guest maps 2 pages at <end> - 1 page to 16 MiB read-write in page table "gpt"
      And it attaches device "nic" to HWPT "stage1"
      And device "nic" sees buffer "old" at 64 MiB .. +2 pages
      And device "nic" sees buffer "old" at <end> - 1 page .. +2 pages
      When the guest maps 2 pages at 64 MiB to 32 MiB read-write in page table "gpt"
      And the guest maps 2 pages at <end> - 1 page to 32 MiB read-write in page table "gpt"
      And it invalidates <length> at <at> of HWPT "stage1"
      Then device "nic" sees buffer "new" at 64 MiB .. +2 pages
      And device "nic" sees buffer "new" at <end> - 1 page .. +1 page
      And device "nic" does not see buffer "old" at <end> - 1 page .. +1 page
      And device "nic" sees buffer "old" + 1 page at <end> .. +1 page

      Examples:
        | length         | at     | end   |
        | 1 GiB          | 0      | 1 GiB |
        | 1 GiB + 1 page | 64 MiB | 2 GiB |
        | 2 GiB + 1 page | 0      | 4 GiB |

  Rule: numbers of pages that are no good are taken all the same

    Background:
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And a buffer "list" of 1 page
      And it attaches device "nic" to HWPT "stage1"
      And device "nic" sees buffer "old" at 64 MiB .. +80 pages
      When the guest maps 80 pages at 64 MiB to 32 MiB read-write in page table "gpt"

    @HW-VTD-71 @needs:caches-keep
    Scenario: no pages at all are a block around the address, or none
      When it invalidates 0 pages at 64 MiB + 18 pages of HWPT "stage1"
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +16 pages
      And device "nic" sees buffer "old" + 20 pages at 64 MiB + 20 pages .. +60 pages
      And device "nic" does not see buffer "new" at 64 MiB .. +16 pages

    @HW-VTD-72
    Scenario: a number that is too large for 64 bits of bytes loses its upper bits
      When it stores struct iommu_hwpt_vtd_s1_invalidate in buffer "list":
        | addr             | npages                  |
        | 64 MiB + 17 pages | 4 PiB + 1 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | data_uptr | buffer "list" |
      Then it succeeds
      And device "nic" sees buffer "new" + 17 pages at 64 MiB + 17 pages .. +1 page
      And device "nic" does not see buffer "old" + 17 pages at 64 MiB + 17 pages .. +1 page

    @HW-VTD-43 @INV-19 @needs:caches-keep
    Scenario: nothing is taken by a call without entries
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | entry_num |             0 |
        | data_uptr | buffer "list" |
      Then it succeeds
      And device "nic" sees buffer "old" at 64 MiB .. +80 pages
      When it invalidates everything of HWPT "stage1"
      Then device "nic" sees buffer "new" at 64 MiB .. +80 pages
      And device "nic" does not see buffer "old" at 64 MiB .. +80 pages
