@needs:vfio-device @needs:edu-registers
Feature: VFIO_DEVICE_SET_IRQS of INTx
  The pin of a device is a level: the kernel takes an interrupt, masks the device by a bit of its command register, signals
  an eventfd, and whoever has served the device unmasks it again.

  Background:
    Given an iommufd
    And a device "nic"
    And an eventfd "line"
    And it binds device "nic" to the iommufd

  Rule: an interrupt is signalled once, and masks itself

    @VFIO-INT-03
    Scenario: more causes are told once it is unmasked, and once
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When device "nic" raises cause 2
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once
      When device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-03
    Scenario: a device that was served is silent until the next cause
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      And device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once
      When device "nic" raises cause 4
      Then eventfd "line" was signalled once

    @VFIO-INT-03
    Scenario: what is dropped while it is masked is not told
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And device "nic" raises cause 1
      And device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      Then eventfd "line" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-03 @needs:shared-group
    Scenario: each device of a group is told of its own
      Given a device "neighbour" in the group of device "nic"
      And an eventfd "other line"
      When it binds device "neighbour" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it connects INTx of device "neighbour" to eventfd "other line"
      And device "neighbour" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once
      And eventfd "other line" was not signalled

  Rule: it is masked and unmasked by hand

    @VFIO-INT-04
    Scenario: a cause that comes while it is masked is told by the unmask
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it masks INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-04
    Scenario: it is unmasked as often as one likes
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic"
      And it unmasks INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-04
    Scenario: a bool says whether it is meant
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_MASK |
        | count | 1                      |
        | data  | 1                      |
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_UNMASK |
        | count | 1                        |
        | data  | 0                        |
      Then eventfd "line" was not signalled
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_UNMASK |
        | count | 1                        |
        | data  | 1                        |
      Then eventfd "line" was signalled once
      When device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_MASK |
        | count | 1                      |
        | data  | 0                      |
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-01
    Scenario Outline: what is not connected is not known to <action> with <data>
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | <data>, <action> |
        | count | <count>          |
        | data  | <value>          |
      Then it fails with EINVAL
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | action         | data         | count | value              |
        | ACTION_MASK    | DATA_BOOL    | 1     | 1                  |
        | ACTION_MASK    | DATA_EVENTFD | 1     | s32 eventfd "line" |
        | ACTION_UNMASK  | DATA_BOOL    | 1     | 1                  |
        | ACTION_UNMASK  | DATA_EVENTFD | 1     | s32 eventfd "line" |
        | ACTION_TRIGGER | DATA_BOOL    | 1     | 1                  |

    @VFIO-INT-01
    Scenario: what is not connected is neither masked nor triggered nor disconnected
      When it masks INTx of device "nic"
      Then it fails with EINVAL
      When it unmasks INTx of device "nic"
      Then it fails with EINVAL
      When it triggers INTx of device "nic"
      Then it fails with EINVAL
      When it disconnects INTx of device "nic"
      Then it fails with EINVAL

    @VFIO-INT-02
    Scenario Outline: <action> from <start> on and of <count> is refused
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_NONE, <action> |
        | start | <start>             |
        | count | <count>             |
      Then it fails with EINVAL
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | action         | start | count |
        | ACTION_MASK    | 1     | 1     |
        | ACTION_MASK    | 0     | 2     |
        | ACTION_MASK    | 0     | 0     |
        | ACTION_UNMASK  | 1     | 1     |
        | ACTION_UNMASK  | 0     | 0     |
        | ACTION_TRIGGER | 1     | 1     |
        | ACTION_TRIGGER | 0     | 2     |

    @VFIO-IRQ-04
    Scenario: an eventfd unmasks it, and does not mask it
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic" by eventfd "line"
      Then it fails with ENOTTY
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: it is unmasked by an eventfd

    @VFIO-INT-06 @VFIO-IRQ-04
    Scenario: a write to the eventfd unmasks, and is consumed
      Given an eventfd "served"
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic" by eventfd "served"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it writes 1 to eventfd "served"
      Then eventfd "line" was signalled once
      And eventfd "served" was not signalled
      When device "nic" drops cause 1
      And it writes 3 to eventfd "served"
      Then eventfd "line" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-06
    Scenario: an eventfd that was written before unmasks at once
      Given an eventfd "served" that counts 1
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      And device "nic" drops cause 1
      And it unmasks INTx of device "nic" by eventfd "served"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled twice

    @VFIO-INT-06
    Scenario: a second one is refused until the first is taken away
      Given an eventfd "served"
      And an eventfd "served as well"
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic" by eventfd "served"
      And it unmasks INTx of device "nic" by eventfd "served as well"
      Then it fails with EBUSY
      When it unmasks INTx of device "nic" by nothing
      And it unmasks INTx of device "nic" by nothing
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it writes 1 to eventfd "served"
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic" by eventfd "served as well"
      And it writes 1 to eventfd "served as well"
      Then eventfd "line" was signalled once

    @VFIO-INT-06
    Scenario: it goes when it is closed
      Given an eventfd "served"
      And an eventfd "served as well"
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic" by eventfd "served"
      And it closes eventfd "served"
      And it unmasks INTx of device "nic" by eventfd "served as well"
      Then it succeeds
      When device "nic" raises cause 1
      And it writes 1 to eventfd "served as well"
      Then eventfd "line" was signalled twice

    @VFIO-INT-07
    Scenario Outline: <file> is refused, whether one is there or not
      Given a memfd "file" of 1 page
      And an eventfd "served"
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic" by <file>
      Then it fails with <errno>
      When it unmasks INTx of device "nic" by eventfd "served"
      And it unmasks INTx of device "nic" by <file>
      Then it fails with <errno>
      When device "nic" raises cause 1
      And it writes 1 to eventfd "served"
      Then eventfd "line" was signalled twice

      Examples:
        | file         | errno  |
        | a closed fd  | EBADF  |
        | memfd "file" | EINVAL |

  Rule: it can be triggered by hand, which masks nothing

    @VFIO-INT-05
    Scenario: also while it is masked
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it triggers INTx of device "nic"
      And it triggers INTx of device "nic"
      Then eventfd "line" was signalled twice
      When it unmasks INTx of device "nic"
      And it triggers INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled twice

    @VFIO-INT-05
    Scenario: a bool says whether it is meant
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | count | 1                         |
        | data  | 0                         |
      Then eventfd "line" was not signalled
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | count | 1                         |
        | data  | 7                         |
      Then eventfd "line" was signalled once

    @VFIO-INT-05
    Scenario: nobody has to be told
      When it connects INTx of device "nic" to nothing
      And it triggers INTx of device "nic"
      Then it succeeds
      When it connects INTx of device "nic" to eventfd "line"
      Then eventfd "line" was not signalled
      When it triggers INTx of device "nic"
      Then eventfd "line" was signalled once

  Rule: the command register of the user keeps it off, whatever the kernel does with the device's

    @VFIO-INT-08
    Scenario: it is silent until it is allowed again
      When it connects INTx of device "nic" to eventfd "line"
      And it writes "MEMORY, INTX_DISABLE" to COMMAND of device "nic"
      And device "nic" raises cause 1
      And it unmasks INTx of device "nic"
      And it triggers INTx of device "nic"
      Then eventfd "line" was not signalled
      When it writes "MEMORY" to COMMAND of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-08
    Scenario: what was masked by hand is unmasked by it
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it writes "MEMORY, INTX_DISABLE" to COMMAND of device "nic"
      And it writes "MEMORY" to COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-08
    Scenario: it begins masked where it was kept off before
      When it writes "MEMORY, INTX_DISABLE" to COMMAND of device "nic"
      And device "nic" raises cause 1
      And it connects INTx of device "nic" to eventfd "line"
      Then eventfd "line" was not signalled
      When it writes "MEMORY" to COMMAND of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-08
    Scenario: another write of the command register leaves it masked
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-CFG-19
    Scenario: the bit in the command register is the user's, and that of the kernel does not show
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      And device "nic" shows:
        | COMMAND | without INTX_DISABLE |
        | STATUS  | with INTERRUPT       |
      When device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      And it masks INTx of device "nic"
      Then device "nic" shows:
        | COMMAND | without INTX_DISABLE |
      When device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it sets "INTX_DISABLE" in COMMAND of device "nic"
      And it unmasks INTx of device "nic"
      Then eventfd "line" was not signalled
      And device "nic" shows:
        | COMMAND | with INTX_DISABLE |
      When it clears "INTX_DISABLE" in COMMAND of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-11
    Scenario: whether the device answers at its registers is nothing to it
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      And it writes "MASTER" to COMMAND of device "nic"
      Then eventfd "line" was signalled once
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once
      When it writes "MEMORY" to COMMAND of device "nic"
      And device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

  Rule: the eventfd can be another one, or none

    @VFIO-INT-09
    Scenario: the new one takes its place
      Given an eventfd "other line"
      When it connects INTx of device "nic" to eventfd "line"
      And it connects INTx of device "nic" to eventfd "other line"
      And device "nic" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled

    @VFIO-INT-09
    Scenario Outline: what comes while there is none is told by the unmask, <when>
      When it connects INTx of device "nic" to <target>
      And it connects INTx of device "nic" to nothing
      And device "nic" raises cause 1
      And it connects INTx of device "nic" to eventfd "line"
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

      Examples:
        | when                        | target         |
        | where there was one before  | eventfd "line" |
        | where there was none before | nothing        |

    @VFIO-IRQ-06
    Scenario Outline: <file> is refused, and leaves the one before
      Given a memfd "file" of 1 page
      When it connects INTx of device "nic" to <file>
      Then it fails with <errno>
      When it triggers INTx of device "nic"
      Then it fails with EINVAL
      When it connects INTx of device "nic" to eventfd "line"
      And it connects INTx of device "nic" to <file>
      Then it fails with <errno>
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | file         | errno  |
        | a closed fd  | EBADF  |
        | memfd "file" | EINVAL |

  Rule: nothing is signalled when it is disconnected, or the device closed

    @VFIO-IRQ-04
    Scenario: it is disconnected
      When it connects INTx of device "nic" to eventfd "line"
      And it disconnects INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it triggers INTx of device "nic"
      Then it fails with EINVAL
      When device "nic" drops cause 1
      And it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-22 @needs:processes
    Scenario: the eventfd lives on after its number is closed
      Given a process "observer"
      When it connects INTx of device "nic" to eventfd "line"
      And it closes eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" of process "observer" was signalled once

    @VFIO-IRQ-04
    Scenario: the device is closed, and has another owner
      Given an eventfd "other line"
      When it connects INTx of device "nic" to eventfd "line"
      And it unmasks INTx of device "nic" by eventfd "other line"
      And it masks INTx of device "nic"
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to the iommufd
      And device "nic" raises cause 1
      And it triggers INTx of device "nic"
      Then it fails with EINVAL
      When it writes 1 to eventfd "other line"
      Then eventfd "line" was not signalled
      And eventfd "other line" was signalled once
      When device "nic" drops cause 1
      And it connects INTx of device "nic" to eventfd "other line"
      And device "nic" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled
