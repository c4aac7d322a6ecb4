Feature: IOMMU_IOAS_ALLOC
  Makes an I/O address space (IOAS): a map from the addresses that a device uses, IOVAs, to user memory. It belongs to
  the iommufd that it was made on, and any number of devices can be attached to it.

  Background:
    Given an iommufd

  Rule: a new IOAS has an id of its own, and lives until that id is destroyed

    @IOAS-ALLOC-01
    Scenario: the id is all that is written back
      When it calls IOMMU_IOAS_ALLOC
      Then it succeeds
      And it wrote back only "out_ioas_id"

    @IOAS-ALLOC-01
    Scenario: an IOAS answers until it is destroyed
      Given an IOAS "guest"
      Then IOAS "guest" exists
      When it destroys IOAS "guest"
      Then it succeeds
      And IOAS "guest" no longer exists

    @IOAS-ALLOC-01
    Scenario: the first of two is destroyed, and the second stays
      Given an IOAS "guest"
      And an IOAS "host"
      When it destroys IOAS "guest"
      Then IOAS "guest" no longer exists
      And IOAS "host" exists

    @IOAS-ALLOC-01
    Scenario: the second of two is destroyed, and the first stays
      Given an IOAS "guest"
      And an IOAS "host"
      When it destroys IOAS "host"
      Then IOAS "host" no longer exists
      And IOAS "guest" exists

  Rule: no flag is known, and an unknown one makes no object

    @IOAS-ALLOC-02
    Scenario Outline: flag <flag> is refused
      When it calls IOMMU_IOAS_ALLOC with:
        | flags | <flag> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And object 1 does not exist

      Examples:
        | flag   |
        | bit 0  |
        | bit 1  |
        | bit 31 |

    @IOAS-ALLOC-02
    Scenario: an unknown flag leaves the IOAS before it alone
      Given an IOAS "guest"
      When it calls IOMMU_IOAS_ALLOC with:
        | flags | bit 0 |
      Then it fails with EOPNOTSUPP
      And nothing has changed

  Rule: a new IOAS is the whole space of 64 bits, to the byte

    @IOAS-ALLOC-03
    Scenario: one range from 0 to U64_MAX is usable
      Given an IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        | 0 | U64_MAX |
      And the IOVA alignment of IOAS "guest" is 1 byte

    @IOAS-ALLOC-03
    Scenario: an IOAS with the id of one that was destroyed is new
      Given an IOAS "old"
      And a buffer "ram" of 1 page
      When it maps 1 page of buffer "ram" into IOAS "old" at 16 MiB read-write
      And it sets the huge pages option of IOAS "old" to 0
      And it destroys IOAS "old"
      Given an IOAS "new"
      Then the IOVA alignment of IOAS "new" is 1 byte
      And 16 MiB .. +1 page is not mapped in IOAS "new"

  Rule: each IOAS is an address space of its own

    Background:
      Given an IOAS "guest"
      And an IOAS "host"
      And a buffer "ram" of 1 page
      And a buffer "rom" of 1 page

    @IOAS-ALLOC-04
    Scenario: what is mapped in one is not mapped in the other
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then 16 MiB .. +1 page is mapped in IOAS "guest"
      And 16 MiB .. +1 page is not mapped in IOAS "host"

    @IOAS-ALLOC-04
    Scenario: the same IOVA is mapped in both, and unmapped in one
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "rom" into IOAS "host" at 16 MiB read-write
      And it unmaps 1 page at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +1 page is not mapped in IOAS "guest"
      And 16 MiB .. +1 page is mapped in IOAS "host"

    @IOAS-ALLOC-04
    Scenario: an IOAS of another iommufd is unmapped alone
      Given an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "rom" into IOAS "theirs" at 16 MiB read-write
      And it unmaps everything from IOAS "theirs"
      Then it succeeds
      And 16 MiB .. +1 page is not mapped in IOAS "theirs"
      And 16 MiB .. +1 page is mapped in IOAS "guest"

    @IOAS-ALLOC-04 @needs:device @needs:two-devices
    Scenario: the same IOVA leads two devices to two places
      Given a device "nic" attached to IOAS "guest"
      And a device "gpu" attached to IOAS "host"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "rom" into IOAS "host" at 16 MiB read-write
      Then device "nic" sees buffer "ram" at 16 MiB .. +1 page
      And device "gpu" sees buffer "rom" at 16 MiB .. +1 page
      And device "gpu" does not see buffer "ram" at 16 MiB .. +1 page
