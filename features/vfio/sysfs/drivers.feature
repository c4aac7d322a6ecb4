@any-iommu @needs:vfio-sysfs @needs:edu-registers
Feature: drivers in sysfs, and the node of a device
  How root gives a device to vfio-pci, and what there is of it then.

  Background:
    Given an iommufd
    And a device "nic"

  Rule: driver_override says which driver may have a device

    @VFIO-SYS-04
    Scenario: a newline is none, and what is bound stays bound
      When it writes "anybody" to file "driver_override" of device "nic"
      Then it succeeds
      And file "driver_override" of device "nic" says "anybody"
      When it writes a newline to file "driver_override" of device "nic"
      Then it succeeds
      And file "driver_override" of device "nic" says "(null)"
      And the link to device "nic" in file "driver" of device "nic" exists
      When it binds device "nic" to the iommufd
      Then it succeeds

    @VFIO-SYS-04
    Scenario: a text of a page is refused, and the one before stays
      When it writes "anybody" to file "driver_override" of device "nic"
      And it writes 4096 letters to file "driver_override" of device "nic"
      Then it fails with EINVAL
      And file "driver_override" of device "nic" says "anybody"
      When it writes 4095 letters to file "driver_override" of device "nic"
      Then it fails with EINVAL
      And file "driver_override" of device "nic" says "anybody"
      When it writes 4094 letters to file "driver_override" of device "nic"
      Then it succeeds

    @VFIO-SYS-04
    Scenario Outline: a driver that is not meant does not get it: <case>
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes <override> to file "driver_override" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it fails with ENODEV
      And file "driver" of device "nic" does not exist
      When it writes "vfio-pci" to file "driver_override" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
      And the link to device "nic" in file "driver" of device "nic" exists

      Examples:
        | case           | override   |
        | none           | a newline  |
        | another one    | "anybody"  |
        | a longer name  | "vfio-pci2" |
        | a shorter name | "vfio-pc"  |

    @VFIO-SYS-04
    Scenario: one that is bound is busy, and what is not bound cannot be unbound
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it fails with EBUSY
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/unbind"
      Then it succeeds
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/unbind"
      Then it fails with ENODEV
      When it writes "0000:ff:1f.7" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it fails with ENODEV

    @VFIO-SYS-04
    Scenario: drivers_probe gives it to who is meant, or to nobody
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes a newline to file "driver_override" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers_probe"
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes "vfio-pci" to file "driver_override" of device "nic"
      Then file "driver" of device "nic" does not exist
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers_probe"
      Then it succeeds
      And the link to device "nic" in file "driver" of device "nic" exists

  Rule: vfio-pci can be told which devices it is for

    @VFIO-SYS-05
    Scenario: a device that is free is bound at once, and stays so
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes a newline to file "driver_override" of device "nic"
      And it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/new_id"
      Then it succeeds
      And the link to device "nic" in file "driver" of device "nic" exists
      When it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/new_id"
      Then it fails with EEXIST
      When it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/remove_id"
      Then it succeeds
      And the link to device "nic" in file "driver" of device "nic" exists
      When it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/remove_id"
      Then it fails with ENODEV
      When it binds device "nic" to the iommufd
      Then it succeeds

    @VFIO-SYS-05
    Scenario: a device of another kind is not
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes a newline to file "driver_override" of device "nic"
      And it writes "1234 11e9" to file "/sys/bus/pci/drivers/vfio-pci/new_id"
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes "1234 11e9" to file "/sys/bus/pci/drivers/vfio-pci/remove_id"
      Then it succeeds

    @VFIO-SYS-05
    Scenario: an override is stronger
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes "anybody" to file "driver_override" of device "nic"
      And it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/new_id"
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes a newline to file "driver_override" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
      When it writes "1234 11e8" to file "/sys/bus/pci/drivers/vfio-pci/remove_id"
      Then it succeeds

  Rule: a device that VFIO drives has a node, with a number that sysfs tells

    @VFIO-SYS-06
    Scenario: the number of the node is in the folder of the device
      Then file "vfio-dev/{node}/dev" of device "nic" has the number of its node
      And file "/sys/class/vfio-dev/{node}/dev" of device "nic" has the number of its node

    @VFIO-SYS-06
    Scenario: it goes with the driver, and comes back with the lowest number that is free
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      Then file "vfio-dev/{node}" of device "nic" does not exist
      And file "/sys/class/vfio-dev/{node}" of device "nic" does not exist
      When it opens device "nic"
      Then it fails with ENOENT
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
      And file "vfio-dev/{node}/dev" of device "nic" has the number of its node
      When it binds device "nic" to the iommufd
      Then it succeeds

    @VFIO-SYS-06 @needs:two-devices
    Scenario: a number that is free is given to whoever comes first
      Given a device "other"
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes the name of device "other" to file "driver/unbind" of device "other"
      And it writes the name of device "other" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then the node of device "nic" is that of device "other"
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then the node of device "other" is that of device "nic"

    @VFIO-SYS-13
    Scenario: an open file tells of the folder
      When it opens device "nic"
      Then the fdinfo of device "nic" names its folder
      When it binds device "nic" to the iommufd
      Then the fdinfo of device "nic" names its folder

    @VFIO-SYS-13
    Scenario: also one that came from the group
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      Then the fdinfo of device "nic" names its folder

  Rule: the kernel waits for whoever has the device open

    @VFIO-SYS-06 @VFIO-INT-25 @needs:processes
    Scenario: its user is asked for it, and works on until it is closed
      Given a process "admin"
      And an eventfd "request"
      When it binds device "nic" to the iommufd
      And it connects REQ of device "nic" to eventfd "request"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      And eventfd "request" was signalled once
      And file "vfio-dev/{node}" of device "nic" does not exist
      And file "/sys/class/vfio-dev/{node}" of device "nic" does not exist
      And file "driver" of device "nic" does not exist
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And process "admin" waits
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
      And file "vfio-dev/{node}/dev" of device "nic" has the number of its node
      When it opens device "nic"
      Then it succeeds

    @VFIO-INT-25 @needs:processes
    Scenario: without an eventfd for it nobody is asked, and the kernel waits all the same
      Given a process "admin"
      When it binds device "nic" to the iommufd
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And process "admin" waits
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds
      And file "driver" of device "nic" does not exist

    @VFIO-INT-25 @needs:processes @needs:dma
    Scenario: the device moves bytes while the kernel waits
      Given a process "admin"
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds

    @VFIO-LIFE-04 @needs:processes
    Scenario: a file that is open and not bound is waited for, and can still be bound
      Given a process "admin"
      When it opens device "nic"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      And file "vfio-dev/{node}" of device "nic" does not exist
      When it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" shows:
        | EDU_ID | EDU |
      And process "admin" waits
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds

    @VFIO-LIFE-05 @needs:processes
    Scenario: a mapping is waited for when the file is closed
      Given a process "admin"
      When it binds device "nic" to the iommufd
      And it mmaps BAR 0 of device "nic" as "window"
      And it closes device "nic"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      When it stores the word 5 in buffer "window" + 4
      Then buffer "window" + 4 holds:
        | liveness  |
        | 4 GiB - 6 |
      And process "admin" waits
      When it munmaps 1 page of buffer "window"
      And process "admin" gets on
      Then it succeeds
      And file "driver" of device "nic" does not exist
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds

    @VFIO-CFG-33 @needs:processes @needs:device-with-function-level-reset
    Scenario: while it waits a user resets nothing by the capability, and is not told
      Given a process "admin"
      And a device "other" that can be reset alone
      When it binds device "other" to the iommufd
      And it writes "1" to VIRTIO_STATUS of device "other"
      And process "admin" begins to write the name of device "other" to file "driver/unbind" of device "other"
      Then process "admin" waits
      When it writes "BCR_FLR" to EXP_DEVCTL of device "other"
      Then it returns 2 bytes
      And device "other" shows:
        | VIRTIO_STATUS | 1               |
        | EXP_DEVCTL    | without BCR_FLR |
      When it closes device "other"
      And process "admin" gets on
      Then it succeeds
      When it writes the name of device "other" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
