@needs:device @needs:hwpt-alloc @needs:test-cmd @needs:viommu
Feature: nested page tables and invalidation on a vIOMMU
  Where a guest has a vIOMMU, its page tables are made on that and not on the parent, and its invalidations may name a
  device by the number that the guest has for it. The test driver has entries that drop one of the four cache entries of
  such a device, or all.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"
    And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
    And a buffer "list" of 2 pages
    And it stores an array of struct iommu_viommu_invalidate_selftest in buffer "list":
      | flags | vdev_id | cache_id |
      | none  |      16 |        1 |
      | none  |      16 |        3 |
      | none  |      16 |        0 |

  Rule: a nested page table on a vIOMMU needs data, and holds the vIOMMU

    @HWPT-26
    Scenario Outline: flags <flags> are refused, with <length> of data of type <type>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | flags     | <flags>       |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "list" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys vDEVICE "guest nic"
      And it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | flags          | type                     | length  |
        | none           | NONE                     | 0 bytes |
        | NEST_PARENT    | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |
        | DIRTY_TRACKING | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |
        | bit 4          | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |
        | bit 31         | IOMMU_HWPT_DATA_SELFTEST | 4 bytes |

    @HWPT-27
    Scenario Outline: <length> of data of type <type> at <place> are refused, and the vIOMMU is free
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | <place>       |
      Then it fails with <errno>
      And it wrote nothing back
      Given a nested HWPT "stage1" for device "nic" on vIOMMU "smmu"
      When it destroys HWPT "stage1"
      And it destroys vDEVICE "guest nic"
      And it destroys vIOMMU "smmu"
      Then it succeeds

      @HWPT-26
      Examples: another type
        | type                     | length  | place         | errno      |
        | VTD_S1                   | 4 bytes | buffer "list" | EOPNOTSUPP |
        | bit 31                   | 4 bytes | buffer "list" | EOPNOTSUPP |

      Examples: data that are too short, or cannot be read
        | type                     | length  | place         | errno      |
        | IOMMU_HWPT_DATA_SELFTEST | 3 bytes | buffer "list" | EINVAL     |
        | IOMMU_HWPT_DATA_SELFTEST | 4 bytes | a bad pointer | EFAULT     |

    @HWPT-27 @needs:noiommu-device
    Scenario: a device in noiommu mode is behind no vIOMMU
      Given a device "bare" in noiommu mode attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "bare"            |
        | pt_id     | vIOMMU "smmu"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  | 4 bytes                  |
        | data_uptr | buffer "list"            |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys vDEVICE "guest nic"
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @HWPT-27
    Scenario: a nested page table holds its vIOMMU
      Given a nested HWPT "stage1" for device "nic" on vIOMMU "smmu"
      When it destroys vDEVICE "guest nic"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      And HWPT "stage1" has lost the cache entries "none"
      When it destroys HWPT "stage1"
      Then it succeeds
      And HWPT "stage1" no longer exists
      When it destroys vIOMMU "smmu"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

  Rule: a call without entries asks whether the type is known

    @INV-14
    Scenario: a call with no entries succeeds for the type of mock devices
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             0 |
        | entry_len |       0 bytes |
        | data_uptr | null          |
      Then it succeeds
      And it wrote nothing back
      And device "nic" has lost the cache entries "none"

    @INV-14
    Scenario Outline: <num> entries of the type <type> are refused
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | data_type | <type>        |
        | entry_num | <num>         |
        | entry_len |      12 bytes |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |
      And device "nic" has lost the cache entries "none"

      Examples:
        | type       | num |
        | ARM_SMMUV3 |   0 |
        | bit 30     |   0 |
        | ARM_SMMUV3 |   2 |

  Rule: an entry may be shorter or longer than the kernel's, as long as what it does not know is 0

    @INV-15
    Scenario Outline: entries of <length> are taken, with <tail> behind the first 12 bytes
      When it stores struct iommu_viommu_invalidate_selftest in buffer "list" + 12 bytes:
        | flags  |
        | <tail> |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             1 |
        | entry_len | <length>      |
      Then it succeeds
      And it wrote nothing back
      And device "nic" has lost the cache entries "<lost>"

      Examples:
        | length   | tail   | lost |
        |  8 bytes | bit 31 |    0 |
        | 11 bytes | bit 31 |    1 |
        | 12 bytes | bit 31 |    1 |
        | 13 bytes | none   |    1 |
        | 15 bytes | bit 31 |    1 |
        | 16 bytes | none   |    1 |

    @INV-15
    Scenario Outline: entries of <length> are refused, with <tail> behind the first 12 bytes
      When it stores struct iommu_viommu_invalidate_selftest in buffer "list" + 12 bytes:
        | flags  |
        | <tail> |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             1 |
        | entry_len | <length>      |
      Then it fails with E2BIG
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | 0 |
      And device "nic" has lost the cache entries "none"

      Examples:
        | length   | tail   |
        | 13 bytes | bit 0  |
        | 16 bytes | bit 31 |

  Rule: entries take effect one by one, up to the first wrong one

    @MOCK-30
    Scenario Outline: <num> entries take effect, with flags <flags>
      When it stores struct iommu_viommu_invalidate_selftest in buffer "list":
        | flags   | vdev_id | cache_id |
        | <flags> |      16 |        2 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num | <num>         |
        | entry_len |      12 bytes |
      Then it succeeds
      And it wrote nothing back
      And device "nic" has lost the cache entries "<lost>"

      Examples:
        | flags | num | lost       |
        | none  |   1 |          2 |
        | none  |   2 |       2, 3 |
        | none  |   3 |    0, 2, 3 |
        | ALL   |   1 | 0, 1, 2, 3 |

    @INV-16
    Scenario Outline: flags <flags>, vDEVICE <vdev> and cache entry <id> are refused after <done> valid entries
      When it stores struct iommu_viommu_invalidate_selftest in buffer "list" + <offset>:
        | flags   | vdev_id | cache_id |
        | <flags> | <vdev>  | <id>     |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             3 |
        | entry_len |      12 bytes |
      Then it fails with <errno>
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | <done> |
      And device "nic" has lost the cache entries "<lost>"

      Examples: the first or the third
        | flags  | vdev | id | offset   | done | lost | errno      |
        | bit 1  |   16 |  2 |  0 bytes |    0 | none | EOPNOTSUPP |
        | ALL    |    0 |  2 | 24 bytes |    2 | 1, 3 | EINVAL     |

      @INV-17
      Examples: the flag of the second
        | flags  | vdev | id | offset   | done | lost | errno      |
        | bit 31 |   16 |  2 | 12 bytes |    1 |    1 | EOPNOTSUPP |

      @INV-17 @MOCK-30
      Examples: the entry of the second
        | flags  | vdev | id | offset   | done | lost | errno      |
        | none   |   16 |  4 | 12 bytes |    1 |    1 | EINVAL     |

      @MOCK-30
      Examples: the entry of the third
        | flags  | vdev | id | offset   | done | lost | errno      |
        | ALL    |   16 |  4 | 24 bytes |    2 | 1, 3 | EINVAL     |

      @INV-17
      Examples: the vDEVICE of the second
        | flags  | vdev | id | offset   | done | lost | errno      |
        | none   |   17 |  2 | 12 bytes |    1 |    1 | EINVAL     |

    @INV-12
    Scenario: the second entry lies in memory that cannot be read
      Given a buffer "pages" of 2 pages
      And it stores struct iommu_viommu_invalidate_selftest in buffer "pages" + 1 page - 12 bytes:
        | flags | vdev_id | cache_id |
        | none  |      16 |        2 |
      And an inaccessible buffer "rest" of 1 page over buffer "pages" + 1 page
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu"                      |
        | data_uptr | buffer "pages" + 1 page - 12 bytes |
        | entry_num |                                  2 |
        | entry_len |                           12 bytes |
      Then it fails with EFAULT
      And it returns:
        | entry_num | 0 |
      And device "nic" has lost the cache entries "none"

  Rule: the test driver tells what a cache entry of a device holds

    @MOCK-19
    Scenario Outline: entry <id> is compared with <value>
      When it calls IOMMU_TEST_CMD with:
        | op                    | DEV_CHECK_CACHE |
        | id                    | device "nic"    |
        | check_dev_cache.id    | <id>            |
        | check_dev_cache.cache | <value>         |
      Then it <verdict>
      And device "nic" has lost the cache entries "none"

      Examples:
        | id     | value                        | verdict           |
        |      0 | IOMMU_TEST_DEV_CACHE_DEFAULT | succeeds          |
        |      3 | IOMMU_TEST_DEV_CACHE_DEFAULT | succeeds          |
        |      3 |                            0 | fails with EINVAL |
        |      4 | IOMMU_TEST_DEV_CACHE_DEFAULT | fails with EINVAL |
        | bit 31 | IOMMU_TEST_DEV_CACHE_DEFAULT | fails with EINVAL |
