@any-iommu @needs:vfio-device
Feature: regions of devices that have more than one BAR

  A device may have ports, an expansion ROM, BARs of 64 bits, and BARs that are smaller than a page.

  Background:
    Given an iommufd
    And a buffer "ram" of 1 page

  @needs:device-with-io-bar
  Rule: ports are read and written, and not mapped

    Background:
      Given a device "ports" with an I/O BAR
      When it binds device "ports" to the iommufd

    @VFIO-RW-08
    Scenario: an I/O BAR tells what can be done with it
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "ports" with:
        | index | BAR2_REGION_INDEX |
      Then it returns:
        | size  | 32 bytes    |
        | flags | READ, WRITE |

    Scenario Outline: ports are reached while the command register has <command>
      When it writes "<command>" to COMMAND of device "ports"
      And it writes "0x28" to IO_ADDRESS of device "ports"
      Then device "ports" shows:
        | IO_ADDRESS | 0x28 |
      When it writes "0x10" to IO_ADDRESS of device "ports"
      Then device "ports" shows:
        | IO_ADDRESS | 0x10 |

      @VFIO-RW-08 @VFIO-CFG-16
      Examples:
        | command    |
        | IO, MEMORY |
        | IO         |

    @VFIO-RW-08
    Scenario: ports read ones while I/O decoding is off
      When it writes "0x28" to IO_ADDRESS of device "ports"
      And it clears "IO" in COMMAND of device "ports"
      Then device "ports" shows:
        | IO_ADDRESS | 4 GiB - 1 byte |
      When it writes "0x10" to IO_ADDRESS of device "ports"
      And it sets "IO" in COMMAND of device "ports"
      Then device "ports" shows:
        | IO_ADDRESS | 0x28 |

    @VFIO-CFG-08
    Scenario: a new owner finds both kinds of decoding on
      When it writes "0" to COMMAND of device "ports"
      And it closes device "ports"
      And it opens device "ports"
      And it binds device "ports" to the iommufd
      Then device "ports" shows:
        | COMMAND | with IO, MEMORY |

    @VFIO-CFG-14
    Scenario: the register of an I/O BAR has its size, and bit 0
      When it writes "4 GiB - 1 byte" to BASE_ADDRESS_2 of device "ports"
      Then device "ports" shows:
        | BASE_ADDRESS_2 | 4 GiB - 31 bytes |
      When it writes "0x1238" to BASE_ADDRESS_2 of device "ports"
      Then device "ports" shows:
        | BASE_ADDRESS_2 | 0x1221 |

    @VFIO-MAP2-03
    Scenario: ports are not mapped
      When it mmaps BAR 2 of device "ports" as "window"
      Then it fails with EINVAL
      When it mmaps BAR 0 of device "ports" as "registers"
      Then it succeeds

  @needs:device-with-rom
  Rule: a ROM can be read, where it has an image

    Background:
      Given a device "boot" with a ROM
      When it binds device "boot" to the iommufd

    @VFIO-RW-06
    Scenario Outline: it tells what can be done with it while the command register has <command>
      When it writes "<command>" to COMMAND of device "boot"
      And it calls VFIO_DEVICE_GET_REGION_INFO on device "boot" with:
        | index | ROM_REGION_INDEX |
      Then it returns:
        | flags | READ |
      And device "boot" shows:
        | COMMAND | <command> |

      Examples:
        | command |
        | MEMORY  |
        | 0       |

    Scenario Outline: its image is read while its register is <register>
      When it writes "<register>" to ROM_ADDRESS of device "boot"
      And it reads 4 bytes of the ROM of device "boot" into buffer "ram"
      Then it returns 4 bytes
      And buffer "ram" holds struct pci_rom:
        | signature |
        | 0xaa55    |

      @VFIO-RW-06 @VFIO-CFG-15
      Examples:
        | register |
        | 0        |
        | 1        |

    @VFIO-RW-06
    Scenario: it is not written
      When it writes 4 bytes of buffer "ram" to the ROM of device "boot"
      Then it fails with EINVAL
      When it reads 4 bytes of the ROM of device "boot" + 1 GiB into buffer "ram"
      Then it fails with EINVAL
      When it reads 4 bytes of the ROM of device "boot" into buffer "ram"
      Then buffer "ram" holds struct pci_rom:
        | signature |
        | 0xaa55    |

    @VFIO-RW-06 @VFIO-CFG-16
    Scenario: it is not found while memory decoding is off
      When it clears "MEMORY" in COMMAND of device "boot"
      And it reads 4 bytes of the ROM of device "boot" into buffer "ram"
      Then it fails with ENOMEM
      When it sets "MEMORY" in COMMAND of device "boot"
      And it reads 2 bytes of the ROM of device "boot" into buffer "ram"
      Then it returns 2 bytes

    @VFIO-CFG-15
    Scenario: its register has its size, and bit 0 as it was written
      When it writes "4 GiB - 1 byte" to ROM_ADDRESS of device "boot"
      Then device "boot" shows:
        | ROM_ADDRESS | with bit 0, bit 31    |
        | ROM_ADDRESS | without bit 1, bit 10 |
      When it writes "4 GiB - 2 bytes" to ROM_ADDRESS of device "boot"
      Then device "boot" shows:
        | ROM_ADDRESS | with bit 31   |
        | ROM_ADDRESS | without bit 0 |

    @VFIO-MAP2-03
    Scenario: it is not mapped
      When it mmaps the ROM of device "boot" as "window"
      Then it fails with EINVAL
      When it mmaps BAR 0 of device "boot" as "registers"
      Then it succeeds

  @needs:device-with-small-bar
  Rule: a BAR that is smaller than a page is mapped with all of its page

    @VFIO-MAP2-09
    Scenario: a page is mapped, of which the registers are the begin
      Given a device "small" with a small BAR
      When it binds device "small" to the iommufd
      And it calls VFIO_DEVICE_GET_REGION_INFO on device "small" with:
        | index | BAR1_REGION_INDEX |
      Then it returns:
        | size  | 256 bytes         |
        | flags | READ, WRITE, MMAP |
      When it mmaps BAR 1 of device "small" as "window"
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      When it loads 4 bytes from buffer "window" + 256 bytes
      Then it succeeds
      When it reads 4 bytes of BAR 1 of device "small" + 256 bytes into buffer "ram"
      Then it fails with EINVAL
      When it mmaps BAR 1 of device "small" as "pages" with:
        | length | 2 pages |
      Then it fails with EINVAL

  @needs:device-with-function-level-reset
  Rule: a BAR of 64 bits has two registers

    @VFIO-CFG-14
    Scenario: both tell its size
      Given a device "wide" that can be reset alone
      When it binds device "wide" to the iommufd
      And it writes "4 GiB - 1 byte" to BASE_ADDRESS_4 of device "wide"
      And it writes "4 GiB - 1 byte" to BASE_ADDRESS_5 of device "wide"
      Then device "wide" shows:
        | BASE_ADDRESS_4 | with bit 2, bit 14, bit 31   |
        | BASE_ADDRESS_4 | without bit 0, bit 1, bit 13 |
        | BASE_ADDRESS_5 | 4 GiB - 1 byte               |
      When it writes "5" to BASE_ADDRESS_5 of device "wide"
      Then device "wide" shows:
        | BASE_ADDRESS_5 | 5 |

  @needs:device-with-msix
  Rule: the table of MSI-X is the host's, but for who maps it

    Background:
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd

    @VFIO-RGN-03
    Scenario Outline: its BAR tells that it can be mapped all the same, in <bytes>
      When it stores the word 0 in buffer "ram" + 8
      And it calls VFIO_DEVICE_GET_REGION_INFO with <bytes> of buffer "ram"
      Then it succeeds
      And buffer "ram" holds:
        | argsz   | flags | index | cap_offset |
        | <needs> | 15    | 0     | <offset>   |
      And buffer "ram" + 32 holds:
        | id and version | next   |
        | <head>         | <next> |

      Examples:
        | bytes    | needs | offset | head       | next |
        | 32 bytes | 40    | 0      | left       | left |
        | 39 bytes | 40    | 0      | left       | left |
        | 40 bytes | 40    | 32     | 64 KiB + 3 | 0    |
        | 64 bytes | 64    | 32     | 64 KiB + 3 | 0    |

    @VFIO-RW-04
    Scenario Outline: it reads ones and is not written while the command register has <command>
      When it writes "<command>" to COMMAND of device "nic"
      And it reads 16 bytes of BAR 0 of device "nic" + 8 KiB into buffer "ram"
      Then it returns 16 bytes
      And buffer "ram" holds:
        | address        | upper address  | data           | control        |
        | 4 GiB - 1 byte | 4 GiB - 1 byte | 4 GiB - 1 byte | 4 GiB - 1 byte |
      When it stores the word 0 in buffer "ram"
      And it stores the word 0 in buffer "ram" + 12
      And it writes 16 bytes of buffer "ram" to BAR 0 of device "nic" + 8 KiB
      Then it returns 16 bytes
      When it sets "MEMORY" in COMMAND of device "nic"
      And it mmaps BAR 0 of device "nic" + 8 KiB as "table"
      Then buffer "table" + 12 holds:
        | control |
        | 1       |

      Examples:
        | command |
        | MEMORY  |
        | 0       |

    @VFIO-RW-04
    Scenario: what is stored through a mapping reaches it
      When it mmaps BAR 0 of device "nic" + 8 KiB as "table"
      And it stores the word 0x1000 in buffer "table"
      Then buffer "table" holds:
        | address |
        | 0x1000  |
      When it reads 4 bytes of BAR 0 of device "nic" + 8 KiB into buffer "ram"
      Then buffer "ram" holds:
        | address        |
        | 4 GiB - 1 byte |

    @VFIO-RW-04
    Scenario: an access that crosses its begin is whole, and the pending bits are read as they are
      When it reads 8 bytes of BAR 0 of device "nic" + 8 KiB - 4 bytes into buffer "ram" + 64
      Then it returns 8 bytes
      And buffer "ram" + 68 holds:
        | address        | next |
        | 4 GiB - 1 byte | left |
      When it reads 4 bytes of BAR 0 of device "nic" + 12 KiB into buffer "ram"
      Then it returns 4 bytes
      And buffer "ram" holds:
        | pending |
        | 0       |

    @VFIO-IOE-04
    Scenario Outline: an eventfd writes <size> at <place> and <answer>
      Given an eventfd "doorbell"
      When it lets eventfd "doorbell" write 0 in <size> to BAR 0 of device "nic" + <place>
      Then it <answer>
      When it lets eventfd "doorbell" write 0 in <size> to BAR 0 of device "nic" + <place>
      Then it fails with <once more>

      Examples:
        | size    | place             | answer            | once more |
        | 4 bytes | 8 KiB             | fails with EINVAL | EINVAL    |
        | 1 byte  | 8 KiB + 127 bytes | fails with EINVAL | EINVAL    |
        | 8 bytes | 8 KiB - 1 byte    | fails with EINVAL | EINVAL    |
        | 4 bytes | 8 KiB - 4 bytes   | succeeds          | EEXIST    |
        | 4 bytes | 8 KiB + 128 bytes | succeeds          | EEXIST    |
