@any-iommu @needs:vfio-device @needs:edu-registers
Feature: mappings of the registers of a device

  A user maps a BAR of a device at the offset of its region in the file. Loads and stores then reach the device without the
  kernel, but only while the device answers.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"
    When it binds device "nic" to the iommufd

  Rule: a mapping leads to the registers at its offset

    @VFIO-MAP2-01
    Scenario: a store is read by pread, and a pwrite by a load
      When it mmaps BAR 0 of device "nic" as "window"
      And it stores the word 0x1234 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x1235 |
      When it writes "0x77" to EDU_LIVENESS of device "nic"
      Then buffer "window" holds:
        | id            |
        | 16 MiB + 0xed |
      And buffer "window" + 4 holds:
        | liveness     |
        | 4 GiB - 0x78 |

    @VFIO-MAP2-01
    Scenario: one page is mapped twice
      When it mmaps BAR 0 of device "nic" as "window"
      And it mmaps BAR 0 of device "nic" as "another"
      And it stores the word 0x55 in buffer "window" + 4
      Then buffer "another" + 4 holds:
        | liveness     |
        | 4 GiB - 0x56 |

  Rule: a mapping is shared, of whole pages, and inside the BAR

    Scenario Outline: <length> at <offset> are mapped
      When it mmaps BAR 0 of device "nic" as "window" with:
        | offset | <offset> |
        | length | <length> |
      Then it succeeds
      And buffer "window" holds:
        | word    |
        | <first> |

      @VFIO-MAP2-02
      Examples:
        | offset         | length          | first          |
        | 0 bytes        | 1 MiB           | 16 MiB + 0xed  |
        | 0 bytes        | 1 page + 1 byte | 16 MiB + 0xed  |
        | 1 MiB - 1 page | 1 page          | 4 GiB - 1 byte |
        | 1 page         | 1 MiB - 1 page  | 4 GiB - 1 byte |
        | 1 MiB - 1 page | 1 byte          | 4 GiB - 1 byte |

    Scenario Outline: <flags> <length> at <offset> are refused
      When it mmaps BAR 0 of device "nic" as "window" with:
        | offset | <offset> |
        | length | <length> |
        | flags  | <flags>  |
      Then it fails with EINVAL

      @VFIO-MAP2-02 @VFIO-RGN-04
      Examples:
        | flags       | offset         | length         |
        | MAP_PRIVATE | 0 bytes        | 1 page         |
        | MAP_SHARED  | 1 byte         | 1 page         |
        | MAP_SHARED  | 2 KiB          | 1 page         |
        | MAP_SHARED  | 0 bytes        | 1 MiB + 1 byte |
        | MAP_SHARED  | 1 MiB - 1 page | 2 pages        |
        | MAP_SHARED  | 1 MiB          | 1 page         |

    Scenario Outline: <region> is not mapped
      When it mmaps <region> of device "nic" as "window"
      Then it fails with EINVAL
      When it mmaps BAR 0 of device "nic" as "registers"
      Then it succeeds

      @VFIO-MAP2-03
      Examples: absent
        | region      |
        | BAR 1       |
        | BAR 5       |
        | region 9    |
        | region 4000 |

      @VFIO-MAP2-03 @VFIO-RGN-04
      Examples: of another kind
        | region                  |
        | the ROM                 |
        | the configuration space |
        | the VGA range           |

  Rule: a mapping has the rights that it was made with

    @VFIO-MAP2-04
    Scenario: what is mapped to be read cannot be written
      When it writes "0x55" to EDU_LIVENESS of device "nic"
      And it mmaps BAR 0 of device "nic" as "window" with:
        | prot | PROT_READ |
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      When it stores the word 0x77 in buffer "window" + 4
      Then it gets SIGSEGV
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x56 |

  Rule: the memory of a device is not memory of the process

    @VFIO-MAP2-06
    Scenario: the kernel reads it for a write, while the device answers
      When it writes "0x55" to INTERRUPT_LINE of device "nic"
      And it mmaps BAR 0 of device "nic" as "window"
      And it clears "MEMORY" in COMMAND of device "nic"
      And it writes 1 byte of buffer "window" to the configuration space of device "nic" + 0x3c
      Then it fails with EFAULT
      And device "nic" shows:
        | INTERRUPT_LINE | 0x55 |
      When it sets "MEMORY" in COMMAND of device "nic"
      And it writes 1 byte of buffer "window" to the configuration space of device "nic" + 0x3c
      Then it returns 1 byte
      And device "nic" shows:
        | INTERRUPT_LINE | 0 |

    @VFIO-MAP2-07 @needs:processes
    Scenario: a child has the mapping of its parent
      When it mmaps BAR 0 of device "nic" as "window"
      And it writes "0x55" to EDU_LIVENESS of device "nic"
      Given a process "child"
      When process "child" stores the word 0x66 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x67 |
      When it munmaps 1 page of buffer "window"
      And process "child" stores the word 0x77 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 0x78 |

    @VFIO-MAP2-08
    Scenario: no IOAS takes it
      When it attaches device "nic" to IOAS "guest"
      And it mmaps BAR 0 of device "nic" as "window"
      And it maps 1 page of buffer "window" into IOAS "guest" at 16 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      When it loads 4 bytes from buffer "window"
      Then it succeeds
