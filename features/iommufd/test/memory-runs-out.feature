@needs:fault-injection
Feature: memory runs out

  A kernel tries some allocations twice, or with less, so that a single one that fails is made up for. Here the one that
  fails is the first of all that follow: in each place of a call where memory is looked for, there is none from then on.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 16 pages

  Rule: a map without memory leaves nothing in any page table, and no pin

    @IOAS-MAP-41 @PIN-15 @needs:device
    Scenario: memory is mapped into a page table
      Given a device "nic" attached to IOAS "guest"
      And memory runs out in each place of the next call
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages
      And each page of buffer "ram" carries 1 pin

    @IOAS-MAP-41 @OPT-19 @needs:device
    Scenario: the second page needs a page table of its own, with the huge pages option at 0
      Given it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 18 MiB - 2 pages read-write
      And memory runs out in each place of the next call
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 18 MiB - 1 page read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "ram" at 18 MiB - 1 page .. +16 pages
      And device "nic" sees buffer "ram" at 18 MiB - 2 pages .. +1 page

    @IOAS-MAP-41 @OPT-19 @needs:device @needs:hugetlb
    Scenario: of pages that lie behind each other the second one needs a page table of its own
      Given a huge-page buffer "huge" of 2 MiB
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 18 MiB - 2 pages read-write
      And memory runs out in each place of the next call
      When it maps 16 pages of buffer "huge" into IOAS "guest" at 18 MiB - 1 page read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "huge" at 18 MiB - 1 page .. +16 pages
      When it unmaps 16 pages at 18 MiB - 1 page from IOAS "guest"
      Then it succeeds
      And device "nic" does not see buffer "huge" at 18 MiB - 1 page .. +1 page

    @IOAS-MAP-41 @OPT-19 @needs:dma @needs:hugetlb
    Scenario: so does the table of an IOMMU that is none of the test's, and no device gets to the first page
      Given a huge-page buffer "huge" of 2 MiB
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 1 GiB - 3 pages read-write
      And memory runs out in each place of the next call
      When it maps 16 pages of buffer "huge" into IOAS "guest" at 1 GiB - 1 page read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "huge" at 1 GiB - 1 page .. +16 pages
      And device "nic" sees buffer "ram" at 1 GiB - 3 pages .. +1 page
      When it unmaps 16 pages at 1 GiB - 1 page from IOAS "guest"
      And device "nic" reads 1 page at 1 GiB - 1 page
      Then the access is blocked

    @IOAS-MAP-41 @PIN-15 @needs:device
    Scenario: more pages are pinned at a time than are mapped at a time
      Given an untouched buffer "mixed" of 8 pages
      And it stores pattern "a" in buffer "mixed" + 6 pages
      And it stores pattern "b" in buffer "mixed" + 4 pages
      And it stores pattern "c" in buffer "mixed" + 2 pages
      And it stores pattern "d" in buffer "mixed"
      And a device "nic" attached to IOAS "guest"
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                    24 |
      Then it succeeds
      Given memory runs out in each place of the next call
      When it maps 8 pages of buffer "mixed" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And each page of buffer "mixed" carries 1 pin
      And device "nic" sees buffer "mixed" at 16 MiB .. +8 pages
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds

    @IOAS-MAP-41 @PIN-15 @needs:ioas-map-file @needs:device
    Scenario: more pages of a file are pinned at a time than are mapped at a time
      Given a memfd "file" of 8 pages
      And a buffer "view" on memfd "file"
      And it stores pattern "a" in buffer "view" + 6 pages
      And it stores pattern "b" in buffer "view" + 4 pages
      And it stores pattern "c" in buffer "view" + 2 pages
      And it stores pattern "d" in buffer "view"
      And a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 18 MiB - 2 pages read-write
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                    24 |
      Then it succeeds
      Given memory runs out in each place of the next call
      When it maps 8 pages of memfd "file" into IOAS "guest" at 18 MiB - 1 page read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And each page of buffer "view" carries 1 pin
      And device "nic" sees buffer "view" at 18 MiB - 1 page .. +8 pages
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds

    @IOAS-MAP-41 @IOAS-FILE-15 @needs:ioas-map-file @needs:device
    Scenario: a memfd is mapped
      Given a memfd "file" of 16 pages
      And a buffer "view" on memfd "file"
      And a device "nic" attached to IOAS "guest"
      And memory runs out in each place of the next call
      When it maps 16 pages of memfd "file" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "view" at 16 MiB .. +16 pages
      And each page of buffer "view" carries 1 pin

    @IOAS-MAP-41 @PIN-08 @needs:hwpt-alloc
    Scenario: memory is mapped into two page tables
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "other" for device "nic" on IOAS "guest"
      And memory runs out in each place of the next call
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And each page of buffer "ram" carries 1 pin

    @IOAS-COPY-18 @needs:device
    Scenario: two mappings are copied to where a device is
      Given an IOAS "copy"
      And a device "nic" attached to IOAS "copy"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 8 pages of buffer "ram" + 8 pages into IOAS "guest" at 16 MiB + 8 pages read-write
      And memory runs out in each place of the next call
      When it copies 16 pages at 16 MiB of IOAS "guest" into IOAS "copy" at 32 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "ram" at 32 MiB .. +16 pages

    @IOAS-ALLOW-06
    Scenario: three ranges are allowed
      Given a buffer "ranges" of 1 page
      And it stores an array of struct iommu_iova_range in buffer "ranges":
        | start   | last             |
        |  16 MiB |  17 MiB - 1 byte |
        |  32 MiB |  33 MiB - 1 byte |
        | 128 MiB | 129 MiB - 1 byte |
      And memory runs out in each place of the next call
      When it calls IOMMU_IOAS_ALLOW_IOVAS with:
        | num_iovas     |               3 |
        | allowed_iovas | buffer "ranges" |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      When it maps 16 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then 16 MiB .. +16 pages is mapped in IOAS "guest"

  @needs:dma-buf @needs:hwpt-alloc
  Rule: memory of another device needs tables as well

    Background:
      Given a dma-buf "bar" of 4 pages
      And a device "nic" attached to IOAS "guest"

    @IOAS-FILE-19 @IOAS-MAP-41
    Scenario: a dma-buf is mapped into two page tables
      Given an HWPT "other" for device "nic" on IOAS "guest"
      And memory runs out in each place of the next call
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @IOAS-FILE-19 @OBJ-33
    Scenario: a page table is made on an IOAS that maps a dma-buf
      Given it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And memory runs out in each place of the next call
      When it calls IOMMU_HWPT_ALLOC
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      When it revokes dma-buf "bar"
      Then 16 MiB .. +4 pages is mapped in IOAS "guest"

  Rule: an unmap needs no memory

    @IOAS-UNMAP-21 @needs:hwpt-alloc
    Scenario: two page tables are unmapped
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "other" for device "nic" on IOAS "guest"
      And it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the allocations and checks of the next call fails in turn
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And each failure was one of ENOENT and changed nothing
      And each page of buffer "ram" carries 0 pins

  Rule: a device that is attached without memory stays where it was

    @DEV-49 @needs:device
    Scenario: a first device is attached
      Given it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic"
      And memory runs out in each place of the next call
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And each failure was one of ENOMEM, perhaps EINVAL and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages

    @DEV-49 @NOIO-02 @needs:noiommu @needs:noiommu-device
    Scenario: a device in noiommu mode is attached
      Given it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a device "nic" in noiommu mode
      And it binds device "nic" to the iommufd
      And memory runs out in each place of the next call
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      When it calls IOMMU_IOAS_NOIOMMU_GET_PA
      Then it succeeds
      And device "nic" sees buffer "ram" at the physical address .. +1 page

    @DEV-49 @DEV-27 @needs:hwpt-alloc
    Scenario: a device moves to another page table
      Given an IOAS "work"
      And a device "nic" attached to IOAS "guest"
      And an HWPT "new" for device "nic" on IOAS "work"
      And it maps 16 pages of buffer "ram" into IOAS "work" at 16 MiB read-write
      And memory runs out in each place of the next call
      When it attaches device "nic" to HWPT "new"
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "ram" at 16 MiB .. +16 pages

    @DEV-49 @PASID-14 @needs:pasid
    Scenario: a PASID of a device is attached
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "own"
      And memory runs out in each place of the next call
      When it attaches PASID 100 of device "nic" to HWPT "work"
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And PASID 100 of device "nic" is attached to HWPT "work"

  Rule: what is not made for lack of memory takes neither an id nor a file descriptor

    @OBJ-33 @needs:nesting @needs:viommu @needs:hw-queue
    Scenario Outline: <command> is called
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "iommu" on HWPT "parent"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And memory runs out in each place of the next call
      When it calls <command>
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing

      Examples:
        | command                 |
        | IOMMU_IOAS_ALLOC        |
        | IOMMU_HWPT_ALLOC        |
        | IOMMU_FAULT_QUEUE_ALLOC |
        | IOMMU_VIOMMU_ALLOC      |
        | IOMMU_VDEVICE_ALLOC     |
        | IOMMU_VEVENTQ_ALLOC     |
        | IOMMU_HW_QUEUE_ALLOC    |
        | IOMMU_GET_HW_INFO       |

    @OBJ-33
    Scenario: the first object of all is made
      Given an iommufd "other"
      And memory runs out in each place of the next call
      When it calls IOMMU_IOAS_ALLOC on iommufd "other" with:
        | flags | 0 |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And it returns:
        | out_ioas_id | 1 |

    @OPT-22 @needs:change-process @needs:ioas-map-file
    Scenario: three IOASs are charged to another process
      Given an IOAS "second"
      And an IOAS "third"
      And a memfd "file" of 4 pages
      And it maps 4 pages of memfd "file" into IOAS "second" at 16 MiB read-write
      And memory runs out in each place of the next call
      When it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And 16 MiB .. +4 pages is mapped in IOAS "second"

    @OBJ-33 @PIN-17
    Scenario: a new access is made
      Given memory runs out in each place of the next call
      When it calls IOMMU_TEST_CMD with:
        | op                  | CREATE_ACCESS |
        | id                  | IOAS "guest"  |
        | create_access.flags | bit 0         |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing

  Rule: an access without memory holds nothing

    @PIN-15 @PIN-20
    Scenario: pages are pinned by an access
      Given an access "reader" that pins on IOAS "guest"
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And memory runs out in each place of the next call
      When access "reader" pins 16 pages at 16 MiB as buffer "ram"
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And each page of buffer "ram" carries 1 pin
