@needs:emulated-device
Feature: the states of a device that migrates

  A device is moved to another host by way of its states: it goes on running while much of it is copied, then it stops, then the
  rest is copied; on the other side it is fed. The kernel goes from any state to any other by the shortest way that there
  is, and gives a file where data begins to flow.

  Background:
    Given an iommufd
    And a device "port" that is emulated
    And it binds device "port" to the iommufd

  Rule: what a device can do is told

    @VFIO-MIG-01
    Scenario: a device tells the kinds of migration that it can do
      When it calls VFIO_DEVICE_FEATURE_MIGRATION
      Then it returns:
        | flags | STOP_COPY, P2P, PRE_COPY |

    @VFIO-MIG-01
    Scenario Outline: it cannot be told <how>
      When it calls VFIO_DEVICE_FEATURE_MIGRATION with:
        | feature | <how>, MIGRATION |
      Then it fails with EINVAL
      And it wrote nothing back
      And device "port" is in state RUNNING

      Examples:
        | how             |
        | SET             |
        | GET, SET        |
        | GET, SET, PROBE |
        | SET, PROBE      |

    @VFIO-MIG-01
    Scenario Outline: it is told with <form>
      When it calls VFIO_DEVICE_FEATURE_MIGRATION with <form>
      Then it returns:
        | flags | STOP_COPY, P2P, PRE_COPY |

      Examples:
        | form                                |
        | 8 zero bytes appended               |
        | 8 bytes, the last one set, appended |

    @VFIO-MIG-01
    Scenario Outline: it is not told with <form>
      When it calls VFIO_DEVICE_FEATURE_MIGRATION with <form>
      Then it fails with <errno>

      Examples:
        | form                                | errno  |
        | one byte less than its minimum size | EINVAL |
        | a bad pointer                       | EFAULT |

    @VFIO-MIG-03
    Scenario Outline: how much there will be is told in state <state>
      When it puts device "port" into state <state>
      And it calls VFIO_DEVICE_FEATURE_MIG_DATA_SIZE
      Then it succeeds
      And device "port" is in state <state>
      When it calls VFIO_DEVICE_FEATURE_MIG_DATA_SIZE with:
        | feature | SET, MIG_DATA_SIZE |
      Then it fails with EINVAL

      Examples:
        | state     |
        | RUNNING   |
        | STOP      |
        | RESUMING  |
        | PRE_COPY  |
        | STOP_COPY |

  Rule: a state is asked for and wanted by one struct

    @VFIO-MIG-02
    Scenario: a device that nobody has moved runs
      When it calls VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE
      Then it returns:
        | device_state | RUNNING |
        | data_fd      | -1      |
      When it calls VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE with:
        | feature      | GET, SET, PROBE, MIG_DEVICE_STATE |
        | device_state | STOP                              |
      Then it succeeds
      And it wrote nothing back
      And device "port" is in state RUNNING

    @VFIO-MIG-02
    Scenario Outline: a state in <form> changes nothing
      When it calls VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE with <form> and:
        | feature      | SET, MIG_DEVICE_STATE |
        | device_state | STOP                  |
      Then it fails with <errno>
      And device "port" is in state RUNNING

      Examples:
        | form                                | errno  |
        | a bad pointer                       | EFAULT |
        | one byte less than its minimum size | EINVAL |

    @VFIO-MIG-04
    Scenario Outline: the state that it is in already is wanted: <state>
      When it puts device "port" into state <state>
      Then it succeeds
      When it puts device "port" into state <state>
      Then it succeeds
      And it gets no migration data
      And device "port" is in state <state>

      Examples:
        | state        |
        | RUNNING      |
        | RUNNING_P2P  |
        | PRE_COPY     |
        | PRE_COPY_P2P |
        | STOP         |
        | STOP_COPY    |
        | RESUMING     |

    @VFIO-MIG-05
    Scenario Outline: <state> can be asked for by nobody
      When it puts device "port" into state STOP
      And it puts device "port" into state <state>
      Then it fails with EINVAL
      And it wrote back only "data_fd"
      And device "port" is in state STOP

      Examples:
        | state      |
        | ERROR      |
        | 8          |
        | 4294967295 |

    @VFIO-MIG-21
    Scenario: the state changes, though nobody learns of it
      When it puts device "port" into state STOP
      And it calls VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE with read-only memory and:
        | feature      | SET, MIG_DEVICE_STATE |
        | device_state | STOP_COPY             |
      Then it fails with EFAULT
      And device "port" is in state STOP_COPY
      And no file descriptor was left behind

    @VFIO-MIG-21 @needs:limits
    Scenario: the state changes, though there is no file descriptor for its data
      When it puts device "port" into state STOP
      Given it has a nofile limit of 0
      When it puts device "port" into state STOP_COPY
      Then it fails with EMFILE
      Given it has a nofile limit of 256
      Then device "port" is in state STOP_COPY
      And no file descriptor was left behind

  Rule: there is a way from almost any state to any other

    @VFIO-MIG-06
    Scenario Outline: it goes from <from> to <to>
      When it puts device "port" into state <from>
      And it puts device "port" into state <to>
      Then it succeeds
      And it gets <data>
      And device "port" is in state <to>

      Examples: running
        | from         | to           | data                  |
        | RUNNING      | RUNNING_P2P  | no migration data     |
        | RUNNING      | PRE_COPY     | migration data "file" |
        | RUNNING      | PRE_COPY_P2P | migration data "file" |
        | RUNNING      | STOP         | no migration data     |
        | RUNNING      | STOP_COPY    | migration data "file" |
        | RUNNING      | RESUMING     | migration data "file" |
        | RUNNING_P2P  | RUNNING      | no migration data     |
        | RUNNING_P2P  | PRE_COPY     | migration data "file" |
        | RUNNING_P2P  | PRE_COPY_P2P | migration data "file" |
        | RUNNING_P2P  | STOP         | no migration data     |
        | RUNNING_P2P  | STOP_COPY    | migration data "file" |
        | RUNNING_P2P  | RESUMING     | migration data "file" |

      Examples: being copied while it runs
        | from         | to           | data                  |
        | PRE_COPY     | RUNNING      | no migration data     |
        | PRE_COPY     | RUNNING_P2P  | no migration data     |
        | PRE_COPY     | PRE_COPY_P2P | no migration data     |
        | PRE_COPY     | STOP         | no migration data     |
        | PRE_COPY     | STOP_COPY    | no migration data     |
        | PRE_COPY     | RESUMING     | migration data "file" |
        | PRE_COPY_P2P | RUNNING      | no migration data     |
        | PRE_COPY_P2P | RUNNING_P2P  | no migration data     |
        | PRE_COPY_P2P | PRE_COPY     | no migration data     |
        | PRE_COPY_P2P | STOP         | no migration data     |
        | PRE_COPY_P2P | STOP_COPY    | no migration data     |
        | PRE_COPY_P2P | RESUMING     | migration data "file" |

      Examples: standing still
        | from         | to           | data                  |
        | STOP         | RUNNING      | no migration data     |
        | STOP         | RUNNING_P2P  | no migration data     |
        | STOP         | PRE_COPY     | migration data "file" |
        | STOP         | PRE_COPY_P2P | migration data "file" |
        | STOP         | STOP_COPY    | migration data "file" |
        | STOP         | RESUMING     | migration data "file" |
        | STOP_COPY    | RUNNING      | no migration data     |
        | STOP_COPY    | RUNNING_P2P  | no migration data     |
        | STOP_COPY    | STOP         | no migration data     |
        | STOP_COPY    | RESUMING     | migration data "file" |

    @VFIO-MIG-06
    Scenario Outline: what has stopped cannot be copied as if it ran: to <to>
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it puts device "port" into state <to>
      Then it fails with EINVAL
      And it gets no migration data
      And device "port" is in state STOP_COPY
      When it reads migration data "out" to its end
      Then migration data "out" is as long as device "port" said

      Examples:
        | to           |
        | PRE_COPY     |
        | PRE_COPY_P2P |

    @VFIO-MIG-06
    Scenario Outline: a device that was fed goes from RESUMING to <to>
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes all of migration data "out" to migration data "in"
      And it puts device "port" into state <to>
      Then it succeeds
      And it gets <data>
      And device "port" is in state <to>

      Examples:
        | to           | data                  |
        | RUNNING      | no migration data     |
        | RUNNING_P2P  | no migration data     |
        | PRE_COPY     | migration data "file" |
        | PRE_COPY_P2P | migration data "file" |
        | STOP         | no migration data     |
        | STOP_COPY    | migration data "file" |

    @VFIO-MIG-15
    Scenario Outline: a device that was not fed does not go from RESUMING to <to>
      When it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it puts device "port" into state <to>
      Then it fails with EINVAL
      And it gets no migration data
      And device "port" is in state RESUMING

      Examples:
        | to           |
        | RUNNING      |
        | RUNNING_P2P  |
        | PRE_COPY     |
        | PRE_COPY_P2P |
        | STOP         |
        | STOP_COPY    |

  Rule: a reset leads out of every state

    @VFIO-MIG-16
    Scenario Outline: it is reset in state <state>
      When it puts device "port" into state <state>
      And it calls VFIO_DEVICE_RESET
      Then it succeeds
      And device "port" is in state RUNNING

      Examples:
        | state        |
        | RUNNING_P2P  |
        | PRE_COPY     |
        | PRE_COPY_P2P |
        | STOP         |
        | STOP_COPY    |
        | RESUMING     |

  Rule: a state is that of one device, as long as there is the device

    @VFIO-MIG-18
    Scenario: two devices are in states of their own, and answer in them
      Given a device "other" that is emulated
      When it binds device "other" to the iommufd
      And it puts device "port" into state STOP
      And it writes "90" to UART_SCR of device "port"
      Then device "port" shows:
        | UART_SCR | 90 |
      And device "other" is in state RUNNING
      When it puts device "other" into state STOP_COPY
      And it writes "165" to UART_SCR of device "other"
      Then device "port" is in state STOP
      And device "port" shows:
        | UART_SCR | 90 |
      And device "other" shows:
        | UART_SCR | 165 |

    @VFIO-MIG-22
    Scenario: the next owner of a port finds it as it was left
      When it puts device "port" into state STOP
      And it closes device "port"
      And it opens device "port"
      And it binds device "port" to the iommufd
      Then device "port" is in state STOP
      When it calls VFIO_DEVICE_RESET
      Then device "port" is in state RUNNING
