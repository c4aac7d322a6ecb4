@needs:page-responses @needs:device-with-pasids @needs:hwpt-alloc
Feature: which answers a device gets to its page requests
  A group of page requests is answered by one message, which carries the number of the group, a code, and the PASID if the
  requests had one. An analyser on the link of the device sees it. The answer is that of the process, or of the kernel where
  nobody else can give one.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" with:
      | page requests | yes     |
      | PASIDs        | 20 bits |
    And it attaches device "nic" to IOAS "guest"
    And a fault queue "faults"
    And a PASID HWPT "table" with fault queue "faults" for device "nic" on IOAS "guest"
    And a PASID HWPT "same" with fault queue "faults" for device "nic" on IOAS "guest"
    And a PASID HWPT "quiet" for device "nic" on IOAS "guest"
    And it attaches device "nic" to HWPT "table"
    And an untouched buffer "in" of 2 pages
    And an untouched buffer "out" of 1 page

  Rule: the device gets the code that the process wrote, for that group and no other

    @HW-PRQ-01
    Scenario: three groups, of which one is answered by each code and one not at all
      When device "nic" requests pages:
        | address | perm  | group | last |
        | 16 MiB  | READ  |     1 | yes  |
        | 17 MiB  | READ  |     2 | no   |
        | 18 MiB  | WRITE |     2 | yes  |
        | 19 MiB  | READ  |     3 | yes  |
      And it reads fault queue "faults" into 160 bytes of buffer "in"
      Then it returns 160
      And device "nic" was not answered
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | INVALID |
      Then device "nic" was answered:
        | group | code    |
        |     2 | INVALID |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then device "nic" was answered:
        | group | code    |
        |     1 | SUCCESS |
      And device "nic" was not answered

    @HW-PRQ-01
    Scenario Outline: an answer of <code> does not reach the device
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |   511 | yes  |
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code   |
        |      1 | <code> |
      Then it fails with EINVAL
      And device "nic" was not answered
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      Then device "nic" was answered:
        | group | code    |
        |   511 | INVALID |

      Examples:
        | code |
        |    2 |
        |   15 |

    @HW-PRQ-01 @FAULT-20
    Scenario: of three answers in one write the second is wrong
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     7 | yes  |
        | 17 MiB  | READ |     8 | yes  |
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
        |      9 | SUCCESS |
        |      1 | SUCCESS |
      Then it returns 8
      And device "nic" was answered:
        | group | code    |
        |     8 | SUCCESS |

  Rule: the answer carries the PASID of the group, and goes to the device that asked

    @HW-PRQ-02 @HW-PCI-07
    Scenario: one group number is used by two PASIDs and by the device itself
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And it attaches PASID 32767 of device "nic" to HWPT "same"
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     4 | yes  |
      And PASID 32767 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     4 | yes  |
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     4 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | INVALID |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     4 | INVALID | 32767 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     4 | SUCCESS |     7 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      3 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     4 | SUCCESS |       |

    @HW-PRQ-02
    Scenario: another device of the same queue is answered for itself
      Given a device "disk" with page requests attached to IOAS "guest"
      And an HWPT "of disk" with fault queue "faults" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "of disk"
      When device "nic" requests a page at 16 MiB
      And device "disk" requests a page at 16 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then device "disk" was answered:
        | group | code    |
        |     0 | SUCCESS |
      And device "nic" was not answered
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | INVALID |
      Then device "nic" was answered:
        | group | code    |
        |     0 | INVALID |
      And device "disk" was not answered

  Rule: what nobody handles is invalid at once

    @HW-PRQ-07
    Scenario: a PASID that is not attached, and one whose page table has no queue, beside the device itself
      When it attaches PASID 5 of device "nic" to HWPT "quiet"
      And PASID 5 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     1 | yes  |
      And PASID 6 of device "nic" requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     2 | yes  |
      And device "nic" requests pages:
        | address | perm | group | last |
        | 18 MiB  | READ |     3 | yes  |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     1 | INVALID |     5 |
        |     2 | INVALID |     6 |
      When it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 40

    @HW-PRQ-07
    Scenario: each request of a group is answered, the last one as well
      When it attaches device "nic" to HWPT "quiet"
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     9 | no   |
        | 17 MiB  | READ |     9 | no   |
      Then device "nic" was answered:
        | group | code    |
        |     9 | INVALID |
        |     9 | INVALID |
      When device "nic" requests pages:
        | address | perm | group | last |
        | 18 MiB  | READ |     9 | yes  |
      Then device "nic" was answered:
        | group | code    |
        |     9 | INVALID |

  Rule: requests are joined by the number of their group alone

    @HW-PRQ-08
    Scenario: half a group of one PASID is delivered with the last request of another
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And it attaches PASID 8 of device "nic" to HWPT "same"
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | no   |
      And PASID 8 of device "nic" requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     3 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid | addr   | cookie |
        | PASID_VALID            |     7 |     3 | 16 MiB |      1 |
        | LAST_PAGE, PASID_VALID |     8 |     3 | 17 MiB |      1 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     3 | SUCCESS |     8 |

  Rule: an attachment that ends is answered for, once for each of its groups

    @HW-PRQ-09
    Scenario Outline: the device is answered for when it <leaves>, with one group read, one unread and one answered
      When it attaches PASID 7 of device "nic" to HWPT "same"
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     7 | yes  |
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     1 | yes  |
        | 17 MiB  | READ |     2 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      And device "nic" requests pages:
        | address | perm | group | last |
        | 18 MiB  | READ |     3 | no   |
        | 19 MiB  | READ |     3 | yes  |
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then device "nic" was answered:
        | group | code    |
        |     1 | SUCCESS |
      When <call>
      Then it succeeds
      And device "nic" was answered:
        | group | code    |
        |     2 | INVALID |
        |     3 | INVALID |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      3 | SUCCESS |
      Then it fails with EINVAL
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     7 | SUCCESS |     7 |

      @HW-PRQ-11
      Examples:
        | leaves                              | call                                         |
        | is detached                         | it detaches device "nic"                     |
        | moves to a table without a queue    | it attaches device "nic" to HWPT "quiet"     |
        | moves to a table of the same queue  | it attaches device "nic" to HWPT "same"      |

    @HW-PRQ-09
    Scenario Outline: a PASID is answered for when it <leaves>, with one group read and one unread
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And it attaches PASID 8 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     1 | yes  |
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And PASID 8 of device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     2 | yes  |
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | yes  |
      And PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     4 | yes  |
      And <call>
      Then device "nic" was answered:
        | group | code    | PASID |
        |     1 | INVALID |     7 |
        |     4 | INVALID |     7 |
      When it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid |
        | LAST_PAGE, PASID_VALID |     8 |     2 |
        | LAST_PAGE              |     0 |     3 |

      @HW-PRQ-11
      Examples:
        | leaves                             | call                                               |
        | is detached                        | it detaches PASID 7 of device "nic"                |
        | moves to a table without a queue   | it attaches PASID 7 of device "nic" to HWPT "quiet" |
        | moves to a table of the same queue | it attaches PASID 7 of device "nic" to HWPT "same" |

    @HW-PRQ-09 @HW-PRQ-02
    Scenario: a PASID is attached once more, and its device is bound once more
      When it attaches PASID 7 of device "nic" to HWPT "table"
      And PASID 7 of device "nic" requests a page at 16 MiB
      And it closes device "nic"
      Then device "nic" was answered:
        | group | code    | PASID |
        |     0 | INVALID |     7 |
      When it opens device "nic"
      And it binds device "nic" to the iommufd
      And it attaches device "nic" to HWPT "quiet"
      And it attaches PASID 7 of device "nic" to HWPT "same"
      Then it succeeds
      When PASID 7 of device "nic" requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     1 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid | addr   |
        | LAST_PAGE, PASID_VALID |     7 |     1 | 17 MiB |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then device "nic" was answered:
        | group | code    | PASID |
        |     1 | SUCCESS |     7 |

    @FAULT-30
    Scenario Outline: half a group of <who> is gone when it has left its queue and comes back
      When it attaches device "nic" to HWPT "quiet"
      And it attaches <who> to HWPT "table"
      And <who> requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | no   |
      And it attaches <who> to HWPT "quiet"
      And it attaches <who> to HWPT "table"
      And <who> requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     3 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 40

      @HW-PRQ-09
      Examples:
        | who                     |
        | device "nic"            |
        | PASID 7 of device "nic" |

    @HW-PRQ-10
    Scenario: the file of the queue is closed, and the groups wait until the attachment ends
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     1 | yes  |
        | 17 MiB  | READ |     2 | yes  |
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it closes fault queue "faults"
      Then device "nic" was not answered
      When it attaches device "nic" to HWPT "quiet"
      Then device "nic" was answered:
        | group | code    |
        |     1 | INVALID |
        |     2 | INVALID |
