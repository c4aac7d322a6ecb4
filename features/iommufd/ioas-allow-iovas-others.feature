Feature: IOMMU_IOAS_ALLOW_IOVAS, beside fixed maps and devices
  The list binds the kernel's own choice and the devices that come later. It binds neither a caller who names an IOVA nor
  what is mapped already.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: a fixed map may lie anywhere

    @IOAS-ALLOW-11
    Scenario Outline: a map <case>
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |
      And it maps 2 pages of buffer "ram" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +2 pages is mapped in IOAS "guest"

      Examples:
        | case                       | iova             |
        | outside the list           |           64 MiB |
        | half outside the list      | 16 MiB + 3 pages |
        | in the list                |           16 MiB |
        | at the bottom of the space |                0 |

  Rule: what is mapped already stays

    @IOAS-ALLOW-13
    Scenario: a list that leaves out an existing mapping
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 4 pages |
      Then it succeeds
      And nothing has changed
      And 64 MiB .. +2 pages is mapped in IOAS "guest"

    @IOAS-ALLOW-13
    Scenario: a list that cuts an existing mapping
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 16 MiB + 1 page | 2 pages |
      Then it succeeds
      And nothing has changed
      When it maps 1 page of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at 16 MiB + 2 pages

    @IOAS-ALLOW-13 @needs:device
    Scenario: a device still sees a mapping that the list leaves out
      Given a device "nic" attached to IOAS "guest"
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it allows only these IOVAs in IOAS "guest":
        | 32 MiB | 4 pages |
      Then it succeeds
      And device "nic" sees buffer "ram" at 64 MiB .. +2 pages
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

  Rule: a device that needs an allowed IOVA for itself cannot be attached

    @IOAS-ALLOW-12 @needs:device
    Scenario: a list beyond the reach of the device
      Given a device "nic"
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 16 pages + 1 byte | 8 pages |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      And nothing has changed
      When it maps 8 pages of buffer "ram" into IOAS "guest" anywhere read-write
      Then it lands at U64_MAX - 16 pages + 1 byte

    @IOAS-ALLOW-12 @needs:device
    Scenario: the device can be attached when the list is lifted
      Given a device "nic"
      When it allows only these IOVAs in IOAS "guest":
        | U64_MAX - 16 pages + 1 byte | 8 pages |
      And it attaches device "nic" to IOAS "guest"
      Then it fails with EADDRINUSE
      When it allows every IOVA in IOAS "guest"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      When it maps 8 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +8 pages

    @IOAS-ALLOW-12 @needs:test-cmd
    Scenario Outline: a list that leaves the aperture of a mock device by <case>
      When it allows only these IOVAs in IOAS "guest":
        | <first> | <length> |
      And it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then it fails with EADDRINUSE
      And nothing has changed
      And the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |

      Examples:
        | case                   | first           | length          |
        | its first byte         | 16 MiB - 1 byte |          1 page |
        | its last byte          |  2 GiB - 1 page | 1 page + 1 byte |
        | all but its last byte  | 16 MiB - 1 page | 1 page + 1 byte |
        | all but its first byte |  2 GiB - 1 byte |          1 page |

    @IOAS-ALLOW-12 @needs:test-cmd
    Scenario: a list that is the aperture of a mock device
      When it allows only these IOVAs in IOAS "guest":
        | 16 MiB | 2032 MiB |
      And it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN  |
        | id | IOAS "guest" |
      Then it succeeds
      And the usable IOVAs of IOAS "guest" are:
        | 16 MiB | 2 GiB - 1 byte |
