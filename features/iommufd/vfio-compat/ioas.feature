Feature: IOMMU_VFIO_IOAS

  Names the IOAS on which the ioctls of the VFIO container act. Nothing else depends on it.

  Background:
    Given an iommufd
    And an IOAS "guest"

  Rule: an unknown operation is refused, and so is a reserved field that is not 0

    @OPT-29
    Scenario Outline: operation <op> with <reserved> in the reserved field is refused
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op         | <op>       |
        | ioas_id    | <id>       |
        | __reserved | <reserved> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | IOAS "guest" |

      Examples:
        | op    | id             | reserved |
        |     3 | IOAS "guest"   |        0 |
        | 65535 | IOAS "guest"   |        0 |
        | GET   | none           |        1 |
        | SET   | no such object |        1 |
        | CLEAR | none           |        1 |
        | CLEAR | none           | bit 15   |

  Rule: none is set at first

    @OPT-30
    Scenario: a new file has none
      When it calls IOMMU_VFIO_IOAS with:
        | op      | GET            |
        | ioas_id | no such object |
      Then it fails with ENODEV
      And it wrote nothing back

    @OPT-30
    Scenario: what is set on another file does not count
      Given an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it calls IOMMU_VFIO_IOAS on iommufd "other" with:
        | op      | SET           |
        | ioas_id | IOAS "theirs" |
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

  Rule: an IOAS is set, and another one afterwards

    @OPT-32
    Scenario: the one that was set last counts
      Given an IOAS "other"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "other" |
      Then it succeeds
      And it wrote nothing back
      When it calls IOMMU_VFIO_IOAS with:
        | op      | GET        |
        | ioas_id | 4294967295 |
      Then it succeeds
      And it wrote back only "ioas_id"
      And it returns:
        | ioas_id | IOAS "other" |
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | IOAS "guest" |

    @OPT-31
    Scenario Outline: <what> is not set, and the one before stays
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET  |
        | ioas_id | <id> |
      Then it fails with ENOENT
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | IOAS "guest" |

      Examples:
        | what    | id             |
        | no IOAS | no such object |
        | id 0    | none           |
        | id 2    |              2 |

    @OPT-31 @OBJ-05 @needs:fault-queue
    Scenario: a fault queue is not set
      Given a fault queue "faults"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET                  |
        | ioas_id | fault queue "faults" |
      Then it fails with ENOENT
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

    @OPT-31 @OBJ-05 @needs:device
    Scenario: neither a device nor its page table is set
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | device "nic" |
      Then it fails with ENOENT
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET                            |
        | ioas_id | the page table of device "nic" |
      Then it fails with ENOENT

  Rule: it can be cleared, and the IOAS stays

    @OPT-33
    Scenario: one is set
      Given a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls IOMMU_VFIO_IOAS with:
        | op      | CLEAR          |
        | ioas_id | no such object |
      Then it succeeds
      And it wrote nothing back
      And nothing has changed
      And IOAS "guest" exists
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

    @OPT-33
    Scenario: none is set
      When it calls IOMMU_VFIO_IOAS with:
        | op | CLEAR |
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | CLEAR |
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

  Rule: an IOAS that is set can be destroyed, and none is set afterwards

    @OBJ-30 @OPT-34
    Scenario: the one that is set is destroyed
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it destroys IOAS "guest"
      Then it succeeds
      And IOAS "guest" no longer exists
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

    @OBJ-30 @OBJ-02
    Scenario: a new IOAS under its id is not set
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it destroys IOAS "guest"
      Then it succeeds
      Given an IOAS "next"
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV
      And IOAS "next" exists

    @OBJ-30
    Scenario: another one is destroyed
      Given an IOAS "other"
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it destroys IOAS "other"
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op      | GET        |
        | ioas_id | 4294967295 |
      Then it returns:
        | ioas_id | IOAS "guest" |

    @OBJ-30 @OBJ-07 @needs:device
    Scenario: one that is in use stays set
      Given a device "nic" attached to IOAS "guest"
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | IOAS "guest" |
