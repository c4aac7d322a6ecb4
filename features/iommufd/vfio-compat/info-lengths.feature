@needs:vfio-compat
Feature: VFIO_IOMMU_GET_INFO of an iommufd with room for some
  The struct of 24 bytes is followed by two capabilities: 12 bytes for the DMA entries left, and after a gap of 4 bytes
  16 bytes for the IOVA ranges and 16 more for each of them. Each part is written where all of it fits, the head of the
  ranges only where all ranges do. Here memory ends where the room does, so that no byte beyond it can be written.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "info" of 2 pages
    And it calls IOMMU_VFIO_IOAS with:
      | op      | SET          |
      | ioas_id | IOAS "guest" |
    And it munmaps 1 page of buffer "info" + 1 page

  Rule: the struct is written as far as there is room for it

    @VFIO-14
    Scenario Outline: <size> at the end of memory hold the begin of the struct
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "info" + 1 page - <size>
      Then it succeeds
      And buffer "info" + 1 page - <size> holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset   | pad   |
        |    72 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte | <cap_offset> | <pad> |

      @VFIO-15
      Examples:
        | size     | cap_offset | pad |
        | 16 bytes |            |     |
        | 19 bytes |            |     |
        | 20 bytes |          0 |     |
        | 23 bytes |          0 |     |
        | 24 bytes |          0 |   0 |
        | 35 bytes |          0 |   0 |

    @VFIO-12
    Scenario Outline: <size> at the end of memory are too few
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "info" + 1 page - <size>
      Then it fails with EFAULT
      And buffer "info" + 1 page - <size> holds:
        | argsz   | flags   | iova_pgsizes |
        | <argsz> | <flags> | <pgsizes>    |

      Examples:
        | size     | argsz | flags | pgsizes |
        |  4 bytes |     4 |       |         |
        |  8 bytes |     8 | left  |         |
        | 15 bytes |    15 | left  | left    |

  Rule: a capability is written where it fits, and linked where the next one may begin

    @VFIO-15
    Scenario Outline: <size> at the end of memory hold some of the capabilities
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "info" + 1 page - <size>
      Then it succeeds
      And buffer "info" + 1 page - <size> holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset | pad |
        |    72 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte |          0 |   0 |
      And buffer "info" + 1 page + 24 bytes - <size> holds:
        | id, version | next   | avail   | gap   | id, version | next   | nr_iovas | reserved | start   |         | last    |
        | <id>        | <next> | <avail> | <gap> | <head>      | <head> | <head>   | <head>   | <start> | <start> | <start> |

      @VFIO-39
      Examples:
        | size     | id            | next | avail          | gap  | head | start |
        | 32 bytes | left          | left |                |      |      |       |
        | 35 bytes | left          | left |                |      |      |       |
        | 36 bytes | 64 KiB + 3    |    0 | 4 GiB - 1 byte |      |      |       |
        | 39 bytes | 64 KiB + 3    |    0 | 4 GiB - 1 byte |      |      |       |
        | 40 bytes | 64 KiB + 3    |   40 | 4 GiB - 1 byte | left |      |       |
        | 56 bytes | 64 KiB + 3    |   40 | 4 GiB - 1 byte | left | left |       |
        | 71 bytes | 64 KiB + 3    |   40 | 4 GiB - 1 byte | left | left | left  |

    @VFIO-15
    Scenario Outline: of room for <size> no byte is written beyond the 72 of all capabilities
      Given a buffer "wide" of 1 page
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "wide"
      Then it succeeds
      And buffer "wide" holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset | pad |
        |    72 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte |         24 |   0 |
      And buffer "wide" + 24 bytes holds:
        | id, version | next | avail          | gap  |
        | 64 KiB + 3  |   40 | 4 GiB - 1 byte | left |
      And buffer "wide" + 40 bytes holds:
        | id, version | next | nr_iovas | reserved | start |   | last           |                | behind |      |
        | 64 KiB + 1  |    0 |        1 |        0 |     0 | 0 | 4 GiB - 1 byte | 4 GiB - 1 byte | left   | left |

      @VFIO-39
      Examples:
        | size     |
        | 72 bytes |
        | 73 bytes |
        | 80 bytes |

    @VFIO-39 @needs:test-cmd
    Scenario Outline: <size> at the end of memory hold the begin of two ranges
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "info" + 1 page - <size>
      Then it succeeds
      And buffer "info" + 1 page - <size> holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset   | pad |
        |    88 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte | <cap_offset> |   0 |
      And buffer "info" + 1 page + 24 bytes - <size> holds:
        | id, version | next | avail          | gap  | id, version | next   | nr_iovas | reserved |
        | 64 KiB + 3  |   40 | 4 GiB - 1 byte | left | <id>        | <next> | <count>  | <next>   |
      And buffer "info" + 1 page + 56 bytes - <size> holds:
        | start   |         | last   |        | start          |          | last   |        |
        | <first> | <first> | <last> | <high> | <second> | <third> | <fourth> | <fifth> |

      Examples:
        | size     | id         | next | count | first | last            | high | second          | third | fourth         | fifth          | cap_offset |
        | 68 bytes | left       | left | left  | left  | left            |      |                 |       |                |                |          0 |
        | 72 bytes | left       | left | left  |     0 | 16 MiB - 1 byte |    0 |                 |       |                |                |          0 |
        | 84 bytes | left       | left | left  |     0 | 16 MiB - 1 byte |    0 | left            | left  | left           |                |          0 |
        | 88 bytes | 64 KiB + 1 |    0 |     2 |     0 | 16 MiB - 1 byte |    0 | 16 MiB + 1 page |     0 | 4 GiB - 1 byte | 4 GiB - 1 byte |         24 |

    @VFIO-39 @needs:test-cmd
    Scenario: no range is left, and their head still takes 16 bytes
      Given 0 .. +U64_MAX is reserved in IOAS "guest"
      And U64_MAX .. +1 byte is reserved in IOAS "guest"
      When it calls VFIO_IOMMU_GET_INFO with 56 bytes of buffer "info" + 1 page - 56 bytes
      Then it succeeds
      And buffer "info" + 1 page - 56 bytes holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset | pad |
        |    56 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte |         24 |   0 |
      And buffer "info" + 1 page - 32 bytes holds:
        | id, version | next | avail          | gap  | id, version | next | nr_iovas | reserved |
        | 64 KiB + 3  |   40 | 4 GiB - 1 byte | left | 64 KiB + 1  |    0 |        0 |        0 |

  Rule: what does not lie in memory is EFAULT, and the parts before it have been written

    @VFIO-40
    Scenario Outline: memory ends after <real> of <size>
      When it calls VFIO_IOMMU_GET_INFO with <size> of buffer "info" + 1 page - <real>
      Then it fails with EFAULT
      And buffer "info" + 1 page - <real> holds:
        | argsz  | flags | iova_pgsizes |      |
        | <room> | left  | left         | left |
      And buffer "info" + 1 page + 24 bytes - <real> holds:
        | id, version | next   | avail   | gap   | id, version | next   | nr_iovas |
        | <id>        | <next> | <avail> | <gap> | <head>      | <head> | <head>   |

      Examples:
        | size     | real     | room | id         | next | avail          | gap  | head |
        | 72 bytes | 36 bytes |   72 | 64 KiB + 3 |    0 | 4 GiB - 1 byte |      |      |
        | 72 bytes | 56 bytes |   72 | 64 KiB + 3 |    0 | 4 GiB - 1 byte | left | left |
        | 80 bytes | 68 bytes |   80 | 64 KiB + 3 |    0 | 4 GiB - 1 byte | left | left |

    @VFIO-40
    Scenario: memory ends before the first capability
      When it calls VFIO_IOMMU_GET_INFO with 36 bytes of buffer "info" + 1 page - 24 bytes
      Then it fails with EFAULT
      And buffer "info" + 1 page - 24 bytes holds:
        | argsz | flags | iova_pgsizes |      | cap_offset | pad  |
        |    36 | left  | left         | left | left       | left |

    @VFIO-40
    Scenario: room for less than the first capability lies in no memory, and is not needed
      When it calls VFIO_IOMMU_GET_INFO with 35 bytes of buffer "info" + 1 page - 24 bytes
      Then it succeeds
      And buffer "info" + 1 page - 24 bytes holds:
        | argsz | flags | iova_pgsizes   |                | cap_offset | pad |
        |    72 |     3 | 4 GiB - 1 page | 4 GiB - 1 byte |          0 |   0 |
