@needs:amd-guest-tables @needs:hwpt-alloc @needs:dma
Feature: page tables of guests behind an AMD IOMMU
  No release of Linux up to 7.3 takes them. This is what the header defines, as the driver's code does it that nothing calls: a
  guest has a device table entry, which leads to a GCR3 table, and that for each PASID to a page table of x86-64. Their
  addresses are the guest's, and are translated by the nesting parent.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 8 pages
    And a buffer "tables" of 8 pages
    And a buffer "data" of 1 page
    And a device "nic" attached to IOAS "other"
    And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
    And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a nesting HWPT "parent" for device "nic" on IOAS "guest"
    And an AMD page table "gpt" in buffer "tables", which the guest has at 1 MiB
    And the guest maps 2 pages at 64 MiB to 16 MiB read-write in page table "gpt"

  Rule: an entry of a guest is of one type and of one length

    @HW-AMD-15
    Scenario Outline: data of type <type>, <length> at <address>, are refused
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | <type>         |
        | data_len  | <length>       |
        | data_uptr | <address>      |
      Then it fails with <errno>
      And it wrote nothing back
      When it destroys vIOMMU "guest"
      Then it succeeds

      Examples:
        | type      | length     | address       | errno      |
        | VTD_S1    | 32 bytes   | buffer "data" | EOPNOTSUPP |
        | VTD_S1    | 31 bytes   | a bad pointer | EOPNOTSUPP |
        | bit 31    | 32 bytes   | buffer "data" | EOPNOTSUPP |
        | AMD_GUEST | 31 bytes   | buffer "data" | EINVAL     |
        | AMD_GUEST | 33 bytes   | buffer "data" | EINVAL     |
        | AMD_GUEST | 4294967295 | a bad pointer | EINVAL     |
        | AMD_GUEST | 32 bytes   | a bad pointer | EFAULT     |

  Rule: what is the host's is refused, then what makes no sense, and the rest is passed over

    Scenario Outline: an entry with <dte> is refused
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte   |
        | <dte> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it fails with <errno>
      And it wrote nothing back

      @HW-AMD-02
      Examples: what only the host decides
        | dte                                                    | errno      |
        | V, TV, GV, GIOV, GCR3_30_15 1 MiB, Mode 4              | EINVAL     |
        | Mode 1                                                 | EINVAL     |
        | V, TV, GV, GIOV, GCR3_30_15 1 MiB, HostRoot 1 page     | EINVAL     |
        | HostRoot 8 MiB                                         | EINVAL     |

      @HW-AMD-02 @HW-AMD-16
      Examples: what no unit can walk
        | dte                                                    | errno      |
        | V, GV                                                  | EINVAL     |
        | V, GV, GLX 3, GCR3_30_15 1 MiB                         | EINVAL     |
        | GLX 3                                                  | EINVAL     |
        | V, GV, GuestPagingMode 2, GCR3_30_15 1 MiB             | EINVAL     |
        | GuestPagingMode 3                                      | EINVAL     |

      @HW-AMD-02 @HW-AMD-16
      Examples: what this host cannot walk
        | dte                                                    | errno      |
        | V, GV, GuestPagingMode 1, GCR3_30_15 1 MiB             | EOPNOTSUPP |

      @HW-AMD-16
      Examples: what is looked at first
        | dte                                                    | errno      |
        | GuestPagingMode 1, Mode 1                              | EINVAL     |
        | V, GV, GuestPagingMode 1                               | EINVAL     |
        | GuestPagingMode 1, GLX 3                               | EINVAL     |

    Scenario Outline: an entry with <dte> is taken, and the device reaches its memory
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte   |
        | <dte> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "stage1"
      When it attaches device "nic" to HWPT "stage1"
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      When device "nic" writes pattern "to ram" at 64 MiB + 1 page
      Then it finds pattern "to ram" in buffer "ram" + 1 page

      @HW-AMD-16
      Examples: bits that are the host's, or nobody's
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, IR, IW       |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, I, HAD 3     |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, bit 53       |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, bit 255      |

      @HW-AMD-17
      Examples: rights and translation are the host's to give
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB               |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, DomainID 65535 |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, PPR          |

    @HW-AMD-17
    Scenario Outline: nothing is reached by an entry with <dte>
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte   |
        | <dte> |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "stage1"
      When it attaches device "nic" to HWPT "parent"
      And device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it attaches device "nic" to HWPT "stage1"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      Examples:
        | dte                                                |
        | 0                                                  |
        | V                                                  |
        | V, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB       |
        | GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB      |

    @HW-AMD-17
    Scenario: without GIOV, what comes without a PASID is the parent's business
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                         |
        | V, GV, GCR3_14_12 1 page, GCR3_30_15 1 MiB  |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "stage1"
      When it attaches device "nic" to HWPT "stage1"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 64 MiB .. +2 pages

  Rule: the table of a guest is one of x86-64

    @HW-AMD-03
    Scenario: what was used and what was written is marked in the guest's own entries
      Given a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      # P, RW, US, A; the root, the GCR3 table and two tables come before.
      And buffer "tables" + 4 pages holds:
        | entry    | high |
        | 16777255 | 0    |
      When device "nic" writes pattern "to ram" at 64 MiB
      Then it finds pattern "to ram" in buffer "ram"
      # D as well.
      And buffer "tables" + 4 pages holds:
        | entry    | high |
        | 16777319 | 0    |

    @HW-AMD-03
    Scenario Outline: an entry of <size> with "<words>" leads to <to>, and <place> to <first> of the memory
      Given a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When the guest maps <size> at <iova> to <to> by "<words>" in page table "gpt"
      Then device "nic" sees buffer "ram" + <first> at <place> .. +2 pages
      When device "nic" writes pattern "written" at <place> + 1 page
      Then it finds pattern "written" in buffer "ram" + <first> + 1 page

      Examples:
        | size  | iova            | to     | words                 | place                     | first   |
        | 8 KiB | 66 MiB          | 16 MiB | P, RW, US             | 66 MiB                    | 0 pages |
        | 8 KiB | 66 MiB          | 16 MiB | P, RW, US, A, D       | 66 MiB                    | 0 pages |
        | 2 MiB | 66 MiB          | 16 MiB | P, RW, US, PS         | 66 MiB + 2 pages          | 2 pages |
        | 2 MiB | 66 MiB          | 16 MiB | P, RW, US, PS, bit 12 | 66 MiB + 2 pages          | 2 pages |
        | 1 GiB | 3 GiB           | 0      | P, RW, US, PS         | 3 GiB + 16 MiB            | 0 pages |
        | 2 MiB | 256 TiB - 2 MiB | 16 MiB | P, RW, US, PS         | 256 TiB - 2 MiB + 4 pages | 4 pages |

    @HW-AMD-03
    Scenario Outline: a page of <size> is mapped by "<words>": a read <readable>, a write <writable>
      Given a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When the guest maps <size> at 66 MiB to 16 MiB by "<words>" in page table "gpt"
      And device "nic" writes pattern "strewn" at 66 MiB
      Then the access <writable>
      When device "nic" reads 1 page at 66 MiB
      Then the access <readable>
      And the level <level> entry of 66 MiB in page table "gpt" has "<marked>" and not "<unmarked>"
      And device "nic" sees buffer "ram" at 64 MiB .. +1 page

      Examples:
        | size  | words         | level | readable     | writable     | marked | unmarked |
        | 8 KiB | P, RW, US     |     1 | goes through | goes through | A, D   | none     |
        | 8 KiB | P, US         |     1 | goes through | is blocked   | A      | D        |
        | 8 KiB | P, RW         |     1 | is blocked   | is blocked   | none   | A, D     |
        | 8 KiB | RW, US        |     1 | is blocked   | is blocked   | none   | A, D     |
        | 2 MiB | P, US, PS     |     2 | goes through | is blocked   | A      | D        |
        | 2 MiB | P, RW, US, PS |     2 | goes through | goes through | A, D   | none     |

    @HW-AMD-03
    Scenario Outline: <iova> leads nowhere
      Given a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When device "nic" reads 1 page at <iova>
      Then the access is blocked
      When device "nic" writes pattern "strewn" at <iova>
      Then the access is blocked

      Examples:
        | iova             |
        | 16 MiB           |
        | 1 MiB            |
        | 64 MiB - 1 page  |
        | 64 MiB + 2 pages |
        | 256 TiB + 64 MiB |

    @HW-AMD-03 @needs:device-with-tlb
    Scenario Outline: interrupts are no memory, whatever the guest's table says, for <who>
      Given a device <wish> attached to IOAS "other"
      And the guest maps 1 page at 4078 MiB to 16 MiB read-write in page table "gpt"
      And the guest maps 2 pages at 4078 MiB - 1 page to 16 MiB + 2 pages read-write in page table "gpt"
      And the guest maps 2 pages at 4079 MiB - 1 page to 16 MiB + 4 pages read-write in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "tlb" to HWPT "stage1"
      When device "tlb" reads 1 page at 4078 MiB
      Then the access is blocked
      When device "tlb" writes pattern "strewn" at 4079 MiB - 1 page
      Then the access is blocked
      And device "tlb" sees buffer "ram" + 2 pages at 4078 MiB - 1 page .. +1 page
      And device "tlb" sees buffer "ram" + 5 pages at 4079 MiB .. +1 page

      Examples:
        | who                       | wish                    |
        | a device                  | "tlb"                   |
        | a device with its own TLB | "tlb" with a device TLB |

    @HW-AMD-03
    Scenario: the parent may only be read where the guest's table is
      Given a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When it unmaps 8 pages at 1 MiB from IOAS "guest"
      And device "nic" reads 1 page at 64 MiB
      Then the access is blocked
      When it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-only
      # All entries on the way to the first page have their marks by now, that of the second one has not.
      And device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 64 MiB
      Then the access is blocked

  Rule: each guest's domains have ids of the host

    Background:
      Given a vIOMMU "guest" for device "nic" on HWPT "parent"
      And a device "disk" attached to IOAS "other"
      And a buffer "more" of 8 pages
      And it maps 8 pages of buffer "more" into IOAS "guest" at 2 MiB read-write
      And an AMD page table "second" in buffer "more", which the guest has at 2 MiB
      And the guest maps 2 pages at 64 MiB to 16 MiB + 4 pages read-write in page table "second"

    @HW-AMD-05 @HW-AMD-18
    Scenario: domains with two ids are not mixed up
      Given it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, DomainID 7   |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "nic"   |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "one"
      When it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 2 MiB, DomainID 8   |
      And it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "disk"  |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "two"
      When it attaches device "nic" to HWPT "one"
      And it attaches device "disk" to HWPT "two"
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" at 64 MiB .. +1 page
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages

    @HW-AMD-18
    Scenario: two tables with one id share what is cached, until the last of them is gone
      Given it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, DomainID 7   |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "nic"   |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "one"
      When it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 2 MiB, DomainID 7   |
      And it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "disk"  |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "two"
      When it attaches device "nic" to HWPT "one"
      And it attaches device "disk" to HWPT "two"
      Then device "nic" sees buffer "ram" at 64 MiB .. +1 page
      And device "disk" sees buffer "ram" at 64 MiB .. +1 page
      And device "disk" does not see buffer "ram" + 4 pages at 64 MiB .. +1 page
      And device "disk" sees buffer "ram" + 5 pages at 64 MiB + 1 page .. +1 page
      When it attaches device "nic" to IOAS "other"
      And it destroys HWPT "one"
      Then device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages

    @HW-AMD-05 @HW-AMD-18
    Scenario: one id of two guests is two ids of the host
      Given a vIOMMU "another" for device "disk" on HWPT "parent"
      And it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 1 MiB, DomainID 7   |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "nic"   |
        | pt_id     | vIOMMU "guest" |
        | data_type | AMD_GUEST      |
        | data_len  | 32 bytes       |
        | data_uptr | buffer "data"  |
      Then it made HWPT "one"
      When it stores struct iommu_hwpt_amd_guest in buffer "data":
        | dte                                                            |
        | V, GV, GIOV, GCR3_14_12 1 page, GCR3_30_15 2 MiB, DomainID 7   |
      And it calls IOMMU_HWPT_ALLOC with:
        | dev_id    | device "disk"    |
        | pt_id     | vIOMMU "another" |
        | data_type | AMD_GUEST        |
        | data_len  | 32 bytes         |
        | data_uptr | buffer "data"    |
      Then it made HWPT "two"
      When it attaches device "nic" to HWPT "one"
      And it attaches device "disk" to HWPT "two"
      Then device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "disk" sees buffer "ram" + 4 pages at 64 MiB .. +2 pages
      And device "disk" does not see buffer "ram" at 64 MiB .. +1 page

  Rule: the parent's pages go for all guests

    Background:
      Given it maps 2 pages of buffer "ram" + 6 pages into IOAS "guest" at 32 MiB read-write
      And the guest maps 2 pages at 96 MiB to 32 MiB read-write in page table "gpt"
      And a guest's HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"

    @HW-AMD-19 @needs:device-with-tlb
    Scenario Outline: what is unmapped from the parent is not reached by <who>
      Given a device <wish> attached to IOAS "other"
      And it attaches device "tlb" to HWPT "stage1"
      When device "tlb" reads 2 pages at 64 MiB
      And device "tlb" reads 2 pages at 96 MiB
      Then the access goes through
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      And device "tlb" reads 1 page at 64 MiB
      Then the access is blocked
      When device "tlb" writes pattern "strewn" at 64 MiB + 1 page
      Then the access is blocked
      And device "tlb" sees buffer "ram" + 6 pages at 96 MiB .. +2 pages
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "tlb" sees buffer "ram" at 64 MiB .. +2 pages

      Examples:
        | who                      | wish                          |
        | a device                 | "tlb"                         |
        | a device with its own TLB | "tlb" with a device TLB       |

    @HW-AMD-19 @IOAS-UNMAP-17
    Scenario: a device at the parent and one at the guest's table lose the page together
      Given a device "disk" attached to HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 2 pages at 64 MiB
      And device "disk" reads 2 pages at 16 MiB
      Then the access goes through
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      When device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked
      And device "disk" sees buffer "ram" + 6 pages at 32 MiB .. +2 pages
