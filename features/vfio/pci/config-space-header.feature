@any-iommu @needs:vfio-device @needs:edu-registers
Feature: the header of the configuration space

  The configuration space of a PCI device is region 7 of its file. A user reads and writes it at any offset; what belongs to
  the host the driver keeps to itself, and shows in its place what it remembers for that user.

  Background:
    Given an iommufd
    And a device "nic"
    And a buffer "ram" of 1 page
    When it binds device "nic" to the iommufd

  Rule: an access stays inside the space

    @VFIO-CFG-01
    Scenario: the space of a conventional device has 256 bytes
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "nic" with:
        | index | CONFIG_REGION_INDEX |
      Then it returns:
        | size  | 256         |
        | flags | READ, WRITE |

    Scenario Outline: <size> at <offset> are not read
      When it reads <size> of the configuration space of device "nic" + <offset> into buffer "ram"
      Then it fails with EFAULT
      And buffer "ram" holds:
        | word |
        | left |
        | left |

      @VFIO-CFG-01
      Examples: from the end on
        | size    | offset    |
        | 1 byte  | 256 bytes |
        | 4 bytes | 256 bytes |
        | 1 byte  | 4 KiB     |
        | 8 bytes | 1 MiB     |

      @VFIO-CFG-02
      Examples: across the end
        | size      | offset    |
        | 2 bytes   | 255 bytes |
        | 8 bytes   | 252 bytes |
        | 257 bytes | 0 bytes   |

    @VFIO-CFG-02
    Scenario: a write across the end writes nothing
      When it writes "0x5a" to INTERRUPT_LINE of device "nic"
      And it writes 1 page of buffer "ram" to the configuration space of device "nic" + 0x3c
      Then it fails with EFAULT
      And device "nic" shows:
        | INTERRUPT_LINE | 0x5a |

    @VFIO-CFG-03
    Scenario Outline: no bytes are read and written at <place>
      When it reads 0 bytes of <place> into buffer "ram"
      Then it returns 0 bytes
      When it writes 0 bytes of buffer "ram" to <place>
      Then it returns 0 bytes
      And device "nic" shows:
        | EDU_ID | EDU |

      Examples:
        | place                                               |
        | the configuration space of device "nic"             |
        | the configuration space of device "nic" + 256 bytes |
        | BAR 0 of device "nic" + 1 GiB                       |
        | BAR 1 of device "nic"                               |
        | the ROM of device "nic"                             |
        | region 9 of device "nic"                            |
        | region 4000 of device "nic" + 1 byte                |

  Rule: how an access is cut makes no difference

    @VFIO-CFG-04
    Scenario Outline: <size> are read at <offset>
      When it reads <size> of the configuration space of device "nic" + <offset> into buffer "ram"
      Then it returns <size>
      And buffer "ram" + <into> holds struct pci_ids:
        | vendor   | device   |
        | <vendor> | <device> |

      Examples: ids
        | size     | offset | into    | vendor | device |
        | 4 bytes  | 0x00   | 0 bytes | 0x1234 | 0x11e8 |
        | 64 bytes | 0x00   | 0 bytes | 0x1234 | 0x11e8 |

      Examples: ids of the subsystem
        | size     | offset | into    | vendor | device |
        | 4 bytes  | 0x2c   | 0 bytes | 0x1af4 | 0x1100 |
        | 5 bytes  | 0x2b   | 1 byte  | 0x1af4 | 0x1100 |
        | 7 bytes  | 0x29   | 3 bytes | 0x1af4 | 0x1100 |
        | 8 bytes  | 0x2a   | 2 bytes | 0x1af4 | 0x1100 |
        | 64 bytes | 0x07   | 0x25    | 0x1af4 | 0x1100 |

    @VFIO-CFG-04
    Scenario Outline: a BAR is written by <write>
      When it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "nic"
      And it writes "<value>" to <write> of device "nic"
      Then device "nic" shows:
        | BASE_ADDRESS_0 | <reads> |

      @VFIO-CFG-14
      Examples:
        | write                    | value            | reads          |
        | BASE_ADDRESS_0           | 291 MiB + 0x5678 | 291 MiB        |
        | byte 3 of BASE_ADDRESS_0 | 0x12             | 303 MiB        |
        | byte 2 of BASE_ADDRESS_0 | 0x34             | 4 GiB - 13 MiB |
        | byte 1 of BASE_ADDRESS_0 | 0x56             | 4 GiB - 1 MiB  |
        | word 1 of BASE_ADDRESS_0 | 0x1234           | 291 MiB        |
        | word 0 of BASE_ADDRESS_0 | 0x1234           | 4 GiB - 1 MiB  |

    @VFIO-CFG-04
    Scenario: a write that is not aligned reaches two registers
      Given a buffer "zeros" of 1 page
      When it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "nic"
      And it stores the word 0 in buffer "zeros"
      And it writes "0xff" to CACHE_LINE_SIZE of device "nic"
      And it writes 4 bytes of buffer "zeros" to the configuration space of device "nic" + 0x0b
      Then it returns 4 bytes
      And device "nic" shows:
        | CLASS_REVISION  | CLASS 0xff00, REVISION 0x10 |
        | CACHE_LINE_SIZE | 0                           |
        | BASE_ADDRESS_0  | 4 GiB - 1 MiB               |

  Rule: memory that is not there stops an access where it is reached

    @VFIO-CFG-05
    Scenario: a read fills what there is
      Given an inaccessible buffer "wall" of 1 page over buffer "ram"
      And a buffer "two" of 2 pages
      And an inaccessible buffer "hole" of 1 page over buffer "two" + 1 page
      When it reads 8 bytes of the configuration space of device "nic" into buffer "two" + 1 page - 4 bytes
      Then it fails with EFAULT
      And buffer "two" + 1 page - 4 bytes holds struct pci_ids:
        | vendor | device |
        | 0x1234 | 0x11e8 |

    @VFIO-CFG-05
    Scenario: a write takes what there is
      Given a buffer "two" of 2 pages
      And an inaccessible buffer "hole" of 1 page over buffer "two" + 1 page
      When it stores the word 2 GiB + 5 MiB + 0xff in buffer "two" + 1 page - 4 bytes
      And it writes 8 bytes of buffer "two" + 1 page - 4 bytes to the configuration space of device "nic" + 0x10
      Then it fails with EFAULT
      And device "nic" shows:
        | BASE_ADDRESS_0 | 2 GiB + 5 MiB |

    @VFIO-CFG-05
    Scenario Outline: nothing is moved where a process <call>
      Given an inaccessible buffer "wall" of 1 page over buffer "ram"
      When it <call>
      Then it fails with EFAULT

      Examples:
        | call                                                                             |
        | reads 1 byte of the configuration space of device "nic" into buffer "ram"        |
        | writes 1 byte of buffer "ram" to the configuration space of device "nic"         |
        | writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0x2c |

  Rule: what is the host's to say can be read, and a write of it changes nothing

    Scenario Outline: <value> is written to <register>
      When it writes "<value>" to <register> of device "nic"
      Then it returns <bytes> bytes
      And device "nic" shows:
        | <register> | <shown> |

      @VFIO-CFG-06 @VFIO-CFG-07
      Examples: ids
        | register  | value  | bytes | shown  |
        | VENDOR_ID | 0xffff | 2     | 0x1234 |
        | DEVICE_ID | 0      | 2     | 0x11e8 |

      @VFIO-CFG-06 @VFIO-CFG-11
      Examples: what the device is
        | register            | value          | bytes | shown                       |
        | REVISION_ID         | 0xff           | 1     | 0x10                        |
        | CLASS_REVISION      | 4 GiB - 1 byte | 4     | CLASS 0xff00, REVISION 0x10 |
        | CLASS_REVISION      | 0              | 4     | CLASS 0xff00, REVISION 0x10 |
        | CARDBUS_CIS         | 4 GiB - 1 byte | 4     | 0                           |
        | SUBSYSTEM_VENDOR_ID | 0              | 2     | 0x1af4                      |
        | SUBSYSTEM_ID        | 0xffff         | 2     | 0x1100                      |
        | MIN_GNT             | 0xff           | 1     | 0                           |
        | MAX_LAT             | 0xff           | 1     | 0                           |

      @VFIO-CFG-06 @VFIO-CFG-11 @VFIO-CFG-13
      Examples: which pin it pulls
        | register      | value | bytes | shown |
        | INTERRUPT_PIN | 0     | 1     | 1     |
        | INTERRUPT_PIN | 0xff  | 1     | 1     |

  Rule: the status register is the device's, and is not written

    @VFIO-CFG-10
    Scenario: it tells that there is an interrupt, and nothing clears it but the device
      When it writes "0xffff" to STATUS of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | STATUS | with CAP_LIST     |
        | STATUS | without INTERRUPT |
      When device "nic" raises cause 1
      Then device "nic" shows:
        | STATUS | with INTERRUPT |
      When it writes "0xffff" to STATUS of device "nic"
      And it writes "0" to STATUS of device "nic"
      Then device "nic" shows:
        | STATUS | with INTERRUPT, CAP_LIST |
      When device "nic" drops cause 1
      Then device "nic" shows:
        | STATUS | with CAP_LIST     |
        | STATUS | without INTERRUPT |

  Rule: what is of no concern to the host can be written

    Scenario Outline: <register> holds <value>
      When it writes "<value>" to <register> of device "nic"
      Then device "nic" shows:
        | <register> | <value> |
      When it writes "0" to <register> of device "nic"
      Then device "nic" shows:
        | <register> | 0 |

      @VFIO-CFG-11
      Examples:
        | register        | value |
        | CACHE_LINE_SIZE | 0x10  |
        | CACHE_LINE_SIZE | 0xff  |

      @VFIO-CFG-12
      Examples:
        | register       | value |
        | INTERRUPT_LINE | 0x0b  |
        | INTERRUPT_LINE | 0xff  |

    @VFIO-CFG-20
    Scenario: bytes of no register are the device's
      When it stores the word 0xbeef in buffer "ram"
      And it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0xe0
      And it reads 4 bytes of the configuration space of device "nic" + 0xde into buffer "ram" + 8 bytes
      Then it returns 4 bytes
      When it reads 4 bytes of the configuration space of device "nic" + 0xe0 into buffer "ram" + 4 bytes
      Then buffer "ram" + 4 bytes holds:
        | word   |
        | 0xbeef |

  Rule: a BAR tells how large it is, and stays where it is

    @VFIO-CFG-14
    Scenario: all ones are written, and the size is read
      When it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "nic"
      Then device "nic" shows:
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB |
      And device "nic" shows:
        | EDU_ID | EDU |
      When it writes "0" to BASE_ADDRESS_0 of device "nic"
      Then device "nic" shows:
        | BASE_ADDRESS_0 | 0 |
      And device "nic" shows:
        | EDU_ID | EDU |

    @VFIO-CFG-14
    Scenario Outline: <register> reads 0 where the device has one BAR
      When it writes "4 GiB - 1 byte" to <register> of device "nic"
      Then device "nic" shows:
        | <register> | 0 |

      Examples:
        | register       |
        | BASE_ADDRESS_1 |
        | BASE_ADDRESS_3 |
        | BASE_ADDRESS_5 |

      @VFIO-CFG-15
      Examples: without a ROM
        | register    |
        | ROM_ADDRESS |

  Rule: the next owner finds the device's own values

    @VFIO-CFG-42
    Scenario Outline: its first owner has set <register> to <value>
      When it writes "<fresh>" to <register> of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it writes "<value>" to <register> of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | <register> | <check> |

      Examples:
        | register        | fresh | value | check                        |
        | CACHE_LINE_SIZE | 0     | 0x33  | 0                            |
        | INTERRUPT_LINE  | 0x77  | 0x77  | without 0x70                 |
        | COMMAND         | 2     | 0x406 | without INTX_DISABLE, MASTER |

    @VFIO-CFG-43
    Scenario: registers of a device that cannot be reset stay as they are
      When it writes "0x1234" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x1235 |
      When it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x1235 |
