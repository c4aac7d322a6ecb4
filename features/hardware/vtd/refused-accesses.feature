@needs:intel-iommu @needs:refusal-log
Feature: what a VT-d tells of accesses that it refused
  A VT-d writes down an access that it does not translate: who made it, to which page, with which PASID, whether it was to read
  or to write, and why. Its driver reads that, and logs it. There is room for one requester at a time.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages

  @needs:basic-iommu
  Rule: in legacy mode an access lacks an entry, a right, or is beyond what the tables can address

    Background:
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-only
      And it maps 1 page of buffer "ram" + 1 page into IOAS "guest" at 16 MiB + 1 page write-only
      And a device "nic" attached to IOAS "guest"

    @HW-VTD-50
    Scenario: one refusal after the other is logged, and no access that goes through
      When device "nic" reads 1 page at 16 MiB
      Then the access goes through
      And device "nic" was refused nothing
      When device "nic" reads 1 page at 16 MiB + 1 page
      Then device "nic" was refused:
        | kind | address         | reason |
        | READ | 16 MiB + 1 page | 0x6    |
      When device "nic" writes pattern "strewn" at 16 MiB
      Then device "nic" was refused:
        | kind  | address | reason |
        | WRITE | 16 MiB  | 0x5    |
      When device "nic" reads 8 bytes at 1 GiB + 1 page + 24 bytes
      Then device "nic" was refused:
        | kind | address        | reason |
        | READ | 1 GiB + 1 page | 0x6    |
      When it detaches device "nic"
      And device "nic" writes pattern "strewn" at 16 MiB + 1 page
      Then device "nic" was refused:
        | kind  | address         | reason |
        | WRITE | 16 MiB + 1 page | 0x2    |
      And device "nic" was refused nothing

    @HW-VTD-75
    Scenario Outline: an access is refused as <reason>: <what>
      When device "nic" <access> at <address>
      Then the access is blocked
      And device "nic" was refused:
        | kind   | address   | reason   |
        | <kind> | <address> | <reason> |

      Examples:
        | what                                           | access                  | address          | kind  | reason |
        | a page that may only be written is read        | reads 1 page            | 16 MiB + 1 page  | READ  | 0x6    |
        | a page that may only be read is written        | writes pattern "strewn" | 16 MiB           | WRITE | 0x5    |
        | a page that is not there is read               | reads 1 page            | 32 MiB           | READ  | 0x6    |
        | a page that is not there is written            | writes pattern "strewn" | 32 MiB           | WRITE | 0x5    |
        | a page beyond the tables, 16 MiB but for that  | reads 1 page            | 256 TiB + 16 MiB | READ  | 0x4    |
        | the first page beyond the tables is read       | reads 1 page            | 256 TiB          | READ  | 0x4    |
        | the last page that the tables know is read     | reads 1 page            | 256 TiB - 1 page | READ  | 0x6    |
        | nothing, beyond the tables                     | writes pattern "strewn" | 256 TiB + 32 MiB | WRITE | 0x4    |

    @HW-VTD-73
    Scenario: a device is refused again before the driver has read the first refusal
      When device "nic" reads 1 page at 32 MiB
      And device "nic" writes pattern "strewn" at 48 MiB
      Then device "nic" was refused:
        | kind | address | reason |
        | READ | 32 MiB  | 0x6    |
      When device "nic" writes pattern "strewn" at 48 MiB
      Then device "nic" was refused:
        | kind  | address | reason |
        | WRITE | 48 MiB  | 0x5    |

    @HW-VTD-73
    Scenario: another device is refused before the driver has read, and is not written down until it has
      Given a device "disk" attached to IOAS "guest"
      When device "nic" reads 1 page at 32 MiB
      And device "disk" reads 1 page at 48 MiB
      And device "disk" reads 1 page at 49 MiB
      Then device "nic" was refused:
        | kind | address | reason |
        | READ | 32 MiB  | 0x6    |
      And device "disk" was refused nothing
      When device "disk" reads 1 page at 48 MiB
      Then device "disk" was refused:
        | kind | address | reason |
        | READ | 48 MiB  | 0x6    |
      And device "nic" was refused nothing

    @HW-VTD-50
    Scenario: two devices are refused, and the driver has read the one before the other comes
      Given a device "disk" attached to IOAS "guest"
      And a device "third" attached to IOAS "guest"
      When device "nic" reads 1 page at 32 MiB
      Then device "third" was refused nothing
      When device "disk" writes pattern "strewn" at 48 MiB
      Then device "third" was refused nothing
      And device "nic" was refused:
        | kind | address | reason |
        | READ | 32 MiB  | 0x6    |
      And device "disk" was refused:
        | kind  | address | reason |
        | WRITE | 48 MiB  | 0x5    |

  @needs:intel-nesting
  Rule: in scalable mode the reason tells what was looked at, and in which order

    Background:
      Given an IOAS "other"
      And a buffer "tables" of 8 pages
      And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "gpt"

    @HW-VTD-74
    Scenario Outline: an entry with "<words>" is used to <kind>
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When the guest maps <size> at 66 MiB to 16 MiB by "<words>" in page table "gpt"
      And device "nic" <access> at 66 MiB
      Then the access is blocked
      And device "nic" was refused:
        | kind   | address | reason   |
        | <kind> | 66 MiB  | <reason> |

      Examples: one thing is wrong
        | words             | size  | access                  | kind  | reason |
        | RW, US            | 8 KiB | reads 1 page            | READ  | 0x71   |
        | P, RW             | 8 KiB | reads 1 page            | READ  | 0x81   |
        | P, US             | 8 KiB | writes pattern "strewn" | WRITE | 0x85   |
        | P, RW, US, bit 46 | 8 KiB | writes pattern "strewn" | WRITE | 0x72   |
        | P, RW, US, PS, bit 13 | 2 MiB | reads 1 page        | READ  | 0x72   |

      @HW-VTD-52
      Examples: several things are wrong
        | words      | size  | access                  | kind  | reason |
        | bit 46     | 8 KiB | writes pattern "strewn" | WRITE | 0x71   |
        | P, bit 46  | 8 KiB | writes pattern "strewn" | WRITE | 0x81   |
        | P, bit 46  | 8 KiB | reads 1 page            | READ  | 0x81   |
        | P, US, bit 46 | 8 KiB | writes pattern "strewn" | WRITE | 0x85 |
        | P, US, bit 46 | 8 KiB | reads 1 page         | READ  | 0x72   |

    @HW-VTD-74
    Scenario: an address that is not canonical is refused whatever its tables hold
      Given a device "nic" attached to IOAS "other"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "stage1"
      When device "nic" reads 1 page at 64 MiB
      Then the access goes through
      When device "nic" reads 1 page at 256 TiB + 64 MiB
      Then device "nic" was refused:
        | kind | address          | reason |
        | READ | 256 TiB + 64 MiB | 0x80   |
      When device "nic" writes pattern "strewn" at 128 TiB
      Then device "nic" was refused:
        | kind  | address | reason |
        | WRITE | 128 TiB | 0x80   |

    @HW-VTD-52
    Scenario: what lies below the guest's tables, and what leads to them
      Given a device "nic" attached to IOAS "other"
      And an IOAS "holes"
      And it maps 4 pages of buffer "ram" into IOAS "holes" at 32 MiB read-write
      And a nesting HWPT "parent" for device "nic" on IOAS "holes"
      And a nested HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      When it attaches device "nic" to HWPT "stage1"
      And device "nic" reads 1 page at 64 MiB
      Then device "nic" was refused:
        | kind | address | reason |
        | READ | 64 MiB  | 0x75   |
      When it maps 1 page of buffer "tables" into IOAS "holes" at 1 MiB read-write
      And device "nic" reads 1 page at 64 MiB
      Then device "nic" was refused:
        | kind | address | reason |
        | READ | 64 MiB  | 0x76   |
      When it maps 7 pages of buffer "tables" + 1 page into IOAS "holes" at 1 MiB + 1 page read-write
      And device "nic" writes pattern "strewn" at 64 MiB
      Then device "nic" was refused:
        | kind  | address | reason |
        | WRITE | 64 MiB  | 0x79   |
      When it attaches device "nic" to HWPT "parent"
      And device "nic" reads 1 page at 64 MiB
      Then device "nic" was refused:
        | kind | address | reason |
        | READ | 64 MiB  | 0x79   |
      When it detaches device "nic"
      And device "nic" writes pattern "strewn" at 32 MiB
      Then device "nic" was refused:
        | kind  | address | reason |
        | WRITE | 32 MiB  | 0x59   |

  @needs:intel-nesting @needs:device-with-pasids
  Rule: a device that asks for translations is answered, and what can be helped is not written down

    Background:
      Given an IOAS "other"
      And a buffer "tables" of 8 pages
      And it maps 8 pages of buffer "tables" into IOAS "guest" at 1 MiB read-write
      And it maps 4 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a VT-d page table "gpt" in buffer "tables", which the guest has at 1 MiB
      And the guest maps 1 page at 64 MiB to 16 MiB read-write in page table "gpt"
      And a device "nic" with PASIDs attached to IOAS "other"
      And a PASID HWPT "own" for device "nic" on IOAS "other"
      And a nesting PASID HWPT "parent" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage1" with page table "gpt" for device "nic" on HWPT "parent"
      And it attaches device "nic" to HWPT "own"
      And it attaches PASID 7 of device "nic" to HWPT "stage1"

    @HW-VTD-53
    Scenario Outline: nothing is recorded where <who> <access> at <address>, with "<words>" at 66 MiB
      When the guest maps 8 KiB at 66 MiB to 16 MiB by "<words>" in page table "gpt"
      And <who> <access> at <address>
      Then the access is blocked
      And device "nic" was refused nothing
      And PASID 7 of device "nic" sees buffer "ram" at 64 MiB .. +1 page

      Examples:
        | who                      | access                  | words  | address |
        | PASID 7 of device "nic"  | reads 1 page            | RW, US | 66 MiB  |
        | PASID 7 of device "nic"  | writes pattern "strewn" | P, US  | 66 MiB  |
        | PASID 7 of device "nic"  | reads 1 page            | P, US  | 1 GiB   |
        | device "nic"             | reads 1 page            | P, US  | 66 MiB  |
        | PASID 8 of device "nic"  | reads 1 page            | P, US  | 66 MiB  |
        | PASID 64 of device "nic" | reads 1 page            | P, US  | 66 MiB  |

    @HW-VTD-53 @HW-VTD-52
    Scenario: a PASID behind the last one of a directory is another fault than one that nothing is attached to
      Given a device "small" with:
        | PASIDs | 15 bits |
      And it attaches device "small" to IOAS "other"
      When PASID 32767 of device "small" reads 1 page at 64 MiB
      Then the access is blocked
      And device "small" was refused nothing
      When PASID 32768 of device "small" reads 1 page at 64 MiB
      Then the access is blocked
      And device "small" was refused:
        | kind | address | reason | PASID |
        | READ | 64 MiB  | 0x46   | 32768 |

    @HW-VTD-53 @HW-VTD-50
    Scenario: an entry that makes no sense is written down, with the PASID
      When the guest maps 8 KiB at 66 MiB to 16 MiB by "P, RW, US, bit 46" in page table "gpt"
      And PASID 7 of device "nic" reads 1 page at 66 MiB + 1 page
      Then the access is blocked
      And device "nic" was refused:
        | kind | address         | reason | PASID |
        | READ | 66 MiB + 1 page | 0x72   |     7 |
      And PASID 7 of device "nic" sees buffer "ram" at 64 MiB .. +1 page
