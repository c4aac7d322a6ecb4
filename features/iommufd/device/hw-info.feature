@needs:device @needs:hwpt-alloc
Feature: IOMMU_GET_HW_INFO
  Tells a virtual machine monitor what IOMMU a device is behind: the kind of it, its registers in a struct of that kind,
  and what all kinds have in common. A struct may grow from release to release, so that the buffer of a program and the
  struct of the kernel can differ in length.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a buffer "data" of 2 pages

  Rule: what this kernel does not know is refused

    @HWINFO-01
    Scenario Outline: flags <flags> are refused, for <device>
      When it calls IOMMU_GET_HW_INFO with:
        | flags  | <flags>  |
        | dev_id | <device> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | flags              | device         |
        | bit 1              | device "nic"   |
        | bit 31             | device "nic"   |
        | INPUT_TYPE, bit 1  | device "nic"   |
        | INPUT_TYPE, bit 31 | no such object |

    @HWINFO-02
    Scenario Outline: a reserved byte, <field>, of <value> is refused, for <device>
      When it calls IOMMU_GET_HW_INFO with:
        | <field> | <value>  |
        | dev_id  | <device> |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | field         | value | device         |
        | __reserved[0] | bit 0 | device "nic"   |
        | __reserved[1] | bit 7 | device "nic"   |
        | __reserved[2] | bit 0 | device "nic"   |
        | __reserved[2] | bit 7 | no such object |

  Rule: only a bound device has information

    @HWINFO-03
    Scenario Outline: <object> is refused in place of a device
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id    | <object>      |
        | data_len  |       8 bytes |
        | data_uptr | buffer "data" |
      Then it fails with ENOENT
      And it wrote nothing back

      Examples:
        | object                         |
        | no such object                 |
        | IOAS "guest"                   |
        | the page table of device "nic" |

  Rule: as much as fits is written, and the whole length is told

    @HWINFO-04 @needs:test-cmd
    Scenario Outline: a buffer without room, at <address>, is not written
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  |   0 bytes |
        | data_uptr | <address> |
      Then it succeeds
      And it returns:
        | data_len           |             8 bytes |
        | data_uptr          | <address>           |
        | out_data_type      | SELFTEST            |
        | out_max_pasid_log2 |                   0 |
        | out_capabilities   | with DIRTY_TRACKING |

      @HWINFO-20
      Examples:
        | address       |
        | null          |
        | a bad pointer |
        | buffer "data" |

    @HWINFO-20 @needs:test-cmd
    Scenario Outline: a buffer with room for <length> of the 8 bytes is filled
      When it stores struct iommu_test_hw_info in buffer "data":
        | flags  | test_reg |
        | bit 31 | bit 31   |
      And it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>      |
        | data_uptr | buffer "data" |
      Then it succeeds
      And it returns:
        | data_len | 8 bytes |
      And buffer "data" holds struct iommu_test_hw_info:
        | flags   | test_reg   |
        | <flags> | <test_reg> |

      @HWINFO-05
      Examples: not all of them
        | length  | flags  | test_reg                      |
        | 0 bytes | bit 31 | bit 31                        |
        | 3 bytes | bit 31 | bit 31                        |
        | 4 bytes |      0 | bit 31                        |

      Examples: all of them
        | length  | flags  | test_reg                      |
        | 8 bytes |      0 | IOMMU_HW_INFO_SELFTEST_REGVAL |

    @HWINFO-20 @needs:test-cmd
    Scenario Outline: a buffer of <length>, of which the data take 8 bytes, is cleared behind them
      When it stores an array of struct iommu_test_hw_info in buffer "data":
        | flags  | test_reg |
        | bit 31 | bit 31   |
        | bit 31 | bit 31   |
        | bit 31 | bit 31   |
      And it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>      |
        | data_uptr | buffer "data" |
      Then it succeeds
      And it returns:
        | data_len | 8 bytes |
      And buffer "data" holds an array of struct iommu_test_hw_info:
        | flags   | test_reg                      |
        |       0 | IOMMU_HW_INFO_SELFTEST_REGVAL |
        | <third> | <fourth>                      |
        | <fifth> | bit 31                        |

      Examples: exactly enough
        | length   | third  | fourth | fifth  |
        |  8 bytes | bit 31 | bit 31 | bit 31 |

      @HWINFO-06
      Examples: more than enough
        | length   | third  | fourth | fifth  |
        | 12 bytes |      0 | bit 31 | bit 31 |
        | 15 bytes |      0 | bit 31 | bit 31 |
        | 16 bytes |      0 |      0 | bit 31 |
        | 20 bytes |      0 |      0 |      0 |

    @HWINFO-07
    Scenario Outline: a buffer of <length> at <address> cannot be written
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>  |
        | data_uptr | <address> |
      Then it fails with EFAULT
      And it wrote nothing back

      Examples:
        | length  | address       |
        |  1 byte | null          |
        |  1 byte | a bad pointer |
        | 8 bytes | a bad pointer |
        | 2 pages | a bad pointer |

    @HWINFO-07
    Scenario Outline: a buffer has room for 2 pages, the second of which is <sort>
      Given <sort> "rest" of 1 page over buffer "data" + 1 page
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  |       2 pages |
        | data_uptr | buffer "data" |
      Then it fails with EFAULT
      And it wrote nothing back
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  |        1 page |
        | data_uptr | buffer "data" |
      Then it succeeds

      Examples:
        | sort                   |
        | a read-only buffer     |
        | an inaccessible buffer |

  Rule: a program may ask for the kind of data that it knows

    @HWINFO-08
    Scenario Outline: the type <type> does not matter without INPUT_TYPE, where there is <kind>
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | none   |
        | in_data_type | <type> |
      Then it succeeds
      And it returns:
        | in_data_type  | <kind> |
        | out_data_type | <kind> |

      @needs:test-cmd
      Examples: mock devices
        | type           | kind     |
        | INTEL_VTD      | SELFTEST |
        | TEGRA241_CMDQV | SELFTEST |
        | bit 31         | SELFTEST |

      @needs:intel-iommu
      Examples: devices behind a VT-d
        | type       | kind      |
        | ARM_SMMUV3 | INTEL_VTD |
        | bit 31     | INTEL_VTD |

    @HWINFO-09 @needs:hw-info
    Scenario Outline: the type <type>, which the IOMMU does not have, is refused
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | INPUT_TYPE |
        | in_data_type | <type>     |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back

      Examples:
        | type           |
        | TEGRA241_CMDQV |
        | bit 31         |

      @needs:intel-iommu
      Examples: devices behind a VT-d
        | type       |
        | ARM_SMMUV3 |
        | AMD        |

    @HWINFO-10 @needs:test-cmd
    Scenario Outline: the type <type> is answered by the selftest
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | INPUT_TYPE    |
        | in_data_type | <type>        |
        | data_len     |       8 bytes |
        | data_uptr    | buffer "data" |
      Then it succeeds
      And it returns:
        | in_data_type  | SELFTEST |
        | out_data_type | SELFTEST |
        | data_len      |  8 bytes |
      And buffer "data" holds struct iommu_test_hw_info:
        | flags | test_reg                      |
        |     0 | IOMMU_HW_INFO_SELFTEST_REGVAL |

      @ABI-30
      Examples:
        | type     |
        | DEFAULT  |
        | SELFTEST |

    @HWINFO-10 @needs:intel-iommu
    Scenario Outline: the type <type> is answered by VT-d
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | INPUT_TYPE    |
        | in_data_type | <type>        |
        | data_len     |      24 bytes |
        | data_uptr    | buffer "data" |
      Then it succeeds
      And it returns:
        | in_data_type  | INTEL_VTD |
        | out_data_type | INTEL_VTD |
        | data_len      |  24 bytes |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | flags               | cap_reg  |
        | ERRATA_772415_SPR17 | with PSI |

      @ABI-30
      Examples:
        | type      |
        | DEFAULT   |
        | INTEL_VTD |

  Rule: the capabilities are those of the device

    @HWINFO-12 @needs:test-cmd
    Scenario: a device whose IOMMU does not track dirty pages is beside one whose IOMMU does
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS          |
        | id                          | IOAS "guest"               |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_NO_DIRTY |
      Then it made bound device "plain"
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | bound device "plain" |
      Then it succeeds
      And it returns:
        | out_data_type    | SELFTEST               |
        | out_capabilities | without DIRTY_TRACKING |
      When it calls IOMMU_GET_HW_INFO
      Then it returns:
        | out_capabilities | with DIRTY_TRACKING |

    @HWINFO-12 @HWINFO-15 @needs:basic-iommu
    Scenario: a device is behind a VT-d that does not track dirty pages
      When it calls IOMMU_GET_HW_INFO with:
        | out_capabilities | U64_MAX |
      Then it succeeds
      And it returns:
        | out_data_type    | INTEL_VTD              |
        | out_capabilities | without DIRTY_TRACKING |

    @HWINFO-13
    Scenario: a device has no PASIDs
      When it calls IOMMU_GET_HW_INFO with:
        | out_max_pasid_log2 |      20 |
        | out_capabilities   | U64_MAX |
      Then it succeeds
      And it returns:
        | out_max_pasid_log2 |                                      0 |
        | out_capabilities   | without PCI_PASID_EXEC, PCI_PASID_PRIV |

    @HWINFO-13 @HWINFO-14 @needs:test-cmd
    Scenario: a device with PASIDs of 20 bits is no PCI device
      When it calls IOMMU_TEST_CMD with:
        | op                          | MOCK_DOMAIN_FLAGS       |
        | id                          | IOAS "guest"            |
        | mock_domain_flags.dev_flags | MOCK_FLAGS_DEVICE_PASID |
      Then it made bound device "shared"
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | bound device "shared" |
      Then it succeeds
      And it returns:
        | out_max_pasid_log2 |                                    20 |
        | out_capabilities   | DIRTY_TRACKING, PCI_ATS_NOT_SUPPORTED |

    @HWINFO-14
    Scenario: a device cannot use ATS
      When it calls IOMMU_GET_HW_INFO
      Then it succeeds
      And it returns:
        | out_capabilities | with PCI_ATS_NOT_SUPPORTED |

    @HWINFO-14
    Scenario Outline: a device with <what> can use ATS, and one beside it cannot
      Given a device "kept" <wish> attached to IOAS "guest"
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | device "kept" |
      Then it returns:
        | out_capabilities | without PCI_ATS_NOT_SUPPORTED |
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id | device "nic" |
      Then it returns:
        | out_capabilities | with PCI_ATS_NOT_SUPPORTED |

      @needs:device-with-pasids
      Examples: which goes with it
        | what   | wish        |
        | PASIDs | with PASIDs |

      @needs:device-with-tlb
      Examples: alone
        | what             | wish              |
        | a TLB of its own | with a device TLB |

  Rule: a VT-d unit shows its capability registers: page-selective and queued invalidation, and reserved bits of 0

    @HWINFO-15 @needs:intel-iommu
    Scenario: the registers of a VT-d unit are told
      When it stores struct iommu_hw_info_vtd in buffer "data":
        | flags  | __reserved | cap_reg | ecap_reg |
        | bit 31 | bit 31     | U64_MAX | U64_MAX  |
      And it calls IOMMU_GET_HW_INFO with:
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it succeeds
      And it returns:
        | data_len      |  24 bytes |
        | out_data_type | INTEL_VTD |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | flags               | __reserved |
        | ERRATA_772415_SPR17 |          0 |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg  | ecap_reg |
        | with PSI | with QI  |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg        | ecap_reg      |
        | without bit 14 | without bit 5 |

  @needs:amd-iommu
  Rule: an AMD IOMMU shows its registers of extended features

    Background:
      Given it stores struct iommu_hw_info_amd in buffer "data":
        | efr     | efr2    |
        | U64_MAX | U64_MAX |

    @HWINFO-18
    Scenario Outline: the registers are told for type <type>, with <flags>
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | <flags>       |
        | in_data_type | <type>        |
        | data_len     |      16 bytes |
        | data_uptr    | buffer "data" |
      Then it succeeds
      And it returns:
        | data_len         |               16 bytes |
        | out_data_type    | AMD                    |
        | out_capabilities | without DIRTY_TRACKING |
      And buffer "data" holds struct iommu_hw_info_amd:
        | efr        | efr2           |
        | with IASup | without bit 63 |
      And buffer "data" holds struct iommu_hw_info_amd:
        | efr           |
        | without HDSup |

      Examples:
        | flags      | type       |
        | none       | DEFAULT    |
        | none       | ARM_SMMUV3 |
        | INPUT_TYPE | DEFAULT    |
        | INPUT_TYPE | AMD        |

    @HWINFO-18
    Scenario Outline: the type <type>, which an AMD IOMMU does not have, is refused
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | INPUT_TYPE    |
        | in_data_type | <type>        |
        | data_len     |      16 bytes |
        | data_uptr    | buffer "data" |
      Then it fails with EOPNOTSUPP
      And it wrote nothing back
      And buffer "data" holds struct iommu_hw_info_amd:
        | efr     | efr2    |
        | U64_MAX | U64_MAX |

      Examples:
        | type       |
        | INTEL_VTD  |
        | ARM_SMMUV3 |
        | bit 31     |

  @needs:virtio-iommu
  Rule: a virtio-iommu has nothing to show, whatever it is asked for

    @HWINFO-11
    Scenario Outline: nothing is told for type <type>, with <flags>
      Given it stores struct iommu_hw_info_amd in buffer "data":
        | efr     | efr2    |
        | U64_MAX | U64_MAX |
      When it calls IOMMU_GET_HW_INFO with:
        | flags        | <flags>       |
        | in_data_type | <type>        |
        | data_len     |      16 bytes |
        | data_uptr    | buffer "data" |
      Then it succeeds
      And it returns:
        | data_len           |                      0 |
        | out_data_type      | NONE                   |
        | out_max_pasid_log2 |                      0 |
        | out_capabilities   | without DIRTY_TRACKING |
      And buffer "data" holds struct iommu_hw_info_amd:
        | efr | efr2 |
        |   0 |    0 |

      Examples:
        | flags | type      |
        | none  | DEFAULT   |
        | none  | INTEL_VTD |

      @HWINFO-10
      Examples: a type that is asked for
        | flags      | type      |
        | INPUT_TYPE | DEFAULT   |
        | INPUT_TYPE | INTEL_VTD |
        | INPUT_TYPE | bit 31    |
