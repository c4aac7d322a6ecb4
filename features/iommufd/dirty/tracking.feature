Feature: IOMMU_HWPT_SET_DIRTY_TRACKING
  Switches on and off that a page table keeps in mind which pages devices have written. Only page tables that were made with
  the flag DIRTY_TRACKING can do that, and only with devices that can. What is dirty, IOMMU_HWPT_GET_DIRTY_BITMAP tells.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And it sets the huge pages option of IOAS "guest" to 0
    And a buffer "ram" of 16 pages
    And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a device "nic" attached to IOAS "guest"
    And a dirty-tracking HWPT "table" for device "nic" on IOAS "guest"
    And an untouched buffer "bits" of 1 page

  Rule: the one flag switches tracking on, and no flag switches it off

    @DIRTY-01 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: flags <flags> are refused, for <table>
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags   | <flags> |
        | hwpt_id | <table> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_TEST_CMD with:
        | op              | DIRTY        |
        | id              | HWPT "table" |
        | dirty.iova      |       16 MiB |
        | dirty.length    |       1 page |
        | dirty.page_size |   2048 bytes |
        | dirty.uptr      | buffer "ram" |
      Then it fails with EINVAL

      Examples:
        | flags         | table          |
        | bit 1         | HWPT "table"   |
        | ENABLE, bit 1 | HWPT "table"   |
        | bit 31        | HWPT "table"   |
        | bit 1         | no such object |

    @DIRTY-02 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: <object> is no page table of an IOAS, with flags <flags>
      Given a nesting HWPT "host" for device "nic" on IOAS "guest"
      And a nested HWPT "nested" for device "nic" on HWPT "host"
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags   | <flags>  |
        | hwpt_id | <object> |
      Then it fails with ENOENT
      When it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | hwpt_id | <object> |
      Then it fails with ENOENT

      Examples:
        | object         | flags  |
        | no such object | ENABLE |
        | IOAS "guest"   | ENABLE |
        | device "nic"   | none   |
        | HWPT "nested"  | ENABLE |
        | HWPT "nested"  | none   |

    @DIRTY-03 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: flags <flags> are refused for <object>, which was made without the flag
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags   | <flags>  |
        | hwpt_id | <object> |
      Then it fails with EOPNOTSUPP

      Examples:
        | object                         | flags  |
        | HWPT "plain"                   | ENABLE |
        | HWPT "plain"                   | none   |
        | the page table of device "nic" | ENABLE |

    @DIRTY-04 @DIRTY-13 @needs:hwpt-alloc @needs:test-cmd
    Scenario: tracking is switched on twice, and off twice
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      Then it succeeds
      And it wrote nothing back
      When a device writes 1 page at 16 MiB + 2 pages through HWPT "table"
      And it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 2 set in buffer "bits"
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | none |
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | none |
      Then it succeeds
      When it calls IOMMU_TEST_CMD with:
        | op              | DIRTY        |
        | id              | HWPT "table" |
        | dirty.iova      |       16 MiB |
        | dirty.length    |       1 page |
        | dirty.page_size |   2048 bytes |
        | dirty.uptr      | buffer "ram" |
      Then it fails with EINVAL

    @DIRTY-05 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: what was dirty before tracking is switched on, after <between>
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And a device writes 3 pages at 16 MiB + 2 pages through HWPT "table"
      And a device writes 1 page at 32 MiB through HWPT "table"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | <between> |
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And a device writes 1 page at 16 MiB + 15 pages through HWPT "table"
      And it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bit 15 set in buffer "bits"
      When it asks HWPT "table" which of 1 page at 32 MiB are dirty, into buffer "bits" + 16 bytes
      Then it finds only bit 15 set in buffer "bits"

      Examples:
        | between |
        | none    |
        | ENABLE  |

    @DIRTY-22 @needs:hwpt-alloc @needs:test-cmd
    Scenario: what became dirty before tracking was switched off
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And a device writes 2 pages at 16 MiB + 2 pages through HWPT "table"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | none |
      And it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      Then it succeeds
      And it finds only bits 2 .. 3 set in buffer "bits"

  Rule: devices take part if they can, and are refused if they cannot

    @DIRTY-23 @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: devices are attached while tracking is on
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And a device writes 1 page at 16 MiB + 1 page through HWPT "table"
      And it attaches device "nic" to HWPT "table"
      Then it succeeds
      Given a device "disk" attached to HWPT "table"
      When a device writes 1 page at 16 MiB + 3 pages through HWPT "table"
      And it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS          |
        | id                          | HWPT "table"               |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_NO_DIRTY |
      Then it fails with EINVAL
      When it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds only bits 1, 3 set in buffer "bits"

    @DIRTY-24 @HWINFO-14 @needs:hwpt-alloc @needs:test-cmd
    Scenario: a device that can track is attached
      When it calls IOMMU_GET_HW_INFO
      Then it returns:
        | out_capabilities | IOMMU_HW_CAP_DIRTY_TRACKING, IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED |
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | ALLOC_DIRTY_TRACKING |
      Then it succeeds

    @DIRTY-24 @DIRTY-23 @HWINFO-14 @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: a device that cannot track is refused
      Given an iommufd "other"
      And an IOAS "alone" in iommufd "other"
      When it calls IOMMU_TEST_CMD on iommufd "other" with:
        | op                          | MOCK_DOMAIN_FLAGS          |
        | id                          | IOAS "alone"               |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_NO_DIRTY |
      Then it returns:
        | mock_domain_flags.out_idev_id | 3 |
      When it calls IOMMU_GET_HW_INFO on iommufd "other" with:
        | dev_id | 3 |
      Then it returns:
        | out_capabilities | IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED |
      When it calls IOMMU_HWPT_ALLOC on iommufd "other" with:
        | dev_id |                    3 |
        | pt_id  | IOAS "alone"         |
        | flags  | ALLOC_DIRTY_TRACKING |
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_HWPT_ALLOC on iommufd "other" with:
        | dev_id |            3 |
        | pt_id  | IOAS "alone" |
      Then it succeeds

  Rule: a mock page table is made dirty by a bitmap

    @MOCK-17 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a bitmap of two bits makes two pages dirty, at a page size of <size>
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And a device writes 1 page at 16 MiB through HWPT "table"
      And a device writes 1 page at 16 MiB + 2 pages through HWPT "table"
      And it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      And it finds only bits 0, 2 set in buffer "bits"
      And it calls IOMMU_TEST_CMD with:
        | op              | DIRTY         |
        | id              | HWPT "table"  |
        | dirty.iova      |        16 MiB |
        | dirty.length    |      16 pages |
        | dirty.page_size | <size>        |
        | dirty.uptr      | buffer "bits" |
      Then it returns:
        | dirty.out_nr_dirty | 2 |
      When it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits" + 16 bytes
      Then it finds only bits <bits> set in buffer "bits"

      @DIRTY-12
      Examples:
        | size       | bits             |
        |     1 page |   0, 2, 128, 130 |
        |    2 pages |   0, 2, 128, 132 |
        | 2048 bytes | 0, 2, 128 .. 129 |

    @MOCK-17 @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: <field> of <value> is refused
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      And it calls IOMMU_TEST_CMD with:
        | op              | DIRTY        |
        | id              | HWPT "table" |
        | dirty.iova      |       16 MiB |
        | dirty.length    |      2 pages |
        | dirty.page_size |       1 page |
        | dirty.uptr      | buffer "ram" |
        | <field>         | <value>      |
      Then it fails with <errno>
      When it asks HWPT "table" which of 16 pages at 16 MiB are dirty, into buffer "bits"
      Then it finds no bits set in buffer "bits"

      Examples:
        | field           | value               | errno     |
        | id              | no such object      | ENOENT    |
        | dirty.length    |                   0 | EINVAL    |
        | dirty.page_size |                   0 | EINVAL    |
        | dirty.uptr      | null                | EINVAL    |
        | dirty.uptr      | a bad pointer       | EFAULT    |
        | dirty.iova      | 16 MiB + 2048 bytes | EINVAL    |
        | dirty.length    | 1 page + 2048 bytes | EINVAL    |
        | dirty.length    |    512 GiB + 1 page | EOVERFLOW |
