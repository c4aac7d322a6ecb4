@needs:vfio-device @needs:vfio-group
Feature: from a container with type1 to an iommufd in its place

  An iommufd takes the commands of a VFIO container, and most programs do not notice. Each rule here is one thing that
  they can notice: what a container does, and what an iommufd does.

  Background:
    Given a buffer "ram" of 8 pages
    And a device "nic"
    When it opens the group of device "nic"

  Rule: an iommufd makes an IOAS, which is an object like any other

    @VFIO-CMP-01 @needs:vfio-compat
    Scenario: the first group that comes makes it
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it returns:
        | ioas_id | 1 |
      When it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CMP-02 @needs:vfio-compat
    Scenario: it is set and cleared, and the device stays where it is
      Given an iommufd
      And an IOAS "other"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "other" |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "other"

    @VFIO-CMP-01 @VFIO-CMP-02 @needs:type1-container
    Scenario: a container knows of no IOAS
      Given a container
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENOTTY
      When it calls IOMMU_IOAS_ALLOC
      Then it fails with ENOTTY

    @VFIO-CMP-14 @needs:vfio-compat
    Scenario: it is in use by an attached device, and can be destroyed when that is closed
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it destroys object 1
      Then it fails with EBUSY
      When it closes device "nic"
      And it destroys object 1
      Then it succeeds
      When it calls IOMMU_VFIO_IOAS with:
        | op | GET |
      Then it fails with ENODEV

    @VFIO-CMP-14 @needs:vfio-compat
    Scenario: what it maps outlives the last group
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it closes device "nic"
      And it calls VFIO_GROUP_UNSET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EEXIST

    @VFIO-CMP-14 @needs:type1-container
    Scenario: what a container maps goes with the last group
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EEXIST
      When it calls VFIO_GROUP_UNSET_CONTAINER
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

  Rule: an iommufd needs no type, and takes one as often as one likes

    @VFIO-CMP-03 @needs:vfio-compat
    Scenario Outline: <call> before the IOAS is there is ENODEV of an iommufd
      Given an iommufd
      When it calls <call>
      Then it fails with ENODEV
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds

      Examples:
        | call                                                |
        | VFIO_IOMMU_MAP_DMA                                  |
        | VFIO_IOMMU_UNMAP_DMA                                |
        | VFIO_IOMMU_GET_INFO                                 |
        | VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU |

    @VFIO-CMP-03 @needs:type1-container
    Scenario Outline: <call> before a type is set is EINVAL of a container
      Given a container
      When it calls <call>
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      Then it fails with EINVAL

      Examples:
        | call                                                |
        | VFIO_IOMMU_MAP_DMA                                  |
        | VFIO_IOMMU_UNMAP_DMA                                |
        | VFIO_IOMMU_GET_INFO                                 |
        | VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU |

    @VFIO-CMP-06 @needs:vfio-compat
    Scenario: a device is opened without a type with an iommufd
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it destroys object 1
      Then it fails with EBUSY

    @VFIO-CMP-06 @needs:type1-container
    Scenario: a device is not opened without a type with a container
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      Then it fails with EINVAL
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      Then it succeeds

    @VFIO-CMP-05 @needs:vfio-compat
    Scenario: a type is set again, or refused as invalid, by an iommufd
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it succeeds
      When it calls VFIO_SET_IOMMU with the argument VFIO_SPAPR_TCE_IOMMU
      Then it fails with EINVAL

    @VFIO-CMP-05 @needs:type1-container
    Scenario: a type is set once, and refused as not there, by a container
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_SPAPR_TCE_IOMMU
      Then it fails with ENODEV
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it fails with EINVAL

  Rule: an iommufd has no VADDR and no dirty pages, and tells less

    @VFIO-CMP-04 @VFIO-CMP-08 @needs:vfio-compat
    Scenario: VADDR is neither offered nor taken by an iommufd
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_UPDATE_VADDR
      Then it returns 0
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR |
      Then it fails with EINVAL
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR |
      Then it fails with EINVAL
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CMP-04 @VFIO-CMP-08 @needs:type1-container
    Scenario: VADDR is offered and taken by a container
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_UPDATE_VADDR
      Then it returns 1
      When it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | flags | VADDR |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR |
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-CMP-10 @needs:vfio-compat
    Scenario Outline: <call> is an unknown command of an iommufd
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls <call>
      Then it fails with ENOTTY
      When it calls VFIO_GET_API_VERSION
      Then it returns 0

      Examples:
        | call                   |
        | VFIO_IOMMU_DIRTY_PAGES |
        | ioctl 0x3bff           |

    @VFIO-CMP-10 @needs:type1-container
    Scenario: a container tracks what is dirty
      Given a container
      And an untouched buffer "clean" of 1 page
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it finds only bit 0 set in buffer "clean"

    @VFIO-CMP-11 @needs:vfio-compat
    Scenario: an iommufd rewrites the size, and counts no mappings
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns:
        | argsz      |            72 |
        | flags      | PGSIZES, CAPS |
        | cap_offset |            24 |
      And it returns these capabilities, of version 1:
        | DMA_AVAIL  |   4294967295 |
        | IOVA_RANGE | 0 to U64_MAX |

    @VFIO-CMP-11 @needs:type1-container
    Scenario: a container leaves the size, and counts mappings
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_GET_INFO with 200 zero bytes appended
      Then it returns:
        | argsz      |           224 |
        | cap_offset |            24 |
      And it returns these capabilities, among others:
        | MIGRATION | 4 KiB to 256 MiB |
        | DMA_AVAIL | 65534            |

  Rule: a range that cuts a mapping is refused in another way

    @VFIO-CMP-09 @needs:vfio-compat
    Scenario: an iommufd removes what comes before the mapping that is cut, and says so
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 2 pages       |
        | vaddr | buffer "ram" + 2 pages |
        | size  | 2 pages                |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 3 pages |
      Then it fails with ENOENT
      And it returns:
        | size | 2 pages |
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages

    @VFIO-CMP-09 @needs:type1-container
    Scenario: a container removes nothing, and writes nothing
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 2 pages       |
        | vaddr | buffer "ram" + 2 pages |
        | size  | 2 pages                |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | size | 3 pages |
      Then it fails with EINVAL
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-CMP-07 @needs:vfio-compat
    Scenario: version 1 of an iommufd cuts exactly what it is told
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB + 1 page |
        | size | 1 page          |
      Then it returns:
        | size | 1 page |
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +1 page
      And device "nic" sees buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages

    @VFIO-CMP-07 @needs:type1-container
    Scenario: nothing is removed by version 1 of a container, or all of a mapping
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      And it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB + 1 page |
        | size | 1 page          |
      Then it returns:
        | size | 0 |
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it calls VFIO_IOMMU_UNMAP_DMA with:
        | iova | 16 MiB |
        | size | 1 page |
      Then it returns:
        | size | 4 pages |
      And device "nic" does not see buffer "ram" + 2 pages at 16 MiB + 2 pages .. +2 pages

  Rule: the pages are charged to others

    @VFIO-CMP-12 @needs:vfio-compat @needs:proc
    Scenario: what an iommufd maps counts as pinned, and a process with CAP_IPC_LOCK has nothing locked
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it has 4 pages pinned
      And it has 0 pages locked

    @VFIO-CMP-12 @needs:vfio-container @needs:proc
    Scenario: so it is if /dev/vfio/vfio is an iommufd
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it has 4 pages pinned
      And it has 0 pages locked
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-CMP-12 @needs:type1-container @needs:proc
    Scenario: what a container maps counts as locked, and not as pinned
      Given a container
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      Then it has 0 pages pinned
      And it has 4 pages locked

  Rule: registers of a device have no address for an iommufd

    @VFIO-CMP-15 @needs:vfio-compat @needs:vfio-dma-buf @needs:dma @needs:two-devices
    Scenario: an iommufd takes registers as a dma-buf only
      Given an iommufd
      And a device "disk"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it opens device "disk"
      And it binds device "disk" to the iommufd
      And it mmaps BAR 0 of device "disk" as "window"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      Then it fails with EFAULT
      Given a dma-buf "bar" from device "disk" of 1 page
      When it calls IOMMU_IOAS_MAP_FILE with:
        | flags   | FIXED_IOVA, READABLE |
        | ioas_id | 1                    |
        | fd      | dma-buf "bar"        |
        | iova    | 16 MiB               |
        | length  | 1 page               |
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"

    @VFIO-CMP-15 @needs:type1-container @needs:dma @needs:two-devices
    Scenario: a container takes registers where they are mapped
      Given a container
      And a device "disk"
      When it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it opens the group of device "disk"
      And it calls VFIO_GROUP_SET_CONTAINER on the group of device "disk" with:
        | fd | container "" |
      And it opens device "disk" through its group
      And it mmaps BAR 0 of device "disk" as "window"
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "window" |
      And device "nic" reads 4 bytes at 16 MiB
      Then the device got the registers of device "disk"

  Rule: a container is no iommufd

    @VFIO-CDEV-05 @needs:type1-container
    Scenario: a device is not bound to a container
      Given a container
      When it closes the group of device "nic"
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with:
        | iommufd | container "" |
      Then it fails with EBADFD
      And it wrote nothing back

    @VFIO-CDEV-05 @needs:vfio-container
    Scenario: a device is bound to a container that is an iommufd
      Given an iommufd opened as /dev/vfio/vfio
      When it closes the group of device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists
      When it destroys device "nic"
      Then it fails with EBUSY

  Rule: a group leaves an iommufd at any time, and comes back to another

    @VFIO-GRP-18 @needs:vfio-compat
    Scenario: a group leaves while its device is open, which goes on
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_GROUP_UNSET_CONTAINER
      Then it succeeds
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | none |
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
      When it calls VFIO_GROUP_GET_DEVICE_FD
      Then it fails with EINVAL
      When it calls VFIO_GROUP_SET_CONTAINER
      Then it succeeds

    @VFIO-GRP-15 @needs:vfio-compat
    Scenario: the group is closed before its device, and opened again at once
      Given an iommufd
      When it calls VFIO_GROUP_SET_CONTAINER
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it closes the group of device "nic"
      And it opens the group of device "nic"
      Then it succeeds
      When it calls VFIO_GROUP_GET_DEVICE_FD
      Then it fails with EINVAL
      When it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | none |
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @VFIO-GRP-17 @VFIO-XCL-10 @needs:vfio-compat @needs:host-driver
    Scenario: a driver of the host has a device, which shows late
      Given an iommufd
      And a device "disk" in the group of device "nic" that the host can drive
      When device "disk" is bound to the host's driver
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_GROUP_GET_STATUS
      Then it returns:
        | flags | VIABLE, CONTAINER_SET |
      When it opens device "nic" through its group
      Then it fails with EPERM
      When device "disk" is bound to vfio-pci
      And it calls VFIO_IOMMU_MAP_DMA
      And it opens device "nic" through its group
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page
