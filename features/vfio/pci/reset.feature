@any-iommu @needs:vfio-device
Feature: VFIO_DEVICE_RESET
  A reset of the function, or of the bus where nothing else is on it. What the kernel keeps of the device is as before.

  Background:
    Given an iommufd

  Rule: a device tells whether it can be reset alone

    @VFIO-RST-01
    Scenario: one that cannot is refused
      Given a device "nic"
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | without RESET |
        | flags | with PCI      |
      When it calls VFIO_DEVICE_RESET
      Then it fails with EINVAL

    @VFIO-RST-01 @needs:device-with-function-level-reset
    Scenario: one with a reset of its function can
      Given a device "nic" that can be reset alone
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | with RESET |
      When it calls VFIO_DEVICE_RESET
      Then it succeeds

    @VFIO-RST2-05 @needs:device-alone-on-bus
    Scenario: one alone on its bus is reset by the bus
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | with RESET |
      When it calls VFIO_DEVICE_RESET
      Then it succeeds

    @VFIO-RST2-05 @needs:device-on-shared-bus
    Scenario: one with others on its bus cannot be reset alone
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | without RESET |
        | flags | with PCI      |
      When it calls VFIO_DEVICE_RESET
      Then it fails with EINVAL

  Rule: registers are as after power-on, and the configuration as before the call

    @VFIO-RST2-01 @needs:device-with-function-level-reset @needs:registers-reset
    Scenario Outline: the argument <argument> does not matter
      Given a device "nic" that can be reset alone
      When it binds device "nic" to the iommufd
      And it writes "7" to EDU_LIVENESS of device "nic"
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it writes "0x2a" to INTERRUPT_LINE of device "nic"
      And it writes "0x5a" to CACHE_LINE_SIZE of device "nic"
      And it calls VFIO_DEVICE_RESET with the argument <argument>
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS    | 0              |
        | COMMAND         | MEMORY, MASTER |
        | INTERRUPT_LINE  | 0x2a           |
        | CACHE_LINE_SIZE | 0x5a           |

      Examples:
        | argument   |
        | 0          |
        | 4294967295 |

    @VFIO-RST2-01 @needs:device-alone-on-bus
    Scenario: the kernel restores what it knows after a reset of the bus
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it writes "0x2a" to INTERRUPT_LINE of device "nic"
      And it writes "4 GiB - 1" to BASE_ADDRESS_0 of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then device "nic" shows:
        | COMMAND        | MEMORY, MASTER |
        | INTERRUPT_LINE | 0x2a           |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB  |
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |

    @VFIO-RST2-02 @needs:device-alone-on-bus
    Scenario: registers that are switched off stay so
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it writes "MASTER" to COMMAND of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then it succeeds
      And device "nic" shows:
        | COMMAND | MASTER |
      When it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it sets "MEMORY" in COMMAND of device "nic"
      And it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |

  Rule: interrupts stay connected

    @VFIO-RST2-04 @needs:device-alone-on-bus
    Scenario: the pin is heard after a reset
      Given a device "nic" alone on a bus
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_RESET
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-RST2-04 @needs:device-alone-on-bus
    Scenario: a pin that is masked stays masked
      Given a device "nic" alone on a bus
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it calls VFIO_DEVICE_RESET
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-RST2-04 @needs:device-alone-on-bus @needs:reserved-iova
    Scenario: messages are signalled after a reset
      Given a device "nic" alone on a bus
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And it calls VFIO_DEVICE_RESET
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-RST2-04 @needs:device-with-function-level-reset @needs:msix-causes
    Scenario: each vector of the table is signalled after a reset
      Given a device "nic" with:
        | function level reset | yes |
        | MSI-X vectors        | 8   |
      And an eventfd "one"
      And an eventfd "two"
      When it binds device "nic" to the iommufd
      And it connects vector 0 of MSI-X of device "nic" to eventfd "one"
      And it connects vector 7 of MSI-X of device "nic" to eventfd "two"
      And it sets "MASTER" in COMMAND of device "nic"
      And it calls VFIO_DEVICE_RESET
      And device "nic" raises cause 129
      Then eventfd "one" was signalled once
      And eventfd "two" was signalled once
