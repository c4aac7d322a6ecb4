@any-iommu @needs:runtime-pm @needs:edu-registers @needs:device-with-power-management
Feature: a VFIO device that sleeps
  A kernel with CONFIG_PM suspends a device that nobody uses, and one that its user lets sleep, until it is used again.

  Background:
    Given an iommufd
    And a device "nic" with power management

  Rule: a device that is not open sleeps

    @VFIO-PM-06
    Scenario: it is awake while it is open
      Then file "power/runtime_status" of device "nic" says "suspended"
      And file "power_state" of device "nic" says "D3hot"
      When it binds device "nic" to the iommufd
      Then file "power/runtime_status" of device "nic" says "active"
      And file "power_state" of device "nic" says "D0"
      And device "nic" shows:
        | COMMAND | with MEMORY |
      When it closes device "nic"
      Then file "power/runtime_status" of device "nic" says "suspended"
      And file "power_state" of device "nic" says "D3hot"

  Rule: a device that its user lets sleep is awake while he uses it

    @VFIO-PM-07
    Scenario: it sleeps between two calls, and keeps its command register
      When it binds device "nic" to the iommufd
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then file "power/runtime_status" of device "nic" says "suspended"
      And file "power_state" of device "nic" says "D3hot"
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6      |
        | COMMAND      | MEMORY, MASTER |
      And file "power/runtime_status" of device "nic" says "suspended"
      When it calls VFIO_DEVICE_GET_INFO
      Then file "power/runtime_status" of device "nic" says "suspended"
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      Then file "power/runtime_status" of device "nic" says "active"
      And device "nic" shows:
        | COMMAND | MEMORY, MASTER |

    @VFIO-PM-10
    Scenario: what its user has put to sleep is awake after the next access
      When it binds device "nic" to the iommufd
      And it writes "STATE 3" to PM_CTRL of device "nic"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it calls VFIO_DEVICE_GET_INFO
      Then device "nic" shows:
        | PM_CTRL | without STATE 3 |
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      Then file "power_state" of device "nic" says "D0"

  Rule: who wants to know when it wakes up is told once

    @VFIO-PM-08
    Scenario Outline: it is woken by <what>
      Given an eventfd "wake"
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 0            |
      Then file "power/runtime_status" of device "nic" says "suspended"
      When it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      And eventfd "wake" was not signalled
      And file "power/runtime_status" of device "nic" says "suspended"
      When it <what>
      Then eventfd "wake" was signalled once
      And file "power/runtime_status" of device "nic" says "active"
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And eventfd "wake" was not signalled
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds

      Examples:
        | what                                    |
        | writes "5" to EDU_LIVENESS of device "nic"    |
        | writes "42" to INTERRUPT_LINE of device "nic" |
        | calls VFIO_DEVICE_GET_INFO              |

    @VFIO-PM-08
    Scenario: it is woken by the end of low power
      Given an eventfd "wake"
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 0            |
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      Then eventfd "wake" was signalled once
      And file "power/runtime_status" of device "nic" says "active"

  Rule: its pin is masked while it sleeps

    @VFIO-PM-12
    Scenario: it is heard when it is awake
      Given an eventfd "line"
      When it binds device "nic" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-PM-12
    Scenario: it stays masked where its user has masked it
      Given an eventfd "line"
      When it binds device "nic" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once
