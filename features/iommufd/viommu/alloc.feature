@needs:viommu
Feature: IOMMU_VIOMMU_ALLOC
  A vIOMMU is the part of a physical IOMMU that one guest uses. It is made on a nesting parent, the page table that
  translates the guest's memory, for the IOMMU of one device. The page tables of the guest, its devices, its event queues
  and its hardware queues are made on the vIOMMU and hold it.

  Rule: flags and type are looked at before any object

    @VIOMMU-01
    Scenario Outline: <field> <value> is refused
      Given an iommufd
      When it calls IOMMU_VIOMMU_ALLOC with:
        | <field> | <value>        |
        | dev_id  | no such object |
        | hwpt_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | field | value   |
        | flags | bit 0   |
        | flags | bit 31  |
        | type  | DEFAULT |

    @VIOMMU-02
    Scenario: an id names no device
      Given an iommufd
      And an IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | dev_id | no such object |
      Then it fails with ENOENT
      When it calls IOMMU_VIOMMU_ALLOC with:
        | dev_id | IOAS "guest" |
      Then it fails with ENOENT

  Rule: the IOMMU of the device must have vIOMMUs of that type

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"

    @VIOMMU-03 @needs:device @needs:test-cmd @needs:nesting
    Scenario Outline: type <type> is refused for a mock device
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>         |
        | hwpt_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | type           |
        | ARM_SMMUV3     |
        | TEGRA241_CMDQV |
        |     3735928558 |
        |     4294967295 |

    @VIOMMU-15 @needs:intel-iommu
    Scenario Outline: type <type> is refused behind VT-d
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>                         |
        | hwpt_id | the page table of device "nic" |
      Then it fails with EOPNOTSUPP

      Examples:
        | type       |
        | ARM_SMMUV3 |
        | SELFTEST   |
        |          7 |

    @VIOMMU-03 @needs:virtio-iommu
    Scenario Outline: type <type> is refused behind a virtio-iommu
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>         |
        | hwpt_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | type       |
        | ARM_SMMUV3 |
        | SELFTEST   |
        |          7 |

    @VIOMMU-14 @needs:amd-iommu
    Scenario Outline: type <type> is refused behind an AMD IOMMU without a nesting parent
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>         |
        | hwpt_id | no such object |
      Then it fails with ENOENT
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>                         |
        | hwpt_id | the page table of device "nic" |
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | type       |
        | ARM_SMMUV3 |
        | SELFTEST   |
        |          7 |
        | bit 31     |

    @VIOMMU-14 @needs:amd-nesting
    Scenario Outline: type <type> is made behind an AMD IOMMU
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>        |
        | hwpt_id | HWPT "parent" |
      Then it made vIOMMU "guest"
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "guest"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | type       |
        | ARM_SMMUV3 |
        | SELFTEST   |
        |          7 |
        | bit 31     |

  @needs:device @needs:test-cmd @needs:nesting
  Rule: a vIOMMU is made on a nesting parent

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"

    @VIOMMU-04
    Scenario: ids that name no page table of an IOAS are refused
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage 1" for device "nic" on HWPT "parent"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | no such object |
      Then it fails with ENOENT
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | IOAS "guest" |
      Then it fails with ENOENT
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | HWPT "stage 1" |
      Then it fails with ENOENT
      And it wrote nothing back

    @VIOMMU-05
    Scenario: page tables that are no nesting parents are refused
      Given an HWPT "manual" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | HWPT "manual" |
      Then it fails with EINVAL
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | the page table of device "nic" |
      Then it fails with EINVAL
      And nothing has changed
      When it destroys HWPT "manual"
      Then it succeeds

    @VIOMMU-06 @OBJ-32
    Scenario: the parent cannot be destroyed before the vIOMMU
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | hwpt_id | HWPT "parent" |
      Then it succeeds
      And it wrote back only "out_viommu_id"
      And it returns:
        | out_viommu_id | 6 |
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys object 6
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

    @VIOMMU-07
    Scenario: two vIOMMUs on one parent, which either holds
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "one" for device "nic" on HWPT "parent"
      And a vIOMMU "other" for device "nic" on HWPT "parent"
      When it destroys vIOMMU "one"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "other"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

    @VIOMMU-06
    Scenario: the device that it was made for may be closed first
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it detaches device "nic"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "smmu"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

  @needs:device @needs:test-cmd @needs:nesting
  Rule: a vIOMMU may be given data for its driver, which answers in the same place

    Background:
      Given an iommufd
      And an IOAS "guest"

    @VIOMMU-08
    Scenario: the struct of the first release has no data
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with a size of 24 bytes
      Then it succeeds
      And it wrote back only "out_viommu_id"
      When it destroys HWPT "parent"
      Then it fails with EBUSY

    @VIOMMU-08 @VIOMMU-09
    Scenario: without a length the address of the data is not looked at
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | data_uptr | a bad pointer |
      Then it succeeds
      And it wrote back only "out_viommu_id"
      When it destroys HWPT "parent"
      Then it fails with EBUSY

    @VIOMMU-09
    Scenario Outline: data of <length> are refused
      Given a buffer "data" of 1 page
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | data_len  | <length>      |
        | data_uptr | buffer "data" |
      Then it fails with EINVAL
      And it finds pattern "data" in buffer "data"
      When it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | length   |
        |   1 byte |
        |  7 bytes |
        | 25 bytes |
        |   1 page |

    @VIOMMU-09
    Scenario Outline: data in <where> are refused
      Given <memory>
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it fails with EFAULT
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds
      When it mmaps the iommufd as "page" with:
        | offset |  1 page |
        | length | 2 pages |
      Then it fails with ENXIO

      Examples:
        | where                       | memory                                  |
        | memory that cannot be read  | an inaccessible buffer "data" of 1 page |
        | memory that is not writable | a read-only buffer "data" of 1 page     |

    @VIOMMU-09
    Scenario Outline: a mock vIOMMU returns <data>
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data <data> on HWPT "parent"
      Then it returns:
        | in_data         | <data>  |
        | out_data        | <data>  |
        | out_mmap_length | 2 pages |

      @VIOMMU-10
      Examples:
        | data       |
        |          1 |
        | 3405705229 |

  @needs:device @needs:test-cmd @needs:nesting
  Rule: what is made on a vIOMMU holds it

    Background:
      Given an iommufd
      And an IOAS "guest"

    @OBJ-15 @OBJ-32
    Scenario: a page table of the guest holds it
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it destroys HWPT "stage 1"
      Then it succeeds
      When it destroys vIOMMU "smmu"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

    @OBJ-15 @needs:hw-queue
    Scenario Outline: the <kind> holds it
      Given a buffer "ram" of 1 page
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And <a> <kind> "part" on vIOMMU "smmu"
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it destroys <kind> "part"
      Then it succeeds
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | a  | kind     |
        | a  | vDEVICE  |
        | an | HW queue |

    @OBJ-15 @OBJ-16 @needs:veventq
    Scenario: an event queue, which its file holds, holds it
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vEVENTQ "events" on vIOMMU "smmu"
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it destroys vEVENTQ "events"
      Then it fails with EBUSY
      When it closes vEVENTQ "events"
      And it destroys vEVENTQ "events"
      Then it succeeds
      When it destroys vIOMMU "smmu"
      Then it succeeds
