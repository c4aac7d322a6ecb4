Feature: page tables that enforce cache coherency
  A device may ask for accesses that go past the caches of the CPU. Where its IOMMU has snoop control, the page tables that are
  made for it take that liberty away, which VFIO_CHECK_EXTENSION of VFIO_DMA_CC_IOMMU tells. An IOMMU without snoop control
  cannot use such a page table.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 2 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it calls IOMMU_VFIO_IOAS with:
      | op      | SET          |
      | ioas_id | IOAS "guest" |

  Rule: whether a page table enforces it is decided by the IOMMU of the device that it is made for

    @DEV-26 @VFIO-04 @needs:snoop-control
    Scenario: a device is behind an IOMMU that has snoop control
      Given a device "nic" attached to IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-26 @VFIO-04 @needs:amd-iommu
    Scenario: a device is behind an AMD IOMMU, whose page tables always enforce it
      Given a device "nic" attached to IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-26 @VFIO-04 @needs:snoop-control @needs:hwpt-alloc
    Scenario: a page table is user-allocated
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And an HWPT "table" for device "nic" on IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      When it attaches device "nic" to HWPT "table"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: a page table that enforces it is never shared with a device whose IOMMU does not

    @DEV-26 @DEV-24 @needs:snoop-control @needs:device-behind-another-iommu
    Scenario: the device whose IOMMU enforces coherency is attached first
      Given a device "nic" attached to IOAS "guest"
      And a device "old" behind another IOMMU attached to IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "nic"
      Then the page table of device "nic" no longer exists
      And the page table of device "old" exists
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-26 @DEV-24 @needs:snoop-control @needs:device-behind-another-iommu
    Scenario: the device whose IOMMU does not enforce coherency is detached
      Given a device "nic" attached to IOAS "guest"
      And a device "old" behind another IOMMU attached to IOAS "guest"
      When it detaches device "old"
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      And the page table of device "old" no longer exists
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-24 @needs:device-behind-another-iommu @needs:hwpt-alloc
    Scenario: a user-allocated HWPT is refused to a device that does not fit
      Given an IOAS "host"
      And a device "nic" attached to IOAS "host"
      And a device "old" behind another IOMMU attached to IOAS "host"
      And an HWPT "table" for device "nic" on IOAS "guest"
      When it attaches device "old" to HWPT "table"
      Then it fails with EINVAL
      And the page table of device "old" exists
      When it attaches device "old" to IOAS "guest"
      Then device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: a page table that does not enforce it is shared with all that can use it

    @DEV-26 @DEV-22 @needs:snoop-control @needs:device-behind-another-iommu
    Scenario: the device whose IOMMU does not enforce coherency is attached first
      Given an IOAS "host"
      And a device "nic" attached to IOAS "host"
      And a device "old" behind another IOMMU attached to IOAS "guest"
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT on device "nic" with:
        | pt_id | IOAS "guest" |
      Then it returns:
        | pt_id | the page table of device "old" |
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "old" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "old"
      Then the page table of device "old" exists
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB + 1 page .. +1 page
