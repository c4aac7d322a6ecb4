@needs:device @needs:hwpt-alloc
Feature: IOMMU_GET_HW_INFO behind other IOMMUs
  An AMD IOMMU has two registers that tell what it can do. A virtio-iommu has none, and its driver tells nothing.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a buffer "data" of 2 pages

  @needs:amd-iommu
  Rule: an AMD IOMMU shows its registers of extended features

    Background:
      Given it stores struct iommu_hw_info_amd in buffer "data":
        | efr     | efr2    |
        | U64_MAX | U64_MAX |

    @HWINFO-18
    Scenario Outline: type <type>, with <flags>
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
        | with bit 6 | without bit 63 |
      And buffer "data" holds struct iommu_hw_info_amd:
        | efr            |
        | without bit 52 |

      Examples:
        | flags      | type       |
        | none       | DEFAULT    |
        | none       | ARM_SMMUV3 |
        | INPUT_TYPE | DEFAULT    |
        | INPUT_TYPE | AMD        |

    @HWINFO-18
    Scenario Outline: the type <type>, which an AMD IOMMU does not have
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
    Scenario Outline: type <type> of what there is none, with <flags>
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
