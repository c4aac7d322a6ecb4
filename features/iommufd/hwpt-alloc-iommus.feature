@needs:device @needs:hwpt-alloc
Feature: IOMMU_HWPT_ALLOC behind other IOMMUs
  What flags a page table can have is for the driver of the IOMMU to say. That of a virtio-iommu takes none at all; that
  of an AMD IOMMU makes nesting parents where the hardware has what they need, but takes no page table of a guest.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "ram" of 8 pages

  Rule: what the IOMMU or its driver lacks is refused

    @HWPT-08 @HWPT-10
    Scenario Outline: flags <flags>, which <iommu> lacks
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      And HWPT "tables" exists

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          | flags                       |
        | a virtio-iommu | NEST_PARENT                 |
        | a virtio-iommu | DIRTY_TRACKING              |
        | a virtio-iommu | NEST_PARENT, DIRTY_TRACKING |

      @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        | flags                       |
        | an AMD IOMMU | NEST_PARENT                 |
        | an AMD IOMMU | DIRTY_TRACKING              |
        | an AMD IOMMU | NEST_PARENT, DIRTY_TRACKING |

    @PASID-17
    Scenario Outline: a page table for PASIDs, which <iommu> lacks
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | flags | PASID                          |
        | pasid | 1                              |
        | pt_id | the page table of device "nic" |
      Then it fails with EINVAL
      And nothing has changed

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

    @HWPT-43 @needs:fault-queue @needs:virtio-iommu
    Scenario Outline: a fault queue, <queue>, for an IOMMU whose driver takes no flags
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID |
        | fault_id | <queue>        |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys fault queue "faults"
      Then it fails with EBUSY
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds

      Examples:
        | queue                |
        | fault queue "faults" |
        | no such object       |

    @HWPT-39 @needs:amd-iommu
    Scenario Outline: flags <flags>, which do not go together behind an AMD IOMMU
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | flags                              |
        | NEST_PARENT, PASID                 |
        | DIRTY_TRACKING, PASID              |
        | NEST_PARENT, DIRTY_TRACKING, PASID |

    @HWPT-39 @needs:amd-nesting
    Scenario: an AMD IOMMU makes a nesting parent, but not one for PASIDs
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      And HWPT "parent" exists
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT, PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

  Rule: an AMD IOMMU takes no page table of a guest, though it makes nesting parents and vIOMMUs

    @HWPT-38 @needs:amd-iommu
    Scenario Outline: a nested page table with data of type <type>, where the parent is <parent>
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | <parent>     |
        | data_type | <type>       |
        | data_len  |     32 bytes |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | parent                         | type      |
        | HWPT "tables"                  | AMD_GUEST |
        | HWPT "tables"                  | VTD_S1    |
        | the page table of device "nic" | AMD_GUEST |

    @HWPT-38 @needs:amd-nesting
    Scenario: a nested page table on a nesting parent
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | AMD_GUEST     |
        | data_len  |      32 bytes |
        | data_uptr | buffer "ram"  |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

    @HWPT-25 @HWPT-38 @INV-05 @needs:amd-nesting
    Scenario: a vIOMMU has neither nested page tables nor invalidations
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | 7             |
        | hwpt_id | HWPT "parent" |
      Then it made vIOMMU "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  |       32 bytes |
        | data_uptr | buffer "ram"   |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "guest" |
        | data_type | VTD_S1         |
        | data_uptr | buffer "ram"   |
        | entry_len |       16 bytes |
        | entry_num |              1 |
      Then it fails with EOPNOTSUPP
      And it returns:
        | entry_num | 0 |
      When it destroys vIOMMU "guest"
      Then it succeeds
