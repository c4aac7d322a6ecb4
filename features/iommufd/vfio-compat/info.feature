@needs:vfio-compat
Feature: VFIO_IOMMU_GET_INFO of an iommufd

  Tells a program for VFIO containers which page sizes and which IOVAs it can map with. How much it is told depends on
  the room that it says to have.

  Background:
    Given an iommufd
    And an IOAS "guest"

  Rule: the size is looked at first, then the memory, then the IOAS

    @VFIO-12
    Scenario Outline: a size of <size> is refused, and no IOAS is set
      When it calls VFIO_IOMMU_GET_INFO with a size of <size> bytes
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | size |
        |    0 |
        |    4 |
        |   15 |

    @VFIO-12
    Scenario Outline: <memory> is refused
      When it calls VFIO_IOMMU_GET_INFO with <memory>
      Then it fails with EFAULT

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-12
    Scenario: memory that cannot be written is refused
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_GET_INFO with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back

    @VFIO-13
    Scenario Outline: a size of <size> is enough, and no IOAS is set
      When it calls VFIO_IOMMU_GET_INFO with a size of <size> bytes
      Then it fails with ENODEV
      And it wrote nothing back

      Examples:
        | size |
        |   16 |
        |   24 |

  Rule: without room for the capabilities it is told how much they need

    @VFIO-14
    Scenario Outline: a size of <size> gets no capabilities
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_GET_INFO with a size of <size> bytes and:
        | flags        |          bit 31 |
        | iova_pgsizes |               1 |
        | cap_offset   |              77 |
        | pad          |              66 |
      Then it succeeds
      And it returns:
        | argsz        |                        72 |
        | flags        |            PGSIZES, CAPS |
        | iova_pgsizes | U64_MAX - 1 page + 1 byte |
        | cap_offset   |              <cap_offset> |
        | pad          |                     <pad> |

      @VFIO-15
      Examples:
        | size | cap_offset | pad |
        |   16 |         77 |  66 |
        |   20 |          0 |  66 |
        |   24 |          0 |   0 |

    @VFIO-14
    Scenario: room for all but one byte of the capabilities is not enough
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_GET_INFO with 47 zero bytes appended
      Then it succeeds
      And it returns:
        | argsz      |            72 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |             0 |

  Rule: with room for them the capabilities follow

    @VFIO-15
    Scenario Outline: room for them and <more> bytes more is enough
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_GET_INFO with <appended> zero bytes appended
      Then it succeeds
      And it returns:
        | argsz      |            72 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |            24 |
        | pad        |             0 |
      And it returns these capabilities, of version 1:
        | DMA_AVAIL  |   4294967295 |
        | IOVA_RANGE | 0 to U64_MAX |

      @VFIO-17
      Examples:
        | more | appended |
        |    0 |       48 |
        |    1 |       49 |
        |  100 |      148 |

    @VFIO-15 @needs:test-cmd @needs:device
    Scenario: a device limits what can be reached
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      When it calls VFIO_IOMMU_GET_INFO with 48 zero bytes appended
      Then it succeeds
      And it returns:
        | argsz      | 72 |
        | cap_offset | 24 |
      And it returns these capabilities, of version 1:
        | DMA_AVAIL  |               4294967295 |
        | IOVA_RANGE | 16 MiB to 2 GiB - 1 byte |

  Rule: the page sizes are those of all page tables

    @VFIO-16 @MOCK-27 @needs:page-table-types
    Scenario: a mock device, whose smallest pages are half as large as those of the processor
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      When it calls VFIO_IOMMU_GET_INFO
      Then it succeeds
      And it returns:
        | iova_pgsizes | 128 GiB - 1 page |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      And it calls VFIO_IOMMU_GET_INFO
      Then it returns:
        | iova_pgsizes | 128 GiB - 1 page |

    @VFIO-16 @needs:intel-iommu
    Scenario: a device is behind an IOMMU
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      When it calls VFIO_IOMMU_GET_INFO
      Then it succeeds
      And it returns:
        | iova_pgsizes | 1 page + 2 MiB + 1 GiB |
      When it detaches device "nic"
      And it calls VFIO_IOMMU_GET_INFO
      Then it returns:
        | iova_pgsizes | U64_MAX - 1 page + 1 byte |
