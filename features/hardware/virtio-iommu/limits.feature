@needs:virtio-limits @needs:dma @needs:hwpt-alloc
Feature: a virtio-iommu that has as little as it may
  The range of IOVAs, the size of pages, the ids of domains, what is reserved and how much is kept are the device's to say. This one
  has 16 MiB to 64 GiB in pages of 1 KiB, some domains, room for 64 mappings, and two regions that are reserved; two devices share no
  domain, and one without a domain would reach everything.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 8 pages
    And a buffer "more" of 4 pages
    And a device "nic" attached to IOAS "guest"

  Rule: the device says where mappings can lie

    @HW-VIO-02 @HW-VIO-09
    Scenario: the first and the last page of the range can be mapped, and are reached
      Then the usable IOVAs of IOAS "guest" are:
        | 16 MiB           | 128 MiB - 1 byte |
        | 129 MiB          | 2 GiB - 1 byte   |
        | 2 GiB + 1 MiB    | 3 GiB - 1 byte   |
        | 3 GiB + 1 page   | 64 GiB - 1 byte  |
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 64 GiB - 1 page read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 64 GiB - 1 page .. +1 page

    @HW-VIO-09
    Scenario Outline: <length> at <iova> reaches out of the range, and cannot be mapped while a device is attached
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      When it detaches device "nic"
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE

      Examples:
        | length  | iova            |
        | 1 page  | 0               |
        | 1 page  | 16 MiB - 1 page |
        | 2 pages | 16 MiB - 1 page |
        | 1 page  | 64 GiB          |
        | 2 pages | 64 GiB - 1 page |

    @HW-VIO-08
    Scenario: pages are as small as the device says
      Then the IOVA alignment of IOAS "guest" is 1024 bytes
      When it maps 1024 bytes of buffer "ram" + 1024 bytes into IOAS "guest" at 16 MiB + 1024 bytes read-write
      And it maps 1024 bytes of buffer "more" into IOAS "guest" at 16 MiB + 2048 bytes read-only
      Then device "nic" sees buffer "ram" + 1024 bytes at 16 MiB + 1024 bytes .. +1024 bytes
      And device "nic" sees buffer "more" at 16 MiB + 2048 bytes .. +1024 bytes
      When device "nic" reads 1 byte at 16 MiB + 1023 bytes
      Then the access is blocked
      When device "nic" reads 1 byte at 16 MiB + 3072 bytes
      Then the access is blocked
      When it unmaps 1024 bytes at 16 MiB + 1024 bytes from IOAS "guest"
      And device "nic" reads 1 byte at 16 MiB + 2047 bytes
      Then the access is blocked
      And device "nic" sees buffer "more" at 16 MiB + 2048 bytes .. +1024 bytes

  Rule: what is reserved is known by the properties of the endpoint

    @HW-VIO-40
    Scenario Outline: <case> of a region that stands behind an unknown property cannot be mapped
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      When device "nic" reads 1 page at <inside>
      Then the access is blocked

      @HW-VIO-39
      Examples:
        | case                     | length  | iova                   | inside                 |
        | the first page           | 1 page  | 2 GiB                  | 2 GiB                  |
        | the lower border         | 2 pages | 2 GiB - 1 page         | 2 GiB                  |
        | the last page            | 1 page  | 2 GiB + 1 MiB - 1 page | 2 GiB + 1 MiB - 1 page |
        | the upper border         | 2 pages | 2 GiB + 1 MiB - 1 page | 2 GiB + 1 MiB - 1 page |
        | the page of a second one | 1 page  | 3 GiB                  | 3 GiB                  |

    @HW-VIO-41 @HW-VIO-43
    Scenario: where no region is for interrupts the kernel keeps one, and what is beside reserved memory is reached
      When it maps 1 page of buffer "ram" into IOAS "guest" at 128 MiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" at 129 MiB - 1 page read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 2 GiB - 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 2 GiB + 1 MiB read-write
      Then device "nic" sees buffer "ram" at 4078 MiB .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 2 GiB - 1 page .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 2 GiB + 1 MiB .. +1 page
      When device "nic" reads 1 page at 2 GiB
      Then the access is blocked
      When device "nic" reads 1 page at 2 GiB + 1 MiB - 1 page
      Then the access is blocked
      When device "nic" reads 2 pages at 2 GiB - 1 page
      Then the access is blocked

  Rule: there are as many domains as the device says

    @HW-VIO-10
    Scenario: page tables run out, and one that is destroyed makes room
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "one"
      When it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "two"
      When it calls IOMMU_HWPT_ALLOC
      Then it fails with ENOSPC
      And it wrote nothing back
      When it attaches device "nic" to HWPT "one"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys HWPT "two"
      And it calls IOMMU_HWPT_ALLOC
      Then it made HWPT "three"
      When it attaches device "nic" to HWPT "three"
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page

  Rule: a request that the device refuses shows, but for a map

    @HW-VIO-04 @HW-VIO-16
    Scenario: a second device is refused by a domain that cannot be shared
      Given a device "disk" attached to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "other" at 16 MiB read-write
      When it attaches device "disk" to IOAS "guest"
      Then it fails with ENOSYS
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "disk" sees buffer "more" at 16 MiB .. +1 page
      When it detaches device "disk"
      And device "disk" reads 1 page at 16 MiB
      Then the access is blocked

    @HW-VIO-17
    Scenario: a device that could not move is kept from what is mapped afterwards where it was
      Given a device "disk" attached to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it attaches device "nic" to the page table of device "disk"
      Then it fails with ENOSYS
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it maps 1 page of buffer "more" into IOAS "guest" at 32 MiB read-write
      Then it succeeds
      When device "nic" reads 1 page at 32 MiB
      Then the access is blocked
      When it detaches device "nic"
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "more" at 32 MiB .. +1 page
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @HW-VIO-36
    Scenario: a map that the device has no room for succeeds, and the device reaches nothing there
      Given an IOAS "pages"
      And a buffer "large" of 63 pages
      And it sets the huge pages option of IOAS "pages" to 0
      And it attaches device "nic" to IOAS "pages"
      When it maps 63 pages of buffer "large" into IOAS "pages" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "pages" at 32 MiB read-write
      And it maps 1 page of buffer "more" into IOAS "pages" at 48 MiB read-write
      Then it succeeds
      And 48 MiB .. +1 page is mapped in IOAS "pages"
      And device "nic" sees buffer "large" at 16 MiB .. +63 pages
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When device "nic" reads 1 page at 48 MiB
      Then the access is blocked
      When it unmaps 1 page at 32 MiB from IOAS "pages"
      And it unmaps 1 page at 48 MiB from IOAS "pages"
      And it maps 1 page of buffer "more" into IOAS "pages" at 48 MiB read-write
      Then device "nic" sees buffer "more" at 48 MiB .. +1 page

  Rule: a device in a domain is never let through as it is

    @HW-VIO-21 @HW-VIO-22
    Scenario: a device reaches its mappings alone, whatever bypass says, and nothing once it is detached
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When device "nic" reads 1 page at 4 GiB
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 8 GiB
      Then the access is blocked
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it detaches device "nic"
      And device "nic" reads 1 page at 4 GiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
