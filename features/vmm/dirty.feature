@needs:dma @needs:vfio-device
Feature: which pages of a guest are written
  A VMM that moves its guest to another host copies memory while the guest runs, and has to know what was written since. What
  processors write it sees itself; what devices write the IOMMU has to tell.

  Background:
    Given a device "nic"
    And the guest has RAM "low" of 8 pages at 16 MiB
    And the guest has RAM "high" of 4 pages at 64 MiB
    And the guest has ROM "bios" of 2 pages at 256 MiB

  Rule: what a device wrote is dirty, once

    Scenario Outline: what devices and processors write is found once, behind <iommu>
      Given the VMM plugs device "nic" by iommufd
      And the guest lets device "nic" write pattern "before" at 16 MiB + 1 page
      When the VMM begins to log dirty pages
      Then the VMM finds no page of RAM "low" dirty
      When the guest lets device "nic" write pattern "arrived" at 16 MiB + 3 pages
      And the guest stores pattern "stored" at 16 MiB + 5 pages
      And the guest lets device "nic" read 1 page at 16 MiB + 6 pages
      Then the VMM finds pages 3, 5 of RAM "low" dirty
      And the VMM finds no page of RAM "low" dirty
      And the VMM finds no page of RAM "high" dirty
      When the guest lets device "nic" write pattern "again" at 16 MiB + 3 pages
      Then the VMM finds page 3 of RAM "low" dirty

      @VMM-DRT-02 @VMM-DRT-03 @needs:intel-nesting
      Examples:
        | iommu |
        | VT-d  |

      @VMM-DRT-02 @VMM-DRT-03 @needs:amd-nesting
      Examples:
        | iommu |
        | AMD   |

    Scenario Outline: what is written between two logs is not of the second one, behind <iommu>
      Given the VMM plugs device "nic" by iommufd
      And the VMM begins to log dirty pages
      When the guest lets device "nic" write pattern "arrived" at 64 MiB
      And the VMM ends its log of dirty pages
      And the guest lets device "nic" write pattern "between" at 64 MiB + 1 page
      And the VMM begins to log dirty pages
      Then the VMM finds no page of RAM "high" dirty
      When the guest lets device "nic" write pattern "later" at 64 MiB + 2 pages
      Then the VMM finds page 2 of RAM "high" dirty

      @VMM-DRT-02 @needs:intel-nesting
      Examples:
        | iommu |
        | VT-d  |

      @VMM-DRT-02 @needs:amd-nesting
      Examples:
        | iommu |
        | AMD   |

    @VMM-DRT-01 @needs:intel-nesting @needs:device-behind-another-iommu
    Scenario: one device whose writes nobody can tell makes all of the memory dirty
      Given a device "far" behind another IOMMU
      And the VMM plugs device "nic" by iommufd
      And the VMM plugs device "far" by iommufd
      When the VMM begins to log dirty pages
      And the guest lets device "nic" write pattern "near" at 16 MiB + 1 page
      And the guest lets device "far" write pattern "far" at 16 MiB + 6 pages
      Then the VMM finds every page of RAM "low" dirty
      When the VMM unplugs device "far"
      Then the VMM finds every page of RAM "low" dirty
      When the VMM ends its log of dirty pages
      And the VMM begins to log dirty pages
      And the guest lets device "nic" write pattern "later" at 16 MiB + 2 pages
      Then the VMM finds page 2 of RAM "low" dirty

    @VMM-DRT-02 @needs:intel-nesting
    Scenario: a device that comes while pages are logged is logged as well
      When the VMM begins to log dirty pages
      And the VMM plugs device "nic" by iommufd
      And the guest lets device "nic" write pattern "arrived" at 16 MiB + 2 pages
      Then the VMM finds page 2 of RAM "low" dirty

  Rule: where nobody can tell, all may be dirty

    @VMM-DRT-01 @needs:type1-container @needs:vfio-group
    Scenario: a container of VFIO's own tells of each page that is pinned
      Given the VMM plugs device "nic" by legacy
      When the VMM begins to log dirty pages
      Then the VMM finds every page of RAM "low" dirty
      And the VMM finds every page of RAM "high" dirty
      And the VMM finds no page of RAM "bios" dirty
      And the VMM finds every page of RAM "low" dirty

    @VMM-DRT-01 @needs:basic-iommu
    Scenario: an IOMMU that keeps no dirty bits is not asked
      Given the VMM plugs device "nic" by iommufd
      When the VMM begins to log dirty pages
      Then the VMM finds every page of RAM "low" dirty
      And the VMM finds every page of RAM "low" dirty
      And the VMM finds no page of RAM "bios" dirty
      When the guest lets device "nic" write pattern "arrived" at 16 MiB + 2 pages
      Then the guest finds pattern "arrived" at 16 MiB + 2 pages
      And the VMM has called last:
        | call                                 | with |
        | VFIO_DEVICE_GET_INFO of device "nic" |      |
        | IOMMU_GET_HW_INFO                    |      |

  Rule: what is called for a log

    @VMM-CB-07 @VMM-CB-08 @needs:intel-nesting
    Scenario: a log by iommufd asks each page table for memory that can be written
      Given the VMM plugs device "nic" by iommufd
      When the VMM begins to log dirty pages
      Then the VMM finds no page of RAM "low" dirty
      And the VMM finds no page of RAM "bios" dirty
      When the VMM ends its log of dirty pages
      Then the VMM has called last:
        | call                          | with                                                           |
        | IOMMU_HWPT_SET_DIRTY_TRACKING | hwpt_id 3; flags IOMMU_HWPT_DIRTY_TRACKING_ENABLE              |
        | IOMMU_HWPT_GET_DIRTY_BITMAP   | hwpt_id 3; flags 0; iova 16 MiB; length 8 pages; page_size 1 page |
        | IOMMU_HWPT_SET_DIRTY_TRACKING | hwpt_id 3; flags 0                                             |

    @VMM-CB-07 @VMM-CB-08 @needs:type1-container @needs:vfio-group
    Scenario: a log by legacy asks the container for memory that can be written
      Given the VMM plugs device "nic" by legacy
      When the VMM begins to log dirty pages
      Then the VMM finds every page of RAM "high" dirty
      And the VMM finds no page of RAM "bios" dirty
      When the VMM ends its log of dirty pages
      Then the VMM has called last:
        | call                   | with                                                    |
        | VFIO_IOMMU_DIRTY_PAGES | argsz 8; flags VFIO_IOMMU_DIRTY_PAGES_FLAG_START        |
        | VFIO_IOMMU_DIRTY_PAGES | argsz 48; flags VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP  |
        | VFIO_IOMMU_DIRTY_PAGES | argsz 8; flags VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP         |
