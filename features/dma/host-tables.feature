@needs:dma
Feature: tables that went are not walked
  An IOMMU keeps the way to a page as well as the page. Where an unmap leaves a table of the kernel without entries, the
  table is given back, and nothing may lead there any more.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 6 pages
    And a device "nic" attached to IOAS "guest"

  Rule: a page beside is found through the new table

    @HW-PSC-05
    Scenario Outline: all is unmapped around a page, and mapped again <how>
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 2 pages at 16 MiB
      Then the access goes through
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it maps <length> of buffer "ram" + <at> into IOAS "guest" at <iova> read-write
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it stores pattern "new table" in buffer "ram" + <at>
      And device "nic" reads 1 page at <iova>
      Then the device got pattern "new table"

      Examples:
        | how                | length  | at      | iova               |
        | two pages further  | 2 pages | 2 pages |   16 MiB + 2 pages |
        | at the next 2 MiB  | 2 pages | 4 pages |             18 MiB |
        | at the end of them | 1 page  | 3 pages |    18 MiB - 1 page |

    @HW-PSC-05
    Scenario: a table stays that has other entries
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And device "nic" reads 4 pages at 16 MiB
      Then the access goes through
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it stores pattern "stays" in buffer "ram" + 3 pages
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the device got pattern "stays"
