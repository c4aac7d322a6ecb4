@any-iommu @needs:edu-registers
Feature: low power of a VFIO device
  Its user lets a device sleep: the mappings of its BARs are gone until it is taken back. Whether it does sleep is another
  matter; here it is too early for that.

  Background:
    Given an iommufd
    And a device "nic"
    And it binds device "nic" to the iommufd
    And it mmaps BAR 0 of device "nic" as "window"

  Rule: mappings are gone until the device is taken back

    @VFIO-PM-03
    Scenario: an access gives SIGBUS, and all else works
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it stores the word 7 in buffer "window" + 4
      Then it gets SIGBUS
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6   |
        | COMMAND      | with MEMORY |
      When it calls VFIO_DEVICE_GET_INFO
      Then it succeeds
      When it loads 4 bytes from buffer "window"
      Then it gets SIGBUS

    @VFIO-PM-03
    Scenario: the command register does not bring them back
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it clears "MEMORY" in COMMAND of device "nic"
      And it sets "MEMORY" in COMMAND of device "nic"
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |

    @VFIO-PM-03
    Scenario: a mapping that is made meanwhile is none either
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it mmaps BAR 0 of device "nic" as "new window"
      And it loads 4 bytes from buffer "new window"
      Then it gets SIGBUS
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      And it stores the word 5 in buffer "new window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |

    @VFIO-PM-04
    Scenario: they are back when it is taken back
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      And it stores the word 5 in buffer "window" + 4
      Then it succeeds
      And buffer "window" + 4 holds:
        | liveness  |
        | 4 GiB - 6 |

    @VFIO-PM-11
    Scenario: the next owner has them
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it munmaps 1 page of buffer "window"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "new window"
      And it stores the word 5 in buffer "new window" + 4
      Then it succeeds
      And buffer "new window" + 4 holds:
        | liveness  |
        | 4 GiB - 6 |
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it succeeds

  Rule: it is entered once, and left as often as one likes

    @VFIO-PM-02
    Scenario: a second entry is refused in either form
      Given an eventfd "wake"
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 0            |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 0            |
      Then it succeeds
      When it loads 4 bytes from buffer "window"
      Then it gets SIGBUS

    @VFIO-PM-02
    Scenario: it is left without having been entered
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      Then it succeeds
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY |
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      Then it succeeds
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |

  Rule: an eventfd is for a device that really sleeps

    @VFIO-PM-09
    Scenario: nothing is signalled, and nothing but its end ends it
      Given an eventfd "wake"
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 0            |
      And it writes "5" to EDU_LIVENESS of device "nic"
      And it calls VFIO_DEVICE_GET_INFO
      And it loads 4 bytes from buffer "window"
      Then it gets SIGBUS
      And eventfd "wake" was not signalled
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_EXIT |
      And it loads 4 bytes from buffer "window"
      Then it succeeds
      And eventfd "wake" was not signalled

    @VFIO-PM-05
    Scenario Outline: <data> is refused with <errno>
      Given an eventfd "wake"
      And a memfd "file" of 1 page
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | <data>                           |
      Then it fails with <errno>
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
        | data  | s32 eventfd "wake", 7            |
      Then it succeeds

      Examples:
        | data                | errno  |
        | s32 eventfd "wake"  | EINVAL |
        | s32 -1, 0           | EINVAL |
        | s32 memfd "file", 0 | EINVAL |
        | s32 a closed fd, 0  | EBADF  |

    @VFIO-PM-05
    Scenario: a struct that cannot be read is refused
      When it calls VFIO_DEVICE_FEATURE with a tail in bad memory and:
        | flags | SET, LOW_POWER_ENTRY_WITH_WAKEUP |
      Then it fails with EFAULT
      When it stores the word 5 in buffer "window" + 4
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
