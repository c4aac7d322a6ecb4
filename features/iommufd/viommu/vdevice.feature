@needs:viommu
Feature: IOMMU_VDEVICE_ALLOC
  A vDEVICE is a device as the guest of a vIOMMU knows it: by a number of the guest's own, the virt_id. The guest's
  commands name the device by it, and so do the events that the device causes. A vDEVICE does not keep its device: where
  the device is closed first, the vDEVICE goes with it.

  Rule: both ids are looked up, the vIOMMU's first

    Background:
      Given an iommufd
      And an IOAS "guest"

    @VDEV-01
    Scenario: an id that names no vIOMMU is refused
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | no such object |
        | dev_id    | no such object |
      Then it fails with ENOENT
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | IOAS "guest" |
      Then it fails with ENOENT
      And it wrote nothing back

    @VDEV-01 @needs:device @needs:test-cmd @needs:nesting
    Scenario: an id that names no device is refused
      Given a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id | no such object |
      Then it fails with ENOENT
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id | vIOMMU "smmu" |
      Then it fails with ENOENT
      When it destroys vIOMMU "smmu"
      Then it succeeds

    @VDEV-02 @needs:test-cmd @needs:nesting @needs:vfio-device
    Scenario: a device behind another IOMMU is refused
      Given a device "real" attached to IOAS "guest"
      And an IOAS "second"
      When it calls IOMMU_TEST_CMD with:
        | op | MOCK_DOMAIN   |
        | id | IOAS "second" |
      Then it returns:
        | mock_domain.out_idev_id | 6 |
      When it calls IOMMU_HWPT_ALLOC with:
        | dev_id |             6 |
        | pt_id  | IOAS "second" |
        | flags  | NEST_PARENT   |
      Then it returns:
        | out_hwpt_id | 8 |
      When it calls IOMMU_VIOMMU_ALLOC with:
        | dev_id  | 6 |
        | hwpt_id | 8 |
      Then it returns:
        | out_viommu_id | 9 |
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id |             9 |
        | dev_id    | device "real" |
      Then it fails with EINVAL
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | 9 |
        | dev_id    | 6 |
      Then it succeeds

  @needs:test-cmd @needs:nesting
  Rule: a device has one vDEVICE at most, and a number on a vIOMMU is of one device

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"

    @VDEV-03 @needs:two-devices
    Scenario: a second vDEVICE for a device is refused, on the same vIOMMU or on another one
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | vIOMMU "smmu" |
        | virt_id   |            17 |
      Then it fails with EEXIST
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | vIOMMU "other" |
        | virt_id   |             16 |
      Then it fails with EEXIST
      And it wrote nothing back
      When it destroys vIOMMU "other"
      Then it succeeds

    @VDEV-04 @needs:two-devices
    Scenario: a number that another device has is refused
      Given a device "disk" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | vIOMMU "smmu" |
        | dev_id    | device "disk" |
        | virt_id   |            16 |
      Then it fails with EEXIST
      When it calls IOMMU_VDEVICE_ALLOC with:
        | viommu_id | vIOMMU "other" |
        | dev_id    | device "disk"  |
        | virt_id   |             16 |
      Then it succeeds
      And it wrote back only "out_vdevice_id"

    @VDEV-05 @needs:device
    Scenario Outline: the number <number> can be given
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | virt_id | <number> |
      Then it succeeds
      And it returns:
        | virt_id        | <number> |
        | out_vdevice_id |        7 |
      When it destroys vIOMMU "smmu"
      Then it fails with EBUSY

      Examples:
        | number     |
        |          0 |
        |          1 |
        | 4294967295 |
        | 4294967296 |
        | U64_MAX    |

    @VDEV-05 @needs:two-devices
    Scenario: two numbers that share their lower 32 bits are different
      Given a device "disk" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 1 on vIOMMU "smmu"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "disk" |
        | virt_id |    4294967297 |
      Then it succeeds
      And it wrote back only "out_vdevice_id"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "disk" |
        | virt_id |    4294967297 |
      Then it fails with EEXIST

    @OBJ-18 @VDEV-07 @needs:two-devices
    Scenario: when a vDEVICE is destroyed its device and its number are free again
      Given a device "disk" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      When it destroys vDEVICE "guest nic"
      Then it succeeds
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "disk" |
        | virt_id |            16 |
      Then it succeeds
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "nic" |
        | virt_id |           17 |
      Then it succeeds
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "nic" |
        | virt_id |           18 |
      Then it fails with EEXIST

    @VDEV-07 @needs:two-devices
    Scenario Outline: two devices get the numbers of each other, <first> loses its own first
      Given a device "disk" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      And a vDEVICE "guest disk" for device "disk" with virt_id 17 on vIOMMU "smmu"
      And a buffer "list" of 1 page
      When it destroys vDEVICE "<first>"
      And it destroys vDEVICE "<second>"
      Given a vDEVICE "new nic" for device "nic" with virt_id 17 on vIOMMU "smmu"
      And a vDEVICE "new disk" for device "disk" with virt_id 16 on vIOMMU "smmu"
      When it stores an array of struct iommu_viommu_invalidate_selftest in buffer "list":
        | flags | vdev_id | cache_id |
        | none  |      16 |        1 |
        | none  |      17 |        2 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             2 |
        | entry_len |      12 bytes |
      Then it succeeds
      And device "disk" has lost the cache entries "1"
      And device "nic" has lost the cache entries "2"

      Examples:
        | first      | second     |
        | guest nic  | guest disk |
        | guest disk | guest nic  |

    @VDEV-07 @OBJ-18 @INV-16 @needs:device
    Scenario: a number moves to another vIOMMU, and the first one knows it no more
      Given a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vDEVICE "before" for device "nic" with virt_id 16 on vIOMMU "smmu"
      And a buffer "list" of 1 page
      When it destroys vDEVICE "before"
      Given a vDEVICE "after" for device "nic" with virt_id 16 on vIOMMU "other"
      When it stores struct iommu_viommu_invalidate_selftest in buffer "list":
        | flags | vdev_id | cache_id |
        | none  |      16 |        1 |
      And it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "smmu" |
        | entry_num |             1 |
        | entry_len |      12 bytes |
      Then it fails with EINVAL
      And device "nic" has lost the cache entries "none"
      When it calls IOMMU_HWPT_INVALIDATE with:
        | hwpt_id   | vIOMMU "other" |
        | entry_num |              1 |
        | entry_len |       12 bytes |
      Then it succeeds
      And device "nic" has lost the cache entries "1"

  @needs:device @needs:test-cmd @needs:nesting
  Rule: a device without a vDEVICE cannot use the page tables of the guest

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"

    @VDEV-06
    Scenario: it is attached before and after it has a number
      Given a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "stage 1"
      Then it fails with ENOENT
      When it destroys the page table of device "nic"
      Then it fails with EBUSY
      When it destroys HWPT "stage 1"
      Then it succeeds
      Given a nested HWPT "again" for device "nic" on vIOMMU "smmu"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "again"
      Then it succeeds
      When it destroys HWPT "again"
      Then it fails with EBUSY

    @VDEV-06
    Scenario: a number on another vIOMMU does not count
      Given a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "other"
      When it attaches device "nic" to HWPT "stage 1"
      Then it fails with ENOENT

    @VDEV-06 @DEV-49 @needs:page-requests
    Scenario: the faults of a device that is refused stay, whether they were read or not
      Given a fault queue "faults"
      And an untouched buffer "in" of 1 page
      And an untouched buffer "out" of 1 page
      And a nested HWPT "paged" with fault queue "faults" for device "nic" on HWPT "parent"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "paged"
      And device "nic" requests a page at 16 MiB
      And device "nic" requests a page at 17 MiB
      And it reads fault queue "faults" into 40 bytes of buffer "in"
      And it attaches device "nic" to HWPT "stage 1"
      Then it fails with ENOENT
      When device "nic" requests a page at 18 MiB
      And it reads fault queue "faults" into 120 bytes of buffer "in"
      Then it returns 80
      And buffer "in" holds an array of struct iommu_hwpt_pgfault:
        | dev_id       | addr   | cookie |
        | device "nic" | 17 MiB |      2 |
        | device "nic" | 18 MiB |      3 |
      When it answers fault queue "faults" from buffer "out":
        | cookie | code    |
        |      3 | SUCCESS |
        |      1 | SUCCESS |
        |      2 | INVALID |
      Then it returns 24
      When it destroys HWPT "stage 1"
      And it destroys vIOMMU "smmu"
      Then it succeeds

    @VDEV-06 @DEV-49 @needs:page-requests
    Scenario: a queue of the page table that was refused gets no faults
      Given a fault queue "faults"
      And a nested HWPT "stage 1" with fault queue "faults" for device "nic" on vIOMMU "smmu"
      When it attaches device "nic" to HWPT "stage 1"
      Then it fails with ENOENT
      When device "nic" requests a page at 16 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it attaches device "nic" to HWPT "parent"
      And device "nic" requests a page at 17 MiB
      And it polls fault queue "faults"
      Then it reports "OUT"
      When it closes fault queue "faults"
      And it destroys HWPT "stage 1"
      And it destroys fault queue "faults"
      Then it succeeds

    @VDEV-06 @DEV-49 @needs:veventq
    Scenario: a device of one guest is refused the page table of another, and its events go to its own
      Given a buffer "in" of 1 page
      And a vIOMMU "other" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 4 on vIOMMU "smmu"
      And a vEVENTQ "strange events" with depth 4 on vIOMMU "other"
      And a nested HWPT "stage 1" for device "nic" on vIOMMU "smmu"
      And a nested HWPT "foreign" for device "nic" on vIOMMU "other"
      When it attaches device "nic" to HWPT "stage 1"
      And it attaches device "nic" to HWPT "foreign"
      Then it fails with ENOENT
      When device "nic" reports 1 event
      And it polls vEVENTQ "strange events"
      Then it reports ""
      When it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then it returns 12
      When it destroys HWPT "foreign"
      Then it succeeds
      When it destroys HWPT "stage 1"
      Then it fails with EBUSY

    @DIRTY-23 @DEV-49 @needs:veventq @needs:dirty-tracking @needs:two-devices
    Scenario: a device of a guest that is refused a page table with dirty tracking goes on to report events
      Given a buffer "in" of 1 page
      And a device "disk" behind an IOMMU without dirty tracking attached to IOAS "guest"
      And a vDEVICE "guest disk" for device "disk" with virt_id 17 on vIOMMU "smmu"
      And a vEVENTQ "events" with depth 4 on vIOMMU "smmu"
      And a nested HWPT "stage 1" for device "disk" on vIOMMU "smmu"
      And a dirty-tracking HWPT "log" for device "nic" on IOAS "guest"
      When it attaches device "disk" to HWPT "stage 1"
      And it attaches device "disk" to HWPT "log"
      Then it fails with EINVAL
      When device "disk" reports 1 event
      And it reads 12 bytes of vEVENTQ "events" into buffer "in"
      Then it returns 12
      And buffer "in" holds:
        | flags | sequence | virt_id |
        |     0 |        0 |      17 |
      When it destroys HWPT "log"
      Then it succeeds
      When it destroys HWPT "stage 1"
      Then it fails with EBUSY

  @needs:device @needs:test-cmd @needs:nesting
  Rule: a device that is closed destroys its vDEVICE

    Background:
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      And a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"

    @OBJ-19
    Scenario: the vDEVICE is gone, and nothing holds the vIOMMU any more
      When it detaches device "nic"
      Then it succeeds
      When it destroys vDEVICE "guest nic"
      Then it fails with ENOENT
      When it destroys vIOMMU "smmu"
      Then it succeeds

    @OBJ-19 @VDEV-09
    Scenario: its number can be used again, its id is never given out again
      Given it detaches device "nic"
      And it attaches device "nic" to IOAS "guest"
      When it calls IOMMU_VDEVICE_ALLOC with:
        | dev_id  | device "nic" |
        | virt_id |           16 |
      Then it succeeds
      And it returns:
        | out_vdevice_id | 8 |
      When it destroys object 7
      Then it fails with ENOENT
      When it destroys object 8
      Then it succeeds
      Given an IOAS "next"
      When it destroys object 7
      Then it fails with ENOENT
      And IOAS "next" exists
      When it destroys object 8
      Then it succeeds

  Rule: a vDEVICE whose id cannot be told is not made

    @ABI-14 @needs:device @needs:nesting @needs:test-cmd
    Scenario: its struct is in read-only memory
      Given an iommufd
      And an IOAS "guest"
      And a device "nic" attached to IOAS "guest"
      And a nesting HWPT "parent" for device "nic" on IOAS "guest"
      And a vIOMMU "smmu" for device "nic" on HWPT "parent"
      When it calls IOMMU_VDEVICE_ALLOC with read-only memory and:
        | dev_id  | device "nic" |
        | virt_id |           16 |
      Then it fails with EFAULT
      And it wrote nothing back
      Given a vDEVICE "guest nic" for device "nic" with virt_id 16 on vIOMMU "smmu"
      When it destroys vDEVICE "guest nic"
      And it destroys vIOMMU "smmu"
      Then it succeeds
