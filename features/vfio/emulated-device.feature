@needs:emulated-device
Feature: emulated VFIO devices

  A mediated device is made up by a driver. It does no DMA of its own: its driver reads and writes the memory of the user,
  as an access of iommufd. So it has no IOMMU, and no page table either; it is attached to an IOAS itself.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And a device "port" that is emulated

  Rule: what is bound is an access

    @PIN-37
    Scenario Outline: <call> does not take the object that a bind returns
      When it binds device "port" to the iommufd
      And it calls <call>
      Then it fails with <errno>
      And it wrote nothing back

      Examples:
        | call              | errno  |
        | IOMMU_GET_HW_INFO | ENOENT |
        | IOMMU_HWPT_ALLOC  | ENOENT |

    @PIN-37 @OBJ-12
    Scenario: it is destroyed when the device is closed, and no sooner
      When it binds device "port" to the iommufd
      And it destroys device "port"
      Then it fails with EBUSY
      When it closes device "port"
      And it destroys device "port"
      Then it fails with ENOENT

    @VFIO-CDEV-13
    Scenario Outline: a token for a device that asks for none is refused, at <place>
      When it opens device "port"
      And it calls VFIO_DEVICE_BIND_IOMMUFD with:
        | flags          | FLAG_TOKEN |
        | token_uuid_ptr | <place>    |
      Then it fails with EINVAL
      And it wrote nothing back

      @DEV-48
      Examples:
        | place         |
        | buffer "ram"  |
        | a bad pointer |

  Rule: it is attached to an IOAS, and to nothing else

    @PIN-36
    Scenario: the IOAS is in use, and nothing of it is pinned
      Given it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it binds device "port" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT
      Then it returns:
        | pt_id | IOAS "guest" |
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
      And the IOVA alignment of IOAS "guest" is 1 page
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it detaches device "port"
      Then the IOVA alignment of IOAS "guest" is 1 byte
      When it destroys IOAS "guest"
      Then it succeeds

    @PIN-36 @needs:device
    Scenario Outline: attaching it to <object> is refused
      Given a device "nic" attached to IOAS "guest"
      And an IOAS "other"
      When it binds device "port" to the iommufd
      And it attaches device "port" to IOAS "other"
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | pt_id | <object> |
      Then it fails with ENOENT
      And it wrote nothing back
      When it destroys IOAS "other"
      Then it fails with EBUSY

      Examples:
        | object                         |
        | the page table of device "nic" |
        | device "nic"                   |
        | device "port"                  |
        | no such object                 |

    @PIN-36 @PIN-34
    Scenario: it moves to another IOAS
      Given an IOAS "other"
      When it binds device "port" to the iommufd
      And it attaches device "port" to IOAS "guest"
      And it attaches device "port" to IOAS "other"
      Then it returns:
        | pt_id | IOAS "other" |
      When it destroys IOAS "guest"
      Then it succeeds
      When it destroys IOAS "other"
      Then it fails with EBUSY

    @PIN-17
    Scenario Outline: an IOAS with <length> at <iova> is refused
      Given it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      When it binds device "port" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT
      Then it fails with EADDRINUSE
      And it wrote nothing back
      And nothing has changed

      Examples:
        | length          | iova               |
        | 1 page - 1 byte |             16 MiB |
        |          1 page | 16 MiB + 512 bytes |

    @PASID-02
    Scenario Outline: <call> with a PASID and <form> is refused
      When it binds device "port" to the iommufd
      And it attaches device "port" to IOAS "guest"
      And it calls <call> with <form> and:
        | flags | PASID |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      When it destroys IOAS "guest"
      Then it fails with EBUSY

      @VFIO-ATT-02
      Examples:
        | call                          | form                  |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT | 8 zero bytes appended |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT | its minimum size      |

      @VFIO-DET-01
      Examples:
        | call                          | form                  |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT | 8 zero bytes appended |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT | its minimum size      |

  Rule: its registers are nobody else's to reach

    @VFIO-DBUF-13
    Scenario Outline: a dma-buf of them is refused where it is <asked>
      When it binds device "port" to the iommufd
      And it calls VFIO_DEVICE_FEATURE with:
        | flags | <flags>                       |
        | data  | s32 0, 2, 0, 1, 0, 0, 4096, 0 |
      Then it fails with ENOTTY
      When it calls VFIO_DEVICE_FEATURE with:
        | flags | PROBE, GET, SET, MIG_DEVICE_STATE |
      Then it succeeds

      Examples:
        | asked            | flags               |
        | asked for        | GET, DMA_BUF        |
        | only asked about | PROBE, GET, DMA_BUF |
