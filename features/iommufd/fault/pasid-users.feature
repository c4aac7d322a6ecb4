@needs:pasid @needs:page-requests
Feature: PASIDs behind a fault queue
  A PASID with a page table of its own has faults of its own: they are in the queue of that page table, and go when the PASID
  is detached or moves. Those of the device itself and of its other PASIDs stay, also where they share the queue or the page
  table.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" with PASIDs attached to IOAS "guest"
    And a fault queue "faults"
    And a PASID HWPT "own" for device "nic" on IOAS "guest"
    And a PASID HWPT "paged" with fault queue "faults" for device "nic" on IOAS "guest"
    And it attaches device "nic" to HWPT "own"
    And an untouched buffer "in" of 1 page
    And an untouched buffer "out" of 1 page

  Rule: a PASID takes its faults along

    @PASID-25
    Scenario: a PASID is detached with one fault read and one not
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it detaches PASID 5 of device "nic"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL

    @PASID-25
    Scenario Outline: a PASID moves to HWPT <table> with one fault read and one not
      Given a fault queue "more"
      And a PASID HWPT "next" with fault queue "more" for device "nic" on IOAS "guest"
      And a PASID HWPT "same" with fault queue "faults" for device "nic" on IOAS "guest"
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it moves PASID 5 of device "nic" to HWPT <table>
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL
      When it polls fault queue "more"
      Then it reports "OUT"

      @PASID-11
      Examples:
        | table  |
        | "next" |
        | "same" |
        | "own"  |

    @PASID-25 @FAULT-14
    Scenario: its cookies are free again, and not those of another PASID
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And it attaches PASID 6 of device "nic" to HWPT "paged"
      And PASID 6 of device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And PASID 5 of device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      And it detaches PASID 5 of device "nic"
      And PASID 6 of device "nic" requests a page at 19 MiB
      And PASID 6 of device "nic" requests a page at 20 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   | cookie |
        | LAST_PAGE, PASID_VALID |     6 | 19 MiB |      2 |
        | LAST_PAGE, PASID_VALID |     6 | 20 MiB |      3 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
        |      2 | SUCCESS |
        |      3 | SUCCESS |
      Then it returns 24

  Rule: the device itself and its PASIDs can share a queue, and a page table

    @PASID-25
    Scenario Outline: <leaver> is detached, and <others> keep their faults
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And it attaches PASID 6 of device "nic" to HWPT "paged"
      And it detaches PASID 0 of device "nic"
      And it attaches PASID 0 of device "nic" to HWPT "paged"
      And device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And PASID 6 of device "nic" requests a page at 18 MiB
      And it detaches PASID <pasid> of device "nic"
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags          | pasid    | addr    |
        | <first flags>  | <first>  | <addr>  |
        | <second flags> | <second> | <other> |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
        |      1 | SUCCESS |
      Then it returns 16

      @FAULT-26
      Examples:
        | leaver     | pasid | others                  | first flags            | first | addr   | second flags           | second | other  |
        | the device |     0 | both PASIDs             | LAST_PAGE, PASID_VALID |     5 | 17 MiB | LAST_PAGE, PASID_VALID |      6 | 18 MiB |
        | PASID 5    |     5 | the device and PASID 6  | LAST_PAGE              |     0 | 16 MiB | LAST_PAGE, PASID_VALID |      6 | 18 MiB |
        | PASID 6    |     6 | the device and PASID 5  | LAST_PAGE              |     0 | 16 MiB | LAST_PAGE, PASID_VALID |      5 | 17 MiB |

    @PASID-25 @PASID-11
    Scenario: the device moves, and the fault of its PASID stays
      Given a PASID HWPT "next" with fault queue "faults" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "paged"
      And it attaches PASID 5 of device "nic" to HWPT "paged"
      And device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And it attaches device "nic" to HWPT "next"
      And device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   |
        | LAST_PAGE, PASID_VALID |     5 | 17 MiB |
        | LAST_PAGE              |     0 | 18 MiB |

  Rule: a fault of a PASID without a queue is dropped

    @FAULT-27 @PASID-22
    Scenario: a PASID has a page table without a queue, and the device one with it
      When it attaches device "nic" to HWPT "paged"
      And it attaches PASID 5 of device "nic" to HWPT "own"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | pasid | addr   |
        | LAST_PAGE |     0 | 17 MiB |

    @FAULT-27 @PASID-22
    Scenario: a device has a page table without a queue, and its PASID one with it
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And device "nic" requests a page at 16 MiB
      And PASID 6 of device "nic" requests a page at 17 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When PASID 5 of device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   |
        | LAST_PAGE, PASID_VALID |     5 | 18 MiB |

    @FAULT-27 @FAULT-28
    Scenario: a PASID that is not attached does not use the queue of the device, whose table is no guest's
      When it attaches device "nic" to HWPT "paged"
      And it attaches PASID 5 of device "nic" to HWPT "paged"
      And PASID 6 of device "nic" requests a page at 16 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it detaches PASID 5 of device "nic"
      And PASID 5 of device "nic" requests a page at 17 MiB
      And device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | pasid | addr   |
        | LAST_PAGE |     0 | 18 MiB |

    @FAULT-30 @PASID-11
    Scenario: a PASID moves to a page table without a queue, and back
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And it moves PASID 5 of device "nic" to HWPT "own"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And it moves PASID 5 of device "nic" to HWPT "paged"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When PASID 5 of device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   | cookie |
        | LAST_PAGE, PASID_VALID |     5 | 17 MiB |      1 |

    @FAULT-28 @PASID-22
    Scenario: a PASID of a guest's own table gets a page table of its own, and loses it again
      Given a fault queue "of PASID"
      And a nesting HWPT "host" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "guest's" with fault queue "faults" for device "nic" on HWPT "host"
      And a PASID HWPT "of five" with fault queue "of PASID" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "guest's"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And it attaches PASID 5 of device "nic" to HWPT "of five"
      And PASID 5 of device "nic" requests a page at 17 MiB
      And it detaches PASID 5 of device "nic"
      And PASID 5 of device "nic" requests a page at 18 MiB
      And it polls fault queue "of PASID"
      Then it reports "OUT"
      When it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   |
        | LAST_PAGE, PASID_VALID |     5 | 16 MiB |
        | LAST_PAGE, PASID_VALID |     5 | 18 MiB |

  # The driver of mock devices refuses PASID 1024 every second time.
  Rule: a PASID that was refused another page table keeps its faults

    @PASID-12 @PASID-25 @MOCK-23
    Scenario: one fault was read, and one not
      Given a fault queue "more"
      And a PASID HWPT "next" with fault queue "more" for device "nic" on IOAS "guest"
      When it attaches PASID 1024 of device "nic" to HWPT "paged"
      And PASID 1024 of device "nic" requests a page at 16 MiB
      And PASID 1024 of device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it moves PASID 1024 of device "nic" to HWPT "next"
      Then it fails with ENOMEM
      When PASID 1024 of device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   | cookie |
        | LAST_PAGE, PASID_VALID |  1024 | 17 MiB |      2 |
        | LAST_PAGE, PASID_VALID |  1024 | 18 MiB |      3 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
        |      2 | SUCCESS |
        |      3 | INVALID |
      Then it returns 24
      When it closes fault queue "more"
      And it destroys HWPT "next"
      And it destroys fault queue "more"
      Then it succeeds

    @PASID-12 @FAULT-30 @MOCK-23
    Scenario: it moves at the second attempt, and takes its faults along
      Given a fault queue "more"
      And a PASID HWPT "next" with fault queue "more" for device "nic" on IOAS "guest"
      When it attaches PASID 1024 of device "nic" to HWPT "paged"
      And PASID 1024 of device "nic" requests a page at 16 MiB
      And it moves PASID 1024 of device "nic" to HWPT "next"
      Then it fails with ENOMEM
      When it moves PASID 1024 of device "nic" to HWPT "next"
      And it polls fault queue "faults"
      Then it reports "OUT"
      When PASID 1024 of device "nic" requests a page at 17 MiB
      And it reads fault queue "more" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   | cookie |
        | LAST_PAGE, PASID_VALID |  1024 | 17 MiB |      1 |
      When it detaches PASID 1024 of device "nic"
      And it attaches PASID 1024 of device "nic" to HWPT "own"
      And it destroys HWPT "next"
      Then it succeeds

  Rule: a queue that nobody reads is left by a PASID as well

    @FAULT-25 @FAULT-24 @PASID-14
    Scenario: the file of the queue is closed before the PASID leaves
      When it attaches PASID 5 of device "nic" to HWPT "paged"
      And PASID 5 of device "nic" requests a page at 16 MiB
      And PASID 5 of device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it closes fault queue "faults"
      And it destroys HWPT "paged"
      Then it fails with EBUSY
      When it detaches PASID 5 of device "nic"
      And it destroys HWPT "paged"
      And it destroys fault queue "faults"
      Then it succeeds
