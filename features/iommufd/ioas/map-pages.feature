Feature: IOMMU_IOAS_MAP, page by page
  Which memory a device finds behind each IOVA of a map: with memory that is shared, private, huge or gone, with pieces
  of pages, and with more than one page table.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: each IOVA leads to its byte

    @IOAS-MAP-17 @needs:device
    Scenario: two maps that touch lead to two places
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      Then device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB + 2 pages .. +2 pages
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 4 pages .. +1 page

    @IOAS-MAP-37 @needs:device @needs:sub-page
    Scenario Outline: a map of <length> from <offset> into the memory lands at 16 MiB + <place>
      Given a device "nic" attached to IOAS "guest"
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" at 16 MiB + <place> read-write
      Then it succeeds
      And device "nic" sees buffer "ram" + <offset> at 16 MiB + <place> .. +<length>
      And 16 MiB + <place> .. +<length> is mapped in IOAS "guest"
      And 16 MiB + <place> + <length> .. +2048 bytes is not mapped in IOAS "guest"

      Examples:
        | offset               | place      | length               |
        |                    0 |          0 |           2048 bytes |
        |                    0 | 2048 bytes |           2048 bytes |
        |           2048 bytes |          0 |           2048 bytes |
        |           2048 bytes | 2048 bytes |           2048 bytes |
        |           2048 bytes |          0 |               1 page |
        |                    0 | 2048 bytes |  1 page + 2048 bytes |
        |           2048 bytes | 2048 bytes |              7 pages |
        |           2048 bytes |          0 | 8 pages - 2048 bytes |
        | 7 pages + 2048 bytes |          0 |           2048 bytes |

    @IOAS-MAP-37 @needs:device @needs:sub-page
    Scenario: two halves of a page are mapped the other way round
      Given a device "nic" attached to IOAS "guest"
      When it maps 2048 bytes of buffer "ram" + 2048 bytes into IOAS "guest" at 16 MiB read-write
      And it maps 2048 bytes of buffer "ram" into IOAS "guest" at 16 MiB + 2048 bytes read-write
      Then device "nic" sees buffer "ram" + 2048 bytes at 16 MiB .. +2048 bytes
      And device "nic" sees buffer "ram" at 16 MiB + 2048 bytes .. +2048 bytes
      And device "nic" does not see buffer "ram" at 16 MiB .. +2048 bytes

    @needs:test-cmd
    Scenario Outline: a map of <length> from <offset> into the memory at 16 MiB + <place> is refused with an alignment of 2048
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps <length> of buffer "ram" + <offset> into IOAS "guest" at 16 MiB + <place> read-write
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

      @IOAS-MAP-09
      Examples: the length
        | offset     | place      | length          |
        |          0 |          0 |      1024 bytes |
        |          0 |          0 | 1 page + 1 byte |
        |          0 |          0 |      2047 bytes |

      @IOAS-MAP-10
      Examples: the IOVA
        | offset     | place      | length          |
        |          0 | 1024 bytes |          1 page |
        |          0 |     1 byte |          1 page |

      @IOAS-MAP-11
      Examples: the address
        | offset     | place      | length          |
        | 1024 bytes |          0 |          1 page |
        |     1 byte |          0 |          1 page |

    @IOAS-MAP-21 @IOAS-MAP-22 @needs:test-cmd
    Scenario: half a page without FIXED_IOVA keeps an alignment of 2048
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps 1 page of buffer "ram" + 1024 bytes into IOAS "guest" anywhere read-write
      Then it fails with EINVAL
      And nothing has changed
      When it maps 1 page of buffer "ram" + 2048 bytes into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 2048 bytes
      And the new IOVA .. +1 page is mapped in IOAS "guest"

    @IOAS-MAP-43 @needs:device @needs:test-cmd
    Scenario Outline: memory of <length> from <offset> is handled in batches of one page
      Given a device "nic" attached to IOAS "guest"
      And a buffer "big" of 64 pages
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                    12 |
      And it maps <length> of buffer "big" + <offset> into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds
      And device "nic" sees buffer "big" + <offset> at 16 MiB .. +<length>
      And device "nic" does not see buffer "big" at 16 MiB + <length> .. +1 page
      And 16 MiB + <length> .. +1 page is not mapped in IOAS "guest"

      Examples:
        | length   | offset |
        | 64 pages |      0 |
        | 63 pages | 1 page |

    @IOAS-MAP-43 @needs:device
    Scenario: memory of many batches is mapped
      Given a device "nic" attached to IOAS "guest"
      And a buffer "big" of 4 MiB
      When it maps 4 MiB of buffer "big" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "big" at 16 MiB .. +1 page
      And device "nic" sees buffer "big" + 2 MiB - 1 page at 18 MiB - 1 page .. +2 pages
      And device "nic" sees buffer "big" + 4 MiB - 1 page at 20 MiB - 1 page .. +1 page
      And device "nic" does not see buffer "big" at 20 MiB .. +1 page

    @IOAS-MAP-43 @IOAS-UNMAP-17 @needs:device @needs:proc
    Scenario: memory of many batches is pinned and unpinned
      Given a device "nic" attached to IOAS "guest"
      And a buffer "big" of 4 MiB
      When it maps 4 MiB of buffer "big" into IOAS "guest" at 16 MiB read-write
      Then it has 4 MiB pinned
      When it unmaps 4 MiB at 16 MiB from IOAS "guest"
      Then it has 0 bytes pinned

  Rule: huge pages are pages like others

    @IOAS-MAP-38 @needs:device @needs:hugetlb
    Scenario Outline: a huge page is mapped with the huge pages option at <option>
      Given a huge-page buffer "huge" of 2 MiB
      When it sets the huge pages option of IOAS "guest" to <option>
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "huge" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "huge" at 16 MiB .. +2 pages
      And device "nic" sees buffer "huge" + 1 MiB at 17 MiB .. +1 page
      And device "nic" sees buffer "huge" + 2 MiB - 1 page at 18 MiB - 1 page .. +1 page
      And device "nic" does not see buffer "huge" at 18 MiB .. +1 page

      Examples:
        | option |
        |      0 |
        |      1 |

    @IOAS-MAP-38 @needs:device @needs:hugetlb
    Scenario Outline: a map takes <length> from <offset> into a huge page
      Given a huge-page buffer "huge" of 2 MiB
      And a device "nic" attached to IOAS "guest"
      When it maps <length> of buffer "huge" + <offset> into IOAS "guest" at 16 MiB + 1 page read-write
      Then it succeeds
      And device "nic" sees buffer "huge" + <offset> at 16 MiB + 1 page .. +<length>
      And device "nic" does not see buffer "huge" + <offset> at 16 MiB .. +1 page

      Examples:
        | length  | offset          |
        |  1 page |         3 pages |
        | 3 pages | 2 MiB - 3 pages |
        | 4 pages |          1 page |

  Rule: the device keeps the page that it was given

    @IOAS-MAP-33 @needs:device
    Scenario Outline: the process stores to a private mapping of a file after a <rights> map
      Given a memfd "file" of 2 pages
      And a shared buffer "file view" on memfd "file"
      And a private buffer "mine" on memfd "file"
      And a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      And it stores pattern "A" in buffer "mine" + 1 page
      Then device "nic" sees buffer "mine" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "file view" + 1 page at 16 MiB + 1 page .. +1 page

      Examples:
        | rights     |
        | read-only  |
        | read-write |

    @IOAS-MAP-34 @needs:device
    Scenario: the process munmaps its memory
      Given a memfd "file" of 2 pages
      And a shared buffer "file view" on memfd "file"
      And a shared buffer "mine" on memfd "file"
      And a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "mine" into IOAS "guest" at 16 MiB read-write
      And it munmaps 2 pages of buffer "mine"
      Then 16 MiB .. +2 pages is mapped in IOAS "guest"
      And device "nic" sees buffer "file view" at 16 MiB .. +2 pages

    @IOAS-MAP-34 @needs:device
    Scenario: other memory takes the place of what was mapped
      Given a memfd "file" of 2 pages
      And a shared buffer "file view" on memfd "file"
      And a shared buffer "mine" on memfd "file"
      And a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "mine" into IOAS "guest" at 16 MiB read-write
      And it munmaps 2 pages of buffer "mine"
      Given a buffer "other" of 2 pages over buffer "mine"
      Then device "nic" sees buffer "file view" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "other" at 16 MiB .. +2 pages

    @IOAS-MAP-34 @needs:device @needs:dma
    Scenario: a device reads back what it wrote to memory that was munmapped
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it munmaps 8 pages of buffer "ram"
      And device "nic" writes pattern "A" at 16 MiB
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "A"

  Rule: every page table of the IOAS gets the map, and each page is pinned once

    Background:
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "table" for device "nic" on IOAS "guest"
      And a device "gpu" attached to HWPT "table"

    @IOAS-MAP-36 @needs:device @needs:two-devices @needs:hwpt-alloc @needs:proc
    Scenario: two page tables get the map
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "gpu" sees buffer "ram" at 16 MiB .. +8 pages
      And it has 8 pages pinned

    @IOAS-MAP-36 @needs:device @needs:two-devices @needs:hwpt-alloc @needs:test-cmd
    Scenario: two page tables share one pin a page
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then each page of buffer "ram" carries 1 pin
      And device "gpu" does not see buffer "ram" at 32 MiB .. +1 page
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "ram" carries 0 pins

    @IOAS-MAP-29 @IOAS-MAP-36 @needs:device @needs:two-devices @needs:hwpt-alloc @needs:proc
    Scenario: two page tables refuse a map without memory in the last page
      When it munmaps 1 page of buffer "ram" + 7 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "gpu" does not see buffer "ram" at 16 MiB .. +1 page
      And it has 0 pages pinned

  Rule: a map gives the rights that it names, and at least one

    @IOAS-MAP-03 @needs:device @needs:proc
    Scenario Outline: a map without rights is refused, <where>
      Given a device "nic" attached to IOAS "guest"
      When it maps 8 pages of buffer "ram" into IOAS "guest" <where> without rights
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And it has 0 pages pinned
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

      Examples:
        | where     |
        | at 16 MiB |
        | anywhere  |

    @IOAS-MAP-46 @needs:test-cmd
    Scenario: an access reads and writes a map that is only writeable
      Given an access "vcpu" on IOAS "guest"
      And a buffer "source" of 1 page
      When it stores pattern "A" in buffer "source"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB write-only
      And access "vcpu" reads 1 page at 16 MiB into buffer "source"
      Then it fails with EPERM
      And it finds pattern "A" in buffer "source"
      When access "vcpu" writes 1 page at 16 MiB + 1 page from buffer "source"
      Then it succeeds
      And it finds pattern "A" in buffer "ram" + 1 page

    @IOAS-MAP-46 @needs:test-cmd
    Scenario: an access reads and writes a map that is only readable
      Given an access "vcpu" on IOAS "guest"
      And a buffer "target" of 1 page
      When it stores pattern "A" in buffer "ram"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And access "vcpu" writes 1 page at 16 MiB from buffer "target"
      Then it fails with EPERM
      And it finds pattern "A" in buffer "ram"
      When access "vcpu" reads 1 page at 16 MiB into buffer "target"
      Then it succeeds
      And it finds pattern "A" in buffer "target"

    @IOAS-MAP-49 @needs:test-cmd
    Scenario Outline: an access <way> where nothing is mapped, <where> of a mapping
      Given an access "vcpu" on IOAS "guest"
      And a buffer "mine" of 2 pages
      When it stores pattern "A" in buffer "mine"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "vcpu" <does>
      Then it fails with ENOENT
      And it finds pattern "A" in buffer "mine"

      Examples:
        | way    | where     | does                                                        |
        | reads  | far off   | reads 1 page at 32 MiB into buffer "mine"                   |
        | writes | far off   | writes 1 page at 32 MiB from buffer "mine"                  |
        | reads  | in front  | reads 1 page at 16 MiB - 1 page into buffer "mine"          |
        | writes | in front  | writes 1 page at 16 MiB - 1 byte from buffer "mine"         |
        | writes | at an end | writes 1 page at 16 MiB + 1 page + 1 byte from buffer "mine" |
