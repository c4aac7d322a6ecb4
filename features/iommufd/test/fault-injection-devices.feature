@needs:fault-injection
Feature: fault injection, for devices and their page tables

  Binding, attaching and moving a device takes a dozen steps. Whichever of them fails, the device stays where it was.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 16 pages

  Rule: a device whose attach fails leaves nothing behind

    @DEV-49 @needs:device
    Scenario Outline: a first device is attached, while <faults> fail
      Given it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic"
      And each of the <faults> of the next call fails in turn
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages

      @OBJ-33
      Examples:
        | faults      | errnos                         |
        | allocations | ENOMEM, perhaps EINVAL         |
        | checks      | ENOENT, EINVAL, ENOMEM, EFAULT |

    @DEV-49 @needs:two-devices @needs:hwpt-alloc
    Scenario Outline: a device is attached to a user-allocated HWPT, while <faults> fail
      Given a device "first" attached to IOAS "guest"
      And an HWPT "own" for device "first" on IOAS "guest"
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic"
      And each of the <faults> of the next call fails in turn
      When it attaches device "nic" to HWPT "own"
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages

      @DEV-18
      Examples:
        | faults      | errnos         |
        | allocations | ENOMEM, perhaps EINVAL |
        | checks      | ENOENT, EINVAL |

  Rule: only EINVAL from an automatic page table has another one made

    @DEV-25 @DEV-49 @needs:two-devices
    Scenario: a second device is attached to an IOAS, while allocations fail
      Given a device "first" attached to IOAS "guest"
      And a device "nic"
      And each of the allocations of the next call fails in turn
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And each failure was one of ENOMEM, perhaps EINVAL and changed nothing
      And it returns:
        | mock_domain.out_hwpt_id | the page table of device "first" |

    @DEV-25 @DEV-49 @needs:two-devices
    Scenario: a second device is attached to an IOAS, while a lookup or a reservation fails
      Given a device "first" attached to IOAS "guest"
      And a device "nic"
      And each of the checks of the next call fails in turn
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And each failure was one of ENOENT and changed nothing

  Rule: a device that cannot be moved stays where it is

    @DEV-49 @needs:hwpt-alloc
    Scenario Outline: a device moves to <target>, while <faults> fail
      Given an IOAS "work"
      And a device "nic" attached to IOAS "guest"
      And an HWPT "old" for device "nic" on IOAS "guest"
      And an HWPT "new" for device "nic" on IOAS "work"
      And it attaches device "nic" to HWPT "old"
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the <faults> of the next call fails in turn
      When it attaches device "nic" to <target>
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page
      When it destroys HWPT "old"
      Then it succeeds

      @DEV-27
      Examples:
        | target      | faults      | errnos         |
        | HWPT "new"  | allocations | ENOMEM         |
        | HWPT "new"  | checks      | ENOENT, EINVAL |
        | IOAS "work" | allocations | ENOMEM         |
        | IOAS "work" | checks      | ENOENT, EINVAL |

    @DEV-49 @needs:pasid
    Scenario Outline: a PASID of a device moves, while <faults> fail
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "own"
      And each of the <faults> of the next call fails in turn
      When it attaches PASID 100 of device "nic" to HWPT "work"
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And PASID 100 of device "nic" is attached to HWPT "work"
      When it detaches PASID 100 of device "nic"
      And it destroys HWPT "work"
      Then it succeeds

      @PASID-14
      Examples:
        | faults      | errnos |
        | allocations | ENOMEM |
        | checks      | ENOENT |

  Rule: what an iommufd cannot make takes neither an id nor a file descriptor

    @OBJ-33 @needs:nesting @needs:viommu @needs:hw-queue
    Scenario Outline: <command> is called, while <faults> fail
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "iommu" on HWPT "parent"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the <faults> of the next call fails in turn
      When it calls <command>
      Then it succeeds
      And each failure was one of <errnos> and changed nothing

      Examples: of any object
        | command                 | faults      | errnos                         |
        | IOMMU_IOAS_ALLOC        | allocations | ENOMEM                         |

      @HWPT-06
      Examples: of a page table
        | command                 | faults      | errnos                         |
        | IOMMU_HWPT_ALLOC        | allocations | ENOMEM                         |
        | IOMMU_HWPT_ALLOC        | checks      | ENOENT, EINVAL, ENOMEM         |

      Examples: of any other object
        | command                 | faults      | errnos                         |
        | IOMMU_FAULT_QUEUE_ALLOC | allocations | ENOMEM                         |
        | IOMMU_VIOMMU_ALLOC      | allocations | ENOMEM                         |
        | IOMMU_VIOMMU_ALLOC      | checks      | ENOENT                         |
        | IOMMU_VDEVICE_ALLOC     | allocations | ENOMEM                         |
        | IOMMU_VDEVICE_ALLOC     | checks      | ENOENT                         |
        | IOMMU_VEVENTQ_ALLOC     | allocations | ENOMEM                         |
        | IOMMU_VEVENTQ_ALLOC     | checks      | ENOENT                         |
        | IOMMU_HW_QUEUE_ALLOC    | allocations | ENOMEM                         |
        | IOMMU_HW_QUEUE_ALLOC    | checks      | ENOENT, EINVAL                 |
        | IOMMU_GET_HW_INFO       | allocations | ENOMEM                         |
        | IOMMU_GET_HW_INFO       | checks      | ENOENT                         |

    @HWPT-13 @needs:page-requests @needs:nesting
    Scenario Outline: a nested page table with a fault queue is made, while <faults> fail
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a fault queue "faults"
      And it stores struct iommu_hwpt_selftest in buffer "ram":
        | iotlb |
        | 5     |
      And each of the <faults> of the next call fails in turn
      When it calls IOMMU_HWPT_ALLOC with:
        | flags     | FAULT_ID_VALID       |
        | pt_id     | HWPT "parent"        |
        | data_type | SELFTEST             |
        | data_len  | 4                    |
        | data_uptr | buffer "ram"         |
        | fault_id  | fault queue "faults" |
      Then it made HWPT "stage 1"
      And each failure was one of <errnos> and changed nothing
      When it destroys HWPT "stage 1"
      Then it succeeds
      When it destroys HWPT "parent"
      Then it succeeds

      @OBJ-33
      Examples:
        | faults      | errnos         |
        | allocations | ENOMEM         |
        | checks      | ENOENT, EINVAL |

  Rule: a query that fails changes nothing

    @MOCK-32
    Scenario Outline: <command> is called while allocations fail
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the allocations and checks of the next call fails in turn
      When it calls <command>
      Then it succeeds
      And each failure was one of <errnos> and changed nothing

      Examples:
        | command                | errnos |
        | IOMMU_IOAS_IOVA_RANGES | ENOENT |

    @DIRTY-20 @needs:dirty-tracking
    Scenario: the dirty bits of a page table are not forgotten
      Given it sets the huge pages option of IOAS "guest" to 0
      And an untouched buffer "bits" of 1 page
      And a device "nic" attached to IOAS "guest"
      And a dirty-tracking HWPT "log" for device "nic" on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | flags | ENABLE |
      Then it succeeds
      Given a device writes 1 page at 16 MiB + 1 page through HWPT "log"
      And each of the allocations of the next call fails in turn
      When it calls IOMMU_HWPT_GET_DIRTY_BITMAP with:
        | flags | NO_CLEAR      |
        | length | 4 pages |
        | data  | buffer "bits" |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And it finds only bit 1 set in buffer "bits"

  Rule: an access that fails holds nothing

    @PIN-15
    Scenario Outline: an access pins, while <faults> fail
      Given an access "reader" that pins on IOAS "guest"
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the <faults> of the next call fails in turn
      When access "reader" pins 16 pages at 16 MiB as buffer "ram"
      Then it succeeds
      And each failure was one of <errnos> and changed nothing
      And each page of buffer "ram" carries 1 pin

      @PIN-20
      Examples:
        | faults      | errnos                 |
        | allocations | ENOMEM                 |
        | checks      | EINVAL, ENOMEM, EFAULT |

    @PIN-15
    Scenario Outline: an access reads, while <faults> fail
      Given an access "reader" on IOAS "guest"
      And a buffer "copy" of 2 pages
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the <faults> of the next call fails in turn
      When it calls IOMMU_TEST_CMD with:
        | op               | ACCESS_RW       |
        | id               | access "reader" |
        | access_rw.iova   | 16 MiB + 2 KiB  |
        | access_rw.length | 1 page          |
        | access_rw.uptr   | buffer "copy"   |
        | access_rw.flags  | bit 2           |
      Then it succeeds
      And each failure was one of <errnos> and changed nothing

      @PIN-29
      Examples:
        | faults      | errnos         |
        | allocations | ENOMEM         |
        | checks      | ENOMEM, EFAULT |

    @PIN-17
    Scenario Outline: a new access is made, while <faults> fail
      Given each of the <faults> of the next call fails in turn
      When it calls IOMMU_TEST_CMD with:
        | op                  | CREATE_ACCESS   |
        | id                  | IOAS "guest"    |
        | create_access.flags | bit 0        |
      Then it succeeds
      And each failure was one of <errnos> and changed nothing

      @OBJ-33
      Examples:
        | faults      | errnos |
        | allocations | ENOMEM |
        | checks      | ENOENT |
