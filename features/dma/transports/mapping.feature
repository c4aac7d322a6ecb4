@needs:dma @needs:vfio-device
Feature: what is mapped, by each transport
  A VMM maps memory of its guest by a container with type1, by an iommufd in its place, or into an IOAS. A device behind it
  sees the same.

  Background:
    Given a buffer "ram" of 8 pages
    And a buffer "other" of 8 pages
    And a device "nic"

  Rule: a device reaches what is mapped, and nothing beside it

    Scenario Outline: four pages are mapped, of <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" writes pattern "arrived" at 16 MiB + 3 pages
      Then it finds pattern "arrived" in buffer "ram" + 3 pages
      When device "nic" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB - 1 page
      Then the access is blocked

      @VFIO-MAP-12 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-49
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: of two mappings with a hole between them, by <transport>, the hole is blocked
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 2 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into address space "guest" at 16 MiB + 3 pages read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 3 pages .. +2 pages
      When device "nic" reads 1 page at 16 MiB + 2 pages
      Then the access is blocked

      @VFIO-MAP-12 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-49
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: memory that is mapped twice is seen at both places, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into address space "guest" at 32 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "ram" at 32 MiB .. +2 pages
      When it unmaps 4 pages at 16 MiB from address space "guest"
      Then device "nic" sees buffer "ram" at 32 MiB .. +2 pages
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      @VFIO-MAP-14 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @VFIO-24 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-49
      Examples:
        | transport |
        | IOAS      |

  Rule: rights hold for the device

    Scenario Outline: what is mapped read-only, by <transport>, is not written
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-only
      And it maps 4 pages of buffer "other" into address space "guest" at 32 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" writes pattern "arrived" at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" writes pattern "arrived" at 32 MiB
      Then it finds pattern "arrived" in buffer "other"

      @VFIO-MAP-12 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-48
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: neither right, by <transport>, is refused
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 1 page of buffer "ram" into address space "guest" at 16 MiB without rights
      Then it fails with EINVAL
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      @VFIO-MAP-02 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @IOAS-MAP-03
      Examples:
        | transport |
        | IOAS      |

    @VFIO-20 @needs:vfio-compat @needs:vfio-group
    Scenario: neither right, by compat, leads to nothing, whatever a driver says of it
      Given an address space "guest" of compat
      When device "nic" joins address space "guest"
      And it maps 1 page of buffer "other" into address space "guest" at 16 MiB without rights
      Then it succeeds or fails with EINVAL
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" writes pattern "arrived" at 16 MiB
      Then the access is blocked

  Rule: a map that is refused changes nothing that a device sees

    Scenario Outline: what overlaps a mapping, by <transport>, is refused
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "other" into address space "guest" at 16 MiB + 3 pages read-write
      Then it fails with EEXIST
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked

      @VFIO-MAP-06 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-14
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: half a page, by <transport>, is refused
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 KiB of buffer "other" into address space "guest" at 32 MiB read-write
      Then it fails with EINVAL
      When device "nic" reads 1 page at 32 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      @VFIO-MAP-05 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-09
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: memory that is not there, by <transport>, is refused as a whole
      Given an inaccessible buffer "untouchable" of 9 pages
      And an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 9 pages of buffer "untouchable" into address space "guest" at 16 MiB read-write
      Then it fails with EFAULT
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      @VFIO-MAP-10 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-29
      Examples:
        | transport |
        | IOAS      |
