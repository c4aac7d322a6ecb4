@needs:device @needs:hwpt-alloc @needs:test-cmd
Feature: IOMMU_HWPT_INVALIDATE
  Drops what an IOMMU has cached of the page table of a guest, when the guest says that it has changed it. The entries
  are commands in the form of the hardware; entry_num tells how many the kernel took before one was wrong. The test
  driver has entries that drop one of the four IOTLB entries of a nested page table, or all.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a nested HWPT "stage1" for device "nic" on HWPT "parent"
    And a buffer "list" of 2 pages
    And it stores an array of struct iommu_hwpt_invalidate_selftest in buffer "list":
      | flags | iotlb_id |
      | none  |        1 |
      | none  |        3 |
      | none  |        0 |

  Rule: the fields are looked at before any object is looked up, and entry_num is always told

    @INV-01
    Scenario Outline: a reserved field of <value> is refused, for <table> and <num> entries of <len>
      When it calls IOMMU_HWPT_INVALIDATE with:
        | __reserved | <value> |
        | hwpt_id    | <table> |
        | entry_num  | <num>   |
        | entry_len  | <len>   |
      Then it fails with EOPNOTSUPP
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | value  | table          | num | len     |
        | bit 0  | HWPT "stage1"  |   1 | 8 bytes |
        | bit 31 | HWPT "stage1"  |   3 | 8 bytes |
        | bit 0  | no such object |   1 | 8 bytes |
        | bit 0  | HWPT "stage1"  |   1 | 0 bytes |

    @INV-02
    Scenario Outline: <field> of <value> is refused, for <table>
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | <table> |
        | entry_num |       2 |
        | <field>   | <value> |
      Then it fails with EINVAL
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | field     | value           | table          |
        | data_uptr | null            | HWPT "stage1"  |
        | data_uptr | null            | no such object |
        | entry_len |         0 bytes | HWPT "stage1"  |
        | entry_len |         0 bytes | no such object |
        | entry_len | 1 page + 1 byte | HWPT "stage1"  |
        | entry_len | 1 page + 1 byte | no such object |
        | entry_len |           1 GiB | no such object |
        | entry_num |          524289 | HWPT "stage1"  |
        | entry_num |          524289 | no such object |
        | entry_num |  4 GiB - 1 byte | HWPT "stage1"  |

    @INV-02
    Scenario Outline: <field> of <value> passes, and the object is looked up
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id | no such object |
        | <field> | <value>        |
      Then it fails with ENOENT
      And it returns:
        | entry_num | 0 |

      @INV-03
      Examples:
        | field     | value         |
        | entry_len |        1 page |
        | entry_len |        1 byte |
        | entry_num |        524288 |
        | data_uptr | a bad pointer |

    @INV-02 @INV-12
    Scenario: a call has the most entries that it can, in memory that ends after 512 of them
      Given an untouched buffer "zeros" of 2 pages
      And an inaccessible buffer "rest" of 1 page over buffer "zeros" + 1 page
      When it calls IOMMU_HWPT_INVALIDATE with:
        | data_uptr | buffer "zeros" |
        | entry_num |         524288 |
      Then it fails with EFAULT
      And it returns:
        | entry_num | 512 |
      And HWPT "stage1" has lost the cache entries "0"

  Rule: only a nested page table has something to invalidate

    @INV-03
    Scenario Outline: <object> does not exist and is refused, with <num> entries
      Given a nested HWPT "gone" for device "nic" on HWPT "parent"
      And it destroys HWPT "gone"
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | <object> |
        | entry_num | <num>    |
      Then it fails with ENOENT
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | object         | num |
        | no such object |   0 |
        | no such object |   1 |
        | HWPT "gone"    |   0 |
        | HWPT "gone"    |   2 |

    @INV-04
    Scenario Outline: <object> is refused, with <num> entries
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | <object> |
        | entry_num | <num>    |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | object                         | num |
        | HWPT "parent"                  |   1 |
        | HWPT "parent"                  |   0 |
        | the page table of device "nic" |   1 |
        | IOAS "guest"                   |   1 |
        | device "nic"                   |   2 |

  Rule: a call without entries asks whether the type is known

    @INV-06
    Scenario Outline: a call with no entries of <length> at <address> succeeds
      When it calls IOMMU_HWPT_INVALIDATE with:
        | entry_num |         0 |
        | entry_len | <length>  |
        | data_uptr | <address> |
      Then it succeeds
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | length          | address       |
        |         8 bytes | buffer "list" |
        |         0 bytes | null          |
        | 1 page + 1 byte | a bad pointer |
        |  4 GiB - 1 byte | U64_MAX       |

    @INV-07
    Scenario Outline: a call with no entries of the type <type> fails
      When it calls IOMMU_HWPT_INVALIDATE with:
        | entry_num |      0 |
        | data_type | <type> |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |

      Examples:
        | type   |
        | VTD_S1 |
        | bit 30 |

  Rule: each entry has the type and the length that the driver knows

    @INV-08
    Scenario Outline: entries of the type <type> are refused
      When it calls IOMMU_HWPT_INVALIDATE with:
        | data_type | <type> |
        | entry_num |      3 |
      Then it fails with EINVAL
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | type   |
        | VTD_S1 |
        | bit 30 |

    @INV-09
    Scenario Outline: entries of <length> are refused
      When it calls IOMMU_HWPT_INVALIDATE with:
        | entry_len | <length> |
        | entry_num |        2 |
      Then it fails with EINVAL
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | 0 |
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | length   |
        |   1 byte |
        |  7 bytes |
        |  9 bytes |
        | 16 bytes |
        |   1 page |

  Rule: entries take effect one by one, up to the first wrong one

    @INV-11
    Scenario Outline: <num> valid entries take effect
      Given a nested HWPT "neighbour" for device "nic" on HWPT "parent"
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | entry_num | <num>         |
      Then it succeeds
      And it wrote nothing back
      And HWPT "stage1" has lost the cache entries "<lost>"
      And HWPT "neighbour" has lost the cache entries "none"

      Examples:
        | num | lost    |
        |   1 |       1 |
        |   2 |    1, 3 |
        |   3 | 0, 1, 3 |

    @INV-11 @MOCK-30
    Scenario: one entry drops everything
      When it stores struct iommu_hwpt_invalidate_selftest in buffer "list":
        | flags | iotlb_id |
        | ALL   |        2 |
      And it calls IOMMU_HWPT_INVALIDATE
      Then it succeeds
      And it wrote nothing back
      And HWPT "stage1" has lost the cache entries "0, 1, 2, 3"

    @INV-11
    Scenario: entries are of a page table that a device is attached to
      When it attaches device "nic" to HWPT "stage1"
      And it calls IOMMU_HWPT_INVALIDATE with:
        | entry_num | 2 |
      Then it succeeds
      And it returns:
        | entry_num | 2 |
      And HWPT "stage1" has lost the cache entries "1, 3"

    @INV-10
    Scenario Outline: flags <flags> and IOTLB entry <id> are refused after <done> valid entries
      When it stores struct iommu_hwpt_invalidate_selftest in buffer "list" + <offset>:
        | flags   | iotlb_id |
        | <flags> | <id>     |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | entry_num | 3 |
      Then it fails with <errno>
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | <done> |
      And HWPT "stage1" has lost the cache entries "<lost>"

      @MOCK-30
      Examples: an entry that is not there
        | flags      | id     | offset   | done | lost | errno      |
        | none       |      4 |  0 bytes |    0 | none | EINVAL     |
        | none       |      4 |  8 bytes |    1 |    1 | EINVAL     |
        | none       | bit 31 | 16 bytes |    2 | 1, 3 | EINVAL     |
        | ALL        |      4 |  8 bytes |    1 |    1 | EINVAL     |

      Examples: a flag that is not there
        | flags      | id     | offset   | done | lost | errno      |
        | bit 1      |      2 |  8 bytes |    1 |    1 | EOPNOTSUPP |
        | ALL, bit 1 |      2 | 16 bytes |    2 | 1, 3 | EOPNOTSUPP |
        | bit 31     |      4 |  8 bytes |    1 |    1 | EOPNOTSUPP |

  Rule: memory that cannot be read or written stops the call where it is met

    @INV-12
    Scenario Outline: <done> of the entries at <offset> are in memory that can be read
      Given a buffer "pages" of 2 pages
      And it stores an array of struct iommu_hwpt_invalidate_selftest in buffer "pages" + 1 page - 16 bytes:
        | flags | iotlb_id |
        | none  |        2 |
        | none  |        1 |
      And an inaccessible buffer "rest" of 1 page over buffer "pages" + 1 page
      When it calls IOMMU_HWPT_INVALIDATE with:
        | data_uptr | buffer "pages" + <offset> |
        | entry_num |                         3 |
      Then it fails with EFAULT
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | <done> |
      And HWPT "stage1" has lost the cache entries "<lost>"

      Examples:
        | offset            | done | lost |
        | 1 page - 16 bytes |    2 | 1, 2 |
        |  1 page - 8 bytes |    1 |    1 |
        |  1 page - 4 bytes |    0 | none |
        |            1 page |    0 | none |

    @INV-13
    Scenario: the struct is in read-only memory
      When it calls IOMMU_HWPT_INVALIDATE with read-only memory and:
        | entry_num | 2 |
      Then it fails with EFAULT
      And HWPT "stage1" has lost the cache entries "1, 3"

    @INV-13
    Scenario: the struct is in read-only memory, and the second entry is wrong
      When it stores struct iommu_hwpt_invalidate_selftest in buffer "list" + 8 bytes:
        | flags | iotlb_id |
        | none  |        4 |
      And it calls IOMMU_HWPT_INVALIDATE with read-only memory and:
        | entry_num | 3 |
      Then it fails with EFAULT
      And HWPT "stage1" has lost the cache entries "1"
