@needs:dma-with-page-requests @needs:device-with-pasids @needs:hwpt-alloc
Feature: what a device does with an answer to its page requests
  A device with ATS asks the IOMMU for translations. Where there is none for an access, a device with page requests does not give
  up: it asks for the pages that are missing, as one group, and waits. What it does then follows from the code of the answer,
  here also from codes that no IOMMU gives: the bench puts them on its link.

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
    And an untouched buffer "in" of 2 pages
    And an untouched buffer "out" of 1 page

  Rule: an access asks for what it lacks, page by page, as one group

    @HW-PCI-05
    Scenario: four pages are read, of which the second is there
      When it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-only
      And device "nic" begins to read 4 pages at 16 MiB, and asks for pages as group 5
      And device "nic" goes on with group 5
      Then the access waits
      When it reads fault queue "faults" into 200 bytes of buffer "in"
      Then it returns 120
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | grpid | perm | addr             | cookie |
        | none      |     5 | READ | 16 MiB           |      1 |
        | none      |     5 | READ | 16 MiB + 2 pages |      1 |
        | LAST_PAGE |     5 | READ | 16 MiB + 3 pages |      1 |

    @HW-PCI-04
    Scenario: a page that may only be read is missing for a write, and no request is sent for a read
      When it stores pattern "there" in buffer "ram"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 1
      And device "nic" goes on with group 1
      Then the device got pattern "there"
      When device "nic" begins to write pattern "more" at 16 MiB, and asks for pages as group 2
      And device "nic" goes on with group 2
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | grpid | perm  | addr   |
        | LAST_PAGE |     2 | WRITE | 16 MiB |
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 2
      Then the access goes through
      And it finds pattern "more" in buffer "ram" + 1 page
      And it finds pattern "there" in buffer "ram"

  Rule: after Success it tries again

    @HW-PRQ-16 @HW-PCI-06
    Scenario: the pages have come
      When device "nic" begins to read 2 pages at 16 MiB, and asks for pages as group 5
      And it stores pattern "came in" in buffer "ram"
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" goes on with group 5
      Then the access waits
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access goes through
      When device "nic" reads 1 page at 16 MiB
      Then the device got pattern "came in"
      And device "nic" shows:
        | PRI control | E    |
        | PRI status  | PRPR |

    @HW-PRQ-16 @HW-PCI-06
    Scenario: one of two pages has not come, and the device asks once more, for that one
      When device "nic" begins to read 2 pages at 16 MiB, and asks for pages as group 5
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | grpid | addr            | cookie |
        | LAST_PAGE |     5 | 16 MiB + 1 page |      1 |
      When it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access goes through

  Rule: after Invalid Request it ends the accesses of that group, and others go on

    @HW-PRQ-16 @HW-PCI-06
    Scenario: of two accesses one is refused, although its page has come
      When it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-write
      And device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 5
      And device "nic" begins to read 1 page at 16 MiB + 1 page, and asks for pages as group 6
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      And device "nic" goes on with group 5
      Then the access is blocked
      When device "nic" goes on with group 6
      Then the access waits
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      And device "nic" goes on with group 6
      Then the access goes through
      When device "nic" reads 1 page at 32 MiB
      Then the access goes through
      And device "nic" shows:
        | PRI control | E    |
        | PRI status  | PRPR |

    @HW-PRQ-16
    Scenario Outline: an access is over when the device <leaves>
      Given a PASID HWPT "quiet" for device "nic" on IOAS "guest"
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 5
      And PASID 7 of device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 6
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And <call>
      And device "nic" goes on with group 5
      Then the access is blocked
      When PASID 7 of device "nic" goes on with group 6
      Then the access waits
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And PASID 7 of device "nic" goes on with group 6
      Then the access goes through

      @HW-PRQ-09
      Examples:
        | leaves                            | call                                     |
        | is detached                       | it detaches device "nic"                 |
        | moves to a table without a queue  | it attaches device "nic" to HWPT "quiet" |

  Rule: after any other code it switches its interface off, and all that waits is over

    @HW-PRQ-16
    Scenario Outline: code <code> comes for one of two groups
      When device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 5
      And device "nic" begins to read 1 page at 32 MiB, and asks for pages as group 6
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And the bench answers device "nic":
        | group | code   |
        |     5 | <code> |
      And device "nic" goes on with group 5
      Then the access is blocked
      When device "nic" goes on with group 6
      Then the access is blocked
      And device "nic" shows:
        | PRI control | 0           |
        | PRI status  | RF, S, PRPR |
      When device "nic" reads 1 page at 32 MiB
      Then the access goes through
      When it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      When device "nic" requests pages:
        | address | perm | group | last |
        | 48 MiB  | READ |     7 | yes  |
      And device "nic" begins to read 1 page at 64 MiB, and asks for pages as group 8
      And device "nic" goes on with group 8
      Then the access is blocked
      When it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 0
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
        |      2 | SUCCESS |
      Then it returns 16
      And device "nic" shows:
        | PRI control | 0           |
        | PRI status  | RF, S, PRPR |

      @HW-PCI-06
      Examples:
        | code    |
        | FAILURE |
        |       2 |
        |      14 |

  Rule: an answer to a group that it did not ask for is noted, and nothing else

    @HW-PRQ-16
    Scenario Outline: <whose> is answered with <code>
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 5
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And the bench answers device "nic":
        | group   | code   | PASID   |
        | <group> | <code> | <PASID> |
      And device "nic" goes on with group 5
      Then the access waits
      And device "nic" shows:
        | PRI control | E           |
        | PRI status  | UPRGI, PRPR |
      When the bench answers device "nic":
        | group | code    |
        |     5 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access goes through

      @HW-PCI-06
      Examples:
        | whose                           | group | code    | PASID |
        | another group                   |     6 | SUCCESS |       |
        | another group                   |     6 | INVALID |       |
        | another group                   |     6 | FAILURE |       |
        | the same group of PASID 7       |     5 | SUCCESS |     7 |
        | group 261, of which 5 is a part |   261 | SUCCESS |       |

    @HW-PCI-06
    Scenario: the second answer to one group is noted
      When device "nic" begins to read 1 page at 16 MiB, and asks for pages as group 5
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      Then device "nic" shows:
        | PRI status | PRPR |
      When the bench answers device "nic":
        | group | code    |
        |     5 | SUCCESS |
      And device "nic" goes on with group 5
      Then the access is blocked
      And device "nic" shows:
        | PRI status | UPRGI, PRPR |

  Rule: a marker that a PASID stops is no request

    @HW-PCI-08 @HW-PRQ-03 @HW-VTD-63
    Scenario: it is followed by no answer, and joins nothing
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 0       | none |     3 | yes  |
      Then device "nic" was not answered
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0
      When PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | no   |
        | 32 MiB  | READ |     3 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And device "nic" shows:
        | PRI status | PRPR |

    @HW-PCI-08
    Scenario Outline: an answer to <what> is <noted>
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And <who> requests pages:
        | address | perm   | group | last   |
        | 16 MiB  | <perm> |     3 | <last> |
      And the bench answers device "nic":
        | group | code    | PASID   |
        |     3 | SUCCESS | <PASID> |
      Then device "nic" shows:
        | PRI status | <status> |

      Examples: a marker
        | what                                 | who                     | perm | last | PASID | noted             | status      |
        | the last one of a PASID, for nothing | PASID 7 of device "nic" | none | yes  |     7 | one too many      | UPRGI, PRPR |

      Examples: a request
        | what                                 | who                     | perm  | last | PASID | noted             | status |
        | one for nothing that has a next one  | PASID 7 of device "nic" | none  | no   |     7 | one that was due  | PRPR   |
        | one for nothing without a PASID      | device "nic"            | none  | yes  |       | one that was due  | PRPR   |
        | the last one of a PASID, for a read  | PASID 7 of device "nic" | READ  | yes  |     7 | one that was due  | PRPR   |
        | the last one of a PASID, for a write | PASID 7 of device "nic" | WRITE | yes  |     7 | one that was due  | PRPR   |

  Rule: the driver of the IOMMU switches on what the device has

    @HW-PCI-01 @HW-PCI-03 @HW-PCI-11
    Scenario: ATS and page requests are on, with room for as many as the driver takes
      Then device "nic" shows:
        | ATS capability | PageAligned |
        | ATS control    | E           |
        | PRI control    | E           |
        | PRI status     | PRPR        |
        | PRI capacity   | 512         |
        | PRI allocation | 128         |

    @HW-PCI-02
    Scenario: PASIDs are on, as they are switched on before ATS
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches PASID 7 of device "nic" to HWPT "table"
      And it stores pattern "of seven" in buffer "ram"
      And PASID 7 of device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of seven"

    @HW-PCI-03 @HW-PCI-08
    Scenario: never are more messages without an answer than the driver allows
      When device "nic" begins to read 1 page at 128 MiB, and asks for pages as group 4
      And device "nic" begins to read 129 pages at 16 MiB, and asks for pages as group 5
      And device "nic" begins to read 1 page at 64 MiB, and asks for pages as group 6
      And device "nic" goes on with group 6
      Then the access waits
      When it reads fault queue "faults" into 8160 bytes of buffer "in"
      Then it returns 5120
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | INVALID |
      And device "nic" goes on with group 5
      Then the access is blocked
      When device "nic" goes on with group 6
      Then the access waits
      When it reads fault queue "faults" into 8160 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | grpid | addr   |
        | LAST_PAGE |     6 | 64 MiB |
