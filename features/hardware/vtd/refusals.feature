@needs:intel-iommu @needs:dma @needs:hwpt-alloc
Feature: a page table that a VT-d refuses
  The driver may take the old entry away before it finds that the new page table does not fit. Then the device reaches
  nothing, until it goes to a third page table, while iommufd holds the old one; else it keeps what it has. What it was
  refused it does not reach.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And an IOAS "third"
    And a buffer "ram" of 6 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 2 pages into IOAS "other" at 16 MiB read-write
    And it maps 2 pages of buffer "ram" + 4 pages into IOAS "third" at 16 MiB read-write

  @needs:fault-queue
  Rule: a device without page requests is refused one with a fault queue

    @HW-VTD-81
    Scenario: a device that has used its page table
      Given a device "nic" attached to IOAS "guest"
      And a fault queue "faults"
      And an HWPT "refused" with fault queue "faults" for device "nic" on IOAS "other"
      And it stores pattern "untouched" in buffer "ram" + 2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to HWPT "refused"
      Then it fails with ENODEV
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When device "nic" writes pattern "strewn" at 16 MiB
      Then it finds pattern "untouched" in buffer "ram" + 2 pages
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it attaches device "nic" to IOAS "third"
      Then device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When it destroys HWPT "refused"
      Then it succeeds
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  @needs:intel-nesting @needs:device-with-pasids
  Rule: a guest's page table is refused that is wider than the unit can walk

    @HW-VTD-81
    Scenario Outline: <requester> has used its page table
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a buffer "data" of 1 page
      And a buffer "tables" of 4 pages
      And it maps 4 pages of buffer "tables" into IOAS "other" at 1 MiB read-write
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 2 pages at 16 MiB to 16 MiB read-write in page table "gpt"
      And a PASID HWPT "own" for device "nic" on IOAS "third"
      And a PASID HWPT "mine" for device "nic" on IOAS "guest"
      And a PASID HWPT "last" for device "nic" on IOAS "third"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "other"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         57 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | flags     | PASID         |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      And it made HWPT "refused"
      And it attaches device "nic" to HWPT "own"
      And it attaches <requester> to HWPT "mine"
      And it stores pattern "untouched" in buffer "ram" + 2 pages
      And <requester> sees buffer "ram" at 16 MiB .. +2 pages
      When it attaches <requester> to HWPT "refused"
      Then it fails with EINVAL
      And <requester> does not see buffer "ram" + 2 pages at 16 MiB .. +2 pages
      When <requester> writes pattern "strewn" at 16 MiB
      Then it finds pattern "untouched" in buffer "ram" + 2 pages
      When it destroys HWPT "mine"
      Then it fails with EBUSY
      When it attaches <requester> to HWPT "last"
      Then <requester> sees buffer "ram" + 4 pages at 16 MiB .. +2 pages
      When it destroys HWPT "refused"
      Then it succeeds
      When it attaches <requester> to HWPT "mine"
      Then <requester> sees buffer "ram" at 16 MiB .. +2 pages

      Examples:
        | requester               |
        | device "nic"            |
        | PASID 5 of device "nic" |
