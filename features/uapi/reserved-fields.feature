Feature: flags and reserved fields

  What this kernel does not know yet, it refuses: so a program finds out what a kernel can do, and a later release can
  give those bits a meaning.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write

  Rule: an unknown flag is refused, and so is an unknown option, operation or type

    @ABI-17
    Scenario Outline: <command> refuses <value> in <field>
      When it calls <command> with:
        | <field> | <value> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      Examples:
        | command          | field     | value            |
        | IOMMU_IOAS_ALLOC | flags     | bit 0            |
        | IOMMU_IOAS_ALLOC | flags     | bit 31           |
        | IOMMU_IOAS_MAP   | flags     | READABLE, bit 3  |
        | IOMMU_IOAS_MAP   | flags     | READABLE, bit 31 |
        | IOMMU_IOAS_COPY  | flags     | READABLE, bit 3  |
        | IOMMU_IOAS_COPY  | flags     | READABLE, bit 31 |
        | IOMMU_OPTION     | option_id |                2 |
        | IOMMU_OPTION     | option_id |       0xffffffff |
        | IOMMU_OPTION     | op        |                2 |
        | IOMMU_OPTION     | op        |           0xffff |
        | IOMMU_VFIO_IOAS  | op        |                3 |
        | IOMMU_VFIO_IOAS  | op        |           0xffff |

      @needs:ioas-map-file
      Examples: files
        | command             | field | value            |
        | IOMMU_IOAS_MAP_FILE | flags | READABLE, bit 3  |
        | IOMMU_IOAS_MAP_FILE | flags | READABLE, bit 31 |

      @needs:fault-queue
      Examples: fault queues
        | command                 | field | value  |
        | IOMMU_FAULT_QUEUE_ALLOC | flags | bit 0  |
        | IOMMU_FAULT_QUEUE_ALLOC | flags | bit 31 |

      @needs:hwpt-alloc
      Examples: page tables
        | command                       | field | value  |
        | IOMMU_GET_HW_INFO             | flags | bit 31 |
        | IOMMU_HWPT_SET_DIRTY_TRACKING | flags | bit 1  |
        | IOMMU_HWPT_GET_DIRTY_BITMAP   | flags | bit 1  |

      @needs:viommu
      Examples: virtual IOMMUs
        | command            | field | value |
        | IOMMU_VIOMMU_ALLOC | flags | bit 0 |
        | IOMMU_VIOMMU_ALLOC | type  |     0 |

      @needs:veventq
      Examples: event queues
        | command             | field | value |
        | IOMMU_VEVENTQ_ALLOC | flags | bit 0 |
        | IOMMU_VEVENTQ_ALLOC | type  |     0 |

      @needs:hw-queue
      Examples: hardware queues
        | command              | field | value |
        | IOMMU_HW_QUEUE_ALLOC | flags | bit 0 |
        | IOMMU_HW_QUEUE_ALLOC | type  |     0 |

    @ABI-17 @needs:hwpt-alloc @needs:device
    Scenario Outline: IOMMU_HWPT_ALLOC refuses <flag> in flags
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flag> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | flag   |
        | bit 4  |
        | bit 31 |

  Rule: a reserved field is 0

    @ABI-18
    Scenario Outline: <command> refuses <value> in its reserved field
      When it calls <command> with:
        | <field> | <value> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      Examples:
        | command                | field      | value      |
        | IOMMU_IOAS_ALLOW_IOVAS | __reserved |          1 |
        | IOMMU_IOAS_ALLOW_IOVAS | __reserved | 0x80000000 |
        | IOMMU_IOAS_IOVA_RANGES | __reserved |          1 |
        | IOMMU_IOAS_IOVA_RANGES | __reserved | 0x80000000 |
        | IOMMU_IOAS_MAP         | __reserved |          1 |
        | IOMMU_IOAS_MAP         | __reserved | 0x80000000 |
        | IOMMU_OPTION           | __reserved |          1 |
        | IOMMU_OPTION           | __reserved |     0x8000 |
        | IOMMU_VFIO_IOAS        | __reserved |          1 |
        | IOMMU_VFIO_IOAS        | __reserved |     0x8000 |

      @needs:change-process
      Examples: change of process
        | command                   | field      | value      |
        | IOMMU_IOAS_CHANGE_PROCESS | __reserved |          1 |
        | IOMMU_IOAS_CHANGE_PROCESS | __reserved | 0x80000000 |

      @needs:veventq
      Examples: event queues
        | command             | field      | value |
        | IOMMU_VEVENTQ_ALLOC | __reserved |     1 |

      @needs:noiommu
      Examples: physical addresses
        | command                   | field      | value |
        | IOMMU_IOAS_NOIOMMU_GET_PA | __reserved |     1 |

    @ABI-18 @needs:hwpt-alloc @needs:device
    Scenario Outline: <command> refuses 1 in __reserved
      Given a device "nic" attached to IOAS "guest"
      When it calls <command> with:
        | __reserved | 1 |
      Then it fails with EOPNOTSUPP

      Examples:
        | command                     |
        | IOMMU_HWPT_ALLOC            |
        | IOMMU_HWPT_GET_DIRTY_BITMAP |

    @ABI-19 @needs:hwpt-alloc @needs:device
    Scenario: Linux does not look at __reserved2 of IOMMU_HWPT_ALLOC
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | __reserved2 | 1 |
      Then it succeeds or fails with EOPNOTSUPP
      When it calls IOMMU_HWPT_ALLOC with:
        | __reserved  | 1 |
        | __reserved2 | 1 |
      Then it fails with EOPNOTSUPP

  Rule: of several faults, flags and reserved fields come first, then arithmetic, then ids, then what is mapped

    @ABI-28
    Scenario Outline: IOMMU_IOAS_MAP tells the first of <faults>
      When it calls IOMMU_IOAS_MAP with:
        | flags   | <flags>  |
        | length  | <length> |
        | ioas_id | <ioas>   |
        | iova    |   64 MiB |
      Then it fails with <errno>
      And nothing has changed

      Examples:
        | faults                                               | flags                       | length  | ioas           | errno      |
        | an unknown flag, a length too great and no such IOAS | FIXED_IOVA, READABLE, bit 3 | U64_MAX | no such object | EOPNOTSUPP |
        | a length too great, no rights and no such IOAS       | FIXED_IOVA                  | U64_MAX | no such object | EOVERFLOW  |
        | no rights and no such IOAS                           | FIXED_IOVA                  |  1 page | no such object | EINVAL     |
        | no such IOAS and no length                           | FIXED_IOVA, READABLE        | 0 bytes | no such object | ENOENT     |
        | no length where something is mapped                  | FIXED_IOVA, READABLE        | 0 bytes | IOAS "guest"   | EINVAL     |
        | nothing but a place that is taken                    | FIXED_IOVA, READABLE        |  1 page | IOAS "guest"   | EEXIST     |

    @ABI-28
    Scenario Outline: IOMMU_IOAS_COPY tells the first of <faults>
      When it calls IOMMU_IOAS_COPY with:
        | flags       | <flags>  |
        | length      | <length> |
        | src_ioas_id | <source> |
        | dst_ioas_id | <target> |
        | dst_iova    |   64 MiB |
      Then it fails with <errno>
      And nothing has changed

      Examples:
        | faults                                               | flags                       | length  | source         | target         | errno      |
        | an unknown flag, a length too great and no such IOAS | FIXED_IOVA, READABLE, bit 3 | U64_MAX | no such object | no such object | EOPNOTSUPP |
        | a length too great, no rights and no such IOAS       | FIXED_IOVA                  | U64_MAX | no such object | no such object | EOVERFLOW  |
        | no rights and no such IOAS                           | FIXED_IOVA                  |  1 page | no such object | no such object | EINVAL     |
        | no such IOAS and no length                           | FIXED_IOVA, READABLE        | 0 bytes | no such object | no such object | ENOENT     |
        | no length and no such target                         | FIXED_IOVA, READABLE        | 0 bytes | IOAS "guest"   | no such object | EINVAL     |
        | no such target                                       | FIXED_IOVA, READABLE        |  1 page | IOAS "guest"   | no such object | ENOENT     |
        | nothing but a place that is taken                    | FIXED_IOVA, READABLE        |  1 page | IOAS "guest"   | IOAS "guest"   | EEXIST     |

  Rule: a kernel built for tests knows one flag more

    @ABI-26 @needs:test-cmd
    Scenario: a copy names its source as the n-th mapping and a byte of it
      Given it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 96 MiB read-write
      When it calls IOMMU_IOAS_COPY with:
        | flags    | FIXED_IOVA, READABLE, ACCESS_SYZ |
        | src_iova |                                1 |
        | length   |                           1 page |
        | dst_iova |                           32 MiB |
      Then it succeeds
      And 32 MiB .. +1 page is mapped in IOAS "guest"

    @ABI-26 @needs:no-test-cmd
    Scenario: the same copy is refused on a kernel that is not built for tests
      When it calls IOMMU_IOAS_COPY with:
        | flags    | FIXED_IOVA, READABLE, ACCESS_SYZ |
        | src_iova |                                1 |
        | dst_iova |                           32 MiB |
      Then it fails with EOPNOTSUPP
      And nothing has changed

  Rule: a command that was not built in is refused, but known

    @ABI-29 @OPT-38
    Scenario: the physical address is asked for of a mapping that no page table has, with or without support for noiommu
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
