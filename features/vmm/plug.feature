@needs:dma @needs:vfio-device @needs:proc
Feature: a device that a guest is given
  A VMM gives a device of the host to its guest, which from then on can let it read and write all of its memory. Whichever
  way the VMM takes, by the group of the device and a container or by an iommufd, the device sees the same.

  Background:
    Given a device "nic"

  Rule: it reaches what the guest has

    @VMM-ATT-08
    Scenario Outline: a device that is plugged by <backend> reaches RAM and ROM
      Given the guest has RAM "low" of 8 pages at 16 MiB
      And the guest has ROM "bios" of 2 pages at 64 MiB
      When the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the guest lets device "nic" write pattern "arrived" at 16 MiB + 3 pages
      Then the access goes through
      And the guest finds pattern "arrived" at 16 MiB + 3 pages

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend |
        | legacy  |

      Examples:
        | backend |
        | iommufd |

    @VMM-ATT-08
    Scenario Outline: a guest that has nothing when a device is plugged by <backend> is given memory later
      When the VMM plugs device "nic" by <backend>
      And the guest lets device "nic" read 1 page at 16 MiB
      Then the access is blocked
      When the VMM adds RAM "low" of 8 pages at 16 MiB
      Then device "nic" reaches all that the guest has, and nothing beside it

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend |
        | legacy  |

      Examples:
        | backend |
        | iommufd |

  Rule: what cannot be mapped fails the plug, and leaves nothing

    Scenario Outline: of three memories the second cannot be locked, by <backend>
      Given a VMM that may lock 16 pages
      And the guest has RAM "low" of 4 pages at 16 MiB
      And the guest has RAM "large" of 64 pages at 32 MiB
      And the guest has RAM "high" of 4 pages at 64 MiB
      When the VMM plugs device "nic" by <backend>
      Then the VMM refuses it: "Region large: it could not be mapped: ENOMEM"
      And process "VMM" has 0 pages <charge>
      When the VMM takes RAM "large" away
      And the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it
      And process "VMM" has 8 pages <charge>

      @VMM-ATT-08 @VMM-CB-15 @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      @VMM-ATT-08 @VMM-CB-15
      Examples:
        | backend | charge |
        | iommufd | pinned |

    @VMM-ATT-15
    Scenario Outline: memory that a guest with a device is given and that cannot be locked ends the VMM, by <backend>
      Given an iommufd "fresh"
      And a VMM that may lock 16 pages
      And the guest has RAM "low" of 4 pages at 16 MiB
      When the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the VMM adds RAM "large" of 64 pages at 32 MiB
      Then the VMM refuses it: "Region large: it could not be mapped: ENOMEM"
      And the VMM has ended
      When it opens device "nic"
      And it binds device "nic" to iommufd "fresh"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend |
        | legacy  |

      Examples:
        | backend |
        | iommufd |

    @VMM-ATT-12 @needs:host-driver
    Scenario Outline: a neighbour that the host uses is a reason to refuse a device, by <backend>
      Given a device "neighbour" in the group of device "nic" that the host can drive
      And the guest has RAM "low" of 4 pages at 16 MiB
      When device "neighbour" is bound to the host's driver
      And the VMM plugs device "nic" by <backend>
      Then the VMM refuses it: "<reason>"
      When device "neighbour" is bound to vfio-pci
      And the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend | reason        |
        | legacy  | is not viable |

      Examples:
        | backend | reason                              |
        | iommufd | EPERM |

    @VMM-CB-15
    Scenario Outline: a device that the guest has already is refused and stays with it, by <backend>
      Given the guest has RAM "low" of 4 pages at 16 MiB
      When the VMM plugs device "nic" by <backend>
      And the VMM plugs device "nic" by <backend>
      Then the VMM refuses it: "<reason>"
      And device "nic" reaches all that the guest has, and nothing beside it

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend | reason              |
        | legacy  | is already attached |

      Examples:
        | backend | reason |
        | iommufd | EINVAL |

  Rule: it reaches nothing once it was unplugged

    @VMM-ATT-14
    Scenario Outline: a device that is unplugged and plugged again, by <backend>
      Given the guest has RAM "low" of 8 pages at 16 MiB
      When the VMM plugs device "nic" by <backend>
      Then process "VMM" has 8 pages <charge>
      When the VMM unplugs device "nic"
      Then process "VMM" has 0 pages <charge>
      When the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend | charge |
        | legacy  | locked |

      Examples:
        | backend | charge |
        | iommufd | pinned |

    @VMM-ORD-06
    Scenario Outline: a VMM that quits undoes nothing, and the kernel does, by <backend>
      Given an iommufd "fresh"
      And the guest has RAM "low" of 8 pages at 16 MiB
      When the VMM plugs device "nic" by <backend>
      Then device "nic" reaches all that the guest has, and nothing beside it
      When the VMM quits
      And it opens device "nic"
      And it binds device "nic" to iommufd "fresh"
      Then it succeeds
      When device "nic" reads 1 page at 16 MiB
      Then the access is blocked

      @needs:type1-container @needs:vfio-group
      Examples:
        | backend |
        | legacy  |

      Examples:
        | backend |
        | iommufd |
