@needs:copy-engine @needs:dma
Feature: a copy engine behind an IOMMU
  A device that finds what it is to do in memory: descriptors in a chain, each with a place to read and one to write. The driver
  test of the kernel has one at its work; here are its registers.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "chain" of 1 page
    And a buffer "from" of 1 page
    And a buffer "to" of 1 page
    And a device "copier" that copies
    When it attaches device "copier" to IOAS "guest"
    And it maps 1 page of buffer "chain" into IOAS "guest" at 16 MiB read-only
    And it maps 1 page of buffer "from" into IOAS "guest" at 32 MiB read-only
    And it maps 1 page of buffer "to" into IOAS "guest" at 48 MiB read-write
    And it stores the word 8 in buffer "chain"
    And it stores the word 1 in buffer "chain" + 4
    And it stores the word 32 MiB in buffer "chain" + 8
    And it stores the word 0 in buffer "chain" + 12
    And it stores the word 48 MiB in buffer "chain" + 16
    And it stores the word 0 in buffer "chain" + 20
    And it stores the word 16 MiB in buffer "chain" + 24
    And it stores the word 0 in buffer "chain" + 28
    And it stores the word 0xcafe in buffer "from"
    And it stores the word 0xbeef in buffer "from" + 4
    And it sets "MASTER" in COMMAND of device "copier"
    And it writes "16 MiB" to IOAT_CHAINADDR of device "copier"

  Rule: it does as many descriptors as it is told

    @HW-CPY-01
    Scenario: one is done
      When it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first  | second | third |
        | 0xcafe | 0xbeef | left  |
      And device "copier" shows:
        | IOAT_CHANSTS | 16 MiB + 1 |
        | IOAT_CHANERR | 0          |

    @HW-CPY-01
    Scenario: none is done before the count says so, and a second when it says that
      Then buffer "to" holds:
        | first |
        | left  |
      When it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      And it stores the word 0xf00d in buffer "from"
      And it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first  |
        | 0xcafe |
      When it writes "2" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first  |
        | 0xf00d |

  Rule: what cannot be done halts it

    @HW-CPY-02
    Scenario Outline: a descriptor is refused whose <what>
      When it stores the word <word> in buffer "chain" + <place>
      And it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first | second |
        | left  | left   |
      And device "copier" shows:
        | IOAT_CHANSTS | with HALTED |
        | IOAT_CHANERR | <error>     |
      When it stores the word <right> in buffer "chain" + <place>
      And it writes "2" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first  | second |
        | 0xcafe | 0xbeef |

      Examples:
        | what                           | place    | word       | error          | right  |
        | source is not mapped           | 8 bytes  | 64 MiB     | READ_DATA_ERR  | 32 MiB |
        | destination may not be written | 16 bytes | 32 MiB     | WRITE_DATA_ERR | 48 MiB |
        | length is one byte too much    | 0 bytes  | 4097 bytes | LENGTH_ERR     | 8      |
        | operation is no copy           | 4 bytes  | 16 MiB + 1 | CONTROL_ERR    | 1      |

    @HW-CPY-02
    Scenario: it is no bus master
      When it clears "MASTER" in COMMAND of device "copier"
      And it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      Then buffer "to" holds:
        | first |
        | left  |
      And device "copier" shows:
        | IOAT_CHANSTS | with HALTED   |
        | IOAT_CHANERR | NEXT_ADDR_ERR |

  Rule: it interrupts when it is armed

    @HW-CPY-03
    Scenario: it is armed once, and interrupts once
      Given an eventfd "done"
      When it connects MSI of device "copier" to eventfd "done"
      And it writes "MASTER_INT_EN" to IOAT_INTRCTRL of device "copier"
      And it writes "1" to IOAT_CHAN_DMACOUNT of device "copier"
      Then eventfd "done" was not signalled
      When it writes "INT_REARM" to IOAT_CHANCTRL of device "copier"
      And it writes "3" to IOAT_CHAN_DMACOUNT of device "copier"
      Then eventfd "done" was signalled once
      When it writes "INT_REARM" to IOAT_CHANCTRL of device "copier"
      And it stores the word 0 in buffer "chain" + 4
      And it writes "4" to IOAT_CHAN_DMACOUNT of device "copier"
      Then eventfd "done" was not signalled
