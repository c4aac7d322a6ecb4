Feature: the ids of objects

  Each object of an iommufd has an id, by which commands name it. All types of objects share the ids of their file.

  Background:
    Given an iommufd

  Rule: a new object takes the lowest id that is free, and the first is 1

    @OBJ-01
    Scenario: three objects get the lowest ids
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 1 |
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 3 |

    @OBJ-01
    Scenario: what the caller wrote into the field of the id does not matter
      When it calls IOMMU_IOAS_ALLOC with:
        | out_ioas_id | 7 |
      Then it returns:
        | out_ioas_id | 1 |

    @OBJ-01
    Scenario: each open file counts for itself
      Given an IOAS "guest"
      And an iommufd "other"
      When it calls IOMMU_IOAS_ALLOC on iommufd "other" with:
        | flags | 0 |
      Then it returns:
        | out_ioas_id | 1 |
      And object 1 exists

    @OBJ-01 @needs:fault-queue
    Scenario: objects of different types share the ids
      Given an IOAS "guest"
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it returns:
        | out_fault_id | 2 |
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 3 |

    @OBJ-02
    Scenario Outline: the id of a destroyed object is used again, <where>
      Given an IOAS "one"
      And an IOAS "two"
      And an IOAS "three"
      When it destroys IOAS "<gone>"
      Then it succeeds
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | <id> |
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 4 |

      Examples:
        | where              | gone  | id |
        | the lowest         | one   |  1 |
        | between two others | two   |  2 |
        | the highest        | three |  3 |

    @OBJ-02
    Scenario: of two destroyed ids the lower is given out first, whichever was destroyed last
      Given an IOAS "one"
      And an IOAS "two"
      And an IOAS "three"
      When it destroys IOAS "one"
      And it destroys IOAS "two"
      Then it succeeds
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 1 |
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |

    @OBJ-02
    Scenario: a new object under an old id has nothing of the old one
      Given an IOAS "old"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "old" at 16 MiB read-write
      And it sets the huge pages option of IOAS "old" to 0
      When it destroys IOAS "old"
      Then it succeeds
      Given an IOAS "new"
      Then 0 bytes .. +1 GiB is not mapped in IOAS "new"
      And the huge pages option of IOAS "new" is 1

  Rule: an id is valid only on its own file

    @OBJ-03
    Scenario: an id that the other file does not have
      Given an IOAS "one"
      And an IOAS "two"
      And an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it calls IOMMU_DESTROY on iommufd "other" with:
        | id | IOAS "two" |
      Then it fails with ENOENT
      And IOAS "two" exists

    @OBJ-03
    Scenario: an id that the other file has as well
      Given an IOAS "ours"
      And an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      And a buffer "ram" of 2 pages
      When it calls IOMMU_IOAS_MAP on iommufd "other" with:
        | ioas_id | IOAS "ours" |
      Then it succeeds
      And 16 MiB .. +1 page is mapped in IOAS "theirs"
      And 16 MiB .. +1 page is not mapped in IOAS "ours"
      When it calls IOMMU_DESTROY on iommufd "other" with:
        | id | IOAS "ours" |
      Then it succeeds
      And IOAS "theirs" no longer exists
      And IOAS "ours" exists

    @OBJ-03
    Scenario: both ends of a copy are of the file that it is called on
      Given an IOAS "source"
      And an IOAS "target"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "source" at 16 MiB read-write
      And an iommufd "other"
      And an IOAS "theirs" in iommufd "other"
      When it calls IOMMU_IOAS_COPY on iommufd "other" with:
        | src_ioas_id | IOAS "source" |
        | dst_ioas_id | IOAS "theirs" |
      Then it fails with ENOENT
      And nothing has changed

  Rule: an id of another type of object is no id

    @OBJ-05 @needs:device @needs:hwpt-alloc
    Scenario Outline: <command> of <wrong> is refused
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And an HWPT "tables" for device "nic" on IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      When it calls <command> with:
        | <field> | <wrong> |
      Then it fails with <errno>
      And nothing has changed

      Examples: no more than one type fits
        | command                | field       | wrong         | errno  |
        | IOMMU_IOAS_MAP         | ioas_id     | HWPT "tables" | ENOENT |
        | IOMMU_IOAS_MAP         | ioas_id     | device "nic"  | ENOENT |
        | IOMMU_IOAS_UNMAP       | ioas_id     | HWPT "tables" | ENOENT |
        | IOMMU_IOAS_COPY        | src_ioas_id | HWPT "tables" | ENOENT |
        | IOMMU_IOAS_COPY        | dst_ioas_id | device "nic"  | ENOENT |
        | IOMMU_IOAS_IOVA_RANGES | ioas_id     | HWPT "tables" | ENOENT |
        | IOMMU_IOAS_ALLOW_IOVAS | ioas_id     | device "nic"  | ENOENT |
        | IOMMU_GET_HW_INFO      | dev_id      | IOAS "guest"  | ENOENT |
        | IOMMU_GET_HW_INFO      | dev_id      | HWPT "tables" | ENOENT |
        | IOMMU_HWPT_ALLOC       | dev_id      | IOAS "guest"  | ENOENT |
        | IOMMU_HWPT_ALLOC       | dev_id      | HWPT "tables" | ENOENT |

      Examples: more than one type fits
        | command          | field | wrong          | errno  |
        | IOMMU_HWPT_ALLOC | pt_id | device "nic"   | EINVAL |
        | IOMMU_HWPT_ALLOC | pt_id | no such object | EINVAL |

    @OBJ-05 @needs:vfio-device @needs:device
    Scenario: a device cannot be attached to a device
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      When it detaches device "nic"
      Then it succeeds
      When it calls VFIO_DEVICE_ATTACH_IOMMUFD_PT with:
        | pt_id | device "nic" |
      Then it fails with EINVAL

  Rule: a command that makes no object takes no id

    @OBJ-33
    Scenario: an IOAS with an unknown flag takes no id
      When it calls IOMMU_IOAS_ALLOC with:
        | flags | bit 0 |
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 1 |

    @OBJ-33 @needs:device @needs:hwpt-alloc
    Scenario Outline: a page table <that> takes no id
      Given an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And an HWPT "first" for device "nic" on IOAS "guest"
      When it destroys HWPT "first"
      Then it succeeds
      When it calls IOMMU_HWPT_ALLOC with:
        | <field> | <value> |
      Then it fails with <errno>
      And HWPT "first" no longer exists
      When it calls IOMMU_HWPT_ALLOC
      Then it returns:
        | out_hwpt_id | HWPT "first" |

      Examples:
        | that                  | field      | value          | errno      |
        | of no device          | dev_id     | no such object | ENOENT     |
        | of no IOAS            | pt_id      | no such object | EINVAL     |
        | with an unknown flag  | flags      | bit 31         | EOPNOTSUPP |
        | with a reserved field | __reserved |              1 | EOPNOTSUPP |

    @OBJ-33 @needs:device @needs:hwpt-alloc @needs:narrow-iommu
    Scenario: a page table that cannot hold what is mapped takes no id
      Given an IOAS "guest"
      And an IOAS "scratch"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at U64_MAX - 4 pages + 1 byte read-write
      And a device "nic" attached to IOAS "scratch"
      And an HWPT "first" for device "nic" on IOAS "scratch"
      When it destroys HWPT "first"
      Then it succeeds
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
      Then it fails with EADDRINUSE
      And nothing has changed
      And HWPT "first" no longer exists
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "scratch" |
      Then it returns:
        | out_hwpt_id | HWPT "first" |
      When it destroys IOAS "guest"
      Then it succeeds

    @OBJ-33 @needs:fault-queue @needs:limits
    Scenario: a fault queue whose file descriptor is one too many takes no id
      Given it has a nofile limit of 0
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it fails with EMFILE
      And it wrote nothing back
      When it destroys object 1
      Then it fails with ENOENT
      Given it has a nofile limit of 256
      Then no file descriptor was left behind
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it returns:
        | out_fault_id | 1 |

  Rule: a process that holds the file works on the same objects

    @ABI-27 @needs:processes
    Scenario: a process destroys what another one made, and makes the next
      Given an IOAS "guest"
      And an IOAS "kept"
      And a process "helper"
      When process "helper" destroys IOAS "guest"
      Then it succeeds
      And IOAS "guest" no longer exists
      And IOAS "kept" exists
      When process "helper" calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 1 |
      And object 1 exists

    @ABI-27 @needs:processes @needs:test-cmd
    Scenario: a mapping takes the memory of the process that makes it
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And a buffer "out" of 2 pages
      And a process "helper"
      When it stores pattern "ours" in buffer "ram"
      And process "helper" stores pattern "theirs" in buffer "ram"
      And process "helper" maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      Given an access "reader" on IOAS "guest"
      When access "reader" reads 1 page at 16 MiB into buffer "out"
      Then it finds pattern "theirs" in buffer "out"

    @ABI-27 @needs:processes
    Scenario: what one process mapped, another one unmaps
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And a process "helper"
      When process "helper" unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it succeeds
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT
