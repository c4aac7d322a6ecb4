Feature: page requests of devices
  A device that is attached to a page table with a fault queue may ask for pages. Each of its faults becomes a message of 40
  bytes in the queue, which names the device and gets a cookie when it is read; an answer of 8 bytes names that cookie. The
  faults here are those of mock devices, each of which is a group of its own. The queue is that of a guest's page table.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a fault queue "faults"
    And a nesting HWPT "host" for device "nic" on IOAS "guest"
    And a nested HWPT "table" with fault queue "faults" for device "nic" on HWPT "host"
    And it attaches device "nic" to HWPT "table"
    And an untouched buffer "in" of 2 pages
    And an untouched buffer "out" of 2 pages

  Rule: a fault becomes a message that tells all of it

    @FAULT-08 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a fault of PASID <pasid> at <addr> for <perm> is read
      When it calls IOMMU_TEST_CMD with:
        | op                  | TRIGGER_IOPF |
        | trigger_iopf.dev_id | device "nic" |
        | trigger_iopf.pasid  | <pasid>      |
        | trigger_iopf.grpid  | <grpid>      |
        | trigger_iopf.perm   | <perm>       |
        | trigger_iopf.addr   | <addr>       |
      Then it succeeds
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags   | dev_id       | pasid   | grpid   | perm   | __reserved | addr   | length | cookie |
        | <flags> | device "nic" | <pasid> | <grpid> | <perm> |          0 | <addr> |      0 |      1 |
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0

      @MOCK-20
      Examples:
        | pasid | grpid | perm              | addr            | flags                  |
        |     0 |     0 | READ              |          16 MiB | LAST_PAGE              |
        |     0 |     1 | WRITE             |               0 | LAST_PAGE              |
        |     0 |    17 | READ, WRITE, EXEC | U64_MAX - 4095  | LAST_PAGE              |
        |     1 |   511 | READ, PRIV        | 32 MiB + 1 byte | LAST_PAGE, PASID_VALID |

    @FAULT-28 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: PASIDs that are not attached belong to the guest's page table
      When it calls IOMMU_TEST_CMD with:
        | op                  | TRIGGER_IOPF |
        | trigger_iopf.dev_id | device "nic" |
        | trigger_iopf.pasid  |           42 |
        | trigger_iopf.addr   |       16 MiB |
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | dev_id       | pasid | addr   |
        | LAST_PAGE, PASID_VALID | device "nic" |    42 | 16 MiB |
        | LAST_PAGE              | device "nic" |     0 | 17 MiB |

    @MOCK-20 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a fault of <what>, which is no device, is refused
      When it calls IOMMU_TEST_CMD with:
        | op                  | TRIGGER_IOPF |
        | trigger_iopf.dev_id | <what>       |
      Then it fails with ENOENT
      When it polls fault queue "faults"
      Then it reports "OUT"

      Examples:
        | what           |
        | no such object |
        | IOAS "guest"   |
        | HWPT "table"   |

  Rule: the file is ready for reading exactly while a fault was not read

    @FAULT-07 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: the file is polled before, between and after two reads
      When it polls fault queue "faults"
      Then it reports "OUT"
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      And it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      And it polls fault queue "faults"
      Then it reports "OUT"

    @FAULT-07 @FAULT-12 @FAULT-06 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: the file is polled after reads that fail
      Given an inaccessible buffer "hole" of 1 page
      When device "nic" requests a page at 16 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "hole"
      Then it fails with EFAULT
      When it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"
      When it reads fault queue "faults" into 0 bytes of buffer "in"
      Then it fails with EINVAL
      When it reads fault queue "faults" into 39 bytes of buffer "in"
      Then it fails with ESPIPE
      When it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"

  Rule: a read returns faults in their order, as many as fit

    @FAULT-11 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a read of <size> returns what fits of three faults
      When device "nic" requests a page at 18 MiB
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into <size> of buffer "in"
      Then it returns <first>
      When it reads fault queue "faults" into 120 bytes of buffer "in" + <first>
      Then it returns <rest>
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 18 MiB |      1 |
        | 16 MiB |      2 |
        | 17 MiB |      3 |

      @FAULT-14
      Examples:
        | size      | first     | rest     |
        |  40 bytes |  40 bytes | 80 bytes |
        |  80 bytes |  80 bytes | 40 bytes |
        | 120 bytes | 120 bytes |  0 bytes |
        | 160 bytes | 120 bytes |  0 bytes |

    @FAULT-12 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: a message that lies in <memory> memory with its last <tail>
      Given a <memory> buffer "hole" of 1 page over buffer "in" + 1 page
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in" + 1 page - 40 bytes + <tail>
      Then it fails with EFAULT
      When device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "out"
      Then it returns 120
      And buffer "out" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 16 MiB |      1 |
        | 17 MiB |      2 |
        | 18 MiB |      3 |

      @FAULT-14
      Examples:
        | memory       | tail     |
        | read-only    |   1 byte |
        | read-only    | 40 bytes |
        | inaccessible |  8 bytes |

    @FAULT-13 @FAULT-12 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: the second of two messages lies in memory that cannot be written
      Given a read-only buffer "hole" of 1 page over buffer "in" + 1 page
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in" + 1 page - 79 bytes
      Then it returns 40
      And buffer "in" + 1 page - 79 bytes holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 16 MiB |      1 |
      When it polls fault queue "faults"
      Then it reports "IN, OUT, RDNORM"
      When it reads fault queue "faults" into 80 bytes of buffer "out"
      Then it returns 40
      And buffer "out" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 17 MiB |      2 |

    @FAULT-31 @FAULT-11 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:processes
    Scenario: the same faults are read by two processes at the same time
      Given a process "helper"
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in", and so does process "helper"
      And it reads fault queue "faults" into 80 bytes of buffer "out"
      Then it returns 40
      And buffer "out" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 18 MiB |      3 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
        |      2 | SUCCESS |
        |      3 | SUCCESS |
      Then it returns 24

  Rule: a cookie is valid from its read to its answer

    @FAULT-14 @FAULT-17 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: an answer to cookie 0, which no message has, does not make it one
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      0 | SUCCESS |
      Then it fails with EINVAL
      When device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 18 MiB |      3 |

    @FAULT-17 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: an answer of <code> is taken, and a second one is refused
      When device "nic" requests a page at 16 MiB
      And it answers fault queue "faults" from buffer "out":
        | cookie | code   |
        |      1 | <code> |
      Then it fails with EINVAL
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 40
      When it answers fault queue "faults" from buffer "out":
        | cookie | code   |
        |      1 | <code> |
      Then it returns 8
      When it answers fault queue "faults" from buffer "out":
        | cookie | code   |
        |      1 | <code> |
      Then it fails with EINVAL

      @FAULT-19
      Examples:
        | code    |
        | SUCCESS |
        | INVALID |

    @FAULT-18 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: an answer of <code> leaves the cookie valid
      When device "nic" requests a page at 16 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code   |
        |      1 | <code> |
      Then it fails with EINVAL
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8

      Examples:
        | code   |
        |      2 |
        | bit 31 |

    @FAULT-14 @FAULT-17 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario: a fault takes the lowest cookie that an answer has freed
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
        |      1 | INVALID |
      Then it returns 16
      When device "nic" requests a page at 19 MiB
      And device "nic" requests a page at 20 MiB
      And device "nic" requests a page at 21 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | addr   | cookie |
        | 19 MiB |      1 |
        | 20 MiB |      2 |
        | 21 MiB |      4 |

    @FAULT-20 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: three answers are written, of which number <number> has cookie <cookie> and code <code>
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "out":
        | cookie | code |
        | <one>  | <a>  |
        | <two>  | <b>  |
        |      2 |    0 |
      Then it <outcome>
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      2 | SUCCESS |
      Then it returns 8
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it <then>

      Examples:
        | number | cookie | code | one | a | two | b | outcome           | then              |
        |      1 |      9 |    0 |   9 | 0 |   1 | 0 | fails with EINVAL | succeeds          |
        |      1 |      1 |    2 |   1 | 2 |   1 | 0 | fails with EINVAL | succeeds          |
        |      2 |      9 |    0 |   1 | 0 |   9 | 0 | returns 8         | fails with EINVAL |
        |      2 |      1 |    0 |   1 | 0 |   1 | 0 | returns 8         | fails with EINVAL |
        |      2 |      2 |    2 |   1 | 0 |   2 | 2 | returns 8         | fails with EINVAL |

    @FAULT-21 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd
    Scenario Outline: <readable> of two answers can be read
      Given a buffer "page" of 1 page over buffer "out"
      And an inaccessible buffer "hole" of 1 page over buffer "out" + 1 page
      When device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      And it answers fault queue "faults" from buffer "page" + 1 page - <readable>:
        | cookie | code    |
        |      1 | SUCCESS |
        |      2 | SUCCESS |
      Then it <outcome>
      When it answers fault queue "faults" from buffer "in":
        | cookie | code    |
        |      2 | SUCCESS |
      Then it returns 8
      When it answers fault queue "faults" from buffer "in":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it <then>

      @FAULT-20
      Examples: the first is the bad one
        | readable | outcome           | then              |
        |  0 bytes | fails with EFAULT | succeeds          |
        |  7 bytes | fails with EFAULT | succeeds          |

      @FAULT-20
      Examples: the second is the bad one
        | readable | outcome           | then              |
        |  8 bytes | returns 8         | fails with EINVAL |
        | 15 bytes | returns 8         | fails with EINVAL |

    @FAULT-31 @FAULT-17 @needs:fault-queue @needs:hwpt-alloc @needs:test-cmd @needs:processes
    Scenario: of two processes that answer at the same time, one is refused
      Given it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      And it fails with EINVAL
      And a process "helper"
      When device "nic" requests a page at 16 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it writes fault queue "faults" from 8 bytes of buffer "out", and so does process "helper"
      Then one of them succeeds and the other fails with EINVAL
