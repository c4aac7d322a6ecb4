Feature: a dirty bitmap at the end of memory
  A bitmap has as many bytes as the bits of its range need, also where nothing lies behind it. Where memory ends before it
  does, the pages whose bits lie in memory are reported all the same.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And it sets the huge pages option of IOAS "guest" to 0
    And a device "nic" attached to IOAS "guest"
    And a buffer "ram" of 64 pages
    And it maps 64 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
    And an untouched buffer "later" of 1 page
    And an untouched buffer "bits" of 2 pages
    And an inaccessible buffer "hole" of 1 page over buffer "bits" + 1 page
    And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
      | flags | ENABLE |

  Rule: a bitmap may end where memory does

    @DIRTY-17 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: the bits of <length> are the last <bytes> of memory
      When a device writes <length> at 16 MiB through HWPT "table"
      And it asks HWPT "table" which of <length> at 16 MiB are dirty, into buffer "bits" + 1 page - <bytes>
      Then it succeeds
      And buffer "bits" + 1 page - 8 bytes holds:
        | last 8 bytes |        |
        | <low>        | <high> |
      When it asks HWPT "table" which of <length> at 16 MiB are dirty, into buffer "later"
      Then it finds no bits set in buffer "later"

      @DIRTY-11
      Examples:
        | length   | bytes   | low            | high            |
        | 1 page   | 1 byte  |              0 | 16 MiB          |
        | 8 pages  | 1 byte  |              0 | 4 GiB - 16 MiB  |
        | 9 pages  | 2 bytes |              0 | 32 MiB - 64 KiB |
        | 31 pages | 4 bytes |              0 | 2 GiB - 1 byte  |
        | 33 pages | 5 bytes | 4 GiB - 16 MiB | 32 MiB - 1 byte |
        | 64 pages | 8 bytes | 4 GiB - 1 byte | 4 GiB - 1 byte  |

  Rule: a bitmap that memory ends in reports what it can

    @DIRTY-26 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: the last <bytes> of memory have bits for some of 64 dirty pages
      When a device writes 64 pages at 16 MiB through HWPT "table"
      And it asks HWPT "table" which of 64 pages at 16 MiB are dirty, into buffer "bits" + 1 page - <bytes>
      Then it succeeds
      And buffer "bits" + 1 page - 8 bytes holds:
        | last 8 bytes |        |
        | <low>        | <high> |

      Examples:
        | bytes   | low            | high           |
        | 1 byte  |              0 | 4 GiB - 16 MiB |
        | 4 bytes |              0 | 4 GiB - 1 byte |
        | 7 bytes | 4 GiB - 256    | 4 GiB - 1 byte |
