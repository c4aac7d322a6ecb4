Feature: nested page tables of VT-d
  The page table of a guest is a first-stage table of VT-d. Its addresses are those of the guest, which a nesting parent leads
  to memory: the second stage. What the guest wants is looked at when a device comes to it, not when it is made.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "other"
    And a buffer "tables" of 8 pages
    And a buffer "ram" of 4 pages
    And a buffer "data" of 1 page

  Rule: a nested page table needs a second-stage table that was made for it

    @HWPT-31 @needs:intel-iommu @needs:hwpt-alloc
    Scenario Outline: <table> is refused as a parent
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         48 |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | <table>       |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it fails with EINVAL
      And it wrote nothing back

      Examples:
        | table                          |
        | HWPT "plain"                   |
        | the page table of device "nic" |

    @HWPT-31 @needs:intel-nesting
    Scenario Outline: data of type <type> and <length> are refused
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | <type>        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      @HWPT-19
      Examples:
        | type                     |
        | ARM_SMMUV3               |
        | AMD_GUEST                |
        | IOMMU_HWPT_DATA_SELFTEST |
        | bit 31                   |

    @needs:intel-nesting
    Scenario Outline: data of <length> at <address> are refused
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  | <length>      |
        | data_uptr | <address>     |
      Then it fails with <errno>
      And it wrote nothing back
      When it destroys HWPT "parent"
      Then it succeeds

      @HWPT-20
      Examples: another length
        | length   | address       | errno  |
        | 23 bytes | buffer "data" | EINVAL |
        | 25 bytes | buffer "data" | EINVAL |
        | 20 bytes | buffer "data" | EINVAL |

      @HWPT-21
      Examples: no memory
        | length   | address       | errno  |
        | 24 bytes | a bad pointer | EFAULT |

    @HWPT-31 @needs:intel-nesting @needs:device-behind-another-iommu
    Scenario: a device whose unit cannot nest is refused
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a device "old" behind another IOMMU attached to IOAS "other"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         48 |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "old"  |
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "stage1"
      When it attaches device "old" to HWPT "stage1"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "stage1"
      Then it succeeds

  Rule: what the hardware lacks is refused when a device is attached

    @HWPT-32 @needs:intel-nesting
    Scenario Outline: a width of <width>, flags <flags> and a reserved field of <reserved> are refused
      Given it maps 2 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width | flags   | __reserved |
        |      1 MiB | <width>    | <flags> | <reserved> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "stage1"
      When it attaches device "nic" to HWPT "stage1"
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "stage1"
      And it destroys HWPT "parent"
      Then it succeeds

      Examples:
        | width  | flags    | reserved |
        |      0 | none     |        0 |
        |     39 | none     |        0 |
        |     49 | none     |        0 |
        |     57 | none     |        0 |
        | bit 31 | none     |        0 |
        |     48 | SRE      |        0 |
        |     48 | EAFE     |        0 |
        |     48 | SRE, WPE |        0 |
        |     39 | bit 63   |        1 |

    @HWPT-32 @needs:intel-nesting
    Scenario Outline: flags <flags> and a reserved field of <reserved> are taken
      Given it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width | flags   | __reserved |
        |      1 MiB |         48 | <flags> | <reserved> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "stage1"
      When it attaches device "nic" to HWPT "stage1"
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages

      Examples:
        | flags  | reserved |
        | none   |        0 |
        | WPE    |        0 |
        | bit 3  |        0 |
        | bit 63 |        0 |
        | none   |        1 |
        | none   | bit 31   |

  Rule: a nesting parent has no mapping that cannot be written

    @IOAS-MAP-45 @needs:intel-nesting
    Scenario: a read-only map fails in an IOAS with a nesting parent
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      Then it fails with EINVAL
      And nothing has changed
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      When it destroys HWPT "parent"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-only
      Then it succeeds

    @IOAS-MAP-45 @needs:intel-nesting
    Scenario: a nesting parent is refused for an IOAS that has such a mapping
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-only
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it fails with EINVAL
      And it wrote nothing back
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      When it unmaps 1 page at 32 MiB from IOAS "guest"
      And it calls IOMMU_HWPT_ALLOC with:
        | flags | NEST_PARENT |
      Then it made HWPT "parent"
      And HWPT "parent" exists

    @IOAS-MAP-45 @needs:intel-nesting
    Scenario: a read-only copy fails of memory that is mapped read-write elsewhere
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "other" at 16 MiB read-write
      When it copies 1 page at 16 MiB of IOAS "other" into IOAS "guest" at 32 MiB read-only
      Then it fails with EINVAL
      And nothing has changed
      And 32 MiB .. +1 page is not mapped in IOAS "guest"
      When it copies 1 page at 16 MiB of IOAS "other" into IOAS "guest" at 32 MiB read-write
      Then it succeeds

  Rule: the regions of a device are reserved in the IOAS of the parent

    @DEV-41 @needs:intel-nesting
    Scenario: a device is attached to a nested page table, and moves away
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | 256 TiB - 1 byte |
      When it attaches device "nic" to HWPT "stage1"
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        |          0 |     4078 MiB - 1 byte |
        | 4079 MiB | 256 TiB - 1 byte |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      When it attaches device "nic" to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds

    @DEV-41 @DEV-37 @needs:intel-nesting
    Scenario: a mapping lies where the device has a region
      Given it maps 2 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4079 MiB - 1 page read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      Then it fails with EADDRINUSE
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And 4079 MiB - 1 page .. +1 page is mapped in IOAS "guest"
