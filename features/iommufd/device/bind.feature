Feature: devices of an iommufd
  A driver binds a device to an iommufd, which takes over the DMA of the whole group of that device: nobody else may have
  another device of the group, and what no page table translates is blocked.

  Background:
    Given an iommufd
    And an iommufd "other"
    And an IOAS "guest"

  @needs:vfio-device
  Rule: a bound device is an object of its iommufd, and of no other one

    @DEV-09
    Scenario: a device id is valid only in its own iommufd
      Given a device "nic"
      When it binds device "nic" to the iommufd
      And it calls IOMMU_GET_HW_INFO on iommufd "other" with:
        | dev_id | device "nic" |
      Then it fails with ENOENT
      When it calls IOMMU_GET_HW_INFO on the iommufd with:
        | dev_id | device "nic" |
      Then it succeeds

    @DEV-02
    Scenario Outline: a bind with <bytes> bytes is refused
      Given a device "nic"
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with a size of <bytes>
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_DEVICE_BIND_IOMMUFD with a size of 16
      Then it wrote back only "out_devid"

      Examples:
        | bytes |
        |     0 |
        |     8 |
        |    15 |

    @DEV-05
    Scenario: an iommufd that was closed is refused
      Given a device "nic"
      When it opens device "nic"
      And it closes iommufd "other"
      And it binds device "nic" to iommufd "other"
      Then it fails with EBADF
      When it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists

    @DEV-06
    Scenario: an attached device that is bound again stays where it is
      Given a device "nic" attached to IOAS "guest"
      And a buffer "ram" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | iommufd | iommufd "other" |
      Then it fails with EINVAL
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

  @needs:shared-group
  Rule: the devices of a group have one owner

    Background:
      Given a device "nic"
      And a device "neighbour" in the group of device "nic"
      And a buffer "ram" of 4 pages

    @DEV-12
    Scenario: both devices are bound to one iommufd, each under an id of its own
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      Then device "nic" exists
      And device "neighbour" exists
      When it closes device "nic"
      Then device "nic" no longer exists
      And device "neighbour" exists

    @DEV-10
    Scenario Outline: the group stays with its owner while one device is <state>
      Given an IOAS "elsewhere" in iommufd "other"
      When it attaches device "nic" to IOAS "guest"
      And it <call>
      And it binds device "neighbour" to iommufd "other"
      Then it fails with EPERM
      When it closes device "nic"
      And it binds device "neighbour" to iommufd "other"
      Then it succeeds
      When it attaches device "neighbour" to IOAS "elsewhere"
      Then it succeeds

      Examples:
        | state    | call                                  |
        | detached | detaches device "nic"                 |
        | moved    | attaches device "nic" to IOAS "guest" |

    @DEV-16 @DEV-35 @needs:dma
    Scenario: the DMA of a group is blocked until one of its devices is attached
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "neighbour" writes pattern "strewn" at 16 MiB
      Then the access is blocked
      And it finds pattern "ram" in buffer "ram"
      When it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "ram"
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked

  @needs:unsafe-interrupts
  Rule: a device that can forge the interrupts of others is bound where the administrator allows it

    @DEV-13
    Scenario: the administrator forbids it, and then allows it
      Given a device "nic"
      When it writes "N" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      Then it succeeds
      And file "/sys/module/iommufd/parameters/allow_unsafe_interrupts" says "N"
      When it binds device "nic" to the iommufd
      Then it fails with EPERM
      And it wrote nothing back
      When it writes "Y" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists

    @DEV-13
    Scenario: what is bound stays bound
      Given a device "nic"
      And a device "disk"
      And a buffer "ram" of 4 pages
      When it binds device "nic" to the iommufd
      And it writes "0" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      Then it succeeds
      When it binds device "disk" to the iommufd
      Then it fails with EPERM
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @DEV-13
    Scenario: a value that is neither yes nor no changes nothing
      When it writes "maybe" to file "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
      Then it fails with EINVAL
      And file "/sys/module/iommufd/parameters/allow_unsafe_interrupts" says "Y"
