@needs:intel-iommu @needs:dma
Feature: how a VT-d finds the page table of a request
  The root table has an entry for each bus, and in scalable mode one for each half of a bus. It leads to the context entry of
  a device, which has its page table, or in scalable mode a directory of entries, one for each PASID. What a device asks
  for without a PASID is translated by an entry of its own.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 8 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "other" at 16 MiB read-write

  Rule: each device has an entry of its own, wherever it is

    @HW-VTD-01 @HW-VTD-02 @HW-VTD-03 @needs:two-devices
    Scenario: one address leads two devices to two places, and one of them moves
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      And device "disk" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it attaches device "disk" to IOAS "guest"
      Then device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

    @HW-VTD-03 @needs:device-behind-another-iommu
    Scenario: a unit with tables of three levels leads to the same memory as one with four
      Given a device "nic" attached to IOAS "guest"
      And a device "old" behind another IOMMU attached to IOAS "guest"
      When it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at 512 GiB - 1 page read-write
      Then device "nic" sees buffer "ram" + 4 pages at 512 GiB - 1 page .. +1 page
      And device "old" sees buffer "ram" + 4 pages at 512 GiB - 1 page .. +1 page
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When device "old" reads 1 page at 512 GiB
      Then the access is blocked
      When it detaches device "old"
      And device "old" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  @needs:device-with-pasids @needs:hwpt-alloc
  Rule: a device has an entry for each PASID, and one for what comes without

    @HW-VTD-04
    Scenario Outline: a device with <bits> of PASIDs uses the last one, <last>
      Given a device "nic" with:
        | PASIDs | <bits> |
      And it attaches device "nic" to IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "another" for device "nic" on IOAS "other"
      And it attaches device "nic" to HWPT "own"
      When it attaches PASID <last> of device "nic" to HWPT "another"
      And it attaches PASID <lower> of device "nic" to HWPT "own"
      Then PASID <last> of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And PASID <lower> of device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches PASID <lower> of device "nic"
      And PASID <lower> of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And PASID <last> of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it attaches PASID <beyond> of device "nic" to HWPT "another"
      Then it fails with EINVAL

      Examples:
        | bits    | last    | lower  | beyond  |
        | 20 bits | 1048575 | 524287 | 1048576 |
        | 20 bits |   32768 |    128 | 1048576 |
        | 16 bits |   65535 |  32767 |   65536 |
        | 15 bits |   32767 |  16383 |   32768 |
        | 6 bits  |      63 |     31 |      64 |

    @HW-VTD-08 @HW-VTD-01
    Scenario: requests with a PASID and without one are told apart
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "another" for device "nic" on IOAS "other"
      And it attaches device "nic" to HWPT "own"
      When it attaches PASID 5 of device "nic" to HWPT "another"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And PASID 5 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When PASID 6 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to HWPT "another"
      And it attaches PASID 5 of device "nic" to HWPT "own"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And PASID 5 of device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches PASID 5 of device "nic"
      And PASID 5 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

  @needs:intel-nesting @needs:device-with-pasids
  Rule: an entry is of the page table that came last, as a whole

    Background:
      Given a device "nic" with PASIDs attached to IOAS "other"
      And an IOAS "below"
      And a buffer "tables" of 4 pages
      And it maps 4 pages of buffer "tables" into IOAS "below" at 1 MiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "below" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 6 pages into IOAS "below" at 32 MiB read-write
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 16 MiB to 32 MiB read-write in page table "gpt"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a PASID HWPT "first" for device "nic" on IOAS "guest"
      And a nesting PASID HWPT "second" for device "nic" on IOAS "below"
      And a nested PASID HWPT "both" with page table "gpt" for device "nic" on HWPT "second"
      And it attaches device "nic" to HWPT "own"

    @HW-VTD-07
    Scenario Outline: <requester> goes from HWPT <one> to HWPT <another>, and back
      When it attaches <requester> to HWPT <one>
      Then <requester> sees buffer "ram" + <here> at 16 MiB .. +2 pages
      When it attaches <requester> to HWPT <another>
      Then <requester> sees buffer "ram" + <there> at 16 MiB .. +2 pages
      When it attaches <requester> to HWPT <one>
      Then <requester> sees buffer "ram" + <here> at 16 MiB .. +2 pages
      When it detaches <requester>
      And <requester> reads 1 page at 16 MiB
      Then the access is blocked

      @HW-VTD-06
      Examples:
        | requester               | one      | here    | another  | there   |
        | device "nic"            | "first"  | 0 pages | "second" | 4 pages |
        | device "nic"            | "first"  | 0 pages | "both"   | 6 pages |
        | device "nic"            | "second" | 4 pages | "both"   | 6 pages |
        | PASID 5 of device "nic" | "first"  | 0 pages | "second" | 4 pages |
        | PASID 5 of device "nic" | "first"  | 0 pages | "both"   | 6 pages |
        | PASID 5 of device "nic" | "second" | 4 pages | "both"   | 6 pages |
