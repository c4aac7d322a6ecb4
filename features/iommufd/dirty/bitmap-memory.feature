Feature: the memory of a dirty bitmap
  IOMMU_HWPT_GET_DIRTY_BITMAP sets bits in the memory of its caller: at any byte, in pieces that the kernel pins one after
  the other, and never beside the bits of the range. What the page table is made of must not be seen in it.

  Background:
    Given an iommufd
    And an IOAS "guest"

  Rule: a bitmap may start at any byte, and nothing beside it is written

    Background:
      Given it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"

    @DIRTY-17 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a bitmap starts at <offset>
      Given a buffer "ram" of 64 pages
      And it maps 64 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 3 pages
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes <dirty> at 16 MiB + <page> through HWPT "table"
      And it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + <offset>
      Then it succeeds
      And it finds only bits <bits> set in buffer "bits" + <offset>
      And each page of buffer "bits" carries 0 pins

      @DIRTY-11
      Examples:
        | offset            | dirty    | page     | bits     |
        |                 0 | 64 pages |  0 pages |  0 .. 63 |
        |            1 byte | 64 pages |  0 pages |  0 .. 63 |
        |           3 bytes | 10 pages |  7 pages |  7 .. 16 |
        |           7 bytes |   1 page | 63 pages |       63 |
        |        2048 bytes |  2 pages | 31 pages | 31 .. 32 |
        |   1 page - 1 byte | 64 pages |  0 pages |  0 .. 63 |
        |  1 page - 4 bytes |  2 pages | 31 pages | 31 .. 32 |
        |  1 page - 7 bytes |   1 page | 56 pages |       56 |
        |            1 page |  8 pages |  0 pages |   0 .. 7 |
        | 3 pages - 8 bytes | 64 pages |  0 pages |  0 .. 63 |

    @DIRTY-18 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a bitmap of 2.5 MiB starts at <offset>, with a bit for each byte
      Given an untouched buffer "ram" of 20 MiB
      And it maps 20 MiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 3 MiB
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes 1 page at 17 MiB through HWPT "table"
      And a device writes 2 pages at 32 MiB - 1 page through HWPT "table"
      And a device writes 1 page at 36 MiB - 1 page through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | length    |                   20 MiB |
        | page_size |                   1 byte |
        | data      | buffer "bits" + <offset> |
      Then it succeeds
      And it finds only bits 1048576 .. 1052671, 16773120 .. 16781311, 20967424 .. 20971519 set in buffer "bits" + <offset>
      And each page of buffer "bits" carries 0 pins

      Examples:
        | offset          |
        |               0 |
        |          1 byte |
        |      2048 bytes |
        | 1 page - 1 byte |

    @DIRTY-19 @needs:hwpt-alloc @needs:test-cmd
    Scenario: a range has a hole
      Given a buffer "ram" of 8 pages
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 6 pages read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes 2 pages at 16 MiB + 2 pages through HWPT "table"
      And it asks HWPT "table" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it succeeds
      And it finds only bits 2 .. 3 set in buffer "bits"

    @DIRTY-20 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a bitmap in <memory> memory is not an error, and the dirty page is not forgotten
      Given a buffer "ram" of 8 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 1 page
      And a <memory> buffer "hole" of 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes 2 pages at 16 MiB + 2 pages through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | flags | NO_CLEAR      |
        | data  | buffer "hole" |
      Then it succeeds
      When it asks HWPT "table" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bits 2 .. 3 set in buffer "bits"

      @DIRTY-14
      Examples:
        | memory       |
        | inaccessible |
        | read-only    |

    @DIRTY-20 @needs:hwpt-alloc @needs:test-cmd
    Scenario: a bitmap in read-only memory gets no bit
      Given a buffer "ram" of 8 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 1 page
      And a read-only buffer "constant" of 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes 2 pages at 16 MiB + 2 pages through HWPT "table"
      And it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | flags | NO_CLEAR      |
        | data  | buffer "bits" |
      Then it finds only bits 2 .. 3 set in buffer "bits"
      When it asks HWPT "table" which of 8 pages at 16 MiB are dirty, into buffer "constant"
      Then it succeeds
      And it finds no bits set in buffer "constant"

    @DIRTY-21 @DIRTY-13 @needs:hwpt-alloc @needs:test-cmd
    Scenario: a bitmap in inaccessible memory is not touched without a dirty page
      Given a buffer "ram" of 8 pages
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 1 page
      And an inaccessible buffer "hole" of 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      When a device writes 1 page at 16 MiB + 7 pages through HWPT "table"
      And it asks HWPT "table" which of 7 pages at 16 MiB are dirty, into buffer "hole"
      Then it succeeds
      When it asks HWPT "table" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 7 set in buffer "bits"

  Rule: an entry larger than a page stands for all its pages in the range, and for those outside of it later

    Background:
      Given a huge-page buffer "ram" of 2 MiB
      And it maps 2 MiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a dirty-tracking HWPT "table" with huge entries for device "nic" on IOAS "guest"
      And an untouched buffer "bits" of 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |

    @DIRTY-15 @HWPT-40 @needs:hwpt-alloc @needs:test-cmd @needs:hugetlb
    Scenario: a large entry is inside of the range
      When a device writes 1 page at 17 MiB + 3 pages through HWPT "table"
      And it asks HWPT "table" which of 2 MiB at 16 MiB are dirty, into buffer "bits" + 2 bytes
      Then it finds only bits 256 .. 511 set in buffer "bits" + 2 bytes
      When it asks HWPT "table" which of 2 MiB at 16 MiB are dirty, into buffer "bits" + 1024 bytes
      Then it finds only bits 256 .. 511 set in buffer "bits" + 2 bytes

    @DIRTY-11 @needs:hwpt-alloc @needs:test-cmd @needs:hugetlb
    Scenario Outline: there is no large entry where <what>
      When it maps 1 MiB of buffer "ram" + <source> into IOAS "guest" at <iova> read-write
      And a device writes 1 page at <iova> + 3 pages through HWPT "table"
      And it asks HWPT "table" which of 8 pages at <iova> are dirty, into buffer "bits"
      Then it finds only bit 3 set in buffer "bits"

      @HWPT-40
      Examples:
        | what                                  | source | iova            |
        | the IOVA is no multiple of its size   | 0      | 32 MiB + 1 page |
        | the memory is no multiple of its size | 1 page | 32 MiB          |
        | neither is                            | 1 page | 32 MiB + 1 page |

    @DIRTY-15 @HWPT-40 @needs:hwpt-alloc @needs:test-cmd @needs:hugetlb
    Scenario: a range that starts inside of a large entry
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it asks HWPT "table" which of 10 pages at 16 MiB + 100 pages are dirty, into buffer "bits"
      Then it finds only bits 0 .. 9 set in buffer "bits"

    @DIRTY-15 @HWPT-40 @needs:hwpt-alloc @needs:test-cmd @needs:hugetlb
    Scenario: what a range leaves of a large entry is told by the next call
      Given an untouched buffer "first" of 1 page
      And an untouched buffer "next" of 1 page
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it asks HWPT "table" which of 56 pages at 16 MiB + 200 pages are dirty, into buffer "first"
      And it asks HWPT "table" which of 200 pages at 16 MiB are dirty, into buffer "next"
      Then it finds only bits 0 .. 199 set in buffer "next"

    @DIRTY-17 @DIRTY-15 @HWPT-40 @needs:hwpt-alloc @needs:test-cmd @needs:hugetlb
    Scenario: a range that ends inside of a large entry
      When a device writes 1 page at 16 MiB through HWPT "table"
      And it asks HWPT "table" which of 8 pages at 16 MiB are dirty, into buffer "bits" + 16 bytes
      Then it finds only bits 0 .. 7 set in buffer "bits" + 16 bytes
