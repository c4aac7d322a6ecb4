@needs:intel-iommu @needs:dma
Feature: what comes where a VT-d found nothing
  A unit in caching mode remembers that there was nothing, of context entries and of tables of the second stage, and its
  driver tells it of each entry that comes. Of a first stage nothing of the kind is remembered: a guest that maps a page has
  nobody to tell.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 520 pages

  Rule: what is mapped is reached at once, and so is what a device is attached to

    @HW-VTD-31
    Scenario Outline: <device> finds nothing, and then <length> are mapped
      Given <device> attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 20 MiB read-write
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 16 MiB + <length> - 1 page
      Then the access is blocked
      When it maps <length> of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +<length>
      When it unmaps <length> at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + <length> - 1 page
      Then the access is blocked
      When it maps <length> of buffer "ram" + 1 page into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" + 1 page at 16 MiB .. +<length>
      And device "nic" sees buffer "ram" at 20 MiB .. +1 page

      Examples: by the first IOMMU
        | device         | length  |
        | a device "nic" | 1 page  |
        | a device "nic" | 5 pages |

      @needs:device-behind-another-iommu
      Examples: by another one
        | device                              | length    |
        | a device "nic" behind another IOMMU | 1 page    |
        | a device "nic" behind another IOMMU | 5 pages   |
        | a device "nic" behind another IOMMU | 519 pages |

    @HW-VTD-31
    Scenario Outline: <device> finds nothing while it is attached to nothing
      Given an IOAS "other"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "other" at 16 MiB read-write
      And <device> attached to IOAS "guest"
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 16 MiB + 1 page
      Then the access is blocked
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

      Examples: by the first IOMMU
        | device         |
        | a device "nic" |

      @needs:device-behind-another-iommu
      Examples: by another one
        | device                              |
        | a device "nic" behind another IOMMU |
