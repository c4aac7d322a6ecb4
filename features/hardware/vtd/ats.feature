@needs:intel-iommu @needs:device-with-pasids @needs:dma
Feature: when a VT-d lets a device keep translations
  In scalable mode ATS is on as long as the kernel has the device. In legacy mode it is on while the device is attached: the
  context entry that leads to its page table says that its requests for translations are answered.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "other" at 16 MiB read-write

  Rule: in scalable mode, whatever the device is attached to

    @HW-VTD-87
    Scenario: a device is attached, moves, and is attached to nothing
      Given a device "nic" with PASIDs attached to IOAS "guest"
      Then device "nic" shows:
        | ATS capability | PageAligned |
        | ATS control    | E           |
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And device "nic" shows:
        | ATS control | E |
      When it detaches device "nic"
      Then device "nic" shows:
        | ATS control | E |
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

  @needs:device-behind-another-iommu @needs:device-with-tlb
  Rule: in legacy mode, while it is attached

    Background:
      Given a device "old" with:
        | IOMMU      | another |
        | device TLB | yes     |

    @HW-VTD-87 @HW-VTD-03
    Scenario: a device is attached, moves, and is attached to nothing
      When it attaches device "old" to IOAS "guest"
      Then device "old" shows:
        | ATS capability | PageAligned |
        | ATS control    | E           |
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "old" to IOAS "other"
      Then device "old" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And device "old" shows:
        | ATS control | E |
      When it detaches device "old"
      Then device "old" shows:
        | ATS control | 0 |
      When device "old" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "old" to IOAS "guest"
      Then device "old" shows:
        | ATS control | E |
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages

    @HW-VTD-35 @HW-VTD-87
    Scenario: what the device keeps goes when it is unmapped
      When it attaches device "old" to IOAS "guest"
      Then device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "old" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB read-only
      Then device "old" sees buffer "ram" + 3 pages at 16 MiB .. +1 page
      When it stores pattern "read only" in buffer "ram" + 3 pages
      And device "old" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And it finds pattern "read only" in buffer "ram" + 3 pages
