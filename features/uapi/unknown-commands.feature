Feature: the number of a command

  A command is told by the whole second argument of ioctl(2): type 0x3b, a number from 0x80 on, no direction and no size.
  Later releases add numbers at the end; a program finds out by trying.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write

  Rule: each command has one number

    @ABI-01
    Scenario Outline: <number> is known as <command>, and asks for its struct
      When it calls ioctl <number> with a size of 0 bytes
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed

      @ABI-06
      Examples:
        | number | command                |
        | 0x3b80 | IOMMU_DESTROY          |
        | 0x3b81 | IOMMU_IOAS_ALLOC       |
        | 0x3b82 | IOMMU_IOAS_ALLOW_IOVAS |
        | 0x3b83 | IOMMU_IOAS_COPY        |
        | 0x3b84 | IOMMU_IOAS_IOVA_RANGES |
        | 0x3b85 | IOMMU_IOAS_MAP         |
        | 0x3b86 | IOMMU_IOAS_UNMAP       |
        | 0x3b87 | IOMMU_OPTION           |
        | 0x3b88 | IOMMU_VFIO_IOAS        |

      @ABI-06 @needs:hwpt-alloc
      Examples: page tables
        | number | command                       |
        | 0x3b89 | IOMMU_HWPT_ALLOC              |
        | 0x3b8a | IOMMU_GET_HW_INFO             |
        | 0x3b8b | IOMMU_HWPT_SET_DIRTY_TRACKING |
        | 0x3b8c | IOMMU_HWPT_GET_DIRTY_BITMAP   |
        | 0x3b8d | IOMMU_HWPT_INVALIDATE         |

      @ABI-06 @needs:fault-queue
      Examples: fault queues
        | number | command                 |
        | 0x3b8e | IOMMU_FAULT_QUEUE_ALLOC |

      @ABI-06 @needs:ioas-map-file
      Examples: files
        | number | command             |
        | 0x3b8f | IOMMU_IOAS_MAP_FILE |

      @ABI-06 @needs:viommu
      Examples: virtual IOMMUs
        | number | command             |
        | 0x3b90 | IOMMU_VIOMMU_ALLOC  |
        | 0x3b91 | IOMMU_VDEVICE_ALLOC |

      @ABI-06 @needs:change-process
      Examples: change of process
        | number | command                   |
        | 0x3b92 | IOMMU_IOAS_CHANGE_PROCESS |

      @ABI-06 @needs:veventq
      Examples: event queues
        | number | command             |
        | 0x3b93 | IOMMU_VEVENTQ_ALLOC |

      @ABI-06 @needs:hw-queue
      Examples: hardware queues
        | number | command              |
        | 0x3b94 | IOMMU_HW_QUEUE_ALLOC |

      @ABI-06 @needs:noiommu
      Examples: physical addresses
        | number | command                   |
        | 0x3b95 | IOMMU_IOAS_NOIOMMU_GET_PA |

      @ABI-06 @needs:test-cmd
      Examples: the test command
        | number | command        |
        | 0x3ba0 | IOMMU_TEST_CMD |

    @ABI-01 @OBJ-06
    Scenario: 0x3b80 destroys the object whose id follows the size
      When it calls ioctl 0x3b80 with:
        | value | IOAS "guest" |
      Then it succeeds
      And IOAS "guest" no longer exists

  Rule: the number counts as a whole

    @ABI-02
    Scenario Outline: IOMMU_DESTROY <changed> is no command
      When it calls ioctl <number> with:
        | value | IOAS "guest" |
      Then it fails with ENOTTY
      And it wrote nothing back
      And IOAS "guest" exists

      Examples:
        | changed                        | number     |
        | with a size                    | 0x00083b80 |
        | with a size of 1 byte          | 0x00013b80 |
        | that reads                     | 0x80003b80 |
        | that writes                    | 0x40003b80 |
        | that reads and writes a struct | 0xc0083b80 |
        | of the type before             |     0x3a80 |
        | of the type after              |     0x3c80 |
        | of type 0                      |       0x80 |

  Rule: a number that no command has is refused

    @ABI-03
    Scenario Outline: <number> is refused, <which>
      When it calls ioctl <number>
      Then it fails with ENOTTY
      And it wrote nothing back
      And nothing has changed

      Examples:
        | number | which                                       |
        | 0x3b00 | the first of the type                       |
        | 0x3b63 | the last before the VFIO container commands |
        | 0x3b7f | the last before the commands                |
        | 0x3ba1 | the first after the test command            |
        | 0x3bff | the last of the type                        |

    @VFIO-31
    Scenario Outline: <number> is refused, a VFIO command <which>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls ioctl <number>
      Then it fails with ENOTTY
      And it wrote nothing back
      And nothing has changed

      Examples:
        | number | which                          |
        | 0x3b67 | of a group                     |
        | 0x3b6b | of a device                    |
        | 0x3b73 | to enable the IOMMU of SPAPR   |
        | 0x3b74 | to disable the IOMMU of SPAPR  |
        | 0x3b75 | for the dirty pages of type 1  |
        | 0x3b76 | to register memory with SPAPR  |
        | 0x3b77 | to unregister it               |
        | 0x3b78 | to make a window of SPAPR      |
        | 0x3b79 | to remove it                   |

  Rule: a kernel that is not built for tests does not know the test command

    @needs:no-test-cmd
    Scenario Outline: the number <number> is refused with <memory>
      When it calls ioctl <number> with <form>
      Then it fails with ENOTTY
      And nothing has changed

      @MOCK-03
      Examples: the test command
        | number | memory        | form               |
        | 0x3ba0 | a struct      | a size of 72 bytes |
        | 0x3ba0 | a bad pointer | a bad pointer      |

      @ABI-03
      Examples: the next free number
        | number | memory        | form               |
        | 0x3b96 | a pointer of 0 | a null pointer    |

  Rule: between the last command and the test command, memory is looked at before the number

    @ABI-04 @needs:test-cmd
    Scenario Outline: <number> is refused with <memory>
      When it calls ioctl <number> with <form>
      Then it fails with <errno>
      And nothing has changed

      Examples:
        | number | memory        | form              | errno  |
        | 0x3b96 | a struct      | a size of 8 bytes | ENOTTY |
        | 0x3b96 | a size of 0   | a size of 0 bytes | ENOTTY |
        | 0x3b96 | a bad pointer | a bad pointer     | EFAULT |
        | 0x3b96 | NULL          | a null pointer    | EFAULT |
        | 0x3b9f | a struct      | a size of 8 bytes | ENOTTY |
        | 0x3b9f | a bad pointer | a bad pointer     | EFAULT |
