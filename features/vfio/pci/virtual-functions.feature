@any-iommu @needs:physical-function
Feature: a device that has virtual functions

  vfio-pci makes virtual functions of a device where sysfs asks for them. Each is a device that has no identity and no decoding
  of its own: VFIO shows what its driver knows.

  Background:
    Given an iommufd
    And a buffer "ram" of 1 page
    And a device "nic" that is a physical function
    When it binds device "nic" to the iommufd
    Then it succeeds

  Rule: a device whose virtual functions are there stays awake

    @VFIO-CFG-24
    Scenario: a power state that would take them away is not entered
      When it writes "2" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      When it writes "STATE 3" to PM_CTRL of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | PM_CTRL | without STATE 3 |
      When it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it returns 4 bytes
      When it writes "0" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      When it writes "STATE 3" to PM_CTRL of device "nic"
      Then device "nic" shows:
        | PM_CTRL | with STATE 3 |
      When it reads 4 bytes of BAR 0 of device "nic" into buffer "ram"
      Then it fails with EIO

    @VFIO-CFG-39
    Scenario: its user sees them in the capability, and cannot write it
      Then device "nic" lists the extended capabilities "ARI, SRIOV"
      When it writes "VFE" to SRIOV_CTRL of device "nic"
      Then it returns 2 bytes
      When it writes "1" to SRIOV_NUM_VF of device "nic"
      Then it returns 2 bytes
      And device "nic" shows:
        | SRIOV_CTRL   | without VFE |
        | SRIOV_NUM_VF | 0           |
      When it writes "2" to file "sriov_numvfs" of device "nic"
      Then device "nic" shows:
        | SRIOV_CTRL   | with VFE, MSE |
        | SRIOV_NUM_VF | 2             |

  Rule: a virtual function is shown as what it is, and its memory cannot be switched off

    Background:
      When it stores the word 0xcafe in buffer "ram"
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | SET, PCI_VF_TOKEN  |
        | data  | s32 51966, 0, 0, 0 |
      Then it succeeds
      When it stores the word 0 in buffer "ram" + 4
      And it stores the word 0 in buffer "ram" + 8
      And it stores the word 0 in buffer "ram" + 12
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      Given the first virtual function "part" of device "nic"
      When it opens device "part"

    @VFIO-CFG-41
    Scenario: who does not tell the token of the physical function gets none
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part"
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN       |
        | token_uuid_ptr | buffer "ram" + 1 |
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN   |
        | token_uuid_ptr | buffer "ram" |
      Then it succeeds

    @VFIO-CFG-41
    Scenario: its registers say what their driver knows
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN   |
        | token_uuid_ptr | buffer "ram" |
      Then device "part" shows:
        | VENDOR_ID     | without bit 15 |
        | INTERRUPT_PIN | 0              |
        | COMMAND       | with MEMORY    |
      When it writes "0" to COMMAND of device "part"
      Then device "part" shows:
        | COMMAND | without MEMORY |
      When it reads 4 bytes of BAR 0 of device "part" into buffer "ram"
      Then it returns 4 bytes
      When it writes "4 GiB - 1 byte" to BASE_ADDRESS_0 of device "part"
      Then device "part" shows:
        | BASE_ADDRESS_0 | with bit 31    |
        | BASE_ADDRESS_0 | without bit 12 |
