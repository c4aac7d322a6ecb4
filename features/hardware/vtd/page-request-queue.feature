@needs:dma-with-page-requests @needs:device-with-pasids @needs:intel-nesting
Feature: the page request queue of a VT-d
  Page requests of all devices of a VT-d come in one ring in memory, from which its driver takes them. What makes no sense the
  driver answers by itself; what does not fit into the ring the hardware answers, as if the page had come: the device asks again.
  The ring of this machine has room for 127 requests, which the driver does not take while a device sends a burst.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And a device "nic" with:
      | page requests | yes     |
      | PASIDs        | 20 bits |
    And it attaches device "nic" to IOAS "guest"
    And a fault queue "faults"
    And a PASID HWPT "table" with fault queue "faults" for device "nic" on IOAS "guest"
    And it attaches device "nic" to HWPT "table"
    And an untouched buffer "in" of 4 pages
    And an untouched buffer "out" of 1 page

  Rule: a request comes as the device sent it

    @HW-VTD-60
    Scenario: a request has a value of its own in each field
      Given a device "disk" with:
        | page requests | yes     |
        | PASIDs        | 20 bits |
      And it attaches device "disk" to IOAS "guest"
      And a PASID HWPT "of disk" with fault queue "faults" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "of disk"
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And it attaches PASID 32767 of device "disk" to HWPT "of disk"
      And PASID 7 of device "nic" requests pages:
        | address                    | perm        | group | last |
        | 16 MiB                     | READ        |   511 | no   |
        | U64_MAX - 8 MiB + 1 byte   | WRITE, EXEC |   511 | yes  |
      And PASID 32767 of device "disk" requests pages:
        | address          | perm        | group | last |
        | 128 TiB - 1 page | READ, WRITE |   256 | yes  |
      And device "disk" requests pages:
        | address | perm  | group | last |
        | 4 KiB   | WRITE |     0 | yes  |
      And it reads fault queue "faults" into 200 bytes of buffer "in"
      Then it returns 160
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | dev_id        | pasid | grpid | perm        | addr                     |
        | PASID_VALID            | device "nic"  |     7 |   511 | READ        | 16 MiB                   |
        | LAST_PAGE, PASID_VALID | device "nic"  |     7 |   511 | WRITE, EXEC | U64_MAX - 8 MiB + 1 byte |
        | LAST_PAGE, PASID_VALID | device "disk" | 32767 |   256 | READ, WRITE | 128 TiB - 1 page         |
        | LAST_PAGE              | device "disk" |     0 |     0 | WRITE       | 4 KiB                    |

  Rule: the driver answers what makes no sense

    @HW-PRQ-03
    Scenario Outline: a request at <address> for <perm> is invalid
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests pages:
        | address   | perm   | group | last |
        | <address> | <perm> |     8 | no   |
      Then device "nic" was not answered
      When PASID 7 of device "nic" requests pages:
        | address   | perm   | group | last |
        | <address> | <perm> |     9 | yes  |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     9 | INVALID |     7 |
      When it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 0
      When PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     8 | yes  |
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 40
      And device "nic" was not answered

      @HW-VTD-63
      Examples:
        | address   | perm        |
        | 128 TiB   | READ        |
        | 16 MiB    | READ, PRIV  |
        | 16 MiB    | WRITE, PRIV |
        | 16 MiB    | READ, EXEC  |

    @HW-PRQ-03
    Scenario Outline: a request at <address> for <perm> is delivered
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests pages:
        | address   | perm   | group | last |
        | <address> | <perm> |     9 | no   |
        | 16 MiB    | READ   |     9 | yes  |
      Then device "nic" was not answered
      When it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid | perm   | addr      |
        | PASID_VALID            |     7 |     9 | <perm> | <address> |
        | LAST_PAGE, PASID_VALID |     7 |     9 | READ   | 16 MiB    |

      @HW-VTD-63
      Examples:
        | address                  | perm        |
        | 128 TiB - 1 page         | READ        |
        | U64_MAX - 128 TiB + 1 byte | WRITE     |
        | 16 MiB                   | EXEC        |
        | 16 MiB                   | WRITE, EXEC |
        | 16 MiB                   | PRIV        |

  Rule: one answer goes to each group, by its last request

    @HW-VTD-64
    Scenario: groups of one number are answered apart, and none before its last request
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     9 | no   |
        | 17 MiB  | READ |     9 | no   |
        | 18 MiB  | READ |     9 | yes  |
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     9 | no   |
        | 17 MiB  | READ |     9 | yes  |
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 18 MiB  | READ |    10 | no   |
      And it reads fault queue "faults" into 400 bytes of buffer "in"
      Then it returns 200
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     9 | SUCCESS |     7 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     9 | INVALID |       |
      And device "nic" was not answered

  Rule: what does not fit is answered by the hardware, and asked for again

    @HW-PRQ-04 @HW-PRQ-15 @HW-VTD-61
    Scenario: 200 groups come at once
      When device "nic" requests 200 pages at 16 MiB, each as a group of its own
      And it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 5080
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | grpid | addr             |
        | LAST_PAGE |     0 | 16 MiB           |
        | LAST_PAGE |     1 | 16 MiB + 1 page  |
        | LAST_PAGE |     2 | 16 MiB + 2 pages |
      And buffer "in" + 5040 bytes holds struct iommu_hwpt_pgfault:
        | flags     | grpid | addr               |
        | LAST_PAGE |   126 | 16 MiB + 126 pages |
      And device "nic" was answered SUCCESS for groups 127 to 199
      When device "nic" requests pages:
        | address | perm | group | last |
        | 48 MiB  | READ |   300 | yes  |
      And it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | grpid | addr   |
        | LAST_PAGE |   300 | 48 MiB |
      And device "nic" was not answered

    @HW-PRQ-04 @HW-PRQ-15 @HW-VTD-61
    Scenario: 127 groups come at once, and then 127 more
      When device "nic" requests 127 pages at 16 MiB, each as a group of its own
      And it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 5080
      When device "nic" requests 127 pages at 32 MiB, each as a group of its own
      And it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 5080
      And device "nic" was not answered

    @HW-PRQ-04
    Scenario: halves of groups of every device are dropped, whole ones that came before stay
      Given a device "disk" with page requests attached to IOAS "guest"
      And an HWPT "of disk" with fault queue "faults" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "of disk"
      When device "disk" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     1 | yes  |
        | 17 MiB  | READ |     2 | no   |
      And device "nic" requests 130 pages at 16 MiB, each as a group of its own
      And device "disk" requests pages:
        | address | perm | group | last |
        | 18 MiB  | READ |     2 | yes  |
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | dev_id        | grpid | addr   |
        | LAST_PAGE | device "disk" |     1 | 16 MiB |
      When it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 5120
      And buffer "in" + 5080 bytes holds struct iommu_hwpt_pgfault:
        | flags     | dev_id        | grpid | addr   |
        | LAST_PAGE | device "disk" |     2 | 18 MiB |
      And device "disk" was not answered
      And device "nic" was answered SUCCESS for groups 127 to 129

    @HW-PRQ-17 @HW-VTD-62
    Scenario: of four requests of one group that find the queue full the last one is answered
      Given a device "disk" with page requests attached to IOAS "guest"
      And an HWPT "of disk" with fault queue "faults" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "of disk"
      When device "disk" requests a page at 32 MiB, and no time passes
      And device "disk" requests a page at 33 MiB, and no time passes
      And device "disk" requests a page at 34 MiB, and no time passes
      And device "nic" begins to read 130 pages at 16 MiB, and asks for pages as group 5
      Then device "nic" was answered:
        | group | code    |
        |     5 | SUCCESS |
      And device "disk" was not answered
      When it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 120

    @HW-PRQ-17 @HW-VTD-62
    Scenario: a group of a PASID that does not fit is answered with the PASID
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" begins to read 130 pages at 16 MiB, and asks for pages as group 5
      Then device "nic" was answered:
        | group | code    | PASID |
        |     5 | SUCCESS |     7 |
      When PASID 7 of device "nic" goes on with group 5
      Then the access waits
      And device "nic" shows:
        | PRI status | PRPR |

    @HW-PRQ-04 @HW-PRQ-16 @HW-VTD-62
    Scenario: an access whose group does not fit asks again, until it does
      When device "nic" begins to read 130 pages at 16 MiB, and asks for pages as group 5
      Then device "nic" was answered:
        | group | code    |
        |     5 | SUCCESS |
      When it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 0
      When device "nic" goes on with group 5
      Then the access waits
      And device "nic" was answered:
        | group | code    |
        |     5 | SUCCESS |
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" goes on with group 5
      Then the access waits
      And device "nic" was not answered
      When it reads fault queue "faults" into 16000 bytes of buffer "in"
      Then it returns 5040

  Rule: what is on the way when a page table goes belongs to that page table

    Background:
      Given a fault queue "more"
      And a PASID HWPT "next" with fault queue "more" for device "nic" on IOAS "guest"

    @HW-PRQ-12 @HW-VTD-37 @HW-VTD-65
    Scenario: a PASID is detached and attached to another page table with one request in the queue
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests a page at 16 MiB, and no time passes
      And it detaches PASID 7 of device "nic"
      And it attaches PASID 7 of device "nic" to HWPT "next"
      Then device "nic" was answered:
        | group | code    | PASID |
        |     0 | INVALID |     7 |
      When it polls fault queue "more"
      Then it reports "OUT"
      When PASID 7 of device "nic" requests a page at 32 MiB
      And it reads fault queue "more" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   |
        | LAST_PAGE, PASID_VALID |     7 | 32 MiB |

    @HW-PRQ-12
    Scenario Outline: <who> moves to another page table with one request in the queue
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And <who> requests a page at 16 MiB, and no time passes
      And it attaches <who> to HWPT "next"
      Then device "nic" was answered:
        | group | code    | PASID   |
        |     0 | INVALID | <PASID> |
      When it polls fault queue "more"
      Then it reports "OUT"
      When it polls fault queue "faults"
      Then it reports "OUT"

      @HW-VTD-37 @HW-VTD-65
      Examples:
        | who                     | PASID |
        | PASID 7 of device "nic" |     7 |
        | device "nic"            |       |

  Rule: an answer ends one group, of one device and one PASID

    @HW-VTD-41 @HW-VTD-04
    Scenario: five groups wait under two numbers, and one after the other is answered
      Given a device "disk" with page requests attached to IOAS "guest"
      And an HWPT "of disk" with fault queue "faults" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "of disk"
      And it attaches PASID 7 of device "nic" to HWPT "table"
      And it attaches PASID 8 of device "nic" to HWPT "table"
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | yes  |
        | 17 MiB  | READ |   259 | yes  |
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | yes  |
      And PASID 8 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | yes  |
      And device "disk" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | yes  |
      And it reads fault queue "faults" into 400 bytes of buffer "in"
      Then it returns 200
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      3 | INVALID |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     3 | INVALID |     7 |
      And device "disk" was not answered
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |   259 | SUCCESS |       |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      5 | INVALID |
      Then device "disk" was answered:
        | group | code    |
        |     3 | INVALID |
      And device "nic" was not answered
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
        |      4 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     3 | SUCCESS |       |
        |     3 | SUCCESS |     8 |

  Rule: a device without page requests takes no page table with a fault queue

    @HW-PRQ-13
    Scenario: it is refused, and goes on as before
      Given a device "plain" with PASIDs attached to IOAS "guest"
      And a PASID HWPT "paged" with fault queue "faults" for device "plain" on IOAS "guest"
      And a PASID HWPT "quiet" for device "plain" on IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it attaches device "plain" to HWPT "paged"
      Then it fails with ENODEV
      And device "plain" sees buffer "ram" at 16 MiB .. +1 page
      When it attaches device "plain" to HWPT "quiet"
      And it attaches PASID 7 of device "plain" to HWPT "paged"
      Then it fails with ENODEV
      When it attaches PASID 7 of device "plain" to HWPT "quiet"
      Then PASID 7 of device "plain" sees buffer "ram" at 16 MiB .. +1 page
