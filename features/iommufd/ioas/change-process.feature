Feature: IOMMU_IOAS_CHANGE_PROCESS

  Makes the caller the process that owns all mappings of the file, so that a virtual machine monitor can hand its memory,
  its devices and its iommufd to a new image of itself. Only memory of files can change hands: the caller must see the same
  pages.

  Rule: a reserved field is 0

    @OPT-21 @needs:change-process
    Scenario Outline: a reserved field of <value> is refused
      Given an iommufd
      When it calls IOMMU_IOAS_CHANGE_PROCESS with:
        | __reserved | <value> |
      Then it fails with EOPNOTSUPP

      Examples:
        | value  |
        |      1 |
        | bit 31 |

    @OPT-21 @OPT-22 @needs:change-process
    Scenario: a reserved field is looked at before a mapping of user memory
      Given an iommufd
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_IOAS_CHANGE_PROCESS with:
        | __reserved | 1 |
      Then it fails with EOPNOTSUPP
      And nothing has changed

  Rule: memory that is not of a file cannot change hands

    @OPT-22 @needs:change-process
    Scenario Outline: a mapping of user memory in the <which> of two IOASs is in the way
      Given an iommufd
      And an IOAS "first"
      And an IOAS "second"
      And a buffer "ram" of 2 pages
      And a memfd "image" of 4 pages
      And it maps 4 pages of memfd "image" into IOAS "first" at 32 MiB read-write
      And it maps 4 pages of memfd "image" into IOAS "second" at 32 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "<which>" at 64 MiB read-write
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with EINVAL
      And nothing has changed
      When it unmaps 2 pages at 64 MiB from IOAS "<which>"
      And it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds

      Examples:
        | which  |
        | first  |
        | second |

    @OPT-22 @needs:change-process @needs:dma-buf @needs:test-cmd
    Scenario: a mapping of a dma-buf is in the way
      Given an iommufd
      And an IOAS "guest"
      And a dma-buf "bar" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 64 MiB read-write
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with EINVAL
      And nothing has changed
      When it unmaps everything from IOAS "guest"
      And it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds

    @OPT-22 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: nobody is charged when it fails
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 1 page
      And a memfd "image" of 4 pages
      And a device "nic" attached to IOAS "guest"
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" maps 1 page of buffer "ram" into IOAS "other" at 32 MiB read-write
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with EINVAL
      And nothing has changed
      And process "old" has 4 pages pinned
      And process "new" has 0 bytes pinned

  Rule: the process that owns the mappings already may call it

    @OPT-23 @needs:change-process
    Scenario: an owner without any mapping may call it
      Given an iommufd
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      Given an IOAS "guest"
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And IOAS "guest" exists
      And object 2 does not exist

    @OPT-23 @needs:change-process @needs:device @needs:proc
    Scenario: an owner of a pinned mapping of a memfd may call it
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And it maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And nothing has changed
      And it has 4 pages pinned

    @OPT-23 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: an owner of a mapping that counts may call it, in rlimit mode <mode>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "vm" without IPC_LOCK
      And process "vm" has a memlock limit of 4 pages
      And process "vm" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      When process "vm" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And nothing has changed
      And process "vm" has 4 pages pinned

      Examples:
        | mode |
        |    0 |
        |    1 |

  Rule: the charge moves to the caller

    @OPT-24 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: two mappings are charged to the caller, in rlimit mode <mode>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" maps 1 page of memfd "image" into IOAS "guest" at 64 MiB read-write
      And process "old" has 5 pages pinned
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And process "old" has 0 bytes pinned
      And process "old" has 0 bytes locked
      And process "new" has 5 pages pinned
      And process "new" has <locked> locked
      And 32 MiB .. +4 pages is mapped in IOAS "guest"
      When it unmaps 4 pages at 32 MiB from IOAS "guest"
      Then process "new" has 1 page pinned
      When it unmaps everything from IOAS "guest"
      Then process "new" has 0 bytes pinned
      And process "new" has 0 bytes locked
      And process "old" has 0 bytes pinned

      @OPT-28
      Examples:
        | mode | locked  |
        |    0 | 0 bytes |
        |    1 | 5 pages |

    @OPT-24 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: a mapping that nothing has pinned yet moves as well
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And process "new" has 0 bytes pinned
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And process "new" has 4 pages pinned
      And process "old" has 0 bytes pinned

    @OPT-24 @needs:change-process @needs:processes @needs:device @needs:proc
    Scenario: a mapping made with CAP_IPC_LOCK stays where it was counted
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "new"
      And it maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And it has 4 pages pinned
      And process "new" has 0 bytes pinned

    @OPT-28 @needs:change-process @needs:processes @needs:device @needs:proc
    Scenario: an unmap leaves nobody charged for a mapping made with CAP_IPC_LOCK
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "new"
      And it maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And it has 4 pages pinned
      And process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      When it unmaps 4 pages at 32 MiB from IOAS "guest"
      Then it succeeds
      And process "new" has 0 bytes pinned
      And it has 0 bytes pinned

    @OPT-26 @needs:change-process @needs:processes @needs:limits @needs:two-devices @needs:device @needs:proc
    Scenario Outline: pages that were copied count once, in rlimit mode <mode>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" copies 4 pages at 32 MiB of IOAS "guest" into IOAS "other" at 64 MiB read-write
      And process "old" copies 4 pages at 32 MiB of IOAS "guest" into IOAS "guest" at 96 MiB read-write
      And process "old" has 4 pages pinned
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And process "old" has 0 bytes pinned
      And process "new" has 4 pages pinned
      When it unmaps everything from IOAS "guest"
      Then process "new" has 4 pages pinned
      When it unmaps everything from IOAS "other"
      Then process "new" has 0 bytes pinned

      Examples:
        | mode |
        |    0 |
        |    1 |

  Rule: what the caller may not lock stays with the process before

    @OPT-25 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario Outline: four pages exceed a limit of <limit>, in rlimit mode <mode>
      Given an iommufd
      And it sets the rlimit mode of the iommufd to <mode>
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "new" has a memlock limit of <limit>
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with ENOMEM
      And nothing has changed
      And process "old" has 4 pages pinned
      And process "new" has 0 bytes pinned
      When it unmaps 4 pages at 32 MiB from IOAS "guest"
      Then process "old" has 0 bytes pinned

      Examples:
        | mode | limit            |
        |    0 |          0 bytes |
        |    0 | 4 pages - 1 byte |
        |    1 |          0 bytes |
        |    1 | 4 pages - 1 byte |

    @OPT-25 @OPT-24 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: exactly what the caller may lock is moved
      Given an iommufd
      And it sets the rlimit mode of the iommufd to 1
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "new" has a memlock limit of 4 pages
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And process "old" has 0 bytes pinned
      And process "new" has 4 pages pinned

    @OPT-25 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: the caller may lock only one of two mappings
      Given an iommufd
      And it sets the rlimit mode of the iommufd to 1
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a memfd "log" of 4 pages
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "old" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" maps 4 pages of memfd "log" into IOAS "guest" at 64 MiB read-write
      And process "new" has a memlock limit of 6 pages
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with ENOMEM
      And process "old" has 8 pages pinned
      And process "old" has 8 pages locked

    @OPT-25 @OPT-28 @needs:change-process @needs:processes @needs:limits @needs:device @needs:proc
    Scenario: the caller may not lock what was mapped without CAP_IPC_LOCK, beside what was mapped with it
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a memfd "image" of 4 pages
      And a memfd "log" of 4 pages
      And a process "host"
      And a process "old" without IPC_LOCK
      And a process "new" without IPC_LOCK
      And process "host" maps 4 pages of memfd "image" into IOAS "guest" at 32 MiB read-write
      And process "old" maps 3 pages of memfd "log" into IOAS "guest" at 64 MiB read-write
      And process "new" has a memlock limit of 2 pages
      When process "new" calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with ENOMEM
      And nothing has changed
      And process "new" has 0 bytes pinned
      And process "host" has 4 pages pinned
      And process "old" has 3 pages pinned
      And process "new" has 0 bytes pinned
      And process "new" has 0 bytes locked

  Rule: it waits for a map that is under way, or is refused

    @OPT-27 @needs:change-process @needs:processes
    Scenario: another process is mapping at the same time
      Given an iommufd
      And an IOAS "guest"
      And a memfd "image" of 4 pages
      And a process "helper"
      When it calls IOMMU_IOAS_CHANGE_PROCESS while process "helper" calls IOMMU_IOAS_MAP_FILE
      Then it succeeds or fails with EBUSY
      And 16 MiB .. +1 page is mapped in IOAS "guest"
