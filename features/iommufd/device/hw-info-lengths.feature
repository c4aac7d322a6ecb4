@needs:device @needs:hwpt-alloc @needs:test-cmd
Feature: IOMMU_GET_HW_INFO with a buffer at the end of memory
  The data of a mock device are two words. What fits is written, what is left of the buffer is cleared, and memory ends
  where the buffer does, so that no byte beyond it can be written.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" attached to IOAS "guest"
    And a buffer "data" of 2 pages
    And it munmaps 1 page of buffer "data" + 1 page

  Rule: no byte is written beyond the buffer, and none of it is left

    @HWINFO-05
    Scenario Outline: the last <length> of memory have room for the first word of the data
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>                          |
        | data_uptr | buffer "data" + 1 page - <length> |
      Then it succeeds
      And it returns:
        | data_len | 8 bytes |
      And buffer "data" + 1 page - <length> holds:
        | flags |
        |     0 |

      @HWINFO-20
      Examples:
        | length  |
        | 4 bytes |
        | 5 bytes |
        | 7 bytes |

    @HWINFO-06
    Scenario Outline: the last <length> of memory hold the data and zeros
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>                          |
        | data_uptr | buffer "data" + 1 page - <length> |
      Then it succeeds
      And it returns:
        | data_len | 8 bytes |
      And buffer "data" + 1 page - <length> holds struct iommu_test_hw_info:
        | flags | test_reg                      |
        |     0 | IOMMU_HW_INFO_SELFTEST_REGVAL |
      And buffer "data" + 1 page + 8 bytes - <length> holds:
        | behind   | behind   |
        | <behind> | <second> |

      @HWINFO-20
      Examples:
        | length   | behind | second |
        | 12 bytes |      0 |        |
        | 15 bytes |      0 |        |
        | 16 bytes |      0 |      0 |

  Rule: a buffer that memory ends in is an error, and what lies before has been written

    @HWINFO-21
    Scenario Outline: memory ends <real> into a buffer of <length>
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  | <length>                        |
        | data_uptr | buffer "data" + 1 page - <real> |
      Then it fails with EFAULT
      And it wrote nothing back
      And buffer "data" + 1 page - <real> holds struct iommu_test_hw_info:
        | flags | test_reg                      |
        |     0 | IOMMU_HW_INFO_SELFTEST_REGVAL |

      Examples:
        | length   | real     |
        |  9 bytes |  8 bytes |
        | 16 bytes |  8 bytes |
        | 16 bytes | 12 bytes |
