@needs:device @needs:proc
Feature: pinned memory of every kind
  Memory is in a program in many ways: untouched, shared with a file or with a process that was forked, in huge pages. Of
  each the device gets the pages that the program goes on with, also where it may only read, and each is held once.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"

  @needs:test-cmd
  Rule: each page is held once, is the one that the program stores to later, and is let go by the unmap

    @PIN-39
    Scenario Outline: <memory> is mapped <rights>
      Given <memory> of 4 pages
      When it maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      Then each page of buffer "mine" carries 1 pin
      And it has 4 pages pinned
      When it stores pattern "later" in buffer "mine" + 1 page
      Then each page of buffer "mine" carries 1 pin
      And device "nic" sees buffer "mine" at 16 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "mine" carries 0 pins
      And it has 0 pages pinned
      And it finds pattern "later" in buffer "mine" + 1 page

      @IOAS-UNMAP-17
      Examples:
        | memory                     | rights     |
        | a buffer "mine"            | read-only  |
        | a buffer "mine"            | write-only |
        | a buffer "mine"            | read-write |
        | an untouched buffer "mine" | read-only  |
        | an untouched buffer "mine" | write-only |
        | an untouched buffer "mine" | read-write |
        | a shared buffer "mine"     | read-only  |
        | a shared buffer "mine"     | write-only |
        | a shared buffer "mine"     | read-write |

    @PIN-39
    Scenario Outline: a private mapping of a file is mapped <rights>
      Given a memfd "file" of 4 pages
      And a shared buffer "view" on memfd "file"
      And a private buffer "mine" on memfd "file"
      When it maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      Then each page of buffer "mine" carries 1 pin
      And each page of buffer "view" carries 0 pins
      And it has 4 pages pinned
      When it stores pattern "later" in buffer "mine" + 1 page
      Then each page of buffer "mine" carries 1 pin
      And device "nic" sees buffer "mine" at 16 MiB .. +4 pages
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "mine" carries 0 pins
      And it has 0 pages pinned

      @IOAS-MAP-33
      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

    @PIN-39 @needs:ioas-map-file
    Scenario Outline: a file is mapped <rights>, and its mappings in the process carry its pins
      Given a memfd "file" of 4 pages
      And a shared buffer "view" on memfd "file"
      And a private buffer "mine" on memfd "file"
      And it stores pattern "before" in buffer "mine" + 1 page
      When it maps 3 pages of memfd "file" + 1 page into IOAS "guest" at 16 MiB <rights>
      Then 1 page of buffer "view" carry 0 pins each
      And 3 pages of buffer "view" + 1 page carry 1 pin each
      And 1 page of buffer "mine" + 1 page carry 0 pins each
      And 2 pages of buffer "mine" + 2 pages carry 1 pin each
      And it has 3 pages pinned
      When it stores pattern "later" in buffer "view" + 1 page
      And it stores pattern "mine" in buffer "mine" + 2 pages
      Then 3 pages of buffer "view" + 1 page carry 1 pin each
      And 1 page of buffer "mine" + 2 pages carry 0 pins each
      And device "nic" sees buffer "view" + 1 page at 16 MiB .. +3 pages
      And device "nic" does not see buffer "mine" + 2 pages at 16 MiB + 1 page .. +1 page
      When it unmaps 3 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "view" carries 0 pins
      And it has 0 pages pinned

      @IOAS-FILE-09
      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

  @needs:test-cmd @needs:processes
  Rule: a page that two processes share since a fork is held in the copy of the one that mapped

    @PIN-39
    Scenario Outline: the parent maps <rights> what it shares with its child
      Given a buffer "mine" of 4 pages
      And it stores pattern "before" in buffer "mine" + 1 page
      And a process "child"
      When it maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      Then each page of buffer "mine" carries 1 pin
      And it has 4 pages pinned
      When process "child" stores pattern "of the child" in buffer "mine" + 2 pages
      And it stores pattern "later" in buffer "mine" + 1 page
      Then each page of buffer "mine" carries 1 pin
      And device "nic" sees buffer "mine" at 16 MiB .. +4 pages
      And process "child" finds pattern "before" in buffer "mine" + 1 page
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "mine" carries 0 pins
      And it has 0 pages pinned

      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

    @PIN-39
    Scenario Outline: the child maps <rights> what it shares with its parent
      Given a buffer "mine" of 4 pages
      And a process "child"
      When process "child" maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      Then process "child" has 4 pages pinned
      And each page of buffer "mine" carries 0 pins
      And device "nic" does not see buffer "mine" at 16 MiB .. +1 page
      When process "child" exits
      Then each page of buffer "mine" carries 0 pins
      And device "nic" does not see buffer "mine" at 16 MiB + 1 page .. +1 page
      When it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And each page of buffer "mine" carries 0 pins

      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

    @PIN-39
    Scenario Outline: a process forks after a <rights> map, and keeps the pages that are held
      Given a buffer "mine" of 4 pages
      When it maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      Given a process "child"
      Then each page of buffer "mine" carries 1 pin
      When it stores pattern "later" in buffer "mine" + 1 page
      Then each page of buffer "mine" carries 1 pin
      And device "nic" sees buffer "mine" at 16 MiB .. +4 pages
      And process "child" has 0 pages pinned
      When process "child" exits
      And it unmaps 4 pages at 16 MiB from IOAS "guest"
      Then each page of buffer "mine" carries 0 pins
      And it has 0 pages pinned

      Examples:
        | rights     |
        | read-only  |
        | write-only |
        | read-write |

  @needs:hugetlb
  Rule: of a huge page only what is mapped counts, and it is the one that the program goes on with

    @PIN-39
    Scenario Outline: <length> of a huge page are mapped <rights>
      Given a huge-page buffer "huge" of 2 MiB
      When it maps <length> of buffer "huge" + 1 page into IOAS "guest" at 16 MiB <rights>
      Then it has <length> pinned
      When it stores pattern "later" in buffer "huge" + 2 pages
      Then device "nic" sees buffer "huge" + 1 page at 16 MiB .. +2 pages
      When it unmaps <length> at 16 MiB from IOAS "guest"
      Then it has 0 pages pinned

      @IOAS-UNMAP-17
      Examples:
        | length         | rights     |
        | 3 pages        | read-only  |
        | 3 pages        | read-write |
        | 2 MiB - 1 page | read-only  |
        | 2 MiB - 1 page | read-write |

    @PIN-39 @needs:processes
    Scenario Outline: a huge page that two processes share since a fork is mapped <rights>
      Given a huge-page buffer "huge" of 2 MiB
      And a process "child"
      When it maps 3 pages of buffer "huge" + 1 page into IOAS "guest" at 16 MiB <rights>
      And it stores pattern "later" in buffer "huge" + 2 pages
      Then it has 3 pages pinned
      And device "nic" sees buffer "huge" + 1 page at 16 MiB .. +3 pages
      When it unmaps 3 pages at 16 MiB from IOAS "guest"
      Then it has 0 pages pinned

      Examples:
        | rights     |
        | read-only  |
        | read-write |

  @needs:dma
  Rule: the device reads what the program stores later

    @PIN-39 @needs:processes
    Scenario Outline: <who> stores, after a <rights> map, to memory that two processes share since a fork
      Given a buffer "mine" of 4 pages
      And it stores pattern "before" in buffer "mine" + 1 page
      And a process "child"
      When <mapper> maps 4 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      And <other> stores pattern "elsewhere" in buffer "mine" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "before"
      When <mapper> stores pattern "later" in buffer "mine" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "later"

      Examples:
        | who        | mapper          | other           | rights     |
        | the parent | it              | process "child" | read-only  |
        | the parent | it              | process "child" | read-write |
        | the child  | process "child" | it              | read-only  |
        | the child  | process "child" | it              | read-write |

    @PIN-39
    Scenario Outline: the program stores to untouched memory after a <rights> map
      Given an untouched buffer "mine" of 2 pages
      When it maps 2 pages of buffer "mine" into IOAS "guest" at 16 MiB <rights>
      And it stores pattern "later" in buffer "mine" + 1 page
      And device "nic" reads 1 page at 16 MiB + 1 page
      Then the device got pattern "later"

      Examples:
        | rights     |
        | read-only  |
        | read-write |
