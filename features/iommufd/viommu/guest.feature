@needs:viommu @needs:test-cmd @needs:nesting
Feature: page tables and invalidations of a guest on a vIOMMU
  On a vIOMMU the guest has page tables of its own, and drops what the IOMMU has cached of its devices, which it names by
  the virt_id of their vDEVICE. A mock device has four cache entries, 12246445 each until they are dropped.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a buffer "list" of 1 page

  Rule: a page table on a vIOMMU needs data, and knows two flags

    @HWPT-26
    Scenario Outline: flags <flags> and <length> of data are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | flags     | <flags>       |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "list" |
      Then it fails with EOPNOTSUPP
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | flags          | type                     | length  |
        | none           | NONE                     | 0 bytes |
        | NEST_PARENT    | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |
        | DIRTY_TRACKING | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |
        | bit 31         | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |

    @HWPT-27
    Scenario: it holds the vIOMMU
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "list"            |
      Then it returns:
        | out_hwpt_id | 7 |
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it destroys object 7
      And it destroys vIOMMU "smmu"
      Then it succeeds

  Rule: invalidations name the devices by their virt_id

    @INV-14
    Scenario: a call without entries asks whether the type is known
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             0 |
      Then it succeeds
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             0 |
        | data_type |             1 |
      Then it fails with EINVAL

    @INV-15
    Scenario Outline: <entries> entries of <length> take effect
      Given a vDEVICE "guest nic" for device "nic" with virt_id 9 on vIOMMU "smmu"
      And it stores an array of struct iommu_viommu_invalidate_selftest in buffer "list":
        | flags | vdev_id | cache_id |
        | none  |       9 |        0 |
        | none  |       9 |        2 |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | data_uptr | buffer "list" |
        | entry_len | <length>      |
        | entry_num | <entries>     |
      Then it <outcome>
      And it returns:
        | entry_num | <done> |
      When it calls IOMMU_TEST_CMD with:
        | op                    | DEV_CHECK_CACHE |
        | id                    | device "nic"    |
        | check_dev_cache.id    |               0 |
        | check_dev_cache.cache | <first>         |
      Then it succeeds
      When it calls IOMMU_TEST_CMD with:
        | op                    | DEV_CHECK_CACHE |
        | id                    | device "nic"    |
        | check_dev_cache.id    |               2 |
        | check_dev_cache.cache | <first>         |
      Then it <third>

      Examples:
        | entries | length   | outcome          | done | first    | third             |
        |       1 |  8 bytes | succeeds         |    1 |        0 | fails with EINVAL |
        |       1 | 12 bytes | succeeds         |    1 |        0 | fails with EINVAL |
        |       1 | 24 bytes | fails with E2BIG |    0 | 12246445 | succeeds          |

    @INV-17
    Scenario Outline: the second entry has flags <flags>, device <device> and index <index>
      Given a vDEVICE "guest nic" for device "nic" with virt_id 9 on vIOMMU "smmu"
      And it stores an array of struct iommu_viommu_invalidate_selftest in buffer "list":
        | flags   | vdev_id  | cache_id |
        | none    |        9 |        1 |
        | <flags> | <device> | <index>  |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | data_uptr | buffer "list" |
        | entry_len |      12 bytes |
        | entry_num |             2 |
      Then it fails with <errno>
      And it returns:
        | entry_num | 1 |
      When it calls IOMMU_TEST_CMD with:
        | op                    | DEV_CHECK_CACHE |
        | id                    | device "nic"    |
        | check_dev_cache.id    |               1 |
        | check_dev_cache.cache |               0 |
      Then it succeeds
      When it calls IOMMU_TEST_CMD with:
        | op                    | DEV_CHECK_CACHE |
        | id                    | device "nic"    |
        | check_dev_cache.id    |               0 |
        | check_dev_cache.cache |        12246445 |
      Then it succeeds

      @INV-16
      Examples: a flag that is not there
        | flags | device | index | errno      |
        | bit 1 |      9 |     0 | EOPNOTSUPP |

      @INV-16
      Examples: a device or an entry that is not there
        | flags | device | index | errno      |
        | bit 0 |      9 |     4 | EINVAL     |
        | none  |      9 |     4 | EINVAL     |
        | none  |      8 |     0 | EINVAL     |
