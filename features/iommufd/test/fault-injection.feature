@needs:fault-injection
Feature: fault injection

  A kernel for tests can be told which check of a task fails next: one that looks for memory (failslab,
  fail_page_alloc), or one of iommufd (fail_iommufd), which stands for an object that is gone, a page that cannot be
  pinned, a limit that is reached. The call whose check it is fails, and leaves everything as it was.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 16 pages

  Rule: a map that fails in the middle leaves nothing in any page table

    @IOAS-MAP-41 @needs:device
    Scenario Outline: memory is mapped into one page table, while <faults> fail
      Given a device "nic" attached to IOAS "guest"
      And each of the <faults> of the next call fails in turn
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages
      And each page of buffer "ram" carries 1 pin

      @PIN-15
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | ENOENT, ENOMEM, EFAULT |

    @IOAS-MAP-41 @needs:hwpt-alloc
    Scenario Outline: memory is mapped into two page tables, while <faults> fail
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "other" for device "nic" on IOAS "guest"
      And each of the <faults> of the next call fails in turn
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And each page of buffer "ram" carries 1 pin

      @PIN-08
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | ENOENT, ENOMEM, EFAULT |

    @IOAS-MAP-41 @needs:device
    Scenario Outline: many pages are mapped, while <faults> of the later pieces fail
      Given a buffer "much" of 600 pages
      And a device "nic" attached to IOAS "guest"
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                  2048 |
      Then it succeeds
      Given each of the <faults> of the next call fails in turn
      When it maps 600 pages of buffer "much" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And each page of buffer "much" carries 1 pin
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds

      @IOAS-MAP-43
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | ENOENT, ENOMEM, EFAULT |

    @IOAS-MAP-41
    Scenario Outline: a map pins nothing, <where>, while <faults> fail
      Given it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 1 MiB |
      And each of the <faults> of the next call fails in turn
      When it maps 16 pages of buffer "ram" into IOAS "guest" <where> read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And 16 MiB .. +16 pages is mapped in IOAS "guest"

      @OBJ-33
      Examples:
        | where     | faults      | errnos |
        | anywhere  | allocations | ENOMEM |
        | anywhere  | checks      | ENOENT |
        | at 16 MiB | allocations | ENOMEM |
        | at 16 MiB | checks      | ENOENT |

    @IOAS-ALLOW-06
    Scenario Outline: three ranges are allowed, while <faults> fail
      Given a buffer "ranges" of 1 page
      And it stores an array of struct iommu_iova_range in buffer "ranges":
        | start   | last             |
        |  16 MiB |  17 MiB - 1 byte |
        |  32 MiB |  33 MiB - 1 byte |
        | 128 MiB | 129 MiB - 1 byte |
      And each of the <faults> of the next call fails in turn
      When it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | num_iovas     |               3 |
        | allowed_iovas | buffer "ranges" |
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      When it maps 16 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then 16 MiB .. +16 pages is mapped in IOAS "guest"

      Examples:
        | faults      | errnos |
        | allocations | ENOMEM |
        | checks      | ENOENT |

    @IOAS-MAP-41 @needs:ioas-map-file @needs:device
    Scenario Outline: a memfd is mapped, while <faults> fail
      Given a memfd "file" of 16 pages
      And a buffer "view" on memfd "file"
      And a device "nic" attached to IOAS "guest"
      And each of the <faults> of the next call fails in turn
      When it maps 16 pages of memfd "file" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "view" at 16 MiB .. +16 pages

      @IOAS-FILE-15
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | ENOENT, ENOMEM, EFAULT |

    @IOAS-MAP-41 @needs:device
    Scenario Outline: two mappings are copied to where a device is, while <faults> fail
      Given an IOAS "copy"
      And a device "nic" attached to IOAS "copy"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 8 pages of buffer "ram" + 8 pages into IOAS "guest" at 16 MiB + 8 pages read-write
      And each of the <faults> of the next call fails in turn
      When it copies 16 pages at 16 MiB of IOAS "guest" into IOAS "copy" at 32 MiB read-write
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "ram" at 32 MiB .. +16 pages

      @IOAS-COPY-18
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | ENOENT, ENOMEM, EFAULT |

    @IOAS-MAP-41 @needs:device @needs:vfio-compat
    Scenario Outline: memory is mapped through the ioctl of a VFIO container, while <faults> fail
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      Then it succeeds
      Given each of the <faults> of the next call fails in turn
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      @VFIO-19
      Examples:
        | faults      | errnos         |
        | allocations | ENOMEM         |
        | checks      | ENOMEM, EFAULT, perhaps ENOENT |

  Rule: an unmap needs no memory

    @IOAS-UNMAP-21 @needs:hwpt-alloc
    Scenario Outline: an unmap of <what> from two page tables, which only a lookup can refuse
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "other" for device "nic" on IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 8 pages of buffer "ram" + 8 pages into IOAS "guest" at 32 MiB read-write
      And each of the allocations and checks of the next call fails in turn
      When it unmaps <what> from IOAS "guest"
      Then it succeeds
      And each failure was one of ENOENT and changed nothing
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"
      And <pages> of buffer "ram" carry 0 pins each

      Examples:
        | what              | pages    |
        | 8 pages at 16 MiB | 8 pages  |
        | everything        | 16 pages |

    @IOAS-UNMAP-21 @PIN-12 @needs:device
    Scenario: an access holds the pages of an unmap
      Given an access "reader" that pins on IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "reader" pins 4 pages at 16 MiB + 4 pages as buffer "ram" + 4 pages
      And each of the allocations and checks of the next call fails in turn
      When it unmaps 16 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And each failure was one of ENOENT and changed nothing
      And each page of buffer "ram" carries 0 pins

  Rule: fail_iommufd has checks of iommufd fail, whichever process they are of

    @MOCK-32 @needs:processes
    Scenario: checks fail as often as it is told to
      Given a process "other"
      And it writes "2" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "100" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      When process "other" calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      And file "/sys/kernel/debug/fail_iommufd/times" says "0"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds

    @MOCK-32
    Scenario: checks fail after some that pass
      Given it writes "3" to file "/sys/kernel/debug/fail_iommufd/space"
      And it writes "1" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "100" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT

    @MOCK-32
    Scenario: only checks of processes that asked for it fail
      Given it writes "Y" to file "/sys/kernel/debug/fail_iommufd/task-filter"
      And it writes "1" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "100" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      Given it writes "1" to file "/proc/self/make-it-fail"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT

    @MOCK-32
    Scenario Outline: "<text>" is nothing that make-it-fail takes
      When it writes "<text>" to file "/proc/self/make-it-fail"
      Then it fails with EINVAL
      And file "/proc/self/make-it-fail" says "0"

      Examples:
        | text |
        |    2 |
        |   -1 |
        | Y    |

    @MOCK-32 @needs:processes @needs:limits
    Scenario: a process that may not ask for it
      Given a process "poor" without SYS_RESOURCE
      When process "poor" writes "1" to file "/proc/self/make-it-fail"
      Then it fails with EPERM

  Rule: fail-nth counts the checks of one task, and has one of them fail

    @MOCK-32
    Scenario: the second of three lookups fails
      Given it writes "2" to file "/proc/self/fail-nth"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds

    @MOCK-32 @needs:processes
    Scenario: checks of another process or of a child do not fail
      Given it writes "1" to file "/proc/self/fail-nth"
      And a process "child"
      When process "child" calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT

    @MOCK-32
    Scenario: a text that is no number
      When it writes "one" to file "/proc/self/fail-nth"
      Then it fails with EINVAL
