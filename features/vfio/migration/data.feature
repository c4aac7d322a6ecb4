@needs:emulated-device
Feature: the data of a device that migrates

  While a device is saved its state is read from a file, and while it resumes it is written to one. What is in it is the
  driver's own; its length, its end and what ends it are not.

  Background:
    Given an iommufd
    And a buffer "ram" of 4 pages
    And a device "port" that is emulated
    And it binds device "port" to the iommufd

  Rule: a file for saving is read, one for resuming is written

    @VFIO-MIG-08
    Scenario: what is saved cannot be written, nor read at a place
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it writes migration data "out"
      Then it fails with EBADF
      When it preads migration data "out"
      Then it fails with ESPIPE
      When it reads migration data "out" to its end
      Then migration data "out" is as long as device "port" said

    @VFIO-MIG-08
    Scenario: what is resumed cannot be read, nor written at a place
      When it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it reads migration data "in"
      Then it fails with EBADF
      When it pwrites migration data "in"
      Then it fails with ESPIPE

  Rule: what is read comes to an end

    @VFIO-MIG-10
    Scenario Outline: a device that has stopped is read <size> at a time
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end, <size> at a time
      Then it succeeds
      And migration data "out" is as long as device "port" said
      When it reads 64 bytes of migration data "out" into buffer "ram"
      Then it returns:
        | bytes | 0 |

      Examples:
        | size    |
        | 1 byte  |
        | 7 bytes |
        | 1 page  |

    @VFIO-MIG-03 @VFIO-MIG-09 @VFIO-MIG-10
    Scenario: what was begun while it ran goes on when it has stopped
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it puts device "port" into state PRE_COPY_P2P
      Then it gets no migration data
      When it puts device "port" into state STOP_COPY
      Then it gets no migration data
      When it reads migration data "out" to its end
      Then it succeeds
      And migration data "out" is as long as device "port" said

    @VFIO-MIG-11
    Scenario: while it runs there is an end for now
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      Then it fails with ENOMSG
      When it puts device "port" into state STOP_COPY
      And it reads migration data "out" to its end
      Then it succeeds
      And migration data "out" is as long as device "port" said

  Rule: what one device was is what the other becomes

    @VFIO-MIG-17
    Scenario: a register moves to another device
      Given a device "other" that is emulated
      When it binds device "other" to the iommufd
      And it writes "90" to UART_SCR of device "port"
      And it writes "17" to UART_SCR of device "other"
      And it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "other" into state RESUMING
      Then it gets migration data "in"
      When it writes all of migration data "out" to migration data "in"
      And it puts device "other" into state RUNNING
      Then device "other" shows:
        | UART_SCR | 90 |

    @VFIO-MIG-17
    Scenario: what changes while it is copied is what arrives
      Given a device "other" that is emulated
      When it binds device "other" to the iommufd
      And it writes "90" to UART_SCR of device "port"
      And it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it writes "102" to UART_SCR of device "port"
      And it puts device "port" into state STOP_COPY
      And it reads migration data "out" to its end
      And it puts device "other" into state RESUMING
      Then it gets migration data "in"
      When it writes all of migration data "out" to migration data "in"
      And it puts device "other" into state STOP
      Then device "other" shows:
        | UART_SCR | 102 |
      And device "port" shows:
        | UART_SCR | 102 |

    @VFIO-MIG-14
    Scenario Outline: a device is fed <size> at a time
      When it writes "90" to UART_SCR of device "port"
      And it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes "17" to UART_SCR of device "port"
      And it writes all of migration data "out" to migration data "in", <size> at a time
      Then it succeeds
      When it puts device "port" into state RUNNING
      Then device "port" shows:
        | UART_SCR | 90 |

      Examples:
        | size    |
        | 1 byte  |
        | 5 bytes |
        | 1 page  |

    @VFIO-MIG-14
    Scenario: more than a device takes is refused
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes all of migration data "out" to migration data "in"
      And it writes migration data "in" from 1 byte of buffer "ram"
      Then it fails with ENOMEM
      When it puts device "port" into state RUNNING
      Then it succeeds

    @VFIO-MIG-14
    Scenario: what is not of such a device is refused
      When it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes migration data "in" from 24 bytes of buffer "ram"
      Then it fails with EFAULT
      When it puts device "port" into state STOP
      Then it fails with EINVAL
      And device "port" is in state RESUMING

    @VFIO-MIG-14
    Scenario: what begins as that of such a device and does not go on so is refused
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes the first 23 bytes of migration data "out" to migration data "in"
      Then it succeeds
      When it stores the word 9 in buffer "ram"
      And it writes migration data "in" from 1 byte of buffer "ram"
      Then it fails with EFAULT

    @VFIO-MIG-15
    Scenario: what lacks its last byte cannot go on
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it reads migration data "out" to its end
      And it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it writes all but 1 byte of migration data "out" to migration data "in"
      And it puts device "port" into state RUNNING
      Then it fails with EINVAL
      And device "port" is in state RESUMING

  Rule: a file lives as long as what it is for

    @VFIO-MIG-12
    Scenario Outline: once the device is in state <state> the file is dead
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it puts device "port" into state <state>
      And it reads migration data "out"
      Then it fails with ENODEV
      When it puts device "port" into state STOP
      And it puts device "port" into state STOP_COPY
      Then it gets migration data "again"
      When it reads migration data "out"
      Then it fails with ENODEV
      When it reads migration data "again" to its end
      Then migration data "again" is as long as device "port" said

      Examples:
        | state   |
        | STOP    |
        | RUNNING |

    @VFIO-MIG-16
    Scenario: a reset ends what was being fed
      When it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it calls VFIO_DEVICE_RESET
      And it writes migration data "in" from 16 bytes of buffer "ram"
      Then it fails with ENODEV
      And device "port" is in state RUNNING

    @VFIO-MIG-13
    Scenario: the file is closed, and the device goes on
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it closes migration data "out"
      And it puts device "port" into state PRE_COPY_P2P
      Then it gets no migration data
      When it puts device "port" into state STOP_COPY
      Then it gets no migration data
      And device "port" is in state STOP_COPY

    @VFIO-MIG-22
    Scenario: the device is closed
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it closes device "port"
      And it reads migration data "out"
      Then it fails with ENODEV

    @VFIO-LIFE-11
    Scenario: data of the owner before tells nothing of the device
      When it puts device "port" into state STOP_COPY
      Then it gets migration data "out"
      When it closes device "port"
      And it opens device "port"
      And it binds device "port" to the iommufd
      And it calls VFIO_DEVICE_RESET
      And it puts device "port" into state STOP_COPY
      Then it gets migration data "new"
      When it reads 1 page of migration data "out" into buffer "ram"
      Then it fails with ENODEV
      When it reads migration data "new"
      Then it succeeds
      When it closes migration data "out"
      Then it succeeds

  Rule: how much is left is told while the device runs

    @VFIO-MIG-19
    Scenario: there is less to read than there was
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it returns:
        | dirty_bytes | 0 |
      And it returns more than 0 in "initial_bytes"
      When it puts device "port" into state PRE_COPY_P2P
      And it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it returns more than 0 in "initial_bytes"
      When it reads 1 page of migration data "out" into buffer "ram"
      And it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it returns:
        | initial_bytes | 0 |
        | dirty_bytes   | 0 |

    @VFIO-MIG-19
    Scenario Outline: it is not told with <form>
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it calls VFIO_MIG_GET_PRECOPY_INFO with <form>
      Then it fails with <errno>

      Examples:
        | form                                | errno  |
        | one byte less than its minimum size | EINVAL |
        | a bad pointer                       | EFAULT |

    @VFIO-MIG-19
    Scenario: it is not told of what has stopped, nor of what is over
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it puts device "port" into state STOP_COPY
      And it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it fails with EINVAL
      When it puts device "port" into state PRE_COPY
      Then it fails with EINVAL
      When it puts device "port" into state RUNNING
      And it puts device "port" into state PRE_COPY
      Then it gets migration data "again"
      When it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it fails with ENODEV

    @VFIO-MIG-19
    Scenario: it is not told of what is fed
      When it puts device "port" into state RESUMING
      Then it gets migration data "in"
      When it calls VFIO_MIG_GET_PRECOPY_INFO
      Then it fails with ENOTTY

    @VFIO-MIG-20
    Scenario: flags are an answer for who says that it wants one
      When it puts device "port" into state PRE_COPY
      Then it gets migration data "out"
      When it calls VFIO_MIG_GET_PRECOPY_INFO with:
        | flags | bit 5 |
      Then it returns:
        | flags | bit 5 |
      When it calls VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2
      And it calls VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2
      And it calls VFIO_MIG_GET_PRECOPY_INFO with:
        | flags | bit 5 |
      Then it returns:
        | flags | none |
