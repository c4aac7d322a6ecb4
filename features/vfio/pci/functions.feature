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
