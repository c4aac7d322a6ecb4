Feature: IOMMU_IOAS_MAP without FIXED_IOVA, among many holes
  Ten mappings of a page were made in any order, and leave holes of 3, 1, 7, 2, 5, 1, 8, 4, 6 and 2 pages between them, and
  all that is above. Where the memory is aligned to a page and not more, the lowest hole with enough pages is taken.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 1 page
    When it calls IOMMU_IOAS_MAP with:
      | flags   | READABLE       |
      | user_va | 1 GiB + 1 page |
      | length  |         1 page |
    Then it lands at 1 page
    When it unmaps 1 page at 1 page from IOAS "guest"
    And it maps 1 page of buffer "ram" into IOAS "guest" at 23 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 6 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 46 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 14 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 34 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 4 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 39 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 17 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 49 pages read-write
    And it maps 1 page of buffer "ram" into IOAS "guest" at 25 pages read-write

  Rule: the lowest hole that fits is taken, whatever smaller and larger ones are around it

    @IOAS-MAP-26
    Scenario Outline: a map of <length> lands at <iova>, and the next one at <next>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  | <length>       |
      Then it lands at <iova>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  | <length>       |
      Then it lands at <next>

      Examples:
        | length  | iova     | next     |
        |  1 page |   1 page |  2 pages |
        | 2 pages |   1 page |  7 pages |
        | 3 pages |   1 page |  7 pages |
        | 4 pages |  7 pages | 18 pages |
        | 5 pages |  7 pages | 18 pages |
        | 6 pages |  7 pages | 26 pages |
        | 7 pages |  7 pages | 26 pages |
        | 8 pages | 26 pages | 50 pages |
        | 9 pages | 50 pages | 59 pages |

    @IOAS-MAP-26
    Scenario: the holes are filled up from the largest to the smallest
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        8 pages |
      Then it lands at 26 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        7 pages |
      Then it lands at 7 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        6 pages |
      Then it lands at 40 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        5 pages |
      Then it lands at 18 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        4 pages |
      Then it lands at 35 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        2 pages |
      Then it lands at 1 page
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        2 pages |
      Then it lands at 15 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        2 pages |
      Then it lands at 47 pages
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        2 pages |
      Then it lands at 50 pages

  Rule: an unmap makes one hole of two

    @IOAS-MAP-26
    Scenario Outline: <unmapped> go, and a map of <length> lands at <iova>
      When it unmaps 1 page at <one> from IOAS "guest"
      And it unmaps 1 page at <other> from IOAS "guest"
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  | <length>       |
      Then it lands at <iova>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 page |
        | length  |        8 pages |
      Then it lands at <next>

      Examples:
        | unmapped     | one      | other    | length   | iova     | next     |
        | neighbours   |  4 pages |  6 pages | 13 pages |   1 page | 26 pages |
        | neighbours   | 25 pages | 23 pages | 16 pages | 18 pages | 50 pages |
        | neighbours   | 39 pages | 34 pages | 20 pages | 26 pages | 50 pages |
        | the last two | 46 pages | 49 pages | 24 pages | 40 pages | 26 pages |
        | two far off  | 14 pages | 46 pages | 10 pages |  7 pages | 26 pages |
        | two far off  | 17 pages | 39 pages | 11 pages | 35 pages | 15 pages |
