@needs:emulated-device
Feature: a device that logs its DMA

  A device may know for itself what it has written. Which ranges it is to watch is checked before its driver hears of
  them.

  Background:
    Given an iommufd
    And a buffer "ram" of 4 pages
    And a device "port" that is emulated
    And it binds device "port" to the iommufd

  Rule: ranges are whole pages that do not overlap

    Scenario Outline: it is asked to log <what>
      Given it stores an array of struct vfio_device_feature_dma_logging_range in buffer "ram":
        | iova    | length    |
        | <iova>  | <length>  |
        | 256 MiB | 4096      |
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | page_size  | <page size>  |
        | num_ranges | 2            |
        | ranges     | buffer "ram" |
      Then it <verdict>
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 0            |
        | ranges     | buffer "ram" |
      Then it fails with EINVAL

      @VFIO-LOG-02
      Examples: where they lie
        | what                                | iova             | length          | page size | verdict              |
        | two ranges                          | 16 MiB           | 8192            | 4096      | succeeds             |
        | one that touches the other          | 256 MiB - 4096   | 4096            | 4096      | succeeds             |
        | one that shares a page with another | 256 MiB - 4096   | 8192            | 4096      | fails with EINVAL    |
        | the same one again                  | 256 MiB          | 4096            | 4096      | fails with EINVAL    |
        | one without bytes                   | 16 MiB           | 0               | 4096      | succeeds             |
        | the last byte that there is         | U64_MAX + 1 - 1 page | 4096          | 4096      | fails with EOVERFLOW |
        | one that goes around                | U64_MAX + 1 - 1 page | 8192          | 4096      | fails with EOVERFLOW |

      @VFIO-LOG-03
      Examples: what pages they are of
        | what                                | iova             | length          | page size | verdict              |
        | one that begins inside a page       | 16 MiB + 8       | 4096            | 4096      | fails with EINVAL    |
        | one that ends inside a page         | 16 MiB           | 4095            | 4096      | fails with EINVAL    |
        | pages of which there is no such     | 16 MiB           | 8192            | 3 pages    | fails with EINVAL    |
        | bytes up to another                 | 16 MiB           | 240 MiB         | 1         | succeeds             |
        | bytes, the last one of another      | 16 MiB           | 240 MiB + 1     | 1         | fails with EINVAL    |
        | bytes, the first one of its last    | 256 MiB + 4095   | 8192            | 1         | fails with EINVAL    |
        | bytes behind another                | 256 MiB + 4096   | 8191            | 1         | succeeds             |

    @VFIO-LOG-01
    Scenario Outline: it refuses <count> ranges at <place>
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | <count> |
        | ranges     | <place> |
      Then it fails with <errno>

      Examples:
        | count | place         | errno  |
        |     0 | a bad pointer | EINVAL |
        |     1 | a bad pointer | EFAULT |
        |   256 | a bad pointer | EFAULT |
        |   257 | a bad pointer | E2BIG  |

    @VFIO-LOG-01
    Scenario Outline: it is not begun <how>
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | feature | <how>, DMA_LOGGING_START |
      Then it fails with EINVAL

      Examples:
        | how        |
        | GET        |
        | GET, PROBE |

    @VFIO-LOG-04
    Scenario: the page size is an answer
      Given it stores an array of struct vfio_device_feature_dma_logging_range in buffer "ram":
        | iova   | length |
        | 16 MiB | 2 MiB  |
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | page_size | 2 MiB        |
        | ranges    | buffer "ram" |
      Then it returns:
        | page_size | 2 MiB |
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with read-only memory and:
        | ranges | buffer "ram" |
      Then it fails with EFAULT

    @VFIO-FEA-04
    Scenario: it is begun when all ranges are right
      Given it stores an array of struct vfio_device_feature_dma_logging_range in buffer "ram":
        | iova          | length |
        | 16 MiB        | 8192   |
        | 16 MiB + 4096 | 4096   |
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 0            |
        | ranges     | buffer "ram" |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 257          |
        | ranges     | buffer "ram" |
      Then it fails with E2BIG
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 2            |
        | ranges     | buffer "ram" |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 1            |
        | page_size  | 16384        |
        | ranges     | buffer "ram" |
      Then it fails with EINVAL
      When it stores an array of struct vfio_device_feature_dma_logging_range in buffer "ram":
        | iova                 | length |
        | U64_MAX + 1 - 1 page | 8192   |
      And it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 1            |
        | ranges     | buffer "ram" |
      Then it fails with EOVERFLOW
      When it stores an array of struct vfio_device_feature_dma_logging_range in buffer "ram":
        | iova   | length |
        | 16 MiB | 8192   |
      And it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_START with:
        | num_ranges | 1            |
        | page_size  | 8192         |
        | ranges     | buffer "ram" |
      Then it returns:
        | page_size | 8192 |

  Rule: a report is of a range in pages

    @VFIO-FEA-05
    Scenario: it reports where page size and range are right
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | length    | 8192         |
        | page_size | 2048         |
        | bitmap    | buffer "ram" |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | length    | 24576        |
        | page_size | 12288        |
        | bitmap    | buffer "ram" |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | iova      | U64_MAX + 1 - 1 page |
        | length    | 8192                 |
        | bitmap    | buffer "ram"         |
      Then it fails with EOVERFLOW
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | length    | 8192         |
        | page_size | 8192         |
        | bitmap    | buffer "ram" |
      Then it succeeds
      And buffer "ram" holds:
        | bitmap |
        | left   |

    @VFIO-LOG-05
    Scenario Outline: it is asked to report <what>
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | iova      | <iova>       |
        | length    | <length>     |
        | page_size | <page size>  |
        | bitmap    | buffer "ram" |
      Then it <verdict>
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | iova      | <iova>       |
        | length    | 1            |
        | page_size | 1            |
        | bitmap    | buffer "ram" |
      Then it fails with EINVAL

      Examples:
        | what                              | iova               | length | page size | verdict              |
        | a range that begins inside a page | 16 MiB + 8         | 4096   | 4096      | succeeds             |
        | a range without bytes             | 16 MiB             | 0      | 4096      | succeeds             |
        | pages that are too small          | 16 MiB             | 4096   | 2048      | fails with EINVAL    |
        | pages of which there is no such   | 16 MiB             | 12288  | 3 pages    | fails with EINVAL    |
        | pages of no size                  | 16 MiB             | 4096   | 0         | fails with EINVAL    |
        | a range that goes around          | U64_MAX + 1 - 1 page | 8192   | 4096      | fails with EOVERFLOW |
        | a range up to the last byte       | U64_MAX + 1 - 1 page | 4096   | 4096      | fails with EOVERFLOW |

    @VFIO-LOG-05 @VFIO-LOG-06
    Scenario: what was not written leaves the bits as they are
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | iova   | 16 MiB       |
        | length | 64 pages     |
        | bitmap | buffer "ram" |
      Then it succeeds
      And buffer "ram" holds:
        | bitmap |      |
        | left   | left |
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | iova   | 16 MiB        |
        | length | 64 pages      |
        | bitmap | a bad pointer |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT with:
        | feature | SET, DMA_LOGGING_REPORT |
      Then it fails with EINVAL

    @VFIO-LOG-07
    Scenario: it is ended as often as one likes
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP
      And it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP with:
        | feature | GET, DMA_LOGGING_STOP |
      Then it fails with EINVAL
