@needs:smmuv3-nesting @needs:hwpt-alloc @needs:dma
Feature: the second stage of an SMMUv3
  A nesting parent is a table of the second stage, whose addresses are the guest's physical ones. It has rights of its own, and
  ends where the addresses of the unit end.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 0x55 on vIOMMU "smmu"
    And an SMMUv3 page table "stage 1" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 4 pages at 64 MiB to 16 MiB read-write in page table "stage 1"
    And a nested HWPT "translated" with page table "stage 1" for device "nic" on vIOMMU "smmu"

  Rule: it has a right to read, and one to write

    @HW-SMU-08
    Scenario Outline: a device on the parent uses what that maps <rights>
      When it stores pattern "kept" in buffer "ram"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB <rights>
      And it attaches device "nic" to HWPT "parent"
      And device "nic" reads 1 page at 16 MiB
      Then the access <read>
      When device "nic" writes pattern "new" at 16 MiB
      Then the access <write>
      And it finds pattern "<left>" in buffer "ram"

      Examples:
        | rights     | read         | write        | left |
        | read-only  | goes through | is blocked   | kept |
        | write-only | is blocked   | goes through | new  |
        | read-write | goes through | goes through | new  |

    @HW-SMU-08 @HW-SMU-27 @needs:veventq
    Scenario: a page that the guest maps read-write and the parent read-only is not written, and the guest is not told
      Given a vEVENTQ "events" with depth 8 on vIOMMU "smmu"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it attaches device "nic" to HWPT "translated"
      And it stores pattern "kept" in buffer "ram"
      And device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram"
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 0
      When device "nic" reads 1 page at 80 MiB
      Then the access is blocked
      When it reads 40 bytes of vEVENTQ "events" into buffer "data"
      Then it returns 40

  Rule: it ends where the addresses of the unit end

    @HW-SMU-08
    Scenario: the last page of 44 bits is reached by either stage, and nothing lies behind it
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 TiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 TiB - 1 page read-write
      And the guest maps 1 page at 128 MiB to 16 TiB - 1 page read-write in page table "stage 1"
      And it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" + 3 pages at 16 TiB - 1 page .. +1 page
      When device "nic" reads 1 page at 16 TiB
      Then the access is blocked
      When device "nic" reads 1 page at 0
      Then the access is blocked
      When it attaches device "nic" to HWPT "translated"
      Then device "nic" sees buffer "ram" + 3 pages at 128 MiB .. +1 page

    @HW-SMU-08
    Scenario: each level of its table leads to a page of its own
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 18 MiB read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 1 GiB + 16 MiB read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 512 GiB + 16 MiB read-write
      And it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 18 MiB .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 1 GiB + 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 3 pages at 512 GiB + 16 MiB .. +1 page
      When device "nic" reads 1 page at 512 GiB + 18 MiB
      Then the access is blocked
