@needs:veventq @needs:test-cmd @needs:nesting
Feature: events of a vEVENTQ that are lost, kept or dropped
  A queue holds as many events as its depth says. Every event has a number, read or lost: what is missing from the
  sequence was lost. A loss that no event follows is told by a header without data.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "in" of 2 pages
    And a device "nic" attached to IOAS "guest"
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And a vIOMMU "smmu" for device "nic" on HWPT "parent"

  Rule: a full queue loses what comes, and tells of it at its end

    @VEVQ-11 @VEVQ-12 @VEVQ-15
    Scenario: one event is lost
      Given a vEVENTQ "events" with depth 2 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 3 events
      Then it succeeds
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 32 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
        |     0 |        1 |     153 |
        |     1 |        2 |         |
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 0 |

    @VEVQ-12 @VEVQ-19
    Scenario: the header has the number of the last event that was lost
      Given a vEVENTQ "events" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 5 events
      And it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
      When it polls vEVENTQ "events"
      Then it reports "IN, RDNORM"
      When it reads 8 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 8 |
      And buffer "in" holds:
        | flags | sequence |
        |     1 |        4 |
      When it polls vEVENTQ "events"
      Then it reports ""

    @VEVQ-11 @VEVQ-12
    Scenario: a queue that is exactly full has lost nothing
      Given a vEVENTQ "events" with depth 3 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 3 events
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 36 |
      And buffer "in" + 24 bytes holds:
        | flags | sequence | virt_id |
        |     0 |        2 |     153 |

    @VEVQ-13 @VEVQ-15
    Scenario: an event after the loss takes the place of the header
      Given a vEVENTQ "events" with depth 2 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 4 events
      And it reads 12 bytes of vEVENTQ "events" into buffer "in"
      And device "nic" reports 1 event
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 24 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        1 |     153 |
        |     0 |        4 |     153 |

    @VEVQ-14 @VEVQ-15
    Scenario: the header was read, and another event is lost
      Given a vEVENTQ "events" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 20 |
      When device "nic" reports 2 events
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 20 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        2 |     153 |
        |     1 |        3 |         |

    @VEVQ-12
    Scenario: the header waits where only the event before it fits
      Given a vEVENTQ "events" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 19 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 12 |
      When it reads 8 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 8 |

  Rule: what cannot be copied stays in the queue

    @VEVQ-16 @VEVQ-19
    Scenario: memory cannot be written
      Given an inaccessible buffer "hole" of 1 page
      And a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 1 page of vEVENTQ "events" into buffer "hole"
      Then it fails with EFAULT
      When it polls vEVENTQ "events"
      Then it reports "IN, RDNORM"
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 24 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
        |     0 |        1 |     153 |

    @VEVQ-10
    Scenario Outline: memory ends <left> into the second event
      Given an inaccessible buffer "hole" of 1 page over buffer "in" + 1 page
      And a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 24 bytes of vEVENTQ "events" into buffer "in" + 1 page - 12 bytes - <left>
      Then it returns:
        | bytes | 12 |
      When it reads 24 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 12 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        1 |     153 |

      @VEVQ-16
      Examples:
        | left     |
        |  0 bytes |
        |  4 bytes |
        |  8 bytes |
        | 11 bytes |

    @VEVQ-16 @VEVQ-12 @VEVQ-10
    Scenario: a queue that was read in part holds as many more events as were read
      Given an inaccessible buffer "hole" of 1 page over buffer "in" + 1 page
      And a vEVENTQ "events" with depth 3 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 3 events
      And it reads 36 bytes of vEVENTQ "events" into buffer "hole"
      Then it fails with EFAULT
      When it reads 36 bytes of vEVENTQ "events" into buffer "in" + 1 page - 30 bytes
      Then it returns:
        | bytes | 24 |
      When device "nic" reports 3 events
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 44 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        2 |     153 |
        |     0 |        3 |     153 |
        |     0 |        4 |     153 |
        |     1 |        5 |         |

    @VEVQ-12 @VEVQ-16
    Scenario: the header of lost events cannot be copied
      Given an inaccessible buffer "hole" of 1 page
      And a vEVENTQ "events" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 12 bytes of vEVENTQ "events" into buffer "in"
      And it reads 8 bytes of vEVENTQ "events" into buffer "hole"
      Then it fails with EFAULT
      When it reads 8 bytes of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 8 |
      And buffer "in" holds:
        | flags | sequence |
        |     1 |        1 |

  Rule: an event needs a device that the guest knows, and a queue of its type

    @VEVQ-18
    Scenario Outline: an event of a device <where> is refused
      Given a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on <on>
      And it attaches device "nic" to <table>
      When device "nic" reports 1 event
      Then it fails with ENOENT
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 0 |

      @MOCK-21
      Examples:
        | where                                     | on            | table          |
        | on the page table of its IOAS             | vIOMMU "smmu" | IOAS "guest"   |
        | on the nesting parent                     | vIOMMU "smmu" | HWPT "parent"  |
        | on a nested page table that has no vIOMMU | HWPT "parent" | HWPT "stage 1" |

    @VEVQ-18
    Scenario: an event of a device with the number 0 is refused
      Given a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 0 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 1 event
      Then it fails with ENOENT

    @VEVQ-17 @MOCK-21
    Scenario: an event without a queue of its type is dropped
      Given a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      And it closes vEVENTQ "events"
      And it destroys vEVENTQ "events"
      When device "nic" reports 1 event
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_VEVENTQ_ALLOC with:
        | type | ARM_SMMUV3 |
      And device "nic" reports 1 event
      Then it fails with EOPNOTSUPP
      Given a vEVENTQ "late" on vIOMMU "smmu"
      When device "nic" reports 1 event
      And it reads 1 page of vEVENTQ "late" into buffer "in"
      Then buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |

    @VDEV-07
    Scenario: events carry the number that the device was last attached with
      Given a vEVENTQ "events" on vIOMMU "smmu"
      And a vDEVICE "before" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      And device "nic" reports 1 event
      And it attaches device "nic" to IOAS "guest"
      And it destroys vDEVICE "before"
      And a vDEVICE "after" for device "nic" with virt_id 119 on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 1 event
      And it reads 1 page of vEVENTQ "events" into buffer "in"
      Then buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
        |     0 |        1 |     119 |

    @VEVQ-20 @OBJ-16
    Scenario: a queue with events in it is destroyed
      Given a vEVENTQ "events" with depth 2 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 3 events
      And it destroys vEVENTQ "events"
      Then it fails with EBUSY
      When it closes vEVENTQ "events"
      And it destroys vEVENTQ "events"
      Then it succeeds
      Given a vEVENTQ "fresh" on vIOMMU "smmu"
      When it reads 1 page of vEVENTQ "fresh" into buffer "in"
      Then it returns:
        | bytes | 0 |

    @VEVQ-11 @VEVQ-04
    Scenario: a queue that is made again counts from 0, and no loss of the old one is told
      Given a vEVENTQ "old" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 3 events
      And it closes vEVENTQ "old"
      And it destroys vEVENTQ "old"
      Then it succeeds
      Given a vEVENTQ "new" with depth 2 on vIOMMU "smmu"
      When device "nic" reports 2 events
      And it reads 1 page of vEVENTQ "new" into buffer "in"
      Then it returns:
        | bytes | 24 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |     153 |
        |     0 |        1 |     153 |

  Rule: an event for which there is no memory is lost as well

    @VEVQ-11 @VEVQ-12 @needs:fault-injection
    Scenario: an event without memory is lost, and one after it is kept
      Given a vEVENTQ "events" with depth 4 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      And each of the allocations of the next call fails in turn
      When it calls IOMMU_TEST_CMD with:
        | op                   | TRIGGER_VEVENT |
        | trigger_vevent.dev_id | device "nic"  |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 12 |
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        1 |     153 |

    @VEVQ-12 @VEVQ-14 @needs:fault-injection
    Scenario: the header itself is lost, and is read when there is memory again
      Given a vEVENTQ "events" with depth 1 on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 153 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And it attaches device "nic" to HWPT "stage 1"
      When device "nic" reports 2 events
      And it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then it succeeds
      Given it writes "1" to file "/proc/self/fail-nth"
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it fails with ENOMEM
      When it polls vEVENTQ "events"
      Then it reports "IN, RDNORM"
      When it reads 1 page of vEVENTQ "events" into buffer "in"
      Then it returns:
        | bytes | 8 |
      And buffer "in" holds:
        | flags | sequence |
        |     1 |        1 |
