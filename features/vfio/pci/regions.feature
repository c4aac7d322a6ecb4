@any-iommu @needs:vfio-device @needs:edu-registers
Feature: regions of a device by read and write

  Each region of a device has a place in its file. pread() and pwrite() reach a BAR as drivers do, by accesses that are as wide
  as they can be.

  Background:
    Given an iommufd
    And a device "nic"
    And a buffer "ram" of 1 page
    When it binds device "nic" to the iommufd

  Rule: what a region is

    @VFIO-RGN-02
    Scenario Outline: the <region> is told
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "nic" with:
        | index | <index> |
      Then it returns:
        | size   | <size>   |
        | flags  | <flags>  |
        | offset | <offset> |

      @VFIO-RGN-03
      Examples: memory
        | region | index             | size  | flags             | offset  |
        | BAR    | BAR0_REGION_INDEX | 1 MiB | READ, WRITE, MMAP | 0 bytes |

      Examples: the configuration space
        | region              | index               | size      | flags       | offset |
        | configuration space | CONFIG_REGION_INDEX | 256 bytes | READ, WRITE | 7 TiB  |

      Examples: what is not there
        | region     | index             | size    | flags | offset |
        | second BAR | BAR1_REGION_INDEX | 0 bytes | none  | 1 TiB  |
        | sixth BAR  | BAR5_REGION_INDEX | 0 bytes | none  | 5 TiB  |
        | ROM        | ROM_REGION_INDEX  | 0 bytes | none  | 6 TiB  |

    @VFIO-RGN-01
    Scenario Outline: the region of index <index> does not exist
      When it calls VFIO_DEVICE_GET_REGION_INFO on device "nic" with:
        | index | <index> |
      Then it fails with EINVAL
      And it wrote nothing back

      @VFIO-RW-10
      Examples: VGA
        | index            |
        | VGA_REGION_INDEX |

      Examples: beyond the last one
        | index          |
        | 9              |
        | 4 GiB - 1 byte |

    @VFIO-RGN-01
    Scenario: a struct that is too small
      When it calls VFIO_DEVICE_GET_REGION_INFO with one byte less than its minimum size
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_DEVICE_GET_REGION_INFO with its minimum size
      Then it succeeds
      And it returns:
        | size | 1 MiB |

    @VFIO-DEV-01
    Scenario: a device tells how many regions and kinds of interrupt it has
      When it calls VFIO_DEVICE_GET_INFO with one byte less than its minimum size
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_DEVICE_GET_INFO with its minimum size
      Then it returns:
        | num_regions | 9   |
        | num_irqs    | 5   |
        | flags       | PCI |

    @VFIO-DEV-02
    Scenario Outline: a device says that it has no capabilities, in <bytes>
      When it calls VFIO_DEVICE_GET_INFO with <bytes> of buffer "ram"
      Then it succeeds
      And buffer "ram" holds:
        | argsz   | flags | regions | irqs | cap_offset | pad   | behind |
        | <bytes> | 2     | 9       | 5    | <offset>   | <pad> | left   |

      Examples:
        | bytes    | offset | pad  |
        | 16 bytes | left   | left |
        | 20 bytes | 0      | left |
        | 24 bytes | 0      | 0    |
        | 64 bytes | 0      | 0    |

  Rule: an access to a region that is not there fails

    @VFIO-RW-01
    Scenario Outline: <region> cannot be accessed
      When it reads 4 bytes of <region> of device "nic" into buffer "ram"
      Then it fails with EINVAL
      And buffer "ram" holds:
        | word |
        | left |
      When it writes 4 bytes of buffer "ram" to <region> of device "nic"
      Then it fails with EINVAL

      Examples:
        | region      |
        | BAR 1       |
        | BAR 5       |
        | the ROM     |
        | region 9    |
        | region 4000 |

      @VFIO-RW-10
      Examples: VGA
        | region        |
        | the VGA range |

  Rule: an access ends at the end of its BAR

    @VFIO-RW-02
    Scenario Outline: <size> are read at <offset>
      When it reads <size> of BAR 0 of device "nic" + <offset> into buffer "ram"
      Then it returns <moved>
      When it writes <size> of buffer "ram" to BAR 0 of device "nic" + <offset>
      Then it returns <moved>
      When it reads 1 byte of BAR 0 of device "nic" + 1 MiB into buffer "ram"
      Then it fails with EINVAL
      When it writes 1 byte of buffer "ram" to BAR 0 of device "nic" + 1 MiB
      Then it fails with EINVAL

      Examples: inside
        | size    | offset         | moved   |
        | 4 bytes | 0 bytes        | 4 bytes |
        | 1 page  | 1 MiB - 1 page | 1 page  |
        | 1 byte  | 1 MiB - 1 byte | 1 byte  |

      Examples: across the end
        | size    | offset          | moved   |
        | 2 bytes | 1 MiB - 1 byte  | 1 byte  |
        | 1 page  | 1 MiB - 8 bytes | 8 bytes |

    @VFIO-RW-02
    Scenario: what lies behind the end of a short read is left
      When it reads 8 bytes of BAR 0 of device "nic" + 1 MiB - 4 bytes into buffer "ram"
      Then it returns 4 bytes
      And buffer "ram" + 4 bytes holds:
        | word |
        | left |

  Rule: an access is cut into pieces of 8, 4, 2 and 1 bytes

    @VFIO-RW-05
    Scenario Outline: <size> at <offset> are read by <pieces>
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it reads <size> of BAR 0 of device "nic" + <offset> into buffer "ram"
      Then it returns <size>
      And buffer "ram" holds:
        | first   | second   | third   |
        | <first> | <second> | <third> |

      Examples:
        | size     | offset | pieces | first          | second         | third          |
        | 4 bytes  | 0x00   | 4      | 16 MiB + 0xed  |                |                |
        | 8 bytes  | 0x00   | 8      | 4 GiB - 1 byte | 4 GiB - 1 byte |                |
        | 4 bytes  | 0x04   | 4      | 4 GiB - 0x56   |                |                |
        | 12 bytes | 0x04   | 4, 8   | 4 GiB - 0x56   | 4 GiB - 1 byte | 4 GiB - 1 byte |

    @VFIO-RW-05
    Scenario Outline: a pwrite of <size> is <pieces>
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it stores the word 0x66 in buffer "ram"
      And it stores the word 0x77 in buffer "ram" + <word>
      And it writes <size> of buffer "ram" + <from> to BAR 0 of device "nic" + <offset>
      Then it returns <size>
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - <complement> |

      Examples:
        | size    | word | from | offset | pieces                            | complement |
        | 4 bytes | 4    | 4    | 0x04   | one access                        | 0x78       |
        | 4 bytes | 5    | 5    | 0x04   | one, however the buffer lies      | 0x78       |
        | 8 bytes | 4    | 0    | 0x00   | one, which is too wide for an edu | 0x56       |
        | 5 bytes | 4    | 3    | 0x03   | a byte, then a word               | 0x78       |
        | 5 bytes | 4    | 4    | 0x04   | a word, then a byte               | 0x78       |

  Rule: memory that is not there

    @VFIO-RW-07
    Scenario: what is before the hole is done
      Given a buffer "two" of 2 pages
      And an inaccessible buffer "hole" of 1 page over buffer "two" + 1 page
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it reads 12 bytes of BAR 0 of device "nic" + 4 into buffer "two" + 1 page - 4 bytes
      Then it fails with EFAULT
      And buffer "two" + 1 page - 4 bytes holds:
        | liveness     |
        | 4 GiB - 0x56 |
      When it stores the word 0x77 in buffer "two" + 1 page - 4 bytes
      And it writes 12 bytes of buffer "two" + 1 page - 4 bytes to BAR 0 of device "nic" + 4
      Then it fails with EFAULT
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x78 |

    @VFIO-RW-07
    Scenario Outline: it <call> a device that does not answer
      Given an inaccessible buffer "hole" of 1 page over buffer "ram"
      When it clears "MEMORY" in COMMAND of device "nic"
      And it <call>
      Then it fails with <errno>

      Examples:
        | call                                                             | errno  |
        | reads 4 bytes of BAR 0 of device "nic" into buffer "ram"         | EIO    |
        | writes 4 bytes of buffer "ram" to BAR 0 of device "nic"          | EFAULT |
        | reads 4 bytes of BAR 0 of device "nic" + 1 MiB into buffer "ram" | EINVAL |
        | writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 1 MiB  | EINVAL |
        | writes 4 bytes of buffer "ram" to BAR 1 of device "nic"          | EINVAL |

  Rule: the file of a device has a position for read and write

    @VFIO-RW-03
    Scenario: the position begins at BAR 0, and goes on by what was read
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it reads 4 bytes of device "nic" into buffer "ram"
      Then it returns 4 bytes
      When it reads 8 bytes of BAR 0 of device "nic" into buffer "ram" + 8 bytes
      And it reads 4 bytes of device "nic" into buffer "ram" + 4
      Then it returns 4 bytes
      And buffer "ram" holds:
        | id            | liveness     | by pread       | by pread       |
        | 16 MiB + 0xed | 4 GiB - 0x56 | 4 GiB - 1 byte | 4 GiB - 1 byte |

    @VFIO-RW-03
    Scenario: what fails does not move it
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it reads 4 bytes of device "nic" into buffer "ram"
      And it clears "MEMORY" in COMMAND of device "nic"
      And it reads 4 bytes of device "nic" into buffer "ram"
      Then it fails with EIO
      When it sets "MEMORY" in COMMAND of device "nic"
      And it reads 4 bytes of device "nic" into buffer "ram" + 4
      Then it returns 4 bytes
      And buffer "ram" holds:
        | id            | liveness     |
        | 16 MiB + 0xed | 4 GiB - 0x56 |

    @VFIO-RW-03
    Scenario: each open of a device has a position of its own
      When it reads 4 bytes of device "nic" into buffer "ram"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it reads 4 bytes of device "nic" into buffer "ram" + 4
      Then buffer "ram" holds:
        | first         | second        |
        | 16 MiB + 0xed | 16 MiB + 0xed |

    @VFIO-RW-09
    Scenario: a device is ready at once
      When it polls device "nic"
      Then it reports "IN, OUT, RDNORM, WRNORM"
      When it clears "MEMORY" in COMMAND of device "nic"
      And it polls device "nic"
      Then it reports "IN, OUT, RDNORM, WRNORM"

  Rule: a file descriptor has the rights that it was opened with

    Background:
      When it closes device "nic"

    @VFIO-RW-11
    Scenario: one that can be read
      Given an eventfd "line"
      When it opens device "nic" read-only
      And it binds device "nic" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it triggers INTx of device "nic"
      Then eventfd "line" was signalled once
      When it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes
      And buffer "ram" holds:
        | id            |
        | 16 MiB + 0xed |
      When it writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 4
      Then it fails with EBADF
      When it mmaps BAR 0 of device "nic" as "window"
      Then it fails with EACCES
      When it mmaps BAR 0 of device "nic" as "window" with:
        | prot | PROT_READ |
      Then it fails with EINVAL

    @VFIO-RW-11
    Scenario: one that can be written
      When it opens device "nic" write-only
      And it binds device "nic" to the iommufd
      And it stores the word 7 in buffer "ram"
      And it writes 4 bytes of buffer "ram" to BAR 0 of device "nic" + 4
      Then it returns 4 bytes
      When it reads 4 bytes of BAR 0 of device "nic" + 4 into buffer "ram"
      Then it fails with EBADF
      When it mmaps BAR 0 of device "nic" as "window"
      Then it fails with EACCES
      When it mmaps BAR 0 of device "nic" as "window" with:
        | prot | PROT_READ |
      Then it fails with EACCES
      When it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 8 |
