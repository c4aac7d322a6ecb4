@needs:dma @needs:vfio-device @needs:proc
Feature: memory that a running guest is given and loses
  What is mapped follows the flat view of the guest: piece by piece, and never more than the piece that changes.

  Background:
    Given a device "nic"

  Rule: what comes is mapped

    Scenario Outline: RAM and ROM are added to a guest with a device, by <backend>
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the VMM plugs device "nic" by <backend>
      When the VMM adds RAM "high" of 4 pages at 64 MiB
      And the VMM adds ROM "bios" of 2 pages at 64 MiB + 4 pages
      Then device "nic" reaches all that the guest has, and nothing beside it
      And process "VMM" has 14 pages <charge>

      @VMM-LST-04 @VMM-CB-04 @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      @VMM-LST-04 @VMM-CB-04
      Examples:
        | backend | charge |
        | iommufd | pinned |

    @VMM-LST-04
    Scenario: each piece is one map, by iommufd
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the VMM plugs device "nic" by iommufd
      When the VMM adds RAM "high" of 4 pages at 64 MiB
      Then the VMM has called last:
        | call           | with                        |
        | VFIO_DEVICE_GET_INFO |                       |
        | IOMMU_GET_HW_INFO    |                       |
        | IOMMU_IOAS_MAP | iova 64 MiB; length 4 pages |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-LST-03
    Scenario Outline: of memory that ends within a page the whole pages are reached, by <backend>
      Given the guest has RAM "crooked" of 3 pages + 512 bytes at 16 MiB
      And the guest has RAM "crumb" of 512 bytes at 64 MiB
      When the VMM plugs device "nic" by <backend>
      Then process "VMM" has 3 pages <charge>
      When the guest lets device "nic" write pattern "arrived" at 16 MiB + 2 pages
      Then the access goes through
      And the guest finds pattern "arrived" at 16 MiB + 2 pages
      When the guest lets device "nic" read 512 bytes at 16 MiB + 3 pages
      Then the access is blocked
      When the guest lets device "nic" read 512 bytes at 64 MiB
      Then the access is blocked

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      Examples:
        | backend | charge |
        | iommufd | pinned |

    @VMM-LST-02
    Scenario Outline: memory that begins within a page is not reached, by <backend>
      Given the guest has RAM "straight" of 2 pages at 32 MiB
      And the guest has RAM "crooked" of 4 pages at 16 MiB + 512 bytes
      When the VMM plugs device "nic" by <backend>
      Then process "VMM" has 2 pages <charge>
      When the guest lets device "nic" read 512 bytes at 16 MiB + 512 bytes
      Then the access is blocked
      When the guest lets device "nic" read 1 page at 16 MiB + 1 page
      Then the access is blocked
      When the guest lets device "nic" write pattern "arrived" at 32 MiB
      Then the access goes through
      And the guest finds pattern "arrived" at 32 MiB

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      Examples:
        | backend | charge |
        | iommufd | pinned |

  Rule: what goes is out of reach, and nothing else

    Scenario Outline: the middle one of three is taken away, and comes back as another, by <backend>
      Given the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "middle" of 4 pages at 16 MiB + 4 pages
      And the guest has RAM "high" of 4 pages at 16 MiB + 8 pages
      And the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the VMM takes RAM "middle" away
      Then device "nic" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages <charge>
      When the VMM adds ROM "other" of 4 pages at 16 MiB + 4 pages
      Then device "nic" reaches all that the guest has, and nothing beside it

      @VMM-LST-08 @VMM-CB-06 @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      @VMM-LST-08 @VMM-CB-06
      Examples:
        | backend | charge |
        | iommufd | pinned |

    @VMM-CB-06
    Scenario: a piece that goes is one unmap, by iommufd
      Given the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "high" of 4 pages at 16 MiB + 4 pages
      And the VMM plugs device "nic" by iommufd
      When the VMM takes RAM "high" away
      Then the VMM has called last:
        | call                 | with                                                |
        | IOMMU_GET_HW_INFO    |                                                     |
        | IOMMU_IOAS_UNMAP     | ioas_id 2; iova 16 MiB + 4 pages; length 4 pages    |
      And device "nic" reaches all that the guest has, and nothing beside it

    @VMM-CB-06 @needs:type1-container @needs:vfio-group
    Scenario: a piece that goes is one unmap, by legacy
      Given the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "high" of 4 pages at 16 MiB + 4 pages
      And the VMM plugs device "nic" by legacy
      When the VMM takes RAM "high" away
      Then the VMM has called last:
        | call                 | with                                |
        | VFIO_DEVICE_GET_INFO |                                     |
        | VFIO_IOMMU_UNMAP_DMA | iova 16 MiB + 4 pages; size 4 pages |
      And device "nic" reaches all that the guest has, and nothing beside it
