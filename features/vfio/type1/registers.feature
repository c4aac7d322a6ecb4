@needs:vfio-device @needs:vfio-group @needs:type1-container @needs:two-devices @needs:dma
Feature: a container with type1 maps registers of a device for other devices

  A VMM maps all memory of its guest, and the registers of the guest's devices are among it. A container takes them by the
  address where the VMM has mapped them: one device reaches the other.

  Background:
    Given a container
    And a buffer "ram" of 4 pages
    And a device "nic"
    And a device "disk"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group
    And it opens the group of device "disk"
    And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
      | fd | container "" |
    And it opens device "disk" through its group
    And it mmaps BAR 0 of device "disk" as "window"

  Rule: what is mapped are the registers, and not memory

    @VFIO-MAP2-10
    Scenario: a device that is switched off and on keeps what another one has mapped of it
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      And it clears "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      And it sets "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      And device "disk" shows:
        | EDU_ID | EDU |

    @VFIO-MAP-15 @needs:proc
    Scenario: a device reads the registers of another one, and nobody is charged
      When it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      Then it succeeds
      And it has 0 pages locked
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it calls VFIO_IOMMU_UNMAP_DMA
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

    @VFIO-MAP-15 @needs:proc
    Scenario: memory and registers are mapped beside each other
      When it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 2 pages |
        | vaddr | buffer "window"  |
      Then it has 2 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When device "nic" reads 4 bytes at 16 MiB + 2 pages
      Then the device got the registers of device "disk"

    @VFIO-MAP-15
    Scenario: a device that is off has no registers
      When it clears "MEMORY" in COMMAND of device "disk"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      Then it fails with EFAULT
      And 16 MiB .. +1 page is not mapped in the container
      When it sets "MEMORY" in COMMAND of device "disk"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
