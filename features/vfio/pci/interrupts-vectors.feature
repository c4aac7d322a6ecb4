@needs:vfio-device @needs:reserved-iova
Feature: VFIO_DEVICE_SET_IRQS of several vectors
  A device with several vectors tells by the message which of its causes it is: the lowest one has vector 0.

  Background:
    Given an iommufd
    And an eventfd "one"
    And an eventfd "two"
    And an eventfd "three"

  Rule: of MSI there are as many vectors as were asked for first

    @VFIO-INT-14 @needs:device-with-several-msi @any-iommu
    Scenario: each has an eventfd
      Given a device "nic" with MSI
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 3 of MSI of device "nic" to eventfd "one", nothing, eventfd "two", eventfd "three"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 4
      Then eventfd "two" was signalled once
      When device "nic" raises cause 9
      Then eventfd "one" was signalled once
      And eventfd "three" was signalled once
      And eventfd "two" was not signalled

    @VFIO-INT-14 @needs:device-with-several-msi @any-iommu
    Scenario: one beyond them is refused, and one of them taken
      Given a device "nic" with MSI
      When it binds device "nic" to the iommufd
      And it connects vectors 1 to 1 of MSI of device "nic" to eventfd "one"
      And it connects vector 2 of MSI of device "nic" to eventfd "two"
      Then it fails with EINVAL
      When it connects vector 0 of MSI of device "nic" to eventfd "two"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 3
      Then eventfd "one" was signalled once
      And eventfd "two" was signalled once
      When it connects vector 16 of MSI of device "nic" to eventfd "three"
      Then it fails with EINVAL

    @VFIO-INT-13 @needs:device-with-several-msi @any-iommu
    Scenario: none is connected, and two are there
      Given a device "nic" with MSI
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_EVENTFD, ACTION_TRIGGER |
        | index | MSI_IRQ_INDEX                |
        | start | 2                            |
      Then it succeeds
      When it connects INTx of device "nic" to eventfd "one"
      Then it fails with EINVAL
      When it connects vector 2 of MSI of device "nic" to eventfd "one"
      Then it fails with EINVAL
      When it connects vector 1 of MSI of device "nic" to eventfd "one"
      And it triggers vectors 0 to 1 of MSI of device "nic"
      Then eventfd "one" was signalled once

  @needs:device-with-several-msi @needs:unsafe-interrupts
  Rule: where interrupts are not remapped there is one

    @VFIO-INT-16
    Scenario: two are asked for
      Given a device "nic" with MSI
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 1 of MSI of device "nic" to eventfd "one", eventfd "two"
      Then it returns 1
      When it triggers MSI of device "nic"
      Then it fails with EINVAL
      When it connects INTx of device "nic" to eventfd "three"
      Then it succeeds
      When it disconnects INTx of device "nic"
      And it connects vector 0 of MSI of device "nic" to eventfd "one"
      Then it succeeds
      When it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 3
      Then eventfd "one" was signalled once
      And eventfd "two" was not signalled

  Rule: of MSI-X any vector can be had at any time

    @VFIO-IRQ-01 @needs:device-with-msix
    Scenario: the table says how many there are, and their number is not fixed
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | MSIX_IRQ_INDEX |
      Then it returns:
        | flags | EVENTFD |
        | count | 8       |

    @VFIO-IRQ-01 @needs:device-with-msix @needs:physical-function
    Scenario: another device has another number of them
      Given a device "nic" with:
        | physical function | yes |
        | MSI-X vectors     | 7   |
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_GET_IRQ_INFO with:
        | index | MSIX_IRQ_INDEX |
      Then it returns:
        | flags | EVENTFD |
        | count | 7       |

    @VFIO-INT-15 @needs:msix-causes
    Scenario: one is added while others are there
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects vector 0 of MSI-X of device "nic" to eventfd "one"
      And it connects vector 7 of MSI-X of device "nic" to eventfd "two"
      And it sets "MASTER" in COMMAND of device "nic"
      And device "nic" raises cause 129
      Then eventfd "one" was signalled once
      And eventfd "two" was signalled once
      When it connects vector 8 of MSI-X of device "nic" to eventfd "three"
      Then it fails with EINVAL
      When it connects vectors 7 to 8 of MSI-X of device "nic" to eventfd "three", eventfd "three"
      Then it fails with EINVAL
      When device "nic" raises cause 128
      Then eventfd "two" was signalled once

    @VFIO-INT-13 @needs:device-with-msix
    Scenario: no vector at all is ERANGE
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_EVENTFD, ACTION_TRIGGER |
        | index | MSIX_IRQ_INDEX               |
      Then it fails with ERANGE
      When it connects MSI-X of device "nic" to eventfd "one"
      And it triggers MSI-X of device "nic"
      Then eventfd "one" was signalled once

    @VFIO-INT-18 @needs:device-with-msix
    Scenario: which vectors are meant is said by bools
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 2 of MSI-X of device "nic" to eventfd "one", eventfd "two", eventfd "three"
      And it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | MSIX_IRQ_INDEX            |
        | count | 3                         |
        | data  | 1, 0, 7                   |
      Then eventfd "one" was signalled once
      And eventfd "two" was not signalled
      And eventfd "three" was signalled once
      When it calls VFIO_DEVICE_SET_IRQS with:
        | flags | DATA_BOOL, ACTION_TRIGGER |
        | index | MSIX_IRQ_INDEX            |
        | start | 1                         |
        | count | 2                         |
        | data  | 1, 0                      |
      Then eventfd "two" was signalled once
      And eventfd "one" was not signalled
      And eventfd "three" was not signalled

    @VFIO-INT-12 @needs:device-with-msix
    Scenario: MSI is refused while MSI-X is active
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects MSI-X of device "nic" to eventfd "one"
      And it connects MSI of device "nic" to eventfd "two"
      Then it fails with EINVAL
      When it disconnects MSI of device "nic"
      Then it fails with EINVAL
      When it triggers MSI-X of device "nic"
      Then eventfd "one" was signalled once

    @VFIO-IRQ-06 @needs:device-with-msix
    Scenario Outline: of three vectors <which> is refused, and <silent> are silent
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 2 of MSI-X of device "nic" to eventfd "one", eventfd "two", eventfd "three"
      And it connects vectors 0 to 2 of MSI-X of device "nic" to <eventfds>
      Then it fails with EBADF
      When it triggers vectors 0 to 2 of MSI-X of device "nic"
      Then eventfd "one" was not signalled
      And eventfd "two" was not signalled
      And eventfd "three" <third>
      When it connects INTx of device "nic" to eventfd "one"
      Then it fails with EINVAL

      Examples:
        | which      | silent    | eventfds                                  | third              |
        | the second | two       | eventfd "one", a closed fd, eventfd "two" | was signalled once |
        | the third  | all three | eventfd "one", eventfd "two", a closed fd | was not signalled  |

    @VFIO-INT-23 @needs:device-with-msix
    Scenario: the first call is refused, and nothing is active
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 1 of MSI-X of device "nic" to eventfd "one", a closed fd
      Then it fails with EBADF
      When it triggers MSI-X of device "nic"
      Then it fails with EINVAL
      When it connects INTx of device "nic" to eventfd "two"
      And it triggers INTx of device "nic"
      Then eventfd "two" was signalled once

    @VFIO-INT-20 @needs:msix-causes
    Scenario: its table is written while the device does not answer there
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it writes "MASTER" to COMMAND of device "nic"
      And it connects MSI-X of device "nic" to eventfd "one"
      And it connects MSI-X of device "nic" to eventfd "two"
      Then device "nic" shows:
        | COMMAND | MASTER |
      When it sets "MEMORY" in COMMAND of device "nic"
      And device "nic" raises cause 1
      Then eventfd "two" was signalled once
      And eventfd "one" was not signalled

    @VFIO-INT-21 @needs:msix-causes
    Scenario: an entry that the user has spoiled is written again
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects MSI-X of device "nic" to eventfd "one"
      And it sets "MASTER" in COMMAND of device "nic"
      And it mmaps BAR 0 of device "nic" + 8 KiB as "table"
      And it stores the word 0 in buffer "table"
      And device "nic" raises cause 1
      Then eventfd "one" was not signalled
      When it connects MSI-X of device "nic" to eventfd "one"
      And device "nic" raises cause 1
      Then eventfd "one" was signalled once

    @VFIO-IRQ-05 @needs:msix-causes
    Scenario: all are disconnected
      Given a device "nic" with MSI-X
      When it binds device "nic" to the iommufd
      And it connects vectors 0 to 1 of MSI-X of device "nic" to eventfd "one", eventfd "two"
      And it sets "MASTER" in COMMAND of device "nic"
      And it disconnects MSI-X of device "nic"
      And device "nic" raises cause 3
      Then eventfd "one" was not signalled
      And eventfd "two" was not signalled
      When it triggers MSI-X of device "nic"
      Then it fails with EINVAL
      When device "nic" drops cause 3
      And it connects vectors 0 to 1 of MSI of device "nic" to eventfd "one", eventfd "two"
      Then it fails with EINVAL
      When it connects MSI-X of device "nic" to eventfd "three"
      And device "nic" raises cause 1
      Then eventfd "three" was signalled once
