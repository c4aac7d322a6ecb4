Feature: pinned memory
  Pages are pinned when a page table or an access needs them, and counted once for each mapping that pins them. Whoever
  mapped is charged. RLIMIT_MEMLOCK limits what a user, or with the rlimit mode at 1 a process, has pinned, except for
  mappings that were made with CAP_IPC_LOCK.

  Rule: a map that would pin more than RLIMIT_MEMLOCK allows is refused, and undone

    @IOAS-MAP-40 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: a map of <size> exceeds a limit of <limit>, counted by <whom>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of <limit>
      When process "vm" maps <size> of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"
      And process "vm" has 0 bytes pinned
      And it has 0 bytes pinned

      @PIN-01
      Examples:
        | whom        | mode | size    | limit            |
        | the user    |    0 |  1 page |          0 bytes |
        | the user    |    0 |  1 page |  1 page - 1 byte |
        | the user    |    0 | 4 pages |          3 pages |
        | the user    |    0 | 4 pages | 4 pages - 1 byte |
        | the process |    1 |  1 page |          0 bytes |
        | the process |    1 | 4 pages | 4 pages - 1 byte |

    @IOAS-MAP-40 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: a map of exactly what the limit allows succeeds, counted by <whom>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And process "vm" has 4 pages pinned
      And process "vm" has <locked> locked
      When process "vm" maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      And process "vm" has 4 pages pinned
      And process "vm" has <locked> locked
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then process "vm" has 0 bytes pinned
      And process "vm" has 0 bytes locked
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it succeeds

      @OPT-09
      Examples: mode 0
        | whom        | mode | locked  |
        | the user    |    0 | 0 bytes |

      @OPT-09 @PIN-04
      Examples: mode 1
        | whom        | mode | locked  |
        | the process |    1 | 4 pages |

  Rule: nothing is counted before it is pinned

    @IOAS-MAP-40 @PIN-06 @PIN-07 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: a map without a page table may exceed the limit
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 1 page
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And process "vm" has 0 bytes pinned
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      When it attaches device "nic" to IOAS "guest"
      Then it fails with ENOMEM
      And process "vm" has 0 bytes pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

  Rule: in mode 0 the processes of one user share the limit, in mode 1 each has its own

    @OPT-09 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: a second process can pin as much as the first, counted by <whom>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And a process "one" without IPC_LOCK
      And a process "two" without IPC_LOCK
      And process "one" has a memlock limit of 4 pages
      And process "two" has a memlock limit of 4 pages
      And process "one" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When process "two" maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      Then it <outcome>
      And process "one" has 4 pages pinned
      And process "two" has <pinned> pinned

      @PIN-03
      Examples: mode 0
        | whom        | mode | outcome           | pinned  |
        | the user    |    0 | fails with ENOMEM | 0 bytes |

      @PIN-04
      Examples: mode 1
        | whom        | mode | outcome           | pinned  |
        | the process |    1 | succeeds          | 4 pages |

  Rule: with CAP_IPC_LOCK nothing is limited

    @PIN-02 @needs:limits @needs:device @needs:proc
    Scenario Outline: a mapping may exceed the limit, counted by <whom>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And it has a memlock limit of 0
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And it has 4 pages pinned
      And it has 0 bytes locked

      @PIN-05
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

    @PIN-02 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: <who> mapped, and the pages are pinned only when a device is attached
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "other"
      And a process "vm" without IPC_LOCK
      And a process "host"
      And process "vm" has a memlock limit of 1 page
      And process "host" has a memlock limit of 1 page
      And process "<name>" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it attaches device "nic" to IOAS "guest"
      Then it <outcome>
      And process "<name>" has <pinned> pinned
      And it has 0 bytes pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

      Examples: the capability of the map counts
        | who                   | name | outcome           | pinned  |
        | one with CAP_IPC_LOCK | host | succeeds          | 4 pages |

      @PIN-07
      Examples: that of the attach does not
        | who                   | name | outcome           | pinned  |
        | one without it        | vm   | fails with ENOMEM | 0 bytes |

    @PIN-04 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: what another process attaches is charged to the one that mapped, which may lock <limit>, in rlimit mode 1
      Given an iommufd
      And it sets the rlimit mode of the iommufd to 1
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "other"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of <limit>
      And process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it attaches device "nic" to IOAS "guest"
      Then it <outcome>
      And process "vm" has <pages> pinned
      And process "vm" has <pages> locked
      And it has 0 bytes pinned
      And it has 0 bytes locked
      When it unmaps everything from IOAS "guest"
      Then process "vm" has 0 bytes pinned
      And process "vm" has 0 bytes locked

      @PIN-05
      Examples: enough
        | limit   | outcome           | pages   |
        | 4 pages | succeeds          | 4 pages |

      Examples: not enough
        | limit   | outcome           | pages   |
        | 3 pages | fails with ENOMEM | 0 pages |

  Rule: the process that mapped is charged, in any mode

    @PIN-05 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: a process <capability> CAP_IPC_LOCK is counted by <whom>, in rlimit mode <mode>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And <process>
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then process "vm" has 4 pages pinned
      And it has 0 bytes pinned
      When process "vm" maps 2 pages of buffer "ram" into IOAS "guest" at 32 MiB read-only
      Then process "vm" has 6 pages pinned
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then process "vm" has 2 pages pinned
      When it unmaps 2 pages at 32 MiB from IOAS "guest"
      Then process "vm" has 0 bytes pinned

      Examples:
        | capability | whom        | mode | process                         |
        | with       | nobody      |    0 | a process "vm"                  |
        | with       | nobody      |    1 | a process "vm"                  |
        | without    | the user    |    0 | a process "vm" without IPC_LOCK |
        | without    | the process |    1 | a process "vm" without IPC_LOCK |

  Rule: what a process has mapped can be unmapped when it is gone

    @PIN-16 @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: the process, by which it was counted, has exited
      Given an iommufd
      And it sets the rlimit mode of the iommufd to 1
      And an IOAS "guest"
      And a buffer "ram" of 8 pages
      And a device "nic" attached to IOAS "guest"
      And a process "one" without IPC_LOCK
      And process "one" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "one" has 4 pages pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When process "one" exits
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"
      And it has 0 bytes pinned
      And it has 0 bytes locked
