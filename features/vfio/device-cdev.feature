@needs:vfio-device
Feature: VFIO_DEVICE_BIND_IOMMUFD

  A VFIO device is a character device. Opening it claims nothing; binding it to an iommufd claims its group, takes the
  device away from everyone else, and gives it an object id in that iommufd.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"

  Rule: an open device that is not bound claims nothing and answers nothing

    @VFIO-CDEV-02 @needs:shared-group
    Scenario: the device is opened twice, and its group still belongs to nobody
      Given an iommufd "other"
      And a device "neighbour" in the group of device "nic"
      When it opens device "nic"
      And it opens device "nic"
      And it binds device "neighbour" to iommufd "other"
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it fails with EPERM

    @VFIO-CDEV-03
    Scenario Outline: <call> before the device is bound
      When it opens device "nic"
      And it <call>
      Then it fails with EINVAL
      When it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists

      @DEV-01
      Examples:
        | call                                |
        | calls VFIO_DEVICE_GET_INFO          |
        | calls VFIO_DEVICE_GET_REGION_INFO   |
        | calls VFIO_DEVICE_GET_IRQ_INFO      |
        | calls VFIO_DEVICE_ATTACH_IOMMUFD_PT |
        | calls VFIO_DEVICE_DETACH_IOMMUFD_PT |
        | calls VFIO_DEVICE_RESET             |
        | reads device "nic"                  |
        | writes device "nic"                 |
        | mmaps device "nic"                  |

  Rule: the struct of a bind has to be understood, and name an iommufd

    @VFIO-CDEV-04
    Scenario Outline: a bind with <form> is refused
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with <form>
      Then it fails with <errno>
      And it wrote nothing back
      When it binds device "nic" to the iommufd
      Then it succeeds

      @DEV-02
      Examples: too small
        | form                                | errno  |
        | a size of 0                         | EINVAL |
        | one byte less than its minimum size | EINVAL |

      @DEV-03
      Examples: too large, and not zero
        | form                                | errno  |
        | 1 byte, the last one set, appended  | E2BIG  |
        | 8 bytes, the last one set, appended | E2BIG  |

    @VFIO-CDEV-04
    Scenario Outline: a bind with <form> is understood
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with <form>
      Then it succeeds
      When it calls VFIO_DEVICE_BIND_IOMMUFD with <form>
      Then it fails with EINVAL

      Examples:
        | form                  |
        | its minimum size      |
        | 8 zero bytes appended |

    @VFIO-CDEV-04
    Scenario Outline: <value> is refused as <field> of a bind
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with:
        | <field> | <value> |
      Then it fails with EINVAL
      When it binds device "nic" to the iommufd
      Then it succeeds

      @DEV-04
      Examples:
        | field   | value  |
        | iommufd | -1     |
        | flags   | bit 1  |
        | flags   | bit 31 |

    @VFIO-CDEV-05
    Scenario Outline: <fd> is refused instead of an iommufd
      Given a memfd "file" of 1 page
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with:
        | iommufd | <fd> |
      Then it fails with <errno>
      When it binds device "nic" to the iommufd
      Then it succeeds

      @DEV-05
      Examples: not open
        | fd           | errno  |
        | a closed fd  | EBADF  |

      @DEV-05
      Examples: no iommufd
        | fd           | errno  |
        | memfd "file" | EBADFD |
        | device "nic" | EBADFD |

    @VFIO-CDEV-13
    Scenario Outline: a token for a device that takes none is refused, at <token>
      Given a buffer "token" of 1 page
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with:
        | flags          | FLAG_TOKEN |
        | token_uuid_ptr | <token>    |
      Then it fails with <errno>
      When it binds device "nic" to the iommufd
      Then it succeeds

      @DEV-48
      Examples: a token
        | token          | errno  |
        | buffer "token" | EINVAL |

      @DEV-48
      Examples: no memory
        | token          | errno  |
        | null           | EFAULT |
        | a bad pointer  | EFAULT |

  Rule: a device has one user

    @VFIO-CDEV-08
    Scenario Outline: a file descriptor that is bound is bound again, to <iommufd>
      Given an iommufd "other"
      When it binds device "nic" to the iommufd
      And it binds device "nic" to <iommufd>
      Then it fails with EINVAL
      And device "nic" exists
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-06
      Examples:
        | iommufd         |
        | the iommufd     |
        | iommufd "other" |

    @VFIO-CDEV-08
    Scenario Outline: a second file descriptor of a bound device is bound, to <iommufd>
      Given an iommufd "other"
      When it binds device "nic" to the iommufd
      And it opens device "nic"
      And it binds device "nic" to <iommufd>
      Then it fails with EINVAL
      And device "nic" exists

      @DEV-06
      Examples:
        | iommufd         |
        | the iommufd     |
        | iommufd "other" |

    @VFIO-CDEV-09 @VFIO-CDEV-10 @DEV-10 @needs:shared-group
    Scenario: the devices of a group are bound to one iommufd
      Given an iommufd "other"
      And a device "neighbour" in the group of device "nic"
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to iommufd "other"
      Then it fails with EPERM
      When it binds device "neighbour" to the iommufd
      Then it succeeds
      And device "nic" exists
      And device "neighbour" exists

    @VFIO-CDEV-15 @DEV-49 @needs:shared-group
    Scenario: a bind that failed leaves the device unbound, and can be made again
      Given an iommufd "other"
      And an IOAS "elsewhere" in iommufd "other"
      And a device "neighbour" in the group of device "nic"
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to iommufd "other"
      Then it fails with EPERM
      When it calls VFIO_DEVICE_GET_INFO on device "neighbour" with:
        | flags | 0 |
      Then it fails with EINVAL
      When it closes device "nic"
      And it binds device "neighbour" to iommufd "other"
      Then it succeeds
      When it attaches device "neighbour" to IOAS "elsewhere"
      Then it succeeds

    @VFIO-CDEV-11
    Scenario: the device has an object id that only unbinding destroys
      When it binds device "nic" to the iommufd
      Then device "nic" exists
      When it destroys device "nic"
      Then it fails with EBUSY
      And device "nic" exists
      When it closes device "nic"
      Then device "nic" no longer exists
      When it destroys device "nic"
      Then it fails with ENOENT

  Rule: a bound device does no DMA before it is attached

    @VFIO-CDEV-12 @needs:dma
    Scenario Outline: a <way> is blocked before the first attach, and goes through after it
      Given a buffer "ram" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it binds device "nic" to the iommufd
      And device "nic" <access> at 16 MiB
      Then the access is blocked
      And it finds pattern "ram" in buffer "ram"
      When it attaches device "nic" to IOAS "guest"
      And device "nic" <access> at 16 MiB
      Then the access goes through

      @DEV-16
      Examples:
        | way   | access                  |
        | read  | reads 1 page            |
        | write | writes pattern "strewn" |

  Rule: the configuration space of a bound device has its capabilities

    @VFIO-CDEV-16
    Scenario: a device without MSI-X has no vectors
      When it binds device "nic" to the iommufd
      Then device "nic" has 0 MSI-X vectors

  Rule: closing a bound device detaches and unbinds it

    @VFIO-CDEV-14
    Scenario: nothing of the attachment stays, and the device is free for another iommufd
      Given an iommufd "other"
      And an IOAS "elsewhere" in iommufd "other"
      When it attaches device "nic" to IOAS "guest"
      And it destroys IOAS "guest"
      Then it fails with EBUSY
      When it closes device "nic"
      Then device "nic" no longer exists
      And the page table of device "nic" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds
      When it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it succeeds
      When it attaches device "nic" to IOAS "elsewhere"
      Then it succeeds

    @VFIO-CDEV-14 @needs:shared-group
    Scenario: the group is free for another iommufd when its last device is closed
      Given an iommufd "other"
      And a device "neighbour" in the group of device "nic"
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it closes device "nic"
      And it opens device "nic"
      And it binds device "nic" to iommufd "other"
      Then it fails with EPERM
      When it closes device "neighbour"
      And it binds device "nic" to iommufd "other"
      Then it succeeds
