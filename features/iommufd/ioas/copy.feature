Feature: IOMMU_IOAS_COPY
  Maps memory a second time that is mapped already: into another IOAS, or to another IOVA of the same one. Both mappings
  share the pages, which are pinned once, and from then on neither depends on the other.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And an IOAS "other"
    And a buffer "ram" of 4 pages

  Rule: what the flags and the numbers alone make wrong is refused before any object is looked up

    Scenario Outline: <case> is refused
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_COPY with:
        | <field>     | <value>        |
        | src_ioas_id | no such object |
      Then it fails with <errno>
      When it calls IOMMU_IOAS_COPY with:
        | <field> | <value> |
      Then it fails with <errno>
      And nothing has changed

      @IOAS-COPY-01
      Examples: an unknown flag
        | case                                  | field    | value            | errno      |
        | a flag that this kernel does not know | flags    | READABLE, bit 3  | EOPNOTSUPP |
        | the highest flag                      | flags    | READABLE, bit 31 | EOPNOTSUPP |

      @IOAS-COPY-02
      Examples: U64_MAX
        | case                                  | field    | value            | errno      |
        | a length of U64_MAX                   | length   | U64_MAX          | EOVERFLOW  |
        | a source at U64_MAX                   | src_iova | U64_MAX          | EOVERFLOW  |
        | a destination at U64_MAX              | dst_iova | U64_MAX          | EOVERFLOW  |

      @IOAS-COPY-03
      Examples: no right
        | case                                  | field    | value            | errno      |
        | no right at all                       | flags    | FIXED_IOVA       | EINVAL     |

  Rule: the source is looked at before the destination

    @IOAS-COPY-04
    Scenario Outline: the <which> is no IOAS
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_COPY with:
        | <field> | no such object |
      Then it fails with ENOENT
      And nothing has changed

      Examples:
        | which       | field       |
        | source      | src_ioas_id |
        | destination | dst_ioas_id |

    @IOAS-COPY-04
    Scenario Outline: <length> at <iova> of <source> are told before a destination that does not exist
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_COPY with:
        | src_ioas_id | <source>       |
        | src_iova    | <iova>         |
        | length      | <length>       |
        | dst_ioas_id | no such object |
      Then it fails with <errno>

      @IOAS-COPY-05
      Examples: nothing
        | source         | iova        | length  | errno     |
        | IOAS "guest"   |      16 MiB |       0 | EINVAL    |

      @IOAS-COPY-06
      Examples: beyond the address space
        | source         | iova        | length  | errno     |
        | IOAS "guest"   | U64_MAX - 1 | 3 bytes | EOVERFLOW |

      Examples: no source
        | source         | iova        | length  | errno     |
        | no such object |      16 MiB |       0 | ENOENT    |
        | no such object | U64_MAX - 1 | 3 bytes | ENOENT    |

  Rule: every IOVA of the source range has to be mapped

    Scenario Outline: a copy of <case> fails
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 3 pages read-write
      And it calls IOMMU_IOAS_COPY with:
        | src_iova | <iova>   |
        | length   | <length> |
      Then it fails with <errno>
      And nothing has changed
      And 32 MiB .. +4 pages is not mapped in IOAS "other"

      @IOAS-COPY-05
      Examples: nothing
        | case                                | iova                      | length           | errno     |
        | nothing                             |                    16 MiB |                0 | EINVAL    |

      @IOAS-COPY-07
      Examples: what is not mapped
        | case                                | iova                      | length           | errno     |
        | one byte too few at the start       |           16 MiB - 1 byte |          2 pages | ENOENT    |
        | one byte too many at the end        |                    16 MiB | 2 pages + 1 byte | ENOENT    |
        | two mappings with a hole in between |                    16 MiB |          4 pages | ENOENT    |
        | the last page of the address space  | U64_MAX - 1 page + 1 byte |           1 page | ENOENT    |

      @IOAS-COPY-06
      Examples: beyond the address space
        | case                                | iova                      | length           | errno     |
        | one byte beyond the address space   | U64_MAX - 1 page + 1 byte |  1 page + 1 byte | EOVERFLOW |

    @IOAS-COPY-08
    Scenario Outline: <part> of a mapping is copied
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies <length> at <iova> of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it succeeds
      And 32 MiB .. +<length> is mapped in IOAS "other"
      And 32 MiB + <length> .. +1 page is not mapped in IOAS "other"

      Examples:
        | part              | iova                      | length            |
        | the whole         |                    16 MiB |           4 pages |
        | the first page    |                    16 MiB |            1 page |
        | the last page     |          16 MiB + 3 pages |            1 page |
        | all but two bytes |           16 MiB + 1 byte | 4 pages - 2 bytes |
        | the last byte     | 16 MiB + 4 pages - 1 byte |            1 byte |

    @IOAS-COPY-08 @needs:device
    Scenario: a device sees the part that was copied
      Given a device "nic" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB + 1 page of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" sees buffer "ram" + 1 page at 32 MiB .. +2 pages
      And device "nic" does not see buffer "ram" + 3 pages at 32 MiB + 2 pages .. +1 page

    @IOAS-COPY-08 @needs:device
    Scenario: a device sees what lies 5 GiB behind the beginning of a mapping
      Given a memfd "large" of 8 GiB
      And a buffer "window" on memfd "large"
      And a device "nic" attached to IOAS "other"
      When it stores pattern "low" in buffer "window" + 1 GiB
      And it stores pattern "high" in buffer "window" + 5 GiB
      And it maps 8 GiB of buffer "window" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB + 5 GiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" sees buffer "window" + 5 GiB at 32 MiB .. +2 pages
      And device "nic" does not see buffer "window" + 1 GiB at 32 MiB .. +1 page
      When it unmaps everything from IOAS "guest"
      Then it returns:
        | length | 8 GiB |

  Rule: a range over several mappings makes one mapping for each of them

    @IOAS-COPY-09
    Scenario: two mappings that touch are copied and stay two
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it copies 3 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it succeeds
      And 32 MiB .. +3 pages is mapped in IOAS "other"
      When it unmaps 1 page at 32 MiB from IOAS "other"
      Then it fails with ENOENT
      When it unmaps 2 pages at 32 MiB from IOAS "other"
      Then it succeeds
      And 32 MiB .. +2 pages is not mapped in IOAS "other"
      And 32 MiB + 2 pages .. +1 page is mapped in IOAS "other"

    @IOAS-COPY-09 @needs:device
    Scenario: a device sees each piece of a copy where it belongs
      Given a device "nic" attached to IOAS "other"
      When it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB + 1 page read-write
      And it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" sees buffer "ram" + 3 pages at 32 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB + 1 page .. +1 page
      And device "nic" does not see buffer "ram" + 1 page at 32 MiB + 2 pages .. +1 page

    @IOAS-COPY-09 @needs:device
    Scenario: a device sees each of six pieces, of the first and the last a part
      Given a buffer "long" of 8 pages
      And a device "nic" attached to IOAS "other"
      When it maps 2 pages of buffer "long" + 6 pages into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "long" + 5 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 1 page of buffer "long" + 4 pages into IOAS "guest" at 16 MiB + 3 pages read-write
      And it maps 1 page of buffer "long" + 3 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And it maps 1 page of buffer "long" + 2 pages into IOAS "guest" at 16 MiB + 5 pages read-write
      And it maps 2 pages of buffer "long" into IOAS "guest" at 16 MiB + 6 pages read-write
      And it copies 6 pages at 16 MiB + 1 page of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" sees buffer "long" + 7 pages at 32 MiB .. +1 page
      And device "nic" sees buffer "long" + 5 pages at 32 MiB + 1 page .. +1 page
      And device "nic" sees buffer "long" + 4 pages at 32 MiB + 2 pages .. +1 page
      And device "nic" sees buffer "long" + 3 pages at 32 MiB + 3 pages .. +1 page
      And device "nic" sees buffer "long" + 2 pages at 32 MiB + 4 pages .. +1 page
      And device "nic" sees buffer "long" at 32 MiB + 5 pages .. +1 page
      And device "nic" does not see buffer "long" + 1 page at 32 MiB + 6 pages .. +1 page
      When it unmaps 4 pages at 32 MiB + 1 page from IOAS "other"
      Then it succeeds
      And 32 MiB .. +1 page is mapped in IOAS "other"
      And device "nic" does not see buffer "long" + 2 pages at 32 MiB + 4 pages .. +1 page
      And device "nic" sees buffer "long" at 32 MiB + 5 pages .. +1 page

  Rule: a copy never replaces an existing mapping

    @IOAS-COPY-11
    Scenario Outline: a copy within its own IOAS fails, <case>
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies <length> at 16 MiB of IOAS "guest" into IOAS "guest" at <iova> read-write
      Then it fails with EEXIST
      And nothing has changed

      Examples:
        | case                                | iova                      | length          |
        | onto itself                         |                    16 MiB |         4 pages |
        | over its own first byte, from below |           16 MiB - 1 page | 1 page + 1 byte |
        | over its own last byte, from above  | 16 MiB + 4 pages - 1 byte |         4 pages |

    @IOAS-COPY-10
    Scenario Outline: a copy within its own IOAS lands <case>
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 1 page at 16 MiB of IOAS "guest" into IOAS "guest" at <iova> read-write
      Then it succeeds
      And <iova> .. +1 page is mapped in IOAS "guest"
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And <iova> .. +1 page is mapped in IOAS "guest"

      Examples:
        | case        | iova             |
        | just before |  16 MiB - 1 page |
        | just behind | 16 MiB + 4 pages |

    @IOAS-COPY-11
    Scenario: a copy onto a mapping of the destination fails
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "other" at 32 MiB + 1 page read-write
      And it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it fails with EEXIST
      And nothing has changed
      And 32 MiB .. +1 page is not mapped in IOAS "other"

  Rule: a fixed destination keeps clear of reserved IOVAs and has the alignment of its IOAS

    @IOAS-COPY-12 @needs:test-cmd
    Scenario Outline: a copy over <case> of a reserved range fails
      Given 32 MiB .. +4 pages is reserved in IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies <length> at 16 MiB of IOAS "guest" into IOAS "other" at <iova> read-write
      Then it fails with EINVAL
      And nothing has changed
      When it copies 1 page at 16 MiB of IOAS "guest" into IOAS "other" at <beside> read-write
      Then it succeeds
      And <beside> .. +1 page is mapped in IOAS "other"

      Examples:
        | case           | iova                      | length          | beside           |
        | the whole      |                    32 MiB |         4 pages | 32 MiB - 2 pages |
        | the first byte |           32 MiB - 1 page | 1 page + 1 byte |  32 MiB - 1 page |
        | the last byte  | 32 MiB + 4 pages - 1 byte |          1 page | 32 MiB + 4 pages |

    @IOAS-COPY-13 @needs:device
    Scenario Outline: a copy with <case> into an IOAS with a page table fails
      Given a device "nic" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies <length> at <from> of IOAS "guest" into IOAS "other" at <to> read-write
      Then it fails with EINVAL
      And nothing has changed
      And 32 MiB .. +4 pages is not mapped in IOAS "other"

      Examples:
        | case                      | length             | from           | to             |
        | half a kibibyte too much  | 1 page + 512 bytes |         16 MiB |         32 MiB |
        | one byte less than a page |    1 page - 1 byte |         16 MiB |         32 MiB |
        | a misaligned destination  |             1 page |         16 MiB | 32 MiB + 1 KiB |
        | a source inside a page    |             1 page | 16 MiB + 1 KiB |         32 MiB |

  Rule: a copy may be written by devices if the memory was first mapped writeable

    @IOAS-COPY-14
    Scenario Outline: a <rights> copy of a mapping that is only readable fails
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB <rights>
      Then it fails with EPERM
      And nothing has changed
      And 32 MiB .. +4 pages is not mapped in IOAS "other"

      Examples:
        | rights     |
        | read-write |
        | write-only |

    @IOAS-COPY-14
    Scenario: one of two mappings is only readable, and nothing of a writeable copy stays
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 2 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-only
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it fails with EPERM
      And nothing has changed
      And 32 MiB .. +4 pages is not mapped in IOAS "other"

    @IOAS-COPY-14
    Scenario: the fifth of six mappings is only readable, and nothing of a writeable copy stays
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 3 pages read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 4 pages read-only
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 5 pages read-write
      And it copies 6 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it fails with EPERM
      And nothing has changed
      And 32 MiB .. +6 pages is not mapped in IOAS "other"
      When it copies 6 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-only
      Then 32 MiB .. +6 pages is mapped in IOAS "other"

    @IOAS-COPY-14
    Scenario Outline: a <rights> copy of a copy of what is only readable fails, also when the original is gone
      Given an IOAS "third"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-only
      And it copies 4 pages at 32 MiB of IOAS "other" into IOAS "third" at 48 MiB <rights>
      Then it fails with EPERM
      And nothing has changed
      And 48 MiB .. +4 pages is not mapped in IOAS "third"
      When it unmaps everything from IOAS "guest"
      And it copies 4 pages at 32 MiB of IOAS "other" into IOAS "guest" at 16 MiB <rights>
      Then it fails with EPERM
      And 16 MiB .. +4 pages is not mapped in IOAS "guest"

      Examples:
        | rights     |
        | read-write |
        | write-only |

    @IOAS-COPY-15
    Scenario Outline: memory is mapped <first>, copied <second>, and then <third>
      Given an IOAS "third"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB <first>
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB <second>
      And it copies 4 pages at 32 MiB of IOAS "other" into IOAS "third" at 48 MiB <third>
      Then it succeeds
      And 48 MiB .. +4 pages is mapped in IOAS "third"

      Examples: of memory that was readable
        | first      | second    | third      |
        | read-write | read-only | read-write |
        | read-write | read-only | write-only |

      @IOAS-COPY-16
      Examples: of memory that was not
        | first      | second    | third      |
        | write-only | read-only | read-write |

  Rule: the kernel chooses the destination where none is fixed

    @IOAS-COPY-17
    Scenario Outline: a copy from <offset> into a page lands as far into one
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 1 page at 16 MiB + <offset> of IOAS "guest" into IOAS "other" anywhere read-write
      Then it lands on a multiple of 1 page plus <offset>
      And the new IOVA .. +1 page is mapped in IOAS "other"

      Examples:
        | offset |
        | 1 byte |
        |  2 KiB |

    @IOAS-COPY-17
    Scenario: a copy lands where there is room
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it allows only these IOVAs in IOAS "other":
        | 32 MiB | 5 pages |
      And it maps 4 pages of buffer "ram" into IOAS "other" at 32 MiB + 1 page read-write
      And it copies 1 page at 16 MiB of IOAS "guest" into IOAS "other" anywhere read-write
      Then it lands at 32 MiB
      And 32 MiB .. +1 page is mapped in IOAS "other"

    @IOAS-COPY-23
    Scenario Outline: a copy of <length> finds no place where there is room for 2 pages
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it allows only these IOVAs in IOAS "other":
        | 32 MiB | 2 pages |
      And it copies <length> at 16 MiB of IOAS "guest" into IOAS "other" anywhere read-write
      Then it fails with ENOSPC
      When it copies 2 pages at 16 MiB of IOAS "guest" into IOAS "other" anywhere read-write
      Then it lands at 32 MiB

      Examples:
        | length           |
        | 2 pages + 1 byte |
        |          4 pages |

    @IOAS-COPY-24
    Scenario: the chosen IOVA is all that a copy writes back
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_COPY with:
        | flags    | READABLE, WRITEABLE |
        | dst_iova | U64_MAX - 1         |
      Then it succeeds
      And it wrote back only "dst_iova"
      And the new IOVA .. +4 pages is mapped in IOAS "other"

    @IOAS-COPY-24
    Scenario: a copy to a fixed IOVA writes nothing back
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it calls IOMMU_IOAS_COPY with:
        | dst_iova | 48 MiB |
      Then it wrote nothing back
      And 48 MiB .. +4 pages is mapped in IOAS "other"

  Rule: both mappings share the pages

    @IOAS-COPY-18 @needs:two-devices @needs:proc
    Scenario: each page is charged once, whichever page table uses it
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it has 4 pages pinned
      When it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it has 4 pages pinned
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
      And device "disk" sees buffer "ram" at 32 MiB .. +4 pages

    @IOAS-COPY-18 @needs:two-devices @needs:test-cmd
    Scenario: each page is pinned once, whichever page table uses it
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then each page of buffer "ram" carries 1 pin
      And device "disk" does not see buffer "ram" at 32 MiB + 1 page .. +1 page

    @IOAS-COPY-19 @needs:two-devices @needs:proc
    Scenario Outline: the <first> is unmapped, and then the <second>
      Given a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it copies 2 pages at 16 MiB + 1 page of IOAS "guest" into IOAS "other" at 16 MiB + 1 page read-write
      And it unmaps everything from IOAS <one>
      Then it has <left> pinned
      And device <gone> does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +2 pages
      And device <stays> sees buffer "ram" + 1 page at 16 MiB + 1 page .. +2 pages
      When it unmaps everything from IOAS <other>
      Then it has 0 pages pinned
      And device <stays> does not see buffer "ram" + 1 page at 16 MiB + 1 page .. +2 pages

      Examples:
        | first  | second | one     | other   | left    | gone   | stays  |
        | source | copy   | "guest" | "other" | 2 pages | "nic"  | "disk" |
        | copy   | source | "other" | "guest" | 4 pages | "disk" | "nic"  |

    @IOAS-COPY-20 @needs:device @needs:test-cmd
    Scenario: pages that only an access has pinned are mapped in a page table
      Given an access "mdev" that pins on IOAS "guest"
      And a device "nic" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "mdev" pins 4 pages at 16 MiB as buffer "ram"
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" does not see buffer "ram" at 32 MiB + 1 page .. +1 page
      And each page of buffer "ram" carries 1 pin
      When access "mdev" moves to IOAS "other"
      And it destroys IOAS "guest"
      Then device "nic" sees buffer "ram" at 32 MiB .. +4 pages
      And each page of buffer "ram" carries 1 pin

    @IOAS-COPY-20 @needs:device @needs:test-cmd
    Scenario: an access has pinned some of the pages, and the others are pinned for the copy
      Given an access "mdev" that pins on IOAS "guest"
      And a device "nic" attached to IOAS "other"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And access "mdev" pins 2 pages at 16 MiB + 1 page as buffer "ram" + 1 page
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then device "nic" sees buffer "ram" at 32 MiB .. +4 pages
      When access "mdev" drops its last pin
      And it unmaps everything from IOAS "other"
      Then each page of buffer "ram" carries 0 pins
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

  Rule: pages can be pinned only as long as the process that mapped them lives

    @IOAS-COPY-21 @needs:device @needs:processes
    Scenario: pages that nobody has pinned cannot be copied any more
      Given a process "mapper"
      And a device "nic" attached to IOAS "other"
      When process "mapper" maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And process "mapper" exits
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And 32 MiB .. +4 pages is not mapped in IOAS "other"

    @IOAS-COPY-21 @needs:device @needs:processes @needs:proc
    Scenario: one of five mappings is of a process that is gone, and nothing of the others stays pinned
      Given a process "mapper"
      And a device "nic" attached to IOAS "other"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      And it maps 1 page of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB + 2 pages read-write
      And process "mapper" maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB + 3 pages read-write
      And it maps 1 page of buffer "ram" + 3 pages into IOAS "guest" at 16 MiB + 4 pages read-write
      And process "mapper" exits
      And it copies 5 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it fails with EFAULT
      And nothing has changed
      And it has 0 pages pinned
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      And 32 MiB .. +5 pages is not mapped in IOAS "other"

    @IOAS-COPY-22 @needs:two-devices @needs:processes
    Scenario: pages that a page table has pinned can still be copied
      Given a shared buffer "common" of 4 pages
      And a process "mapper"
      And a device "nic" attached to IOAS "guest"
      And a device "disk" attached to IOAS "other"
      When process "mapper" maps 4 pages of buffer "common" into IOAS "guest" at 16 MiB read-write
      And process "mapper" exits
      And it copies 4 pages at 16 MiB of IOAS "guest" into IOAS "other" at 32 MiB read-write
      Then it succeeds
      And device "disk" sees buffer "common" at 32 MiB .. +4 pages
      And device "disk" does not see buffer "ram" at 32 MiB .. +4 pages
