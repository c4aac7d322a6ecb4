Feature: the devices behind a fault queue
  A queue gets the faults of every device that is attached to a page table with it. What a device has asked for is refused
  in its name when it leaves; a queue that goes refuses all that is left.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a fault queue "faults"
    And a nesting HWPT "host" for device "nic" on IOAS "guest"
    And a nested HWPT "table" with fault queue "faults" for device "nic" on HWPT "host"
    And an untouched buffer "in" of 1 page
    And an untouched buffer "out" of 1 page

  Rule: a device that is detached takes its faults along

    @FAULT-22 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: a device is detached with one fault read and one not
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it detaches device "nic"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL

    @FAULT-23 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a device moves to <table> with one fault read and one not
      Given a fault queue "more"
      And a nested HWPT "next" with fault queue "more" for device "nic" on HWPT "host"
      And a nested HWPT "same" with fault queue "faults" for device "nic" on HWPT "host"
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it attaches device "nic" to <table>
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL

      Examples:
        | table        |
        | HWPT "next"  |
        | HWPT "same"  |
        | HWPT "host"  |
        | IOAS "guest" |

    @DEV-28 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: a device is attached to the page table that it has, with one fault read and one not
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it attaches device "nic" to HWPT "table"
      Then it succeeds
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   |
        | device "nic" | 17 MiB |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8

    @FAULT-22 @FAULT-14 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: the cookies of a device that was detached are free again
      Given a device "disk" attached to IOAS "guest"
      When it attaches device "nic" to HWPT "table"
      And it attaches device "disk" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it detaches device "nic"
      And device "disk" requests a page at 18 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id        | addr   | cookie |
        | device "disk" | 18 MiB |      1 |

  Rule: devices and page tables can share a queue

    @FAULT-26 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: two devices with a page table each, one of which is detached
      Given a device "disk" attached to IOAS "guest"
      And a nested HWPT "other" with fault queue "faults" for device "disk" on HWPT "host"
      When it attaches device "nic" to HWPT "table"
      And it attaches device "disk" to HWPT "other"
      And device "nic" requests a page at 16 MiB
      And device "disk" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id        | addr   | cookie |
        | device "nic"  | 16 MiB |      1 |
        | device "disk" | 17 MiB |      2 |
      When device "nic" requests a page at 18 MiB
      And device "disk" requests a page at 19 MiB
      And it detaches device "nic"
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id        | addr   |
        | device "disk" | 19 MiB |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then it returns 8
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8

    @FAULT-26 @FAULT-22 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: two devices at one page table, one of which is detached
      Given a device "disk" attached to IOAS "guest"
      When it attaches device "nic" to HWPT "table"
      And it attaches device "disk" to HWPT "table"
      And device "disk" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And device "disk" requests a page at 18 MiB
      And it detaches device "nic"
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id        | addr   |
        | device "disk" | 16 MiB |
        | device "disk" | 18 MiB |

    @FAULT-14 @FAULT-26 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario: each queue has cookies of its own
      Given a device "disk" attached to IOAS "guest"
      And a fault queue "more"
      And a nested HWPT "other" with fault queue "more" for device "disk" on HWPT "host"
      When it attaches device "nic" to HWPT "table"
      And it attaches device "disk" to HWPT "other"
      And device "nic" requests a page at 16 MiB
      And device "disk" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      When it reads fault queue "more" into 80 bytes of buffer "in" + 40 bytes
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id        | addr   | cookie |
        | device "nic"  | 16 MiB |      1 |
        | device "disk" | 17 MiB |      1 |

  Rule: a fault without a queue is dropped

    @FAULT-27 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:two-devices
    Scenario Outline: a device is attached to <table>, beside one with a queue
      Given a device "disk" attached to <table>
      When it attaches device "nic" to HWPT "table"
      And device "disk" requests a page at 16 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   | cookie |
        | device "nic" | 17 MiB |      1 |

      @MOCK-20
      Examples:
        | table        |
        | IOAS "guest" |
        | HWPT "host"  |

    @FAULT-30 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a device moves to <table>, and back
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      When it attaches device "nic" to <table>
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it attaches device "nic" to HWPT "table"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   | cookie |
        | device "nic" | 18 MiB |      1 |

      @FAULT-27
      Examples:
        | table        |
        | HWPT "host"  |
        | IOAS "guest" |

  Rule: a queue outlives its file while page tables use it, and is destroyed with all its faults

    @FAULT-25 @FAULT-24 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: nobody reads the queue
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it closes fault queue "faults"
      And device "nic" requests a page at 17 MiB
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When it detaches device "nic"
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When it destroys HWPT "table"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys fault queue "faults"
      Then it fails with ENOENT

    @FAULT-24 @FAULT-32 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: a device leaves a queue that nobody reads, and is attached to a new one
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it attaches device "nic" to HWPT "host"
      And it closes fault queue "faults"
      And it destroys HWPT "table"
      And it destroys fault queue "faults"
      Then it succeeds
      Given a fault queue "more"
      And a nested HWPT "next" with fault queue "more" for device "nic" on HWPT "host"
      When it attaches device "nic" to HWPT "next"
      And device "nic" requests a page at 18 MiB
      And it reads fault queue "more" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 18 MiB |      1 |

    @FAULT-24 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: the iommufd is closed with one fault read and one not
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      When it closes fault queue "faults"
      And it closes the iommufd
      Then it succeeds

    @FAULT-33 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: the faults are of a device whose iommufd was closed
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it closes the iommufd
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   | cookie |
        | device "nic" | 16 MiB |      1 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8
      When it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"

  Rule: the entries of a mock guest's page table can be checked

    @MOCK-18 @needs:hwpt-alloc @needs:test-cmd @needs:fault-queue
    Scenario Outline: entry <entry> is what the table was made with
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_IOTLB           |
        | id                | HWPT "table"             |
        | check_iotlb.id    | <entry>                  |
        | check_iotlb.iotlb | IOMMU_TEST_IOTLB_DEFAULT |
      Then it <outcome>
      When it calls IOMMU_TEST_CMD with:
        | op                | MD_CHECK_IOTLB               |
        | id                | HWPT "table"                 |
        | check_iotlb.id    | <entry>                      |
        | check_iotlb.iotlb | IOMMU_TEST_DEV_CACHE_DEFAULT |
      Then it fails with EINVAL

      Examples:
        | entry | outcome           |
        |     0 | succeeds          |
        |     3 | succeeds          |
        |     4 | fails with EINVAL |
