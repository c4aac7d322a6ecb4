@needs:dma @needs:vfio-device
Feature: what is unmapped, by each transport
  When the call returns the device does not reach the pages any more, also where it has just used them; and what lies
  beside them it reaches as before.

  Background:
    Given a buffer "ram" of 8 pages
    And a buffer "other" of 8 pages
    And a device "nic"

  Rule: a translation that the device has used goes with its mapping

    Scenario Outline: of three mappings the one between the others is unmapped, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 2 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "other" into address space "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" + 2 pages into address space "guest" at 16 MiB + 4 pages read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "other" at 16 MiB + 2 pages .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 4 pages .. +2 pages
      When it unmaps 2 pages at 16 MiB + 2 pages from address space "guest"
      Then 2 pages of address space "guest" were unmapped
      When device "nic" reads 1 page at 16 MiB + 2 pages
      Then the access is blocked
      When device "nic" writes pattern "late" at 16 MiB + 3 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 4 pages .. +2 pages

      @VFIO-UNM-03 @VFIO-UNM-05 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-24 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-UNMAP-02 @IOAS-UNMAP-17
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: other memory takes the place of what was there, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from address space "guest"
      And it maps 4 pages of buffer "other" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "other" at 16 MiB .. +4 pages
      When device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then it finds pattern "arrived" in buffer "other" + 1 page

      @VFIO-UNM-05 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-24 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-UNMAP-17
      Examples:
        | transport |
        | IOAS      |

  Rule: a range takes all that lies inside it

    Scenario Outline: two mappings go with the hole between them, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 2 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into address space "guest" at 32 MiB read-write
      And it maps 2 pages of buffer "other" into address space "guest" at 64 MiB read-write
      Then device "nic" sees buffer "ram" + 2 pages at 32 MiB .. +2 pages
      When it unmaps 32 MiB at 8 MiB from address space "guest"
      Then 4 pages of address space "guest" were unmapped
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked
      And device "nic" sees buffer "other" at 64 MiB .. +2 pages

      @VFIO-UNM-03 @VFIO-UNM-05 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-24 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-UNMAP-04 @IOAS-UNMAP-17
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: everything is unmapped, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "other" into address space "guest" at 64 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it unmaps everything from address space "guest"
      Then 6 pages of address space "guest" were unmapped
      When device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked

      @VFIO-UNM-09 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-30 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-UNMAP-10
      Examples:
        | transport |
        | IOAS      |

  Rule: what can not be done is told, and nothing is lost of it

    Scenario Outline: a part of a mapping, by <transport>, is <errno>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it unmaps 2 pages at 16 MiB + 1 page from address space "guest"
      Then it fails with <errno>
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      @VFIO-UNM-04 @needs:type1-container @needs:vfio-group
      Examples:
        | transport | errno  |
        | type1 v2  | EINVAL |

      @VFIO-25 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport | errno  |
        | compat    | ENOENT |

      @IOAS-UNMAP-05
      Examples:
        | transport | errno  |
        | IOAS      | ENOENT |

    Scenario Outline: where nothing is mapped, by <transport>, it <outcome>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it unmaps 2 pages at 32 MiB from address space "guest"
      Then it <outcome>
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" reads 1 page at 32 MiB
      Then the access is blocked

      @VFIO-UNM-06 @needs:type1-container @needs:vfio-group
      Examples:
        | transport | outcome  |
        | type1 v2  | succeeds |

      @VFIO-23 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport | outcome  |
        | compat    | succeeds |

      @IOAS-UNMAP-03
      Examples:
        | transport | outcome           |
        | IOAS      | fails with ENOENT |
