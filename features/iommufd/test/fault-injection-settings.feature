@needs:fault-injection
Feature: the settings of fault injection
  Each kind of failure has files of debugfs that say which of the checks can fail. A setting holds until another is written.

  Background:
    Given an iommufd
    And an IOAS "guest"

  Rule: nothing fails before somebody says so

    @MOCK-32
    Scenario Outline: <file> says <text>
      Then file "/sys/kernel/debug/<file>" says "<text>"

      Examples:
        | file                                  | text |
        | fail_iommufd/probability              |    0 |
        | fail_iommufd/interval                 |    1 |
        | fail_iommufd/space                    |    0 |
        | fail_iommufd/task-filter              | N    |
        | failslab/probability                  |    0 |
        | failslab/ignore-gfp-wait              | Y    |
        | failslab/cache-filter                 | N    |
        | fail_page_alloc/probability           |    0 |
        | fail_page_alloc/ignore-gfp-wait       | Y    |
        | fail_page_alloc/ignore-gfp-highmem    | Y    |
        | fail_page_alloc/min-order             |    1 |

  Rule: fail_iommufd has the checks of iommufd fail that its settings name

    @MOCK-32
    Scenario: of six checks every third fails
      Given it writes "3" to file "/sys/kernel/debug/fail_iommufd/interval"
      And it writes "-1" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "100" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      And file "/sys/kernel/debug/fail_iommufd/times" says "-1"

    @MOCK-32
    Scenario Outline: nothing is counted <when>
      Given it writes "3" to file "/sys/kernel/debug/fail_iommufd/space"
      And it writes "<times>" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "<filter>" to file "/sys/kernel/debug/fail_iommufd/task-filter"
      And it writes "<probability>" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds
      And file "/sys/kernel/debug/fail_iommufd/space" says "3"
      And file "/sys/kernel/debug/fail_iommufd/times" says "<times>"

      Examples:
        | when                          | times | filter | probability |
        | while the probability is none |     2 | N      |           0 |
        | while no failure is left      |     0 | N      |         100 |
        | of a task that did not ask    |     2 | Y      |         100 |

    @MOCK-32
    Scenario: without a limit checks fail until they are told not to
      Given it writes "-1" to file "/sys/kernel/debug/fail_iommufd/times"
      And it writes "100" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it fails with ENOENT
      And file "/sys/kernel/debug/fail_iommufd/times" says "-1"
      Given it writes "0" to file "/sys/kernel/debug/fail_iommufd/probability"
      When it calls IOMMU_IOAS_IOVA_RANGES
      Then it succeeds

  @needs:device
  Rule: fail_page_alloc has no page left for a page table

    Background:
      Given a device "nic" attached to IOAS "guest"
      And a buffer "ram" of 4 pages
      And it writes "1" to file "/proc/self/make-it-fail"
      And it writes "Y" to file "/sys/kernel/debug/fail_page_alloc/task-filter"
      And it writes "0" to file "/sys/kernel/debug/fail_page_alloc/verbose"
      And it writes "-1" to file "/sys/kernel/debug/fail_page_alloc/times"

    @IOAS-MAP-41 @MOCK-32 @needs:page-table-types
    Scenario: a map needs a page of its own for the page table
      Given it writes "N" to file "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait"
      And it writes "0" to file "/sys/kernel/debug/fail_page_alloc/min-order"
      And it writes "100" to file "/sys/kernel/debug/fail_page_alloc/probability"
      When it maps 1 page of buffer "ram" into IOAS "guest" at 64 MiB read-write
      Then it fails with ENOMEM
      And nothing has changed
      Given it writes "0" to file "/sys/kernel/debug/fail_page_alloc/probability"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      Then device "nic" sees buffer "ram" at 64 MiB .. +4 pages

    @MOCK-32
    Scenario Outline: pages do not fail <which>
      Given it writes "<ignore>" to file "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait"
      And it writes "<order>" to file "/sys/kernel/debug/fail_page_alloc/min-order"
      And it writes "100" to file "/sys/kernel/debug/fail_page_alloc/probability"
      When it maps 4 pages of buffer "ram" into IOAS "guest" at 64 MiB read-write
      Then it succeeds
      Given it writes "0" to file "/sys/kernel/debug/fail_page_alloc/probability"
      Then device "nic" sees buffer "ram" at 64 MiB .. +4 pages
      And device "nic" does not see buffer "ram" at 64 MiB + 4 pages .. +1 page

      Examples:
        | which                              | ignore | order |
        | that may be waited for             | Y      |     0 |
        | of fewer in a row than are told to | N      |     1 |
