@needs:device
Feature: what a device cannot reach

  A device reaches what is mapped in its IOAS, and nothing else: not the next byte, not the memory of another IOAS, and not
  what a failed call left half done.

  Background:
    Given an iommufd
    And an IOAS "guest"
    And a buffer "ram" of 8 pages

  Rule: a mapping ends with its last byte

    @IOAS-MAP-13 @IOAS-MAP-17 @needs:dma
    Scenario Outline: <length> at <iova>, beside a mapping of 16 MiB .. +4 pages
      Given a device "nic" attached to IOAS "guest"
      When it maps 4 pages of buffer "ram" + 2 pages into IOAS "guest" at 16 MiB read-write
      And device "nic" reads <length> at <iova>
      Then the access is blocked
      When device "nic" reads <less> at <inside>
      Then the access goes through

      Examples:
        | length  | iova                     | less   | inside                    |
        | 1 byte  | 16 MiB - 1 byte          | 1 byte | 16 MiB                    |
        | 1 byte  | 16 MiB + 4 pages         | 1 byte | 16 MiB + 4 pages - 1 byte |
        | 2 bytes | 16 MiB - 1 byte          | 1 byte | 16 MiB                    |
        | 1 page  | 16 MiB + 3 pages + 1 byte | 1 page | 16 MiB + 3 pages          |
