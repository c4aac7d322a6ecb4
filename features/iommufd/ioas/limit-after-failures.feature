@needs:device @needs:processes @needs:limits @needs:proc
Feature: the limit of locked memory after calls that failed
  A call that fails half-way gives back all that it had pinned, and counts nothing. So a process can pin exactly as much
  afterwards as it could before, and not a page more: whoever is counted, the user or the process.

  Background:
    Given an iommufd
    And a buffer "ram" of 4 pages
    And a buffer "full" of 8 pages

  Rule: a map that fails leaves the whole limit

    @PIN-15
    Scenario Outline: memory ends at page <gone>, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 8 pages
      When process "vm" munmaps 1 page of buffer "ram" + <gone>
      And process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And process "vm" has 0 bytes pinned
      When process "vm" maps 8 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "full" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM
      And process "vm" has 8 pages pinned

      @IOAS-MAP-29 @IOAS-MAP-40
      Examples:
        | whom        | mode | gone    |
        | the user    |    0 | 0 pages |
        | the user    |    0 | 3 pages |
        | the process |    1 | 2 pages |

    @PIN-15
    Scenario Outline: a map that is too large fails again and again, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 7 pages
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 8 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      When process "vm" maps 4 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENOMEM
      And process "vm" has 4 pages pinned
      And process "vm" has <locked> locked
      When process "vm" maps 3 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "full" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM

      @PIN-01 @IOAS-MAP-40
      Examples:
        | whom        | mode | locked  |
        | the user    |    0 | 0 bytes |
        | the process |    1 | 4 pages |

    @PIN-15
    Scenario Outline: the second mapping of a copy has no memory any more, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "host"
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 8 pages
      When process "vm" maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
      And process "vm" maps 2 pages of buffer "ram" + 2 pages into IOAS "host" at 16 MiB + 2 pages read-write
      And process "vm" munmaps 1 page of buffer "ram" + 3 pages
      And process "vm" copies 4 pages at 16 MiB of IOAS "host" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And process "vm" has 0 bytes pinned
      When process "vm" maps 8 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "full" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM

      @IOAS-COPY-21
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

    @PIN-15 @needs:ioas-map-file
    Scenario Outline: a file is mapped that is too large, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 8 pages
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 7 pages
      When process "vm" maps 8 pages of memfd "image" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENOMEM
      And process "vm" has 0 bytes pinned
      And process "vm" has 0 bytes locked
      When process "vm" maps 7 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of memfd "image" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM
      When process "vm" maps 1 page of buffer "full" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM

      @IOAS-FILE-15
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

  Rule: an attach that fails leaves the whole limit

    @PIN-07
    Scenario Outline: the third of three mappings exceeds it, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 8 pages
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 3 pages of buffer "full" into IOAS "guest" at 32 MiB read-write
      And process "vm" maps 2 pages of buffer "full" + 3 pages into IOAS "guest" at 64 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with ENOMEM
      And process "vm" has 0 bytes pinned
      And process "vm" has 0 bytes locked
      When process "vm" maps 8 pages of buffer "full" into IOAS "other" at 192 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "ram" into IOAS "other" at 256 MiB read-write
      Then it fails with ENOMEM
      When it unmaps everything from IOAS "other"
      And it unmaps 2 pages at 64 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And process "vm" has 7 pages pinned

      @PIN-15
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

    @PIN-07 @needs:hwpt-alloc
    Scenario Outline: a page table that is made by hand exceeds it, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 1 page of buffer "full" into IOAS "guest" at 32 MiB read-write
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it fails with ENOMEM
      When process "vm" maps 4 pages of buffer "full" into IOAS "other" at 64 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "full" into IOAS "other" at 192 MiB read-write
      Then it fails with ENOMEM

      @PIN-15 @HWPT-30
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

  Rule: an unmap that ends too early gives back what it has unmapped

    @IOAS-UNMAP-06
    Scenario Outline: two of three mappings are gone, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 8 pages
      When process "vm" maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 2 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And process "vm" maps 5 pages of buffer "full" into IOAS "guest" at 64 MiB read-write
      And it unmaps 48 MiB + 4 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And process "vm" has 5 pages pinned
      When process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 192 MiB read-write
      Then it fails with ENOMEM
      When process "vm" maps 3 pages of buffer "ram" into IOAS "guest" at 192 MiB read-write
      Then it succeeds

      @PIN-01
      Examples:
        | whom        | mode |
        | the user    |    0 |
        | the process |    1 |

  Rule: a pin of an access that fails leaves the whole limit

    @PIN-15 @needs:test-cmd
    Scenario Outline: a limit of <limit> and <length> that were to be pinned, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And an access "vcpu" that pins on IOAS "guest"
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of <limit>
      And process "vm" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "vm" maps 4 pages of buffer "full" into IOAS "guest" at 16 MiB + 4 pages read-write
      When access "vcpu" pins <length> at 16 MiB as buffer "ram"
      Then it fails with <errno>
      And process "vm" has 0 bytes pinned
      And process "vm" has 0 bytes locked
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      When process "vm" maps <limit> of buffer "full" into IOAS "other" at 32 MiB read-write
      Then it succeeds
      When process "vm" maps 1 page of buffer "full" into IOAS "other" at 64 MiB read-write
      Then it fails with ENOMEM

      Examples: the second of two mappings is too large
        | limit   | length  | whom        | mode | errno  |
        | 7 pages | 8 pages | the user    |    0 | ENOMEM |
        | 7 pages | 8 pages | the process |    1 | ENOMEM |

      @PIN-20
      Examples: a hole lies behind it
        | limit   | length  | whom        | mode | errno  |
        | 8 pages | 9 pages | the user    |    0 | ENOENT |
        | 8 pages | 9 pages | the process |    1 | ENOENT |

  Rule: a change of the process that fails leaves the whole limit of both

    @OPT-25 @needs:change-process
    Scenario Outline: the caller may lock two of three mappings, counted by <whom>
      Given it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" has a memlock limit of 8 pages
      And process "old" maps 1 page of memfd "image" into IOAS "guest" at 16 MiB read-write
      And process "old" maps 2 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 64 MiB read-write
      And process "new" has a memlock limit of <limit>
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with ENOMEM
      And process "old" has 7 pages pinned
      And process "old" has <locked> locked
      And process "new" has 0 bytes pinned
      And process "new" has 0 bytes locked
      When process "old" maps 1 page of buffer "full" into IOAS "guest" at 192 MiB read-write
      Then it succeeds
      When process "old" maps 1 page of buffer "full" into IOAS "guest" at 256 MiB read-write
      Then it fails with ENOMEM
      When it unmaps everything from IOAS "guest"
      And process "new" has a memlock limit of 8 pages
      And process "new" maps 8 pages of buffer "full" into IOAS "guest" at 192 MiB read-write
      Then it succeeds
      When process "new" maps 1 page of buffer "full" into IOAS "guest" at 256 MiB read-write
      Then it fails with ENOMEM

      Examples:
        | whom        | mode | limit    | locked  |
        | the user    |    0 | 13 pages | 0 bytes |
        | the process |    1 |  6 pages | 7 pages |
