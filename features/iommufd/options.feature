Feature: IOMMU_OPTION

  Reads or sets an option. The rlimit mode belongs to the file and says how pinned memory is counted: 0 for each user, as
  RLIMIT_MEMLOCK says, 1 for each process, as VFIO has always done it. The huge pages option belongs to an IOAS and says
  whether entries of its page tables may be larger than a page.

  Background:
    Given an iommufd

  Rule: an unknown option or operation is refused, and so is a reserved field that is not 0

    @OPT-01
    Scenario Outline: option <id> for operation <op>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | <id> |
        | op        | <op> |
        | val64     |    1 |
        | object_id | <on> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | id         | op  | on           |
        |          2 | GET | none         |
        |          2 | SET | none         |
        |          2 | GET | IOAS "guest" |
        | 0xffffffff | GET | none         |

    @OPT-02
    Scenario Outline: a reserved field of <value> for the option <option> and operation <op>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | __reserved | <value>  |
        | option_id  | <option> |
        | object_id  | <on>     |
        | op         | <op>     |
        | val64      |        0 |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | value  | option      | on             | op  |
        |      1 | RLIMIT_MODE | none           | GET |
        | 0x8000 | RLIMIT_MODE | none           | GET |
        |      1 | HUGE_PAGES  | IOAS "guest"   | SET |
        | 0x8000 | HUGE_PAGES  | IOAS "guest"   | SET |
        |      1 | HUGE_PAGES  | no such object | GET |
        |      1 | RLIMIT_MODE | none           | SET |

    @OPT-03
    Scenario Outline: operation <op> of the option <option>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | <option> |
        | object_id | <on>     |
        | op        | <op>     |
        | val64     | <value>  |
      Then it fails with <errno>
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | option      | on             | op     | value | errno      |
        | RLIMIT_MODE | none           |      2 |     0 | EOPNOTSUPP |
        | RLIMIT_MODE | none           | 0xffff |     9 | EOPNOTSUPP |
        | HUGE_PAGES  | IOAS "guest"   |      2 |     0 | EOPNOTSUPP |
        | HUGE_PAGES  | IOAS "guest"   | 0xffff |     9 | EOPNOTSUPP |
        | HUGE_PAGES  | no such object |      2 |     0 | ENOENT     |

  Rule: the rlimit mode is an option of the file

    @OPT-04
    Scenario Outline: operation <op> of the rlimit mode of an object
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | RLIMIT_MODE |
        | object_id | <on>        |
        | op        | <op>        |
        | val64     |           0 |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | op  | on             |
        | GET | IOAS "guest"   |
        | SET | IOAS "guest"   |
        | GET | no such object |

    @OPT-05
    Scenario: it is 0 at first
      Then the rlimit mode of the iommufd is 0

    @OPT-05 @needs:vfio-container
    Scenario: it is 1 at first on /dev/vfio/vfio
      Given an iommufd "container" opened as /dev/vfio/vfio
      Then the rlimit mode of iommufd "container" is 1
      And the rlimit mode of the iommufd is 0

    @OPT-09
    Scenario: it can be set and set back
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1
      When it sets the rlimit mode of the iommufd to 0
      Then it succeeds
      And the rlimit mode of the iommufd is 0

    @OPT-09
    Scenario: it belongs to one file
      Given an iommufd "other"
      When it sets the rlimit mode of iommufd "other" to 1
      Then it succeeds
      And the rlimit mode of iommufd "other" is 1
      And the rlimit mode of the iommufd is 0

    @OPT-08
    Scenario Outline: it is not <value>
      Given it sets the rlimit mode of the iommufd to <before>
      When it calls IOMMU_OPTION with:
        | option_id | RLIMIT_MODE |
        | op        | SET         |
        | val64     | <value>     |
      Then it fails with EINVAL
      And the rlimit mode of the iommufd is <before>

      Examples:
        | value       | before |
        |           2 |      0 |
        |           2 |      1 |
        | U64_MAX     |      0 |
        | 0x100000000 |      1 |
        | 0x100000001 |      0 |

  Rule: the rlimit mode is set by the mighty, and while the file has no objects

    @OPT-06 @needs:processes @needs:limits
    Scenario Outline: a process without CAP_SYS_RESOURCE sets it to <value>
      Given a process "helper" without SYS_RESOURCE
      When process "helper" sets the rlimit mode of the iommufd to <value>
      Then it fails with EPERM
      And the rlimit mode of the iommufd is 0

      Examples:
        | value |
        |     1 |
        |     0 |
        |     2 |

    @OPT-06 @OPT-07 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RESOURCE sets it while an object exists
      Given an IOAS "guest"
      And a process "helper" without SYS_RESOURCE
      When process "helper" sets the rlimit mode of the iommufd to 2
      Then it fails with EPERM
      When it sets the rlimit mode of the iommufd to 2
      Then it fails with EBUSY

    @OPT-06 @needs:processes @needs:limits
    Scenario: a process without CAP_SYS_RESOURCE reads it
      Given it sets the rlimit mode of the iommufd to 1
      And a process "helper" without SYS_RESOURCE
      When process "helper" calls IOMMU_OPTION
      Then it succeeds
      And it returns:
        | val64 | 1 |

    @OPT-07
    Scenario Outline: <value> while an IOAS exists
      Given an IOAS "guest"
      When it sets the rlimit mode of the iommufd to <value>
      Then it fails with EBUSY
      And the rlimit mode of the iommufd is 0

      Examples:
        | value |
        |     1 |
        |     0 |
        |     2 |

    @OPT-07 @needs:fault-queue
    Scenario: an object of any type counts
      Given a fault queue "faults"
      When it sets the rlimit mode of the iommufd to 1
      Then it fails with EBUSY
      When it closes fault queue "faults"
      And it destroys fault queue "faults"
      And it sets the rlimit mode of the iommufd to 1
      Then it succeeds

    @OPT-07
    Scenario: an object of another file does not count
      Given an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1

    @OPT-10
    Scenario: it can be set again when the last object is gone
      Given an IOAS "one"
      And an IOAS "two"
      When it destroys IOAS "one"
      And it sets the rlimit mode of the iommufd to 1
      Then it fails with EBUSY
      When it destroys IOAS "two"
      And it sets the rlimit mode of the iommufd to 1
      Then it succeeds
      And the rlimit mode of the iommufd is 1

    @OPT-10 @OBJ-33
    Scenario: an object that was not made does not count
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      When it sets the rlimit mode of the iommufd to 1
      Then it succeeds

  Rule: the huge pages option is an option of an IOAS

    @OPT-12
    Scenario: it is 1 at first, and each IOAS has its own
      Given an IOAS "guest"
      And an IOAS "other"
      Then the huge pages option of IOAS "guest" is 1
      When it sets the huge pages option of IOAS "other" to 0
      Then it succeeds
      And the huge pages option of IOAS "other" is 0
      And the huge pages option of IOAS "guest" is 1

    @OPT-11
    Scenario Outline: operation <op> for <value> of <what>
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES |
        | object_id | <id>       |
        | op        | <op>       |
        | val64     | <value>    |
      Then it fails with ENOENT
      And it wrote nothing back

      Examples:
        | what           | id             | op  | value |
        | no such object | no such object | GET |     0 |
        | no such object | no such object | SET |     0 |
        | no such object | no such object | SET |     2 |
        | id 0           | none           | GET |     0 |
        | id 0           | none           | SET |     1 |

    @OPT-11 @OBJ-05 @needs:fault-queue
    Scenario: a fault queue has none
      Given a fault queue "faults"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES           |
        | object_id | fault queue "faults" |
      Then it fails with ENOENT

    @OPT-13
    Scenario Outline: it is not <value>
      Given an IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to <before>
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | SET          |
        | val64     | <value>      |
      Then it fails with EINVAL
      And the huge pages option of IOAS "guest" is <before>

      Examples:
        | value       | before |
        |           2 |      0 |
        |           2 |      1 |
        | U64_MAX     |      0 |
        | 0x100000000 |      1 |
        | 0x100000001 |      0 |

  Rule: huge pages can be turned off before there is both a page table and a mapping

    @OPT-14
    Scenario: with a mapping, and no page table
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page

    @OPT-14 @needs:device
    Scenario: with a page table, and no mapping
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0

    @OPT-14 @needs:device
    Scenario: with both
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EINVAL
      And the huge pages option of IOAS "guest" is 1
      And nothing has changed
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds

    @OPT-15 @needs:device
    Scenario: with both, where they are off already
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: without huge pages, pieces of pages are not mapped

    @OPT-16
    Scenario Outline: they stay on with a mapping that has <what>
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      And it maps <length> of buffer "ram" + <offset> into IOAS "guest" at <iova> read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EADDRINUSE
      And the huge pages option of IOAS "guest" is 1
      And nothing has changed
      And the IOVA alignment of IOAS "guest" is 1 byte

      Examples:
        | what                                   | iova            | length          | offset  |
        | a length of one byte more than a page  |          16 MiB | 1 page + 1 byte | 0 bytes |
        | a length of one byte less than a page  |          16 MiB | 1 page - 1 byte | 0 bytes |
        | an IOVA and an offset inside of a page | 16 MiB + 1 byte |          1 page |  1 byte |
        | an offset inside of a page             |          16 MiB |          1 page |  1 byte |

    @OPT-16
    Scenario: they can be turned off once that mapping is gone
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it maps 1 page + 1 byte of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 0
      Then it fails with EADDRINUSE
      When it unmaps everything from IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      Then it succeeds

    @OPT-17
    Scenario Outline: a map <case> without huge pages
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      When it maps <length> of buffer "ram" + <offset> into IOAS "guest" <place> read-write
      Then it fails with EINVAL
      And nothing has changed
      And 0 bytes .. +1 GiB is not mapped in IOAS "guest"

      Examples:
        | case                           | length          | offset  | place              |
        | of one byte more than a page   | 1 page + 1 byte | 0 bytes | at 16 MiB          |
        | of one byte less than a page   | 1 page - 1 byte | 0 bytes | at 16 MiB          |
        | of half a page, anywhere       |           2 KiB | 0 bytes | anywhere           |
        | at the second byte of a page   |          1 page |  1 byte | at 16 MiB + 1 byte |
        | of memory from its second byte |          1 page |  1 byte | at 16 MiB          |

    @OPT-17
    Scenario: a map of whole pages without huge pages
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      When it maps 3 pages of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page read-write
      Then it succeeds
      And 16 MiB + 1 page .. +3 pages is mapped in IOAS "guest"

  Rule: huge pages can always be turned on again

    @OPT-18
    Scenario: pieces of pages can be mapped again
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And the IOVA alignment of IOAS "guest" is 1 page
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1
      And the IOVA alignment of IOAS "guest" is 1 byte
      When it maps 1 page + 1 byte of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds

    @OPT-18 @needs:device
    Scenario: also with a page table and a mapping
      Given an IOAS "guest"
      And a buffer "ram" of 4 pages
      And it sets the huge pages option of IOAS "guest" to 0
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @OPT-18 @needs:device @needs:sub-page
    Scenario: the alignment goes back to what the page table needs
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      And the IOVA alignment of IOAS "guest" is 1 page
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 2 KiB

    @OPT-18 @needs:test-cmd
    Scenario: the alignment goes back to what an access needs
      Given an IOAS "guest"
      And an access "driver" that pins on IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the IOVA alignment of IOAS "guest" is 1 page

    @OPT-18
    Scenario: it is turned on where it is on
      Given an IOAS "guest"
      When it sets the huge pages option of IOAS "guest" to 1
      Then it succeeds
      And the huge pages option of IOAS "guest" is 1

  Rule: memory of huge pages is mapped page by page where they are off

    @OPT-19 @needs:device @needs:hugetlb
    Scenario Outline: a device sees a huge page with the option at <option>
      Given an IOAS "guest"
      And a huge-page buffer "ram" of 2 MiB
      And it sets the huge pages option of IOAS "guest" to <option>
      And a device "nic" attached to IOAS "guest"
      When it maps 2 MiB of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 MiB

      Examples:
        | option |
        |      0 |
        |      1 |

  Rule: nothing is written back but the value

    @OPT-20
    Scenario Outline: the value of the option <option>
      Given an IOAS "guest"
      And it sets the huge pages option of IOAS "guest" to 0
      When it calls IOMMU_OPTION with <tail> appended and:
        | option_id | <option> |
        | object_id | <on>     |
        | op        | GET      |
        | val64     | U64_MAX  |
      Then it succeeds
      And it wrote back only "val64"
      And it returns:
        | val64 | 0 |

      Examples:
        | option      | on           | tail         |
        | RLIMIT_MODE | none         | 8 zero bytes |
        | HUGE_PAGES  | IOAS "guest" |  1 zero byte |

    @OPT-20
    Scenario: a value that is set comes back as it is
      Given an IOAS "guest"
      When it calls IOMMU_OPTION with:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | SET          |
        | val64     |            0 |
      Then it succeeds
      And it wrote nothing back
      And the huge pages option of IOAS "guest" is 0
