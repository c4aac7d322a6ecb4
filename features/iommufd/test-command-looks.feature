Feature: IOMMU_TEST_CMD, what it looks at
  Operations of IOMMU_TEST_CMD that compare what is mapped and pinned with what ought to be, and the exporter of dma-bufs
  that comes with them.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: MD_CHECK_MAP compares the addresses that a page table leads to with those of the caller

    @MOCK-09 @needs:test-cmd @needs:device
    Scenario Outline: <length> at <iova> lead to <right>, and not to <wrong>
      Given a device "nic" attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op               | MD_CHECK_MAP                   |
        | id               | the page table of device "nic" |
        | check_map.iova   | <iova>                         |
        | check_map.length | <length>                       |
        | check_map.uptr   | <right>                        |
      Then it succeeds
      And it wrote nothing back
      When it calls IOMMU_TEST_CMD with:
        | op               | MD_CHECK_MAP                   |
        | id               | the page table of device "nic" |
        | check_map.iova   | <iova>                         |
        | check_map.length | <length>                       |
        | check_map.uptr   | <wrong>                        |
      Then it fails with EINVAL

      Examples:
        | iova                         | length     | right                              | wrong                              |
        |                       16 MiB |    4 pages | buffer "ram"                       | buffer "ram" + 1 page              |
        |             16 MiB + 3 pages |     1 page | buffer "ram" + 3 pages             | buffer "ram"                       |
        | 16 MiB + 1 page + 2048 bytes | 2048 bytes | buffer "ram" + 1 page + 2048 bytes | buffer "ram" + 1 page              |
        |              16 MiB + 1 page | 2048 bytes | buffer "ram" + 1 page              | buffer "ram" + 1 page + 2048 bytes |
        |          16 MiB + 2048 bytes |     1 page | buffer "ram" + 2048 bytes          | buffer "ram"                       |

    @MOCK-09 @needs:test-cmd @needs:device
    Scenario Outline: <length> at <iova> of <id>, and <uptr>
      Given a device "nic" attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op               | MD_CHECK_MAP |
        | id               | <id>         |
        | check_map.iova   | <iova>       |
        | check_map.length | <length>     |
        | check_map.uptr   | <uptr>       |
      Then it fails with <errno>
      And it wrote nothing back

      Examples: not aligned to 2048
        | id                             | iova                | length     | uptr                      | errno  |
        | the page table of device "nic" |     16 MiB + 1 byte |     1 page | buffer "ram" + 1 byte     | EINVAL |
        | the page table of device "nic" | 16 MiB + 1024 bytes |     1 page | buffer "ram"              | EINVAL |
        | the page table of device "nic" |              16 MiB | 2047 bytes | buffer "ram"              | EINVAL |
        | the page table of device "nic" |              16 MiB |     1 page | buffer "ram" + 1024 bytes | EINVAL |

      Examples: no address, no page table
        | id                             | iova   | length  | uptr                      | errno  |
        | the page table of device "nic" | 16 MiB |  1 page | a bad pointer             | EFAULT |
        | the page table of device "nic" | 16 MiB | 4 pages | U64_MAX - 1 page + 1 byte | EINVAL |
        | IOAS "guest"                   | 16 MiB |  1 page | buffer "ram"              | ENOENT |
        | no such object                 | 16 MiB |  1 page | buffer "ram"              | ENOENT |

  Rule: MD_CHECK_REFS compares how often pages are pinned

    @MOCK-10 @needs:test-cmd @needs:device
    Scenario Outline: <right> and not <wrong> pins on <length> at <uptr>
      Given a device "nic" attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_REFS |
        | check_refs.uptr   | <uptr>        |
        | check_refs.length | <length>      |
        | check_refs.refs   | <right>       |
      Then it succeeds
      And it wrote nothing back
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_REFS |
        | check_refs.uptr   | <uptr>        |
        | check_refs.length | <length>      |
        | check_refs.refs   | <wrong>       |
      Then it fails with EIO

      Examples: pages 0 and 1 are pinned once, 2 and 3 twice, the others not at all
        | uptr                   | length  | right | wrong |
        | buffer "ram"           | 2 pages |     1 |     0 |
        | buffer "ram"           |  1 page |     1 |     2 |
        | buffer "ram" + 2 pages | 2 pages |     2 |     1 |
        | buffer "ram" + 3 pages |  1 page |     2 |     3 |
        | buffer "ram" + 4 pages | 4 pages |     0 |     1 |

    @MOCK-10 @needs:test-cmd @needs:device
    Scenario Outline: <refs> pins on <length> at <uptr>
      Given a device "nic" attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_REFS |
        | check_refs.uptr   | <uptr>        |
        | check_refs.length | <length>      |
        | check_refs.refs   | <refs>        |
      Then it fails with <errno>
      And it wrote nothing back

      Examples: one page of several is wrong
        | uptr                   | length  | refs | errno |
        | buffer "ram"           | 5 pages |    1 | EIO   |
        | buffer "ram" + 3 pages | 2 pages |    0 | EIO   |
        | buffer "ram"           | 8 pages |    0 | EIO   |

      Examples: not whole pages, no memory
        | uptr                      | length     | refs | errno  |
        | buffer "ram" + 1 byte     |     1 page |    1 | EINVAL |
        | buffer "ram" + 2048 bytes |     1 page |    1 | EINVAL |
        | buffer "ram"              |     1 byte |    1 | EINVAL |
        | buffer "ram"              | 2047 bytes |    1 | EINVAL |
        | a bad pointer             |     1 page |    0 | EFAULT |

  Rule: SET_TEMP_MEMORY_LIMIT makes the kernel work in small steps, and changes no result

    @MOCK-16 @needs:test-cmd
    Scenario Outline: a limit of <limit>
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit | <limit>               |
      Then it fails with EINVAL

      Examples:
        | limit |
        |     0 |
        |     1 |
        |    11 |

    @MOCK-16 @needs:test-cmd @needs:device
    Scenario Outline: pins of an access and a device, with a limit of <limit>
      Given an IOAS "other"
      And a buffer "big" of 16 pages
      And an access "driver" that pins on IOAS "guest"
      And a device "nic" attached to IOAS "other"
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit | <limit>               |
      And it maps 16 pages of buffer "big" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 5 pages at 16 MiB + 4 pages as buffer "big" + 4 pages
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "big" at 16 MiB .. +16 pages
      And each page of buffer "big" carries 1 pin
      When it attaches device "nic" to IOAS "other"
      And it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds
      And 4 pages of buffer "big" carry 0 pins each
      And 5 pages of buffer "big" + 4 pages carry 1 pin each
      And 7 pages of buffer "big" + 9 pages carry 0 pins each

      Examples:
        | limit |
        |    12 |
        |    24 |
        |   100 |

  Rule: DMABUF_GET exports memory of up to 512 pages, and DMABUF_REVOKE takes it away

    @MOCK-25 @needs:dma-buf
    Scenario Outline: a dma-buf of <length> has <whole>
      Given a dma-buf "bar" of <length>
      When it maps <whole> of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +<whole> is mapped in IOAS "guest"
      When it maps 1 byte of dma-buf "bar" + <whole> into IOAS "guest" at 32 MiB read-write
      Then it fails with EINVAL

      Examples:
        | length             | whole     |
        |             1 byte |    1 page |
        |             1 page |    1 page |
        |    1 page + 1 byte |   2 pages |
        | 511 pages + 1 byte | 512 pages |
        |          512 pages | 512 pages |

    @MOCK-25 @needs:test-cmd
    Scenario Outline: there is no dma-buf of <length>
      When it calls IOMMU_TEST_CMD with:
        | op                | DMABUF_GET |
        | dmabuf_get.length | <length>   |
      Then it fails with EINVAL
      And no file descriptor was left behind

      Examples:
        | length             |
        |            0 bytes |
        | 512 pages + 1 byte |
        |          513 pages |
        |              2 GiB |

    @MOCK-26 @needs:dma-buf @needs:test-cmd
    Scenario: a dma-buf that is revoked, and lifted again
      Given a dma-buf "bar" of 4 pages
      When it revokes dma-buf "bar"
      Then it succeeds
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENODEV
      When it calls IOMMU_TEST_CMD with:
        | op                      | DMABUF_REVOKE |
        | dmabuf_revoke.dmabuf_fd | dma-buf "bar" |
        | dmabuf_revoke.revoked   |             0 |
      Then it succeeds
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @MOCK-26 @needs:test-cmd
    Scenario Outline: <what> cannot be revoked
      Given a memfd "file" of 1 page
      When it calls IOMMU_TEST_CMD with:
        | op                      | DMABUF_REVOKE |
        | dmabuf_revoke.dmabuf_fd | <fd>          |
        | dmabuf_revoke.revoked   |             1 |
      Then it fails with <errno>

      Examples:
        | what                     | fd           | errno  |
        | a file that is closed    | a closed fd  | EBADF  |
        | no file                  |           -1 | EBADF  |
        | a file that is no buffer | memfd "file" | EINVAL |
