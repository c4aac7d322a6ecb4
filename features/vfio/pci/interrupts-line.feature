@any-iommu @needs:vfio-sysfs @needs:edu-registers @needs:shared-group
Feature: INTx of a device that is taken for one that cannot mask its pin

  Root can tell vfio-pci not to trust the bit of the command register that masks the pin of a device. Then the line is masked, and
  nobody else can be behind it; for the user of the device all is as before.

  Background:
    Given an iommufd
    And a device "nic"
    And a device "neighbour" in the group of device "nic"
    And an eventfd "line"
    And an eventfd "other line"
    When it writes "Y" to file "/sys/module/vfio_pci/parameters/nointxmask" of device "nic"

  Rule: a device that vfio-pci takes from then on has the line of its pin for itself

    Background:
      When it writes the name of device "nic" to file "driver/unbind" of device "nic"
      And it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      And it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd

    @VFIO-INT-27
    Scenario: it interrupts once, masks itself, and is unmasked
      When it connects INTx of device "nic" to eventfd "line"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      And device "nic" shows:
        | STATUS | with INTERRUPT |
      When device "nic" drops cause 1
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once
      When device "nic" drops cause 1
      And it unmasks INTx of device "nic"
      Then eventfd "line" was not signalled
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once

    @VFIO-INT-27
    Scenario: it is masked by hand
      When it connects INTx of device "nic" to eventfd "line"
      And it masks INTx of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was not signalled
      When it unmasks INTx of device "nic"
      Then eventfd "line" was signalled once

    @VFIO-INT-27
    Scenario: nobody else gets the line while it has it
      When it connects INTx of device "nic" to eventfd "line"
      And it connects INTx of device "neighbour" to eventfd "other line"
      Then it fails with EBUSY
      When device "nic" raises cause 1
      Then eventfd "line" was signalled once
      And eventfd "other line" was not signalled
      When device "nic" drops cause 1
      And it disconnects INTx of device "nic"
      And it connects INTx of device "neighbour" to eventfd "other line"
      Then it succeeds
      When device "neighbour" raises cause 1
      Then eventfd "other line" was signalled once

    @VFIO-INT-27
    Scenario: it does not get a line that somebody has
      When it connects INTx of device "neighbour" to eventfd "other line"
      And it connects INTx of device "nic" to eventfd "line"
      Then it fails with EBUSY
      When device "neighbour" raises cause 1
      Then eventfd "other line" was signalled once
      When device "neighbour" drops cause 1
      And it disconnects INTx of device "neighbour"
      And it connects INTx of device "nic" to eventfd "line"
      Then it succeeds

  Rule: a device that vfio-pci has already shares its line

    @VFIO-INT-27
    Scenario: both are connected
      When it binds device "nic" to the iommufd
      And it binds device "neighbour" to the iommufd
      And it connects INTx of device "nic" to eventfd "line"
      And it connects INTx of device "neighbour" to eventfd "other line"
      Then it succeeds
      When device "neighbour" raises cause 1
      Then eventfd "other line" was signalled once
      And eventfd "line" was not signalled
