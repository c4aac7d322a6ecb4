@needs:device-without-iommu
Feature: VFIO devices without an IOMMU

  Nothing protects anybody from such a device. VFIO does not take it, unless the system's administrator has switched
  noiommu mode on.

  Rule: there is nothing to bind

    @DEV-15
    Scenario: the device has no character device
      Given a device "nic" that has no IOMMU
      When it opens device "nic"
      Then it fails with ENOENT
