Feature: IOMMU_OPTION

  Reads or sets an option: the rlimit mode of the file, or the huge pages option of an IOAS. The rlimit mode says whose
  pinned memory RLIMIT_MEMLOCK limits: 0 that of a user, 1 that of a process, as VFIO has always done it.

  Background:
    Given an iommufd

  Rule: an unknown option or operation is refused, and so is a reserved field that is not 0

    @OPT-01
    Scenario Outline: option <id> of <on> is refused for operation <op>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | <id> |
        | op        | <op> |
        | val64     |    1 |
        | object_id | <on> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | id         | op  | on           |
        |          2 | GET | none         |
        |          2 | SET | none         |
        |          2 | GET | IOAS "guest" |
        | 4294967295 | GET | none         |

    @OPT-02
    Scenario Outline: a reserved field of <value> is refused for the option <option> and operation <op>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | __reserved | <value>  |
        | option_id  | <option> |
        | object_id  | <on>     |
        | op         | <op>     |
        | val64      |        0 |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | value  | option      | on             | op  |
        |      1 | RLIMIT_MODE | none           | GET |
        | bit 15 | RLIMIT_MODE | none           | GET |
        |      1 | HUGE_PAGES  | IOAS "guest"   | SET |
        | bit 15 | HUGE_PAGES  | IOAS "guest"   | SET |
        |      1 | HUGE_PAGES  | no such object | GET |
        |      1 | RLIMIT_MODE | none           | SET |

    @OPT-03
    Scenario Outline: operation <op> of the option <option> of <on> is refused
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | <option> |
        | object_id | <on>     |
        | op        | <op>     |
        | val64     | <value>  |
      Then it fails with <errno>
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | option      | on             | op    | value | errno      |
        | RLIMIT_MODE | none           |     2 |     0 | EOPNOTSUPP |
        | RLIMIT_MODE | none           | 65535 |     9 | EOPNOTSUPP |
        | HUGE_PAGES  | IOAS "guest"   |     2 |     0 | EOPNOTSUPP |
        | HUGE_PAGES  | IOAS "guest"   | 65535 |     9 | EOPNOTSUPP |
        | HUGE_PAGES  | no such object |     2 |     0 | ENOENT     |

  Rule: the rlimit mode is an option of the file

    @OPT-04
    Scenario Outline: operation <op> of the rlimit mode is refused for <on>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | RLIMIT_MODE |
        | object_id | <on>        |
        | op        | <op>        |
        | val64     |           0 |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | op  | on             |
        | GET | IOAS "guest"   |
        | SET | IOAS "guest"   |
        | GET | no such object |

    @OPT-05
    Scenario: it is 0 at first
      When it calls IOMMU_OPTION with:
        | option_id | RLIMIT_MODE |
        | op        | GET         |
        | val64     | U64_MAX     |
      Then it returns:
        | val64 | 0 |

    @OPT-05 @needs:vfio-container
    Scenario: it is 1 at first on /dev/vfio/vfio
      Given an iommufd "container" opened as /dev/vfio/vfio
      Then the rlimit mode of iommufd "container" is 1
      And the rlimit mode of the iommufd is 0

    @OPT-09
    Scenario: it can be set and set back
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1
      When it sets the rlimit mode of the iommufd to 0
      Then it succeeds
      And the rlimit mode of the iommufd is 0

    @OPT-09
    Scenario: it belongs to one file
      Given an iommufd "other"
      When it sets the rlimit mode of iommufd "other" to 1
      Then it succeeds
      And the rlimit mode of iommufd "other" is 1
      And the rlimit mode of the iommufd is 0

    @OPT-08
    Scenario Outline: it is not <value>, and stays <before>
      Given it sets the rlimit mode of the iommufd to <before>
      When it calls IOMMU_OPTION with:
        | option_id | RLIMIT_MODE |
        | op        | SET         |
        | val64     | <value>     |
      Then it fails with EINVAL
      And the rlimit mode of the iommufd is <before>

      Examples:
        | value          | before |
        |              2 |      0 |
        |              2 |      1 |
        | U64_MAX        |      0 |
        |          4 GiB |      1 |
        | 4 GiB + 1 byte |      0 |

  Rule: setting the rlimit mode needs CAP_SYS_RESOURCE, and a file without objects

    @OPT-06 @needs:processes @needs:limits
    Scenario Outline: a process without CAP_SYS_RESOURCE sets it to <value>
      Given a process "helper" without SYS_RESOURCE
      When process "helper" sets the rlimit mode of the iommufd to <value>
      Then it fails with EPERM
      And the rlimit mode of the iommufd is 0

      Examples:
        | value |
        |     1 |
        |     0 |
        |     2 |

    @OPT-06 @OPT-07 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RESOURCE sets it while an object exists
      Given an IOAS "guest"
      And a process "helper" without SYS_RESOURCE
      When process "helper" sets the rlimit mode of the iommufd to 2
      Then it fails with EPERM
      When it sets the rlimit mode of the iommufd to 2
      Then it fails with EBUSY

    @OPT-06 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RESOURCE reads it
      Given it sets the rlimit mode of the iommufd to 1
      And a process "helper" without SYS_RESOURCE
      When process "helper" calls IOMMU_OPTION
      Then it succeeds
      And it returns:
        | val64 | 1 |

    @OPT-07
    Scenario Outline: <value> is refused while an IOAS exists
      Given an IOAS "guest"
      When it sets the rlimit mode of the iommufd to <value>
      Then it fails with EBUSY
      And the rlimit mode of the iommufd is 0

      Examples:
        | value |
        |     1 |
        |     0 |
        |     2 |

    @OPT-07 @needs:fault-queue
    Scenario: an object of any type counts
      Given a fault queue "faults"
      When it sets the rlimit mode of the iommufd to 1
      Then it fails with EBUSY
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      And it sets the rlimit mode of the iommufd to 1
      Then it succeeds

    @OPT-07
    Scenario: an object of another file does not count
      Given an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1

    @OPT-10
    Scenario: it can be set again when the last object is gone
      Given an IOAS "one"
      And an IOAS "two"
      When it destroys IOAS "one"
      And it sets the rlimit mode of the iommufd to 1
      Then it fails with EBUSY
      When it destroys IOAS "two"
      And it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1

    @OPT-10 @OBJ-33
    Scenario: an object that was not made does not count
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds

  Rule: nothing is written back but the value

    @OPT-20
    Scenario Outline: only the value of the option <option> is written
      Given an IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      When it calls IOMMU_OPTION with <tail> appended and:
        | option_id | <option> |
        | object_id | <on>     |
        | op        | GET      |
        | val64     | U64_MAX  |
      Then it succeeds
      And it wrote back only "val64"
      And it returns:
        | val64 | 0 |

      Examples:
        | option      | on           | tail         |
        | RLIMIT_MODE | none         | 8 zero bytes |
        | HUGE_PAGES  | IOAS "guest" |  1 zero byte |

    @OPT-20
    Scenario: a value that is set is read back
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | SET          |
        | val64     |            0 |
      Then it succeeds
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page
