Feature: accesses
  An access is a user of an IOAS inside the kernel that moves bytes without DMA, as an emulated device does. It is
  attached to one IOAS, either to read and write or to pin pages as well. The accesses here are those of IOMMU_TEST_CMD.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: an access that pins needs whole pages, and one that does not takes any byte

    @PIN-17 @needs:test-cmd
    Scenario Outline: an IOAS has the alignment of an access that <does>
      Given an <access> on IOAS "guest"
      Then the IOVA alignment of IOAS "guest" is <alignment>
      When it maps 1 page of buffer "ram" + 512 bytes into IOAS "guest" at 16 MiB read-write
      Then it <outcome>
      When it closes access "driver"
      Then the IOVA alignment of IOAS "guest" is 1 byte
      When it maps 1 page of buffer "ram" + 512 bytes into IOAS "guest" at 32 MiB read-write
      Then it succeeds

      @MOCK-11
      Examples: with pins
        | does       | access                    | alignment | outcome           |
        | pins       | access "driver" that pins |    1 page | fails with EINVAL |

      @MOCK-11
      Examples: without pins
        | does       | access                    | alignment | outcome           |
        | only reads | access "driver"           |    1 byte | succeeds          |

    @PIN-17 @needs:test-cmd
    Scenario Outline: an access that pins meets a mapping of <length> at <iova>
      Given it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      When it calls IOMMU_TEST_CMD with:
        | op                  | CREATE_ACCESS                            |
        | id                  | IOAS "guest"                             |
        | create_access.flags | MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES |
      Then it fails with EADDRINUSE
      And nothing has changed

      Examples:
        | length          | offset | iova               |
        | 1 page          | 1 byte |    16 MiB + 1 byte |
        | 1 page          |      0 | 16 MiB + 512 bytes |
        | 1 page - 1 byte |      0 |             16 MiB |

    @MOCK-11 @needs:test-cmd
    Scenario Outline: an access without pins reads a mapping of <length> at <iova>
      Given it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      And an access "driver" on IOAS "guest"
      And a buffer "inbox" of 1 page
      When it stores pattern "sent" in buffer "ram" + <offset>
      And access "driver" reads 1 page at <iova> into buffer "inbox"
      Then it finds pattern "sent" in buffer "inbox"

      Examples:
        | length           | offset | iova            |
        | 1 page           | 1 byte | 16 MiB + 1 byte |
        | 2 pages - 1 byte |      0 |          16 MiB |

    @PIN-17 @needs:test-cmd
    Scenario: an access that pins cannot move to where it could not be attached
      Given an IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "other" at 16 MiB + 512 bytes read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And an access "driver" that pins on IOAS "guest"
      And access "driver" pins 2 pages at 16 MiB as buffer "ram"
      When access "driver" moves to IOAS "other"
      Then it fails with EADDRINUSE
      And nothing has changed
      And 2 pages of buffer "ram" carry 1 pin each
      When access "driver" drops its last pin
      Then it succeeds
      When it closes access "driver"
      And it destroys IOAS "guest"
      Then it succeeds
      When it destroys IOAS "other"
      Then it succeeds

  Rule: an access that cannot be attached leaves nothing behind

    @MOCK-11 @needs:test-cmd
    Scenario Outline: an access with <what> is refused
      When it calls IOMMU_TEST_CMD with:
        | op                  | CREATE_ACCESS |
        | id                  | <id>          |
        | create_access.flags | <flags>       |
      Then it fails with <errno>
      And it wrote nothing back
      And no file descriptor was left behind
      When it destroys IOAS "guest"
      Then it succeeds
      When it calls IOMMU_IOAS_ALLOC
      Then it succeeds
      And it returns:
        | out_ioas_id | 1 |

      Examples:
        | what                    | id             | flags  | errno      |
        | an unknown flag         | IOAS "guest"   | bit 1  | EOPNOTSUPP |
        | the last flag           | IOAS "guest"   | bit 31 | EOPNOTSUPP |
        | an id that is not there | no such object | none   | ENOENT     |
        | the id 0                |              0 | none   | ENOENT     |

  Rule: an access that moves releases all it has in the old IOAS and uses the new one

    @PIN-32 @MOCK-15 @needs:test-cmd
    Scenario: its pins are released, and the old IOAS can be destroyed
      Given an IOAS "other"
      And an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 4 pages of buffer "ram" + 4 pages into IOAS "other" at 16 MiB read-write
      When access "driver" pins 1 page at 16 MiB as buffer "ram"
      And access "driver" pins 2 pages at 16 MiB + 2 pages as buffer "ram" + 2 pages
      Then 2 pages of buffer "ram" + 2 pages carry 1 pin each
      When access "driver" moves to IOAS "other"
      Then it succeeds
      And each page of buffer "ram" carries 0 pins
      When access "driver" drops its last pin
      Then it fails with ENOENT
      When access "driver" pins 4 pages at 16 MiB as buffer "ram" + 4 pages
      Then it succeeds
      And 4 pages of buffer "ram" + 4 pages carry 1 pin each
      When it destroys IOAS "other"
      Then it fails with EBUSY
      When it destroys IOAS "guest"
      Then it succeeds

    @PIN-32 @MOCK-15 @needs:test-cmd
    Scenario: what it reads is in the new IOAS
      Given an IOAS "other"
      And a buffer "inbox" of 1 page
      And an access "driver" on IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "other" at 16 MiB read-write
      When it stores pattern "old" in buffer "ram"
      And it stores pattern "new" in buffer "ram" + 1 page
      And access "driver" reads 1 page at 16 MiB into buffer "inbox"
      Then it finds pattern "old" in buffer "inbox"
      When access "driver" moves to IOAS "other"
      And access "driver" reads 1 page at 16 MiB into buffer "inbox"
      Then it finds pattern "new" in buffer "inbox"

    @PIN-32 @needs:test-cmd
    Scenario: the alignment moves along with it
      Given an IOAS "other"
      And an access "driver" that pins on IOAS "guest"
      When access "driver" moves to IOAS "other"
      Then the IOVA alignment of IOAS "guest" is 1 byte
      And the IOVA alignment of IOAS "other" is 1 page

    @PIN-33 @MOCK-15 @needs:test-cmd
    Scenario: a move to the same IOAS changes nothing
      Given an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 4 pages at 16 MiB as buffer "ram"
      When access "driver" moves to IOAS "guest"
      Then it succeeds
      And 4 pages of buffer "ram" carry 1 pin each
      When access "driver" drops its last pin
      Then it succeeds
      And each page of buffer "ram" carries 0 pins
      When it closes access "driver"
      And it destroys IOAS "guest"
      Then it succeeds

    @PIN-34 @needs:test-cmd
    Scenario Outline: <what> is refused as a place to move to
      Given an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "driver" pins 4 pages at 16 MiB as buffer "ram"
      When it calls IOMMU_TEST_CMD with:
        | op                          | ACCESS_REPLACE_IOAS |
        | id                          | access "driver"     |
        | access_replace_ioas.ioas_id | <id>                |
      Then it fails with ENOENT
      And 4 pages of buffer "ram" carry 1 pin each
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When access "driver" drops its last pin
      Then it succeeds

      Examples:
        | what          | id             |
        | the id 0      |              0 |
        | an unknown id | no such object |
        | an access     |              2 |

  Rule: an access that is closed releases its pins and its IOAS

    @PIN-35 @needs:test-cmd
    Scenario: one of two accesses with pins is closed
      Given an access "one" that pins on IOAS "guest"
      And an access "two" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When access "one" pins 4 pages at 16 MiB as buffer "ram"
      And access "one" pins 1 page at 16 MiB as buffer "ram"
      And access "two" pins 2 pages at 16 MiB as buffer "ram"
      And it closes access "one"
      Then 2 pages of buffer "ram" carry 1 pin each
      And 2 pages of buffer "ram" + 2 pages carry 0 pins each
      When it destroys IOAS "guest"
      Then it fails with EBUSY
      When it closes access "two"
      Then each page of buffer "ram" carries 0 pins
      When it destroys IOAS "guest"
      Then it succeeds

    @PIN-35 @needs:test-cmd @needs:proc
    Scenario: what was pinned is no longer charged
      Given an access "driver" that pins on IOAS "guest"
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When access "driver" pins 3 pages at 16 MiB as buffer "ram"
      Then it has 3 pages pinned
      When it closes access "driver"
      Then it has 0 bytes pinned
      And 16 MiB .. +4 pages is mapped in IOAS "guest"
