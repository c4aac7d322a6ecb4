@needs:intel-iommu @needs:hw-info
Feature: what a VT-d says that it has
  Two registers tell what a VT-d can do. A program reads them by IOMMU_GET_HW_INFO, and finds that it is so: the driver allows
  what they say, and refuses the rest.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "data" of 1 page

  Rule: what the registers say is allowed, what they do not say is refused

    @HW-VTD-66 @needs:intel-nesting
    Scenario: a unit in scalable mode has both stages, PASIDs and page requests
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it returns:
        | out_data_type | INTEL_VTD |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg                                             | ecap_reg                                                        |
        | with PSI, FS1GP, MGAW 47, SSLPS 3, MAMV 18, SAGAW 6 | with C, QI, IR, SC, SMPWCS, SMTS, NEST, PASID, PSS 19, PRS, PDS, FSTS, SSTS, SSADS, DT |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg           | ecap_reg          |
        | without FS5LP, CM | without SRS, EAFS, PT |
      Given a dirty-tracking nesting HWPT "parent" for device "nic" on IOAS "guest"
      When it stores struct iommu_hwpt_vtd_s1 in buffer "data":
        | pgtbl_addr | addr_width |
        |      1 MiB |         57 |
      And it calls IOMMU_HWPT_ALLOC with:
        | pt_id     | HWPT "parent" |
        | data_type | VTD_S1        |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it made HWPT "wide"
      When it attaches device "nic" to HWPT "wide"
      Then it fails with EINVAL

    @HW-VTD-66 @needs:basic-iommu @needs:hwpt-alloc
    Scenario: a unit in legacy mode has none of these
      Given a device "nic" attached to IOAS "guest"
      When it calls IOMMU_GET_HW_INFO with:
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then it returns:
        | out_data_type | INTEL_VTD |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg           | ecap_reg                                  |
        | with PSI, MAMV 18 | without SMTS, NEST, PASID, PRS, SSADS, SC |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | ecap_reg |
        | with QI  |
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest" |
        | flags | NEST_PARENT  |
      Then it fails with EOPNOTSUPP
      When it calls IOMMU_HWPT_ALLOC with:
        | pt_id | IOAS "guest"   |
        | flags | DIRTY_TRACKING |
      Then it fails with EOPNOTSUPP

    @HW-VTD-66 @needs:device-behind-another-iommu @needs:dma
    Scenario: an older unit has narrow addresses, beside one with wide ones
      Given a buffer "ram" of 2 pages
      And a device "nic" attached to IOAS "guest"
      And it maps 1 page of buffer "ram" into IOAS "guest" at 512 GiB read-write
      And an IOAS "narrow"
      And a device "old" behind another IOMMU attached to IOAS "narrow"
      When it calls IOMMU_GET_HW_INFO with:
        | dev_id    | device "old"  |
        | data_len  |      24 bytes |
        | data_uptr | buffer "data" |
      Then buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg                    | ecap_reg               |
        | with MGAW 38, SAGAW 2, CM  | without SMTS, NEST, SC |
      And buffer "data" holds struct iommu_hw_info_vtd:
        | cap_reg                         | ecap_reg |
        | without bit 16, bit 19, bit 20  | with DT  |
      And the usable IOVAs of IOAS "narrow" are:
        | 0        | 4078 MiB - 1 byte |
        | 4079 MiB | 512 GiB - 1 byte  |
      And device "nic" sees buffer "ram" at 512 GiB .. +1 page
      When it maps 1 page of buffer "ram" into IOAS "narrow" at 512 GiB read-write
      Then it fails with EINVAL
      When it maps 1 page of buffer "ram" + 1 page into IOAS "narrow" at 512 GiB - 1 page read-write
      Then device "old" sees buffer "ram" + 1 page at 512 GiB - 1 page .. +1 page
