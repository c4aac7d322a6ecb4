@needs:virtio-iommu @needs:dma
Feature: what a device reaches behind a virtio-iommu
  There are no page tables: the driver requests each mapping from the hypervisor, with its first and its last byte, for a domain
  that it has attached endpoints to. The device forgets a domain with its last endpoint; the driver does not.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 8 pages
    And a buffer "more" of 4 pages
    And a device "nic" attached to IOAS "guest"

  Rule: a mapping is there when the map returns, and gone when the unmap does

    @HW-VIO-03 @HW-VIO-31
    Scenario: mappings that touch keep their ends and their rights
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it maps 1 page of buffer "more" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it stores pattern "read" in buffer "ram" + 1 page
      And it stores pattern "beside" in buffer "more"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "read"
      When device "nic" writes pattern "strewn" at 16 MiB + 1 page
      Then the access is blocked
      And it finds pattern "read" in buffer "ram" + 1 page
      When device "nic" reads 1 page at 16 MiB + 2 pages
      Then the device got pattern "beside"
      When device "nic" writes pattern "arrived" at 16 MiB + 2 pages
      Then it finds pattern "arrived" in buffer "more"
      When device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB - 1 page
      Then the access is blocked

    @HW-VIO-31
    Scenario: what may only be written cannot be read
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB write-only
      And it maps 1 page of buffer "more" into IOAS "guest" at 16 MiB + 2 pages read-write
      And device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then it finds pattern "arrived" in buffer "ram" + 1 page
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      And device "nic" sees buffer "more" at 16 MiB + 2 pages .. +1 page

    @HW-VIO-37
    Scenario: each map is seen by the next access, and each unmap
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "first" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "first"
      When it unmaps 1 page at 16 MiB from IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it maps 1 page of buffer "more" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "second" in buffer "more"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "second"
      When device "nic" writes pattern "arrived" at 16 MiB
      Then it finds pattern "arrived" in buffer "more"
      And it finds pattern "first" in buffer "ram"

    @HW-VIO-32
    Scenario Outline: an unmap of <range> takes <what>
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 8 pages read-write
      And device "nic" reads 4 pages at 16 MiB
      And device "nic" reads 2 pages at 16 MiB + 8 pages
      Then the access goes through
      When it unmaps <length> at <iova> from IOAS "guest"
      Then it succeeds
      When device "nic" reads 1 page at <gone>
      Then the access is blocked
      When device "nic" reads 1 page at <last>
      Then the access is blocked
      And device "nic" sees buffer "ram" + <source> at <left> .. +2 pages

      Examples:
        | range                  | what                             | length   | iova             | gone             | last             | source  | left             |
        | just one mapping       | it, and leaves the next          |  2 pages | 16 MiB           | 16 MiB           | 16 MiB + 1 page  | 2 pages | 16 MiB + 2 pages |
        | two mappings together  | both, and leaves the third       |  4 pages | 16 MiB           | 16 MiB           | 16 MiB + 3 pages | 4 pages | 16 MiB + 8 pages |
        | one and the hole by it | the one, and leaves what is left |  6 pages | 16 MiB + 6 pages | 16 MiB + 8 pages | 16 MiB + 9 pages | 0       | 16 MiB           |
        | two around a hole      | both, and leaves the first       | 10 pages | 16 MiB + 2 pages | 16 MiB + 3 pages | 16 MiB + 9 pages | 0       | 16 MiB           |

    @HW-VIO-32 @IOAS-UNMAP-05
    Scenario: an unmap of a part of a mapping takes nothing
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @HW-VIO-35 @needs:hwpt-alloc
    Scenario: a mapping that an unmap would have cut comes back whole with its domain
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "tables"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it unmaps 2 pages at 16 MiB + 1 page from IOAS "guest"
      Then it fails with ENOENT
      And nothing has changed
      When it attaches device "nic" to IOAS "other"
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "other"
      And it attaches device "nic" to HWPT "tables"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked

  Rule: a domain goes with its last endpoint, and comes back with its mappings

    @HW-VIO-12 @HW-VIO-15 @needs:hwpt-alloc
    Scenario: what was mapped and unmapped while nobody was attached is so afterwards
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 32 MiB read-only
      And it maps 2 pages of buffer "more" into IOAS "other" at 16 MiB read-write
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "more" at 16 MiB .. +2 pages
      When device "nic" reads 1 page at 32 MiB
      Then the access is blocked
      When it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 48 MiB read-write
      And it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it attaches device "nic" to HWPT "tables"
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked
      And device "nic" sees buffer "ram" + 4 pages at 48 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 32 MiB .. +2 pages
      When device "nic" writes pattern "strewn" at 32 MiB
      Then the access is blocked

    @HW-VIO-12 @HW-VIO-16 @needs:two-devices @needs:hwpt-alloc
    Scenario: two endpoints have one set of mappings, until the last of them is gone
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      And a device "disk" attached to HWPT "tables"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      When it maps 2 pages of buffer "more" into IOAS "guest" at 32 MiB read-write
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "more" at 32 MiB .. +2 pages
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

    @HW-VIO-16 @needs:two-devices
    Scenario: endpoints of two domains reach nothing of each other
      Given a device "disk" attached to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "other" at 16 MiB + 1 page read-write
      When it stores pattern "of nic" in buffer "ram"
      And it stores pattern "of disk" in buffer "more"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "of nic"
      When device "disk" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "of disk"
      When device "disk" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then the access is blocked

    @HW-VIO-18 @needs:shared-group
    Scenario: a device whose group is attached is attached by each of its ids
      Given a device "neighbour" in the group of device "nic"
      When it attaches device "neighbour" to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "other"
      And device "neighbour" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @HW-VIO-20 @HW-VIO-21
    Scenario: nothing is reached after a detach, from no cache either
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" reads 4 pages at 16 MiB
      Then the access goes through
      When it detaches device "nic"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 16 MiB + 3 pages
      Then the access is blocked
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it maps 4 pages of buffer "more" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "more" at 16 MiB .. +4 pages

  Rule: the region of interrupts is what the device says, and there is no other

    @HW-VIO-41
    Scenario: all but the interrupts of x86 can be mapped
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 0 read-write
      And it maps 1 page of buffer "more" into IOAS "guest" at 4078 MiB - 1 page read-write
      And it maps 1 page of buffer "more" + 1 page into IOAS "guest" at 4079 MiB read-write
      Then device "nic" sees buffer "ram" at 128 MiB .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 0 .. +1 page
      And device "nic" sees buffer "more" at 4078 MiB - 1 page .. +1 page
      And device "nic" sees buffer "more" + 1 page at 4079 MiB .. +1 page
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      And nothing has changed
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4079 MiB - 1 page read-write
      Then it fails with EINVAL
      And nothing has changed

  Rule: the driver has nothing but mappings

    @HW-VIO-47 @HWPT-43 @needs:fault-queue @needs:hwpt-alloc
    Scenario: an access that is refused is told to nobody
      Given a fault queue "faults"
      When it calls IOMMU_HWPT_ALLOC with:
        | flags    | FAULT_ID_VALID       |
        | fault_id | fault queue "faults" |
      Then it fails with EOPNOTSUPP
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it polls fault queue "faults"
      Then it reports "OUT"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @HW-VIO-49 @needs:hwpt-alloc
    Scenario Outline: a page table with flags <flags> is refused, and a plain one is made
      When it calls IOMMU_HWPT_ALLOC with:
        | flags | <flags> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "tables"
      When it attaches device "nic" to HWPT "tables"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples:
        | flags          |
        | NEST_PARENT    |
        | DIRTY_TRACKING |
        | PASID          |

    @HW-VIO-49 @needs:hwpt-alloc @needs:vfio-compat
    Scenario: there is no information about it, and coherency is not enforced
      When it calls IOMMU_GET_HW_INFO
      Then it returns:
        | out_data_type | NONE |
      When it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it stores pattern "reached" in buffer "ram"
      And device "nic" reads 1 page at 16 MiB
      Then the device got pattern "reached"
