@needs:device @needs:hwpt-alloc
Feature: the mappings of a page table
  A page table of IOMMU_HWPT_ALLOC follows its IOAS from the call on, whether or not a device is attached to it: it has
  every mapping, holds every page, and keeps the IOAS from maps that it could not have.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "ram" of 8 pages

  Rule: a page table has what its IOAS has, from the call on

    @HWPT-06 @needs:proc
    Scenario: what is mapped before is pinned when the call returns
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 3 pages of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-only
      And it has 0 bytes pinned
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And it has 5 pages pinned
      When it attaches device "nic" to HWPT "tables"
      Then it succeeds
      And it has 5 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +3 pages
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page

    @HWPT-30 @needs:proc
    Scenario: what is mapped later is pinned by a page table that nothing is attached to
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it maps 3 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And it has 3 pages pinned
      When it unmaps 3 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And it has 0 bytes pinned

    @HWPT-30 @needs:test-cmd
    Scenario: the aperture of a mock page table limits its IOAS before anything is attached
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |
      And the IOVA alignment of IOAS "guest" is 2 KiB

    @HWPT-41
    Scenario: all page tables of an IOAS have the same mappings
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an HWPT "one" for device "nic" on IOAS "guest"
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 32 MiB read-write
      And an HWPT "two" for device "nic" on IOAS "guest"
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 48 MiB read-write
      And it unmaps 1 page at 32 MiB from IOAS "guest"
      When it attaches device "nic" to HWPT "one"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 32 MiB .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 48 MiB .. +1 page
      When it attaches device "nic" to HWPT "two"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 32 MiB .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 48 MiB .. +1 page

    @HWPT-41 @needs:test-cmd
    Scenario Outline: two page tables have the same mappings, one of which is gone, and <flags>
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it made HWPT "one"
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "two"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it destroys HWPT "two"
      And it calls IOMMU_TEST_CMD with:
        | op               | MD_CHECK_MAP |
        | id               | HWPT "one"   |
        | check_map.iova   |       16 MiB |
        | check_map.length |      2 pages |
        | check_map.uptr   | buffer "ram" |
      Then it succeeds
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it calls IOMMU_TEST_CMD with:
        | op               | MD_CHECK_MAP |
        | id               | HWPT "one"   |
        | check_map.iova   |       16 MiB |
        | check_map.length |      2 pages |
        | check_map.uptr   | buffer "ram" |
      Then it fails with EINVAL

      Examples:
        | flags          |
        | none           |
        | NEST_PARENT    |
        | DIRTY_TRACKING |

  Rule: a mapping that the page table cannot have keeps it from being made

    @HWPT-29
    Scenario Outline: a mapping of <length> at <iova> is in the way
      Given it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      When it calls IOMMU_HWPT_ALLOC
      Then it fails with EADDRINUSE
      And it wrote nothing back
      And nothing has changed
      And <iova> .. +<length> is mapped in IOAS "guest"
      When it unmaps <length> at <iova> from IOAS "guest"
      And it calls IOMMU_HWPT_ALLOC
      Then it succeeds

      Examples:
        | length | iova            |
        |  1 KiB |          16 MiB |
        | 1 byte | 16 MiB + 1 byte |
        |  1 KiB |  16 MiB + 1 KiB |

      @needs:narrow-iommu
      Examples: beyond its reach
        | length | iova                       |
        | 1 page | U64_MAX - 2 pages + 1 byte |

      @needs:test-cmd
      Examples: the edges of the mock aperture, 16 MiB to 2 GiB
        | length | iova           |
        |  2 KiB | 16 MiB - 2 KiB |
        |  4 KiB | 16 MiB - 2 KiB |
        |  4 KiB |  2 GiB - 2 KiB |
        |  2 KiB |          2 GiB |
