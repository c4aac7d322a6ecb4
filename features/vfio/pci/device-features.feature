@any-iommu @needs:vfio-device
Feature: VFIO_DEVICE_FEATURE
  A feature has a number, and can be had by GET, by SET, or both; PROBE asks whether.

  Background:
    Given an iommufd
    And a device "nic"
    And it binds device "nic" to the iommufd

  Rule: the head has to be understood

    @VFIO-FEA-01
    Scenario Outline: <what> is refused
      When it calls VFIO_DEVICE_FEATURE with:
        | argsz | <argsz> |
        | flags | <flags> |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds

      Examples:
        | what                          | argsz | flags                        |
        | a short struct                | 7     | SET, LOW_POWER_ENTRY         |
        | an unknown flag               | 8     | SET, LOW_POWER_ENTRY, bit 19 |
        | the highest flag              | 8     | SET, LOW_POWER_ENTRY, bit 31 |
        | both directions without PROBE | 8     | SET, GET, LOW_POWER_ENTRY    |
        | both of no feature            | 8     | SET, GET, bit 12             |

    @VFIO-FEA-01
    Scenario Outline: it fails with EFAULT with <form>
      When it calls VFIO_DEVICE_FEATURE with <form> and:
        | flags | SET, LOW_POWER_ENTRY |
      Then it fails with EFAULT
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds

      Examples:
        | form           |
        | a null pointer |
        | a bad pointer  |

  Rule: what a device does not have is ENOTTY, whatever is asked of it

    @VFIO-FEA-03
    Scenario Outline: <feature> is not there
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, GET, <feature> |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, <feature> |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | <feature> |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, LOW_POWER_ENTRY |
      Then it succeeds

      Examples:
        | feature            |
        | MIGRATION          |
        | MIG_DEVICE_STATE   |
        | DMA_LOGGING_START  |
        | DMA_LOGGING_STOP   |
        | DMA_LOGGING_REPORT |
        | MIG_DATA_SIZE      |

    @VFIO-FEA-03
    Scenario: a token is for functions of SR-IOV
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET        |
        | data  | 0, 0, 0, 0 |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, LOW_POWER_ENTRY |
      Then it succeeds

    @VFIO-FEA-06
    Scenario Outline: feature <number> is that of another bus
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, GET, <number> |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, <number> |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, LOW_POWER_EXIT |
      Then it succeeds

      Examples:
        | number     |
        | BUS_MASTER |
        | ZPCI_ERROR |

    @VFIO-FEA-02
    Scenario Outline: feature <number> is unknown
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, <number> |
      Then it fails with <errno>
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, LOW_POWER_EXIT |
      Then it succeeds

      Examples:
        | number             | errno  |
        | bit 4              | ENOTTY |
        | bit 15             | ENOTTY |
        | MIG_PRECOPY_INFOv2 | EINVAL |

  Rule: PROBE asks for a direction, and does nothing

    @VFIO-FEA-02
    Scenario: what is asked for is not done
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, LOW_POWER_ENTRY |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, LOW_POWER_ENTRY |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it fails with EINVAL

    @VFIO-FEA-02
    Scenario Outline: <flags> is no way to have the feature
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | <flags> |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds

      @VFIO-PM-01
      Examples: low power
        | flags                                   |
        | LOW_POWER_ENTRY                         |
        | GET, LOW_POWER_ENTRY                    |
        | PROBE, GET, LOW_POWER_ENTRY             |
        | PROBE, GET, SET, LOW_POWER_ENTRY        |
        | PROBE, GET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | GET, LOW_POWER_EXIT                     |
        | PROBE, GET, LOW_POWER_EXIT              |

    @VFIO-PM-01
    Scenario Outline: <feature> can be set
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, SET, <feature> |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, GET, SET, <feature> |
      Then it fails with EINVAL

      Examples:
        | feature                     |
        | LOW_POWER_ENTRY             |
        | LOW_POWER_ENTRY_WITH_WAKEUP |
        | LOW_POWER_EXIT              |
