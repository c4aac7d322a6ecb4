@needs:vfio-device
Feature: VFIO_DEVICE_ATTACH_IOMMUFD_PT

  Puts a bound device on a page table: one of IOMMU_HWPT_ALLOC, or one that the kernel makes for an IOAS. What the device
  does from then on goes through that page table. A device that is attached already moves without a gap.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic"

  Rule: the struct of an attach has to be understood

    @VFIO-ATT-01
    Scenario Outline: an attach with <form> is refused
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with <form>
      Then it fails with EINVAL
      And it wrote nothing back
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-19
      Examples:
        | form                                |
        | a size of 0                         |
        | one byte less than its minimum size |

    @VFIO-ATT-01
    Scenario Outline: an attach with <flags> is refused
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | flags | <flags> |
      Then it fails with EINVAL
      And it wrote nothing back
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-19
      Examples:
        | flags  |
        | bit 1  |
        | bit 31 |

    @VFIO-ATT-02 @PASID-01
    Scenario: an attach of a PASID without room for one is refused
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with its minimum size and:
        | flags | PASID          |
        | pt_id | no such object |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with its minimum size
      Then it wrote back only "pt_id"

  Rule: the object has to be an IOAS or a page table

    @VFIO-ATT-03
    Scenario Outline: an attach to <object> is refused
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | pt_id | <object> |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-20
      Examples: no object
        | object         | errno  |
        | no such object | ENOENT |
        | 0              | ENOENT |

      @DEV-21
      Examples: an object of another kind
        | object         | errno  |
        | device "nic"   | EINVAL |

  Rule: an IOAS gets a page table that lasts as long as its devices

    @VFIO-ATT-04 @DEV-17 @DEV-22 @needs:two-devices
    Scenario: two devices share the page table that the first one brought
      Given a device "disk"
      When it attaches device "nic" to IOAS "guest"
      Then it wrote back only "pt_id"
      When it attaches device "disk" to IOAS "guest"
      Then it returns:
        | pt_id | the page table of device "nic" |
      When it detaches device "nic"
      Then the page table of device "disk" exists
      When it detaches device "disk"
      Then the page table of device "disk" no longer exists
      When it destroys IOAS "guest"
      Then it succeeds

    @VFIO-ATT-04 @DEV-23 @needs:hwpt-alloc
    Scenario: a user-allocated HWPT is left alone
      When it binds device "nic" to the iommufd
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it destroys HWPT "tables"
      Then it succeeds
      And the page table of device "nic" exists

  Rule: a page table by its id is taken as it is

    @VFIO-ATT-05 @DEV-18 @needs:hwpt-alloc
    Scenario: the page table stays after the detach
      Given a buffer "ram" of 4 pages
      When it binds device "nic" to the iommufd
      Given an HWPT "tables" for device "nic" on IOAS "guest"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to HWPT "tables"
      Then it returns:
        | pt_id | HWPT "tables" |
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys HWPT "tables"
      Then it fails with EBUSY
      When it detaches device "nic"
      Then HWPT "tables" exists
      When it destroys HWPT "tables"
      Then it succeeds
      And HWPT "tables" no longer exists

    @VFIO-ATT-05 @needs:two-devices
    Scenario: the page table that another attach made is taken
      Given a device "disk"
      When it attaches device "nic" to IOAS "guest"
      And it binds device "disk" to the iommufd
      And it attaches device "disk" to the page table of device "nic"
      Then it returns:
        | pt_id | the page table of device "nic" |
      When it detaches device "nic"
      Then the page table of device "disk" exists
      When it detaches device "disk"
      Then the page table of device "disk" no longer exists

  Rule: an attached device moves, or stays where it is

    @VFIO-ATT-06 @DEV-29
    Scenario: a device moves to another IOAS and back
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      And a buffer "rom" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      When it destroys IOAS "guest"
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +4 pages

    @VFIO-ATT-06 @DEV-28 @needs:two-devices
    Scenario: a device moves to the page table that it has
      Given a device "disk" attached to IOAS "guest"
      And a buffer "ram" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it returns:
        | pt_id | the page table of device "disk" |
      When it attaches device "nic" to the page table of device "disk"
      Then it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it detaches device "nic"
      Then device "nic" does not see buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-ATT-06 @needs:reserved-iova
    Scenario Outline: a device that cannot move to <object> stays
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "nic" to <object>
      Then it fails with <errno>
      And nothing has changed
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      @DEV-27 @DEV-37
      Examples: a reserved range is mapped
        | object         | errno      |
        | IOAS "other"   | EADDRINUSE |

      @DEV-27
      Examples: there is none
        | object         | errno      |
        | no such object | ENOENT     |

  @needs:shared-group
  Rule: the devices of a group share one HWPT

    @VFIO-ATT-07 @DEV-34
    Scenario: one device of a group moves, and takes the other one along
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      And a buffer "rom" of 4 pages
      And a device "neighbour" in the group of device "nic"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "rom" into IOAS "other" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "neighbour" to IOAS "guest"
      Then device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages
      When it attaches device "nic" to IOAS "other"
      Then device "nic" sees buffer "rom" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "rom" at 16 MiB .. +4 pages
      And device "neighbour" does not see buffer "ram" at 16 MiB .. +4 pages
      When it destroys IOAS "guest"
      Then it succeeds

    @VFIO-ATT-07 @VFIO-ATT-06 @needs:reserved-iova
    Scenario: a group that cannot move stays as a whole
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      And a device "neighbour" in the group of device "nic"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "other" at 4078 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "neighbour" to IOAS "guest"
      And it attaches device "nic" to IOAS "other"
      Then it fails with EADDRINUSE
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-ATT-08 @DEV-33
    Scenario: the first attach of the other device cannot move the group
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      And a device "neighbour" in the group of device "nic"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "neighbour" to IOAS "other"
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      When it destroys IOAS "other"
      Then it succeeds
      When it attaches device "neighbour" to IOAS "guest"
      Then it returns:
        | pt_id | the page table of device "nic" |
      And device "neighbour" sees buffer "ram" at 16 MiB .. +4 pages

  @needs:reserved-iova
  Rule: what a device cannot reach is kept free while it is attached

    # The interrupts of x86 devices are writes to 4078 MiB .. +1 MiB, which no page table translates.

    @VFIO-ATT-09
    Scenario Outline: an IOAS with a mapping of <case> a reserved range is refused
      Given a buffer "ram" of 4 pages
      When it maps <length> of buffer "ram" into IOAS "guest" at <iova> read-write
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it unmaps <length> at <iova> from IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

      @DEV-37
      Examples:
        | case              | iova              | length  |
        | the first page of | 4078 MiB          | 1 page  |
        | a border of       | 4078 MiB - 1 page | 2 pages |
        | the last page of  | 4079 MiB - 1 page | 1 page  |
        | the upper end of  | 4079 MiB - 1 page | 2 pages |

    @VFIO-ATT-09
    Scenario: an IOAS has mappings that touch a reserved range
      Given a buffer "ram" of 4 pages
      When it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB - 1 page read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 4079 MiB read-write
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 4078 MiB - 1 page .. +1 page
      And device "nic" sees buffer "ram" + 1 page at 4079 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 4078 MiB .. +1 page

    @VFIO-ATT-09 @DEV-37
    Scenario: an IOAS allows IOVAs of a reserved range
      When it allows only these IOVAs in IOAS "guest":
        | 4078 MiB - 2 pages | 2 pages + 2 bytes |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it allows only these IOVAs in IOAS "guest":
        | 4078 MiB - 2 pages | 2 pages |
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds

    @VFIO-ATT-10
    Scenario Outline: <case> of a reserved range is unusable until the device <leaves>
      Given an IOAS "other"
      And a buffer "ram" of 4 pages
      When it attaches device "nic" to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it fails with EINVAL
      When it <lets go>
      And it maps 1 page of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +1 page is mapped in IOAS "guest"

      @DEV-36 @DEV-42
      Examples: detached, or moved
        | case           | iova              | leaves      | lets go                               |
        | the first page | 4078 MiB          | is detached | detaches device "nic"                 |
        | the last page  | 4079 MiB - 1 page | is detached | detaches device "nic"                 |
        | the first page | 4078 MiB          | moves       | attaches device "nic" to IOAS "other" |

      @DEV-36
      Examples: closed
        | case           | iova              | leaves      | lets go                               |
        | the last page  | 4079 MiB - 1 page | is closed   | closes device "nic"                   |

    @VFIO-ATT-10 @DEV-42
    Scenario: the usable IOVAs are as wide as before once the device is gone
      When it attaches device "nic" to IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is 1 page
      When it detaches device "nic"
      Then the IOVA alignment of IOAS "guest" is 1 byte
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
