@any-iommu @needs:vfio-device @needs:edu-registers
Feature: VFIO_DEVICE_IOEVENTFD

  An ioeventfd is a write that a device gets when an eventfd is signalled, without the process that set it up: the doorbell of a
  guest reaches its device by way of KVM.

  Background:
    Given an iommufd
    And a device "nic"
    And an eventfd "doorbell"
    When it binds device "nic" to the iommufd
    And it writes "0x55" to EDU_LIVENESS of device "nic"

  Rule: a signal to the eventfd is a write to the BAR

    @VFIO-IOE-07
    Scenario: each signal is one write
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |
      When it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |
      And eventfd "doorbell" was not signalled
      When it writes "0x77" to EDU_LIVENESS of device "nic"
      And it writes 5 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |
      And eventfd "doorbell" was not signalled

    @VFIO-IOE-07
    Scenario: what was signalled before is written at once
      When it writes 1 to eventfd "doorbell"
      And it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

    @VFIO-IOE-07
    Scenario Outline: <size> are written
      When it writes "0x1234" to EDU_SOURCE of device "nic"
      And it lets eventfd "doorbell" write <data> in <size> to BAR 0 of device "nic" + 0x80
      And it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_SOURCE | <shown> |

      Examples: as wide as the device takes them
        | size    | data            | shown           |
        | 8 bytes | 5 GiB + 3 bytes | 5 GiB + 3 bytes |
        | 4 bytes | 3               | 3               |

      Examples: narrower than the device takes them
        | size    | data | shown  |
        | 2 bytes | 3    | 0x1234 |
        | 1 byte  | 3    | 0x1234 |

    @VFIO-IOE-05
    Scenario: one eventfd is the doorbell of two registers
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it lets eventfd "doorbell" write 0x99 in 8 bytes to BAR 0 of device "nic" + 0x88
      And it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS    | 4 GiB - 0x67 |
        | EDU_DESTINATION | 0x99         |

  Rule: an ioeventfd is known by where it writes what

    @VFIO-IOE-05
    Scenario: the same write is set once, until it is removed
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      Then it fails with EEXIST
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4           |
        | flags  | 4           |
        | data   | 0x66        |
        | fd     | a closed fd |
      Then it fails with EEXIST
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4    |
        | flags  | 4    |
        | data   | 0x66 |
        | fd     | -1   |
      And it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |
      And eventfd "doorbell" was signalled once

    @VFIO-IOE-05
    Scenario Outline: <size> bytes of <data> at <offset> are another ioeventfd
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | <offset> |
        | flags  | <size>   |
        | data   | <data>   |
        | fd     | -1       |
      Then it fails with ENODEV
      When it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

      Examples:
        | offset | size | data         |
        | 5      | 4    | 0x66         |
        | 4      | 2    | 0x66         |
        | 4      | 8    | 0x66         |
        | 4      | 4    | 0x67         |
        | 4      | 4    | 4 GiB + 0x66 |

    @VFIO-IOE-10
    Scenario: it outlives its eventfd
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it closes eventfd "doorbell"
      Given an eventfd "another"
      When it lets eventfd "another" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      Then it fails with EEXIST
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4    |
        | flags  | 4    |
        | data   | 0x66 |
        | fd     | -1   |
      And it lets eventfd "another" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it writes 1 to eventfd "another"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

    @VFIO-IOE-10 @VFIO-LIFE-10
    Scenario: it ends with the last close of its device
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was signalled once
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4    |
        | flags  | 4    |
        | data   | 0x66 |
        | fd     | -1   |
      Then it fails with ENODEV

  Rule: what is no write to a BAR is refused

    @VFIO-IOE-01
    Scenario Outline: a struct in <form> fails with <errno>
      When it calls VFIO_DEVICE_IOEVENTFD with <form> and:
        | offset | 4                  |
        | flags  | 4                  |
        | data   | 0x66               |
        | fd     | eventfd "doorbell" |
      Then it fails with <errno>
      When it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was signalled once
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

      Examples:
        | form                                | errno  |
        | one byte less than its minimum size | EINVAL |
        | a size of 0                         | EINVAL |
        | a bad pointer                       | EFAULT |
        | a null pointer                      | EFAULT |

    @VFIO-IOE-01
    Scenario: a struct of its minimum size is taken
      When it calls VFIO_DEVICE_IOEVENTFD with its minimum size and:
        | offset | 4                  |
        | flags  | 4                  |
        | data   | 0x66               |
        | fd     | eventfd "doorbell" |
      And it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

    Scenario Outline: <value> is refused as <field>
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset  | 4                  |
        | flags   | 4                  |
        | data    | 0x66               |
        | fd      | eventfd "doorbell" |
        | <field> | <value>            |
      Then it fails with EINVAL
      When it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was signalled once
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

      @VFIO-IOE-02
      Examples: not one size
        | field | value        |
        | flags | none         |
        | flags | bit 0, bit 2 |
        | flags | bit 2, bit 4 |
        | flags | bit 4        |
        | fd    | -2           |

      @VFIO-IOE-03
      Examples: no BAR
        | field  | value           |
        | offset | 1 TiB           |
        | offset | 5 TiB + 4       |
        | offset | 6 TiB           |
        | offset | 7 TiB + 4       |
        | offset | 9 TiB           |
        | offset | 1 MiB           |
        | offset | 1 MiB - 3 bytes |
        | offset | 1 MiB - 1 byte  |

      @VFIO-IOE-06
      Examples: no eventfd
        | field | value        |
        | fd    | device "nic" |

    @VFIO-IOE-06
    Scenario: a file that is not open
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4           |
        | flags  | 4           |
        | data   | 0x66        |
        | fd     | a closed fd |
      Then it fails with EBADF
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4    |
        | flags  | 4    |
        | data   | 0x66 |
        | fd     | -1   |
      Then it fails with ENODEV

    @VFIO-IOE-03
    Scenario Outline: <size> at <offset> are taken
      When it lets eventfd "doorbell" write 0x66 in <size> to BAR 0 of device "nic" + <offset>
      And it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was not signalled
      When it lets eventfd "doorbell" write 0x66 in <size> to BAR 0 of device "nic" + <offset>
      Then it fails with EEXIST

      Examples:
        | size    | offset          |
        | 1 byte  | 1 MiB - 1 byte  |
        | 2 bytes | 5               |
        | 4 bytes | 1 MiB - 4 bytes |
        | 8 bytes | 1 MiB - 8 bytes |

    @VFIO-IOE-06
    Scenario Outline: a device has a thousand of them, and <fd> is too much
      When it lets eventfd "doorbell" write each number up to 1000 in 4 bytes to BAR 0 of device "nic"
      And it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 4    |
        | flags  | 4    |
        | data   | 0x66 |
        | fd     | <fd> |
      Then it fails with ENOSPC
      When it calls VFIO_DEVICE_IOEVENTFD with:
        | offset | 0   |
        | flags  | 4   |
        | data   | 999 |
        | fd     | -1  |
      And it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

      Examples:
        | fd                 |
        | eventfd "doorbell" |
        | a closed fd        |

  Rule: a device that does not answer loses the write

    @VFIO-IOE-08
    Scenario: what was signalled is not made up for
      When it lets eventfd "doorbell" write 0x66 in 4 bytes to BAR 0 of device "nic" + 4
      And it clears "MEMORY" in COMMAND of device "nic"
      And it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was not signalled
      When it sets "MEMORY" in COMMAND of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |
      When it writes 1 to eventfd "doorbell"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |

  Rule: ports are reached as memory is

    @VFIO-IOE-09 @needs:device-with-io-bar
    Scenario Outline: an I/O BAR is written while memory is <state>
      Given a device "ports" with an I/O BAR
      When it binds device "ports" to the iommufd
      And it writes "0" to IO_ADDRESS of device "ports"
      And it writes "<state>" to COMMAND of device "ports"
      And it lets eventfd "doorbell" write 0x28 in 4 bytes to BAR 2 of device "ports"
      And it writes 1 to eventfd "doorbell"
      Then eventfd "doorbell" was not signalled
      And device "ports" shows:
        | IO_ADDRESS | 0x28 |

      Examples:
        | state      |
        | IO, MEMORY |
        | IO         |
