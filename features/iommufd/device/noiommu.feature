@needs:noiommu @needs:noiommu-device
Feature: devices in noiommu mode

  A device that no IOMMU stands before reaches all memory, by its physical address. In noiommu mode a program may have one
  nevertheless, if it is trusted with all memory anyway. It is bound and attached as any other device. The page table that
  it is attached to is there for the program, which learns from it where its memory is; the device does not know of it.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages

  Rule: opening a device in noiommu mode needs CAP_SYS_RAWIO

    @NOIO-01 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RAWIO is refused
      Given a device "nic" in noiommu mode
      And a process "helper" without SYS_RAWIO
      When process "helper" opens device "nic"
      Then it fails with EPERM
      When it binds device "nic" to the iommufd
      Then it succeeds

  Rule: it is bound and attached, and nothing limits its DMA

    @NOIO-02
    Scenario: a device that is attached finds a mapping by its physical address, and by no other
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | length | 1 byte |
      Then it returns:
        | length | 1 byte |
      And device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at 16 MiB .. +1 page

    @NOIO-02
    Scenario: a mapping that is made later is found as well
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      When it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" + 2 pages at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at the physical address .. +1 page

    @NOIO-02
    Scenario: the rights of a mapping are not those of the device
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And a device "nic" in noiommu mode attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      And device "nic" writes pattern "B" at the physical address
      Then the access goes through
      And it finds pattern "B" in buffer "ram"

    @NOIO-02
    Scenario: a device that is detached reaches what it reached before
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      And it detaches device "nic"
      Then device "nic" sees buffer "ram" at the physical address .. +1 page
      And 16 MiB .. +1 page is mapped in IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

    @NOIO-02 @needs:hwpt-alloc
    Scenario: a user-allocated HWPT is attached
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode
      When it binds device "nic" to the iommufd
      And an HWPT "own" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "own"
      Then it wrote nothing back
      When it detaches device "nic"
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at the physical address .. +1 page

    @NOIO-02
    Scenario: a second device shares the page table of the first
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"
      And a device "disk" in noiommu mode
      When it binds device "disk" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT on device "disk" with:
        | pt_id | IOAS "guest" |
      Then it returns:
        | pt_id | the page table of device "nic" |
      When it closes device "nic"
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      When it closes device "disk"
      And it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it fails with EOPNOTSUPP

    @NOIO-02 @NOIO-03 @needs:test-cmd
    Scenario: a device moves to another IOAS
      Given an IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"
      When it attaches device "nic" to IOAS "other"
      Then 1 page of buffer "ram" carry 0 pins each
      And 1 page of buffer "ram" + 1 page carry 1 pin each
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA with:
        | ioas_id | IOAS "other" |
      Then it succeeds
      And device "nic" sees buffer "ram" + 1 page at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at the physical address .. +1 page

  Rule: memory is pinned, and nothing is reserved

    @NOIO-03 @needs:proc @needs:test-cmd
    Scenario: every page of a mapping is pinned as long as the device is attached
      Given it maps 3 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"
      Then it has 3 pages pinned
      And 3 pages of buffer "ram" carry 1 pin each
      When it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 32 MiB read-write
      Then each page of buffer "ram" carries 1 pin
      When it unmaps 3 pages at 16 MiB from IOAS "guest"
      Then it has 1 page pinned
      When it detaches device "nic"
      Then each page of buffer "ram" carries 0 pins
      And it has 0 bytes pinned

    @NOIO-03 @needs:proc @needs:processes @needs:limits
    Scenario: a process cannot map more than it may lock
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And a process "helper" without IPC_LOCK
      And process "helper" has a memlock limit of 2 pages
      When process "helper" maps 3 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      When process "helper" maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then process "helper" has 2 pages pinned

    @NOIO-03
    Scenario: the MSI window of a PC, which any other device reserves, can be mapped
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      And the IOVA alignment of IOAS "guest" is 1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at the physical address .. +1 page

  Rule: there is no IOMMU to query, to share or to nest on

    Background:
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode attached to IOAS "guest"

    @NOIO-04
    Scenario Outline: hardware information <which> is refused
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | <flags>      |
        | in_data_type | <type>       |
        | data_len     | <length>     |
        | data_uptr    | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      @HWINFO-19
      Examples:
        | which               | flags      | type      | length   |
        | of any type         | none       | DEFAULT   |  0 bytes |
        | with room for it    | none       | DEFAULT   | 64 bytes |
        | of the default type | INPUT_TYPE | DEFAULT   | 64 bytes |
        | of another type     | INPUT_TYPE | INTEL_VTD | 64 bytes |

    @HWPT-42
    Scenario Outline: a page table with <what> is refused
      When it calls IOMMU_HWPT_ALLOC with:
        | flags     | <flags>      |
        | data_type | <type>       |
        | data_len  | <length>     |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      @NOIO-04
      Examples: for a nested one
        | what                   | flags          | type   | length   |
        | room for page tables   | NEST_PARENT    | NONE   |  0 bytes |
        | data of an Intel IOMMU | none           | VTD_S1 | 24 bytes |

      Examples: for one of its own
        | what                   | flags          | type   | length   |
        | dirty tracking         | DIRTY_TRACKING | NONE   |  0 bytes |
        | PASIDs                 | PASID          | NONE   |  0 bytes |
        | a flag nobody knows    | bit 31         | NONE   |  0 bytes |

    @NOIO-04 @HWPT-42 @needs:hwpt-alloc
    Scenario: a page table on top of a user-allocated HWPT is refused
      Given an HWPT "own" for device "nic" on IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "own"   |
        | data_type | VTD_S1       |
        | data_len  |     24 bytes |
        | data_uptr | buffer "ram" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

    @HWPT-42 @needs:fault-queue
    Scenario: a page table with a fault queue that nobody writes to is made
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID       |
        | fault_id | fault queue "faults" |
      Then it made HWPT "own"
      When it attaches device "nic" to HWPT "own"
      And it destroys fault queue "faults"
      Then it fails with EBUSY

    @VIOMMU-16 @needs:viommu
    Scenario Outline: a vIOMMU of type <type> is refused
      When it calls IOMMU_VIOMMU_ALLOC with:
        | type    | <type>                         |
        | hwpt_id | the page table of device "nic" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      @NOIO-04
      Examples:
        | type       |
        | SELFTEST   |
        | ARM_SMMUV3 |

    @NOIO-04 @needs:device @needs:test-cmd @needs:hwpt-alloc @needs:viommu
    Scenario: a vDEVICE on the vIOMMU of another device is refused
      Given an IOAS "other"
      And a device "mock" attached to IOAS "other"
      And a nesting HWPT "parent" for device "mock" on IOAS "other"
      And a vIOMMU "smmu" for device "mock" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id | device "nic" |
      Then it fails with EINVAL
      And it wrote nothing back

  Rule: it does not share the page table of a device that has an IOMMU

    Background:
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

    @NOIO-05 @needs:device
    Scenario: a device with an IOMMU is attached first
      Given a device "disk" attached to IOAS "guest"
      And a device "nic" in noiommu mode attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at the physical address .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages

    @NOIO-02 @needs:device
    Scenario: a device with an IOMMU is attached second
      Given a device "nic" in noiommu mode attached to IOAS "guest"
      And a device "disk" attached to IOAS "guest"
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at the physical address .. +1 page
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages
