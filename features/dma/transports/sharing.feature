@needs:dma @needs:vfio-device
Feature: who shares what is mapped, and how long it lasts, by each transport
  Devices of one address space see the same, others do not; a VMM plugs devices and unplugs them while memory stays mapped.

  Background:
    Given a buffer "ram" of 8 pages
    And a buffer "other" of 8 pages
    And a device "nic"
    And a device "disk"

  Rule: devices of one address space see the same

    Scenario Outline: a device joins after the memory was mapped, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "disk" joins address space "guest"
      Then device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it maps 2 pages of buffer "other" into address space "guest" at 32 MiB read-write
      Then device "nic" sees buffer "other" at 32 MiB .. +2 pages
      And device "disk" sees buffer "other" at 32 MiB .. +2 pages
      When it unmaps 4 pages at 16 MiB from address space "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked

      @VFIO-CTR-16 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-19 @VFIO-34 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-36
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: one of two devices leaves, and comes again, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And device "disk" joins address space "guest"
      And device "nic" leaves address space "guest"
      Then device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it maps 2 pages of buffer "other" into address space "guest" at 32 MiB read-write
      And device "nic" joins address space "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "other" at 32 MiB .. +2 pages
      And device "disk" sees buffer "other" at 32 MiB .. +2 pages
      When device "nic" reads 1 page at 32 MiB + 2 pages
      Then the access is blocked

      @VFIO-CTR-16 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-34 @VFIO-42 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @VFIO-ATT-04
      Examples:
        | transport |
        | IOAS      |

  Rule: devices of two address spaces see nothing of each other

    Scenario Outline: each of two devices sees its own memory at one IOVA, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 2 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Given an address space "neighbour" of <transport>
      When device "disk" joins address space "neighbour"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 2 pages of buffer "other" into address space "neighbour" at 16 MiB read-write
      Then device "disk" sees buffer "other" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it unmaps everything from address space "neighbour"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

      @VFIO-CTR-01 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-34 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-49
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: one memory is mapped for both, by <transport>, and unmapped for one
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Given an address space "neighbour" of <transport>
      When device "disk" joins address space "neighbour"
      And it maps 4 pages of buffer "ram" into address space "neighbour" at 32 MiB read-write
      Then device "disk" sees buffer "ram" at 32 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from address space "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "disk" sees buffer "ram" at 32 MiB .. +4 pages
      When device "disk" writes pattern "arrived" at 32 MiB
      Then it finds pattern "arrived" in buffer "ram"

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

  Rule: what is mapped lasts as long as who holds it

    Scenario Outline: the file is closed while a device is there, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it closes the file of address space "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "other" at 16 MiB .. +4 pages

      @VFIO-CTR-15 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-34 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @OBJ-29
      Examples:
        | transport |
        | IOAS      |

    Scenario Outline: the last device leaves, and the access of the next one, by <transport>, <result>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" leaves address space "guest"
      And device "disk" joins address space "guest"
      And device "disk" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked
      When device "disk" reads 1 page at 16 MiB + 3 pages
      Then the access <result>

      @VFIO-CTR-14 @VFIO-CMP-14 @needs:type1-container @needs:vfio-group
      Examples:
        | transport | result     |
        | type1 v2  | is blocked |

      @VFIO-42 @VFIO-CMP-14 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport | result       |
        | compat    | goes through |

      @PIN-11
      Examples:
        | transport | result       |
        | IOAS      | goes through |

    Scenario Outline: memory goes from the process, and stays for the device, by <transport>
      Given an address space "guest" of <transport>
      When device "nic" joins address space "guest"
      And it maps 4 pages of buffer "ram" into address space "guest" at 16 MiB read-write
      And it munmaps 8 pages of buffer "ram"
      And device "nic" writes pattern "arrived" at 16 MiB
      Then the access goes through
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "arrived"
      When it unmaps 4 pages at 16 MiB from address space "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      @VFIO-UNM-05 @needs:type1-container @needs:vfio-group
      Examples:
        | transport |
        | type1 v2  |

      @VFIO-24 @needs:vfio-compat @needs:vfio-group
      Examples:
        | transport |
        | compat    |

      @IOAS-MAP-34
      Examples:
        | transport |
        | IOAS      |
