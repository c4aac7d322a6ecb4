@needs:fault-injection
Feature: fault injection, where a failure is rare
  Failures that need a certain state: memory that does not fit what the kernel works with at a time, a second object where
  the first one cost nothing, work that has been done in part.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 16 pages

  Rule: a map undoes what it has pinned, mapped and collected so far

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
      Given each of the checks of the next call fails in turn
      When it maps 8 pages of buffer "mixed" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOENT, ENOMEM, EFAULT and changed nothing
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
      And a device "nic" attached to IOAS "guest"
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                    24 |
      Then it succeeds
      Given each of the checks of the next call fails in turn
      When it maps 8 pages of memfd "file" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And each failure was one of ENOENT, ENOMEM, EFAULT and changed nothing
      And each page of buffer "view" carries 1 pin
      When it calls IOMMU_TEST_CMD with:
        | op                 | SET_TEMP_MEMORY_LIMIT |
        | memory_limit.limit |                 65536 |
      Then it succeeds

    @IOAS-MAP-41 @OPT-19 @needs:device
    Scenario: the second page needs a page table of its own, with the huge pages option at 0
      Given it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And each of the allocations of the next call fails in turn
      When it maps 16 pages of buffer "ram" into IOAS "guest" at 18 MiB - 1 page read-write
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And device "nic" sees buffer "ram" at 18 MiB - 1 page .. +16 pages
      And each page of buffer "ram" carries 1 pin

  Rule: an unmap that cuts a mapping leaves it whole

    @VFIO-26 @needs:vfio-compat
    Scenario: the middle of a mapping is unmapped, while allocations fail
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And each of the allocations of the next call fails in turn
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB + 4 pages |
        | size |          4 pages |
      Then it succeeds
      And each failure was one of ENOMEM and changed nothing
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      And 16 MiB + 4 pages .. +4 pages is not mapped in IOAS "guest"
      And 16 MiB + 8 pages .. +8 pages is mapped in IOAS "guest"

  Rule: a read or a write of one page that fails leaves no pin

    @PIN-31 @PIN-15 @needs:processes
    Scenario: the memory of another process is read and written, while checks fail
      Given a process "vm"
      And process "vm" maps 16 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "driver" on IOAS "guest"
      And a buffer "inbox" of 1 page
      And process "vm" stores pattern "message" in buffer "ram" + 1 page
      And each of the checks of the next call fails in turn
      When access "driver" reads 1 page at 16 MiB + 1 page into buffer "inbox"
      Then it succeeds
      And each failure was one of EINVAL, perhaps ENOENT and changed nothing
      And it finds pattern "message" in buffer "inbox"

  Rule: a nested page table on a vIOMMU that is not made leaves the vIOMMU free

    @HWPT-27 @OBJ-33 @needs:viommu @needs:nesting @needs:device
    Scenario: a guest's page table is made, while allocations fail
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a buffer "data" of 1 page
      And each of the allocations of the next call fails in turn
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | vIOMMU "smmu"            |
        | data_type | IOMMU_HWPT_DATA_SELFTEST |
        | data_len  | 4 bytes                  |
        | data_uptr | buffer "data"            |
      Then it made HWPT "stage1"
      And each failure was one of ENOMEM and changed nothing
      When it destroys HWPT "stage1"
      And it destroys vIOMMU "smmu"
      Then it succeeds
