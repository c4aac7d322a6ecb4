@needs:vfio-dma-buf
Feature: VFIO_DEVICE_FEATURE_DMA_BUF

  A device gives a file of parts of a BAR, which other devices may be given to reach. The struct behind the head tells the
  region, flags of open(), flags, how many ranges there are, and of each offset and length in 64 bits.

  Background:
    Given an iommufd
    And a device "nic"
    When it binds device "nic" to the iommufd
    Then it succeeds

  Rule: it is had by GET

    @VFIO-DBUF-01
    Scenario: it can be probed to be read only
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, GET, DMA_BUF |
      Then it returns 0 bytes
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, DMA_BUF |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, DMA_BUF                  |
        | data  | s32 0, 2, 0, 1, 0, 0, 4096, 0 |
      Then it fails with EINVAL

  Rule: whole pages inside a BAR are given

    Scenario Outline: <what> is refused
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | GET, DMA_BUF |
        | data  | s32 <data>   |
      Then it fails with <errno>
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | GET, DMA_BUF                  |
        | data  | s32 0, 2, 0, 1, 0, 0, 4096, 0 |
      Then it succeeds

      @VFIO-DBUF-01
      Examples: a struct that is cut
        | what                 | data    | errno  |
        | a struct of 12 bytes | 0, 2, 0 | EINVAL |

      @VFIO-DBUF-02
      Examples: the struct
        | what                      | data                      | errno  |
        | no range                  | 0, 2, 0, 0, 0, 0, 4096, 0 | EINVAL |
        | a flag                    | 0, 2, 1, 1, 0, 0, 4096, 0 | EINVAL |
        | no range of an absent BAR | 1, 2, 0, 0, 0, 0, 4096, 0 | EINVAL |
        | an absent BAR             | 1, 2, 0, 1, 0, 0, 4096, 0 | ENODEV |
        | the ROM                   | 6, 2, 0, 1, 0, 0, 4096, 0 | ENODEV |
        | the configuration space   | 7, 2, 0, 1, 0, 0, 4096, 0 | ENODEV |
        | a region behind the last  | 9, 2, 0, 1, 0, 0, 4096, 0 | ENODEV |

      @VFIO-DBUF-03
      Examples: the range
        | what                     | data                            | errno  |
        | an empty range           | 0, 2, 0, 1, 0, 0, 0, 0          | EINVAL |
        | a part of a page         | 0, 2, 0, 1, 0, 0, 2048, 0       | EINVAL |
        | a page and a byte        | 0, 2, 0, 1, 0, 0, 4097, 0       | EINVAL |
        | a page that is not one   | 0, 2, 0, 1, 2048, 0, 4096, 0    | EINVAL |
        | a page behind the BAR    | 0, 2, 0, 1, 1048576, 0, 4096, 0 | EINVAL |
        | pages across its end     | 0, 2, 0, 1, 1044480, 0, 8192, 0 | EINVAL |
        | more than a BAR can have | 0, 2, 0, 1, 0, 0, 4096, 1       | EINVAL |

    Scenario Outline: <what> is given
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | GET, DMA_BUF |
        | data  | s32 <data>   |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | GET, DMA_BUF                  |
        | data  | s32 1, 2, 0, 1, 0, 0, 4096, 0 |
      Then it fails with ENODEV

      @VFIO-DBUF-04
      Examples: several ranges
        | what                             | data                                        |
        | a page twice                     | 0, 2, 0, 2, 0, 0, 4096, 0, 0, 0, 4096, 0    |
        | two ranges with a page in common | 0, 2, 0, 2, 0, 0, 8192, 0, 4096, 0, 8192, 0 |

      @VFIO-DBUF-03
      Examples: one range
        | what          | data                            |
        | the last page | 0, 2, 0, 1, 1044480, 0, 4096, 0 |
        | all of a BAR  | 0, 2, 0, 1, 0, 0, 1048576, 0    |

  Rule: a process does not reach it as memory

    @VFIO-DBUF-05
    Scenario: its file is not mapped
      Given a dma-buf "bar" from device "nic" of 1 page
      When it mmaps dma-buf "bar"
      Then it fails with EINVAL
      When it mmaps BAR 0 of device "nic" as "window"
      Then it succeeds
