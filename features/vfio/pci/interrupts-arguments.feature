@any-iommu @needs:vfio-device @needs:edu-registers
Feature: VFIO_DEVICE_GET_IRQ_INFO and the arguments of VFIO_DEVICE_SET_IRQS

  Background:
    Given an iommufd
    And a device "nic"
    And an eventfd "line"
    And it binds device "nic" to the iommufd

  Rule: a device tells which interrupts it has

    @VFIO-IRQ-01
    Scenario Outline: an endpoint with a pin tells of <index>
      When it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | <index> |
      Then it succeeds
      And it returns:
        | flags | <flags> |
        | count | 1       |
        | index | <index> |
        | argsz | 16      |

      Examples:
        | index          | flags                         |
        | INTX_IRQ_INDEX | EVENTFD, MASKABLE, AUTOMASKED |
        | REQ_IRQ_INDEX  | EVENTFD, NORESIZE             |
        | ERR_IRQ_INDEX  | EVENTFD, NORESIZE             |

    @VFIO-IRQ-01
    Scenario Outline: a question with <form> is refused
      When it calls VFIO_DEVICE_GET_IRQ_INFO with <form>
      Then it fails with <errno>

      Examples:
        | form                                | errno  |
        | a size of 0                         | EINVAL |
        | one byte less than its minimum size | EINVAL |
        | a null pointer                      | EFAULT |
        | read-only memory                    | EFAULT |

    @VFIO-IRQ-01
    Scenario: there are five of them
      When it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | 5 |
      Then it fails with EINVAL
      And it wrote nothing back

  Rule: what is not understood is refused, before anything is done

    @VFIO-IRQ-02
    Scenario Outline: <what> is refused
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | argsz | <argsz> |
        | flags | <flags> |
        | index | <index> |
        | start | <start> |
        | count | <count> |
        | data  | 1       |
      Then it fails with EINVAL
      And eventfd "line" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | what                    | argsz | flags                                | index | start | count          |
        | a short struct          | 19    | DATA_NONE, ACTION_TRIGGER            | 0     | 0     | 1              |
        | an index that is none   | 21    | DATA_NONE, ACTION_TRIGGER            | 5     | 0     | 1              |
        | an unknown flag         | 21    | DATA_NONE, ACTION_TRIGGER, bit 6     | 0     | 0     | 1              |
        | the highest flag        | 21    | DATA_NONE, ACTION_TRIGGER, bit 31    | 0     | 0     | 1              |
        | a start behind the last | 21    | DATA_NONE, ACTION_TRIGGER            | 0     | 1     | 0              |
        | a count beyond the last | 21    | DATA_NONE, ACTION_TRIGGER            | 0     | 0     | 2              |
        | a sum that wraps        | 21    | DATA_NONE, ACTION_TRIGGER            | 0     | 0     | 4 GiB - 1 byte |
        | no type of data         | 21    | ACTION_TRIGGER                       | 0     | 0     | 1              |
        | two types of data       | 21    | DATA_NONE, DATA_BOOL, ACTION_TRIGGER | 0     | 0     | 1              |
        | bools without data      | 20    | DATA_BOOL, ACTION_TRIGGER            | 0     | 0     | 1              |
        | eventfds in a byte      | 21    | DATA_EVENTFD, ACTION_TRIGGER         | 0     | 0     | 1              |
        | eventfds in three bytes | 23    | DATA_EVENTFD, ACTION_TRIGGER         | 0     | 0     | 1              |

    @VFIO-IRQ-02
    Scenario: what lies behind the data does not matter
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | argsz | 4 GiB - 1 byte            |
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | count | 1                         |
        | data  | 1                         |
      Then it succeeds
      And eventfd "line" was signalled once

    @VFIO-INT-10
    Scenario Outline: <case> is <errno>
      When it calls VFIO_DEVICE_SET_IRQS with <form> and:
        | flags | <data>, <action> |
        | index | <index>          |
        | start | <start>          |
        | count | <count>          |
      Then it fails with <errno>
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples: the struct
        | case                         | form           | data      | action         | index | start | count | errno  |
        | no struct                    | a null pointer | DATA_NONE | ACTION_TRIGGER | 7     | 0     | 1     | EFAULT |
        | a struct that cannot be read | a bad pointer  | DATA_NONE | ACTION_TRIGGER | 0     | 0     | 0     | EFAULT |

      Examples: the values, before the data is read
        | case                    | form                 | data         | action         | index | start | count | errno  |
        | an unknown index        | a tail in bad memory | DATA_BOOL    | ACTION_TRIGGER | 7     | 0     | 1     | EINVAL |
        | a start behind the last | a tail in bad memory | DATA_BOOL    | ACTION_TRIGGER | 4     | 1     | 1     | EINVAL |
        | a count beyond the last | a tail in bad memory | DATA_EVENTFD | ACTION_TRIGGER | 4     | 0     | 2     | EINVAL |

      Examples: the data, before what is to be done with it
        | case                                          | form                 | data         | action         | index | start | count | errno  |
        | data that cannot be read                      | a tail in bad memory | DATA_EVENTFD | ACTION_TRIGGER | 0     | 0     | 1     | EFAULT |
        | data of an unknown action that cannot be read | a tail in bad memory | DATA_BOOL    | ACTION_MASK    | 4     | 0     | 1     | EFAULT |

      Examples: what is to be done, before what is there
        | case                               | form         | data      | action         | index | start | count | errno  |
        | an unknown action                  | a size of 20 | DATA_NONE | ACTION_MASK    | 4     | 0     | 1     | ENOTTY |
        | a trigger of what is not connected | a size of 20 | DATA_NONE | ACTION_TRIGGER | 0     | 0     | 1     | EINVAL |

    @VFIO-IRQ-03
    Scenario Outline: for <index> the flags DATA_NONE<action> are unknown
      When it connects INTx of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_NONE<action> |
        | index | <index>           |
        | count | 1                 |
      Then it fails with ENOTTY
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

      Examples:
        | index          | action                                       |
        | INTX_IRQ_INDEX |                                              |
        | INTX_IRQ_INDEX | , ACTION_MASK, ACTION_UNMASK                 |
        | INTX_IRQ_INDEX | , ACTION_UNMASK, ACTION_TRIGGER              |
        | INTX_IRQ_INDEX | , ACTION_MASK, ACTION_UNMASK, ACTION_TRIGGER |
        | REQ_IRQ_INDEX  | , ACTION_MASK                                |
        | REQ_IRQ_INDEX  | , ACTION_UNMASK                              |
        | REQ_IRQ_INDEX  | , ACTION_MASK, ACTION_TRIGGER                |

      @VFIO-IRQ-01
      Examples: errors, which not every device has in older kernels
        | index         | action          |
        | ERR_IRQ_INDEX | , ACTION_MASK   |
        | ERR_IRQ_INDEX | , ACTION_UNMASK |

  Rule: an error of the bus and the wish to have the device back have eventfds of their own

    @VFIO-INT-24
    Scenario Outline: <kind> is signalled by hand, and taken away
      When it triggers <kind> of device "nic"
      Then it fails with EINVAL
      When it disconnects <kind> of device "nic"
      Then it fails with EINVAL
      When it connects <kind> of device "nic" to eventfd "line"
      And it triggers <kind> of device "nic"
      Then eventfd "line" was signalled once
      When it disconnects <kind> of device "nic"
      And it triggers <kind> of device "nic"
      Then it fails with EINVAL
      When it connects <kind> of device "nic" to eventfd "line"
      And it connects <kind> of device "nic" to nothing
      And it connects <kind> of device "nic" to nothing
      And it triggers <kind> of device "nic"
      Then it fails with EINVAL
      And eventfd "line" was not signalled

      Examples:
        | kind |
        | ERR  |
        | REQ  |

    @VFIO-INT-24
    Scenario Outline: a bool for <kind> needs nobody
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | <index>                   |
        | count | 1                         |
        | data  | 1                         |
      Then it succeeds
      When it connects <kind> of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | <index>                   |
        | count | 1                         |
        | data  | 0                         |
      Then eventfd "line" was not signalled
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | <index>                   |
        | count | 1                         |
        | data  | 1                         |
      Then eventfd "line" was signalled once

      Examples:
        | kind | index         |
        | ERR  | ERR_IRQ_INDEX |
        | REQ  | REQ_IRQ_INDEX |

    @VFIO-INT-24
    Scenario Outline: <data>, <count> times <value>, is refused for REQ
      When it connects REQ of device "nic" to eventfd "line"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | <data>, ACTION_TRIGGER |
        | index | REQ_IRQ_INDEX          |
        | count | <count>                |
        | data  | <value>                |
      Then it fails with <errno>
      When it triggers REQ of device "nic"
      Then eventfd "line" was signalled once

      Examples:
        | data         | count | value           | errno  |
        | DATA_BOOL    | 0     | 1               | EINVAL |
        | DATA_EVENTFD | 0     | s32 -1          | EINVAL |
        | DATA_EVENTFD | 2     | s32 -1, -1      | EINVAL |
        | DATA_EVENTFD | 1     | s32 -2          | EINVAL |
        | DATA_EVENTFD | 1     | s32 a closed fd | EBADF  |

    @VFIO-INT-24
    Scenario: they are there beside an interrupt by pin
      Given an eventfd "request"
      When it connects INTx of device "nic" to eventfd "line"
      And it connects REQ of device "nic" to eventfd "request"
      And it triggers REQ of device "nic"
      Then eventfd "request" was signalled once
      And eventfd "line" was not signalled
      When it disconnects REQ of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
