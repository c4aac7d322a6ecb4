Feature: IOMMU_IOAS_MAP without FIXED_IOVA
  The kernel chooses the IOVA: the lowest hole that fits, neither in the first nor in the last page of the space, and
  aligned as the memory is, so that large page table entries can be used. Without a device the memory need not exist,
  so that user addresses here are plain numbers.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 1 page

  Rule: the chosen IOVA is returned, and the one that was passed is not used

    @IOAS-MAP-18
    Scenario Outline: an iova of <iova> is not used
      When it calls IOMMU_IOAS_MAP with:
        | flags | READABLE |
        | iova  | <iova>   |
      Then it succeeds
      And it wrote back only "iova"
      And it lands at 1 page
      And 1 page .. +1 page is mapped in IOAS "guest"

      Examples:
        | iova             |
        |                0 |
        |           1 byte |
        |           16 MiB |
        | U64_MAX - 1 byte |

    @IOAS-MAP-18
    Scenario: an iova that is taken does not matter
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_MAP with:
        | flags | WRITEABLE |
        | iova  |    16 MiB |
      Then it lands at 1 page
      And 1 page .. +1 page is mapped in IOAS "guest"
      And 16 MiB .. +1 page is mapped in IOAS "guest"

    @IOAS-MAP-18
    Scenario: the returned IOVA is the one to unmap
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then the new IOVA .. +1 page is mapped in IOAS "guest"
      When it unmaps 1 page at the new IOVA from IOAS "guest"
      Then it succeeds
      And the new IOVA .. +1 page is not mapped in IOAS "guest"

  Rule: the first and the last page of the space are left free

    @IOAS-MAP-19
    Scenario: one byte is mapped in an empty IOAS
      When it maps 1 byte of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

    @IOAS-MAP-19
    Scenario: only the two lowest pages of an IOAS are allowed
      When it allows only these IOVAs in IOAS "guest":
        | 0 | 2 pages |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-MAP-19
    Scenario: only the two highest pages of an IOAS are allowed
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 2 pages + 1 byte | 2 pages |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at U64_MAX - 2 pages + 1 byte
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-MAP-19
    Scenario Outline: only the <which> page of an IOAS is allowed
      When it allows only these IOVAs in IOAS "guest":
        | <first> | 1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And <first> .. +1 page is not mapped in IOAS "guest"

      Examples:
        | which   | first                     |
        | lowest  |                         0 |
        | highest | U64_MAX - 1 page + 1 byte |

    @IOAS-MAP-19 @IOAS-MAP-24
    Scenario: everything but the first and the last page is mapped
      When it calls IOMMU_IOAS_MAP with:
        | user_va |                          0 |
        | length  | U64_MAX - 2 pages + 1 byte |
        | iova    |                     1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

  Rule: the IOVA of whole pages is aligned as the length, as the address, and at most as a huge page

    @IOAS-MAP-20
    Scenario Outline: a map of <length> at user address <address> is aligned
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE  |
        | user_va | <address> |
        | length  | <length>  |
      Then it lands at <iova>
      And the new IOVA .. +<length> is mapped in IOAS "guest"

      Examples:
        | address         | length           | iova    |
        |           1 GiB |           1 page |  1 page |
        |           1 GiB |          2 pages | 2 pages |
        |           1 GiB |          3 pages | 4 pages |
        |           1 GiB | 4 pages + 1 byte | 8 pages |
        |  1 GiB + 1 page |          8 pages |  1 page |
        | 1 GiB + 2 pages |          8 pages | 2 pages |
        | 1 GiB + 6 pages |          8 pages | 2 pages |
        |           1 GiB |            1 MiB |   1 MiB |
        |           1 GiB |   1 MiB + 1 page |   2 MiB |
        |               0 |          8 pages | 8 pages |

    @IOAS-MAP-20
    Scenario Outline: a map of <length> at user address <address> is aligned to a huge page and no more
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE  |
        | user_va | <address> |
        | length  | <length>  |
      Then it lands at 2 MiB
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE  |
        | user_va | <address> |
        | length  | <length>  |
      Then it lands at 2 MiB + <length>

      Examples:
        | address | length |
        |   1 GiB |  4 MiB |
        | 128 TiB |  1 TiB |
        |   8 PiB |  6 MiB |
        |       0 |  1 PiB |

    @IOAS-MAP-20
    Scenario: the only bit of an address is the highest
      When it allows only these IOVAs in IOAS "guest":
        | 1 TiB | 4 TiB |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va | 8192 PiB |
        | length  |    3 TiB |
      Then it lands at 1 TiB

  Rule: the IOVA has the offset into a page that the address has

    @IOAS-MAP-21
    Scenario Outline: byte <offset> of a page is mapped in an empty IOAS
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE         |
        | user_va | 1 GiB + <offset> |
        | length  | <length>         |
      Then it lands at 1 page + <offset>

      Examples:
        | offset          | length     |
        |          1 byte |     1 byte |
        |       312 bytes |     1 page |
        |      2048 bytes | 2048 bytes |
        | 1 page - 1 byte |    2 bytes |

    @IOAS-MAP-21
    Scenario Outline: byte <offset> of a page is mapped where there is a hole at <hole>
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | <hole> |
        | iova    |      0 |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE         |
        | user_va | 1 GiB + <offset> |
        | length  |           1 page |
      Then it lands at <iova>
      And the new IOVA .. +1 page is mapped in IOAS "guest"

      Examples:
        | hole                | offset     | iova                 |
        |             2 pages |  312 bytes |  2 pages + 312 bytes |
        | 2 pages + 905 bytes |  312 bytes |  2 pages + 952 bytes |
        |    3 pages - 1 byte |     1 byte |     3 pages - 1 byte |
        |   3 pages - 2 bytes |     1 byte |     3 pages - 1 byte |
        |    2 pages + 1 byte | 2048 bytes | 2 pages + 2048 bytes |

  Rule: memory that is aligned less than the IOAS needs is refused

    @IOAS-MAP-22
    Scenario Outline: memory that begins <offset> into a page is refused with an alignment of a page
      When it sets the huge pages option of IOAS "guest" to 0
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE         |
        | user_va | 1 GiB + <offset> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And 1 page .. +1 page is not mapped in IOAS "guest"

      Examples:
        | offset          |
        |          1 byte |
        |      2048 bytes |
        | 1 page - 1 byte |

    @IOAS-MAP-22
    Scenario Outline: memory of <length> is refused with an alignment of a page
      When it sets the huge pages option of IOAS "guest" to 0
      And it calls IOMMU_IOAS_MAP with:
        | flags  | READABLE |
        | length | <length> |
      Then it fails with EINVAL
      And nothing has changed

      Examples:
        | length          |
        |          1 byte |
        | 1 page - 1 byte |
        | 1 page + 1 byte |

    @IOAS-MAP-22
    Scenario: memory that begins off a page is refused before the missing hole
      When it sets the huge pages option of IOAS "guest" to 0
      And it calls IOMMU_IOAS_MAP with:
        | user_va |                          0 |
        | length  | U64_MAX - 2 pages + 1 byte |
        | iova    |                     1 page |
      And it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE       |
        | user_va | 1 GiB + 1 byte |
      Then it fails with EINVAL
      And nothing has changed

    @IOAS-MAP-22
    Scenario: whole pages are mapped with an alignment of a page
      When it sets the huge pages option of IOAS "guest" to 0
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1 page

  Rule: half the address space is too long

    @IOAS-MAP-23
    Scenario Outline: a length of <length> is too long
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE |
        | user_va |        0 |
        | length  | <length> |
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed
      And 1 page .. +1 page is not mapped in IOAS "guest"

      Examples:
        | length            |
        | 8192 PiB - 1 byte |
        |          8192 PiB |
        | 8192 PiB + 1 byte |
        | U64_MAX - 1 page  |

    @IOAS-MAP-23
    Scenario: one byte less fits
      When it calls IOMMU_IOAS_MAP with:
        | flags   | READABLE           |
        | user_va |                  0 |
        | length  | 8192 PiB - 2 bytes |
      Then it lands at 2 MiB
      And 2 MiB .. +8192 PiB - 2 bytes is mapped in IOAS "guest"

  Rule: without a hole that fits there is no map

    @IOAS-MAP-24
    Scenario: a hole of one byte too little between two mappings is not enough
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | 16 MiB |
        | iova    |      0 |
      And it calls IOMMU_IOAS_MAP with:
        | user_va |                                   0 |
        | length  | U64_MAX - 16 MiB - 1 page + 2 bytes |
        | iova    |            16 MiB + 1 page - 1 byte |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And it wrote nothing back
      And nothing has changed

    @IOAS-MAP-24
    Scenario: a hole of just enough between two mappings is filled
      When it calls IOMMU_IOAS_MAP with:
        | user_va |      0 |
        | length  | 16 MiB |
        | iova    |      0 |
      And it calls IOMMU_IOAS_MAP with:
        | user_va |                                  0 |
        | length  | U64_MAX - 16 MiB - 1 page + 1 byte |
        | iova    |                    16 MiB + 1 page |
      And it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB

    @IOAS-MAP-24 @needs:test-cmd
    Scenario: all is reserved
      Given 0 .. +U64_MAX is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-MAP-24 @needs:test-cmd
    Scenario: one part is reserved and the other is mapped
      Given 0 .. +16 MiB is reserved in IOAS "guest"
      When it calls IOMMU_IOAS_MAP with:
        | user_va |                         0 |
        | length  | U64_MAX - 16 MiB + 1 byte |
        | iova    |                    16 MiB |
      And it maps 1 byte of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed

    @IOAS-MAP-24 @needs:test-cmd
    Scenario: the aperture of a mock device is full
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Given 16 MiB + 1 page .. +2032 MiB - 2 pages is reserved in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 2 GiB - 1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And nothing has changed
