@needs:hwpt-alloc
Feature: page tables that the driver of an IOMMU refuses
  What iommufd accepts may still be refused by the driver of the IOMMU, when all else has been done: at the only device, at
  the second one of a group, at a PASID. A VT-d refuses a page table with a fault queue for a device without page requests.
  Whoever accepted it before goes back to what it had.

  @needs:device-with-page-requests @needs:shared-group @needs:dma
  Rule: where the second device of a group is refused, the first one goes back

    Background:
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 4 pages
      And a buffer "rom" of 4 pages
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And a device "nic" with page requests attached to IOAS "guest"
      And a device "neighbour" in the group of device "nic"
      And it attaches device "neighbour" to IOAS "guest"
      And a fault queue "faults"
      And an HWPT "answered" with fault queue "faults" for device "nic" on IOAS "other"

    @DEV-52
    Scenario Outline: the DMA of both goes on, and so does what is mapped later, asked by the one that is <asked>
      When it attaches device "<device>" to HWPT "answered"
      Then it fails with ENODEV
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages
      When it maps 1 page of buffer "rom" into IOAS "guest" at 17 MiB read-write
      Then device "nic" sees buffer "rom" at 17 MiB .. +1 page
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "neighbour" sees buffer "rom" at 17 MiB .. +1 page

      @DEV-49
      Examples:
        | asked    | device    |
        | accepted | nic       |
        | refused  | neighbour |

    @DEV-52 @DEV-42 @needs:reserved-iova
    Scenario: the windows of both are reserved where they are, and not where they were refused
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "neighbour"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds

    @DEV-52 @DEV-49
    Scenario: the group holds the page table that it has, and not the other one
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When it destroys HWPT "answered"
      Then it succeeds
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      Then it succeeds
      When it destroys IOAS "other"
      Then it succeeds
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @DEV-52 @FAULT-27
    Scenario: the queue that was refused gets no fault
      Given an untouched buffer "in" of 1 page
      When it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When device "nic" requests a page at 20 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0

    @DEV-52 @DEV-49
    Scenario: a group that was not attached stays blocked, and can be attached elsewhere
      When it detaches device "nic"
      And it detaches device "neighbour"
      And it attaches device "nic" to HWPT "answered"
      Then it fails with ENODEV
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it attaches device "neighbour" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys HWPT "answered"
      Then it succeeds

  @needs:device-with-page-requests @needs:intel-nesting @needs:dma
  Rule: the faults of a device that was refused another page table are still its own

    Background:
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 4 pages
      And a buffer "data" of 1 page
      And an untouched buffer "in" of 1 page
      And an untouched buffer "out" of 1 page
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" with page requests attached to IOAS "guest"
      And a fault queue "faults"
      And an HWPT "answered" with fault queue "faults" for device "nic" on IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "other"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         57 |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "too wide"

    @HWPT-32 @DEV-49
    Scenario: one fault was read, and one not
      When it attaches device "nic" to HWPT "answered"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it attaches device "nic" to HWPT "too wide"
      Then it fails with EINVAL
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8
      When device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   | cookie |
        | device "nic" | 17 MiB |      1 |
        | device "nic" | 18 MiB |      2 |

    @HWPT-32 @DEV-41 @DEV-49
    Scenario: the windows of the device are not reserved in the IOAS of the parent
      When it attaches device "nic" to HWPT "answered"
      And it attaches device "nic" to HWPT "too wide"
      Then it fails with EINVAL
      And the usable IOVAs of IOAS "other" are:
        | 0 | 256 TiB - 1 byte |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it destroys HWPT "too wide"
      And it destroys HWPT "parent"
      And it destroys IOAS "other"
      Then it succeeds

  @needs:intel-nesting @needs:device-with-pasids @needs:fault-queue @needs:dma
  Rule: a PASID that is refused is left as it was

    Background:
      Given an iommufd
      And an IOAS "host"
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 6 pages
      And it maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "other" at 16 MiB read-write
      And a device "nic" with PASIDs attached to IOAS "host"
      And a fault queue "faults"
      And a PASID HWPT "own" for device "nic" on IOAS "host"
      And a PASID HWPT "one" for device "nic" on IOAS "guest"
      And a PASID HWPT "paged" with fault queue "faults" for device "nic" on IOAS "other"
      And it attaches device "nic" to HWPT "own"

    @DEV-52 @DEV-49
    Scenario: a PASID that was not attached
      When it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      And nothing has changed
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches PASID 1 of device "nic" to HWPT "one"
      Then PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When it destroys HWPT "paged"
      Then it succeeds

    @DEV-52 @DEV-49
    Scenario: the page table of the device itself may still be one that is not for PASIDs
      Given an HWPT "plain" for device "nic" on IOAS "guest"
      When it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      When it attaches device "nic" to HWPT "plain"
      Then it succeeds
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

    @PASID-12 @DEV-52
    Scenario: a PASID that is attached beside another one keeps its page table
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 2 of device "nic" to HWPT "own"
      And it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      And nothing has changed
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And PASID 2 of device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "paged"
      Then it succeeds
      When it destroys HWPT "one"
      Then it fails with EBUSY
      When it detaches PASID 1 of device "nic"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @PASID-12 @PASID-18 @needs:reserved-iova
    Scenario: no window is reserved or given up
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      When it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "host" at 4078 MiB read-write
      Then it fails with EINVAL

    @PASID-12 @DEV-52
    Scenario: the device itself is refused, and its PASID stays
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches device "nic" to HWPT "paged"
      Then it fails with ENODEV
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

    @PASID-12 @HWPT-32 @needs:intel-nesting
    Scenario: a guest's page table that the unit lacks is refused for a PASID
      Given a buffer "data" of 1 page
      And a nesting HWPT "parent" for device "nic" on IOAS "other"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         57 |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | flags     | PASID         |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "too wide"
      When it attaches PASID 1 of device "nic" to HWPT "too wide"
      Then it fails with EINVAL
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "nic" to HWPT "too wide"
      Then it fails with EINVAL
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "too wide"
      Then it succeeds

  @needs:device-with-pasids @needs:device-with-page-requests @needs:shared-group @needs:dma
  Rule: where the second device of a group refuses a PASID, the first one goes back

    Background:
      Given an iommufd
      And an IOAS "host"
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 6 pages
      And it maps 2 pages of buffer "ram" into IOAS "host" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "other" at 16 MiB read-write
      And a device "nic" with:
        | PASIDs        | 20 bits |
        | page requests | yes     |
      And it attaches device "nic" to IOAS "host"
      And a device "neighbour" with:
        | PASIDs | 20 bits         |
        | group  | of device "nic" |
      And a fault queue "faults"
      And a PASID HWPT "own" for device "nic" on IOAS "host"
      And a PASID HWPT "one" for device "nic" on IOAS "guest"
      And a PASID HWPT "paged" with fault queue "faults" for device "nic" on IOAS "other"
      And it attaches device "nic" to HWPT "own"
      And it attaches device "neighbour" to HWPT "own"

    @DEV-52 @DEV-49
    Scenario: a PASID that was not attached is blocked, and can be attached
      When it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      When PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access goes through
      When it attaches PASID 1 of device "nic" to HWPT "one"
      Then PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages

    @PASID-12
    Scenario Outline: a PASID that is attached keeps its page table, asked by the one that is <asked>
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "neighbour" to HWPT "one"
      And it attaches PASID 1 of device "<device>" to HWPT "paged"
      Then it fails with ENODEV
      And nothing has changed
      And PASID 1 of device "nic" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And PASID 1 of device "neighbour" sees buffer "ram" + 2 pages at 16 MiB .. +2 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +2 pages
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And PASID 1 of device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it destroys HWPT "paged"
      Then it succeeds

      @DEV-52
      Examples:
        | asked    | device    |
        | accepted | nic       |
        | refused  | neighbour |

    @PASID-12 @FAULT-27
    Scenario: the queue that was refused gets no fault of the PASID
      When it attaches PASID 1 of device "nic" to HWPT "one"
      And it attaches PASID 1 of device "nic" to HWPT "paged"
      Then it fails with ENODEV
      When PASID 1 of device "nic" requests a page at 20 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"

  @needs:device-behind-another-iommu @needs:intel-iommu @needs:dma
  Rule: a device is refused the page table of a newer IOMMU, and stays where it is

    Background:
      Given an iommufd
      And an IOAS "guest"
      And an IOAS "other"
      And a buffer "ram" of 4 pages
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" attached to IOAS "other"
      And a device "old" behind another IOMMU attached to IOAS "guest"
      And an HWPT "newer" for device "nic" on IOAS "other"

    @DEV-49 @DEV-42
    Scenario: a device that is attached
      When it attaches device "old" to HWPT "newer"
      Then it fails with EINVAL
      And nothing has changed
      And device "old" sees buffer "ram" at 16 MiB .. +4 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" at 17 MiB read-write
      Then device "old" sees buffer "ram" at 17 MiB .. +1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it destroys HWPT "newer"
      Then it succeeds

    @DEV-49 @DEV-27 @needs:shared-group
    Scenario: a device that has a neighbour
      Given a device "neighbour" in the group of device "old"
      When it attaches device "neighbour" to IOAS "guest"
      And it attaches device "neighbour" to HWPT "newer"
      Then it fails with EINVAL
      And device "old" sees buffer "ram" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "old"
      Then device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages

    @DEV-49
    Scenario: a device that is not attached
      When it detaches device "old"
      And it attaches device "old" to HWPT "newer"
      Then it fails with EINVAL
      When device "old" reads 1 page at 16 MiB
      Then the access is blocked
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      Then it succeeds
      When it attaches device "old" to IOAS "guest"
      Then device "old" sees buffer "ram" at 16 MiB .. +4 pages
