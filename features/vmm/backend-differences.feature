@needs:dma @needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: where the two back ends differ for a guest
  What its devices reach is the same, whichever way they came. These are the differences that whoever moves a VMM from one to the
  other can see.

  Background:
    Given a device "nic"
    And the guest has RAM "low" of 8 pages at 16 MiB

  Rule: a group is of one back end

    @VMM-ATT-16 @needs:shared-group
    Scenario Outline: after a device by <first> its neighbour is refused by <second>
      Given a device "neighbour" in the group of device "nic"
      When the VMM plugs device "nic" by <first>
      And the VMM plugs device "neighbour" by <second>
      Then the VMM refuses it: "EBUSY"
      And device "nic" reaches all that the guest has, and nothing beside it
      When the VMM plugs device "neighbour" by <first>
      Then device "neighbour" reaches all that the guest has, and nothing beside it
      When the VMM unplugs device "nic"
      And the VMM unplugs device "neighbour"
      And the VMM plugs device "neighbour" by <second>
      Then device "neighbour" reaches all that the guest has, and nothing beside it

      Examples:
        | first   | second  |
        | legacy  | iommufd |
        | iommufd | legacy  |

  Rule: memory counts as locked, or as pinned

    @VMM-ATT-17 @needs:proc
    Scenario Outline: a guest with a device by <backend> is charged once, and no more for a second device
      Given a device "disk"
      When the VMM plugs device "nic" by <backend>
      And the VMM plugs device "disk" by <backend>
      Then process "VMM" has <locked> locked
      And process "VMM" has <pinned> pinned
      And device "disk" reaches all that the guest has, and nothing beside it
      When the VMM adds RAM "high" of 4 pages at 64 MiB
      And the VMM takes RAM "low" away
      Then device "nic" reaches all that the guest has, and nothing beside it
      And process "VMM" has <locked later> locked
      And process "VMM" has <pinned later> pinned

      @needs:two-devices
      Examples:
        | backend | locked  | pinned  | locked later | pinned later |
        | legacy  | 8 pages | 0 pages | 4 pages      | 0 pages      |
        | iommufd | 0 pages | 8 pages | 0 pages      | 4 pages      |

  Rule: what a device wrote is known, or is not

    @VMM-DRT-03 @needs:intel-nesting
    Scenario: by legacy all that is pinned is dirty, and by iommufd what was written
      When the VMM plugs device "nic" by legacy
      And the VMM begins to log dirty pages
      And the guest lets device "nic" write pattern "arrived" at 16 MiB + 3 pages
      Then the VMM finds every page of RAM "low" dirty
      When the VMM ends its log of dirty pages
      And the VMM unplugs device "nic"
      And the VMM plugs device "nic" by iommufd
      And the VMM begins to log dirty pages
      And the guest lets device "nic" write pattern "again" at 16 MiB + 3 pages
      Then the VMM finds page 3 of RAM "low" dirty
