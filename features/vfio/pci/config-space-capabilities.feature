@any-iommu @needs:vfio-device
Feature: capabilities in the configuration space

  A user has the capabilities of a device as far as the host has nothing to lose: power states, a reset of the function, and
  what the driver of the device needs. Others are shown and cannot be written, or are left out of the list.

  Background:
    Given an iommufd
    And a buffer "ram" of 1 page

  @needs:device-with-power-management
  Rule: a user sets the power state, and gets no power management events

    Background:
      Given a device "nic" with power management
      When it binds device "nic" to the iommufd

    @VFIO-CFG-21
    Scenario: power management events are hidden
      When it writes "0xffff" to PM_PMC of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | PM_PMC | without PME 0x1f |
      When it writes "PME_ENABLE, PME_STATUS" to PM_CTRL of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | PM_CTRL | without PME_ENABLE, PME_STATUS |

    @VFIO-CFG-30
    Scenario Outline: <value> is not written to <what>
      When it writes "<value>" to <what> of device "nic"
      Then it returns <bytes> bytes
      And device "nic" shows:
        | PM_CAP | with ID 1        |
        | PM_PMC | without PME 0x1f |

      Examples:
        | value  | what             | bytes |
        | 0      | byte 0 of PM_CAP | 1     |
        | 0xffff | PM_CAP           | 2     |

    Scenario Outline: <value> is written to <what>
      When it writes "<value>" to <what> of device "nic"
      Then device "nic" shows:
        | PM_CTRL | <shown> |
      When it writes "STATE 0" to PM_CTRL of device "nic"
      Then device "nic" shows:
        | PM_CTRL | without STATE 3 |

      @VFIO-CFG-22
      Examples: D3hot
        | value   | what              | shown        |
        | STATE 3 | PM_CTRL           | with STATE 3 |
        | 3       | byte 0 of PM_CTRL | with STATE 3 |

      @VFIO-CFG-22
      Examples: no state, or none that the device has
        | value   | what              | shown           |
        | 3       | byte 1 of PM_CTRL | without STATE 3 |
        | STATE 1 | PM_CTRL           | without STATE 3 |

    @VFIO-CFG-23
    Scenario: nothing but the configuration space is reached in D3hot
      When it mmaps BAR 0 of device "nic" as "window"
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      When it writes "STATE 3" to PM_CTRL of device "nic"
      And it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it fails with EIO
      When it writes 4 bytes of buffer "ram" to BAR 0 of device "nic"
      Then it fails with EIO
      When it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it clears "MEMORY" in COMMAND of device "nic"
      And it sets "MEMORY" in COMMAND of device "nic"
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "nic" with:
        | index | BAR0_REGION_INDEX |
      Then it returns:
        | flags | READ, WRITE, MMAP |
      When it writes "STATE 0" to PM_CTRL of device "nic"
      And it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes
      When it loads 4 bytes from buffer "window"
      Then it succeeds
      And device "nic" shows:
        | COMMAND | with MEMORY |

    @VFIO-CFG-23 @VFIO-MAP2-11
    Scenario: a mapping that was made in D3hot works in D0
      When it writes "STATE 3" to PM_CTRL of device "nic"
      And it mmaps BAR 0 of device "nic" as "window"
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it writes "STATE 0" to PM_CTRL of device "nic"
      And it loads 4 bytes from buffer "window"
      Then it succeeds

    @VFIO-CFG-25
    Scenario: the next owner finds D0
      When it writes "STATE 3" to PM_CTRL of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | PM_CTRL | without STATE 3 |
      When it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes

  @needs:device-with-power-management @needs:device-with-io-bar
  Rule: a power state is of no concern to ports

    @VFIO-CFG-23
    Scenario: ports are not refused in D3hot
      Given a device "ports" with:
        | power management | yes |
        | I/O BAR          | yes |
      When it binds device "ports" to the iommufd
      And it writes "STATE 3" to PM_CTRL of device "ports"
      And it reads 4 bytes of BAR 2 of device "ports" into buffer "ram"
      Then it returns 4 bytes
      When it reads 4 bytes of BAR 0 of device "ports" into buffer "ram"
      Then it fails with EIO

  @needs:device-with-function-level-reset
  Rule: a user of PCI Express resets the function, and has a payload of its own

    Background:
      Given a device "nic" that can be reset alone
      When it binds device "nic" to the iommufd

    @VFIO-CFG-01
    Scenario: the space has 4096 bytes
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "nic" with:
        | index | CONFIG_REGION_INDEX |
      Then it returns:
        | size  | 4 KiB       |
        | flags | READ, WRITE |
      When it reads 4 bytes of the configuration space of device "nic" + 4092 bytes into buffer "ram"
      Then it returns 4 bytes
      When it reads 1 byte of the configuration space of device "nic" + 4 KiB into buffer "ram"
      Then it fails with EFAULT
      When it reads 8 bytes of the configuration space of device "nic" + 4092 bytes into buffer "ram"
      Then it fails with EFAULT

    @VFIO-CFG-32
    Scenario Outline: the function is reset by <what>, while the command register has <command>
      When it writes "1" to VIRTIO_STATUS of device "nic"
      Then device "nic" shows:
        | VIRTIO_STATUS | 1 |
      When it writes "0x5a" to INTERRUPT_LINE of device "nic"
      And it writes "<command>" to COMMAND of device "nic"
      And it writes "<value>" to <what> of device "nic"
      Then device "nic" shows:
        | COMMAND        | <command>       |
        | INTERRUPT_LINE | 0x5a            |
        | EXP_DEVCTL     | without BCR_FLR |
      When it writes "MEMORY" to COMMAND of device "nic"
      Then device "nic" shows:
        | VIRTIO_STATUS | <status> |

      Examples: the bit
        | what                 | value   | command        | status |
        | EXP_DEVCTL           | BCR_FLR | MEMORY, MASTER | 0      |
        | EXP_DEVCTL           | BCR_FLR | 0              | 0      |
        | byte 1 of EXP_DEVCTL | 0x80    | MEMORY         | 0      |

      Examples: other bits
        | what                 | value    | command | status |
        | EXP_DEVCTL           | RELAX_EN | MEMORY  | 1      |
        | byte 0 of EXP_DEVCTL | 0x10     | MEMORY  | 1      |

    @VFIO-CFG-32 @VFIO-MAP2-11
    Scenario: a mapping works again after the reset
      When it mmaps BAR 4 of device "nic" as "window"
      And it writes "1" to VIRTIO_STATUS of device "nic"
      And it writes "BCR_FLR" to EXP_DEVCTL of device "nic"
      Then buffer "window" + 0x14 holds:
        | status and queue |
        | 0                |

    @VFIO-CFG-31
    Scenario Outline: <value> is written to <register>
      When it writes "<value>" to <register> of device "nic"
      Then it returns <bytes> bytes
      And device "nic" shows:
        | <register> | <shown> |

      Examples:
        | register    | value     | bytes | shown           |
        | EXP_DEVCTL  | PAYLOAD 5 | 2     | with PAYLOAD 5  |
        | EXP_DEVCTL  | READRQ 5  | 2     | with READRQ 5   |
        | EXP_DEVCTL  | PHANTOM   | 2     | without PHANTOM |
        | EXP_DEVCTL2 | ARI       | 2     | without ARI     |
        | EXP_DEVCAP  | 0         | 4     | with FLR        |

    @VFIO-CFG-43 @VFIO-CFG-42
    Scenario: the next owner finds a device that was reset
      When it writes "1" to VIRTIO_STATUS of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | VIRTIO_STATUS | 0 |

  @needs:device-with-msix
  Rule: a capability without anything to write is not written

    @VFIO-CFG-29
    Scenario: the capability of MSI-X is the host's to write
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it writes "0xffff" to MSIX_FLAGS of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | MSIX_FLAGS | without ENABLE, MASKALL |
      And device "nic" has 8 MSI-X vectors

  @needs:edu-registers
  Rule: a user has a capability of MSI that says what it wrote, and switches the device's

    Background:
      Given a device "nic"
      When it binds device "nic" to the iommufd

    @VFIO-CFG-26
    Scenario Outline: <value> is written to its control before there are vectors
      When it writes "<value>" to <what> of device "nic"
      Then device "nic" shows:
        | MSI_FLAGS | <shown> |
      When it calls VFIO_DEVICE_GET_IRQ_INFO on device "nic" with:
        | index | MSI_IRQ_INDEX |
      Then it returns:
        | count | 1 |

      Examples:
        | value           | what                | shown         |
        | 0               | MSI_FLAGS           | 0             |
        | 0xffff          | MSI_FLAGS           | QMASK 7, WIDE |
        | 0xff            | byte 0 of MSI_FLAGS | QMASK 7, WIDE |
        | ENABLE, QSIZE 1 | MSI_FLAGS           | 0             |

    @VFIO-CFG-28
    Scenario Outline: <register> holds <value>
      When it writes "<value>" to <register> of device "nic"
      Then device "nic" shows:
        | <register> | <value> |

      Examples:
        | register       | value          |
        | MSI_ADDRESS_LO | 4 GiB - 1 byte |
        | MSI_ADDRESS_LO | 3              |
        | MSI_ADDRESS_HI | 4 GiB - 1 byte |
        | MSI_DATA       | 0xffff         |

    @VFIO-CFG-27 @VFIO-CFG-28 @needs:reserved-iova
    Scenario: what is written switches MSI while it is active, and does not tell the device where to write
      Given an eventfd "line"
      When it sets "MASTER" in COMMAND of device "nic"
      And it connects MSI of device "nic" to eventfd "line"
      Then device "nic" shows:
        | MSI_FLAGS | without ENABLE |
      When it writes "0" to MSI_ADDRESS_LO of device "nic"
      And it writes "0" to MSI_DATA of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it writes "0" to MSI_FLAGS of device "nic"
      And device "nic" raises cause 2
      Then eventfd "line" was not signalled
      When it writes "ENABLE" to MSI_FLAGS of device "nic"
      Then device "nic" shows:
        | MSI_FLAGS | with ENABLE |
      When device "nic" raises cause 4
      Then eventfd "line" was signalled once
      When it disconnects MSI of device "nic"
      Then device "nic" shows:
        | MSI_FLAGS | with ENABLE |
