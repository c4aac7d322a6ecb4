@needs:vfio-compat
Feature: VFIO_IOMMU_MAP_DMA and VFIO_IOMMU_UNMAP_DMA of an iommufd

  A program for VFIO containers maps and unmaps at IOVAs of its choice. With type 1 version 2 only whole mappings can be
  unmapped; version 1 cuts them.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: size and flags are looked at first, then the IOAS

    Scenario Outline: <command> with flags <flags> and a size of <size> fails with <errno>
      When it calls <command> with a size of <size> bytes and:
        | flags | <flags> |
      Then it fails with <errno>
      And it wrote nothing back

      @VFIO-18
      Examples: a map
        | command              | size | flags            | errno  |
        | VFIO_IOMMU_MAP_DMA   |    0 | READ             | EINVAL |
        | VFIO_IOMMU_MAP_DMA   |   31 | READ             | EINVAL |
        | VFIO_IOMMU_MAP_DMA   |   32 | READ, VADDR      | EINVAL |
        | VFIO_IOMMU_MAP_DMA   |   32 | bit 3            | EINVAL |
        | VFIO_IOMMU_MAP_DMA   |   32 | bit 31           | EINVAL |
        | VFIO_IOMMU_MAP_DMA   |   32 | READ, WRITE      | ENODEV |

      @VFIO-22
      Examples: an unmap
        | command              | size | flags            | errno  |
        | VFIO_IOMMU_UNMAP_DMA |    0 | none             | EINVAL |
        | VFIO_IOMMU_UNMAP_DMA |   23 | none             | EINVAL |
        | VFIO_IOMMU_UNMAP_DMA |   24 | GET_DIRTY_BITMAP | EINVAL |
        | VFIO_IOMMU_UNMAP_DMA |   24 | VADDR            | EINVAL |
        | VFIO_IOMMU_UNMAP_DMA |   24 | ALL, bit 31      | EINVAL |
        | VFIO_IOMMU_UNMAP_DMA |   24 | none             | ENODEV |
        | VFIO_IOMMU_UNMAP_DMA |   24 | ALL              | ENODEV |

  Rule: a map obeys the rules of a fixed IOMMU_IOAS_MAP

    @VFIO-19 @VFIO-37
    Scenario: both commands share one address space
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB  |
        | size | 2 pages |
      Then it succeeds
      And it wrote nothing back
      And 16 MiB .. +2 pages is mapped in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      Then it fails with EEXIST
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 2 pages read-write
      Then it succeeds
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 2 pages |
        | size | 1 page           |
      Then it fails with EEXIST
      When it unmaps everything from IOAS "guest"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 2 pages |
        | size | 1 page           |
      Then it succeeds
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

    @VFIO-19
    Scenario Outline: a map of <size> at <iova> is refused
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | <iova>    |
        | size  | <size>    |
        | vaddr | <address> |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"

      @VFIO-21
      Examples: nothing
        | iova             | size            | address          | errno     |
        |           16 MiB |         0 bytes | buffer "ram"     | EINVAL    |
        |           32 MiB |         0 bytes | buffer "ram"     | EINVAL    |

      Examples: what is in the way
        | iova             | size            | address          | errno     |
        |           32 MiB |          1 page | buffer "ram"     | EEXIST    |
        | 32 MiB - 1 page  | 1 page + 1 byte | buffer "ram"     | EEXIST    |
        |          U64_MAX |         2 bytes | buffer "ram"     | EOVERFLOW |
        |           16 MiB |          1 page | U64_MAX - 1 byte | EOVERFLOW |

    @VFIO-19 @needs:device
    Scenario: a device sees what is mapped
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      And an inaccessible buffer "hole" of 1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 32 MiB        |
        | vaddr | buffer "hole" |
      Then it fails with EFAULT
      And 32 MiB .. +1 page is not mapped in IOAS "guest"
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-19 @needs:device
    Scenario Outline: memory that may only be read is mapped with flags <flags>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a read-only buffer "rom" of 1 page
      And a device "nic" attached to IOAS "guest"
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | <flags>      |
        | vaddr | buffer "rom" |
      Then it <outcome>
      And 16 MiB .. +1 page <mapped> in IOAS "guest"

      Examples:
        | flags       | outcome           | mapped        |
        | READ        | succeeds          | is mapped     |
        | READ, WRITE | fails with EFAULT | is not mapped |
        | WRITE       | fails with EFAULT | is not mapped |

    @VFIO-19
    Scenario Outline: nothing is looked at before there is a device, with flags <flags>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And an inaccessible buffer "hole" of 1 page
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | <flags>       |
        | vaddr | buffer "hole" |
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "guest"

      @VFIO-20
      Examples: no right
        | flags       |
        | none        |

      Examples: some right
        | flags       |
        | READ        |
        | READ, WRITE |

  Rule: what is mapped is charged as the file says

    @VFIO-36 @needs:device @needs:processes @needs:limits @needs:proc
    Scenario Outline: a file has the rlimit mode <mode>
      Given it destroys IOAS "guest"
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "own"
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET        |
        | ioas_id | IOAS "own" |
      And a device "nic" attached to IOAS "own"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" calls VFIO_IOMMU_MAP_DMA with:
        | size | 5 pages |
      Then it fails with ENOMEM
      And process "vm" has 0 bytes pinned
      When process "vm" calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it succeeds
      And process "vm" has 4 pages pinned
      And process "vm" has <locked> locked

      Examples:
        | mode | locked  |
        |    0 | 0 bytes |
        |    1 | 4 pages |

    @VFIO-36 @needs:device @needs:processes @needs:limits @needs:proc
    Scenario: a new file counts by user
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it succeeds
      And process "vm" has 4 pages pinned
      And process "vm" has 0 bytes locked

    @VFIO-36 @needs:vfio-container @needs:device @needs:processes @needs:limits @needs:proc
    Scenario: a new file of the container counts by process
      Given an iommufd "container" opened as /dev/vfio/vfio
      And an IOAS "own" in iommufd "container"
      And it calls IOMMU_VFIO_IOAS on iommufd "container" with:
        | op      | SET        |
        | ioas_id | IOAS "own" |
      And a device "nic" attached to IOAS "own"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" calls VFIO_IOMMU_MAP_DMA on iommufd "container" with:
        | size | 4 pages |
      Then it succeeds
      And process "vm" has 4 pages pinned
      And process "vm" has 4 pages locked

  Rule: an unmap returns how much it has removed

    Scenario Outline: an unmap of <size> at <iova> succeeds
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 3 pages read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it succeeds
      And it returns:
        | size | <removed> |
      And 16 MiB .. +2 pages <first> in IOAS "guest"
      And 16 MiB + 3 pages .. +2 pages <second> in IOAS "guest"

      @VFIO-24
      Examples: mappings
        | iova             | size    | removed | first         | second        |
        |           16 MiB | 2 pages | 2 pages | is not mapped | is mapped     |
        | 16 MiB + 3 pages | 8 pages | 2 pages | is mapped     | is not mapped |
        |          0 bytes | 64 MiB  | 4 pages | is not mapped | is not mapped |

      @VFIO-23
      Examples: a hole
        | iova             | size    | removed | first         | second        |
        | 16 MiB + 2 pages | 1 page  | 0 bytes | is mapped     | is mapped     |
        |           64 MiB | 1 page  | 0 bytes | is mapped     | is mapped     |

    @VFIO-30
    Scenario Outline: all of <count> mappings are removed, one of <length> at <iova>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL |
        | iova  |   0 |
        | size  |   0 |
      Then it succeeds
      And it wrote back only "size"
      And it returns:
        | size | <removed> |
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"
      And <iova> .. +<length> is not mapped in IOAS "guest"

      Examples:
        | count | length  | iova                       | removed |
        |     2 | 2 pages | 16 MiB + 2 pages           | 4 pages |
        |     2 | 3 pages | U64_MAX - 3 pages + 1 byte | 5 pages |
        |     2 | 3 pages | 0 bytes                    | 5 pages |

    @VFIO-29
    Scenario Outline: all is refused with an iova of <iova> and a size of <size>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | ALL    |
        | iova  | <iova> |
        | size  | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova    | size    |
        | 0 bytes |  1 byte |
        |  1 byte | 0 bytes |
        |  16 MiB | 2 pages |
        | 0 bytes | U64_MAX |

    @VFIO-28
    Scenario Outline: nothing is refused at <iova>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size |      0 |
      Then it fails with EINVAL
      And nothing has changed

      Examples:
        | iova            |
        | 0 bytes         |
        | 16 MiB          |
        | 16 MiB + 1 page |

  Rule: version 2 does not cut a mapping

    @VFIO-25
    Scenario Outline: an unmap of <size> at <iova> of a mapping of 4 pages fails
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with ENOENT
      And it wrote back only "size"
      And it returns:
        | size | 0 |
      And nothing has changed

      Examples:
        | iova            | size             |
        | 16 MiB          | 2 pages          |
        | 16 MiB          | 4 pages - 1 byte |
        | 16 MiB + 1 page | 3 pages          |
        | 16 MiB + 1 byte | 4 pages          |
        | 16 MiB + 1 page | 1 page           |
