@any-iommu @needs:vfio-device
Feature: which capabilities a user finds

  The lists of capabilities are the device's, without those that a user has nothing of. Of what is in them some can only be
  read, some is emulated, and what is a vendor's is passed on.

  Background:
    Given an iommufd
    And a buffer "ram" of 1 page

  @needs:device-with-assorted-capabilities
  Rule: what a user has nothing of is left out, and its bytes are the device's

    Background:
      Given a device "nic" with assorted capabilities
      When it binds device "nic" to the iommufd
      Then it succeeds

    @VFIO-CFG-37
    Scenario: the list begins behind one that is left out
      Then device "nic" lists the capabilities "AF, VPD, EXP, MSI"
      When it stores the word 0x0a in buffer "ram"
      And it stores the word 0 in buffer "ram" + 8
      And it writes 1 byte of buffer "ram" to the configuration space of device "nic" + 0x42
      Then it returns 1 byte
      When it reads 1 byte of the configuration space of device "nic" + 0x40 into buffer "ram" + 8
      And it reads 1 byte of the configuration space of device "nic" + 0x42 into buffer "ram" + 9
      Then buffer "ram" + 8 holds:
        | id of the device, and its lamp |
        | 0x0a06                         |

    @VFIO-CFG-38 @VFIO-CFG-36
    Scenario: the extended list has one without an id, and what is hidden behind others of one kind
      Then device "nic" lists the extended capabilities "none, ERR, DSN, DVSEC, DVSEC, DVSEC, DOE, VNDR, LTR"
      When it stores the word 0xcafe in buffer "ram"
      And it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0x108
      Then it returns 4 bytes
      When it reads 4 bytes of the configuration space of device "nic" + 0x108 into buffer "ram" + 4
      Then buffer "ram" + 4 holds:
        | register |
        | 0xcafe   |
      When it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0x100
      Then it returns 4 bytes
      And device "nic" lists the extended capabilities "none, ERR, DSN, DVSEC, DVSEC, DVSEC, DOE, VNDR, LTR"

  @needs:device-with-assorted-capabilities
  Rule: some are read, some are written through

    Background:
      Given a device "nic" with assorted capabilities
      When it binds device "nic" to the iommufd

    @VFIO-CFG-39
    Scenario Outline: <value> is written to <register>
      When it writes "<value>" to <register> of device "nic"
      Then it returns <bytes> bytes
      And device "nic" shows:
        | <register> | <shown> |

      Examples: what is a vendor's
        | register   | value  | bytes | shown  |
        | VNDR_DATA  | 0xcafe | 4     | 0xcafe |
        | DVSEC_DATA | 0xcafe | 4     | 0xcafe |

      Examples: what can only be read
        | register          | value  | bytes | shown      |
        | LTR_MAX_SNOOP_LAT | 0x0123 | 2     | 0          |
        | DSN_LOW           | 0      | 4     | with bit 3 |

    @VFIO-CFG-34 @needs:registers-reset
    Scenario Outline: <value> is written to the advanced features
      When it writes "7" to EDU_LIVENESS of device "nic"
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it writes "0x2a" to INTERRUPT_LINE of device "nic"
      And it writes "<value>" to <register> of device "nic"
      Then it returns 1 byte
      And device "nic" shows:
        | EDU_LIVENESS   | <liveness>     |
        | COMMAND        | MEMORY, MASTER |
        | INTERRUPT_LINE | 0x2a           |
        | AF_CTRL        | 0              |
        | AF_CAP         | TP, FLR        |

      Examples:
        | register | value | liveness  |
        | AF_CTRL  | FLR   | 0         |
        | AF_CTRL  | 0xfe  | 4 GiB - 8 |
        | AF_CAP   | 0     | 4 GiB - 8 |

    @VFIO-CFG-35
    Scenario: vital product data is moved a word at a time, and the flag tells when it has been
      When it writes "0x1234" to VPD_DATA of device "nic"
      And it writes "F, ADDR 8" to VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | ADDR 8 |
      When it writes "0" to VPD_DATA of device "nic"
      And it writes "ADDR 8" to VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | F, ADDR 8 |
        | VPD_DATA | 0x1234    |
      When it writes "ADDR 12" to VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | F, ADDR 12 |
        | VPD_DATA | 0          |

    @VFIO-CFG-35
    Scenario: a word that cannot be written is never done, and the lower byte of the address begins nothing
      When it writes "0x1234" to VPD_DATA of device "nic"
      And it writes "F, ADDR 10" to VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | F, ADDR 10 |
      When it writes "8" to byte 0 of VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | F, ADDR 8 |
        | VPD_DATA | 0x1234    |
      When it writes "0" to byte 1 of VPD_ADDR of device "nic"
      Then device "nic" shows:
        | VPD_ADDR | F, ADDR 8 |
        | VPD_DATA | 0         |

  @needs:device-with-error-reporting
  Rule: a user says how severe errors are and clears them, as far as there are such errors

    Background:
      Given a device "nic" that reports errors
      When it binds device "nic" to the iommufd

    @VFIO-CFG-39
    Scenario Outline: <value> is written to <register> of the errors
      When it writes "<value>" to <register> of device "nic"
      Then it returns 4 bytes
      And device "nic" shows:
        | <register> | <shown> |
      When it writes "0" to ERR_UNCOR_SEVER of device "nic"
      Then device "nic" shows:
        | ERR_UNCOR_SEVER | 0 |

      Examples:
        | register         | value          | shown          |
        | ERR_UNCOR_STATUS | UNSUP          | without UNSUP  |
        | ERR_UNCOR_SEVER  | DLP            | with DLP       |
        | ERR_UNCOR_SEVER  | UNSUP          | with UNSUP     |
        | ERR_UNCOR_SEVER  | 4 GiB - 1 byte | without bit 31 |
        | ERR_HEADER_LOG   | 0xcafe         | without bit 1  |

  @needs:device-with-function-level-reset
  Rule: what is a vendor's is passed on

    @VFIO-CFG-35
    Scenario: the window of a virtio device leads to its registers
      Given a device "nic" that can be reset alone
      When it binds device "nic" to the iommufd
      And it writes "4" to VIRTIO_WINDOW_BAR of device "nic"
      And it writes "0x14" to VIRTIO_WINDOW_OFFSET of device "nic"
      And it writes "1" to VIRTIO_WINDOW_LENGTH of device "nic"
      And it writes "1" to VIRTIO_WINDOW_DATA of device "nic"
      Then device "nic" shows:
        | VIRTIO_STATUS | 1 |
      When it writes "3" to VIRTIO_STATUS of device "nic"
      Then device "nic" shows:
        | VIRTIO_WINDOW_DATA | with bit 0, bit 1 |

    @VFIO-CFG-40
    Scenario: a space whose first extended capability is none is the device's
      Given a device "nic" that can be reset alone
      When it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" lists the extended capabilities "none"
      When it stores the word 0 in buffer "ram"
      And it reads 4 bytes of the configuration space of device "nic" + 0x100 into buffer "ram"
      Then it returns 4 bytes
      And buffer "ram" holds:
        | head |
        | 0    |
      When it stores the word 0xcafe in buffer "ram"
      And it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0x104
      Then it returns 4 bytes
      When it reads 4 bytes of the configuration space of device "nic" + 0x104 into buffer "ram" + 4
      Then buffer "ram" + 4 holds:
        | word   |
        | 0xcafe |
      When it stores the word 0 in buffer "ram"
      And it writes 4 bytes of buffer "ram" to the configuration space of device "nic" + 0x104
      Then it returns 4 bytes
