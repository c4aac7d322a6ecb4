Feature: what a command writes back

  A command answers in the struct that it was given. It writes after it has done its work, so a struct that cannot be
  written is found out late: some commands undo their work then, and others leave it done.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages

  Rule: no byte behind the size that the caller gave is written

    @ABI-12 @needs:hwpt-alloc @needs:device
    Scenario: a page table is made by a struct that is shorter than the kernel's
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with its minimum size and:
        | fault_id    | 0x5a5a |
        | __reserved2 | 0x5a5a |
      Then it succeeds
      And it wrote back only "out_hwpt_id"
      And it returns:
        | fault_id    | 0x5a5a |
        | __reserved2 | 0x5a5a |

    @ABI-12
    Scenario: a struct fills memory up to its last byte
      When it calls IOMMU_IOAS_ALLOC with a tail in bad memory and:
        | size | 12 bytes |
      Then it succeeds
      And it wrote back only "out_ioas_id"

  Rule: neither the bytes behind the kernel's struct nor its size field are written

    @ABI-13
    Scenario Outline: IOMMU_IOAS_ALLOC of a later release has <tail> more
      When it calls IOMMU_IOAS_ALLOC with <tail> appended
      Then it succeeds
      And it wrote back only "out_ioas_id"
      And it returns:
        | size | <size> |

      Examples:
        | tail          | size |
        |   1 zero byte |   13 |
        |  8 zero bytes |   20 |
        | 64 zero bytes |   76 |

  Rule: an object whose id cannot be told is not made

    @ABI-14 @OBJ-33
    Scenario: an IOAS is not made, with its struct in read-only memory
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And object 2 does not exist
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |

    @ABI-14 @OBJ-33
    Scenario: three IOASs, each with its struct in read-only memory, cost no id
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      When it calls IOMMU_IOAS_ALLOC with read-only memory
      Then it fails with EFAULT
      When it calls IOMMU_IOAS_ALLOC
      Then it returns:
        | out_ioas_id | 2 |

    @ABI-14 @OBJ-33 @needs:fault-queue
    Scenario: a fault queue is not made, with its struct in read-only memory
      When it calls IOMMU_FAULT_QUEUE_ALLOC with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And no file descriptor was left behind
      When it destroys object 2
      Then it fails with ENOENT
      When it calls IOMMU_FAULT_QUEUE_ALLOC
      Then it returns:
        | out_fault_id | 2 |

    @ABI-14 @OBJ-33 @needs:hwpt-alloc @needs:device
    Scenario: a page table is not made, with its struct in read-only memory
      Given a device "nic" attached to IOAS "guest"
      And an HWPT "first" for device "nic" on IOAS "guest"
      When it destroys HWPT "first"
      Then it succeeds
      When it calls IOMMU_HWPT_ALLOC with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And HWPT "first" no longer exists
      When it calls IOMMU_HWPT_ALLOC
      Then it returns:
        | out_hwpt_id | HWPT "first" |

    @ABI-14 @needs:hwpt-alloc @needs:device
    Scenario: a page table that was not made leaves its IOAS free
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_HWPT_ALLOC with read-only memory
      Then it fails with EFAULT
      When it detaches device "nic"
      Then it succeeds
      When it destroys IOAS "guest"
      Then it succeeds

  Rule: a mapping whose IOVA cannot be told stays

    @ABI-15
    Scenario: a map takes effect, with its struct in read-only memory
      When it calls IOMMU_IOAS_MAP with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And 16 MiB .. +1 page is mapped in IOAS "guest"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it fails with EEXIST

    @ABI-15 @needs:device
    Scenario: a device sees a mapping whose map failed in the end
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_IOAS_MAP with read-only memory
      Then it fails with EFAULT
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

    @ABI-15
    Scenario: a copy takes effect, with its struct in read-only memory
      Given an IOAS "other"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_IOAS_COPY with read-only memory and:
        | dst_iova | 48 MiB |
      Then it fails with EFAULT
      And it wrote nothing back
      And 48 MiB .. +1 page is mapped in IOAS "other"
      And 16 MiB .. +1 page is mapped in IOAS "guest"

    @ABI-15 @needs:ioas-map-file
    Scenario: a map of a memfd takes effect, with its struct in read-only memory
      Given a memfd "image" of 2 pages
      When it calls IOMMU_IOAS_MAP_FILE with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And 16 MiB .. +1 page is mapped in IOAS "guest"

  Rule: a range whose length cannot be told is unmapped all the same

    @ABI-16
    Scenario: an unmap takes effect, with its struct in read-only memory
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_IOAS_UNMAP with read-only memory
      Then it fails with EFAULT
      And it wrote nothing back
      And 16 MiB .. +2 pages is not mapped in IOAS "guest"
      When it unmaps 2 pages at 16 MiB from IOAS "guest"
      Then it fails with ENOENT

    @ABI-16 @needs:device
    Scenario: a device is blocked after an unmap that failed in the end
      Given a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls IOMMU_IOAS_UNMAP with read-only memory
      Then it fails with EFAULT
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages

    @ABI-16
    Scenario: an unmap of everything takes effect, with its struct in read-only memory
      Given it maps 1 page of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it maps 1 page of buffer "ram" into IOAS "guest" at 32 MiB read-write
      When it calls IOMMU_IOAS_UNMAP with read-only memory and:
        | iova   | 0 bytes |
        | length | U64_MAX |
      Then it fails with EFAULT
      And 0 bytes .. +64 MiB is not mapped in IOAS "guest"

  Rule: a command that fails leaves its struct as it was

    @ABI-20
    Scenario Outline: <command> with a wrong <field> writes nothing back
      Given it maps 2 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      When it calls <command> with:
        | <field> | <value> |
      Then it fails with <errno>
      And it wrote nothing back
      And nothing has changed

      Examples:
        | command                | field       | value          | errno      |
        | IOMMU_DESTROY          | id          | no such object | ENOENT     |
        | IOMMU_IOAS_ALLOC       | flags       | bit 0          | EOPNOTSUPP |
        | IOMMU_IOAS_ALLOW_IOVAS | ioas_id     | no such object | ENOENT     |
        | IOMMU_IOAS_COPY        | dst_ioas_id | no such object | ENOENT     |
        | IOMMU_IOAS_COPY        | src_iova    |        128 MiB | ENOENT     |
        | IOMMU_IOAS_IOVA_RANGES | ioas_id     | no such object | ENOENT     |
        | IOMMU_IOAS_MAP         | ioas_id     | no such object | ENOENT     |
        | IOMMU_IOAS_MAP         | iova        |         64 MiB | EEXIST     |
        | IOMMU_IOAS_UNMAP       | iova        |         16 MiB | ENOENT     |
        | IOMMU_IOAS_UNMAP       | length      |         1 page | ENOENT     |
        | IOMMU_OPTION           | option_id   |             99 | EOPNOTSUPP |
        | IOMMU_VFIO_IOAS        | op          | GET            | ENODEV     |

    @ABI-20
    Scenario: an automatic map that fails does not tell a place
      When it calls IOMMU_IOAS_MAP with:
        | flags  | READABLE |
        | iova   |   0x1234 |
        | length |  0 bytes |
      Then it fails with EINVAL
      And it wrote nothing back

    @ABI-20 @IOAS-RANGES-05
    Scenario: IOMMU_IOAS_IOVA_RANGES tells how many ranges there are, and fails
      When it calls IOMMU_IOAS_IOVA_RANGES with:
        | num_iovas          |       0 |
        | allowed_iovas      | null    |
        | out_iova_alignment | U64_MAX |
      Then it fails with EMSGSIZE
      And it returns:
        | num_iovas          | 1 |
        | out_iova_alignment | 1 |

    @ABI-20 @needs:hwpt-alloc
    Scenario Outline: IOMMU_HWPT_INVALIDATE with a wrong <field> tells how many entries it took, and fails
      When it calls IOMMU_HWPT_INVALIDATE with:
        | entry_num |              3 |
        | entry_len |              8 |
        | data_uptr | buffer "ram"   |
        | hwpt_id   | no such object |
        | <field>   | <value>        |
      Then it fails with <errno>
      And it wrote back only "entry_num"
      And it returns:
        | entry_num | 0 |

      Examples:
        | field      | value          | errno      |
        | __reserved |              1 | EOPNOTSUPP |
        | entry_len  |              0 | EINVAL     |
        | hwpt_id    | no such object | ENOENT     |

  Rule: a command that only tells something fails where it cannot

    @ABI-31
    Scenario: the number of usable IOVAs is not told, with its struct in read-only memory
      Given a buffer "list" of 1 page
      When it calls IOMMU_IOAS_IOVA_RANGES with read-only memory and:
        | num_iovas     | 4             |
        | allowed_iovas | buffer "list" |
      Then it fails with EFAULT
      And it wrote nothing back
      And nothing has changed
      And buffer "list" holds the IOVA ranges:
        | 0 | U64_MAX |

    @ABI-31
    Scenario: an option is not told, with its struct in read-only memory, and is set all the same
      When it calls IOMMU_OPTION with read-only memory and:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | GET          |
      Then it fails with EFAULT
      And it wrote nothing back
      When it calls IOMMU_OPTION with read-only memory and:
        | option_id | HUGE_PAGES   |
        | object_id | IOAS "guest" |
        | op        | SET          |
        | val64     |            0 |
      Then it fails with EFAULT
      And the huge pages option of IOAS "guest" is 0
