@needs:emulated-device
Feature: interrupts of an emulated device
  The serial port of mtty has a pin and one message, of which its driver knows when it was asked for what the device has.

  Background:
    Given an iommufd
    And a device "port" that is emulated
    And an eventfd "line"
    And an eventfd "other"
    And it binds device "port" to the iommufd

  Rule: a port has none before it is asked what it has

    @VFIO-IRQ-07
    Scenario: they are there when VFIO_DEVICE_GET_INFO has told of them
      When it calls VFIO_DEVICE_GET_IRQ_INFO
      Then it fails with EINVAL
      When it connects INTx of device "port" to eventfd "line"
      Then it fails with EINVAL
      When it calls VFIO_DEVICE_GET_INFO
      And it calls VFIO_DEVICE_GET_IRQ_INFO
      Then it returns:
        | flags | EVENTFD, MASKABLE, AUTOMASKED |
        | count | 1                             |
      When it connects INTx of device "port" to eventfd "line"
      And it triggers INTx of device "port"
      Then eventfd "line" was signalled once

    @VFIO-IRQ-07
    Scenario Outline: <index> is one that it has not
      When it calls VFIO_DEVICE_GET_INFO
      And it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | MSI_IRQ_INDEX |
      Then it returns:
        | flags | EVENTFD, NORESIZE |
        | count | 1                 |
      When it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | <index> |
      Then it fails with EINVAL
      And it wrote nothing back
      When it connects <kind> of device "port" to eventfd "line"
      Then it fails with ENOTTY

      Examples:
        | index          | kind  |
        | MSIX_IRQ_INDEX | MSI-X |
        | ERR_IRQ_INDEX  | ERR   |
        | REQ_IRQ_INDEX  | REQ   |

    @VFIO-IRQ-07
    Scenario: what is beyond them all is no question of what it has
      When it calls VFIO_DEVICE_GET_INFO
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_NONE, ACTION_TRIGGER |
        | index | 5                         |
        | count | 0                         |
      Then it fails with EINVAL

  Rule: one of the two is connected

    Background:
      When it calls VFIO_DEVICE_GET_INFO

    @VFIO-IRQ-07
    Scenario: the pin is masked by a trigger
      When it connects INTx of device "port" to eventfd "line"
      And it triggers INTx of device "port"
      Then eventfd "line" was signalled once
      When it triggers INTx of device "port"
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "port"
      Then eventfd "line" was not signalled
      When it triggers INTx of device "port"
      Then eventfd "line" was signalled once
      When it unmasks INTx of device "port"
      And it masks INTx of device "port"
      And it triggers INTx of device "port"
      Then eventfd "line" was not signalled
      When it disconnects INTx of device "port"
      And it triggers INTx of device "port"
      Then it fails with EINVAL
      And eventfd "line" was not signalled

    @VFIO-IRQ-07
    Scenario: a message does not, and cannot be masked
      When it connects MSI of device "port" to eventfd "line"
      And it triggers MSI of device "port"
      And it triggers MSI of device "port"
      Then eventfd "line" was signalled twice
      When it masks MSI of device "port"
      Then it fails with ENOTTY
      When it connects INTx of device "port" to eventfd "other"
      Then it fails with EINVAL
      When it triggers MSI of device "port"
      Then eventfd "line" was signalled once
      And eventfd "other" was not signalled

    @VFIO-IRQ-07
    Scenario: what is no eventfd disconnects
      When it connects MSI of device "port" to eventfd "line"
      And it connects MSI of device "port" to a closed fd
      Then it fails with EBADF
      When it triggers MSI of device "port"
      Then it fails with EINVAL
      And eventfd "line" was not signalled
      When it connects INTx of device "port" to eventfd "other"
      And it connects INTx of device "port" to nothing
      Then it succeeds
      When it triggers INTx of device "port"
      Then it fails with EINVAL
      When it connects MSI of device "port" to eventfd "line"
      Then it succeeds

    @VFIO-IRQ-07
    Scenario: nothing is connected
      When it triggers INTx of device "port"
      Then it fails with EINVAL
      When it masks INTx of device "port"
      Then it fails with EINVAL
      When it unmasks INTx of device "port"
      Then it fails with EINVAL
      When it disconnects INTx of device "port"
      Then it fails with EINVAL
      When it disconnects MSI of device "port"
      Then it fails with EINVAL
      When it connects MSI of device "port" to eventfd "line"
      And it triggers MSI of device "port"
      Then eventfd "line" was signalled once

    @VFIO-IRQ-07
    Scenario: only a trigger takes an eventfd, and only one
      When it connects INTx of device "port" to eventfd "line"
      And it masks INTx of device "port" by eventfd "other"
      Then it fails with ENOTTY
      When it unmasks INTx of device "port" by eventfd "other"
      Then it fails with ENOTTY
      When it connects vectors 0 to 1 of MSI of device "port" to eventfd "line", eventfd "other"
      Then it fails with EINVAL
      When it triggers INTx of device "port"
      Then eventfd "line" was signalled once
