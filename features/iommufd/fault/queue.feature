Feature: IOMMU_FAULT_QUEUE_ALLOC
  Makes a queue of page faults, with a file descriptor of its own. A VMM reads the faults of its devices from that file, 40
  bytes each (struct iommu_hwpt_pgfault), and writes its answers to it, 8 bytes each (struct iommu_hwpt_page_response).
  Here: the file of a queue without faults, and how long the queue lives.

  Background:
    Given an iommufd

  Rule: there are no flags

    @FAULT-01 @needs:fault-queue
    Scenario Outline: <flags> in flags is refused
      When it calls IOMMU_FAULT_QUEUE_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And no file descriptor was left behind
      When it destroys object 1
      Then it fails with ENOENT

      Examples:
        | flags  |
        | bit 0  |
        | bit 31 |

  Rule: a fault queue has an id and a file that can be read, written and polled

    @FAULT-02 @FAULT-04 @needs:fault-queue
    Scenario: each call of its file is answered by an empty queue
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it succeeds
      And it returns:
        | out_fault_id | 1 |
      Given a fault queue "faults"
      And a buffer "out" of 1 page
      When it reads fault queue "faults" into 40 bytes of buffer "out"
      Then it returns 0
      When it writes fault queue "faults" from 0 bytes of buffer "out"
      Then it returns 0
      When it polls fault queue "faults"
      Then it reports "OUT"
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds

    @FAULT-02 @needs:fault-queue
    Scenario: two queues have ids and files of their own
      Given a fault queue "one"
      And a fault queue "other"
      When it closes fault queue "one"
      And it destroys fault queue "one"
      Then it succeeds
      When it polls fault queue "other"
      Then it reports "OUT"
      When it destroys fault queue "other"
      Then it fails with EBUSY

    @FAULT-03 @needs:fault-queue @needs:limits
    Scenario: the last file descriptor is taken
      Given an IOAS "guest"
      And it has a nofile limit of 0
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it fails with EMFILE
      And it wrote nothing back
      And IOAS "guest" exists
      Given it has a nofile limit of 256
      Then no file descriptor was left behind
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it returns:
        | out_fault_id | 2 |

  Rule: a read takes whole messages, and never waits

    @FAULT-04 @needs:fault-queue
    Scenario Outline: a read of <size> of an empty queue returns nothing
      Given a fault queue "faults"
      And an untouched buffer "in" of 1 page
      When it reads fault queue "faults" into <size> of buffer "in"
      Then it returns 0
      And it finds no bits set in buffer "in"
      When it polls fault queue "faults"
      Then it reports "OUT"

      @FAULT-06
      Examples: nothing is asked for
        | size       |
        |    0 bytes |

      Examples: messages are asked for
        | size       |
        |   40 bytes |
        | 4080 bytes |

    @FAULT-05 @needs:fault-queue
    Scenario Outline: <size> are not a whole number of messages
      Given a fault queue "faults"
      And an untouched buffer "in" of 1 page
      When it reads fault queue "faults" into <size> of buffer "in"
      Then it fails with ESPIPE
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0

      Examples:
        | size     |
        |   1 byte |
        | 39 bytes |
        | 41 bytes |
        | 48 bytes |
        | 79 bytes |

  Rule: a write takes whole answers

    @FAULT-15 @needs:fault-queue
    Scenario Outline: <size> are not a whole number of answers
      Given a fault queue "faults"
      And an untouched buffer "out" of 1 page
      When it writes fault queue "faults" from <size> of buffer "out"
      Then it fails with ESPIPE

      Examples:
        | size     |
        |   1 byte |
        |  7 bytes |
        |  9 bytes |
        | 15 bytes |

    @FAULT-16 @needs:fault-queue
    Scenario: an answer to nothing is refused
      Given a fault queue "faults"
      And an untouched buffer "out" of 1 page
      When it writes fault queue "faults" from 0 bytes of buffer "out"
      Then it returns 0
      When it writes fault queue "faults" from 8 bytes of buffer "out"
      Then it fails with EINVAL

    @FAULT-19 @needs:fault-queue
    Scenario Outline: cookie <cookie>, which nobody has read, is refused with <code>
      Given a fault queue "faults"
      And a buffer "out" of 1 page
      When it answers fault queue "faults" from buffer "out":
        | cookie   | code   |
        | <cookie> | <code> |
      Then it fails with EINVAL
      When it polls fault queue "faults"
      Then it reports "OUT"

      Examples: an answer
        | cookie | code    |
        |      0 | SUCCESS |
        |      1 | SUCCESS |
        |      1 | INVALID |
        | bit 31 | SUCCESS |

      @FAULT-18
      Examples: no answer either
        | cookie | code    |
        |      1 |       2 |
        |      1 | bit 31  |

    @FAULT-21 @needs:fault-queue
    Scenario: an answer lies in memory that cannot be read
      Given a fault queue "faults"
      And an inaccessible buffer "hole" of 1 page
      When it writes fault queue "faults" from 8 bytes of buffer "hole"
      Then it fails with EFAULT
      When it writes fault queue "faults" from 0 bytes of buffer "hole"
      Then it returns 0

  Rule: the file has no position

    @FAULT-29 @needs:fault-queue
    Scenario: a read and a write at a position are refused
      Given a fault queue "faults"
      When it preads fault queue "faults"
      Then it fails with ESPIPE
      When it pwrites fault queue "faults"
      Then it fails with ESPIPE
      When it polls fault queue "faults"
      Then it reports "OUT"

  Rule: the queue lives as long as its file, and keeps its iommufd alive

    @FAULT-32 @needs:fault-queue @needs:processes
    Scenario: the file descriptor of another process is a duplicate
      Given a fault queue "faults"
      And a process "helper"
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When process "helper" polls fault queue "faults"
      Then it reports "OUT"
      When process "helper" closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys fault queue "faults"
      Then it fails with ENOENT

    @FAULT-32 @needs:fault-queue @needs:processes
    Scenario: a process that exits closes its duplicate
      Given a fault queue "faults"
      And a process "helper"
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it fails with EBUSY
      When process "helper" exits
      And it destroys fault queue "faults"
      Then it succeeds

    @FAULT-33 @needs:fault-queue
    Scenario: an empty queue still answers when its iommufd was closed
      Given a fault queue "faults"
      And an untouched buffer "in" of 1 page
      When it closes the iommufd
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it reads fault queue "faults" into 39 bytes of buffer "in"
      Then it fails with ESPIPE
      When it writes fault queue "faults" from 8 bytes of buffer "in"
      Then it fails with EINVAL
      When it closes fault queue "faults"
      Then it succeeds
