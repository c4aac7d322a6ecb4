@needs:dma-buf @needs:test-cmd @needs:device
Feature: IOMMU_IOAS_MAP_FILE of a dma-buf
  A dma-buf is memory of another device, such as the registers of a vfio-pci device: there are no pages to pin, and its
  owner may take it away at any time. Here the owner is the exporter of IOMMU_TEST_CMD.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a dma-buf "bar" of 4 pages

  Rule: a dma-buf is mapped without being pinned

    @IOAS-FILE-19 @needs:proc
    Scenario Outline: a map takes <length> from <start> of a dma-buf of 4 pages
      Given a device "nic" attached to IOAS "guest"
      When it maps <length> of dma-buf "bar" + <start> into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +<length> is mapped in IOAS "guest"
      And it has 0 pages pinned
      When it unmaps <length> at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +<length> is not mapped in IOAS "guest"

      Examples:
        | length  | start  |
        | 4 pages |      0 |
        | 3 pages | 1 page |

    @IOAS-FILE-19 @IOAS-FILE-28 @needs:dma @needs:two-devices @needs:proc
    Scenario: two devices reach the memory behind it, one by a copy of a part
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB + 2 pages of IOAS "guest" into IOAS "other" at 32 MiB read-write
      And it maps 3 pages of dma-buf "bar" + 1 page into IOAS "other" at 48 MiB read-write
      Then it has 0 pages pinned
      When device "nic" writes pattern "doorbell" at 16 MiB + 3 pages
      And device "disk" reads 1 page at 32 MiB + 1 page
      Then the device got pattern "doorbell"
      When device "disk" reads 1 page at 48 MiB + 2 pages
      Then the device got pattern "doorbell"
      When it revokes dma-buf "bar"
      And device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      When device "disk" reads 1 page at 32 MiB + 1 page
      Then the access is blocked
      When device "disk" reads 1 page at 48 MiB + 2 pages
      Then the access is blocked

    @IOAS-FILE-19 @needs:proc
    Scenario: it lies beside other memory, and one unmap takes both
      Given a buffer "ram" of 4 pages
      And a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 6 pages read-write
      Then it has 4 pages pinned
      And each page of buffer "ram" carries 1 pin
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 6 pages .. +2 pages
      When it unmaps 8 pages at 16 MiB from IOAS "guest"
      Then it has 0 pages pinned
      And each page of buffer "ram" carries 0 pins
      And 16 MiB .. +8 pages is not mapped in IOAS "guest"

    @IOAS-FILE-20
    Scenario Outline: <length> from <start> is more than a dma-buf of 4 pages has
      When it maps <length> of dma-buf "bar" + <start> into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And 16 MiB .. +<length> is not mapped in IOAS "guest"

      Examples:
        | length           | start   |
        | 4 pages + 1 byte |       0 |
        |          4 pages |  1 byte |
        |           1 byte | 4 pages |
        |  16 TiB - 1 page |       0 |

    @IOAS-FILE-24
    Scenario: an access neither pins it nor moves its bytes
      Given a buffer "inbox" of 1 page
      And an access "mdev" that pins on IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And access "mdev" pins 1 page at 16 MiB as buffer "inbox"
      Then it fails with EINVAL
      When access "mdev" reads 1 page at 16 MiB into buffer "inbox"
      Then it fails with EINVAL
      And it finds pattern "inbox" in buffer "inbox"
      When access "mdev" writes 1 page at 16 MiB from buffer "inbox"
      Then it fails with EINVAL
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

    @IOAS-FILE-26 @needs:change-process
    Scenario: it keeps its iommufd from changing the process
      Given a memfd "shm" of 8 pages
      When it maps 8 pages of memfd "shm" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it fails with EINVAL
      When it unmaps 4 pages at 32 MiB from IOAS "guest"
      And it calls IOMMU_IOAS_CHANGE_PROCESS
      Then it succeeds

  Rule: a revoked dma-buf is lost to every page table, and its IOVAs stay occupied

    @IOAS-FILE-21
    Scenario: a dma-buf is revoked already
      When it revokes dma-buf "bar"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENODEV
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-22
    Scenario: a dma-buf is revoked while it is mapped
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it revokes dma-buf "bar"
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it maps 1 page of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENODEV
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-22 @needs:dma
    Scenario: a dma-buf whose revocation is lifted does not return to the mapping
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" writes pattern "doorbell" at 16 MiB + 1 page
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the device got pattern "doorbell"
      When it revokes dma-buf "bar"
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked
      When it restores dma-buf "bar"
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked
      When it copies 2 pages at 32 MiB of IOAS "guest" into IOAS "guest" at 64 MiB read-write
      And device "nic" reads 1 page at 64 MiB + 1 page
      Then the access is blocked
      When it maps 2 pages of dma-buf "bar" into IOAS "guest" at 48 MiB read-write
      And device "nic" reads 1 page at 48 MiB + 1 page
      Then the device got pattern "doorbell"

    @IOAS-FILE-22
    Scenario: its owner revokes it when nothing of it is mapped any more
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it revokes dma-buf "bar"
      Then it succeeds
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENODEV

    @IOAS-FILE-22
    Scenario: other memory is mapped at its IOVAs when its owner revokes it
      Given a buffer "ram" of 4 pages
      And a device "nic" attached to IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it revokes dma-buf "bar"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB + 1 page .. +1 page

    @IOAS-FILE-23
    Scenario: a device attaches to an IOAS with a revoked dma-buf
      Given a buffer "ram" of 2 pages
      And a device "nic"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 4 pages read-write
      And it revokes dma-buf "bar"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB + 4 pages .. +2 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EEXIST

    @IOAS-FILE-23 @needs:dma
    Scenario: a device that is attached after the revocation is blocked
      Given a device "nic"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it revokes dma-buf "bar"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" reads 1 page at 16 MiB
      Then the access is blocked

    @IOAS-FILE-28
    Scenario: a copy is there before and after the revocation, and is unmapped on its own
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it copies 3 pages at 16 MiB + 1 page of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it succeeds
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it revokes dma-buf "bar"
      Then it succeeds
      And 32 MiB .. +3 pages is mapped in IOAS "other"
      When it unmaps 3 pages at 32 MiB from IOAS "other"
      Then it succeeds
      And 32 MiB .. +3 pages is not mapped in IOAS "other"

  Rule: a mapping keeps the dma-buf, also when its file descriptor is closed

    @IOAS-FILE-29
    Scenario: the file descriptor is closed, and a device attaches later
      Given a buffer "ram" of 4 pages
      And a device "nic"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it closes dma-buf "bar"
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EEXIST
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with EBADF
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-29 @IOAS-FILE-22 @needs:processes
    Scenario: the last file descriptor is that of a process that was forked, which revokes it
      Given a buffer "ram" of 4 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And a process "owner"
      When it closes dma-buf "bar"
      And process "owner" revokes dma-buf "bar"
      Then it succeeds
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When process "owner" exits
      Then 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-29 @needs:dma
    Scenario: the mapping and a copy of it are all that is left of a dma-buf
      Given an IOAS "other"
      And a device "nic" attached to IOAS "other"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it closes dma-buf "bar"
      And it copies 2 pages at 16 MiB + 1 page of IOAS "guest" into IOAS "other" at 32 MiB read-write
      And device "nic" writes pattern "doorbell" at 32 MiB + 1 page
      And it destroys IOAS "guest"
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the device got pattern "doorbell"
      When it unmaps 2 pages at 32 MiB from IOAS "other"
      And device "nic" reads 1 page at 32 MiB + 1 page
      Then the access is blocked
