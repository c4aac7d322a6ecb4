@needs:dma
Feature: what a device remembers
  A device, or the IOMMU before it, keeps the translations that it has used. A call that takes a translation away is over
  when none of these is left.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages
    And a device "nic" attached to IOAS "guest"

  Rule: an unmap reaches every translation that it takes away

    @IOAS-UNMAP-17
    Scenario Outline: <length> are unmapped after the device has used the <which> page
      Given a buffer "big" of <length>
      When it maps <length> of buffer "big" into IOAS "guest" at <iova> read-write
      And device "nic" reads 1 page at <used>
      Then the access goes through
      When it unmaps <length> at <iova> from IOAS "guest"
      And device "nic" reads 1 page at <used>
      Then the access is blocked
      When device "nic" writes pattern "arrived" at <used>
      Then the access is blocked

      Examples:
        | length    | which | iova             | used               |
        |   2 pages | last  |           16 MiB |    16 MiB + 1 page |
        |   3 pages | first |  16 MiB + 1 page |    16 MiB + 1 page |
        |   3 pages | last  |  16 MiB + 1 page |   16 MiB + 3 pages |
        |   8 pages | last  | 16 MiB - 4 pages |   16 MiB + 3 pages |
        | 600 pages | 300th |           16 MiB | 16 MiB + 299 pages |
        | 600 pages | last  |           16 MiB | 16 MiB + 599 pages |

    @IOAS-UNMAP-04 @IOAS-UNMAP-17
    Scenario: one unmap takes two mappings with a hole between them
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 1 page at 16 MiB + 1 page
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the access goes through
      When it unmaps 32 MiB at 8 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked

    @IOAS-UNMAP-10 @IOAS-UNMAP-17
    Scenario: everything is unmapped
      When it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 1 page at 0
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the access goes through
      When it unmaps everything from IOAS "guest"
      And device "nic" reads 1 page at 0
      Then the access is blocked
      When device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked

    @IOAS-UNMAP-02 @IOAS-UNMAP-17
    Scenario: the neighbours of what is unmapped stay
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And device "nic" reads 1 page at 16 MiB + 2 pages
      And device "nic" reads 1 page at 16 MiB + 3 pages
      And it unmaps 2 pages at 16 MiB + 2 pages from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      When it stores pattern "below" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "below"
      When it stores pattern "above" in buffer "ram" + 4 pages
      And device "nic" reads 1 page at 16 MiB + 4 pages
      Then the device got pattern "above"

    @IOAS-UNMAP-17 @needs:hugetlb
    Scenario Outline: a huge page is unmapped after the device has used <used> of it
      Given a huge-page buffer "huge" of 2 MiB
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at <used>
      Then the access goes through
      When it unmaps 2 MiB at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at <used>
      Then the access is blocked
      When device "nic" reads 1 page at 17 MiB
      Then the access is blocked

      Examples:
        | used            |
        |          16 MiB |
        | 18 MiB - 1 page |

    @IOAS-UNMAP-17 @needs:two-devices
    Scenario: two devices share a page table, and both lose the mapping
      Given a device "disk" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB
      And device "disk" reads 1 page at 16 MiB
      Then the access goes through
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @IOAS-UNMAP-17 @IOAS-MAP-36 @needs:two-devices @needs:hwpt-alloc
    Scenario: two page tables of one IOAS both lose the mapping
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      And a device "disk" attached to HWPT "tables"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB + 1 page
      And device "disk" reads 1 page at 16 MiB + 1 page
      Then the access goes through
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

    @IOAS-COPY-19 @IOAS-UNMAP-17
    Scenario: a copy at another IOVA stays
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 1 page at 16 MiB
      And it stores pattern "still here" in buffer "ram" + 1 page
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the device got pattern "still here"
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

  Rule: a device finds what was mapped last

    @IOAS-UNMAP-17 @IOAS-MAP-49
    Scenario: other memory is mapped at the same IOVA
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB + 1 page
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      And it stores pattern "old place" in buffer "ram" + 1 page
      And it stores pattern "new place" in buffer "ram" + 5 pages
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "new place"
      When device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then it finds pattern "arrived" in buffer "ram" + 5 pages
      And it finds pattern "old place" in buffer "ram" + 1 page

    @IOAS-MAP-49
    Scenario: a map takes effect where the device was blocked before
      When it stores pattern "soon" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "soon"

    @IOAS-MAP-48
    Scenario: what was read-write becomes read-only
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" writes pattern "first" at 16 MiB
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And device "nic" writes pattern "second" at 16 MiB
      Then the access is blocked
      And it finds pattern "first" in buffer "ram"

    @IOAS-MAP-48
    Scenario: what was read-only becomes read-write
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And device "nic" reads 1 page at 16 MiB
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" writes pattern "second" at 16 MiB
      Then the access goes through
      And it finds pattern "second" in buffer "ram"

    @IOAS-UNMAP-17 @IOAS-MAP-38 @needs:hugetlb
    Scenario: a small page takes the place of a huge page, and a huge one again
      Given a huge-page buffer "huge" of 2 MiB
      When it stores pattern "huge" in buffer "huge" + 1 MiB
      And it stores pattern "small" in buffer "ram" + 3 pages
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 17 MiB
      And it unmaps 2 MiB at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 17 MiB read-write
      And device "nic" reads 1 page at 17 MiB
      Then the device got pattern "small"
      When device "nic" reads 1 page at 17 MiB + 1 page
      Then the access is blocked
      When it unmaps 1 page at 17 MiB from IOAS "guest"
      And it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 17 MiB
      Then the device got pattern "huge"

  Rule: a device that moves takes nothing along

    @VFIO-ATT-06 @needs:vfio-device
    Scenario: a device moves to another IOAS and back
      Given an IOAS "other"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And it stores pattern "guest" in buffer "ram"
      And it stores pattern "other" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "guest"
      When it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "other"
      When it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "guest"

    @VFIO-ATT-06 @IOAS-MAP-49 @needs:vfio-device
    Scenario: a device moves to an IOAS that maps less
      Given an IOAS "other"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "other" at 16 MiB read-only
      And device "nic" writes pattern "arrived" at 16 MiB
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access goes through
      When it attaches device "nic" to IOAS "other"
      And device "nic" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      And it finds pattern "arrived" in buffer "ram"

    @VFIO-DET-02 @needs:vfio-device
    Scenario: a device is detached, and attached to an IOAS where nothing is mapped
      Given an IOAS "other"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 1 page at 16 MiB
      And it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access goes through

    @IOAS-MAP-34 @IOAS-UNMAP-17
    Scenario: the process munmaps its memory while the device uses it
      When it stores pattern "old page" in buffer "ram" + 1 page
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 2 pages of buffer "ram"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "old page"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
