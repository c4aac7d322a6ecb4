@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VADDR of a container with type1: a program that is replaced keeps its mappings

  A VMM that execs its next version, or hands its files to another process, loses the addresses of its memory while its
  devices go on. It says so, and tells the new address of each mapping.

  Background:
    Given a container
    And a shared buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group
    And it calls VFIO_IOMMU_MAP_DMA with:
      | size | 2 pages |

  Rule: an address becomes invalid, and the device does not notice

    @VFIO-UNM-10
    Scenario Outline: the addresses are invalidated by <flags> of <size> at <iova>
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | <flags> |
        | iova  | <iova>  |
        | size  | <size>  |
      Then it returns:
        | size | <bytes> |
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      And 16 MiB .. +2 pages is mapped in the container

      Examples:
        | flags      | iova   | size    | bytes   |
        | VADDR      | 16 MiB | 2 pages | 2 pages |
        | VADDR      | 16 MiB | 1 GiB   | 3 pages |
        | VADDR, ALL | 0      | 0       | 3 pages |

    @VFIO-UNM-10
    Scenario Outline: <size> at <iova> cut a mapping, and no address becomes invalid
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR  |
        | iova  | <iova> |
        | size  | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

      Examples:
        | iova            | size   |
        | 16 MiB          | 1 page |
        | 16 MiB + 1 page | 1 page |

    @VFIO-UNM-10
    Scenario: other memory is mapped and unmapped meanwhile
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it fails with EEXIST
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 pages |
      Then it returns:
        | size | 2 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

    @VFIO-UNM-11
    Scenario: one of three is invalid already, and the others stay valid
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 48 MiB                 |
        | vaddr | buffer "ram" + 5 pages |
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR  |
        | iova  | 32 MiB |
        | size  | 1 page |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR, ALL |
        | iova  | 0          |
        | size  | 0          |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR  |
        | iova  | 48 MiB |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR                  |
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page

  Rule: a new address is told of exactly one mapping that has none

    @VFIO-UNM-13
    Scenario: a mapping gets a new address, and another one after that
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it succeeds
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it returns:
        | size | 2 pages |

    @VFIO-UNM-13
    Scenario Outline: the new address of <size> at <iova> is <errno>
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR  |
        | iova  | <iova> |
        | size  | <size> |
      Then it fails with <errno>
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it succeeds

      Examples: of no mapping
        | iova             | size    | errno  |
        | 16 MiB + 2 pages | 2 pages | ENOENT |
        | 64 MiB           | 1 page  | ENOENT |

      Examples: of more, or less, than a mapping
        | iova            | size    | errno  |
        | 16 MiB          | 1 page  | EINVAL |
        | 16 MiB          | 3 pages | EINVAL |
        | 16 MiB - 1 page | 3 pages | EINVAL |
        | 16 MiB + 1 page | 1 page  | EINVAL |

  Rule: who tells the new address is charged

    @VFIO-UNM-14 @needs:proc @needs:processes
    Scenario: another process takes the mapping over
      Then it has 2 pages locked
      Given a process "next"
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it has 2 pages locked
      When process "next" calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it succeeds
      And it has 0 pages locked
      And process "next" has 2 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 pages |
      Then it succeeds
      And it has 0 pages locked
      And process "next" has 0 pages locked

    @VFIO-UNM-14 @needs:proc @needs:processes @needs:limits
    Scenario: another process has not enough of its limit left
      Given a process "next" without IPC_LOCK
      And process "next" has a memlock limit of 1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      And process "next" calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it fails with ENOMEM
      And it has 2 pages locked
      And process "next" has 0 pages locked
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it succeeds
      And it has 2 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @VFIO-UNM-14 @needs:proc @needs:processes
    Scenario: the process that tells the address is the one that was charged
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 2 pages |
      Then it has 2 pages locked
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 2 pages |
      Then it has 0 pages locked

    @VFIO-UNM-14 @needs:proc @needs:processes
    Scenario: the process that was charged has exited
      Given a process "before"
      When process "before" calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      And process "before" exits
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR  |
        | iova  | 32 MiB |
        | size  | 1 page |
      Then it has 2 pages locked
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR                  |
        | iova  | 32 MiB                 |
        | vaddr | buffer "ram" + 4 pages |
      Then it has 3 pages locked
      And device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +1 page
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 32 MiB |
        | size | 1 page |
      Then it has 2 pages locked
