@needs:device
Feature: IOMMU_IOAS_MAP of memory that may be in huge pages
  Memory of several MiB may come in huge pages, whether a program asked for them or not. It may unmap or store to a part of
  one, and share one with a process that it forked: then that part goes its own way, and the rest stays what it was.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"

  Rule: a part of the memory goes, and the rest is as it was

    @IOAS-MAP-34
    Scenario Outline: <length> from <place> of 4 MiB are unmapped by the process before the others are mapped
      Given an untouched buffer "big" of 4 MiB
      When it stores pattern "first" in buffer "big"
      And it stores pattern "low" in buffer "big" + 1 MiB
      And it stores pattern "middle" in buffer "big" + 2 MiB
      And it stores pattern "last" in buffer "big" + 4 MiB - 1 page
      And it munmaps <length> of buffer "big" + <place>
      Then it finds pattern "first" in buffer "big"
      And it finds pattern "low" in buffer "big" + 1 MiB
      And it finds pattern "middle" in buffer "big" + 2 MiB
      And it finds pattern "last" in buffer "big" + 4 MiB - 1 page
      When it maps 1 page of buffer "big" into IOAS "guest" at 16 MiB read-write
      And it maps 1 MiB of buffer "big" + 1 MiB into IOAS "guest" at 17 MiB read-write
      And it maps 1 page of buffer "big" + 2 MiB into IOAS "guest" at 18 MiB read-write
      And it maps 1 page of buffer "big" + 4 MiB - 1 page into IOAS "guest" at 20 MiB - 1 page read-write
      Then device "nic" sees buffer "big" at 16 MiB .. +1 page
      And device "nic" sees buffer "big" + 1 MiB at 17 MiB .. +4 pages
      And device "nic" sees buffer "big" + 2 MiB - 4 pages at 18 MiB - 4 pages .. +4 pages
      And device "nic" sees buffer "big" + 2 MiB at 18 MiB .. +1 page
      And device "nic" sees buffer "big" + 4 MiB - 1 page at 20 MiB - 1 page .. +1 page
      When it maps 4 MiB of buffer "big" into IOAS "guest" at 32 MiB read-write
      Then it fails with EFAULT

      @IOAS-MAP-29
      Examples:
        | length  | place           |
        | 1 page  | 1 page          |
        | 1 page  | 1 MiB - 1 page  |
        | 8 pages | 4 MiB - 9 pages |
        | 1 MiB   | 3 MiB - 1 page  |

    @IOAS-MAP-34 @IOAS-UNMAP-17
    Scenario: a part of the memory is unmapped by the process while a device has it
      Given a buffer "big" of 4 MiB
      When it maps 4 MiB of buffer "big" into IOAS "guest" at 16 MiB read-write
      And it munmaps 1 page of buffer "big" + 1 MiB
      And it stores pattern "below" in buffer "big" + 1 MiB - 1 page
      And it stores pattern "above" in buffer "big" + 1 MiB + 1 page
      Then device "nic" sees buffer "big" + 1 MiB - 4 pages at 17 MiB - 4 pages .. +4 pages
      And device "nic" sees buffer "big" + 1 MiB + 1 page at 17 MiB + 1 page .. +4 pages
      And device "nic" sees buffer "big" + 2 MiB - 1 page at 18 MiB - 1 page .. +2 pages
      When it unmaps 4 MiB at 16 MiB from IOAS "guest"
      Then device "nic" does not see buffer "big" + 1 MiB - 1 page at 17 MiB - 1 page .. +1 page
      And it finds pattern "below" in buffer "big" + 1 MiB - 1 page
      And it finds pattern "above" in buffer "big" + 1 MiB + 1 page

    @IOAS-MAP-33 @needs:processes
    Scenario: memory is shared with a process that was forked, and each goes on with pages of its own
      Given an untouched buffer "big" of 4 MiB
      When it stores pattern "one" in buffer "big"
      And it stores pattern "two" in buffer "big" + 1 MiB
      And it stores pattern "three" in buffer "big" + 2 MiB - 1 page
      Given a process "child"
      When it stores pattern "mine" in buffer "big" + 1 MiB
      Then process "child" finds pattern "one" in buffer "big"
      And process "child" finds pattern "two" in buffer "big" + 1 MiB
      And process "child" finds pattern "three" in buffer "big" + 2 MiB - 1 page
      When process "child" stores pattern "theirs" in buffer "big" + 2 MiB - 1 page
      And it maps 4 MiB of buffer "big" into IOAS "guest" at 16 MiB read-write
      Then it finds pattern "one" in buffer "big"
      And it finds pattern "mine" in buffer "big" + 1 MiB
      And it finds pattern "three" in buffer "big" + 2 MiB - 1 page
      And device "nic" sees buffer "big" at 16 MiB .. +4 pages
      And device "nic" sees buffer "big" + 1 MiB at 17 MiB .. +1 page
      And device "nic" sees buffer "big" + 2 MiB - 1 page at 18 MiB - 1 page .. +2 pages
      When process "child" stores pattern "late" in buffer "big"
      Then it finds pattern "one" in buffer "big"
      And device "nic" sees buffer "big" at 16 MiB .. +4 pages

  @needs:hugetlb
  Rule: a private mapping of huge pages of a file has copies, which the device gets

    @IOAS-MAP-33
    Scenario Outline: the first page that is stored to is at <place>
      Given a huge-page memfd "file" of 4 MiB
      And a shared buffer "view" on memfd "file"
      When it stores pattern "A" in buffer "view"
      And it stores pattern "B" in buffer "view" + 2 MiB - 1 page
      And it stores pattern "C" in buffer "view" + 2 MiB
      And it stores pattern "D" in buffer "view" + 4 MiB - 2 pages
      Given a private buffer "mine" on memfd "file"
      When it stores pattern "mine" in buffer "mine" + <place>
      And it maps 4 MiB of buffer "mine" into IOAS "guest" at 16 MiB read-write
      Then it finds pattern "A" in buffer "mine"
      And it finds pattern "B" in buffer "mine" + 2 MiB - 1 page
      And it finds pattern "C" in buffer "mine" + 2 MiB
      And it finds pattern "D" in buffer "mine" + 4 MiB - 2 pages
      And it finds pattern "mine" in buffer "mine" + <place>
      And device "nic" sees buffer "mine" at 16 MiB .. +4 pages
      And device "nic" sees buffer "mine" + 2 MiB - 1 page at 18 MiB - 1 page .. +2 pages
      And device "nic" sees buffer "mine" + <place> at 16 MiB + <place> .. +1 page
      And device "nic" does not see buffer "view" + <place> at 16 MiB + <place> .. +1 page

      Examples:
        | place          |
        | 1 page         |
        | 1 MiB          |
        | 3 MiB + 1 page |

    @IOAS-MAP-33 @needs:processes
    Scenario: huge pages are shared with a process that was forked
      Given a huge-page buffer "big" of 2 MiB
      When it stores pattern "one" in buffer "big"
      And it stores pattern "two" in buffer "big" + 2 MiB - 1 page
      Given a process "child"
      When it stores pattern "mine" in buffer "big" + 1 page
      And it maps 2 MiB of buffer "big" into IOAS "guest" at 16 MiB read-write
      Then it finds pattern "one" in buffer "big"
      And it finds pattern "two" in buffer "big" + 2 MiB - 1 page
      And device "nic" sees buffer "big" at 16 MiB .. +4 pages
      And device "nic" sees buffer "big" + 2 MiB - 1 page at 18 MiB - 1 page .. +1 page
      And process "child" finds pattern "one" in buffer "big"
      And process "child" finds pattern "two" in buffer "big" + 2 MiB - 1 page

  Rule: memory ends where its file ends

    @IOAS-MAP-29
    Scenario Outline: <length> from <place> into 4 pages of <sort> memory, of which the file has 2
      Given a memfd "file" of 2 pages
      And a <sort> buffer "view" of 4 pages on memfd "file"
      When it maps <length> of buffer "view" + <place> into IOAS "guest" at 16 MiB read-write
      Then it <outcome>
      And 16 MiB .. +1 page is <mapped> in IOAS "guest"

      Examples:
        | sort    | length  | place   | outcome           | mapped     |
        | shared  | 2 pages | 0 bytes | succeeds          | mapped     |
        | shared  | 3 pages | 0 bytes | fails with EFAULT | not mapped |
        | shared  | 1 page  | 2 pages | fails with EFAULT | not mapped |
        | private | 2 pages | 0 bytes | succeeds          | mapped     |
        | private | 3 pages | 0 bytes | fails with EFAULT | not mapped |
        | private | 1 page  | 3 pages | fails with EFAULT | not mapped |
