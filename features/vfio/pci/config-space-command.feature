@needs:vfio-device @needs:edu-registers
Feature: the command register of a device

  By the command register a user lets the device answer at its BARs, and lets it reach memory. The driver sees to it that a
  device is safe whoever had it before: it answers, and moves nothing.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"
    And a buffer "ram" of 4 pages
    When it binds device "nic" to the iommufd

  Rule: a new owner has a device that answers and moves nothing

    @VFIO-CFG-08
    Scenario Outline: the owner before has left <left>
      When it writes "<left>" to COMMAND of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | COMMAND | with MEMORY                  |
        | COMMAND | without MASTER, INTX_DISABLE |
        | EDU_ID  | EDU                          |

      Examples:
        | left                         |
        | 0                            |
        | MEMORY, MASTER               |
        | MEMORY, MASTER, INTX_DISABLE |

  Rule: its bits are the device's, but for that of INTx

    @VFIO-CFG-09
    Scenario Outline: <value> is written to <what>
      When it writes "MEMORY" to COMMAND of device "nic"
      And it writes "<value>" to <what> of device "nic"
      Then device "nic" shows:
        | COMMAND | <shown> |

      Examples:
        | what              | value                        | shown                        |
        | COMMAND           | 0xffff                       | 0x507                        |
        | COMMAND           | 0                            | 0                            |
        | COMMAND           | MEMORY, MASTER, INTX_DISABLE | MEMORY, MASTER, INTX_DISABLE |
        | byte 0 of COMMAND | 0x07                         | 0x007                        |
        | byte 1 of COMMAND | 0x04                         | 0x402                        |
        | byte 1 of COMMAND | 0xff                         | 0x502                        |

    @VFIO-CFG-09
    Scenario: command and status are written at once
      When it stores the word 4 GiB - 64 KiB + 0x406 in buffer "ram"
      And it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 4
      Then it returns 4 bytes
      And device "nic" shows:
        | COMMAND | 0x406 |

  Rule: without MEMORY the device is not reached

    @VFIO-CFG-16
    Scenario Outline: nothing is moved where a process <call>
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it clears "MEMORY" in COMMAND of device "nic"
      And it <call>
      Then it fails with <errno>
      When it sets "MEMORY" in COMMAND of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

      Examples:
        | call                                                                       | errno  |
        | reads 4 bytes of BAR 0 of device "nic" into buffer "ram"                   | EIO    |
        | reads 1 page of BAR 0 of device "nic" into buffer "ram"                    | EIO    |
        | writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 4                | EIO    |
        | reads 8 bytes of BAR 0 of device "nic" + 1 MiB - 4 bytes into buffer "ram" | EIO    |
        | writes 8 bytes of buffer "ram" to BAR 0 of device "nic" + 1 MiB - 4 bytes  | EIO    |
        | reads 4 bytes of BAR 0 of device "nic" + 1 MiB into buffer "ram"           | EINVAL |
        | writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 1 MiB            | EINVAL |

    @VFIO-CFG-17
    Scenario Outline: <first> a device that is off, through a mapping
      When it mmaps BAR 0 of device "nic" as "window"
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      When it clears "MEMORY" in COMMAND of device "nic"
      And it <first> buffer "window" + 4
      Then it gets SIGBUS
      When it mmaps BAR 0 of device "nic" as "another"
      Then it succeeds
      When it loads 4 bytes from buffer "another"
      Then it gets SIGBUS
      When it sets "MEMORY" in COMMAND of device "nic"
      Then buffer "window" holds:
        | word          |
        | 16 MiB + 0xed |
      And buffer "another" holds:
        | word          |
        | 16 MiB + 0xed |

      @VFIO-MAP2-11
      Examples:
        | first                |
        | loads 4 bytes from   |
        | stores the word 0 in |

    @VFIO-CFG-17
    Scenario: what was stored while the device was off does not reach it later
      When it mmaps BAR 0 of device "nic" as "window"
      And it stores the word 0x55 in buffer "window" + 4
      And it clears "MEMORY" in COMMAND of device "nic"
      And it stores the word 0x77 in buffer "window" + 4
      Then it gets SIGBUS
      When it sets "MEMORY" in COMMAND of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

  Rule: without MASTER the device moves nothing

    @VFIO-CFG-18 @needs:dma
    Scenario: it writes memory only while it may
      Given a buffer "source" of 1 page
      When it maps 1 page of buffer "source" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it stores pattern "ram" in buffer "ram"
      And it stores the word 0xcafe in buffer "source"
      And it sets "MASTER" in COMMAND of device "nic"
      And it has device "nic" fetch 8 bytes at 16 MiB
      And it clears "MASTER" in COMMAND of device "nic"
      And it has device "nic" put 8 bytes at 32 MiB
      Then it finds pattern "ram" in buffer "ram"
      When it sets "MASTER" in COMMAND of device "nic"
      And it has device "nic" put 8 bytes at 32 MiB
      Then buffer "ram" holds:
        | word   |
        | 0xcafe |

    @VFIO-CFG-18 @needs:dma
    Scenario: a new owner has a device that writes nothing yet
      When it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And it sets "MASTER" in COMMAND of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it attaches device "nic" to IOAS "guest"
      And it stores pattern "ram" in buffer "ram"
      And it has device "nic" put 8 bytes at 32 MiB
      Then it finds pattern "ram" in buffer "ram"
      When it sets "MASTER" in COMMAND of device "nic"
      And it stores the word 0x5eed in buffer "ram" + 8 bytes
      And it has device "nic" fetch 8 bytes at 32 MiB + 8 bytes
      And it has device "nic" put 8 bytes at 32 MiB
      Then buffer "ram" holds:
        | word   |
        | 0x5eed |
