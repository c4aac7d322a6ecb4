@needs:hwpt-alloc @needs:hwpt-flags @needs:dma
Feature: which flags of IOMMU_HWPT_ALLOC go together
  Whether a page table can be a nesting parent, track what is written, or be used for PASIDs depends on its format, and so do
  the combinations. A device reaches the same through each of them.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 6 pages
    And a device "nic" attached to IOAS "other"
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write

  Rule: each format takes the flags that it has a place for

    Scenario Outline: a device reaches its memory through a page table with flags <flags>, behind <iommu>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it made HWPT "tables"
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then it finds pattern "arrived" in buffer "ram" + 1 page
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages
      When it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "tables"
      Then it succeeds

      @HW-FLG-01 @needs:intel-nesting
      Examples: VT-d in scalable mode
        | iommu | flags                              |
        | VT-d  | none                               |
        | VT-d  | PASID                              |
        | VT-d  | NEST_PARENT                        |
        | VT-d  | DIRTY_TRACKING                     |
        | VT-d  | NEST_PARENT, DIRTY_TRACKING        |
        | VT-d  | NEST_PARENT, PASID                 |
        | VT-d  | DIRTY_TRACKING, PASID              |
        | VT-d  | NEST_PARENT, DIRTY_TRACKING, PASID |

      @HW-FLG-03 @needs:smmuv3-nesting
      Examples: SMMUv3
        | iommu     | flags       |
        | an SMMUv3 | none        |
        | an SMMUv3 | PASID       |
        | an SMMUv3 | NEST_PARENT |

      @HW-FLG-04 @needs:amd-nesting
      Examples: AMD
        | iommu        | flags                       |
        | an AMD IOMMU | none                        |
        | an AMD IOMMU | PASID                       |
        | an AMD IOMMU | DIRTY_TRACKING              |
        | an AMD IOMMU | NEST_PARENT                 |
        | an AMD IOMMU | NEST_PARENT, DIRTY_TRACKING |

    Scenario Outline: flags <flags> do not go together, behind <iommu>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <left>       |
      Then it made HWPT "tables"
      And HWPT "tables" exists

      @HW-FLG-03 @needs:smmuv3-nesting
      Examples: SMMUv3
        | iommu     | flags                              | left        |
        | an SMMUv3 | NEST_PARENT, PASID                 | NEST_PARENT |
        | an SMMUv3 | NEST_PARENT, DIRTY_TRACKING        | NEST_PARENT |
        | an SMMUv3 | NEST_PARENT, DIRTY_TRACKING, PASID | PASID       |

      @HW-FLG-04 @needs:amd-nesting
      Examples: AMD
        | iommu        | flags                              | left           |
        | an AMD IOMMU | NEST_PARENT, PASID                 | NEST_PARENT    |
        | an AMD IOMMU | DIRTY_TRACKING, PASID              | DIRTY_TRACKING |
        | an AMD IOMMU | NEST_PARENT, DIRTY_TRACKING, PASID | PASID          |

    @HW-FLG-01 @needs:intel-nesting
    Scenario Outline: data of the driver come with flags <flags> behind VT-d
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | IOAS "guest" |
        | flags     | <flags>      |
        | data_type | VTD_S1       |
        | data_len  | 24 bytes     |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      @HWPT-15
      Examples:
        | flags                       |
        | none                        |
        | NEST_PARENT                 |
        | NEST_PARENT, DIRTY_TRACKING |

  Rule: a nesting parent of VT-d cannot have what the device may only read

    @HW-FLG-02 @needs:intel-nesting
    Scenario Outline: a read-only map is refused beside others, with a parent with flags <flags>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it made HWPT "parent"
      When it attaches device "nic" to HWPT "parent"
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-only
      Then it fails with EINVAL
      And nothing has changed
      When device "nic" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "parent"
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-only
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it fails with EINVAL
      And 16 MiB + 4 pages .. +2 pages is mapped in IOAS "guest"

      @IOAS-MAP-45
      Examples:
        | flags                       |
        | NEST_PARENT                 |
        | NEST_PARENT, DIRTY_TRACKING |

  Rule: what a page table of AMD is for decides its format

    @HW-FLG-05 @needs:amd-nesting
    Scenario Outline: <bits> bits of an address are translated by a page table with flags <flags>
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | <flags>      |
      Then it made HWPT "tables"
      And the usable IOVAs of IOAS "guest" are:
        | 0 | <end> - 1 byte |
      When it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at <end> - 1 page read-write
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" + 4 pages at <end> - 1 page .. +1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" at <end> read-write
      Then it fails with EINVAL
      And nothing has changed
      And device "nic" does not see buffer "ram" at <end> .. +1 page

      Examples:
        | flags       | bits | end     |
        | none        |   48 | 256 TiB |
        | NEST_PARENT |   48 | 256 TiB |
        | PASID       |   47 | 128 TiB |

    @HW-FLG-06 @PASID-17 @needs:amd-nesting
    Scenario: a page table for PASIDs of an AMD IOMMU is attached to the device, and to no PASID
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | PASID        |
      Then it made HWPT "tables"
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | flags | PASID         |
        | pasid | 1             |
        | pt_id | HWPT "tables" |
      Then it fails with EOPNOTSUPP
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "tables"
      Then it succeeds
