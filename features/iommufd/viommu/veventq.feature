@needs:veventq
Feature: IOMMU_VEVENTQ_ALLOC
  A vEVENTQ holds what a vIOMMU has to tell its VMM, until it is read from a file descriptor. An event is a header of two
  words, flags and sequence, and data of the vIOMMU's type: from the test driver, the virt_id of the device. A queue that
  is full loses further events, and says so in a header without data at its end.

  Rule: the fields of a vEVENTQ itself are looked at before its vIOMMU

    @VEVQ-01
    Scenario Outline: <field> <value> is refused
      Given an iommufd
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | <field>   | <value>        |
        | viommu_id | no such object |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | field      | value   |
        | flags      | bit 0   |
        | flags      | bit 31  |
        | __reserved |       1 |
        | type       | DEFAULT |

    @VEVQ-02
    Scenario Outline: a depth of <depth> is looked at before the missing vIOMMU
      Given an iommufd
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | veventq_depth | <depth>        |
        | viommu_id     | no such object |
      Then it fails with <errno>

      Examples:
        | depth      | errno  |
        |          0 | EINVAL |
        |          1 | ENOENT |
        |     524288 | ENOENT |
        |     524289 | EINVAL |
        | 4294967295 | EINVAL |

    @VEVQ-03
    Scenario: an id names no vIOMMU
      Given an iommufd
      And an IOAS "guest"
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | viommu_id | IOAS "guest" |
      Then it fails with ENOENT
      And it wrote nothing back
      And no file descriptor was left behind

  @needs:test-cmd @needs:nesting
  Rule: a vIOMMU has one queue for each type

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"

    @VEVQ-02 @VEVQ-04
    Scenario: a second queue of a type is refused, and queues of others are made
      Given a vEVENTQ "events" with depth 524288 on vIOMMU "smmu"
      When it calls IOMMU_VEVENTQ_ALLOC
      Then it fails with EEXIST
      And it wrote nothing back
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | type | ARM_SMMUV3 |
      Then it succeeds
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | type | 4294967280 |
      Then it succeeds
      When it closes vEVENTQ "events"
      And it calls IOMMU_VEVENTQ_ALLOC
      Then it fails with EEXIST
      When it destroys vEVENTQ "events"
      And it calls IOMMU_VEVENTQ_ALLOC
      Then it succeeds

    @VEVQ-04
    Scenario: a queue of the same type can be made on another vIOMMU
      Given a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vEVENTQ "events" on vIOMMU "smmu"
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | viommu_id | vIOMMU "other" |
      Then it succeeds
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | viommu_id | vIOMMU "other" |
      Then it fails with EEXIST

    @OBJ-16
    Scenario: a queue that the user cannot be told of is not made
      When it calls IOMMU_VEVENTQ_ALLOC with read-only memory
      Then it fails with EFAULT
      And no file descriptor was left behind
      When it destroys vIOMMU "smmu"
      Then it succeeds

    @VEVQ-04 @needs:limits
    Scenario: no queue is made without room for a file descriptor
      Given it has a nofile limit of 1
      When it calls IOMMU_VEVENTQ_ALLOC
      Then it fails with EMFILE
      And it wrote nothing back
      When it destroys vIOMMU "smmu"
      Then it succeeds

  @needs:test-cmd @needs:nesting
  Rule: the file descriptor is for reading

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vEVENTQ "events" on vIOMMU "smmu"

    @VEVQ-05 @VEVQ-06 @VEVQ-19
    Scenario: an empty queue can be read, and not written
      Given a buffer "in" of 1 page
      When it polls vEVENTQ "events"
      Then it reports ""
      When it writes vEVENTQ "events"
      Then it fails with EINVAL
      When it reads 64 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 0 |
      When it reads 8 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 0 |
      And it finds pattern "in" in buffer "in"

    @VEVQ-07
    Scenario Outline: a read of <size> is refused, with and without an event
      Given a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      And a buffer "in" of 1 page
      When it reads <size> of vEVENTQ "events" into buffer "in"
      Then it fails with EINVAL
      When device "nic" reports 1 event
      And it reads <size> of vEVENTQ "events" into buffer "in"
      Then it fails with EINVAL
      When it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 12 |

      Examples:
        | size    |
        | 0 bytes |
        |  1 byte |
        | 7 bytes |

  @needs:test-cmd @needs:nesting
  Rule: events are read in their order, and only whole

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      And a buffer "in" of 1 page

    @VEVQ-08 @VEVQ-19
    Scenario: one event is read
      When device "nic" reports 1 event
      Then it succeeds
      When it polls vEVENTQ "events"
      Then it reports "IN, RDNORM"
      When it reads 64 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 12 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
      When it polls vEVENTQ "events"
      Then it reports ""

    @VEVQ-10 @VEVQ-11
    Scenario: a read returns as many as fit, whatever is left of the buffer
      When device "nic" reports 5 events
      And it reads 35 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 24 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
        |     0 |        1 |     153 |
      When it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        2 |     153 |
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 24 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        3 |     153 |
        |     0 |        4 |     153 |

    @VEVQ-09
    Scenario Outline: a read of <size> has room for the header only
      When device "nic" reports 1 event
      And it reads <size> of vEVENTQ "events" into buffer "in"
      Then it fails with EINVAL
      And it finds pattern "in" in buffer "in"
      When it polls vEVENTQ "events"
      Then it reports "IN, RDNORM"
      When it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |

      @VEVQ-19
      Examples:
        | size     |
        |  8 bytes |
        | 11 bytes |
