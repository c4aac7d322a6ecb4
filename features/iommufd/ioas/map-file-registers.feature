@needs:vfio-dma-buf @needs:two-devices @needs:dma
Feature: IOMMU_IOAS_MAP_FILE of the registers of a device
  VFIO_DEVICE_FEATURE_DMA_BUF makes a file of a part of a BAR. A device that finds it in its IOAS reaches the other device
  without the host's memory in between. The owner takes the registers away by switching them off.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a device "nic" attached to IOAS "guest"
    And a device "disk" attached to IOAS "other"

  Rule: a dma-buf of one range is mapped without being pinned

    @IOAS-FILE-19 @VFIO-DBUF-07 @needs:proc
    Scenario: a device reads the registers of another one
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And it has 0 pages pinned
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

    @IOAS-FILE-20
    Scenario Outline: <length> from <start> is more than a dma-buf of 4 pages has
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it maps <length> of dma-buf "bar" + <start> into IOAS "guest" at 16 MiB read-write
      Then it fails with EINVAL
      And 16 MiB .. +<length> is not mapped in IOAS "guest"

      Examples:
        | length           | start   |
        | 4 pages + 1 byte |       0 |
        |          4 pages |  1 byte |
        |           1 byte | 4 pages |

    @IOAS-FILE-28
    Scenario: a copy is of the same registers, and is lost with them
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "other" at 32 MiB read-write
      When it copies 2 pages at 32 MiB of IOAS "other" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it clears "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

  Rule: a dma-buf of several ranges cannot be mapped

    @IOAS-FILE-18 @VFIO-DBUF-06
    Scenario: two ranges lie beside each other
      Given a dma-buf "bar" from device "disk" in 2 ranges of 4 pages
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with EOPNOTSUPP
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"
      When it maps 2 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with EOPNOTSUPP
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"

  Rule: what is switched off is lost to every page table, and its IOVAs stay occupied

    @IOAS-FILE-21 @VFIO-DBUF-09
    Scenario: registers are switched off already
      Given a dma-buf "bar" from device "disk" of 4 pages
      When it clears "MEMORY" in COMMAND of device "disk"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      Then it fails with ENODEV
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-22 @VFIO-DBUF-08
    Scenario: what is switched on again does not return to the mapping
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it clears "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it sets "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      And device "nic" reads 4 bytes at 32 MiB
      Then the device got the registers of device "disk"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-23
    Scenario: a device is attached after the registers were switched off
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it detaches device "nic"
      When it clears "MEMORY" in COMMAND of device "disk"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      And 16 MiB .. +4 pages is mapped in IOAS "guest"

  Rule: a mapping keeps a dma-buf whose file descriptor is closed, and not the device that it is of

    @IOAS-FILE-29
    Scenario: the file descriptor of the dma-buf is closed
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it closes dma-buf "bar"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with EBADF
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it detaches device "nic"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it clears "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

    @IOAS-FILE-30 @VFIO-DBUF-11 @VFIO-LIFE-10
    Scenario: the device that it is of is closed, and opened again
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it closes device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENODEV
      When it opens device "disk"
      And it binds device "disk" to the iommufd
      And it attaches device "disk" to IOAS "other"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it fails with ENODEV
      Given a dma-buf "new" from device "disk" of 4 pages
      When it maps 4 pages of dma-buf "new" into IOAS "guest" at 48 MiB read-write
      And device "nic" reads 4 bytes at 48 MiB
      Then the device got the registers of device "disk"
      When device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds

    @IOAS-FILE-30 @IOAS-FILE-29
    Scenario: the dma-buf is closed first, and then the device that it is of
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it closes dma-buf "bar"
      And it closes device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      And it opens device "disk"
      Then it succeeds

    @IOAS-FILE-30 @needs:processes
    Scenario: a process that was forked still has the device open
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And a process "owner"
      When it closes device "disk"
      And it maps 2 pages of dma-buf "bar" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When process "owner" exits
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked
      When device "nic" reads 4 bytes at 32 MiB
      Then the access is blocked
      When it maps 2 pages of dma-buf "bar" into IOAS "guest" at 48 MiB read-write
      Then it fails with ENODEV

  Rule: a dma-buf lies among other mappings, in every page table of its IOAS

    @IOAS-FILE-10 @IOAS-FILE-19
    Scenario: the kernel chooses where it lies
      Given a dma-buf "bar" from device "disk" of 4 pages
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB + 1 page | 8 pages |
      When it maps 3 pages of dma-buf "bar" + 1 page into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 1 page
      And it returns:
        | length | 3 pages |
      When it maps 4 pages of dma-buf "bar" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 4 pages
      When device "nic" reads 4 bytes at 16 MiB + 4 pages
      Then the device got the registers of device "disk"

    @IOAS-FILE-19 @HWPT-41 @needs:hwpt-alloc
    Scenario: one of two page tables goes, and the other one keeps it
      Given a dma-buf "bar" from device "disk" of 4 pages
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it destroys HWPT "tables"
      Then it succeeds
      When device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      Given an HWPT "more" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "more"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
      When it clears "MEMORY" in COMMAND of device "disk"
      And device "nic" reads 4 bytes at 16 MiB
      Then the access is blocked

    @IOAS-FILE-19 @DEV-49
    Scenario: memory that cannot be pinned keeps a device from an IOAS that has a dma-buf
      Given a dma-buf "bar" from device "disk" of 4 pages
      And a buffer "ram" of 4 pages
      And it detaches device "nic"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write
      When it munmaps 1 page of buffer "ram" + 3 pages
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EFAULT
      And nothing has changed
      When it unmaps 4 pages at 32 MiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"
