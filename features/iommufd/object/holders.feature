Feature: what holds an iommufd, a device or a page table
  A file lives as long as anything has it open: a file descriptor of any process, memory that was mmapped from it, a
  device that is bound to it, a queue of its messages. Whatever goes last takes the objects along, in any order.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write

  Rule: the last of several holders of an iommufd takes the page tables along, in any order

    @OBJ-27 @needs:vfio-device @needs:hwpt-alloc @needs:fault-queue @needs:proc
    Scenario Outline: <first> is closed first, and <last> last
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it attaches device "nic" to HWPT "tables"
      And a fault queue "faults"
      When it closes <first>
      Then it has 4 pages pinned
      When it closes <second>
      Then it has 4 pages pinned
      When it closes <last>
      Then it has 0 pages pinned

      @OBJ-28
      Examples:
        | first                | second               | last                 |
        | the iommufd          | device "nic"         | fault queue "faults" |
        | the iommufd          | fault queue "faults" | device "nic"         |
        | device "nic"         | the iommufd          | fault queue "faults" |
        | device "nic"         | fault queue "faults" | the iommufd          |
        | fault queue "faults" | the iommufd          | device "nic"         |
        | fault queue "faults" | device "nic"         | the iommufd          |

    @OBJ-27 @needs:processes @needs:vfio-device @needs:hwpt-alloc @needs:fault-queue @needs:proc
    Scenario Outline: a process that was forked is left with <held> alone
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And a fault queue "faults"
      And a process "helper"
      When process "helper" closes <gone>
      And process "helper" closes <too>
      And it closes the iommufd
      And it closes device "nic"
      And it closes fault queue "faults"
      Then it has 4 pages pinned
      When process "helper" exits
      Then it has 0 pages pinned

      @OBJ-28
      Examples:
        | held                 | gone                 | too                  |
        | the iommufd          | device "nic"         | fault queue "faults" |
        | device "nic"         | the iommufd          | fault queue "faults" |
        | fault queue "faults" | the iommufd          | device "nic"         |

    @OBJ-28 @MMAP-06 @needs:hw-queue @needs:test-cmd @needs:nesting @needs:proc
    Scenario: memory of a vIOMMU that was mmapped is all that is left
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" with data 24301 on HWPT "parent"
      When it mmaps vIOMMU "smmu" as "region"
      And it closes the iommufd
      Then it succeeds
      And it has 4 pages pinned
      When it stores pattern "still there" in buffer "region"
      Then it finds pattern "still there" in buffer "region"
      When it munmaps 1 page of buffer "region" + 1 page
      Then it has 4 pages pinned
      When it munmaps 1 page of buffer "region"
      Then it has 0 pages pinned

    @OBJ-28 @needs:veventq @needs:test-cmd @needs:nesting @needs:proc
    Scenario: a vEVENTQ is all that is left
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vEVENTQ "events" on vIOMMU "smmu"
      When it closes the iommufd
      Then it has 4 pages pinned
      When it closes vEVENTQ "events"
      Then it has 0 pages pinned

  @needs:vfio-device @needs:proc
  Rule: a device stays bound and attached as long as anything has its file open

    Background:
      Given a device "nic" attached to IOAS "guest"

    @OBJ-29 @needs:processes
    Scenario: a process that was forked has it open
      Given a process "helper"
      When it closes device "nic"
      Then device "nic" exists
      And the page table of device "nic" exists
      And it has 4 pages pinned
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When process "helper" exits
      Then device "nic" no longer exists
      And the page table of device "nic" no longer exists
      And it has 0 pages pinned

    @OBJ-29
    Scenario: its registers are mmapped
      Given it mmaps device "nic" as "registers" with:
        | length | 2 pages |
      When it closes device "nic"
      Then device "nic" exists
      And the page table of device "nic" exists
      And it has 4 pages pinned
      When it munmaps 1 page of buffer "registers"
      Then device "nic" exists
      And it has 4 pages pinned
      When it munmaps 1 page of buffer "registers" + 1 page
      Then device "nic" no longer exists
      And the page table of device "nic" no longer exists
      And it has 0 pages pinned

    @OBJ-28 @OBJ-29
    Scenario: its registers, which are mmapped, are all that is left of it and of its iommufd
      Given it mmaps device "nic" as "registers"
      When it closes the iommufd
      And it closes device "nic"
      Then it has 4 pages pinned
      When it munmaps 1 page of buffer "registers"
      Then it has 0 pages pinned
      When it opens device "nic"
      Then it succeeds
