Feature: a PASID moves to another page table
  The page table of an attached PASID is replaced by another one without a detach in between, be it one of an IOAS or one
  of a guest. What cannot be replaced stays.

  Background:
    Given an iommufd
    And an IOAS "guest"

  @needs:pasid
  Rule: the page table of a PASID is replaced, or stays

    Background:
      Given a device "nic" with PASIDs attached to IOAS "guest"
      And a HWPT "plain" for device "nic" on IOAS "guest"
      And a PASID HWPT "own" for device "nic" on IOAS "guest"
      And a PASID HWPT "work" for device "nic" on IOAS "guest"
      And a nesting PASID HWPT "stage 2" for device "nic" on IOAS "guest"
      And a nested PASID HWPT "stage 1" for device "nic" on HWPT "stage 2"
      When it attaches device "nic" to HWPT "own"

    @PASID-11 @MOCK-24
    Scenario Outline: a PASID moves to HWPT <name>
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it attaches PASID 2 of device "nic" to HWPT "own"
      And it moves PASID 1 of device "nic" to HWPT <name>
      Then it returns:
        | pasid_replace.pt_id | HWPT <name> |
      And PASID 1 of device "nic" is attached to HWPT <name>
      And PASID 2 of device "nic" is attached to HWPT "own"
      And PASID 0 of device "nic" is attached to HWPT "own"
      When it destroys HWPT "work"
      Then it succeeds
      When it destroys HWPT <name>
      Then it fails with EBUSY

      Examples:
        | name      |
        | "own"     |
        | "stage 1" |
        | "stage 2" |

    @PASID-11
    Scenario: a PASID moves to where it stands
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 1 of device "nic" to HWPT "work"
      Then it succeeds
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it detaches PASID 1 of device "nic"
      And it destroys HWPT "work"
      Then it succeeds

    @PASID-10
    Scenario: a PASID that is not attached has nothing to replace
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 2 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID 2 of device "nic" is not attached
      When it detaches PASID 1 of device "nic"
      And it moves PASID 1 of device "nic" to HWPT "work"
      Then it fails with EINVAL
      And PASID 1 of device "nic" is not attached
      When it destroys HWPT "work"
      Then it succeeds

    @PASID-12
    Scenario Outline: a PASID cannot move to <object>
      When it attaches PASID 1 of device "nic" to HWPT "work"
      And it moves PASID 1 of device "nic" to <object>
      Then it fails with <errno>
      And PASID 1 of device "nic" is attached to HWPT "work"
      When it destroys HWPT "plain"
      Then it succeeds
      When it destroys HWPT "work"
      Then it fails with EBUSY

      Examples:
        | object         | errno  |
        | HWPT "plain"   | EINVAL |
        | IOAS "guest"   | EINVAL |
        | no such object | ENOENT |
    # The driver of mock devices refuses PASID 1024 every second time.

    @MOCK-23 @PASID-14
    Scenario: a detach reconciles the driver with PASID 1024
      When it attaches PASID 1024 of device "nic" to HWPT "work"
      And it detaches PASID 1024 of device "nic"
      And it attaches PASID 1024 of device "nic" to HWPT "own"
      Then it succeeds
      And PASID 1024 of device "nic" is attached to HWPT "own"
      When it detaches PASID 1024 of device "nic"
      And it destroys HWPT "work"
      Then it succeeds

    @PASID-12 @MOCK-23
    Scenario: the driver refuses the new page table
      When it attaches PASID 1024 of device "nic" to HWPT "work"
      And it moves PASID 1024 of device "nic" to HWPT "stage 1"
      Then it fails with ENOMEM
      And PASID 1024 of device "nic" is attached to HWPT "work"
      When it destroys HWPT "stage 1"
      Then it succeeds
      When it destroys HWPT "work"
      Then it fails with EBUSY
      When it moves PASID 1024 of device "nic" to HWPT "own"
      Then PASID 1024 of device "nic" is attached to HWPT "own"
