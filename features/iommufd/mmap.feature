Feature: mmap() of an iommufd

  Some objects have pages that the user maps into memory of its own: at an offset of the iommufd's file, which the command
  that makes the object returns. Only the whole of such a region can be mapped, and its object lives as long as it is.

  Rule: an iommufd is mapped shared, and never to be executed

    @MMAP-02 @MMAP-03 @MMAP-04 @needs:hw-queue
    Scenario Outline: <flags> <prot> at <offset>, where nothing is
      Given an iommufd
      And an IOAS "guest"
      When it mmaps the iommufd as "page" with:
        | flags  | <flags>  |
        | prot   | <prot>   |
        | offset | <offset> |
      Then it fails with <errno>

      Examples:
        | flags       | prot                 | offset  | errno  |
        | MAP_PRIVATE | PROT_READ            | 0 bytes | EINVAL |
        | MAP_PRIVATE | PROT_READ, PROT_EXEC |  1 page | EINVAL |
        | MAP_SHARED  | PROT_EXEC            | 0 bytes | EPERM  |
        | MAP_SHARED  | PROT_READ, PROT_EXEC |  1 page | EPERM  |
        | MAP_SHARED  | PROT_READ            | 0 bytes | ENXIO  |
        | MAP_SHARED  | PROT_READ            |  1 page | ENXIO  |
        | MAP_SHARED  | PROT_WRITE           |   1 GiB | ENXIO  |

    @MMAP-02 @MMAP-03 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario Outline: <flags> <prot> of a region
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "pages" with:
        | flags | <flags> |
        | prot  | <prot>  |
      Then it fails with <errno>
      When it destroys vIOMMU "smmu"
      Then it succeeds

      Examples:
        | flags       | prot                             | errno  |
        | MAP_PRIVATE | PROT_READ                        | EINVAL |
        | MAP_SHARED  | PROT_READ, PROT_WRITE, PROT_EXEC | EPERM  |

  Rule: a region is mapped whole

    @MMAP-01 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: two mappings of one region are the same memory
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "pages"
      Then buffer "pages" holds:
        | in_data | zero |
        |  0x5eed |    0 |
      When it mmaps vIOMMU "smmu" as "again"
      And it stores pattern "written" in buffer "pages" + 1 page
      Then it finds pattern "written" in buffer "again" + 1 page
      And buffer "again" holds:
        | in_data |
        |  0x5eed |

    @MMAP-01 @IOAS-MAP-33 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: a region cannot be pinned
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "pages"
      And it maps 1 page of buffer "pages" into IOAS "guest" at 16 MiB read-only
      Then it fails with EFAULT

    @MMAP-05 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario Outline: <length> from <offset> of a region of 2 pages
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
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

  Rule: what is mapped keeps its object

    @MMAP-06 @OBJ-15 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: until the last page is given back
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it gives back 1 page of buffer "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When it gives back 1 page of buffer "pages" + 1 page
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @MMAP-06 @needs:hw-queue @needs:test-cmd @needs:nesting @needs:processes
    Scenario: in a process that was forked as well
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      And it mmaps vIOMMU "smmu" as "pages"
      And a process "helper"
      When it gives back 2 pages of buffer "pages"
      And it destroys vIOMMU "smmu"
      Then it fails with EBUSY
      When process "helper" exits
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @MMAP-07 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: the region goes with its object
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      And it destroys vIOMMU "smmu"
      When it mmaps vIOMMU "smmu" as "pages"
      Then it fails with ENXIO

  Rule: each region has offsets of its own

    @MMAP-08 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: three regions, the middle one gone
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "one" for device "nic" with data 0x1 on HWPT "parent"
      And a vIOMMU "two" for device "nic" with data 0x2 on HWPT "parent"
      And a vIOMMU "three" for device "nic" with data 0x3 on HWPT "parent"
      And it destroys vIOMMU "two"
      When it mmaps vIOMMU "two" as "none"
      Then it fails with ENXIO
      When it mmaps vIOMMU "one" as "first"
      And it mmaps vIOMMU "three" as "third"
      And it mmaps the iommufd as "zero"
      Then it fails with ENXIO
      And buffer "first" holds:
        | in_data |
        |     0x1 |
      And buffer "third" holds:
        | in_data |
        |     0x3 |

    @MMAP-08 @needs:hw-queue @needs:test-cmd @needs:nesting
    Scenario: another iommufd has nothing there
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 0x5eed on HWPT "parent"
      And an iommufd "other"
      When it mmaps iommufd "other" as "pages" with:
        | offset | 1 page  |
        | length | 2 pages |
      Then it fails with ENXIO
