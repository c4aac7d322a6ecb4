@needs:virtio-requests
Feature: what a virtio-iommu answers
  A driver asks for endpoints to be attached to domains, and for mappings in these. Linux asks for nothing that is wrong, so here the
  suite is the driver. "nic" and "disk" are behind the virtio-iommu, and Linux does not know it: to it they are in noiommu mode. The
  page table that they are attached to tells where "ram" is in physical memory. At first an endpoint without a domain reaches nothing.

  Background:
    Given an iommufd
    And an IOAS "memory"
    And a buffer "ram" of 1 page
    And it maps 1 page of buffer "ram" into IOAS "memory" at 16 MiB read-write
    And a device "nic" in noiommu mode attached to IOAS "memory"
    And it calls IOMMU_IOAS_NOIOMMU_GET_PA
    And bypass of the virtio-iommu is set to 0

  Rule: its configuration tells what may be asked for, to a driver that has reset it as well

    @HW-VIO-02
    Scenario: a reset leaves its pages, its addresses, its domains and its room for properties
      Then the configuration of the virtio-iommu is:
        | page_size_mask     | U64_MAX - 1 page + 1 byte |
        | input_range.start  | 0                         |
        | input_range.end    | U64_MAX                   |
        | domain_range.start | 0                         |
        | domain_range.end   | 4 GiB - 1                 |
        | probe_size         | 512                       |
      When bypass of the virtio-iommu is set to 1
      And the virtio-iommu is reset
      Then the configuration of the virtio-iommu is:
        | page_size_mask   | U64_MAX - 1 page + 1 byte |
        | input_range.end  | U64_MAX                   |
        | domain_range.end | 4 GiB - 1                 |
        | probe_size       | 512                       |
      And bypass of the virtio-iommu is 1

  Rule: a request that the device does not understand comes back as it was

    Scenario Outline: <what> is not answered, and changes nothing
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request   | length   | room   | answer   |
        | <request> | <length> | <room> | <answer> |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page

      @HW-VIO-05
      Examples:
        | what                            | request | length   | room    | answer             |
        | an UNMAP without its range      | UNMAP   | 8 bytes  | 4 bytes | nothing            |
        | a DETACH that ends a byte early | DETACH  | 19 bytes | 4 bytes | nothing            |
        | room for three bytes            | DETACH  | 20 bytes | 3 bytes | nothing or stopped |

      @HW-VIO-06
      Examples:
        | what            | request | length   | room    | answer  |
        | an unknown type | type 9  | 20 bytes | 4 bytes | nothing |

    @HW-VIO-07
    Scenario: what is reserved in the head is ignored
      When the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | head     | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | 0xff00ff | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | 0xffffff | OK     |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | head | answer |
        | UNMAP   | 1      | 32 MiB     | 32 MiB + 1 page - 1 byte | 1    | OK     |
      Then device "nic" does not see buffer "ram" at 32 MiB .. +1 page

  Rule: an endpoint without a domain goes by the field bypass, one with a domain does not

    @HW-VIO-22
    Scenario Outline: bypass <bypass>: an endpoint without a domain <without>, one in a domain goes by that
      When bypass of the virtio-iommu is set to <bypass>
      Then device "nic" <without> buffer "ram" at the physical address .. +1 page
      When the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      And device "nic" does not see buffer "ram" at the physical address .. +1 page
      When the virtio-iommu is asked:
        | request | domain | endpoint     | flags  | answer |
        | ATTACH  | 2      | device "nic" | BYPASS | OK     |
      Then device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | endpoint     | answer |
        | DETACH  | 2      | device "nic" | OK     |
      Then device "nic" <without> buffer "ram" at the physical address .. +1 page

      Examples:
        | bypass | without      |
        | 0      | does not see |
        | 1      | sees         |

    @HW-VIO-11 @HW-VIO-48
    Scenario: a reset ends domains and attachments, and leaves bypass as it is
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is reset
      Then bypass of the virtio-iommu is 0
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | answer |
        | UNMAP   | 1      | 32 MiB     | 32 MiB + 1 page - 1 byte | NOENT  |
      When bypass of the virtio-iommu is set to 1
      And the virtio-iommu is asked:
        | request | domain | endpoint     | answer |
        | ATTACH  | 1      | device "nic" | OK     |
      Then device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is reset
      Then bypass of the virtio-iommu is 1
      And device "nic" sees buffer "ram" at the physical address .. +1 page

  Rule: an attach that is wrong is refused

    Scenario Outline: an attach with <case> is refused
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain | endpoint   | flags   | reserved   | answer   |
        | ATTACH  | 2      | <endpoint> | <flags> | <reserved> | <answer> |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | answer |
        | UNMAP   | 2      | 32 MiB     | 32 MiB + 1 page - 1 byte | NOENT  |

      @HW-VIO-13
      Examples:
        | case                           | endpoint     | flags  | reserved | answer |
        | an endpoint that is not there  | 0xfff8       |        |          | NOENT  |
        | a flag that is unknown         | device "nic" | bit 1  |          | INVAL  |
        | the last flag                  | device "nic" | bit 31 |          | INVAL  |
        | a reserved field that is not 0 | device "nic" |        | 1        | INVAL  |

    @HW-VIO-14
    Scenario: a domain is, for all its endpoints, what its first one wanted
      Given a device "disk" in noiommu mode attached to IOAS "memory"
      And the virtio-iommu is asked:
        | request | domain | endpoint      | virt_start | virt_end                 | phys_start           | flags  | answer |
        | ATTACH  | 1      | device "nic"  |            |                          |                      |        | OK     |
        | MAP     | 1      |               | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ   | OK     |
        | ATTACH  | 2      | device "disk" |            |                          |                      | BYPASS | OK     |
      When the virtio-iommu is asked:
        | request | domain | endpoint      | flags  | answer |
        | ATTACH  | 1      | device "disk" | BYPASS | INVAL  |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      And device "disk" does not see buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | endpoint      | flags  | answer |
        | ATTACH  | 2      | device "disk" | BYPASS | OK     |
        | ATTACH  | 2      | device "nic"  |        | INVAL  |
      Then device "disk" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at the physical address .. +1 page

    @HW-VIO-14
    Scenario: an endpoint that is alone in its domain cannot make another sort of it
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain | endpoint     | flags  | answer |
        | ATTACH  | 1      | device "nic" | BYPASS | INVAL  |
      Then device "nic" does not see buffer "ram" at the physical address .. +1 page

    @HW-VIO-12
    Scenario Outline: domain <domain>, one end of what there is, is a domain as others
      When the virtio-iommu is asked:
        | request | domain   | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | <domain> | device "nic" |            |                          |                      |       | OK     |
        | MAP     | <domain> |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain   | endpoint     | answer |
        | DETACH  | <domain> | device "nic" | OK     |
      Then device "nic" does not see buffer "ram" at 32 MiB .. +1 page

      Examples:
        | domain      |
        |           0 |
        | 4 GiB - 1   |

  Rule: a detach is of an endpoint that is there

    @HW-VIO-19
    Scenario Outline: a detach of <case> leaves the device where it is
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain   | endpoint   | answer   |
        | DETACH  | <domain> | <endpoint> | <answer> |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page

      Examples:
        | case                          | domain | endpoint     | answer               |
        | an endpoint that is not there | 1      | 0xfff8       | NOENT                |
        | a domain that is not there    | 2      | device "nic" | OK or INVAL or NOENT |

    @HW-VIO-19
    Scenario: what is reserved is ignored, and a second detach changes nothing
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      And device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | endpoint     | reserved | answer               |
        | DETACH  | 1      | device "nic" | 7        | OK                   |
        | DETACH  | 1      | device "nic" |          | OK or INVAL or NOENT |
      Then device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      And device "nic" does not see buffer "ram" at the physical address .. +1 page

  Rule: a map that is wrong is refused, and maps nothing

    @HW-VIO-23
    Scenario: a domain that translates nothing has no mappings
      When the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags  | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      | BYPASS | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ   | INVAL  |
        | UNMAP   | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte |                      |        | INVAL  |
      Then device "nic" sees buffer "ram" at the physical address .. +1 page
      And device "nic" does not see buffer "ram" at 32 MiB .. +1 page

    Scenario Outline: a map with <case> leaves what is mapped as it was
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain   | virt_start | virt_end | phys_start | flags | answer   |
        | MAP     | <domain> | <start>    | <end>    | <physical> | WRITE | <answer> |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When device "nic" writes pattern "strewn" at <beside>
      Then the access is blocked
      When device "nic" writes pattern "strewn" at 32 MiB
      Then the access is blocked

      @HW-VIO-25
      Examples:
        | case                                       | domain | start           | end                       | physical                      | answer | beside          |
        | a first byte that no page begins with      | 1      | 48 MiB + 1 byte | 48 MiB + 2 pages - 1 byte | the physical address          | RANGE  | 48 MiB + 1 page |
        | a last byte that no page ends with         | 1      | 48 MiB          | 48 MiB + 1 page           | the physical address          | RANGE  | 48 MiB          |
        | a place in memory that no page begins with | 1      | 48 MiB          | 48 MiB + 1 page - 1 byte  | the physical address + 1 byte | RANGE  | 48 MiB          |

      @HW-VIO-26
      Examples:
        | case                                      | domain | start           | end                       | physical             | answer | beside          |
        | the same range again                      | 1      | 32 MiB          | 32 MiB + 1 page - 1 byte  | the physical address | INVAL  | 32 MiB          |
        | a range that ends in a mapping            | 1      | 32 MiB - 1 page | 32 MiB + 1 page - 1 byte  | the physical address | INVAL  | 32 MiB - 1 page |
        | a range that begins in a mapping          | 1      | 32 MiB          | 32 MiB + 2 pages - 1 byte | the physical address | INVAL  | 32 MiB + 1 page |
        | a range that reaches beyond both its ends | 1      | 32 MiB - 1 page | 32 MiB + 2 pages - 1 byte | the physical address | INVAL  | 32 MiB + 1 page |

      @HW-VIO-28
      Examples:
        | case                       | domain | start  | end                      | physical             | answer | beside |
        | a domain that is not there | 2      | 48 MiB | 48 MiB + 1 page - 1 byte | the physical address | NOENT  | 48 MiB |

      @HW-VIO-30
      Examples:
        | case                              | domain | start  | end             | physical             | answer   | beside          |
        | a range that ends where it begins | 1      | 48 MiB | 48 MiB - 1 byte | the physical address | anything | 48 MiB - 1 page |

      @HW-VIO-29
      Examples:
        | case                                 | domain | start             | end                        | physical             | answer    | beside            |
        | the region of interrupts             | 1      | 4078 MiB          | 4078 MiB + 1 page - 1 byte | the physical address | a refusal | 4079 MiB          |
        | a range that ends in that            | 1      | 4078 MiB - 1 page | 4078 MiB + 1 page - 1 byte | the physical address | a refusal | 4078 MiB - 1 page |
        | a range that begins in its last page | 1      | 4079 MiB - 1 page | 4079 MiB + 1 page - 1 byte | the physical address | a refusal | 4079 MiB          |

    @HW-VIO-27
    Scenario Outline: a map with flags <flags> is refused, and may be asked for without what is unknown
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | answer |
        | ATTACH  | 1      | device "nic" | OK     |
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | phys_start           | flags   | answer |
        | MAP     | 1      | 48 MiB     | 48 MiB + 1 page - 1 byte | the physical address | <flags> | INVAL  |
      Then device "nic" does not see buffer "ram" at 48 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | phys_start           | flags | answer |
        | MAP     | 1      | 48 MiB     | 48 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      Then device "nic" sees buffer "ram" at 48 MiB .. +1 page
      When device "nic" writes pattern "strewn" at 48 MiB
      Then the access is blocked

      Examples:
        | flags        |
        | bit 3        |
        | READ, bit 31 |

  Rule: an unmap that would cut a mapping takes none

    @HW-VIO-33
    Scenario Outline: <case> leaves every mapping that there is
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start       | virt_end                  | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |                  |                           |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB           | 32 MiB + 1 page - 1 byte  | the physical address | READ  | OK     |
        | MAP     | 1      |              | 32 MiB + 1 page  | 32 MiB + 2 pages - 1 byte | the physical address | READ  | OK     |
        | MAP     | 1      |              | 32 MiB + 2 pages | 32 MiB + 4 pages - 1 byte | the physical address | READ  | OK     |
        | MAP     | 1      |              | 32 MiB + 4 pages | 32 MiB + 5 pages - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end | answer |
        | UNMAP   | 1      | <start>    | <end>    | RANGE  |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB + 1 page .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB + 2 pages .. +1 page
      And device "nic" sees buffer "ram" at 32 MiB + 4 pages .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                  | answer |
        | UNMAP   | 1      | 32 MiB     | 32 MiB + 5 pages - 1 byte | OK     |
      Then device "nic" does not see buffer "ram" at 32 MiB .. +1 page
      And device "nic" does not see buffer "ram" at 32 MiB + 2 pages .. +1 page
      And device "nic" does not see buffer "ram" at 32 MiB + 4 pages .. +1 page

      Examples:
        | case                                    | start            | end                       |
        | a range that ends in the last of three  | 32 MiB           | 32 MiB + 3 pages - 1 byte |
        | a range that begins in the first of two | 32 MiB + 3 pages | 32 MiB + 5 pages - 1 byte |
        | a range within one                      | 32 MiB + 3 pages | 32 MiB + 4 pages - 1 byte |

    @HW-VIO-34
    Scenario: an unmap of a domain that is not there fails, and what is reserved may be looked at
      Given the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start      | virt_end                  | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |                 |                           |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB          | 32 MiB + 1 page - 1 byte  | the physical address | READ  | OK     |
        | MAP     | 1      |              | 32 MiB + 1 page | 32 MiB + 2 pages - 1 byte | the physical address | READ  | OK     |
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | reserved | answer |
        | UNMAP   | 2      | 32 MiB     | 32 MiB + 1 page - 1 byte |          | NOENT  |
      Then device "nic" sees buffer "ram" at 32 MiB .. +1 page
      When the virtio-iommu is asked:
        | request | domain | virt_start | virt_end                 | reserved | answer      |
        | UNMAP   | 1      | 32 MiB     | 32 MiB + 1 page - 1 byte | 1        | OK or INVAL |
      Then device "nic" sees buffer "ram" at 32 MiB + 1 page .. +1 page

  Rule: a PROBE tells all properties of an endpoint, or none

    @HW-VIO-38 @HW-VIO-40
    Scenario: an endpoint has its reserved memory, whether or not it is attached
      When the virtio-iommu is asked:
        | request | endpoint     | reserved | room      | answer |
        | PROBE   | device "nic" | 9        | 516 bytes | OK     |
      Then the reserved memory is:
        | subtype | first    | last              |
        | MSI     | 4078 MiB | 4079 MiB - 1 byte |
      When the virtio-iommu is asked:
        | request | domain | endpoint     | room      | answer |
        | ATTACH  | 1      | device "nic" |           | OK     |
        | PROBE   |        | device "nic" | 516 bytes | OK     |
      Then the reserved memory is:
        | subtype | first    | last              |
        | MSI     | 4078 MiB | 4079 MiB - 1 byte |

    @HW-VIO-38
    Scenario: an endpoint that is not there has none
      When the virtio-iommu is asked:
        | request | endpoint     | room      | answer |
        | PROBE   | device "nic" | 516 bytes | OK     |
        | PROBE   | 0xfff8       | 516 bytes | NOENT  |
      Then no property is told

    @HW-VIO-38 @HW-VIO-42
    Scenario: the room for the properties is enough to the byte
      When the virtio-iommu is asked:
        | request | endpoint     | room     | answer |
        | PROBE   | device "nic" | 28 bytes | OK     |
      Then the reserved memory is:
        | subtype | first    | last              |
        | MSI     | 4078 MiB | 4079 MiB - 1 byte |
      When the virtio-iommu is asked:
        | request | endpoint     | room     | answer |
        | PROBE   | device "nic" | 27 bytes | INVAL  |
      Then no property is told

  Rule: an access that is refused is reported, where there is a buffer for it

    @HW-VIO-44
    Scenario: each record has its reason, its access, its endpoint and its address
      Given the virtio-iommu has 1 buffer of 24 bytes for events
      And the virtio-iommu is asked:
        | request | domain | endpoint     | virt_start | virt_end                 | phys_start           | flags | answer |
        | ATTACH  | 1      | device "nic" |            |                          |                      |       | OK     |
        | MAP     | 1      |              | 32 MiB     | 32 MiB + 1 page - 1 byte | the physical address | READ  | OK     |
      When device "nic" writes pattern "strewn" at 32 MiB
      Then the access is blocked
      And the virtio-iommu has reported:
        | reason  | flags          | endpoint     | address |
        | MAPPING | WRITE, ADDRESS | device "nic" | 32 MiB  |
      Given the virtio-iommu has 1 buffer of 24 bytes for events
      When device "nic" reads 4 bytes at 32 MiB
      Then the access goes through
      And the virtio-iommu has reported nothing

    @HW-VIO-46
    Scenario: an access that nothing is mapped for, and one of an endpoint that has no domain
      Given the virtio-iommu has 4 buffers of 32 bytes for events
      When device "nic" reads 4 bytes at 48 MiB + 8 bytes
      Then the access is blocked
      And the virtio-iommu has reported:
        | reason            | endpoint     | address          |
        | UNKNOWN or DOMAIN | device "nic" | 48 MiB + 8 bytes |
      When the virtio-iommu is asked:
        | request | domain | endpoint     | answer |
        | ATTACH  | 1      | device "nic" | OK     |
      And device "nic" reads 4 bytes at 48 MiB + 16 bytes
      Then the access is blocked
      And the virtio-iommu has reported:
        | reason  | endpoint     | address           |
        | MAPPING | device "nic" | 48 MiB + 16 bytes |

    @HW-VIO-45
    Scenario: each record takes one buffer, and what finds none is dropped
      Given the virtio-iommu has 2 buffers of 24 bytes for events
      And the virtio-iommu is asked:
        | request | domain | endpoint     | answer |
        | ATTACH  | 1      | device "nic" | OK     |
      When device "nic" reads 4 bytes at 48 MiB
      And device "nic" reads 4 bytes at 64 MiB
      And device "nic" reads 4 bytes at 80 MiB
      Then the access is blocked
      And the virtio-iommu has reported:
        | reason  | endpoint     | address |
        | MAPPING | device "nic" | 48 MiB  |
        | MAPPING | device "nic" | 64 MiB  |
      Given the virtio-iommu has 1 buffer of 24 bytes for events
      Then the virtio-iommu has reported nothing
      When device "nic" reads 4 bytes at 96 MiB
      Then the virtio-iommu has reported:
        | reason  | endpoint     | address |
        | MAPPING | device "nic" | 96 MiB  |

    @HW-VIO-45
    Scenario: a record is not cut to fit a buffer
      Given the virtio-iommu has 1 buffer of 23 bytes for events
      When device "nic" reads 4 bytes at 48 MiB
      Then the access is blocked
      And the virtio-iommu has reported nothing
