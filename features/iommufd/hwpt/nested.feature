@needs:device @needs:hwpt-alloc @needs:test-cmd
Feature: nested page tables
  A guest has page tables of its own, which lead to addresses of the guest. IOMMU_HWPT_ALLOC on a nesting parent makes
  the IOMMU walk them, and the parent for each address they lead to. What a nested page table is made of only the driver
  of the IOMMU knows; that of the test devices has no more than the value of its four IOTLB entries.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "data" of 1 page
    And it stores an array of struct iommu_hwpt_selftest in buffer "data":
      | iotlb                    | pagetable_type |
      | IOMMU_TEST_IOTLB_DEFAULT |              0 |
      |                        0 |              0 |
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"

  Rule: a parent has to be made as one

    @HWPT-16
    Scenario Outline: <table> is refused as a parent
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | <table>                  |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys HWPT "tables"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | table                          |
        | HWPT "tables"                  |
        | the page table of device "nic" |

    @HWPT-23
    Scenario: a nested page table is refused as a parent
      Given a nested HWPT "stage1" for device "nic" on HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "stage1"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys HWPT "stage1"
      Then it succeeds

  Rule: a nested page table is made of data that its IOMMU knows

    @HWPT-17
    Scenario Outline: a call without data is refused, with flags <flags>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | NONE          |
        | data_uptr | buffer "data" |
        | flags     | <flags>       |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | flags       |
        | none        |
        | NEST_PARENT |

    @HWPT-17 @HWPT-16
    Scenario: a call with neither data nor a parent is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | the page table of device "nic" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

    @HWPT-18
    Scenario Outline: flags <flags> are refused, with <length> of data
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | flags     | <flags>                  |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  | <length>                 |
        | data_uptr | buffer "data"            |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | flags          | length   |
        | NEST_PARENT    |  4 bytes |
        | DIRTY_TRACKING |  4 bytes |
        | bit 4          |  4 bytes |
        | bit 31         |  4 bytes |
        | bit 31         | 99 bytes |

    @HWPT-19
    Scenario Outline: data of type <type> and <length> are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | type       | length   |
        | VTD_S1     | 24 bytes |
        | ARM_SMMUV3 | 16 bytes |
        | bit 31     |  4 bytes |
        | bit 31     |   1 byte |

    @HWPT-20
    Scenario Outline: data of <length> at <address> are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  | <length>                 |
        | data_uptr | <address>                |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      @MOCK-29
      Examples: too short
        | length   | address       |
        |   1 byte | buffer "data" |
        |  3 bytes | buffer "data" |
        |  3 bytes | a bad pointer |

      Examples: too long
        | length   | address       |
        |  9 bytes | buffer "data" |
        | 16 bytes | buffer "data" |
        |   1 page | buffer "data" |

    @HWPT-21
    Scenario Outline: data at <address> cannot be read
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | <address>                |
      Then it fails with EFAULT
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | address       |
        | null          |
        | a bad pointer |

    @HWPT-21
    Scenario: data are refused whose last byte cannot be read
      Given an inaccessible buffer "rest" of 1 page
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "rest"            |
      Then it fails with EFAULT
      And it wrote nothing back

  Rule: a nested page table holds its parent

    @HWPT-22 @MOCK-29
    Scenario: two nested page tables hold one parent
      Given a nested HWPT "one" for device "nic" on HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it made HWPT "two"
      And HWPT "one" has lost the cache entries "none"
      And HWPT "two" has lost the cache entries "none"
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys HWPT "one"
      Then it succeeds
      And HWPT "one" no longer exists
      And HWPT "two" has lost the cache entries "none"
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys HWPT "two"
      And it destroys HWPT "parent"
      Then it succeeds

    @HWPT-22 @HWPT-28
    Scenario: the data of a nested page table are taken when it is made
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data" + 8 bytes  |
      Then it wrote back only "out_hwpt_id"
      And it made HWPT "stage1"
      And HWPT "stage1" has lost the cache entries "0, 1, 2, 3"
      When it stores struct iommu_hwpt_selftest in buffer "data" + 8 bytes:
        | iotlb                    |
        | IOMMU_TEST_IOTLB_DEFAULT |
      Then HWPT "stage1" has lost the cache entries "0, 1, 2, 3"

    @HWPT-22
    Scenario: mappings reach a device through the parent
      Given a buffer "ram" of 2 pages
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a nested HWPT "stage1" for device "nic" on HWPT "parent"
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 32 MiB read-write
      When it attaches device "nic" to HWPT "stage1"
      Then HWPT "stage1" has lost the cache entries "none"
      When it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 32 MiB .. +1 page

  Rule: the test driver tells what an IOTLB entry of a nested page table holds

    @MOCK-18
    Scenario Outline: entry <id> is compared with <value>
      Given a nested HWPT "stage1" for device "nic" on HWPT "parent"
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_IOTLB |
        | id                | HWPT "stage1"  |
        | check_iotlb.id    | <id>           |
        | check_iotlb.iotlb | <value>        |
      Then it <verdict>
      And HWPT "stage1" has lost the cache entries "none"

      Examples:
        | id     | value                    | verdict           |
        |      0 | IOMMU_TEST_IOTLB_DEFAULT | succeeds          |
        |      3 | IOMMU_TEST_IOTLB_DEFAULT | succeeds          |
        |      3 |                        0 | fails with EINVAL |
        |      4 | IOMMU_TEST_IOTLB_DEFAULT | fails with EINVAL |
        | bit 31 | IOMMU_TEST_IOTLB_DEFAULT | fails with EINVAL |

  Rule: a nested page table that is attached cannot be destroyed

    @OBJ-10
    Scenario: the device moves to another page table
      Given a nested HWPT "stage1" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      And it destroys HWPT "stage1"
      Then it fails with EBUSY
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      And HWPT "stage1" exists
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "stage1"
      Then it succeeds
      And HWPT "stage1" no longer exists

    @OBJ-10
    Scenario: the device is detached
      Given a nested HWPT "stage1" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      And it destroys HWPT "stage1"
      Then it fails with EBUSY
      When it detaches device "nic"
      And it destroys HWPT "stage1"
      Then it succeeds
      And HWPT "stage1" no longer exists

  Rule: a fault queue is looked up when the page table is there

    @HWPT-13 @needs:fault-queue
    Scenario Outline: <object> is refused in place of a fault queue
      Given a nested HWPT "first" for device "nic" on HWPT "parent"
      And it destroys HWPT "first"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | flags     | FAULT_ID_VALID           |
        | fault_id  | <object>                 |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it fails with ENOENT
      And it wrote nothing back
      And HWPT "first" no longer exists
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it succeeds
      And it returns:
        | out_hwpt_id | HWPT "first" |

      Examples:
        | object         |
        | no such object |
        | IOAS "guest"   |
        | HWPT "parent"  |

    @HWPT-13 @needs:fault-queue
    Scenario Outline: a missing fault queue is told after <what> that is wrong as well
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | flags     | FAULT_ID_VALID           |
        | fault_id  | no such object           |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
        | <field>   | <value>                  |
      Then it fails with <errno>
      And it wrote nothing back

      Examples:
        | what      | field     | value          | errno      |
        | a type    | data_type | bit 31         | EOPNOTSUPP |
        | a length  | data_len  |        3 bytes | EINVAL     |
        | a pointer | data_uptr | a bad pointer  | EFAULT     |
        | a parent  | pt_id     | no such object | EINVAL     |
        | a flag    | flags     | bit 2, bit 31  | EOPNOTSUPP |

    @HWPT-13 @needs:fault-queue
    Scenario: a nested page table with a fault queue is made
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"            |
        | flags     | FAULT_ID_VALID           |
        | fault_id  | fault queue "faults"     |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  4 bytes |
        | data_uptr | buffer "data"            |
      Then it made HWPT "stage1"
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When it destroys HWPT "stage1"
      And it destroys fault queue "faults"
      Then it succeeds
