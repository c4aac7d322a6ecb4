@needs:device-with-page-requests @needs:hwpt-alloc
Feature: page requests of VFIO devices
  A device that needs several pages at once asks for them in a group: some messages, of which the last one says that it is. The
  group is read, and answered, as one.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" with page requests attached to IOAS "guest"
    And a fault queue "faults"
    And an HWPT "table" with fault queue "faults" for device "nic" on IOAS "guest"
    And it attaches device "nic" to HWPT "table"
    And an untouched buffer "in" of 2 pages
    And an untouched buffer "out" of 1 page

  Rule: the requests of a group are read together, once it is complete

    @FAULT-09
    Scenario: three requests are read together
      When device "nic" requests pages:
        | address           | perm        | group | last |
        | 16 MiB            | READ        |     5 | no   |
        | 32 MiB            | READ, WRITE |     5 | no   |
        | 16 MiB + 2 pages  | WRITE       |     5 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 120
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | dev_id       | pasid | grpid | perm        | addr             | length | cookie |
        | none      | device "nic" |     0 |     5 | READ        | 16 MiB           |      0 |      1 |
        | none      | device "nic" |     0 |     5 | READ, WRITE | 32 MiB           |      0 |      1 |
        | LAST_PAGE | device "nic" |     0 |     5 | WRITE       | 16 MiB + 2 pages |      0 |      1 |
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it returns 0
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it returns 8
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      1 | SUCCESS |
      Then it fails with EINVAL

    @FAULT-09
    Scenario: nothing can be read before the last request has come
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     0 | no   |
        | 32 MiB  | READ |     0 | no   |
      And it reads fault queue "faults" into 1 page of buffer "in"
      Then it fails with ESPIPE
      When it reads fault queue "faults" into 4080 bytes of buffer "in"
      Then it returns 0
      When device "nic" requests pages:
        | address | perm | group | last |
        | 48 MiB  | READ |     0 | yes  |
      And it reads fault queue "faults" into 4080 bytes of buffer "in"
      Then it returns 120
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | addr   | cookie |
        | none      | 16 MiB |      1 |
        | none      | 32 MiB |      1 |
        | LAST_PAGE | 48 MiB |      1 |

    @FAULT-09 @FAULT-11
    Scenario: two groups whose requests alternate are read apart
      When device "nic" requests pages:
        | address | perm  | group | last |
        | 16 MiB  | READ  |     1 | no   |
        | 32 MiB  | WRITE |     2 | no   |
        | 17 MiB  | READ  |     1 | no   |
        | 33 MiB  | WRITE |     2 | yes  |
        | 18 MiB  | READ  |     1 | yes  |
      And it reads fault queue "faults" into 4080 bytes of buffer "in"
      Then it returns 200
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | grpid | perm  | addr   | cookie |
        | none      |     2 | WRITE | 32 MiB |      1 |
        | LAST_PAGE |     2 | WRITE | 33 MiB |      1 |
        | none      |     1 | READ  | 16 MiB |      2 |
        | none      |     1 | READ  | 17 MiB |      2 |
        | LAST_PAGE |     1 | READ  | 18 MiB |      2 |

    @FAULT-09 @PASID-22 @needs:device-with-pasids
    Scenario: two requests of a PASID are read together
      Given an IOAS "other"
      And a device "disk" with:
        | page requests | yes     |
        | PASIDs        | 20 bits |
      And it attaches device "disk" to IOAS "guest"
      And a fault queue "of PASID"
      And a PASID HWPT "own" for device "disk" on IOAS "guest"
      And a PASID HWPT "one" with fault queue "of PASID" for device "disk" on IOAS "other"
      And it attaches device "disk" to HWPT "own"
      And it attaches PASID 7 of device "disk" to HWPT "one"
      When PASID 7 of device "disk" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | no   |
        | 32 MiB  | READ |     3 | yes  |
      And it reads fault queue "of PASID" into 80 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | grpid | addr   | cookie |
        | PASID_VALID            |     7 |     3 | 16 MiB |      1 |
        | LAST_PAGE, PASID_VALID |     7 |     3 | 32 MiB |      1 |
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 0

    @FAULT-09 @needs:device-with-pasids
    Scenario Outline: half a group of a PASID waits for the other half while <another> leaves the queue
      Given a device "disk" with:
        | page requests | yes     |
        | PASIDs        | 20 bits |
      And it attaches device "disk" to IOAS "guest"
      And a fault queue "of PASIDs"
      And a PASID HWPT "own" for device "disk" on IOAS "guest"
      And a PASID HWPT "paged" with fault queue "of PASIDs" for device "disk" on IOAS "guest"
      And it attaches device "disk" to HWPT "<own>"
      And it attaches PASID 7 of device "disk" to HWPT "paged"
      And it attaches PASID 8 of device "disk" to HWPT "<eight>"
      When PASID 7 of device "disk" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     3 | no   |
      And it detaches <leaver>
      And PASID 7 of device "disk" requests pages:
        | address | perm | group | last |
        | 32 MiB  | READ |     3 | yes  |
      And it reads fault queue "of PASIDs" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags                  | pasid | addr   | cookie |
        | PASID_VALID            |     7 | 16 MiB |      1 |
        | LAST_PAGE, PASID_VALID |     7 | 32 MiB |      1 |

      @PASID-25
      Examples:
        | another       | own   | eight | leaver                  |
        | another PASID | own   | paged | PASID 8 of device "disk" |
        | the device    | paged | own   | device "disk"           |

  Rule: a group that does not fit is not read

    @FAULT-10
    Scenario Outline: a read of <length> where a group needs <whole>
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     5 | no   |
        | 32 MiB  | READ |     5 | no   |
        | 48 MiB  | READ |     5 | yes  |
      And it reads fault queue "faults" into <length> of buffer "in"
      Then it fails with EINVAL
      When it reads fault queue "faults" into <whole> of buffer "in"
      Then it returns 120
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | addr   | cookie |
        | none      | 16 MiB |      1 |
        | none      | 32 MiB |      1 |
        | LAST_PAGE | 48 MiB |      1 |

      Examples:
        | length   | whole     |
        | 40 bytes | 120 bytes |
        | 80 bytes | 120 bytes |

    @FAULT-10 @FAULT-11
    Scenario: a small group comes before one that does not fit any more
      When device "nic" requests a page at 8 MiB
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     5 | no   |
        | 32 MiB  | READ |     5 | yes  |
      And it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 40
      When it reads fault queue "faults" into 40 bytes of buffer "in"
      Then it fails with EINVAL
      When it reads fault queue "faults" into 80 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | flags     | addr   | cookie |
        | none      | 16 MiB |      2 |
        | LAST_PAGE | 32 MiB |      2 |

  Rule: a page table without a fault queue takes no requests

    @FAULT-27 @FAULT-22
    Scenario: the device moves to a page table without a queue, and back
      When device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     5 | no   |
      And it attaches device "nic" to IOAS "guest"
      And device "nic" requests a page at 32 MiB
      And it attaches device "nic" to HWPT "table"
      And it reads fault queue "faults" into 4080 bytes of buffer "in"
      Then it returns 0
      When device "nic" requests a page at 48 MiB
      And it reads fault queue "faults" into 4080 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | addr   | cookie |
        | LAST_PAGE | 48 MiB |      1 |

  Rule: a virtual function shares its page requests, and cannot be answered for

    @DEV-46 @VFIO-ATT-13 @HW-PCI-09 @needs:virtual-function
    Scenario: its attach fails, for the first time and in place of another page table
      Given an IOAS "other"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      And a device "function" with:
        | virtual function | yes |
        | page requests    | yes |
      And it attaches device "function" to IOAS "other"
      When it attaches device "function" to HWPT "table"
      Then it fails with EINVAL
      And device "function" sees buffer "ram" at 16 MiB .. +2 pages
      When it detaches device "function"
      And it attaches device "function" to HWPT "table"
      Then it fails with EINVAL
      When it attaches device "function" to IOAS "other"
      Then device "function" sees buffer "ram" at 16 MiB .. +2 pages

    @DEV-46 @needs:virtual-function @needs:device-with-pasids
    Scenario: the attach of its PASID fails, for the first time and in place of another page table
      Given an IOAS "other"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "other" at 16 MiB read-write
      And a device "function" with:
        | virtual function | yes     |
        | page requests    | yes     |
        | PASIDs           | 20 bits |
      And it attaches device "function" to IOAS "guest"
      And a fault queue "of PASID"
      And a PASID HWPT "own" for device "function" on IOAS "guest"
      And a PASID HWPT "one" for device "function" on IOAS "other"
      And a PASID HWPT "paged" with fault queue "of PASID" for device "function" on IOAS "guest"
      And it attaches device "function" to HWPT "own"
      When it attaches PASID 1 of device "function" to HWPT "paged"
      Then it fails with EINVAL
      When it attaches PASID 1 of device "function" to HWPT "one"
      And it attaches PASID 1 of device "function" to HWPT "paged"
      Then it fails with EINVAL
      And PASID 1 of device "function" sees buffer "ram" at 16 MiB .. +2 pages
      When it destroys HWPT "paged"
      Then it succeeds

  Rule: a page table that was refused leaves no trace in what is delivered

    @FAULT-30 @needs:intel-nesting
    Scenario Outline: half a group is dropped with the queue, beside <count>, and another was refused
      Given a fault queue "others"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And it stores struct iommu_hwpt_vtd_s1 in buffer "out":
        | pgtbl_addr | addr_width |
        |      1 MiB |         57 |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent"        |
        | flags     | FAULT_ID_VALID       |
        | fault_id  | fault queue "others" |
        | data_type | VTD_S1               |
        | data_len  | 24 bytes             |
        | data_uptr | buffer "out"         |
      Then it made HWPT "too wide"
      When it attaches device "nic" to <first>
      And it attaches device "nic" to HWPT "too wide"
      Then it fails with EINVAL
      When it attaches device "nic" to HWPT "table"
      And device "nic" requests pages:
        | address | perm | group | last |
        | 16 MiB  | READ |     5 | no   |
      And it attaches device "nic" to IOAS "guest"
      And it attaches device "nic" to HWPT "table"
      And device "nic" requests pages:
        | address | perm | group | last |
        | 17 MiB  | READ |     5 | yes  |
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 40
      And buffer "in" holds struct iommu_hwpt_pgfault:
        | flags     | addr   |
        | LAST_PAGE | 17 MiB |

      @DEV-49
      Examples:
        | count               | first        |
        | one with a queue    | HWPT "table" |
        | one without a queue | IOAS "guest" |
