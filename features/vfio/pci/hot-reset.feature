@any-iommu @needs:vfio-device
Feature: VFIO_DEVICE_GET_PCI_HOT_RESET_INFO and VFIO_DEVICE_PCI_HOT_RESET
  A hot reset reaches all devices of a bus: whoever asks for it has to have all of them, by groups or by an iommufd.

  Background:
    Given an iommufd

  Rule: a device on the root bus has none

    @VFIO-HOT-01
    Scenario: there is no bus that could be reset
      Given a device "nic"
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with a size of 4096
      Then it fails with ENODEV
      When it calls VFIO_DEVICE_PCI_HOT_RESET
      Then it fails with ENODEV

    @VFIO-HOT-01
    Scenario Outline: a question with <form> is refused
      Given a device "nic"
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with <form>
      Then it fails with <errno>

      Examples:
        | form                                | errno  |
        | one byte less than its minimum size | EINVAL |
        | a null pointer                      | EFAULT |

  Rule: a device tells whom a reset reaches

    @VFIO-HOT-01 @needs:device-on-shared-bus
    Scenario Outline: <size> have no room for all of them
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a buffer "info" of 1 page
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with <size> of buffer "info"
      Then it fails with ENOSPC
      And buffer "info" holds:
        | argsz  | flags | count |
        | <size> | 0     | 2     |

      Examples:
        | size     |
        | 12 bytes |
        | 27 bytes |

    @VFIO-HOT-03 @needs:device-on-shared-bus
    Scenario: each has its id in the iommufd
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a buffer "info" of 1 page
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with 28 bytes of buffer "info"
      Then it succeeds
      And buffer "info" holds:
        | argsz | flags | count | nic |
        | 28    | 3     | 2     | 1   |
      And buffer "info" + 20 holds:
        | neighbour |
        | 2         |

    @VFIO-HOT-03 @needs:device-on-shared-bus
    Scenario: one that nobody has bound belongs to whoever has its group
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a buffer "info" of 1 page
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with 28 bytes of buffer "info"
      Then it succeeds
      And buffer "info" holds:
        | argsz | flags | count | nic |
        | 28    | 3     | 2     | 1   |
      And buffer "info" + 20 holds:
        | neighbour |
        | 0         |

    @VFIO-HOT-03 @needs:device-alone-on-bus
    Scenario: one that is alone is owned
      Given a device "nic" alone on a bus
      And a buffer "info" of 1 page
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with 20 bytes of buffer "info"
      Then it succeeds
      And buffer "info" holds:
        | argsz | flags | count | nic |
        | 20    | 3     | 1     | 1   |

    @VFIO-HOT-02 @needs:device-on-shared-bus @needs:vfio-group
    Scenario: of a device that came from its group the groups are told
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And an IOAS "guest"
      And a buffer "info" of 1 page
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_DEVICE_GET_PCI_HOT_RESET_INFO with 28 bytes of buffer "info"
      Then it succeeds
      And buffer "info" holds:
        | argsz | flags | count |
        | 28    | 0     | 2     |
      When it calls VFIO_DEVICE_PCI_HOT_RESET
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | count     | 1                         |
        | group_fds | the group of device "nic" |
      Then it succeeds

  Rule: the call has to say by what right

    @VFIO-HOT-04 @needs:device-on-shared-bus
    Scenario Outline: <what> is refused for a device that has a node
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a memfd "file" of 1 page
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | flags     | <flags>      |
        | count     | <count>      |
        | group_fds | memfd "file" |
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_PCI_HOT_RESET
      Then it succeeds

      Examples:
        | what    | flags | count |
        | a flag  | bit 0 | 0     |
        | a group | 0     | 1     |

    @VFIO-HOT-04 @needs:device-on-shared-bus @needs:vfio-group
    Scenario Outline: <fds> are refused with <errno> for a device that came from its group
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a memfd "file" of 1 page
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_DEVICE_PCI_HOT_RESET
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | count     | <count> |
        | group_fds | <fds>   |
      Then it fails with <errno>
      When it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | count     | 1                         |
        | group_fds | the group of device "nic" |
      Then it succeeds

      Examples:
        | fds                                      | count | errno  |
        | a closed fd                              | 1     | EBADF  |
        | memfd "file"                             | 1     | EINVAL |
        | the group of device "nic", a closed fd   | 2     | EBADF  |
        | memfd "file", memfd "file", memfd "file" | 3     | EINVAL |

    @VFIO-HOT-05 @needs:device-on-shared-bus @needs:vfio-group @needs:two-devices
    Scenario: the group of a device on another bus gives no right to this one
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And a device "stranger"
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it opens the group of device "stranger"
      And it writes "7" to EDU_LIVENESS of device "nic"
      And it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | count     | 1                              |
        | group_fds | the group of device "stranger" |
      Then it fails with EINVAL
      And device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 8 |
      When it calls VFIO_DEVICE_PCI_HOT_RESET with:
        | count     | 2                                                         |
        | group_fds | the group of device "stranger", the group of device "nic" |
      Then it succeeds

  Rule: all of them are reset, and stay as the kernel knows them

    @VFIO-RST2-06 @needs:device-on-shared-bus @needs:registers-reset
    Scenario: the registers of every device are as after power-on
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it writes "7" to EDU_LIVENESS of device "nic"
      And it writes "7" to EDU_LIVENESS of device "neighbour"
      And it writes "MEMORY, MASTER" to COMMAND of device "neighbour"
      And it calls VFIO_DEVICE_PCI_HOT_RESET
      Then it succeeds
      And device "nic" shows:
        | EDU_LIVENESS | 0      |
        | COMMAND      | MEMORY |
      And device "neighbour" shows:
        | EDU_LIVENESS | 0              |
        | COMMAND      | MEMORY, MASTER |

    @VFIO-RST2-06 @needs:device-on-shared-bus
    Scenario: interrupts, mappings and what is virtual stay
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it connects INTx of device "neighbour" to eventfd "line"
      And it writes "0x2a" to INTERRUPT_LINE of device "neighbour"
      And it mmaps BAR 0 of device "neighbour" as "window"
      And it calls VFIO_DEVICE_PCI_HOT_RESET
      And it stores the word 5 in buffer "window" + 4
      Then device "neighbour" shows:
        | EDU_LIVENESS   | 4 GiB - 6 |
        | INTERRUPT_LINE | 0x2a      |
      When device "neighbour" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-RST2-06 @needs:device-on-shared-bus @needs:reserved-iova
    Scenario: messages of another device are signalled after it
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      And an eventfd "line"
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it connects MSI of device "neighbour" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "neighbour"
      And it calls VFIO_DEVICE_PCI_HOT_RESET
      And device "neighbour" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-RST2-07 @needs:device-on-shared-bus @needs:registers-reset
    Scenario: the last one that is closed resets the bus, and the first one does not
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it writes "7" to EDU_LIVENESS of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 8 |
      When it closes device "neighbour"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      Then device "nic" shows:
        | EDU_LIVENESS | 0 |
