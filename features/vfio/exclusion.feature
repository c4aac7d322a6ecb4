@needs:vfio-device @needs:vfio-group
Feature: who excludes whom from the devices of a group

  A device can be had by its group or by its own node, and its group be the host's or a program's. One line says who may
  come second.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 4 pages
    And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
    And a device "nic"

  Rule: the group is open

    @VFIO-XCL-01 @VFIO-GRP-02
    Scenario: the group is opened again
      When it opens the group of device "nic"
      And it opens the group of device "nic"
      Then it fails with EBUSY

    @VFIO-XCL-02
    Scenario: the device is opened by its own node
      When it opens the group of device "nic"
      And it opens device "nic"
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it fails with EBUSY
      When it closes the group of device "nic"
      And it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" exists

    @VFIO-XCL-03
    Scenario: the device is bound by its own node
      When it opens the group of device "nic"
      And it binds device "nic" to the iommufd
      Then it fails with EBUSY
      When it closes the group of device "nic"
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

  Rule: the device is open by its own node

    @VFIO-XCL-04
    Scenario: the group is opened while the device is not bound
      When it opens device "nic"
      And it opens the group of device "nic"
      Then it succeeds
      When it binds device "nic" to the iommufd
      Then it fails with EBUSY

    @VFIO-XCL-05 @VFIO-GRP-03
    Scenario: the group is opened while the device is bound, and after that
      When it attaches device "nic" to IOAS "guest"
      And it opens the group of device "nic"
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it closes device "nic"
      And it opens the group of device "nic"
      Then it succeeds

    @VFIO-XCL-06 @needs:shared-group
    Scenario: a device beside it is bound to the same iommufd
      Given an iommufd "other"
      And a device "disk" in the group of device "nic"
      When it attaches device "nic" to IOAS "guest"
      And it binds device "disk" to iommufd "other"
      Then it fails with EPERM
      When it binds device "disk" to the iommufd
      And it attaches device "disk" to IOAS "guest"
      Then it succeeds
      And device "disk" sees buffer "ram" at 16 MiB .. +2 pages
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @VFIO-XCL-07 @needs:shared-group
    Scenario: a device beside it is bound to another iommufd
      Given an iommufd "other"
      And a device "disk" in the group of device "nic"
      When it attaches device "nic" to IOAS "guest"
      And it binds device "disk" to iommufd "other"
      Then it fails with EPERM
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      When it closes device "nic"
      And it binds device "disk" to iommufd "other"
      Then it succeeds

    @VFIO-XCL-08
    Scenario Outline: another file of its node is bound to <iommufd>
      Given an iommufd "other"
      When it binds device "nic" to the iommufd
      And it opens device "nic"
      And it binds device "nic" to <iommufd>
      Then it fails with EINVAL
      And it wrote nothing back
      And object 3 does not exist

      Examples:
        | iommufd         |
        | the iommufd     |
        | iommufd "other" |

  Rule: the device was opened through its group

    @VFIO-XCL-09 @needs:type1-container
    Scenario Outline: <call> is refused with <errno>
      Given a container
      When it opens the group of device "nic"
      And it calls VFIO_GROUP_SET_CONTAINER
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      And it opens device "nic" through its group
      And it calls VFIO_IOMMU_MAP_DMA
      And it calls <call>
      Then it fails with <errno>
      And it wrote nothing back
      And device "nic" sees buffer "ram" at 16 MiB .. +1 page

      Examples:
        | call                          | errno  |
        | VFIO_DEVICE_BIND_IOMMUFD      | EINVAL |
        | VFIO_DEVICE_ATTACH_IOMMUFD_PT | ENOTTY |
        | VFIO_DEVICE_DETACH_IOMMUFD_PT | ENOTTY |

  Rule: the group is the host's or a program's

    @VFIO-XCL-10 @needs:host-driver
    Scenario: a driver of the host has a device, and one beside it is bound
      Given a device "disk" in the group of device "nic" that the host can drive
      When device "disk" is bound to the host's driver
      And it binds device "nic" to the iommufd
      Then it fails with EPERM
      When device "disk" is bound to vfio-pci
      And it attaches device "nic" to IOAS "guest"
      Then it succeeds
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages

    @VFIO-XCL-11 @needs:host-driver
    Scenario: an iommufd has a device, and a driver of the host gets none beside it
      Given a device "disk" in the group of device "nic" that the host can drive
      When it attaches device "nic" to IOAS "guest"
      And device "disk" is bound to the host's driver
      Then it fails with EBUSY
      And device "nic" sees buffer "ram" at 16 MiB .. +2 pages
