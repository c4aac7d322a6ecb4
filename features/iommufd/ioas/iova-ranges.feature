Feature: IOMMU_IOAS_IOVA_RANGES
  Tells which IOVAs of an IOAS can be mapped, and to what they have to be aligned. Both depend on the devices that are
  attached now. The caller brings an array with room for num_iovas ranges and gets back how many there are.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "list" of 2 pages

  Rule: reserved fields are 0

    @IOAS-RANGES-01
    Scenario Outline: a reserved field of <value> is refused, for <ioas>
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | ioas_id       | <ioas>        |
        | __reserved    | <value>       |
        | allowed_iovas | buffer "list" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And it finds pattern "list" in buffer "list"

      Examples:
        | ioas           | value  |
        | IOAS "guest"   |      1 |
        | IOAS "guest"   | bit 31 |
        | no such object |      1 |

  Rule: the id of a query names an IOAS

    @IOAS-RANGES-02
    Scenario Outline: <id> is refused
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | ioas_id       | <id>          |
        | allowed_iovas | buffer "list" |
      Then it fails with ENOENT
      And it wrote nothing back
      And it finds pattern "list" in buffer "list"

      Examples:
        | id             |
        | no such object |
        |              0 |
        |     4294967295 |

    @IOAS-RANGES-02
    Scenario: an IOAS that was destroyed is refused
      Given an IOAS "old"
      When it destroys IOAS "old"
      And it calls IOMMU_IOAS_IOVA_RANGES with:
        | ioas_id | IOAS "old" |
      Then it fails with ENOENT
      And it wrote nothing back

    @IOAS-RANGES-02 @needs:device
    Scenario: the id of a device is refused
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | ioas_id | device "nic" |
      Then it fails with ENOENT
      And it wrote nothing back

  Rule: with room for every range the array is filled, and no byte behind the last one is touched

    @IOAS-RANGES-03
    Scenario Outline: one range fits into room for <room>
      Given it stores pattern "untouched" in buffer "list" + 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     | <room>                            |
        | allowed_iovas | buffer "list" + 1 page - 16 bytes |
      Then it succeeds
      And it returns:
        | num_iovas          | 1 |
        | out_iova_alignment | 1 |
      And buffer "list" + 1 page - 16 bytes holds the IOVA ranges:
        | 0 | U64_MAX |
      And it finds pattern "untouched" in buffer "list" + 1 page

      Examples:
        | room |
        |    1 |
        |    2 |
        |  100 |

    @IOAS-RANGES-03
    Scenario: a single range fits at the very end of memory
      When it munmaps 1 page of buffer "list" + 1 page
      And it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 1 |
        | allowed_iovas | buffer "list" + 1 page - 16 bytes |
      Then it succeeds
      And buffer "list" + 1 page - 16 bytes holds the IOVA ranges:
        | 0 | U64_MAX |

    @IOAS-RANGES-03 @needs:test-cmd
    Scenario: three ranges are in ascending order, whatever the order of the gaps
      Given 32 MiB .. +1 page is reserved in IOAS "guest"
      And 16 MiB .. +1 page is reserved in IOAS "guest"
      And it stores pattern "untouched" in buffer "list" + 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 3 |
        | allowed_iovas | buffer "list" + 1 page - 48 bytes |
      Then it succeeds
      And it returns:
        | num_iovas | 3 |
      And buffer "list" + 1 page - 48 bytes holds the IOVA ranges:
        |               0 | 16 MiB - 1 byte |
        | 16 MiB + 1 page | 32 MiB - 1 byte |
        | 32 MiB + 1 page | U64_MAX         |
      And it finds pattern "untouched" in buffer "list" + 1 page

    @IOAS-RANGES-03 @needs:test-cmd
    Scenario Outline: <start> .. +<length> is left out, and leaves one range
      Given <start> .. +<length> is reserved in IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        | <first> | <last> |

      Examples:
        | start   | length  | first   | last             |
        |       0 |  1 byte |  1 byte | U64_MAX          |
        |       0 |  1 page |  1 page | U64_MAX          |
        | U64_MAX |  1 byte |       0 | U64_MAX - 1 byte |
        |       0 | U64_MAX | U64_MAX | U64_MAX          |
        |  1 byte | U64_MAX |       0 |                0 |

    @IOAS-RANGES-03 @needs:test-cmd
    Scenario Outline: two gaps that <case> are one
      Given 16 MiB .. +2 pages is reserved in IOAS "guest"
      And <start> .. +<length> is reserved in IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        |       0 | <below> |
        | <above> | U64_MAX |

      Examples:
        | case                     | start                     | length  | below                    | above                     |
        | touch                    |          16 MiB + 2 pages |  1 page |          16 MiB - 1 byte |          16 MiB + 3 pages |
        | share one byte           | 16 MiB + 2 pages - 1 byte |  1 page |          16 MiB - 1 byte | 16 MiB + 3 pages - 1 byte |
        | are the same             |                    16 MiB | 2 pages |          16 MiB - 1 byte |          16 MiB + 2 pages |
        | lie one in the other     |           16 MiB + 1 byte |  1 page |          16 MiB - 1 byte |          16 MiB + 2 pages |
        | begin with the later one |           16 MiB - 1 page | 8 pages | 16 MiB - 1 page - 1 byte |          16 MiB + 7 pages |

    @IOAS-RANGES-03 @needs:test-cmd
    Scenario: a range of one byte lies between two gaps
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      And 16 MiB + 1 page + 1 byte .. +1 page is reserved in IOAS "guest"
      Then the usable IOVAs of IOAS "guest" are:
        |                         0 | 16 MiB - 1 byte |
        |           16 MiB + 1 page | 16 MiB + 1 page |
        | 16 MiB + 2 pages + 1 byte | U64_MAX         |

    @IOAS-RANGES-03 @needs:test-cmd
    Scenario: no range is left at all
      Given 0 .. +U64_MAX is reserved in IOAS "guest"
      And U64_MAX .. +1 byte is reserved in IOAS "guest"
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |    0 |
        | allowed_iovas | null |
      Then it succeeds
      And it returns:
        | num_iovas          | 0 |
        | out_iova_alignment | 1 |

  Rule: with too little room the first ranges are written, and num_iovas says how many there are

    @IOAS-RANGES-04 @needs:test-cmd
    Scenario: room for one of three is filled
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      And 32 MiB .. +1 page is reserved in IOAS "guest"
      And it stores pattern "untouched" in buffer "list" + 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 1 |
        | allowed_iovas | buffer "list" + 1 page - 16 bytes |
      Then it fails with EMSGSIZE
      And it returns:
        | num_iovas          | 3 |
        | out_iova_alignment | 1 |
      And buffer "list" + 1 page - 16 bytes holds the IOVA ranges:
        | 0 | 16 MiB - 1 byte |
      And it finds pattern "untouched" in buffer "list" + 1 page

    @IOAS-RANGES-04 @needs:test-cmd
    Scenario: room for two of three is filled
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      And 32 MiB .. +1 page is reserved in IOAS "guest"
      And it stores pattern "untouched" in buffer "list" + 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 2 |
        | allowed_iovas | buffer "list" + 1 page - 32 bytes |
      Then it fails with EMSGSIZE
      And it returns:
        | num_iovas | 3 |
      And buffer "list" + 1 page - 32 bytes holds the IOVA ranges:
        |               0 | 16 MiB - 1 byte |
        | 16 MiB + 1 page | 32 MiB - 1 byte |
      And it finds pattern "untouched" in buffer "list" + 1 page

  Rule: with no room the call asks for the number of ranges, and for the alignment

    @IOAS-RANGES-05
    Scenario Outline: a call without room in <array> is told the number
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |       0 |
        | allowed_iovas | <array> |
      Then it fails with EMSGSIZE
      And it returns:
        | num_iovas          | 1 |
        | out_iova_alignment | 1 |
      And it finds pattern "list" in buffer "list"

      Examples:
        | array         |
        | null          |
        | a bad pointer |
        | buffer "list" |

  Rule: an array that cannot be written fails the call as a whole

    @IOAS-RANGES-06
    Scenario Outline: room for <room> in <array> cannot be written
      Given a read-only buffer "rom" of 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     | <room>  |
        | allowed_iovas | <array> |
      Then it fails with EFAULT
      And it wrote nothing back

      Examples:
        | room | array             |
        |    1 | null              |
        |    1 | a bad pointer     |
        |   16 | a bad pointer     |
        |    1 | buffer "rom"      |
        |    1 | U64_MAX - 7 bytes |

    @IOAS-RANGES-06
    Scenario: the last byte of the only range cannot be written
      When it munmaps 1 page of buffer "list" + 1 page
      And it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 1 |
        | allowed_iovas | buffer "list" + 1 page - 15 bytes |
      Then it fails with EFAULT
      And it wrote nothing back

    @IOAS-RANGES-06 @needs:test-cmd
    Scenario: the second of two ranges cannot be written
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      When it munmaps 1 page of buffer "list" + 1 page
      And it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                                 2 |
        | allowed_iovas | buffer "list" + 1 page - 16 bytes |
      Then it fails with EFAULT
      And it wrote nothing back

    @IOAS-RANGES-15 @needs:test-cmd
    Scenario Outline: of three ranges the array has memory for the first <count>, which are written
      Given 16 MiB .. +1 page is reserved in IOAS "guest"
      And 32 MiB .. +1 page is reserved in IOAS "guest"
      When it munmaps 1 page of buffer "list" + 1 page
      And it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas     |                               3 |
        | allowed_iovas | buffer "list" + 1 page - <real> |
      Then it fails with EFAULT
      And it wrote nothing back
      And buffer "list" + 1 page - <real> holds:
        | start |   | last            |   | start    |         | last   |         |
        |     0 | 0 | 16 MiB - 1 byte | 0 | <second> | <third> | <last> | <third> |

      Examples:
        | count | real     | second          | third | last            |
        | one   | 16 bytes |                 |       |                 |
        | two   | 32 bytes | 16 MiB + 1 page |     0 | 32 MiB - 1 byte |
