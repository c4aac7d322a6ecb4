Feature: IOMMU_TEST_CMD
  The command of a kernel that is built for tests makes mock devices and accesses, and tells how pages are mapped and
  pinned: what this suite sees a real kernel by. What accesses do is told in the files about them.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: the struct is of 72 bytes, of which 68 have to be there

    @MOCK-01 @needs:test-cmd
    Scenario Outline: a struct of <size> is taken
      When it calls IOMMU_TEST_CMD with <form> and:
        | op                  | ADD_RESERVED |
        | id                  | IOAS "guest" |
        | add_reserved.start  |       32 MiB |
        | add_reserved.length |       1 page |
      Then it <outcome>
      And the usable IOVAs of IOAS "guest" are:
        |        0 | <last>  |
        | <second> | U64_MAX |

      Examples:
        | size                 | form                  | outcome  | last            | second          |
        |             68 bytes | a size of 68 bytes    | succeeds | 32 MiB - 1 byte | 32 MiB + 1 page |
        |             72 bytes | a size of 72 bytes    | succeeds | 32 MiB - 1 byte | 32 MiB + 1 page |
        | 73 bytes, the last 0 |  1 zero byte appended | succeeds | 32 MiB - 1 byte | 32 MiB + 1 page |
        | 80 bytes, the last 0 | 8 zero bytes appended | succeeds | 32 MiB - 1 byte | 32 MiB + 1 page |

    @MOCK-01 @needs:test-cmd
    Scenario Outline: a struct of <size> is refused
      When it calls IOMMU_TEST_CMD with <form> and:
        | op                  | ADD_RESERVED |
        | id                  | IOAS "guest" |
        | add_reserved.start  |       32 MiB |
        | add_reserved.length |       1 page |
      Then it fails with <errno>
      And nothing has changed

      Examples:
        | size                 | form                                | errno  |
        |             67 bytes | a size of 67 bytes                  | EINVAL |
        |              4 bytes | a size of 4 bytes                   | EINVAL |
        | 73 bytes, the last 1 |  1 byte, the last one set, appended | E2BIG  |
        | 80 bytes, the last 1 | 8 bytes, the last one set, appended | E2BIG  |

    @MOCK-02 @needs:test-cmd
    Scenario Outline: operation <op> is unknown
      When it calls IOMMU_TEST_CMD with:
        | op                  | <op>         |
        | id                  | IOAS "guest" |
        | add_reserved.start  |       32 MiB |
        | add_reserved.length |       1 page |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      Examples:
        | op             |
        |              0 |
        |             24 |
        |          1 KiB |
        | 4 GiB - 1 byte |

  Rule: ADD_RESERVED reserves IOVAs for good

    @MOCK-04 @needs:test-cmd
    Scenario: ranges overlap
      When it calls IOMMU_TEST_CMD with:
        | op                  | ADD_RESERVED |
        | id                  | IOAS "guest" |
        | add_reserved.start  |       32 MiB |
        | add_reserved.length |      4 pages |
      And it calls IOMMU_TEST_CMD with:
        | op                  | ADD_RESERVED     |
        | id                  | IOAS "guest"     |
        | add_reserved.start  | 32 MiB + 2 pages |
        | add_reserved.length |          4 pages |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        |                0 | 32 MiB - 1 byte |
        | 32 MiB + 6 pages | U64_MAX         |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB + 5 pages read-write
      Then it fails with EINVAL
      When it unmaps everything from IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        |                0 | 32 MiB - 1 byte |
        | 32 MiB + 6 pages | U64_MAX         |

    @MOCK-04 @needs:test-cmd @needs:device
    Scenario: a device that is attached and destroyed lifts nothing
      Given a device "nic" attached to IOAS "guest"
      And 32 MiB .. +1 page is reserved in IOAS "guest"
      When it detaches device "nic"
      Then the usable IOVAs of IOAS "guest" are:
        |               0 | 32 MiB - 1 byte |
        | 32 MiB + 1 page | U64_MAX         |

    @MOCK-04 @needs:test-cmd
    Scenario Outline: a reservation of <length> at <start> is refused
      When it calls IOMMU_TEST_CMD with:
        | op                  | ADD_RESERVED |
        | id                  | <id>         |
        | add_reserved.start  | <start>      |
        | add_reserved.length | <length>     |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed

      Examples: nothing, beyond the last IOVA, nowhere
        | id             | start   | length  | errno     |
        | IOAS "guest"   |  32 MiB | 0 bytes | EINVAL    |
        | IOAS "guest"   | U64_MAX | 2 bytes | EOVERFLOW |
        | IOAS "guest"   | 2 bytes | U64_MAX | EOVERFLOW |
        | no such object |  32 MiB |  1 page | ENOENT    |

    @MOCK-04 @needs:test-cmd
    Scenario: the last IOVA is reserved alone
      When it calls IOMMU_TEST_CMD with:
        | op                  | ADD_RESERVED |
        | id                  | IOAS "guest" |
        | add_reserved.start  | U64_MAX      |
        | add_reserved.length |       1 byte |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX - 1 byte |

    @MOCK-04 @needs:test-cmd
    Scenario Outline: <length> at <start>, where 2 pages at 32 MiB are mapped and 2 at 48 MiB allowed
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 48 MiB | 2 pages |
      When it calls IOMMU_TEST_CMD with:
        | op                  | ADD_RESERVED |
        | id                  | IOAS "guest" |
        | add_reserved.start  | <start>      |
        | add_reserved.length | <length>     |
      Then it <outcome>
      And nothing has changed

      Examples: they share a byte
        | start                     | length          | outcome               |
        | 32 MiB + 2 pages - 1 byte |          1 byte | fails with EADDRINUSE |
        |           32 MiB - 1 page | 1 page + 1 byte | fails with EADDRINUSE |
        | 48 MiB + 2 pages - 1 byte |          1 page | fails with EADDRINUSE |
        |           48 MiB - 1 page | 1 page + 1 byte | fails with EADDRINUSE |

  Rule: MOCK_DOMAIN makes a device, binds it and attaches it

    @MOCK-05 @needs:test-cmd
    Scenario: one device is made for an IOAS, and one for the page table of the first
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then it succeeds
      And it returns:
        | mock_domain.out_stdev_id | 2 |
        | mock_domain.out_idev_id  | 3 |
        | mock_domain.out_hwpt_id  | 4 |
      And the IOVA alignment of IOAS "guest" is 2048 bytes
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN |
        | id |           4 |
      Then it returns:
        | mock_domain.out_stdev_id | 5 |
        | mock_domain.out_idev_id  | 6 |
        | mock_domain.out_hwpt_id  | 4 |
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | 3 |
      Then it succeeds
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | 6 |
      Then it succeeds
      When it destroys IOAS "guest"
      Then it fails with EBUSY

    @MOCK-05 @needs:test-cmd
    Scenario: each device is in a group of its own
      Given an IOAS "other"
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "other" |
      Then it succeeds
      And the IOVA alignment of IOAS "other" is 2048 bytes
      When it calls IOMMU_DESTROY with:
        | id | 3 |
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 byte
      And the IOVA alignment of IOAS "other" is 2048 bytes

    @MOCK-05 @needs:test-cmd
    Scenario Outline: <what> leaves no object behind
      Given it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      When it calls IOMMU_TEST_CMD with <form> and:
        | op | MOCK_DOMAIN |
        | id | <id>        |
      Then it fails with <errno>
      And nothing has changed
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |
      When it destroys IOAS "guest"
      Then it succeeds

      Examples:
        | what                                 | iova            | form               | id             | errno      |
        | an id that is not there              |          16 MiB | a size of 72 bytes | no such object | ENOENT     |
        | a mapping that no device can reach   |           8 MiB | a size of 72 bytes | IOAS "guest"   | EADDRINUSE |
        | a mapping that is no multiple of it  | 16 MiB + 1 byte | a size of 72 bytes | IOAS "guest"   | EADDRINUSE |
        | a struct that cannot be written back |          16 MiB | read-only memory   | IOAS "guest"   | EFAULT     |

    @MOCK-06 @needs:test-cmd
    Scenario Outline: a device with <flags> does not exist
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS |
        | id                          | IOAS "guest"      |
        | mock_domain_flags.dev_flags | <flags>           |
      Then it fails with EINVAL
      And nothing has changed
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |

      Examples:
        | flags         |
        | bit 1         |
        | bit 3         |
        | bit 31        |
        | bit 0, bit 31 |

    @MOCK-06 @needs:test-cmd
    Scenario Outline: a device with <flags> is made
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS |
        | id                          | IOAS "guest"      |
        | mock_domain_flags.dev_flags | <flags>           |
      Then it succeeds
      And it returns:
        | mock_domain_flags.out_stdev_id | 2 |
        | mock_domain_flags.out_idev_id  | 3 |
        | mock_domain_flags.out_hwpt_id  | 4 |
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | 3 |
      Then it returns:
        | out_capabilities   | <capabilities> |
        | out_max_pasid_log2 | <pasid bits>   |

      @MOCK-28
      Examples:
        | flags                                               | capabilities                                                    | pasid bits |
        | none                                                | IOMMU_HW_CAP_DIRTY_TRACKING, IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED |          0 |
        | MOCK_FLAGS_DEVICE_NO_DIRTY                          | IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED                              |          0 |
        | MOCK_FLAGS_DEVICE_PASID                             | IOMMU_HW_CAP_DIRTY_TRACKING, IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED |         20 |
        | MOCK_FLAGS_DEVICE_PASID, MOCK_FLAGS_DEVICE_NO_DIRTY | IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED                              |         20 |

    @MOCK-07 @needs:test-cmd @needs:device
    Scenario: a device is destroyed with the object that it was made with
      Given a device "nic" attached to IOAS "guest"
      When it destroys mock device "nic"
      Then it succeeds
      And device "nic" no longer exists
      And the page table of device "nic" no longer exists
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it destroys mock device "nic"
      Then it fails with ENOENT
      When it destroys IOAS "guest"
      Then it succeeds

    @MOCK-27 @needs:test-cmd
    Scenario: a mock page table has an aperture, and pages of its own size
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |
      And the IOVA alignment of IOAS "guest" is 2048 bytes

  Rule: MOCK_DOMAIN_REPLACE moves a device

    @MOCK-08 @needs:test-cmd @needs:device @needs:hwpt-alloc
    Scenario: a device moves to another IOAS, and back to a page table of the first
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "other" at 32 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                        | MOCK_DOMAIN_REPLACE |
        | id                        | mock device "nic"   |
        | mock_domain_replace.pt_id | IOAS "other"        |
      Then it succeeds
      And it returns:
        | mock_domain_replace.pt_id | 7 |
      And the usable IOVAs of IOAS "other" are:
        | 16 MiB | 2 GiB - 1 byte |
      And the page table of device "nic" no longer exists
      When it destroys IOAS "other"
      Then it fails with EBUSY
      When it calls IOMMU_TEST_CMD with:
        | op                        | MOCK_DOMAIN_REPLACE |
        | id                        | mock device "nic"   |
        | mock_domain_replace.pt_id | HWPT "tables"       |
      Then it succeeds
      And it returns:
        | mock_domain_replace.pt_id | HWPT "tables" |
      And the usable IOVAs of IOAS "other" are:
        | 0 | U64_MAX |
      When it destroys HWPT "tables"
      Then it fails with EBUSY
      When it destroys IOAS "other"
      Then it succeeds

    @MOCK-08 @needs:test-cmd @needs:device
    Scenario Outline: a move fails, <what>
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      When it calls IOMMU_TEST_CMD with:
        | op                        | MOCK_DOMAIN_REPLACE |
        | id                        | <id>                |
        | mock_domain_replace.pt_id | <pt_id>             |
      Then it fails with ENOENT
      And nothing has changed
      And device "nic" sees buffer "ram" at 32 MiB .. +2 pages

      Examples:
        | what                             | id                | pt_id          |
        | to nothing                       | mock device "nic" | no such object |
        | an id that is no test object     | IOAS "guest"      | IOAS "guest"   |
        | a device and not its test object | device "nic"      | IOAS "guest"   |
        | an id that is not there          | no such object    | IOAS "guest"   |

  Rule: MD_CHECK_MAP compares the addresses that a page table leads to with those of the caller

    @MOCK-09 @needs:test-cmd @needs:device
    Scenario Outline: a range of <length> at <iova> leads to <right>, and not to <wrong>
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
    Scenario Outline: a comparison of <length> at <iova> of <id> with <uptr> is refused
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
    Scenario Outline: memory of <length> at <uptr> has <right> and not <wrong> pins
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
    Scenario Outline: a comparison of <refs> pins on <length> at <uptr> is refused
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
    Scenario Outline: a limit of <limit> is refused
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
    Scenario Outline: an access and a device have pins with a limit of <limit>
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
    Scenario: a dma-buf is revoked, and the revocation is lifted
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
