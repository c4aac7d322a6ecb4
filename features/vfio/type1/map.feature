@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO_IOMMU_MAP_DMA of a container with type1

  A program tells where in its memory, and where in the addresses of its devices. The pages are pinned and in the page
  tables of all groups of the container when the call returns. What overlaps a mapping is refused.

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group

  Rule: size, flags and ranges are looked at first

    @VFIO-MAP-01
    Scenario Outline: flags <flags> and a size of <size> are refused
      When it calls VFIO_IOMMU_MAP_DMA with a size of <size> bytes and:
        | flags | <flags> |
      Then it fails with EINVAL
      And it wrote nothing back
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with a size of 32 bytes and:
        | flags | READ |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples: short
        | size | flags       |
        |    0 | READ, WRITE |
        |   31 | READ, WRITE |

      Examples: unknown
        | size | flags              |
        |   32 | READ, bit 3        |
        |   32 | READ, WRITE, bit 31 |

      @VFIO-MAP-02
      Examples: without a right, or with one and a new address
        | size | flags       |
        |   32 | none        |
        |   32 | READ, VADDR |
        |   32 | WRITE, VADDR |

    @VFIO-MAP-01
    Scenario Outline: <memory> is EFAULT
      When it calls VFIO_IOMMU_MAP_DMA with <memory>
      Then it fails with EFAULT
      And 16 MiB .. +1 page is not mapped in the container

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-MAP-03
    Scenario: no bytes are refused
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 0 |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-MAP-04
    Scenario Outline: <what> is refused that runs over the end of all addresses
      Given it calls VFIO_IOMMU_MAP_DMA
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | <iova>  |
        | vaddr | <vaddr> |
        | size  | <size>  |
      Then it fails with EOVERFLOW
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples:
        | what       | iova                         | vaddr                        | size                         |
        | an IOVA    | U64_MAX - 1 page + 1 byte    | buffer "ram"                 | 2 pages                      |
        | an address | 32 MiB                       | U64_MAX - 1 page + 1 byte    | 2 pages                      |
        | a size     | 32 MiB                       | buffer "ram"                 | U64_MAX - 1 page + 1 byte    |

    @VFIO-MAP-05
    Scenario Outline: <what> is not on a page
      Given it calls VFIO_IOMMU_MAP_DMA
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | <iova>  |
        | vaddr | <vaddr> |
        | size  | <size>  |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

      Examples:
        | what             | iova                    | vaddr                 | size             |
        | an IOVA          | 32 MiB + 1 byte         | buffer "ram"          | 1 page           |
        | half of a page   | 32 MiB                  | buffer "ram"          | 1 page - 1 byte  |
        | an address       | 32 MiB                  | buffer "ram" + 1 byte | 1 page           |
        | a size           | 32 MiB                  | buffer "ram"          | 1 page + 1 byte  |

  Rule: a device reaches what is mapped, with its rights, and nothing beside it

    @VFIO-MAP-12 @needs:dma
    Scenario: pages that may be read only are not written
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | READ    |
        | size  | 2 pages |
      Then it succeeds
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 2 pages .. +1 page
      When it stores pattern "mine" in buffer "ram"
      And device "nic" writes pattern "theirs" at 16 MiB
      Then the access is blocked
      And it finds pattern "mine" in buffer "ram"
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "mine"

    @VFIO-MAP-02 @VFIO-MAP-12 @needs:dma
    Scenario: pages that may be written are
      When it calls VFIO_IOMMU_MAP_DMA
      And device "nic" writes pattern "theirs" at 16 MiB
      Then the access goes through
      And it finds pattern "theirs" in buffer "ram"
      When device "nic" writes pattern "theirs" at 16 MiB + 1 page
      Then the access is blocked

    @VFIO-MAP-02 @needs:dma
    Scenario: WRITE alone is a right
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | WRITE |
      Then it succeeds
      When device "nic" writes pattern "theirs" at 16 MiB
      Then the access goes through
      And it finds pattern "theirs" in buffer "ram"

    @VFIO-MAP-14
    Scenario: one page is mapped at two places
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB |
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page

  Rule: a map never replaces a mapping

    @VFIO-MAP-06
    Scenario Outline: a map of <size> at <iova> overlaps 2 pages at 16 MiB
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | <iova>                 |
        | size  | <size>                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it fails with EEXIST
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

      Examples:
        | iova            | size    |
        | 16 MiB          | 2 pages |
        | 16 MiB          | 1 page  |
        | 16 MiB + 1 page | 1 page  |
        | 16 MiB + 1 page | 4 pages |
        | 16 MiB - 1 page | 2 pages |
        | 16 MiB - 1 page | 4 pages |

    @VFIO-MAP-06
    Scenario: mappings may touch
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 2 pages       |
        | vaddr | buffer "ram" + 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB - 1 page        |
        | vaddr | buffer "ram" + 5 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 2 pages .. +1 page
      And device "nic" sees buffer "ram" + 5 pages at 16 MiB - 1 page .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB - 1 page |
        | size | 4 pages         |
      Then it fails with EEXIST

    @VFIO-MAP-06
    Scenario: version 1 refuses as well
      Given a buffer "more" of 1 page
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "more" |
      Then it fails with EEXIST
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

  Rule: what the memory of the process or the IOMMU does not allow is refused, and nothing of it stays

    @VFIO-MAP-08 @needs:reserved-iova
    Scenario Outline: a map of <size> at <iova> meets the interrupts of the device
      Given it calls VFIO_IOMMU_MAP_DMA
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples:
        | iova              | size    |
        | 4078 MiB          | 1 page  |
        | 4078 MiB - 1 page | 2 pages |
        | 4079 MiB - 1 page | 1 page  |
        | 4079 MiB - 1 page | 2 pages |

    @VFIO-MAP-08 @needs:reserved-iova
    Scenario: the pages around the interrupts are mapped
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 4078 MiB - 1 page |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 4079 MiB |
      Then it succeeds
      And 4078 MiB - 1 page .. +1 page is mapped in the container
      And 4079 MiB .. +1 page is mapped in the container

    @VFIO-MAP-08 @needs:narrow-iommu
    Scenario: a map is beyond what the IOMMU translates
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | U64_MAX - 1 page + 1 byte |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-MAP-10
    Scenario Outline: <what> is no memory for that
      Given <buffer> of 4 pages
      And it calls VFIO_IOMMU_MAP_DMA
      And it munmaps <hole> of buffer "other" + 2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB         |
        | flags | <flags>        |
        | vaddr | buffer "other" |
        | size  | 4 pages        |
      Then it fails with EFAULT
      And it wrote nothing back
      And nothing has changed
      And device "nic" does not see buffer "other" at 32 MiB .. +1 page

      Examples:
        | what                                     | buffer                      | hole    | flags |
        | memory that ends after 2 pages           | a buffer "other"            | 2 pages | READ  |
        | memory that lacks its third page         | a buffer "other"            | 1 page  | READ  |
        | memory that may be read, to be written,  | a read-only buffer "other"  | 1 page  | WRITE |

    @VFIO-MAP-10
    Scenario: memory that may be read is mapped to be read
      Given a read-only buffer "other" of 2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "other" |
        | flags | READ, WRITE    |
      Then it fails with EFAULT
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "other" |
        | flags | READ           |
        | size  | 2 pages        |
      Then it succeeds
      And 16 MiB .. +2 pages is mapped in the container

  Rule: a container has room for so many mappings

    @VFIO-MAP-07 @VFIO-INF-08
    Scenario: a parameter of the module says how many, when the type is set
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And it writes "2" to file "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 32 MiB |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 48 MiB |
      Then it fails with ENOSPC
      And it wrote nothing back
      And nothing has changed
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 32 MiB |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 48 MiB |
      Then it succeeds
      And device "nic" sees buffer "ram" at 48 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

    @VFIO-MAP-09
    Scenario Outline: no room is left, and <what> is refused with <errno>
      When it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And it writes "1" to file "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | <iova>  |
        | vaddr | <vaddr> |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed

      Examples:
        | what                                         | iova                      | vaddr         | errno  |
        | an IOVA that is not on a page                | 16 MiB + 1 byte           | a bad pointer | EINVAL |
        | what is mapped, of bad memory,               | 16 MiB                    | a bad pointer | EEXIST |
        | bad memory                                   | 32 MiB                    | a bad pointer | ENOSPC |
        | what is beyond the IOMMU, and of bad memory, | U64_MAX - 1 page + 1 byte | a bad pointer | ENOSPC |

    @VFIO-MAP-09 @needs:narrow-iommu
    Scenario: what the IOMMU does not translate is refused before its memory is looked at
      Given it calls VFIO_IOMMU_MAP_DMA
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | U64_MAX - 1 page + 1 byte |
        | vaddr | a bad pointer             |
      Then it fails with EINVAL
      And nothing has changed
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB        |
        | vaddr | a bad pointer |
      Then it fails with EFAULT
      And nothing has changed
