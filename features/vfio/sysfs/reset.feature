@any-iommu @needs:vfio-sysfs
Feature: resets in sysfs
  The kernel can reset a device that a process has open, and root can say how, or not at all.

  Background:
    Given an iommufd

  Rule: a device has a reset, or has none

    @VFIO-SYS-07
    Scenario: one that has none has no such files
      Given a device "nic"
      Then file "driver_override" of device "nic" exists
      And file "reset" of device "nic" does not exist
      And file "reset_method" of device "nic" does not exist

    @VFIO-SYS-07 @needs:device-with-function-level-reset
    Scenario Outline: no word but 1 is taken: <word>
      Given a device "nic" that can be reset alone
      When it writes "<word>" to file "reset" of device "nic"
      Then it fails with EINVAL
      When it writes "1" to file "reset" of device "nic"
      Then it succeeds

      Examples:
        | word |
        | 0    |
        | 2    |
        | -1   |
        | yes  |

    @VFIO-SYS-07 @needs:device-alone-on-bus
    Scenario: methods can be taken away, and given back
      Given a device "nic" alone on a bus
      Then file "reset_method" of device "nic" says "bus"
      When it writes a newline to file "reset_method" of device "nic"
      Then it succeeds
      And file "reset" of device "nic" exists
      And file "reset_method" of device "nic" says ""
      When it writes "1" to file "reset" of device "nic"
      Then it fails with ENOTTY
      When it writes "bus" to file "reset_method" of device "nic"
      Then file "reset_method" of device "nic" says "bus"
      When it writes "1" to file "reset" of device "nic"
      Then it succeeds

    @VFIO-SYS-07 @needs:device-alone-on-bus
    Scenario: default is all that there are
      Given a device "nic" alone on a bus
      When it writes a newline to file "reset_method" of device "nic"
      And it writes "default" to file "reset_method" of device "nic"
      Then it succeeds
      And file "reset_method" of device "nic" says "bus"

    @VFIO-SYS-07 @needs:device-alone-on-bus
    Scenario Outline: a word that is not known, or not this device's, changes nothing: <words>
      Given a device "nic" alone on a bus
      When it writes "<words>" to file "reset_method" of device "nic"
      Then it fails with EINVAL
      And file "reset_method" of device "nic" says "bus"

      Examples:
        | words      |
        | nothing    |
        | BUS        |
        | bus,       |
        | flr        |
        | bus flr    |
        | default bus |

    @VFIO-SYS-07 @needs:device-with-function-level-reset
    Scenario: the first method is that of the function
      Given a device "nic" that can be reset alone
      When it writes "flr" to file "reset_method" of device "nic"
      Then it succeeds
      And file "reset_method" of device "nic" says "flr"

  Rule: a device without methods has no reset for its user either

    @VFIO-RST2-08 @needs:device-alone-on-bus
    Scenario: it loses them while it is open
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd
      And it writes a newline to file "reset_method" of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | with RESET |
      When it writes "default" to file "reset_method" of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then it succeeds

    @VFIO-RST2-08 @needs:device-with-function-level-reset
    Scenario: a function level reset is none then
      Given a device "nic" that can be reset alone
      When it writes a newline to file "reset_method" of device "nic"
      And it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | without RESET |
      When it calls VFIO_DEVICE_RESET
      Then it fails with EINVAL
      When it writes "default" to file "reset_method" of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then it fails with EINVAL
      When it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_INFO
      Then it returns:
        | flags | with RESET |

  Rule: the user of a device that is reset is not told

    @VFIO-SYS-08 @needs:device-with-function-level-reset @needs:edu-registers @needs:registers-reset
    Scenario: registers are as after power-on, and the configuration as before
      Given a device "nic" that can be reset alone
      And an eventfd "request"
      And an eventfd "error"
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it connects REQ of device "nic" to eventfd "request"
      And it connects ERR of device "nic" to eventfd "error"
      And it writes "7" to EDU_LIVENESS of device "nic"
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it writes "42" to INTERRUPT_LINE of device "nic"
      And it writes "1" to file "reset" of device "nic"
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS   | 0              |
        | COMMAND        | MEMORY, MASTER |
        | INTERRUPT_LINE | 42             |
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And eventfd "request" was not signalled
      And eventfd "error" was not signalled

    @VFIO-SYS-08 @needs:device-alone-on-bus @needs:edu-registers
    Scenario: a reset of its bus leaves its configuration, its mappings and its interrupts
      Given a device "nic" alone on a bus
      And an eventfd "request"
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it connects REQ of device "nic" to eventfd "request"
      And it connects INTx of device "nic" to eventfd "line"
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it writes "4 GiB - 1" to BASE_ADDRESS_0 of device "nic"
      And it writes "1" to file "reset" of device "nic"
      Then it succeeds
      And device "nic" shows:
        | COMMAND        | MEMORY, MASTER |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB  |
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And eventfd "request" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: sysfs says what became of the power of a device

    @VFIO-SYS-09 @needs:device-with-power-management
    Scenario: it is asleep, and then awake
      Given a device "nic" with power management
      When it binds device "nic" to the iommufd
      Then file "power_state" of device "nic" says "D0"
      When it writes "STATE 3" to PM_CTRL of device "nic"
      Then file "power_state" of device "nic" says "D3hot"
      When it writes "STATE 0" to PM_CTRL of device "nic"
      Then file "power_state" of device "nic" says "D0"

    @VFIO-SYS-09 @needs:device-with-power-management
    Scenario: it is awake when it was closed
      Given a device "nic" with power management
      When it binds device "nic" to the iommufd
      And it writes "STATE 3" to PM_CTRL of device "nic"
      And it closes device "nic"
      Then file "power_state" of device "nic" says "D0"

    @VFIO-RST2-03 @needs:device-with-power-management @needs:device-alone-on-bus
    Scenario: it is awake after a reset
      Given a device "nic" with:
        | power management  | yes |
        | bus of its own    | yes |
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it writes "STATE 3" to PM_CTRL of device "nic"
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it calls VFIO_DEVICE_RESET
      Then it succeeds
      And file "power_state" of device "nic" says "D0"
      And device "nic" shows:
        | PM_CTRL | without STATE 3 |
      When it loads 4 bytes from buffer "window"
      Then it succeeds

  Rule: a bus that is reset behind the back of VFIO takes the BARs of a device from it until its user writes the command register

    Background:
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd

    @VFIO-CFG-44 @needs:device-alone-on-bus @needs:edu-registers
    Scenario: what is virtual stays, and accesses are not refused and reach nobody
      Given a buffer "ram" of 1 page
      When it writes "7" to INTERRUPT_LINE of device "nic"
      And it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "nic"
      And it writes "7" to EDU_LIVENESS of device "nic"
      Then it returns 4 bytes
      When it resets the bus of device "nic" by its bridge
      Then device "nic" shows:
        | COMMAND        | 0             |
        | INTERRUPT_LINE | 7             |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB |
      When it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes
      When it writes "9" to EDU_LIVENESS of device "nic"
      Then it returns 4 bytes
      When it writes "MEMORY" to COMMAND of device "nic"
      Then device "nic" shows:
        | COMMAND        | MEMORY               |
        | EDU_ID         | EDU                  |
        | EDU_LIVENESS   | without bit 1, bit 2 |
        | INTERRUPT_LINE | 7                    |
        | BASE_ADDRESS_0 | 4 GiB - 1 MiB        |

    @VFIO-CFG-44 @needs:device-alone-on-bus @needs:edu-registers
    Scenario: a mapping finds nobody until then
      When it mmaps BAR 0 of device "nic" as "window"
      And it stores the word 7 in buffer "window" + 4
      Then it succeeds
      When it resets the bus of device "nic" by its bridge
      And it stores the word 9 in buffer "window" + 4
      Then it succeeds
      When it sets "MEMORY" in COMMAND of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | without bit 1, bit 2 |
      When it stores the word 5 in buffer "window" + 4
      Then buffer "window" + 4 holds:
        | liveness  |
        | 4 GiB - 6 |
