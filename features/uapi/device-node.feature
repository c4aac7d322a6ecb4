Feature: /dev/iommu

  The character device that each program opens for itself. Each open file has objects and ids of its own.

  Rule: it is a misc device of its own

    @ABI-22
    Scenario Outline: sysfs says <line>
      Given an iommufd
      Then file "/sys/class/misc/iommu/uevent" says "<line>"

      Examples:
        | line          |
        | MAJOR=10      |
        | DEVNAME=iommu |
        | DEVMODE=0660  |

  Rule: where iommufd serves the VFIO container, /dev/vfio/vfio is an iommufd as well

    @ABI-23 @needs:vfio-container
    Scenario: each command of /dev/iommu works on it
      Given an iommufd "container" opened as /dev/vfio/vfio
      And an IOAS "guest"
      And a buffer "ram" of 2 pages
      When it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      Then it succeeds
      And 16 MiB .. +2 pages is mapped in IOAS "guest"
      When it destroys IOAS "guest"
      Then it succeeds

    @ABI-23 @needs:vfio-container
    Scenario Outline: sysfs says <line> of it
      Given an iommufd "container" opened as /dev/vfio/vfio
      Then file "/sys/class/misc/vfio/uevent" says "<line>"

      Examples:
        | line              |
        | MAJOR=10          |
        | MINOR=196         |
        | DEVNAME=vfio/vfio |
        | DEVMODE=0666      |

  Rule: it holds no bytes

    @ABI-24
    Scenario: it is neither read nor written
      Given an iommufd
      When it reads the iommufd
      Then it fails with EINVAL
      When it writes the iommufd
      Then it fails with EINVAL

    @ABI-24
    Scenario: it is always ready
      Given an iommufd
      When it polls the iommufd
      Then it reports "IN, OUT, RDNORM, WRNORM"

    @ABI-25
    Scenario: it has nothing to map
      Given an iommufd
      When it mmaps the iommufd
      Then it fails with ENXIO
