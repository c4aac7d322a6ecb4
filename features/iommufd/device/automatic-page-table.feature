@needs:two-devices
Feature: a page table that attaching made, and who shares it
  The first device that is attached to an IOAS gets a page table, which those that come later share, whether they name the
  IOAS or the page table. It is nobody's own: it goes with the last of them, and not with the one that it was made for.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a device "nic" attached to IOAS "guest"
    And a device "disk"

  Rule: who leaves takes nothing from the other one, and may come again

    @OBJ-23
    Scenario Outline: device "<first>" leaves and comes again to <again>, after device "disk" joined <joined>
      When it attaches device "disk" to <joined>
      And it detaches device "<first>"
      Then the page table of device "<other>" exists
      And device "<other>" sees buffer "ram" at 16 MiB .. +4 pages
      And device "<first>" does not see buffer "ram" at 16 MiB .. +1 page
      When it attaches device "<first>" to <again>
      Then device "<first>" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "<other>"
      Then the page table of device "<other>" exists
      And device "<first>" sees buffer "ram" at 16 MiB .. +4 pages
      And device "<other>" does not see buffer "ram" at 16 MiB .. +1 page
      When it destroys the page table of device "<first>"
      Then it fails with EBUSY
      When it detaches device "<first>"
      Then the page table of device "<other>" no longer exists
      And device "<first>" does not see buffer "ram" at 16 MiB .. +1 page
      When it destroys IOAS "guest"
      Then it succeeds

      @DEV-22
      Examples: by the IOAS only
        | joined                          | first | other | again                           |
        | IOAS "guest"                    | nic   | disk  | IOAS "guest"                    |
        | IOAS "guest"                    | disk  | nic   | IOAS "guest"                    |

      @OBJ-25 @DEV-22
      Examples: by the IOAS once, by its id once
        | joined                          | first | other | again                           |
        | IOAS "guest"                    | nic   | disk  | the page table of device "disk" |
        | IOAS "guest"                    | disk  | nic   | the page table of device "nic"  |
        | the page table of device "nic"  | nic   | disk  | IOAS "guest"                    |
        | the page table of device "nic"  | disk  | nic   | IOAS "guest"                    |

      @OBJ-25
      Examples: by its id only
        | joined                          | first | other | again                           |
        | the page table of device "nic"  | nic   | disk  | the page table of device "disk" |
        | the page table of device "nic"  | disk  | nic   | the page table of device "nic"  |

    @PIN-11 @needs:proc
    Scenario Outline: the pages stay pinned for a device that joined <joined>, and go with it
      When it attaches device "disk" to <joined>
      Then it has 4 pages pinned
      When it detaches device "nic"
      Then it has 4 pages pinned
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it has 6 pages pinned
      And device "disk" sees buffer "ram" at 32 MiB .. +2 pages
      When it detaches device "disk"
      Then it has 0 pages pinned

      Examples: by the IOAS
        | joined                         |
        | IOAS "guest"                   |

      @OBJ-25
      Examples: by its id
        | joined                         |
        | the page table of device "nic" |

    @OBJ-22 @DEV-22
    Scenario: both have left, and the one that joined is the first to come again
      When it attaches device "disk" to the page table of device "nic"
      And it detaches device "nic"
      And it detaches device "disk"
      Then the page table of device "disk" no longer exists
      When it attaches device "disk" to the page table of device "nic"
      Then it fails with ENOENT
      When it attaches device "disk" to IOAS "guest"
      And it attaches device "nic" to the page table of device "disk"
      And it detaches device "disk"
      Then the page table of device "nic" exists
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "nic"
      Then the page table of device "disk" no longer exists

  @needs:vfio-device
  Rule: a device that moves or is closed leaves the page table like one that is detached

    @OBJ-22
    Scenario Outline: the first device <leaves> after the second has joined <joined>
      Given an IOAS "other"
      When it attaches device "disk" to <joined>
      And it <does>
      Then the page table of device "disk" exists
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "disk"
      Then the page table of device "disk" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds

      Examples: by the IOAS
        | leaves    | joined                         | does                                  |
        | moves off | IOAS "guest"                   | attaches device "nic" to IOAS "other" |
        | is closed | IOAS "guest"                   | closes device "nic"                   |

      @OBJ-25
      Examples: by its id
        | leaves    | joined                         | does                                  |
        | moves off | the page table of device "nic" | attaches device "nic" to IOAS "other" |
        | is closed | the page table of device "nic" | closes device "nic"                   |
