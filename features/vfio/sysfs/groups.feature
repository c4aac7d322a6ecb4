@any-iommu @needs:vfio-sysfs
Feature: groups in /sys/kernel/iommu_groups
  Which devices an IOMMU cannot tell apart, what they do without a driver that says otherwise, and where they may not.

  Background:
    Given an iommufd
    And a device "nic"

  Rule: the type can be chosen while nobody owns the group

    @VFIO-SYS-01
    Scenario Outline: <word> is taken in place of <other>
      When it writes "<other>" to file "type" of the group of device "nic"
      And it writes "<word>" to file "type" of the group of device "nic"
      Then it succeeds
      And file "type" of the group of device "nic" says "<word>"

      Examples:
        | word     | other    |
        | identity | DMA      |
        | DMA      | identity |
        | DMA-FQ   | DMA      |
        | DMA-FQ   | identity |

    @VFIO-SYS-01
    Scenario: auto is what the kernel chooses
      When it writes "auto" to file "type" of the group of device "nic"
      Then it succeeds
      When it writes "identity" to file "type" of the group of device "nic"
      And it writes "auto" to file "type" of the group of device "nic"
      Then it succeeds
      When it writes "identity" to file "type" of the group of device "nic"
      Then it succeeds
      And file "type" of the group of device "nic" says "identity"

    @VFIO-SYS-01
    Scenario Outline: no other word is: <word>
      When it writes "DMA" to file "type" of the group of device "nic"
      And it writes "<word>" to file "type" of the group of device "nic"
      Then it fails with EINVAL
      And file "type" of the group of device "nic" says "DMA"

      Examples:
        | word      |
        | dma       |
        | Identity  |
        | DMA-      |
        | DMA-FQ2   |
        | blocked   |
        | unmanaged |

    @VFIO-SYS-01 @needs:processes @needs:limits
    Scenario Outline: only who may do anything to the machine may choose: a process without <capability>
      Given a process "helper" without <capability>
      When it writes "DMA" to file "type" of the group of device "nic"
      And process "helper" writes "identity" to file "type" of the group of device "nic"
      Then it fails with EACCES
      And file "type" of the group of device "nic" says "DMA"

      Examples:
        | capability |
        | SYS_ADMIN  |
        | SYS_RAWIO  |

  Rule: while a process owns the group, only a flush queue can be added

    @VFIO-SYS-02
    Scenario Outline: <word> is refused
      When it writes "DMA" to file "type" of the group of device "nic"
      And it binds device "nic" to the iommufd
      And it writes "<word>" to file "type" of the group of device "nic"
      Then it fails with EPERM
      And file "type" of the group of device "nic" says "DMA"

      Examples:
        | word     |
        | identity |
        | DMA      |
        | auto     |

    @VFIO-SYS-02
    Scenario: DMA-FQ is taken once
      When it writes "DMA" to file "type" of the group of device "nic"
      And it binds device "nic" to the iommufd
      And it writes "DMA-FQ" to file "type" of the group of device "nic"
      Then it succeeds
      And file "type" of the group of device "nic" says "DMA-FQ"
      When it writes "DMA-FQ" to file "type" of the group of device "nic"
      Then it fails with EPERM
      When it closes device "nic"
      And it writes "DMA" to file "type" of the group of device "nic"
      Then it succeeds
      And file "type" of the group of device "nic" says "DMA"

    @VFIO-SYS-02 @needs:dma
    Scenario: a group of type identity can be owned, and is translated then
      Given an IOAS "guest"
      And a buffer "ram" of 2 pages
      When it writes "identity" to file "type" of the group of device "nic"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      And it binds device "nic" to the iommufd
      Then it succeeds
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      When it attaches device "nic" to IOAS "guest"
      Then device "nic" sees buffer "ram" at 16 MiB .. +2 pages
      And file "type" of the group of device "nic" says "identity"

  Rule: a group tells of its devices, and where they may not go

    @VFIO-SYS-03 @needs:reserved-iova
    Scenario: the addresses of messages are reserved, whoever owns the group
      Then file "reserved_regions" of the group of device "nic" says "0x00000000fee00000 0x00000000feefffff msi"
      When it binds device "nic" to the iommufd
      Then file "reserved_regions" of the group of device "nic" says "0x00000000fee00000 0x00000000feefffff msi"

    @VFIO-SYS-03 @needs:shared-group @needs:two-devices
    Scenario: each device of it is there, and no other
      Given a device "disk" in the group of device "nic"
      And a device "other"
      Then file "devices/{name}" of the group of device "nic" exists
      And file "devices/{name}" of the group of device "disk" exists
      And the link to device "nic" in file "iommu_group/devices" of device "disk" exists
      And the link to device "disk" in file "iommu_group/devices" of device "nic" exists
      And the link to device "other" in file "iommu_group/devices" of device "nic" does not exist
      And the link to device "other" in file "iommu_group/devices" of device "other" exists
