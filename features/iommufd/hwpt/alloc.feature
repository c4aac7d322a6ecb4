@needs:device @needs:hwpt-alloc
Feature: IOMMU_HWPT_ALLOC
  Makes a page table for the IOMMU of a device, with everything that is mapped in an IOAS. Nothing has to be attached to
  it for that. With a page table in place of an IOAS it makes a nested one: nested.feature.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "ram" of 8 pages

  Rule: the fields have to fit together before any object is looked up

    @HWPT-01
    Scenario Outline: a reserved field of <value> is refused, for <device>
      When it calls IOMMU_HWPT_ALLOC with:
        | __reserved | <value>  |
        | dev_id     | <device> |
        | data_type  | <type>   |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      Examples:
        | value  | device         | type   |
        | bit 0  | device "nic"   | NONE   |
        | bit 31 | device "nic"   | NONE   |
        | bit 0  | no such object | bit 31 |

    @HWPT-02
    Scenario Outline: data of type <type> with <length> are refused, for <device>
      When it calls IOMMU_HWPT_ALLOC with:
        | data_type | <type>       |
        | data_len  | <length>     |
        | data_uptr | buffer "ram" |
        | dev_id    | <device>     |
      Then it fails with EINVAL
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | type   | length  | device         |
        | NONE   |  1 byte | device "nic"   |
        | NONE   | 8 bytes | device "nic"   |
        | NONE   |  1 byte | no such object |
        | VTD_S1 | 0 bytes | device "nic"   |
        | bit 31 | 0 bytes | device "nic"   |
        | bit 31 | 0 bytes | no such object |

  Rule: dev_id is a bound device, and pt_id something that page tables are made of

    @HWPT-03
    Scenario Outline: <object> is refused in place of a device, for a pt_id of <table>
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | <object> |
        | pt_id  | <table>  |
      Then it fails with ENOENT
      And it wrote nothing back
      And nothing has changed

      Examples:
        | object                         | table          |
        | no such object                 | IOAS "guest"   |
        | IOAS "guest"                   | IOAS "guest"   |
        | the page table of device "nic" | IOAS "guest"   |
        | no such object                 | no such object |

    @HWPT-04
    Scenario Outline: a pt_id that does not exist is refused, with flags <flags>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | no such object |
        | flags | <flags>        |
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | flags  |
        | none   |
        | bit 31 |

    @HWPT-05
    Scenario: a device is refused in place of an IOAS
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | device "nic" |
      Then it fails with EINVAL
      And it wrote nothing back

    @HWPT-05 @needs:fault-queue
    Scenario: a fault queue is refused in place of an IOAS
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | fault queue "faults" |
      Then it fails with EINVAL
      And it wrote nothing back

  Rule: what this kernel or this IOMMU does not do is refused

    @HWPT-07
    Scenario Outline: flags <flags> are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | flags               |
        | bit 4               |
        | bit 31              |
        | NEST_PARENT, bit 4  |
        | NEST_PARENT, bit 31 |

    @HWPT-08 @needs:basic-iommu
    Scenario: a nesting parent is refused where the IOMMU cannot nest
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And HWPT "tables" exists

    @HWPT-09 @needs:fault-queue @needs:test-cmd
    Scenario Outline: a nesting parent with a fault queue is refused, <queue>
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | NEST_PARENT, FAULT_ID_VALID |
        | fault_id | <queue>                     |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      And HWPT "parent" exists

      Examples:
        | queue                |
        | fault queue "faults" |
        | no such object       |

    @HWPT-10 @needs:test-cmd
    Scenario: dirty tracking is refused for a mock device that has none
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS          |
        | id                          | IOAS "other"               |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_NO_DIRTY |
      Then it made bound device "plain"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | bound device "plain" |
        | flags  | DIRTY_TRACKING       |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | bound device "plain" |
      Then it made HWPT "tables"
      And HWPT "tables" exists

    @HWPT-10 @needs:basic-iommu
    Scenario: dirty tracking is refused where the IOMMU has none
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | DIRTY_TRACKING |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And HWPT "tables" exists

    @HWPT-11 @needs:test-cmd
    Scenario: a page table that tracks dirty pages takes no device that does not
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | DIRTY_TRACKING |
      Then it made HWPT "tables"
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS          |
        | id                          | HWPT "tables"              |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_NO_DIRTY |
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "tables"
      Then it succeeds
      When it destroys HWPT "tables"
      Then it fails with EBUSY
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN   |
        | id | HWPT "tables" |
      Then it succeeds

    @HWPT-15 @needs:vfio-device
    Scenario Outline: data of type <type> are refused for a page table of a real IOMMU
      When it calls IOMMU_HWPT_ALLOC with:
        | data_type | <type>       |
        | data_len  |     24 bytes |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | type       |
        | VTD_S1     |
        | ARM_SMMUV3 |
        | bit 31     |

  Rule: a fault queue is looked up last

    @HWPT-12 @needs:fault-queue @needs:hwpt-flags
    Scenario: a page table with a fault queue is made
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID       |
        | fault_id | fault queue "faults" |
      Then it made HWPT "tables"
      And HWPT "tables" exists
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When it destroys HWPT "tables"
      And it destroys fault queue "faults"
      Then it succeeds

    @HWPT-12 @needs:fault-queue @needs:hwpt-flags
    Scenario Outline: <object> is refused in place of a fault queue
      Given an HWPT "first" for device "nic" on IOAS "guest"
      And it destroys HWPT "first"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID |
        | fault_id | <object>       |
      Then it fails with ENOENT
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC
      Then it succeeds
      And it returns:
        | out_hwpt_id | HWPT "first" |

      @HWPT-13
      Examples:
        | object         |
        | no such object |
        | IOAS "guest"   |
        | device "nic"   |

    @HWPT-12 @HWPT-13 @needs:fault-queue @needs:hwpt-flags
    Scenario: a missing fault queue is told after a mapping that the page table cannot have
      Given it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID |
        | fault_id | no such object |
      Then it fails with EADDRINUSE

    @HWPT-14 @needs:fault-queue
    Scenario Outline: a fault_id of <object> does not matter without the flag
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | none     |
        | fault_id | <object> |
      Then it made HWPT "tables"
      And HWPT "tables" exists
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys HWPT "tables"
      Then it succeeds
      And HWPT "tables" no longer exists

      Examples:
        | object               |
        | fault queue "faults" |
        | no such object       |

  Rule: the id of the page table is all that is told

    @HWPT-28
    Scenario: only out_hwpt_id is written
      When it calls IOMMU_HWPT_ALLOC with:
        | out_hwpt_id | bit 31  |
        | data_uptr   | U64_MAX |
      Then it succeeds
      And it wrote back only "out_hwpt_id"
      And it made HWPT "tables"
      And HWPT "tables" exists

  Rule: page tables on top of each other are those of one IOMMU

    @HWPT-16 @needs:test-cmd @needs:vfio-device
    Scenario Outline: a parent of a mock device is refused behind a VT-d, with <length> of data of type <type>
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN_FLAGS |
        | id | IOAS "guest"      |
      Then it made bound device "mock"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | bound device "mock" |
        | flags  | NEST_PARENT         |
      Then it made HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "ram"  |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | length   | type                     |
        | 24 bytes | VTD_S1                   |
        |  4 bytes | IOMMU_HWPT_DATA_SELFTEST |

    @HWPT-24 @needs:test-cmd @needs:vfio-device @needs:viommu
    Scenario Outline: a vIOMMU of a mock device is refused behind a VT-d, with <length> of data of type <type>
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN_FLAGS |
        | id | IOAS "guest"      |
      Then it made bound device "mock"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | bound device "mock" |
        | flags  | NEST_PARENT         |
      Then it made HWPT "parent"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | dev_id  | bound device "mock" |
        | hwpt_id | HWPT "parent"       |
      Then it made vIOMMU "smmu"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu" |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | buffer "ram"  |
      Then it fails with EINVAL
      And it wrote nothing back
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | length   | type                     |
        | 24 bytes | VTD_S1                   |
        |  4 bytes | IOMMU_HWPT_DATA_SELFTEST |

  Rule: the test driver takes data for a page table

    @HWPT-40 @needs:test-cmd
    Scenario Outline: <type> is taken as the kind of page table
      When it stores struct iommu_hwpt_selftest in buffer "ram":
        | iotlb | pagetable_type |
        |     0 | <type>         |
      And it calls IOMMU_HWPT_ALLOC with:
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  |                  8 bytes |
        | data_uptr | buffer "ram"             |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | <first> | <last> |
      And the IOVA alignment of IOAS "guest" is <alignment>

      Examples:
        | type                 | first  | last             | alignment |
        | MOCK_IOMMUPT_DEFAULT | 16 MiB |   2 GiB - 1 byte |     2 KiB |
        | MOCK_IOMMUPT_HUGE    |      0 | 256 GiB - 1 byte |     4 KiB |

    @HWPT-40 @needs:test-cmd
    Scenario Outline: data of type <data> are refused, with <type> as the kind of page table
      When it stores struct iommu_hwpt_selftest in buffer "ram":
        | iotlb | pagetable_type |
        |     0 | <type>         |
      And it calls IOMMU_HWPT_ALLOC with:
        | data_type | <data>       |
        | data_len  |      8 bytes |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | data                     | type                 |
        | IOMMU_HWPT_DATA_SELFTEST |                    2 |
        | IOMMU_HWPT_DATA_SELFTEST | bit 31               |
        | VTD_S1                   | MOCK_IOMMUPT_DEFAULT |
        | bit 31                   | MOCK_IOMMUPT_DEFAULT |

  Rule: what the IOMMU or its driver lacks is refused

    Scenario Outline: flags <flags>, which <iommu> lacks, are refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And HWPT "tables" exists

      @HWPT-08 @needs:virtio-iommu
      Examples: a virtio-iommu cannot nest
        | iommu          | flags                       |
        | a virtio-iommu | NEST_PARENT                 |

      @HWPT-10 @needs:virtio-iommu
      Examples: a virtio-iommu tracks nothing
        | iommu          | flags                       |
        | a virtio-iommu | DIRTY_TRACKING              |

      @HWPT-08 @HWPT-10 @needs:virtio-iommu
      Examples: a virtio-iommu does neither
        | iommu          | flags                       |
        | a virtio-iommu | NEST_PARENT, DIRTY_TRACKING |

      @HWPT-08 @needs:amd-iommu
      Examples: an AMD IOMMU cannot nest
        | iommu        | flags                       |
        | an AMD IOMMU | NEST_PARENT                 |

      @HWPT-10 @needs:amd-iommu
      Examples: an AMD IOMMU tracks nothing
        | iommu        | flags                       |
        | an AMD IOMMU | DIRTY_TRACKING              |

      @HWPT-08 @HWPT-10 @needs:amd-iommu
      Examples: an AMD IOMMU does neither
        | iommu        | flags                       |
        | an AMD IOMMU | NEST_PARENT, DIRTY_TRACKING |

    @PASID-17
    Scenario Outline: a page table for PASIDs, which <iommu> lacks, is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | flags | PASID                          |
        | pasid | 1                              |
        | pt_id | the page table of device "nic" |
      Then it fails with EINVAL
      And nothing has changed

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

    @HWPT-43 @needs:fault-queue @needs:virtio-iommu
    Scenario Outline: a fault queue, <queue>, is refused by an IOMMU whose driver takes no flags
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID |
        | fault_id | <queue>        |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys fault queue "faults"
      Then it fails with EBUSY
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds

      Examples:
        | queue                |
        | fault queue "faults" |
        | no such object       |

    @HWPT-39 @needs:amd-iommu
    Scenario Outline: flags <flags> do not go together behind an AMD IOMMU
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | flags                              |
        | NEST_PARENT, PASID                 |
        | DIRTY_TRACKING, PASID              |
        | NEST_PARENT, DIRTY_TRACKING, PASID |

    @HWPT-39 @needs:amd-nesting
    Scenario: an AMD IOMMU makes a nesting parent, but not one for PASIDs
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      And HWPT "parent" exists
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT, PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

  Rule: an AMD IOMMU takes no page table of a guest, though it makes nesting parents and vIOMMUs

    @HWPT-38 @needs:amd-iommu
    Scenario Outline: a nested page table with data of type <type> is refused, where the parent is <parent>
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | <parent>     |
        | data_type | <type>       |
        | data_len  |     32 bytes |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | parent                         | type      |
        | HWPT "tables"                  | AMD_GUEST |
        | HWPT "tables"                  | VTD_S1    |
        | the page table of device "nic" | AMD_GUEST |

    @HWPT-38 @needs:amd-nesting
    Scenario: a nested page table on a nesting parent is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | AMD_GUEST     |
        | data_len  |      32 bytes |
        | data_uptr | buffer "ram"  |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

    @HWPT-25 @HWPT-38 @INV-05 @needs:amd-nesting
    Scenario: a vIOMMU has neither nested page tables nor invalidations
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | 7             |
        | hwpt_id | HWPT "parent" |
      Then it made vIOMMU "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  |       32 bytes |
        | data_uptr | buffer "ram"   |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "guest" |
        | data_type | VTD_S1         |
        | data_uptr | buffer "ram"   |
        | entry_len |       16 bytes |
        | entry_num |              1 |
      Then it fails with EOPNOTSUPP
      And it returns:
        | entry_num | 0 |
      When it destroys vIOMMU "guest"
      Then it succeeds
