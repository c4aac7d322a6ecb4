Feature: page tables for PASIDs
  A device that tags its DMA with a PASID can have a page table of its own for each of them. Page tables for PASIDs are
  made with IOMMU_HWPT_ALLOC and its flag PASID, and where one PASID is attached, the device itself needs such a one too.

  Background:
    Given an iommufd
    And an IOAS "guest"

  @needs:pasid
  Rule: a page table with the flag PASID is attached to a PASID, and to that one alone

    Background:
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "own"

    @PASID-03
    Scenario Outline: PASID <pasid> is attached and detached
      When it attaches PASID <pasid> of device "nic" to HWPT "work"
      Then it returns:
        | pasid_attach.pt_id | HWPT "work" |
      And PASID <pasid> of device "nic" is attached to HWPT "work"
      And PASID 2 of device "nic" is not attached
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it destroys HWPT "work"
      Then it fails with EBUSY
      When it detaches PASID <pasid> of device "nic"
      Then PASID <pasid> of device "nic" is not attached
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it destroys HWPT "work"
      Then it succeeds

      @PASID-14 @MOCK-22
      Examples:
        | pasid   |
        |       1 |
        |    1024 |
        | 1048575 |

    @PASID-03 @PASID-14
    Scenario: PASIDs and the device share a page table, and each holds it
      When it attaches PASID 1 of device "nic" to HWPT "own"
      And it attaches PASID 2 of device "nic" to HWPT "own"
      And it detaches PASID 1 of device "nic"
      Then PASID 2 of device "nic" is attached to HWPT "own"
      When it detaches PASID 0 of device "nic"
      And it destroys HWPT "own"
      Then it fails with EBUSY
      When it detaches PASID 2 of device "nic"
      And it destroys HWPT "own"
      Then it succeeds

    @PASID-14
    Scenario Outline: two PASIDs are detached, <first> first, and change their page tables
      Given a PASID HWPT "more" for device "nic" on IOAS "guest"
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 2 of device "nic" to HWPT "more"
      And it detaches PASID <first> of device "nic"
      Then PASID <second> of device "nic" is attached to HWPT "<stays>"
      When it detaches PASID <second> of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "more"
      And it attaches PASID 2 of device "nic" to HWPT "work"
      Then PASID 1 of device "nic" is attached to HWPT "more"
      And PASID 2 of device "nic" is attached to HWPT "work"
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it detaches PASID 1 of device "nic"
      And it destroys HWPT "more"
      Then it succeeds
      When it destroys HWPT "work"
      Then it fails with EBUSY

      @PASID-03
      Examples:
        | first | second | stays |
        |     1 |      2 | more  |
        |     2 |      1 | work  |

    @PASID-07
    Scenario: the device itself is not attached
      When it detaches PASID 0 of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      Then it succeeds
      And PASID 1 of device "nic" is attached to HWPT "work"
      And PASID 0 of device "nic" is not attached

    @PASID-22 @needs:page-requests
    Scenario: a page request of a PASID is queued for the fault queue of its page table
      Given a fault queue "faults"
      And a fault queue "others"
      And a PASID HWPT "paged" with fault queue "faults" for device "nic" on IOAS "guest"
      And a PASID HWPT "quiet" with fault queue "others" for device "nic" on IOAS "guest"
      And a buffer "inbox" of 1 page
      When it attaches PASID 4 of device "nic" to HWPT "quiet"
      And it attaches PASID 5 of device "nic" to HWPT "paged"
      And it calls IOMMU_TEST_CMD with:
        | op                  | TRIGGER_IOPF |
        | trigger_iopf.dev_id | device "nic" |
        | trigger_iopf.pasid  |            5 |
        | trigger_iopf.grpid  |            1 |
        | trigger_iopf.perm   | READ         |
        | trigger_iopf.addr   |       16 MiB |
      And it reads fault queue "faults" into 40 bytes of buffer "inbox"
      Then it returns 40 bytes
      And buffer "inbox" holds struct iommu_hwpt_pgfault:
        | flags                  | dev_id       | pasid | grpid | perm | addr   |
        | PASID_VALID, LAST_PAGE | device "nic" |     5 |     1 | READ | 16 MiB |

    @PASID-09
    Scenario Outline: a PASID that is attached cannot be attached to <object>
      Given a PASID HWPT "more" for device "nic" on IOAS "guest"
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 1 of device "nic" to <object>
      Then it fails with <errno>
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it detaches PASID 1 of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "more"
      Then PASID 1 of device "nic" is attached to HWPT "more"

      Examples:
        | object         | errno  |
        | HWPT "work"    | EBUSY  |
        | HWPT "more"    | EBUSY  |
        | no such object | ENOENT |

    @PASID-15
    Scenario Outline: PASID <pasid> is none that the device has
      When it attaches PASID <pasid> of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID <pasid> of device "nic" is not attached
      When it destroys HWPT "work"
      Then it succeeds

      Examples:
        | pasid      |
        |    1048576 |
        |    1048577 |
        | 2147483648 |
        | 4294967295 |

    @PASID-13
    Scenario: a PASID that is not attached is detached
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it detaches PASID 2 of device "nic"
      Then it succeeds
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it detaches PASID 1 of device "nic"
      And it detaches PASID 1 of device "nic"
      Then it succeeds
      And PASID 0 of device "nic" is attached to HWPT "own"

    @PASID-24
    Scenario: PASID 0 is the device itself
      When it attaches PASID 0 of device "nic" to HWPT "work"
      Then it fails with EBUSY
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it detaches PASID 0 of device "nic"
      Then PASID 0 of device "nic" is not attached
      When it attaches PASID 0 of device "nic" to HWPT "work"
      Then PASID 0 of device "nic" is attached to HWPT "work"
      When it destroys HWPT "own"
      Then it succeeds

    @PASID-24
    Scenario: the device itself needs no page table for PASIDs
      Given an IOAS "other"
      When it detaches PASID 0 of device "nic"
      And it attaches PASID 0 of device "nic" to IOAS "other"
      Then it succeeds
      When it destroys IOAS "other"
      Then it fails with EBUSY
      When it detaches PASID 0 of device "nic"
      And it destroys IOAS "other"
      Then it succeeds

  @needs:pasid
  Rule: where a PASID is attached, every page table of the device has the flag

    Background:
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And an HWPT "plain" for device "nic" on IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"

    @PASID-04
    Scenario: a page table without the flag is refused for a PASID
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "plain"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it detaches PASID 0 of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "plain"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it destroys HWPT "plain"
      Then it succeeds

    @PASID-05
    Scenario Outline: an IOAS <case> is refused for a PASID
      Given an IOAS "other"
      And a device "disk" attached to <where>
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to IOAS "other"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it detaches device "disk"
      And it destroys IOAS "other"
      Then it succeeds

      Examples:
        | case                               | where        |
        | without a page table               | IOAS "guest" |
        | with a page table of other devices | IOAS "other" |

    @PASID-06
    Scenario Outline: a PASID is refused while the device is attached to <object>
      When it attaches device "nic" to <object>
      And it attaches PASID 1 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      Then it succeeds
      And PASID 1 of device "nic" is attached to HWPT "work"

      Examples:
        | object       |
        | HWPT "plain" |
        | IOAS "guest" |

    @PASID-08
    Scenario Outline: a device with an attached PASID moves to <object>
      When it attaches device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches device "nic" to <object>
      Then it fails with EINVAL
      And PASID 0 of device "nic" is attached to HWPT "own"
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it detaches PASID 1 of device "nic"
      And it attaches device "nic" to <object>
      Then it succeeds

      Examples:
        | object       |
        | HWPT "plain" |
        | IOAS "guest" |

    @PASID-08
    Scenario Outline: a device with an attached PASID is itself attached to <object>
      When it detaches PASID 0 of device "nic"
      And it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 0 of device "nic" to <object>
      Then it fails with EINVAL
      And PASID 0 of device "nic" is not attached
      When it attaches PASID 0 of device "nic" to HWPT "own"
      Then it succeeds
      And PASID 0 of device "nic" is attached to HWPT "own"

      Examples:
        | object       |
        | HWPT "plain" |
        | IOAS "guest" |

    @PASID-16
    Scenario: the device itself needs no PASIDs
      Given a device "disk" attached to IOAS "guest"
      When it attaches device "disk" to HWPT "own"
      Then it succeeds
      When it destroys HWPT "own"
      Then it fails with EBUSY
      When it detaches device "disk"
      And it destroys HWPT "own"
      Then it succeeds

    @PASID-17
    Scenario: a PASID needs a device that has PASIDs
      Given a device "disk" attached to IOAS "guest"
      And a PASID HWPT "spare" for device "disk" on IOAS "guest"
      When it attaches device "disk" to HWPT "spare"
      And it attaches PASID 1 of device "disk" to HWPT "spare"
      Then it fails with EINVAL
      And PASID 1 of device "disk" is not attached

    @PASID-23
    Scenario: dirty tracking is asked of the device, not of its PASIDs
      Given a device "disk" with:
        | PASIDs | 20 bits                |
        | IOMMU  | without dirty tracking |
      And it attaches device "disk" to IOAS "guest"
      And a dirty-tracking PASID HWPT "log" for device "nic" on IOAS "guest"
      When it attaches device "disk" to HWPT "log"
      Then it fails with EINVAL
      And PASID 0 of device "disk" is attached to the page table of device "disk"
      When it attaches device "disk" to HWPT "own"
      And it attaches PASID 1 of device "disk" to HWPT "log"
      Then it succeeds
      And PASID 1 of device "disk" is attached to HWPT "log"

  @needs:vfio-device
  Rule: a VFIO device says with a flag that a PASID is meant

    Background:
      Given a device "nic" attached to IOAS "guest"
      And a buffer "ram" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

    @PASID-01
    Scenario Outline: an attach of a PASID with <bytes> bytes is refused
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with a size of <bytes> and:
        | flags | PASID          |
        | pt_id | no such object |
        | pasid |              1 |
      Then it fails with <errno>
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | bytes | errno  |
        |    12 | EINVAL |
        |    15 | EINVAL |
        |    16 | ENOENT |

    @PASID-04 @PASID-05
    Scenario: a PASID is attached to an IOAS
      When it attaches PASID 1 of device "nic" to IOAS "guest"
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches PASID 1 of device "nic" to the page table of device "nic"
      Then it fails with EINVAL
      When it detaches device "nic"
      And it destroys IOAS "guest"
      Then it succeeds

    @PASID-17 @needs:hwpt-alloc @needs:basic-iommu
    Scenario: an IOMMU without PASIDs makes no page table for them
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @PASID-20
    Scenario Outline: PASID <pasid> is detached, which is not attached
      When it detaches PASID <pasid> of device "nic"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And the page table of device "nic" exists
      When it detaches device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | pasid |
        |     0 |
        |     1 |

  @needs:pasid
  Rule: the page table of a PASID is replaced, or stays

    Background:
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And an HWPT "plain" for device "nic" on IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      And a nesting PASID HWPT "stage 2" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage 1" for device "nic" on HWPT "stage 2"
      When it attaches device "nic" to HWPT "own"

    @PASID-11
    Scenario Outline: a PASID moves to HWPT <name>
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 2 of device "nic" to HWPT "own"
      And it moves PASID 1 of device "nic" to HWPT <name>
      Then it returns:
        | pasid_replace.pt_id | HWPT <name> |
      And PASID 1 of device "nic" is attached to HWPT <name>
      And PASID 2 of device "nic" is attached to HWPT "own"
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it destroys HWPT "work"
      Then it succeeds
      When it destroys HWPT <name>
      Then it fails with EBUSY

      @MOCK-24
      Examples:
        | name      |
        | "own"     |
        | "stage 1" |
        | "stage 2" |

    @PASID-11
    Scenario: a PASID moves to the page table that it has
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 1 of device "nic" to HWPT "work"
      Then it succeeds
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it detaches PASID 1 of device "nic"
      And it destroys HWPT "work"
      Then it succeeds

    @PASID-10
    Scenario: a PASID that is not attached has nothing to replace
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 2 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID 2 of device "nic" is not attached
      When it detaches PASID 1 of device "nic"
      And it moves PASID 1 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it destroys HWPT "work"
      Then it succeeds

    @PASID-12
    Scenario Outline: a PASID cannot move to <object>
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 1 of device "nic" to <object>
      Then it fails with <errno>
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it destroys HWPT "plain"
      Then it succeeds
      When it destroys HWPT "work"
      Then it fails with EBUSY

      Examples:
        | object         | errno  |
        | HWPT "plain"   | EINVAL |
        | IOAS "guest"   | EINVAL |
        | no such object | ENOENT |
    # The driver of mock devices refuses PASID 1024 every second time.

    @MOCK-23 @PASID-14
    Scenario: a detach reconciles the driver with PASID 1024
      When it attaches PASID 1024 of device "nic" to HWPT "work"
      And it detaches PASID 1024 of device "nic"
      And it attaches PASID 1024 of device "nic" to HWPT "own"
      Then it succeeds
      And PASID 1024 of device "nic" is attached to HWPT "own"
      When it detaches PASID 1024 of device "nic"
      And it destroys HWPT "work"
      Then it succeeds

    @PASID-12 @MOCK-23
    Scenario: the driver refuses the new page table
      When it attaches PASID 1024 of device "nic" to HWPT "work"
      And it moves PASID 1024 of device "nic" to HWPT "stage 1"
      Then it fails with ENOMEM
      And PASID 1024 of device "nic" is attached to HWPT "work"
      When it destroys HWPT "stage 1"
      Then it succeeds
      When it destroys HWPT "work"
      Then it fails with EBUSY
      When it moves PASID 1024 of device "nic" to HWPT "own"
      Then PASID 1024 of device "nic" is attached to HWPT "own"
