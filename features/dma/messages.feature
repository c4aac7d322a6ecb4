@needs:vfio-device @needs:edu-registers @needs:dma
Feature: messages of interrupts, which are writes of a device
  MSI and MSI-X are writes. On x86 they go past the translation of an IOMMU. Behind an SMMUv3 they go through it as any other: the
  kernel maps the page of the doorbell into each page table that the device comes to, in the window that is reserved for that.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And an eventfd "line"
    And a device "nic"
    And it binds device "nic" to the iommufd

  Rule: a message arrives whatever page table its device is attached to

    @VFIO-INT-17
    Scenario Outline: a device moves, and its messages come along, behind <iommu>
      Given it attaches device "nic" to IOAS "guest"
      When it connects MSI of device "nic" to eventfd "line"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "line" was signalled once
      When it attaches device "nic" to IOAS "other"
      And device "nic" raises cause 2
      Then eventfd "line" was signalled once
      When it detaches device "nic"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" raises cause 4
      Then eventfd "line" was signalled once

      @needs:reserved-iova
      Examples: whose messages are not translated
        | iommu          |
        | an IOMMU of x86 |

      @DEV-43 @needs:smmuv3
      Examples: whose messages are
        | iommu     |
        | an SMMUv3 |
