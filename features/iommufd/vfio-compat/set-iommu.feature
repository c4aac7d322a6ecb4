@needs:vfio-compat
Feature: VFIO_SET_IOMMU and VFIO_CHECK_EXTENSION of an iommufd

  A program for VFIO containers can be given an iommufd in place of a container. The ioctls of the container then act on
  the IOAS that IOMMU_VFIO_IOAS has set.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: an iommufd is a VFIO container of API version 0

    @VFIO-01
    Scenario Outline: <extension> is offered
      When it calls VFIO_GET_API_VERSION
      Then it returns 0
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 1

      @VFIO-02
      Examples:
        | extension          |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |
        | VFIO_UNMAP_ALL     |

    @VFIO-05
    Scenario Outline: <extension> is not offered
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_TYPE1_IOMMU
      Then it returns 1
      When it calls VFIO_CHECK_EXTENSION with the argument <extension>
      Then it returns 0

      @VFIO-02
      Examples: of other IOMMUs
        | extension                         |
        | VFIO_SPAPR_TCE_IOMMU              |
        | VFIO_SPAPR_TCE_v2_IOMMU           |
        | VFIO_EEH                          |
        | __VFIO_RESERVED_TYPE1_NESTING_IOMMU |

      @VFIO-02
      Examples: of the container only
        | extension         |
        | VFIO_UPDATE_VADDR |

      @VFIO-02
      Examples: unknown
        | extension            |
        |                    0 |
        |                   11 |
        |           4294967297 |
        | 18446744073709551615 |

    @VFIO-06 @needs:noiommu
    Scenario: a kernel has devices without an IOMMU
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_NOIOMMU_IOMMU
      Then it returns 1

  Rule: DMA is coherent if all page tables enforce it

    @VFIO-03
    Scenario Outline: no IOAS is <state>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And it <undoing>
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it fails with ENODEV

      Examples:
        | state          | undoing                |
        | set any more   | calls IOMMU_VFIO_IOAS  |
        | there any more | destroys IOAS "guest"  |

    @VFIO-04 @DEV-26 @needs:basic-iommu
    Scenario: a page table does not enforce it
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1
      Given a device "nic" attached to IOAS "guest"
      When it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 0
      When it detaches device "nic"
      And it calls VFIO_CHECK_EXTENSION with the argument VFIO_DMA_CC_IOMMU
      Then it returns 1

  Rule: the IOMMU of a container is of type 1

    @VFIO-08
    Scenario Outline: type <type> is refused, and <state>
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | <op>         |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with EINVAL
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | type                              | state           | op    |
        | VFIO_SPAPR_TCE_IOMMU              | an IOAS is set  | SET   |
        | VFIO_SPAPR_TCE_v2_IOMMU           | no IOAS is set  | CLEAR |
        | __VFIO_RESERVED_TYPE1_NESTING_IOMMU | an IOAS is set  | SET   |
        | VFIO_NOIOMMU_IOMMU                | an IOAS is set  | SET   |
        | VFIO_NOIOMMU_IOMMU                | no IOAS is set  | CLEAR |
        | 0                                 | an IOAS is set  | SET   |
        | 4294967297                        | an IOAS is set  | SET   |
        | 4294967297                        | no IOAS is set  | CLEAR |

    @VFIO-07
    Scenario Outline: <type> is refused, and no IOAS is set
      When it calls VFIO_SET_IOMMU with the argument <type>
      Then it fails with ENODEV
      And the huge pages option of IOAS "guest" is 1

      Examples:
        | type               |
        | VFIO_TYPE1_IOMMU   |
        | VFIO_TYPE1v2_IOMMU |

  Rule: the type can be set again and again

    @VFIO-09 @VFIO-10
    Scenario: version 2 is set, then version 1, then version 2
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it returns 0
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it returns 0
      And the huge pages option of IOAS "guest" is 1
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      Then it returns 0
      And the huge pages option of IOAS "guest" is 0
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
      Then it returns 0
      And the huge pages option of IOAS "guest" is 0

  Rule: version 1 maps pages one by one, which cannot begin when some are mapped already

    @VFIO-10
    Scenario: an IOAS with neither a mapping nor a page table takes version 1
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0
      And the IOVA alignment of IOAS "guest" is 1 page

    @VFIO-10 @needs:device
    Scenario: an IOAS with a mapping and a page table refuses version 1
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      And a device "nic" attached to IOAS "guest"
      And it maps 2 pages of buffer "ram" into IOAS "guest" at 16 MiB read-write
      When it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      Then it fails with EINVAL
      And nothing has changed
      And the huge pages option of IOAS "guest" is 1
      When it unmaps everything from IOAS "guest"
      And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1_IOMMU
      Then it succeeds
      And the huge pages option of IOAS "guest" is 0

  Rule: an iommufd has no other command of a container

    @VFIO-31
    Scenario: dirty pages are not for containers any more
      Given it calls IOMMU_VFIO_IOAS with:
        | op      | SET          |
        | ioas_id | IOAS "guest" |
      When it calls VFIO_IOMMU_DIRTY_PAGES
      Then it fails with ENOTTY
      And it wrote nothing back
