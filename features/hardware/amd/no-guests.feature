@needs:amd-iommu @needs:hwpt-alloc @needs:hwpt-flags
Feature: an AMD IOMMU of Linux 7.3 takes nothing of a guest
  The header has a device table entry of a guest, and the driver has code for it that nothing calls. Nesting parents and vIOMMUs
  can be made where the unit has what they need; on them there is nothing to be had.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page
    And a device "nic" attached to IOAS "other"
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

  Rule: no page table of a guest is made, whatever is asked for

    @HW-AMD-07 @needs:amd-nesting
    Scenario Outline: an entry with <dte> is refused on <where>
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "guest" for device "nic" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte   |
        | <dte> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | <where>       |
        | data_type | AMD_GUEST     |
        | data_len  | 32 bytes      |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it attaches device "nic" to HWPT "parent"
      Then it succeeds

      @HWPT-38
      Examples:
        | where          | dte                               |
        | HWPT "parent"  | V, TV, GV, GIOV, GCR3_30_15 1 MiB |
        | vIOMMU "guest" | V, TV, GV, GIOV, GCR3_30_15 1 MiB |
        | HWPT "parent"  | 0                                 |
        | vIOMMU "guest" | 0                                 |

    @HW-AMD-08
    Scenario Outline: <field> <value> is looked at before the driver is
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id      | <table>       |
        | data_type  | AMD_GUEST     |
        | data_len   | 32 bytes      |
        | data_uptr  | buffer "data" |
        | <field>    | <value>       |
      Then it fails with <errno>
      And it wrote nothing back

      Examples:
        | field      | value          | table          | errno      |
        | __reserved | 1              | no such object | EOPNOTSUPP |
        | data_type  | NONE           | no such object | EINVAL     |
        | data_len   | 0              | no such object | EINVAL     |
        | dev_id     | no such object | no such object | ENOENT     |
        | dev_id     | IOAS "guest"   | HWPT "tables"  | ENOENT     |
        | flags      | none           | no such object | EINVAL     |

    @HW-AMD-08
    Scenario Outline: with flags <flags>, a type of <type> and <length> at <address> nothing is made on what is no nesting parent
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "tables" |
        | flags     | <flags>       |
        | data_type | <type>        |
        | data_len  | <length>      |
        | data_uptr | <address>     |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "tables"
      Then it succeeds

      Examples:
        | flags       | type      | length     | address       |
        | none        | AMD_GUEST | 32 bytes   | buffer "data" |
        | none        | AMD_GUEST | 31 bytes   | buffer "data" |
        | none        | AMD_GUEST | 4294967295 | buffer "data" |
        | none        | AMD_GUEST | 32 bytes   | a bad pointer |
        | none        | bit 31    | 32 bytes   | buffer "data" |
        | bit 31      | AMD_GUEST | 32 bytes   | buffer "data" |
        | NEST_PARENT | AMD_GUEST | 32 bytes   | buffer "data" |

    @HW-AMD-09 @HWPT-25 @needs:amd-nesting @needs:iommu-without-dirty-bits
    Scenario: a device behind another unit than the vIOMMU is refused before the driver is asked
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "guest" for device "nic" on HWPT "parent"
      And a device "far" behind an IOMMU without dirty bits attached to IOAS "other"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "far"   |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it fails with EINVAL
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "nic"   |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

    @HW-AMD-12 @needs:amd-nesting
    Scenario Outline: there is nothing to invalidate with entries of type <type>
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "guest" for device "nic" on HWPT "parent"
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "guest" |
        | data_type | <type>         |
        | data_uptr | buffer "data"  |
        | entry_len | 16 bytes       |
        | entry_num | <entries>      |
      Then it fails with EOPNOTSUPP
      And it returns:
        | entry_num | 0 |
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | HWPT "parent" |
        | data_type | <type>        |
        | data_uptr | buffer "data" |
        | entry_len | 16 bytes      |
        | entry_num | <entries>     |
      Then it fails with EINVAL
      And it returns:
        | entry_num | 0 |

      @INV-05
      Examples:
        | type       | entries |
        | VTD_S1     | 1       |
        | ARM_SMMUV3 | 1       |
        | bit 31     | 1       |
        | 3          | 2       |

  Rule: a vIOMMU is made of any type but DEFAULT, on a nesting parent

    @HW-AMD-10 @needs:amd-nesting
    Scenario Outline: the data of the user, <length> at <address>, are nobody's business for type <type>
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type      | <type>        |
        | hwpt_id   | HWPT "parent" |
        | data_len  | <length>      |
        | data_uptr | <address>     |
      Then it made vIOMMU "guest"
      When it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "guest"
      And it destroys HWPT "parent"
      Then it succeeds

      @VIOMMU-14
      Examples:
        | type       | length     | address       |
        | 7          | 0          | null          |
        | 7          | 1 byte     | a bad pointer |
        | ARM_SMMUV3 | 4294967295 | null          |
        | bit 31     | 1 page     | buffer "data" |

    @HW-AMD-10
    Scenario Outline: <field> <value> is refused
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | 7             |
        | hwpt_id | HWPT "tables" |
        | <field> | <value>       |
      Then it fails with <errno>
      And it wrote nothing back
      When it destroys HWPT "tables"
      Then it succeeds

      @VIOMMU-14
      Examples:
        | field | value   | errno      |
        | flags | bit 0   | EOPNOTSUPP |
        | type  | DEFAULT | EOPNOTSUPP |

      @VIOMMU-14
      Examples: the page table is no parent
        | field | value   | errno      |
        | type  | 7       | EINVAL     |

  Rule: what a nesting parent needs, the unit has to have

    @HW-AMD-11
    Scenario Outline: flags <flags> are refused behind a unit without guest translation
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | 7             |
        | hwpt_id | HWPT "tables" |
      Then it fails with EINVAL

      @HWPT-08
      Examples:
        | flags                       |
        | NEST_PARENT                 |
        | NEST_PARENT, DIRTY_TRACKING |

    @HW-AMD-11 @HWPT-10 @needs:amd-nesting @needs:iommu-without-dirty-bits
    Scenario: a unit with guest translation and without dirty bits nests, and does not track
      Given a device "far" behind an IOMMU without dirty bits attached to IOAS "other"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | device "far" |
        | flags  | NEST_PARENT  |
      Then it made HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | device "far"                |
        | flags  | NEST_PARENT, DIRTY_TRACKING |
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id | device "nic"                |
        | flags  | NEST_PARENT, DIRTY_TRACKING |
      Then it made HWPT "tracking"
      When it attaches device "far" to HWPT "tracking"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "tracking"
      Then it succeeds

  @needs:amd-nesting @needs:dma
  Rule: a nesting parent below a vIOMMU is a page table as any other

    Background:
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "guest" for device "nic" on HWPT "parent"

    @HW-AMD-13 @IOAS-UNMAP-17
    Scenario: what is unmapped from a parent with a vIOMMU is gone, and its neighbours stay
      When it attaches device "nic" to HWPT "parent"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 pages at 16 MiB
      And device "nic" reads 4 pages at 32 MiB
      Then the access goes through
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" at 32 MiB .. +4 pages
      When it destroys vIOMMU "guest"
      And it unmaps 4 pages at 32 MiB from IOAS "guest"
      And device "nic" reads 1 page at 32 MiB + 2 pages
      Then the access is blocked

    @HW-AMD-14 @VIOMMU-06 @needs:iommu-without-dirty-bits
    Scenario: two vIOMMUs of two units hold one parent
      Given a device "far" behind an IOMMU without dirty bits attached to IOAS "other"
      And a vIOMMU "second" for device "nic" on HWPT "parent"
      And a vIOMMU "third" for device "far" on HWPT "parent"
      When it attaches device "far" to HWPT "parent"
      And it attaches device "nic" to HWPT "parent"
      Then device "far" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys vIOMMU "second"
      And it destroys vIOMMU "guest"
      And it attaches device "nic" to IOAS "other"
      And it attaches device "far" to IOAS "other"
      And it destroys HWPT "parent"
      Then it fails with EBUSY
      When it destroys vIOMMU "third"
      And it destroys HWPT "parent"
      Then it succeeds
