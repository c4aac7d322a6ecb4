@needs:pasid
Feature: what IOMMU_TEST_CMD says of a PASID
  A program cannot ask which page table a PASID has. The test command can: it compares the page table with one that is named.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a device "nic" with PASIDs attached to IOAS "guest"
    And a PASID HWPT "own" for device "nic" on IOAS "guest"
    And a PASID HWPT "work" for device "nic" on IOAS "guest"
    When it attaches device "nic" to HWPT "own"
    And it attaches PASID 7 of device "nic" to HWPT "work"

  Rule: the page table of a PASID is no other

    @MOCK-24
    Scenario Outline: <id> is asked whether PASID <pasid> is attached to <table>
      When it calls IOMMU_TEST_CMD with:
        | op                  | PASID_CHECK_HWPT |
        | id                  | <id>             |
        | pasid_check.pasid   | <pasid>          |
        | pasid_check.hwpt_id | <table>          |
      Then it <outcome>
      And it wrote nothing back

      Examples: what it is attached to
        | id                | pasid | table       | outcome  |
        | mock device "nic" |     7 | HWPT "work" | succeeds |
        | mock device "nic" |     0 | HWPT "own"  | succeeds |
        | mock device "nic" |     8 |           0 | succeeds |

      Examples: what it is not attached to
        | id                | pasid | table        | outcome           |
        | mock device "nic" |     7 | HWPT "own"   | fails with EINVAL |
        | mock device "nic" |     7 |            0 | fails with EINVAL |
        | mock device "nic" |     0 | HWPT "work"  | fails with EINVAL |
        | mock device "nic" |     0 |            0 | fails with EINVAL |
        | mock device "nic" |     8 | HWPT "work"  | fails with EINVAL |

      Examples: what does not exist
        | id                | pasid | table          | outcome           |
        | no such object    |     7 | HWPT "work"    | fails with ENOENT |
        | IOAS "guest"      |     7 | HWPT "work"    | fails with ENOENT |
        | mock device "nic" |     7 | no such object | fails with ENOENT |
