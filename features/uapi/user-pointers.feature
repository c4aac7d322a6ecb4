Feature: the pointer to a command's struct

  The third argument of ioctl(2) is the address of a struct in the memory of the caller.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write

  Rule: a struct that cannot be read is refused, and nothing is executed

    @ABI-05
    Scenario Outline: <command> fails with <pointer>
      When it calls <command> with <pointer>
      Then it fails with EFAULT
      And nothing has changed

      Examples:
        | command                | pointer        |
        | IOMMU_DESTROY          | a null pointer |
        | IOMMU_IOAS_ALLOC       | a null pointer |
        | IOMMU_IOAS_ALLOW_IOVAS | a null pointer |
        | IOMMU_IOAS_COPY        | a null pointer |
        | IOMMU_IOAS_IOVA_RANGES | a null pointer |
        | IOMMU_IOAS_MAP         | a null pointer |
        | IOMMU_IOAS_UNMAP       | a null pointer |
        | IOMMU_OPTION           | a null pointer |
        | IOMMU_VFIO_IOAS        | a null pointer |
        | IOMMU_DESTROY          | a bad pointer  |
        | IOMMU_IOAS_ALLOC       | a bad pointer  |
        | IOMMU_IOAS_ALLOW_IOVAS | a bad pointer  |
        | IOMMU_IOAS_COPY        | a bad pointer  |
        | IOMMU_IOAS_IOVA_RANGES | a bad pointer  |
        | IOMMU_IOAS_MAP         | a bad pointer  |
        | IOMMU_IOAS_UNMAP       | a bad pointer  |
        | IOMMU_OPTION           | a bad pointer  |
        | IOMMU_VFIO_IOAS        | a bad pointer  |

      @needs:ioas-map-file
      Examples: files
        | command             | pointer        |
        | IOMMU_IOAS_MAP_FILE | a null pointer |
        | IOMMU_IOAS_MAP_FILE | a bad pointer  |

      @needs:hwpt-alloc
      Examples: page tables
        | command           | pointer        |
        | IOMMU_HWPT_ALLOC  | a null pointer |
        | IOMMU_HWPT_ALLOC  | a bad pointer  |
        | IOMMU_GET_HW_INFO | a bad pointer  |

      @needs:fault-queue
      Examples: fault queues
        | command                 | pointer        |
        | IOMMU_FAULT_QUEUE_ALLOC | a null pointer |
        | IOMMU_FAULT_QUEUE_ALLOC | a bad pointer  |

    @ABI-05 @OBJ-33
    Scenario: no object is made for a struct that cannot be read
      When it calls IOMMU_IOAS_ALLOC with a bad pointer
      Then it fails with EFAULT
      And object 2 does not exist

  Rule: a struct that claims to reach into memory that is not there is refused

    @ABI-10
    Scenario Outline: <command> is refused whose known fields are there, and whose tail is not
      When it calls <command> with a tail in bad memory
      Then it fails with EFAULT
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

    @ABI-10
    Scenario Outline: a size of <size> reaches into bad memory
      When it calls IOMMU_IOAS_MAP with a tail in bad memory and:
        | size | <size> |
      Then it fails with EFAULT
      And nothing has changed

      Examples:
        | size              |
        | 40 bytes + 1 byte |
        |   1 page + 1 byte |
        |        0x7fffffff |
        |        0xffffffff |

    @ABI-10
    Scenario: a struct ends with the last byte of memory
      When it calls IOMMU_IOAS_MAP with a tail in bad memory and:
        | size | 40 bytes |
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "guest"
