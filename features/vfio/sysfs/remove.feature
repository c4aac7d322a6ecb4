@any-iommu @needs:vfio-sysfs @needs:edu-registers @needs:processes
Feature: a driver or a device is taken away while a process has it
  The kernel asks for it and waits. What would need the lock of the device meanwhile does not wait.

  Background:
    Given an iommufd
    And a process "admin"

  Rule: a device that is removed is gone when it is closed

    @VFIO-SYS-12
    Scenario: nobody has it open
      Given a device "nic"
      When it writes "1" to file "remove" of device "nic"
      Then it succeeds
      And file "/sys/bus/pci/devices/{name}" of device "nic" does not exist
      And file "/sys/class/vfio-dev/{node}" of device "nic" does not exist
      When it opens device "nic"
      Then it fails with ENOENT
      When it writes "1" to file "/sys/bus/pci/rescan"
      Then it succeeds
      And file "driver_override" of device "nic" says "(null)"
      And file "driver" of device "nic" does not exist
      When it opens device "nic"
      Then it fails with ENOENT

    @VFIO-SYS-12
    Scenario: its user is asked for it
      Given a device "nic"
      And an eventfd "request"
      When it binds device "nic" to the iommufd
      And it connects REQ of device "nic" to eventfd "request"
      And process "admin" begins to write "1" to file "remove" of device "nic"
      Then process "admin" waits
      And eventfd "request" was signalled once
      And file "vfio-dev/{node}" of device "nic" does not exist
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds
      And file "/sys/bus/pci/devices/{name}" of device "nic" does not exist
      When it writes "1" to file "/sys/bus/pci/rescan"
      And it writes "vfio-pci" to file "driver_override" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      Then it succeeds
      And file "vfio-dev/{node}/dev" of device "nic" has the number of its node
      When it opens device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds

  Rule: a device whose driver is on its way out is not reset

    @VFIO-RST2-09 @needs:device-alone-on-bus
    Scenario: one that can be reset is not now
      Given a device "nic" alone on a bus
      When it binds device "nic" to the iommufd
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      When it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it calls VFIO_DEVICE_RESET
      Then it fails with EAGAIN
      And device "nic" shows:
        | COMMAND | MEMORY, MASTER |
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds

    @VFIO-RST2-09 @needs:device-alone-on-bus
    Scenario: one that would be reset cannot be bound by who opened it before
      Given a device "nic" alone on a bus
      When it opens device "nic"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      When it binds device "nic" to the iommufd
      Then it fails with EAGAIN
      When it destroys object 1
      Then it fails with ENOENT
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds

    @VFIO-RST2-09
    Scenario: one that has no reset can be bound by who opened it before
      Given a device "nic"
      When it opens device "nic"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      When it binds device "nic" to the iommufd
      Then it succeeds
      When it writes "5" to EDU_LIVENESS of device "nic"
      Then device "nic" shows:
        | EDU_LIVENESS | 4 GiB - 6 |
      And process "admin" waits
      When it closes device "nic"
      And process "admin" gets on
      Then it succeeds

    @VFIO-RST2-10 @needs:device-on-shared-bus
    Scenario: a bus is not reset while the driver of one of its devices is on its way out
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And process "admin" begins to write the name of device "neighbour" to file "driver/unbind" of device "neighbour"
      Then process "admin" waits
      When it writes "MEMORY, MASTER" to COMMAND of device "nic"
      And it calls VFIO_DEVICE_PCI_HOT_RESET on device "nic" with:
        | count | 0 |
      Then it fails with EAGAIN
      And device "nic" shows:
        | COMMAND | MEMORY, MASTER |
      When it closes device "neighbour"
      And process "admin" gets on
      Then it succeeds

    @VFIO-RST2-10 @needs:device-on-shared-bus
    Scenario: a bus is not reset where a device has no driver, and is where one is not open
      Given a device "nic" on a bus with others
      And a device "neighbour" in the group of device "nic" on a bus with others
      When it writes the name of device "neighbour" to file "driver/unbind" of device "neighbour"
      And it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_PCI_HOT_RESET on device "nic" with:
        | count | 0 |
      Then it fails with EINVAL
      When it writes the name of device "neighbour" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      And it calls VFIO_DEVICE_PCI_HOT_RESET on device "nic" with:
        | count | 0 |
      Then it succeeds
