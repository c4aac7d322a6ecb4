@needs:vfio-compat
Feature: VFIO_IOMMU_UNMAP_DMA of a part of a mapping

  A container of type 1 version 1 may unmap any pages. What is left of a mapping stays as it was, for the devices too.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages
    And it calls IOMMU_VFIO_IOAS with:
      | op      | SET          |
      | ioas_id | IOAS "guest" |
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU

  Rule: exactly the range is removed

    @VFIO-26
    Scenario Outline: an unmap of <size> at <iova> cuts a mapping of 4 pages
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it succeeds
      And it returns:
        | size | <removed> |
      And 16 MiB .. +1 page <first> in IOAS "guest"
      And 16 MiB + 1 page .. +1 page <second> in IOAS "guest"
      And 16 MiB + 2 pages .. +1 page <third> in IOAS "guest"
      And 16 MiB + 3 pages .. +1 page <fourth> in IOAS "guest"

      Examples:
        | iova             | size    | removed | first         | second        | third         | fourth        |
        | 16 MiB           | 1 page  | 1 page  | is not mapped | is mapped     | is mapped     | is mapped     |
        | 16 MiB + 1 page  | 2 pages | 2 pages | is mapped     | is not mapped | is not mapped | is mapped     |
        | 16 MiB + 3 pages | 8 pages | 1 page  | is mapped     | is mapped     | is mapped     | is not mapped |
        | 16 MiB - 1 page  | 3 pages | 2 pages | is not mapped | is not mapped | is mapped     | is mapped     |
        | 16 MiB           | 3 pages | 3 pages | is not mapped | is not mapped | is not mapped | is mapped     |
        | 0 bytes          | 16 MiB  | 0 bytes | is mapped     | is mapped     | is mapped     | is mapped     |

    @VFIO-26
    Scenario Outline: <size> at <iova> are not pages
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova                     | size            |
        | 16 MiB + 1 page          | 1 page - 1 byte |
        | 16 MiB + 1 page          | 1 page + 1 byte |
        | 16 MiB + 1 page + 1 byte | 4 pages         |

    @VFIO-26 @needs:device @needs:proc
    Scenario Outline: a device <when> the mapping sees what is left
      Given it <before>
      And a device "nic" attached to IOAS "guest"
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at <iova> read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> + 1 page |
        | size | 1 page          |
      Then it succeeds
      And device "nic" sees buffer "ram" + 4 pages at <iova> .. +1 page
      And device "nic" does not see buffer "ram" + 5 pages at <iova> + 1 page .. +1 page
      And device "nic" sees buffer "ram" + 6 pages at <iova> + 2 pages .. +2 pages
      When it unmaps 2 pages at <iova> + 2 pages from IOAS "guest"
      Then device "nic" sees buffer "ram" + 4 pages at <iova> .. +1 page
      And device "nic" does not see buffer "ram" + 6 pages at <iova> + 2 pages .. +2 pages
      When it unmaps everything from IOAS "guest"
      Then device "nic" does not see buffer "ram" + 4 pages at <iova> .. +1 page
      And it has 0 bytes pinned

      Examples:
        | when   | before                                                                        | iova   |
        | before | unmaps everything from IOAS "guest"                                           | 16 MiB |
        | of     | maps 4 pages of buffer "ram" into IOAS "guest" at 32 MiB read-write            | 16 MiB |

    @VFIO-26 @needs:device @needs:proc
    Scenario: a device is attached after the cut
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB + 1 page |
        | size | 1 page          |
      Then it succeeds
      Given a device "nic" attached to IOAS "guest"
      Then it has 3 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages
      And device "nic" does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +1 page

    @VFIO-26 @needs:test-cmd @needs:device
    Scenario: the halves can be copied and are unpinned with the last of their users
      Given an IOAS "other"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB + 1 page |
        | size | 1 page          |
      When it copies 2 pages at 16 MiB + 2 pages of IOAS "guest" into IOAS "other" at 64 MiB read-write
      Then it succeeds
      And device "disk" sees buffer "ram" + 2 pages at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +1 page
      And 1 page of buffer "ram" carry 1 pin each
      And 1 page of buffer "ram" + 1 page carry 0 pins each
      When it unmaps everything from IOAS "guest"
      Then 2 pages of buffer "ram" carry 0 pins each
      And 2 pages of buffer "ram" + 2 pages carry 1 pin each
      When it unmaps everything from IOAS "other"
      Then 4 pages of buffer "ram" carry 0 pins each

  Rule: a pinned mapping is not split, nor is one of a dma-buf

    @VFIO-27 @needs:test-cmd
    Scenario Outline: an access pins page <page> of a mapping of 4 pages, and <size> at <iova> is removed
      Given an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 1 page at 16 MiB + <offset> as buffer "ram" + <offset>
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with EINVAL
      And it wrote nothing back
      And nothing has changed
      And 1 page of buffer "ram" + <offset> carry 1 pin each

      Examples:
        | page | offset  | iova             | size    |
        |    0 |       0 | 16 MiB + 1 page  | 1 page  |
        |    1 | 1 page  | 16 MiB + 1 page  | 1 page  |
        |    3 | 3 pages | 16 MiB           | 2 pages |
        |    0 |       0 | 16 MiB + 2 pages | 4 pages |

    @IOAS-FILE-25 @needs:dma-buf @needs:test-cmd @needs:device
    Scenario Outline: an unmap of <size> at <iova> of a dma-buf of 4 pages fails
      Given a dma-buf "bar" of 4 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 4 pages of dma-buf "bar" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | <iova> |
        | size | <size> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And nothing has changed

      Examples:
        | iova            | size    |
        | 16 MiB + 1 page | 1 page  |
        | 16 MiB          | 2 pages |
        | 16 MiB + 1 page | 3 pages |
