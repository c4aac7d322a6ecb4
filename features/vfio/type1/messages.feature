@needs:vfio-device @needs:vfio-group @needs:type1-container @needs:edu-registers @needs:dma
Feature: messages of devices in a container with type1
  What a container maps is told by its owner alone; the doorbells that its devices write to are put beside that by the kernel, where
  the IOMMU translates messages.

  Background:
    Given a container
    And an eventfd "line"
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group

  Rule: a message arrives although nothing is mapped

    Scenario Outline: a device is connected, disconnected and connected again, behind <iommu>
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it disconnects MSI of device "nic"
      And it connects MSI of device "nic" to eventfd "line"
      And device "nic" raises cause 2
      Then eventfd "line" was signalled once
      When device "nic" reads 4 bytes at 128 MiB - 4 bytes
      Then the access is blocked

      @VFIO-INT-17 @needs:reserved-iova
      Examples: whose messages are not translated
        | iommu           |
        | an IOMMU of x86 |

      @HW-SMU-43 @needs:smmuv3
      Examples: whose messages are
        | iommu     |
        | an SMMUv3 |
