Feature: IOMMU_IOAS_IOVA_RANGES, what it depends on
  The usable IOVAs are those that every attached device can reach, and the alignment is the coarsest that any user of the
  IOAS needs. What is mapped, and which IOVAs the kernel may choose, is another matter.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 2 pages

  Rule: while a device is attached, what it cannot reach is left out

    @IOAS-RANGES-07 @IOAS-RANGES-09 @IOAS-RANGES-14 @needs:test-cmd
    Scenario: a mock device leaves its aperture
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |
      And the IOVA alignment of IOAS "guest" is 2048 bytes

    @IOAS-RANGES-07 @IOAS-RANGES-09 @needs:test-cmd
    Scenario: a mock device leaves its aperture, less what was reserved before
      Given 32 MiB .. +1 page is reserved in IOAS "guest"
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then the usable IOVAs of IOAS "guest" are:
        |          16 MiB | 32 MiB - 1 byte |
        | 32 MiB + 1 page |  2 GiB - 1 byte |

    @IOAS-RANGES-07 @DEV-36 @needs:device @needs:reserved-iova
    Scenario: a reserved region of a device splits its aperture
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas | 1 |
      Then it fails with EMSGSIZE

    @IOAS-RANGES-07 @needs:device @needs:narrow-iommu
    Scenario: a map at the top of the space fails with EINVAL while a device is attached
      Given a device "nic" attached to IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      And nothing has changed

  Rule: when the device or its page table is gone, the ranges are as wide as before

    @IOAS-RANGES-08 @needs:device
    Scenario: the device is detached
      Given a device "nic" attached to IOAS "guest"
      When it detaches device "nic"
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      And the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-RANGES-07 @IOAS-RANGES-08 @needs:device @needs:two-devices @needs:reserved-iova
    Scenario: the first of two devices with the same reserved region is detached
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "guest"
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it fails with EINVAL
      When it detaches device "disk"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 4078 MiB read-write
      Then it succeeds

    @IOAS-RANGES-08 @needs:device @needs:test-cmd
    Scenario: what was reserved before the device was attached stays reserved
      Given 32 MiB .. +1 page is reserved in IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it detaches device "nic"
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        |               0 | 32 MiB - 1 byte |
        | 32 MiB + 1 page | U64_MAX         |

    @IOAS-RANGES-08 @needs:device @needs:two-devices @needs:narrow-iommu
    Scenario: the last of two devices is detached
      Given a device "nic" attached to IOAS "guest"
      And a device "gpu" attached to IOAS "guest"
      When it detaches device "nic"
      And it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      When it detaches device "gpu"
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

    @IOAS-RANGES-08 @needs:device @needs:hwpt-alloc @needs:narrow-iommu
    Scenario: a user-allocated HWPT is destroyed
      Given an IOAS "host"
      And a device "nic" attached to IOAS "host"
      And an HWPT "table" for device "nic" on IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at U64_MAX - 2 pages + 1 byte read-write
      Then it fails with EINVAL
      When it destroys HWPT "table"
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      And the IOVA alignment of IOAS "guest" is 1 byte

  Rule: neither the list of allowed IOVAs nor what is mapped changes the ranges

    @IOAS-RANGES-10
    Scenario: an IOAS has a list of allowed IOVAs
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB |   1 MiB |
        | 64 MiB | 2 pages |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

    @IOAS-RANGES-13
    Scenario Outline: a map at <iova> changes nothing
      When it maps 2 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      Then <iova> .. +2 pages is mapped in IOAS "guest"
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | iova                       |
        |                          0 |
        |                     16 MiB |
        | U64_MAX - 2 pages + 1 byte |

    @IOAS-RANGES-13 @needs:test-cmd
    Scenario: a map in the aperture of a mock device changes nothing
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then 16 MiB .. +2 pages is mapped in IOAS "guest"
      And the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |

  Rule: the alignment is a power of two, and never above a page

    @IOAS-RANGES-11 @IOAS-RANGES-14
    Scenario: huge pages are turned off, and on again
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 page
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-RANGES-11 @IOAS-RANGES-14 @needs:device
    Scenario: huge pages are off, whatever device is attached and destroyed
      When it sets the huge pages option of IOAS "guest" to 0
      Given a device "nic" attached to IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is 1 page
      When it detaches device "nic"
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 page

    @IOAS-RANGES-14 @needs:device @needs:vfio-device
    Scenario: a VFIO device needs whole pages
      Given a device "nic" attached to IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is 1 page

    @IOAS-RANGES-12 @IOAS-RANGES-14 @needs:test-cmd
    Scenario: an access that pins needs whole pages until it is closed
      Given an access "vcpu" that pins on IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is 1 page
      When it closes access "vcpu"
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-RANGES-12 @needs:test-cmd
    Scenario: an access that does not pin needs none
      Given an access "vcpu" on IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-RANGES-12 @needs:test-cmd
    Scenario: an access that pins leaves the ranges as they are
      Given an access "vcpu" that pins on IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

    @IOAS-RANGES-12 @IOAS-RANGES-14 @needs:test-cmd
    Scenario: the last of two accesses that pin decides
      Given an access "vcpu" that pins on IOAS "guest"
      And an access "vcpu 2" that pins on IOAS "guest"
      When it closes access "vcpu"
      Then the IOVA alignment of IOAS "guest" is 1 page
      When it closes access "vcpu 2"
      Then the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-RANGES-12 @needs:test-cmd
    Scenario: an access that moves takes its alignment along
      Given an access "vcpu" that pins on IOAS "guest"
      And an IOAS "host"
      When access "vcpu" moves to IOAS "host"
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 byte
      And the IOVA alignment of IOAS "host" is 1 page

    @IOAS-RANGES-12 @needs:test-cmd
    Scenario: an access that cannot move leaves both alignments as they are
      Given an access "vcpu" that pins on IOAS "guest"
      And an IOAS "host"
      When it maps 1 byte of buffer "ram" into IOAS "host" at 16 MiB read-write
      And access "vcpu" moves to IOAS "host"
      Then it fails with EADDRINUSE
      And nothing has changed
      And the IOVA alignment of IOAS "guest" is 1 page
      And the IOVA alignment of IOAS "host" is 1 byte
      When it closes access "vcpu"
      Then the IOVA alignment of IOAS "guest" is 1 byte
