@needs:device-without-iommu
Feature: VFIO devices without an IOMMU

  Nothing protects anybody from such a device. VFIO does not take it, unless the system's administrator has switched
  noiommu mode on.

  Rule: a device without an IOMMU has nothing to bind

    @DEV-15
    Scenario: vfio-pci does not take the device, and makes no character device
      Given a device "nic" without an IOMMU
      When device "nic" is bound to vfio-pci
      Then it fails with EINVAL
      When it opens device "nic"
      Then it fails with ENOENT
