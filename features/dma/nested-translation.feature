@needs:dma
Feature: what a device reaches through a guest's page table
  The addresses of a device are translated twice: by the page table of the guest, then by the nesting parent, which is filled
  from an IOAS. The tables of the guest are read through the parent as well. What the IOMMU keeps of the guest's table has to be
  dropped when the guest says so; what it keeps because of the parent, the kernel drops.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 8 pages
    And a buffer "list" of 1 page
    And an untouched buffer "bits" of 1 page
    And an untouched buffer "later" of 1 page
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

  Rule: an address is translated by both stages, whatever the IOMMU is

    Background:
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"

    Scenario Outline: bytes go both ways, behind <iommu>
      Given <iommu> page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      Then it succeeds
      When it stores pattern "from ram" in buffer "ram" + 1 page
      And device "nic" reads 1 page at 64 MiB + 1 page
      Then the device got pattern "from ram"
      When device "nic" writes pattern "to ram" at 64 MiB
      Then it finds pattern "to ram" in buffer "ram"
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" does not see buffer "ram" at 64 MiB .. +2 pages

      @HWPT-22 @needs:intel-nesting
      Examples: VT-d
        | iommu  |
        | a VT-d |

      @HWPT-37 @HWPT-26 @needs:smmuv3-nesting @needs:hwpt-alloc
      Examples: SMMUv3
        | iommu     |
        | an SMMUv3 |

      @HW-AMD-03 @needs:amd-guest-tables @needs:hwpt-alloc
      Examples: AMD, for which no release of Linux has it
        | iommu  |
        | an AMD |

    Scenario Outline: a page that the guest maps read-only cannot be written, behind <iommu>
      Given <iommu> page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 1 page at 128 MiB to 16 MiB + 2 pages read-only in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      And it stores pattern "kept" in buffer "ram" + 2 pages
      When device "nic" writes pattern "strewn" at 128 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 128 MiB
      Then the device got pattern "kept"
      When device "nic" writes pattern "strewn" at 128 MiB
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 2 pages

      @HWPT-22 @needs:intel-nesting
      Examples: VT-d
        | iommu  |
        | a VT-d |

      @HWPT-37 @needs:smmuv3-nesting @needs:hwpt-alloc
      Examples: SMMUv3
        | iommu     |
        | an SMMUv3 |

      @HW-AMD-03 @needs:amd-guest-tables @needs:hwpt-alloc
      Examples: AMD, for which no release of Linux has it
        | iommu  |
        | an AMD |

    Scenario Outline: what the host unmaps is not reached, whatever was cached for the guest, behind <iommu>
      Given <iommu> page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 2 pages at 64 MiB
      Then the access goes through
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages

      @IOAS-UNMAP-17 @needs:intel-nesting
      Examples: VT-d
        | iommu  |
        | a VT-d |

      @HWPT-37 @IOAS-UNMAP-17 @needs:smmuv3-nesting @needs:hwpt-alloc
      Examples: SMMUv3
        | iommu     |
        | an SMMUv3 |

      @HW-AMD-03 @needs:amd-guest-tables @needs:hwpt-alloc
      Examples: AMD, for which no release of Linux has it
        | iommu  |
        | an AMD |

    @needs:caches-keep
    Scenario Outline: a write goes by what was cached, as a read does, until the guest invalidates, behind <iommu>
      Given <iommu> page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" writes pattern "first" at 64 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "gpt"
      And device "nic" writes pattern "late" at 64 MiB
      Then it finds pattern "late" in buffer "ram"
      When it stores pattern "kept" in buffer "ram"
      And device "nic" reads 1 page at 64 MiB
      Then the device got pattern "kept"
      When device "nic" writes pattern "new" at 64 MiB + 1 page
      Then it finds pattern "new" in buffer "ram" + 5 pages

      @HW-VTD-30 @needs:intel-nesting
      Examples: VT-d
        | iommu  |
        | a VT-d |

      @HW-SMU-10 @needs:smmuv3-nesting @needs:hwpt-alloc
      Examples: SMMUv3
        | iommu     |
        | an SMMUv3 |

      @HW-AMD-05 @needs:amd-guest-tables @needs:hwpt-alloc
      Examples: AMD, for which no release of Linux has it
        | iommu  |
        | an AMD |

  @needs:intel-nesting
  Rule: the tables and pages of a guest are where its VT-d page table and the parent lead

    Background:
      Given a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @HWPT-22
    Scenario Outline: <iova> leads nowhere
      When device "nic" reads 1 page at <iova>
      Then the access is blocked
      When device "nic" writes pattern "strewn" at <iova>
      Then the access is blocked

      Examples:
        | iova              |
        |            16 MiB |
        |             1 MiB |
        | 64 MiB + 2 pages  |
        | 64 MiB - 1 page   |
        | 128 TiB + 64 MiB  |
        | U64_MAX - 64 MiB + 1 byte |

    @HWPT-22
    Scenario: the guest's page is not mapped by the host
      When the guest maps 1 page at 128 MiB to 32 MiB read-write in page table "gpt"
      And device "nic" reads 1 page at 128 MiB
      Then the access is blocked
      When it maps 1 page of buffer "ram" + 4 pages into IOAS "guest" at 32 MiB read-write
      Then device "nic" sees buffer "ram" + 4 pages at 128 MiB .. +1 page

    @HWPT-22 @IOAS-UNMAP-17
    Scenario: the guest's page table is unmapped by the host
      When it unmaps 8 pages at 1 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages

    @HWPT-22 @VFIO-ATT-06
    Scenario: the device moves to another page table of the guest, to the parent, and to another IOAS
      Given a buffer "more" of 4 pages
      And it maps 4 pages of buffer "more" into IOAS "guest" at 2 MiB read-write
      And a VT-d page table "second" in buffer "more", which the guest has at 2 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB + 5 pages read-write in page table "second"
      And a nested HWPT "stage2" with page table "second" for device "nic" on HWPT "parent"
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      When it attaches device "nic" to HWPT "stage2"
      Then device "nic" sees buffer "ram" + 5 pages at 64 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 64 MiB + 1 page .. +1 page
      When it attaches device "nic" to HWPT "parent"
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      And device "nic" does not see buffer "ram" at 64 MiB .. +1 page
      When it attaches device "nic" to IOAS "other"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +1 page

  @needs:intel-nesting
  Rule: what the guest changes takes effect when it is invalidated

    Background:
      Given a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @INV-19
    Scenario Outline: pages are taken away, and all is invalidated by flags <flags>
      When device "nic" reads 2 pages at 64 MiB
      Then the access goes through
      When the guest unmaps 2 pages at 64 MiB in page table "gpt"
      And it stores struct iommu_hwpt_vtd_s1_invalidate in buffer "list":
        | addr | npages  | flags   |
        |    0 | U64_MAX | <flags> |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | data_uptr | buffer "list" |
      Then it succeeds
      And it returns:
        | entry_num | 1 |
      When device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked

      Examples:
        | flags |
        | none  |
        | LEAF  |

    @INV-19
    Scenario: each page leads elsewhere, with an entry of its own
      When device "nic" reads 2 pages at 64 MiB
      Then the access goes through
      When it stores pattern "new first" in buffer "ram" + 4 pages
      And it stores pattern "new second" in buffer "ram" + 5 pages
      And the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "gpt"
      And it stores an array of struct iommu_hwpt_vtd_s1_invalidate in buffer "list":
        | addr            | npages |
        | 64 MiB          |      1 |
        | 64 MiB + 1 page |      1 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | entry_num |             2 |
        | data_uptr | buffer "list" |
      Then it succeeds
      And it returns:
        | entry_num | 2 |
      When device "nic" reads 1 page at 64 MiB
      Then the device got pattern "new first"
      When device "nic" reads 1 page at 64 MiB + 1 page
      Then the device got pattern "new second"

    @INV-18 @INV-10
    Scenario: entries before a wrong one take effect
      When device "nic" reads 2 pages at 64 MiB
      Then the access goes through
      When the guest unmaps 2 pages at 64 MiB in page table "gpt"
      And it stores an array of struct iommu_hwpt_vtd_s1_invalidate in buffer "list":
        | addr                     | npages |
        | 64 MiB                   |      2 |
        | 64 MiB + 1 page + 1 byte |      1 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | entry_num |             2 |
        | data_uptr | buffer "list" |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 1 |
      When device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked

  @needs:intel-nesting
  Rule: an invalidation that makes no sense is refused

    Background:
      Given a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @INV-18
    Scenario Outline: an entry with address <addr>, <pages> pages, flags <flags> and a reserved field of <reserved> is refused
      When it stores an array of struct iommu_hwpt_vtd_s1_invalidate in buffer "list":
        | addr   | npages  | flags   | __reserved |
        | 64 MiB |       1 | none    |          0 |
        | <addr> | <pages> | <flags> | <reserved> |
        | 64 MiB |       1 | none    |          0 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | VTD_S1        |
        | entry_len |      24 bytes |
        | entry_num |             3 |
        | data_uptr | buffer "list" |
      Then it fails with <errno>
      And it returns:
        | entry_num | 1 |

      Examples:
        | addr            | pages   | flags       | reserved | errno      |
        | 64 MiB + 1 byte |       1 | none        |        0 | EINVAL     |
        |            2048 |       1 | none        |        0 | EINVAL     |
        |          1 page | U64_MAX | none        |        0 | EINVAL     |
        |          64 MiB |       1 | bit 1       |        0 | EOPNOTSUPP |
        |          64 MiB |       1 | LEAF, bit 31 |       0 | EOPNOTSUPP |
        |          64 MiB |       1 | none        |        1 | EOPNOTSUPP |
        |          1 byte | U64_MAX | bit 1       |        0 | EOPNOTSUPP |

    Scenario Outline: entries of type <type> and <length> are refused
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "stage1" |
        | data_type | <type>        |
        | entry_len | <length>      |
        | entry_num |             1 |
        | data_uptr | buffer "list" |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |

      @INV-08
      Examples: another type
        | type       | length   |
        | ARM_SMMUV3 | 24 bytes |
        | bit 31     | 24 bytes |

      @INV-09
      Examples: another length
        | type       | length   |
        | VTD_S1     | 23 bytes |
        | VTD_S1     | 25 bytes |

  @needs:intel-nesting
  Rule: what is written through a guest's page table is dirty in the parent

    Background:
      Given a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"

    @DIRTY-11 @DIRTY-13
    Scenario: tracking is switched on after the device was attached
      When device "nic" writes pattern "before" at 64 MiB + 1 page
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "parent" |
        | flags   | ENABLE        |
      Then it succeeds
      When device "nic" reads 2 pages at 64 MiB
      And device "nic" writes pattern "after" at 64 MiB + 1 page
      And it asks HWPT "parent" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it succeeds
      And it finds only bit 1 set in buffer "bits"
      When it asks HWPT "parent" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds no bits set in buffer "later"
      When device "nic" writes pattern "again" at 64 MiB + 1 page
      And it asks HWPT "parent" which of 8 pages at 16 MiB are dirty, into buffer "later"
      Then it finds only bit 1 set in buffer "later"

    @DIRTY-23
    Scenario: tracking is on before the device is attached
      When it attaches device "nic" to IOAS "other"
      And it calls IOMMU_HWPT_SET_DIRTY_TRACKING with:
        | hwpt_id | HWPT "parent" |
        | flags   | ENABLE        |
      And it attaches device "nic" to HWPT "stage1"
      And device "nic" writes pattern "written" at 64 MiB
      And it asks HWPT "parent" which of 8 pages at 16 MiB are dirty, into buffer "bits"
      Then it succeeds
      And it finds only bit 0 set in buffer "bits"
