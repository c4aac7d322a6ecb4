@needs:dma
Feature: IOMMUs of other kinds
  What a device reaches is the same behind every IOMMU, whether its page tables lie in memory or are requests to a
  hypervisor. One that keeps no page tables of its own forgets everything when the last device leaves, and has to be told
  again.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 8 pages
    And a device "nic" attached to IOAS "guest"

  Rule: a device reaches what is mapped, with the rights of the mapping

    @IOAS-MAP-49
    Scenario Outline: two adjacent mappings keep rights of their own, behind <iommu>
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-only
      And it stores pattern "kept" in buffer "ram" + 2 pages
      And device "nic" reads 1 page at 16 MiB + 2 pages
      Then the device got pattern "kept"
      When device "nic" writes pattern "arrived" at 16 MiB + 1 page
      Then it finds pattern "arrived" in buffer "ram" + 1 page
      When device "nic" writes pattern "lost" at 16 MiB + 2 pages
      Then the access is blocked
      And it finds pattern "kept" in buffer "ram" + 2 pages
      When device "nic" reads 1 page at 16 MiB + 4 pages
      Then the access is blocked

      @IOAS-MAP-48 @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @IOAS-MAP-48 @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

  Rule: an unmap is over when the IOMMU has forgotten it

    @IOAS-UNMAP-17
    Scenario Outline: one of two mappings is unmapped, behind <iommu>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And device "nic" sees buffer "ram" at 16 MiB .. +8 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When device "nic" reads 1 page at 16 MiB + 3 pages
      Then the access is blocked
      And device "nic" sees buffer "ram" + 4 pages at 16 MiB + 4 pages .. +4 pages
      When it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" + 4 pages at 16 MiB .. +4 pages

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

  Rule: a device uses the page table that it is attached to

    @VFIO-ATT-06 @needs:hwpt-alloc
    Scenario Outline: a device moves away and comes back, behind <iommu>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "other" at 32 MiB read-write
      And an HWPT "tables" for device "nic" on IOAS "guest"
      When it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "ram" + 4 pages at 32 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      When it maps 4 pages of buffer "ram" + 4 pages into IOAS "guest" at 17 MiB read-write
      And it attaches device "nic" to HWPT "tables"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "nic" sees buffer "ram" + 4 pages at 17 MiB .. +4 pages
      And device "nic" does not see buffer "ram" + 4 pages at 32 MiB .. +4 pages

      @IOAS-MAP-49 @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @IOAS-MAP-49 @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

    @VFIO-DET-02
    Scenario Outline: a device is detached, behind <iommu>
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "nic"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | iommu          |
        | a virtio-iommu |

      @needs:amd-iommu
      Examples: an AMD IOMMU
        | iommu        |
        | an AMD IOMMU |

  Rule: each kind of IOMMU has IOVAs that it does not translate

    # Interrupts of x86 devices are writes to 4078 MiB .. +1 MiB. What is HyperTransport's own lies below 1 TiB. Behind an
    # SMMUv3 the kernel maps the doorbells of interrupts in 128 MiB .. +1 MiB.

    @DEV-36
    Scenario Outline: <case> of <window> cannot be mapped while a device is attached, behind <iommu>
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      When it detaches device "nic"
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And <iova> .. +<length> is mapped in IOAS "guest"

      @DEV-37 @VFIO-ATT-10 @needs:amd-iommu
      Examples: an AMD IOMMU
        | case             | window                   | iommu        | iova              | length  |
        | the first page   | the window of interrupts | an AMD IOMMU | 4078 MiB          | 1 page  |
        | the last page    | the window of interrupts | an AMD IOMMU | 4079 MiB - 1 page | 1 page  |
        | the first page   | HyperTransport's window  | an AMD IOMMU | 1012 GiB          | 1 page  |
        | the lower border | HyperTransport's window  | an AMD IOMMU | 1012 GiB - 1 page | 2 pages |
        | the last page    | HyperTransport's window  | an AMD IOMMU | 1 TiB - 1 page    | 1 page  |
        | the upper border | HyperTransport's window  | an AMD IOMMU | 1 TiB - 1 page    | 2 pages |

      @DEV-37 @VFIO-ATT-10 @needs:virtio-iommu
      Examples: a virtio-iommu
        | case             | window                   | iommu          | iova              | length  |
        | the first page   | the window of interrupts | a virtio-iommu | 4078 MiB          | 1 page  |
        | the lower border | the window of interrupts | a virtio-iommu | 4078 MiB - 1 page | 2 pages |
        | the last page    | the window of interrupts | a virtio-iommu | 4079 MiB - 1 page | 1 page  |
        | the upper border | the window of interrupts | a virtio-iommu | 4079 MiB - 1 page | 2 pages |

      @DEV-37 @VFIO-ATT-10 @needs:smmuv3
      Examples: an SMMUv3
        | case             | window                | iommu     | iova             | length  |
        | the first page   | the doorbells' window | an SMMUv3 | 128 MiB          | 1 page  |
        | the lower border | the doorbells' window | an SMMUv3 | 128 MiB - 1 page | 2 pages |
        | the last page    | the doorbells' window | an SMMUv3 | 129 MiB - 1 page | 1 page  |
        | the upper border | the doorbells' window | an SMMUv3 | 129 MiB - 1 page | 2 pages |

    @IOAS-ALLOW-06 @DEV-36 @needs:amd-iommu
    Scenario: the kernel passes over the window of HyperTransport, and does not let it be allowed
      When it allows only these IOVAs in IOAS "guest":
        | 1012 GiB - 2 pages | 12 GiB + 4 pages |
      Then it fails with EADDRINUSE
      When it allows only these IOVAs in IOAS "guest":
        | 1012 GiB - 2 pages | 2 pages |
        | 1 TiB              | 2 pages |
      And it maps 2 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 1012 GiB - 2 pages
      When it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" anywhere read-write
      Then it lands at 1 TiB
      And device "nic" sees buffer "ram" + 2 pages at 1 TiB .. +2 pages
      And device "nic" sees buffer "ram" at 1012 GiB - 2 pages .. +2 pages

    @DEV-36 @IOAS-MAP-49 @needs:amd-iommu
    Scenario: a device reaches what touches the window of HyperTransport
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 1012 GiB - 2 pages read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 1 TiB read-write
      And it maps 2 pages of buffer "ram" + 4 pages into IOAS "guest" at 256 TiB - 2 pages read-write
      Then device "nic" sees buffer "ram" at 1012 GiB - 2 pages .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 1 TiB .. +2 pages
      And device "nic" sees buffer "ram" + 4 pages at 256 TiB - 2 pages .. +2 pages
      And device "nic" does not see buffer "ram" at 1012 GiB .. +1 page

    @DEV-42 @needs:amd-iommu
    Scenario: a device that moves takes the window of HyperTransport along
      When it attaches device "nic" to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 1012 GiB read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "other" at 1012 GiB read-write
      Then it fails with EINVAL
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      When it unmaps 1 page at 1012 GiB from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "other" at 1012 GiB read-write
      Then it succeeds

    @IOAS-ALLOW-06
    Scenario Outline: the kernel passes over <window>, and does not let it be allowed, behind <iommu>
      When it allows only these IOVAs in IOAS "guest":
        | <begin> - 2 pages | 1 MiB + 4 pages |
      Then it fails with EADDRINUSE
      When it allows only these IOVAs in IOAS "guest":
        | <begin> - 2 pages | 2 pages |
        | <begin> + 1 MiB   | 2 pages |
      And it maps 2 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at <begin> - 2 pages
      When it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" anywhere read-write
      Then it lands at <begin> + 1 MiB
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it fails with ENOSPC
      And device "nic" sees buffer "ram" at <begin> - 2 pages .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at <begin> + 1 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at <begin> .. +1 page

      @DEV-36 @needs:virtio-iommu
      Examples: a virtio-iommu
        | window                   | iommu          | begin    |
        | the window of interrupts | a virtio-iommu | 4078 MiB |

      @DEV-36 @needs:amd-iommu
      Examples: an AMD IOMMU
        | window                   | iommu        | begin    |
        | the window of interrupts | an AMD IOMMU | 4078 MiB |

      @DEV-36 @needs:smmuv3
      Examples: an SMMUv3
        | window                | iommu     | begin   |
        | the doorbells' window | an SMMUv3 | 128 MiB |

    @DEV-42
    Scenario Outline: a device that moves takes <window> along, behind <iommu>
      When it attaches device "nic" to IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at <begin> read-write
      Then it succeeds
      When it maps 1 page of buffer "ram" into IOAS "other" at <begin> read-write
      Then it fails with EINVAL
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      When it unmaps 1 page at <begin> from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "other" at <begin> read-write
      Then it succeeds

      @needs:virtio-iommu
      Examples: a virtio-iommu
        | window                   | iommu          | begin    |
        | the window of interrupts | a virtio-iommu | 4078 MiB |

      @needs:smmuv3
      Examples: an SMMUv3
        | window                | iommu     | begin   |
        | the doorbells' window | an SMMUv3 | 128 MiB |

  @needs:smmuv3
  Rule: a device behind an SMMUv3 reaches 256 TiB, and nothing can be mapped beyond

    @DEV-38 @IOAS-MAP-49
    Scenario: a device reaches the last page
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 256 TiB - 2 pages read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 0 read-write
      Then device "nic" sees buffer "ram" at 256 TiB - 2 pages .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 0 .. +1 page
      And device "nic" does not see buffer "ram" at 256 TiB - 3 pages .. +1 page

    @DEV-38
    Scenario Outline: <length> from <iova> cannot be mapped while a device is attached
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      When it detaches device "nic"
      And it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      When it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      When it unmaps <length> at <iova> from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

      Examples:
        | length  | iova             |
        | 2 pages | 256 TiB - 1 page |
        | 1 page  | 256 TiB          |
        | 1 page  | 1 PiB            |
