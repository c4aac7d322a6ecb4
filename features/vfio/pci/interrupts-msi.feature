@needs:vfio-device @needs:edu-registers @needs:reserved-iova
Feature: VFIO_DEVICE_SET_IRQS of MSI and MSI-X
  A message is a write of the device to where the processor takes interrupts: it goes as far as the device may write at all.
  Each vector has an eventfd, and nothing masks itself.

  Background:
    Given an iommufd
    And a device "nic"
    And an eventfd "line"
    And it binds device "nic" to the iommufd

  Rule: each message is signalled

    @VFIO-INT-17
    Scenario: every cause is told, and nothing has to be unmasked
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When device "nic" raises cause 1
      And device "nic" raises cause 2
      Then eventfd "line" was signalled twice

    @VFIO-INT-17
    Scenario: what keeps a pin off its line is nothing to a message
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And it sets "INTX_DISABLE" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-17 @VFIO-CFG-18
    Scenario: a device that is no bus master sends no message
      When it connects MSI of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it clears "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled

    @VFIO-IRQ-01
    Scenario: a device tells how many vectors it has
      When it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | MSI_IRQ_INDEX |
      Then it returns:
        | flags | EVENTFD, NORESIZE |
        | count | 1                 |
      When it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | MSIX_IRQ_INDEX |
      Then it returns:
        | count | 0 |

    @VFIO-INT-20
    Scenario: it is connected while the device does not answer at its registers
      When it writes "MASTER" to COMMAND of device "nic"
      And it connects MSI of device "nic" to eventfd "line"
      And it connects MSI of device "nic" to eventfd "line"
      Then device "nic" shows:
        | COMMAND | MASTER |
      When it sets "MEMORY" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: one kind is active at a time

    @VFIO-INT-12
    Scenario: what is not connected is neither triggered nor disconnected
      When it triggers MSI of device "nic"
      Then it fails with EINVAL
      When it disconnects MSI of device "nic"
      Then it fails with EINVAL
      When it connects MSI of device "nic" to eventfd "line"
      And it triggers MSI of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-12
    Scenario: messages are refused while the pin is connected, and the pin while messages are
      Given an eventfd "other line"
      When it connects INTx of device "nic" to eventfd "line"
      And it connects MSI of device "nic" to eventfd "other line"
      Then it fails with EINVAL
      When it triggers MSI of device "nic"
      Then it fails with EINVAL
      When it disconnects MSI of device "nic"
      Then it fails with EINVAL
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When device "nic" drops cause 1
      And it disconnects INTx of device "nic"
      And it connects MSI of device "nic" to eventfd "other line"
      Then it succeeds
      When it connects INTx of device "nic" to eventfd "line"
      Then it fails with EINVAL
      When it disconnects INTx of device "nic"
      Then it fails with EINVAL
      When it triggers MSI of device "nic"
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled

    @VFIO-IRQ-04
    Scenario: the pin is refused also while nobody listens to messages
      When it connects MSI of device "nic" to nothing
      And it connects INTx of device "nic" to eventfd "line"
      Then it fails with EINVAL
      When it disconnects MSI of device "nic"
      And it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-IRQ-03
    Scenario Outline: MSI is not known to <action>
      When it connects MSI of device "nic" to eventfd "line"
      And it <action> MSI of device "nic"
      Then it fails with ENOTTY
      When it triggers MSI of device "nic"
      Then eventfd "line" was signalled once

      Examples:
        | action  |
        | masks   |
        | unmasks |

  Rule: an eventfd can be another one, or none

    @VFIO-INT-18
    Scenario: the new one takes its place, and a vector can be silenced
      Given an eventfd "other line"
      When it connects MSI of device "nic" to eventfd "line"
      And it connects MSI of device "nic" to eventfd "other line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled
      When it clears "MASTER" in COMMAND of device "nic"
      And it connects MSI of device "nic" to nothing
      And it triggers MSI of device "nic"
      Then it succeeds
      And eventfd "other line" was not signalled
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-18
    Scenario: a bool says whether a vector is meant
      When it connects MSI of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | MSI_IRQ_INDEX             |
        | count | 1                         |
        | data  | 0                         |
      Then eventfd "line" was not signalled
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | MSI_IRQ_INDEX             |
        | count | 1                         |
        | data  | 1                         |
      Then eventfd "line" was signalled once

    @VFIO-INT-19
    Scenario: a vector that was silenced writes to IOVA 0
      Given an IOAS "guest"
      And a buffer "ram" of 1 page
      When it attaches device "nic" to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 0 read-write
      And it sets "MASTER" in COMMAND of device "nic"
      And it stores the word 0x1234 in buffer "ram"
      And it connects MSI of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      And buffer "ram" holds:
        | word   |
        | 0x1234 |
      When it connects MSI of device "nic" to nothing
      And device "nic" raises cause 1
      Then buffer "ram" holds:
        | word |
        | 0    |
      And eventfd "line" was not signalled

  Rule: a first eventfd that is refused leaves nothing active

    @VFIO-INT-23
    Scenario Outline: <file> is refused
      Given a memfd "file" of 1 page
      When it connects MSI of device "nic" to <file>
      Then it fails with <errno>
      When it triggers MSI of device "nic"
      Then it fails with EINVAL
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | file         | errno  |
        | a closed fd  | EBADF  |
        | memfd "file" | EINVAL |

    @VFIO-IRQ-06
    Scenario: a vector that has one loses it, and the kind stays active
      When it connects MSI of device "nic" to eventfd "line"
      And it connects MSI of device "nic" to a closed fd
      Then it fails with EBADF
      When it triggers MSI of device "nic"
      Then it succeeds
      And eventfd "line" was not signalled
      When it connects INTx of device "nic" to eventfd "line"
      Then it fails with EINVAL
      When it connects MSI of device "nic" to eventfd "line"
      And it triggers MSI of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-13
    Scenario: no vector at all is ERANGE
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_EVENTFD, ACTION_TRIGGER |
        | index | MSI_IRQ_INDEX                |
      Then it fails with ERANGE
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: no message is signalled when it is disconnected, or the device closed

    @VFIO-IRQ-05
    Scenario: it is disconnected, and the pin works again
      Given an eventfd "other line"
      When it connects MSI of device "nic" to eventfd "line"
      And it disconnects MSI of device "nic"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it triggers MSI of device "nic"
      Then it fails with EINVAL
      When device "nic" drops cause 1
      And it connects INTx of device "nic" to eventfd "other line"
      And device "nic" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled

    @VFIO-IRQ-05
    Scenario: the device is closed, and has another owner
      Given an eventfd "other line"
      When it connects MSI of device "nic" to eventfd "line"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When device "nic" drops cause 1
      And it connects MSI of device "nic" to eventfd "other line"
      And device "nic" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled
