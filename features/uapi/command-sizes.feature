Feature: the size of a command's struct

  Every command takes one struct, and the first field of the struct says how long the caller thinks it is. So an old
  program runs on a new kernel, whose structs have grown, and a new program on an old kernel, as long as it leaves the
  fields that the kernel does not know at zero.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write

  Rule: a struct without its mandatory fields is refused, and nothing is executed

    @ABI-06
    Scenario Outline: <command> fails without the last byte of its mandatory fields
      When it calls <command> with one byte less than its minimum size
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed

      Examples:
        | command                |
        | IOMMU_DESTROY          |
        | IOMMU_IOAS_ALLOC       |
        | IOMMU_IOAS_ALLOW_IOVAS |
        | IOMMU_IOAS_COPY        |
        | IOMMU_IOAS_IOVA_RANGES |
        | IOMMU_IOAS_MAP         |
        | IOMMU_IOAS_UNMAP       |
        | IOMMU_OPTION           |
        | IOMMU_VFIO_IOAS        |

      @needs:hwpt-alloc
      Examples: page tables
        | command                       |
        | IOMMU_HWPT_ALLOC              |
        | IOMMU_GET_HW_INFO             |
        | IOMMU_HWPT_SET_DIRTY_TRACKING |
        | IOMMU_HWPT_GET_DIRTY_BITMAP   |
        | IOMMU_HWPT_INVALIDATE         |

      @needs:fault-queue
      Examples: fault queues
        | command                 |
        | IOMMU_FAULT_QUEUE_ALLOC |

      @needs:ioas-map-file
      Examples: files
        | command             |
        | IOMMU_IOAS_MAP_FILE |

      @needs:viommu
      Examples: virtual IOMMUs
        | command             |
        | IOMMU_VIOMMU_ALLOC  |
        | IOMMU_VDEVICE_ALLOC |

      @needs:change-process
      Examples: change of process
        | command                   |
        | IOMMU_IOAS_CHANGE_PROCESS |

      @needs:veventq
      Examples: event queues
        | command             |
        | IOMMU_VEVENTQ_ALLOC |

      @needs:hw-queue
      Examples: hardware queues
        | command              |
        | IOMMU_HW_QUEUE_ALLOC |

      @needs:noiommu
      Examples: physical addresses
        | command                   |
        | IOMMU_IOAS_NOIOMMU_GET_PA |

      @needs:test-cmd
      Examples: the test command
        | command        |
        | IOMMU_TEST_CMD |

    @ABI-06
    Scenario Outline: a struct of <size> bytes is refused
      When it calls IOMMU_IOAS_UNMAP with a size of <size> bytes
      Then it fails with EINVAL
      And it wrote nothing back
      And 64 MiB .. +2 pages is mapped in IOAS "guest"

      Examples:
        | size |
        |    0 |
        |    1 |
        |    4 |
        |    8 |
        |   23 |

    @ABI-06
    Scenario: an object is not made by a struct that is too short
      When it calls IOMMU_IOAS_ALLOC with one byte less than its minimum size
      Then it fails with EINVAL
      And object 2 no longer exists

  Rule: fields behind the mandatory ones may be missing, and count as zero

    @ABI-07 @ABI-12 @needs:hwpt-alloc @needs:device
    Scenario: a page table is made by the struct of the first release
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with its minimum size and:
        | data_type |        0x7fff |
        | data_len  |        1 page |
        | data_uptr | a bad pointer |
        | fault_id  |        0x7fff |
      Then it succeeds
      And it wrote back only "out_hwpt_id"

    @ABI-07 @needs:hwpt-alloc @needs:device
    Scenario: a page table is made by a struct that ends in the middle of the later fields
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with a size of 32 bytes and:
        | data_uptr | a bad pointer |
        | fault_id  |        0x7fff |
      Then it succeeds
      And it wrote back only "out_hwpt_id"

    @ABI-07 @needs:hwpt-alloc @needs:device
    Scenario: a field that ends inside the size counts
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with a size of 32 bytes and:
        | data_len | 1 page |
      Then it fails with EINVAL
      And it wrote nothing back

    @ABI-07 @ABI-12 @needs:hwpt-alloc @needs:device
    Scenario: hardware information is told without the capabilities at its end
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_GET_HW_INFO with its minimum size and:
        | out_capabilities | 0x5a5a5a5a5a5a5a5a |
      Then it succeeds
      And it returns:
        | out_capabilities | 0x5a5a5a5a5a5a5a5a |
      When it calls IOMMU_GET_HW_INFO with its minimum size and:
        | dev_id           | no such object     |
        | out_capabilities | 0x5a5a5a5a5a5a5a5a |
      Then it fails with ENOENT

  Rule: a longer struct is taken if all that the kernel does not know is zero

    @ABI-08 @ABI-13
    Scenario: an object is made, and nothing but its id returned
      When it calls IOMMU_IOAS_ALLOC with 8 zero bytes appended
      Then it succeeds
      And it wrote back only "out_ioas_id"

    @ABI-08
    Scenario Outline: <command> takes 8 zero bytes at its end
      When it calls <command> with 8 zero bytes appended
      Then it succeeds
      And it wrote nothing back
      And <effect>
      When it calls IOMMU_DESTROY with 8 zero bytes appended and:
        | id | no such object |
      Then it fails with ENOENT

      Examples:
        | command          | effect                                           |
        | IOMMU_DESTROY    | IOAS "guest" no longer exists                    |
        | IOMMU_IOAS_COPY  |     32 MiB .. +2 pages is mapped in IOAS "guest" |
        | IOMMU_IOAS_MAP   |      16 MiB .. +1 page is mapped in IOAS "guest" |
        | IOMMU_IOAS_UNMAP | 64 MiB .. +2 pages is not mapped in IOAS "guest" |

    @ABI-08
    Scenario Outline: a map takes <tail> appended to it
      When it calls IOMMU_IOAS_MAP with <tail> appended and:
        | flags | READABLE |
      Then it succeeds
      And it wrote back only "iova"
      And the new IOVA .. +1 page is mapped in IOAS "guest"

      @ABI-13
      Examples:
        | tail            |
        |     1 zero byte |
        |    7 zero bytes |
        |    9 zero bytes |
        | 4095 zero bytes |
        | 5000 zero bytes |

    @ABI-08
    Scenario: a command that fails, fails in the same way
      When it calls IOMMU_IOAS_UNMAP with 8 zero bytes appended and:
        | ioas_id | no such object |
      Then it fails with ENOENT
      And nothing has changed

    @ABI-08 @ABI-13 @needs:hwpt-alloc @needs:device
    Scenario: a page table is made by a struct of a later release
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with 16 zero bytes appended
      Then it succeeds
      And it wrote back only "out_hwpt_id"

  Rule: a longer struct is refused if anything that the kernel does not know is set, and nothing is executed

    @ABI-09
    Scenario Outline: <command> refuses a byte that it does not know
      When it calls <command> with 8 bytes, the last one set, appended
      Then it fails with E2BIG
      And it wrote nothing back
      And nothing has changed

      Examples:
        | command                |
        | IOMMU_DESTROY          |
        | IOMMU_IOAS_ALLOC       |
        | IOMMU_IOAS_ALLOW_IOVAS |
        | IOMMU_IOAS_COPY        |
        | IOMMU_IOAS_IOVA_RANGES |
        | IOMMU_IOAS_MAP         |
        | IOMMU_IOAS_UNMAP       |
        | IOMMU_OPTION           |
        | IOMMU_VFIO_IOAS        |

      @needs:hwpt-alloc
      Examples: page tables
        | command                       |
        | IOMMU_HWPT_ALLOC              |
        | IOMMU_GET_HW_INFO             |
        | IOMMU_HWPT_SET_DIRTY_TRACKING |
        | IOMMU_HWPT_GET_DIRTY_BITMAP   |
        | IOMMU_HWPT_INVALIDATE         |

      @needs:fault-queue
      Examples: fault queues
        | command                 |
        | IOMMU_FAULT_QUEUE_ALLOC |

      @needs:ioas-map-file
      Examples: files
        | command             |
        | IOMMU_IOAS_MAP_FILE |

      @needs:viommu
      Examples: virtual IOMMUs
        | command             |
        | IOMMU_VIOMMU_ALLOC  |
        | IOMMU_VDEVICE_ALLOC |

      @needs:change-process
      Examples: change of process
        | command                   |
        | IOMMU_IOAS_CHANGE_PROCESS |

      @needs:veventq
      Examples: event queues
        | command             |
        | IOMMU_VEVENTQ_ALLOC |

      @needs:hw-queue
      Examples: hardware queues
        | command              |
        | IOMMU_HW_QUEUE_ALLOC |

      @needs:noiommu
      Examples: physical addresses
        | command                   |
        | IOMMU_IOAS_NOIOMMU_GET_PA |

      @needs:test-cmd
      Examples: the test command
        | command        |
        | IOMMU_TEST_CMD |

    @ABI-09
    Scenario Outline: a map refuses <tail> appended to it
      When it calls IOMMU_IOAS_MAP with <tail> appended
      Then it fails with E2BIG
      And it wrote nothing back
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      Examples:
        | tail                          |
        |     1 byte, the last one set, |
        |    7 bytes, the last one set, |
        |    9 bytes, the last one set, |
        | 4097 bytes, the last one set, |
        | 5000 bytes, the last one set, |

    @ABI-09
    Scenario: an object is not made by a struct that says too much
      When it calls IOMMU_IOAS_ALLOC with 8 bytes, the last one set, appended
      Then it fails with E2BIG
      And object 2 no longer exists

  Rule: what the kernel does not know is looked at before the fields that it knows

    @ABI-11
    Scenario Outline: <command> looks at a byte that it does not know before a wrong <field>
      When it calls <command> with 1 byte, the last one set, appended and:
        | <field> | <value> |
      Then it fails with E2BIG
      And nothing has changed

      Examples:
        | command                | field       | value          |
        | IOMMU_DESTROY          | id          | no such object |
        | IOMMU_IOAS_ALLOC       | flags       | bit 0          |
        | IOMMU_IOAS_ALLOW_IOVAS | __reserved  |              1 |
        | IOMMU_IOAS_COPY        | dst_ioas_id | no such object |
        | IOMMU_IOAS_IOVA_RANGES | __reserved  |              1 |
        | IOMMU_IOAS_MAP         | flags       | bit 31         |
        | IOMMU_IOAS_UNMAP       | length      | U64_MAX        |
        | IOMMU_OPTION           | option_id   |             99 |
        | IOMMU_VFIO_IOAS        | op          |              3 |
