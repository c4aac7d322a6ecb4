Feature: mmap() of an iommufd
  Some objects have pages that the user maps into memory of its own: at an offset of the iommufd's file, which the command
  that makes the object returns. Only the whole of such a region can be mapped, and its object lives as long as it is.

  @needs:hw-queue
  Rule: an iommufd is mapped shared, and never to be executed

    Background:
      Given an iommufd
      And an IOAS "guest"

    Scenario Outline: <flags> <prot> is refused at <offset>, where nothing is
      When it mmaps the iommufd as "page" with:
        | flags  | <flags>  |
        | prot   | <prot>   |
        | offset | <offset> |
      Then it fails with <errno>

      @MMAP-02
      Examples: private
        | flags       | prot                 | offset  | errno  |
        | MAP_PRIVATE | PROT_READ            | 0 bytes | EINVAL |
        | MAP_PRIVATE | PROT_READ, PROT_EXEC |  1 page | EINVAL |

      @MMAP-03
      Examples: executable
        | flags       | prot                 | offset  | errno  |
        | MAP_SHARED  | PROT_EXEC            | 0 bytes | EPERM  |
        | MAP_SHARED  | PROT_READ, PROT_EXEC |  1 page | EPERM  |

      @MMAP-04
      Examples: shared
        | flags       | prot                 | offset  | errno  |
        | MAP_SHARED  | PROT_READ            | 0 bytes | ENXIO  |
        | MAP_SHARED  | PROT_READ            |  1 page | ENXIO  |
        | MAP_SHARED  | PROT_WRITE           |   1 GiB | ENXIO  |

    @needs:test-cmd @needs:nesting
    Scenario Outline: <flags> <prot> of a region is refused
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 24301 on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "pages" with:
        | flags | <flags> |
        | prot  | <prot>  |
      Then it fails with <errno>
      When it destroys vIOMMU "smmu"
      Then it succeeds

      @MMAP-02
      Examples: private
        | flags       | prot                             | errno  |
        | MAP_PRIVATE | PROT_READ                        | EINVAL |

      @MMAP-03
      Examples: executable
        | flags       | prot                             | errno  |
        | MAP_SHARED  | PROT_READ, PROT_WRITE, PROT_EXEC | EPERM  |

  @needs:hw-queue @needs:test-cmd @needs:nesting
  Rule: a region is mapped whole

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 24301 on HWPT "parent"

    @MMAP-01
    Scenario: two mappings of one region are the same memory
      When it mmaps vIOMMU "smmu" as "pages"
      Then buffer "pages" holds:
        | in_data | zero |
        |   24301 |    0 |
      When it mmaps vIOMMU "smmu" as "again"
      And it stores pattern "written" in buffer "pages" + 1 page
      Then it finds pattern "written" in buffer "again" + 1 page
      And buffer "again" holds:
        | in_data |
        |   24301 |

    @MMAP-01 @IOAS-MAP-33
    Scenario: a region cannot be pinned
      When it mmaps vIOMMU "smmu" as "pages"
      And it maps 1 page of buffer "pages" into IOAS "guest" at 16 MiB read-only
      Then it fails with EFAULT

    @MMAP-05
    Scenario Outline: a mapping of <length> from <offset> of a region of 2 pages is refused
      When it mmaps vIOMMU "smmu" as "pages" with:
        | offset | <offset> |
        | length | <length> |
      Then it fails with ENXIO
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | offset  | length  |
        | 0 bytes |  1 page |
        | 0 bytes | 3 pages |
        |  1 page |  1 page |
        |  1 page | 2 pages |
        | 2 pages | 2 pages |

  @needs:hw-queue @needs:test-cmd @needs:nesting
  Rule: what is mapped keeps its object

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 24301 on HWPT "parent"

    @MMAP-06 @OBJ-15
    Scenario: the object stays until the last page is munmapped
      When it mmaps vIOMMU "smmu" as "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it munmaps 1 page of buffer "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it munmaps 1 page of buffer "pages" + 1 page
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @MMAP-06 @needs:processes
    Scenario: the mapping of a process that was forked keeps the object as well
      Given it mmaps vIOMMU "smmu" as "pages"
      And a process "helper"
      When it munmaps 2 pages of buffer "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When process "helper" exits
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @MMAP-07
    Scenario: the region is destroyed with its object
      Given it destroys vIOMMU "smmu"
      When it mmaps vIOMMU "smmu" as "pages"
      Then it fails with ENXIO

  @needs:hw-queue @needs:test-cmd @needs:nesting
  Rule: each region has offsets of its own

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"

    @MMAP-08
    Scenario: the middle one of three regions is destroyed
      Given a vIOMMU "one" for device "nic" with data 1 on HWPT "parent"
      And a vIOMMU "two" for device "nic" with data 2 on HWPT "parent"
      And a vIOMMU "three" for device "nic" with data 3 on HWPT "parent"
      And it destroys vIOMMU "two"
      When it mmaps vIOMMU "two" as "none"
      Then it fails with ENXIO
      When it mmaps vIOMMU "one" as "first"
      And it mmaps vIOMMU "three" as "third"
      And it mmaps the iommufd as "zero" with:
        | offset | 0 bytes |
        | length | 2 pages |
      Then it fails with ENXIO
      And buffer "first" holds:
        | in_data |
        |       1 |
      And buffer "third" holds:
        | in_data |
        |       3 |

    @MMAP-08
    Scenario Outline: vIOMMU "<gone>" of three is destroyed, and another one made
      Given a vIOMMU "one" for device "nic" with data 1 on HWPT "parent"
      And a vIOMMU "two" for device "nic" with data 2 on HWPT "parent"
      And a vIOMMU "three" for device "nic" with data 3 on HWPT "parent"
      And it destroys vIOMMU "<gone>"
      And a vIOMMU "four" for device "nic" with data 4 on HWPT "parent"
      When it mmaps vIOMMU "four" as "new"
      And it mmaps vIOMMU "<low>" as "below"
      And it mmaps vIOMMU "<high>" as "above"
      And it stores pattern "fresh" in buffer "new" + 1 page
      Then it finds pattern "fresh" in buffer "new" + 1 page
      And buffer "new" holds:
        | in_data |
        |       4 |
      And buffer "below" holds:
        | in_data |
        | <a>     |
      And buffer "above" holds:
        | in_data |
        | <b>     |

      Examples:
        | gone  | low | high  | a | b |
        | one   | two | three | 2 | 3 |
        | two   | one | three | 1 | 3 |
        | three | one | two   | 1 | 2 |

    @MMAP-08
    Scenario: another iommufd has nothing there
      Given a vIOMMU "smmu" for device "nic" with data 24301 on HWPT "parent"
      And an iommufd "other"
      When it mmaps iommufd "other" as "pages" with:
        | offset |  1 page |
        | length | 2 pages |
      Then it fails with ENXIO
