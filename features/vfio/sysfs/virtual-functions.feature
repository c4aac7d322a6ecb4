@any-iommu @needs:vfio-sysfs @needs:physical-function
Feature: virtual functions by sysfs
  Root says how many virtual functions vfio-pci makes of a device. They are for whoever knows the token of that device.

  Background:
    Given an iommufd
    And a device "nic" that is a physical function

  Rule: sriov_numvfs makes as many as there can be, or none

    @VFIO-SYS-10
    Scenario Outline: <count> of a device that nobody has open
      When it writes "<count>" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "sriov_numvfs" of device "nic" says "<count>"
      And file "virtfn0/driver_override" of device "nic" says "vfio-pci"
      And file "virtfn0/driver" of device "nic" exists
      And file "virtfn1/driver" of device "nic" <second>
      When it writes "0" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "sriov_numvfs" of device "nic" says "0"
      And file "virtfn0" of device "nic" does not exist

      Examples:
        | count | second         |
        | 1     | does not exist |
        | 2     | exists         |

    @VFIO-SYS-10
    Scenario: of a device that a process has
      When it binds device "nic" to the iommufd
      And it writes "2" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "virtfn1/driver" of device "nic" exists
      When it closes device "nic"
      Then file "sriov_numvfs" of device "nic" says "2"
      And file "virtfn1/driver" of device "nic" exists

    @VFIO-SYS-10
    Scenario: none is made of more than there can be, and no number is none
      Then file "sriov_totalvfs" of device "nic" says "2"
      When it writes "3" to file "sriov_numvfs" of device "nic"
      Then it fails with ERANGE
      When it writes "65535" to file "sriov_numvfs" of device "nic"
      Then it fails with ERANGE
      And file "sriov_numvfs" of device "nic" says "0"
      And file "virtfn0" of device "nic" does not exist

    @VFIO-SYS-10
    Scenario Outline: <text> is no count
      When it writes "1" to file "sriov_numvfs" of device "nic"
      And it writes "<text>" to file "sriov_numvfs" of device "nic"
      Then it fails with EINVAL
      And file "sriov_numvfs" of device "nic" says "1"
      And file "virtfn0/driver" of device "nic" exists

      Examples:
        | text  |
        | 65536 |
        | -1    |
        | 2.0   |
        | two   |
        | 0 1   |

    @VFIO-SYS-10
    Scenario: a newline is no count
      When it writes "2" to file "sriov_numvfs" of device "nic"
      And it writes a newline to file "sriov_numvfs" of device "nic"
      Then it fails with EINVAL
      And file "sriov_numvfs" of device "nic" says "2"
      When it writes "+0" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "sriov_numvfs" of device "nic" says "0"

    @VFIO-SYS-10
    Scenario Outline: <some> do not become <others>
      When it writes "<some>" to file "sriov_numvfs" of device "nic"
      And it writes "<others>" to file "sriov_numvfs" of device "nic"
      Then it fails with EBUSY
      And file "sriov_numvfs" of device "nic" says "<some>"
      And file "virtfn0/driver" of device "nic" exists
      And file "virtfn1" of device "nic" <second>
      When it writes "<some>" to file "sriov_numvfs" of device "nic"
      Then it succeeds

      Examples:
        | some | others | second         |
        | 1    | 2      | does not exist |
        | 2    | 1      | exists         |

    @VFIO-SYS-10
    Scenario: a device that sleeps is woken
      When it binds device "nic" to the iommufd
      And it writes "STATE 3" to PM_CTRL of device "nic"
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "power_state" of device "nic" says "D0"
      And device "nic" shows:
        | PM_CTRL    | without STATE 3 |
        | SRIOV_CTRL | with VFE, MSE   |

  Rule: vfio-pci has to be allowed to, and to have the device

    @VFIO-SYS-10
    Scenario: without enable_sriov it neither makes them nor takes them away
      When it writes "N" to file "/sys/module/vfio_pci/parameters/enable_sriov" of device "nic"
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Then it fails with ENOENT
      And file "sriov_numvfs" of device "nic" says "0"
      When it writes "Y" to file "/sys/module/vfio_pci/parameters/enable_sriov" of device "nic"
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      When it writes "N" to file "/sys/module/vfio_pci/parameters/enable_sriov" of device "nic"
      And it writes "0" to file "sriov_numvfs" of device "nic"
      Then it fails with ENOENT
      And file "sriov_numvfs" of device "nic" says "1"
      And file "virtfn0/driver" of device "nic" exists
      When it writes "1" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      When it writes "Y" to file "/sys/module/vfio_pci/parameters/enable_sriov" of device "nic"
      And it writes "0" to file "sriov_numvfs" of device "nic"
      Then it succeeds

    @VFIO-SYS-10
    Scenario: they go with the driver of their device
      When it writes "2" to file "sriov_numvfs" of device "nic"
      And it writes the name of device "nic" to file "driver/unbind" of device "nic"
      Then it succeeds
      And file "sriov_numvfs" of device "nic" says "0"
      And file "virtfn0" of device "nic" does not exist
      And file "virtfn1" of device "nic" does not exist
      When it writes "1" to file "sriov_numvfs" of device "nic"
      Then it fails with ENOENT
      When it writes "0" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      When it writes the name of device "nic" to file "/sys/bus/pci/drivers/vfio-pci/bind"
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Then it succeeds
      And file "virtfn0/driver" of device "nic" exists

  @needs:processes
  Rule: they stay while somebody has one of them open

    Background:
      Given a process "admin"
      And a process "other admin"

    @VFIO-SYS-10
    Scenario: its user is asked for it, and those behind it wait as well
      Given a buffer "ram" of 1 page
      And an eventfd "request"
      When it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | flags          | FLAG_TOKEN   |
        | token_uuid_ptr | buffer "ram" |
      And it writes "2" to file "sriov_numvfs" of device "nic"
      Given the first virtual function "part" of device "nic"
      When it opens device "part"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN   |
        | token_uuid_ptr | buffer "ram" |
      And it connects REQ of device "part" to eventfd "request"
      And process "admin" begins to write "0" to file "sriov_numvfs" of device "nic"
      Then process "admin" waits
      And eventfd "request" was signalled once
      And file "virtfn0" of device "nic" does not exist
      And file "virtfn1/driver" of device "nic" exists
      And device "nic" shows:
        | SRIOV_CTRL | with VFE, MSE |
      When it reads 4 bytes of BAR 0 of device "part" into buffer "ram"
      Then it returns 4 bytes
      When it closes device "part"
      And process "admin" gets on
      Then it succeeds
      And file "virtfn1" of device "nic" does not exist
      And file "sriov_numvfs" of device "nic" says "0"
      And device "nic" shows:
        | SRIOV_CTRL | without VFE, MSE |

    @VFIO-SYS-10
    Scenario: they are waited for by the driver of their device
      When it writes "2" to file "sriov_numvfs" of device "nic"
      Given the first virtual function "part" of device "nic"
      When it opens device "part"
      And process "admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      And file "driver" of device "nic" does not exist
      And file "virtfn0" of device "nic" does not exist
      And file "virtfn1/driver" of device "nic" exists
      When it closes device "part"
      And process "admin" gets on
      Then it succeeds
      And file "virtfn1" of device "nic" does not exist
      And file "sriov_numvfs" of device "nic" says "0"

    @VFIO-SYS-10
    Scenario: who would take the driver meanwhile waits as well
      When it writes "2" to file "sriov_numvfs" of device "nic"
      Given the first virtual function "part" of device "nic"
      When it opens device "part"
      And process "admin" begins to write "0" to file "sriov_numvfs" of device "nic"
      And process "other admin" begins to write the name of device "nic" to file "driver/unbind" of device "nic"
      Then process "admin" waits
      And process "other admin" waits
      And file "driver" of device "nic" exists
      When it closes device "part"
      And process "admin" gets on
      Then it succeeds
      When process "other admin" gets on
      Then it succeeds
      And file "driver" of device "nic" does not exist

  Rule: who has the device says whose they are

    Background:
      Given a buffer "token" of 1 page
      And a buffer "other" of 1 page
      When it stores the word 5 in buffer "token"
      And it stores the word 6 in buffer "token" + 4
      And it stores the word 7 in buffer "token" + 8
      And it stores the word 8 in buffer "token" + 12
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      And it writes "1" to file "sriov_numvfs" of device "nic"
      Given the first virtual function "part" of device "nic"
      When it opens device "part"

    @VFIO-SYS-11
    Scenario: the token of its own bind is theirs
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part"
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "other" |
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it succeeds

    @VFIO-SYS-11
    Scenario Outline: a word of it that is <word> at <place> is another token
      When it stores the word <word> in buffer "token" + <place>
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it fails with EACCES
      When it stores the word <right> in buffer "token" + <place>
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it succeeds

      Examples:
        | word       | place | right |
        | 4          | 0     | 5     |
        | 16 MiB + 8 | 12    | 8     |

    @VFIO-SYS-11
    Scenario: the next owner of the device gives them another one while nobody has one of them
      When it closes device "nic"
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "other" |
      Then it succeeds
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "other" |
      Then it succeeds

    @VFIO-SYS-11
    Scenario: who tells none leaves the one before
      When it closes device "nic"
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic"
      Then it succeeds
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "other" |
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it succeeds

    @VFIO-SYS-11
    Scenario: while somebody has one of them the device is for who tells it
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      And it closes device "nic"
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic"
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "other" |
      Then it fails with EACCES
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it succeeds

    @VFIO-SYS-11
    Scenario: when the last of them is closed it is for everybody again
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      And it closes device "nic"
      And it opens device "nic"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic"
      Then it fails with EACCES
      When it closes device "part"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "nic"
      Then it succeeds

    @VFIO-SYS-11
    Scenario: a token that is told later is for who comes later
      When it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      And it calls VFIO_DEVICE_FEATURE on device "nic" with:
        | flags | SET, PCI_VF_TOKEN  |
        | data  | s32 51966, 0, 0, 0 |
      Then it succeeds
      When it closes device "part"
      And it opens device "part"
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it fails with EACCES
      When it stores the word 51966 in buffer "token"
      And it stores the word 0 in buffer "token" + 4
      And it stores the word 0 in buffer "token" + 8
      And it stores the word 0 in buffer "token" + 12
      And it calls VFIO_DEVICE_BIND_IOMMUFD on device "part" with:
        | flags          | FLAG_TOKEN     |
        | token_uuid_ptr | buffer "token" |
      Then it succeeds
