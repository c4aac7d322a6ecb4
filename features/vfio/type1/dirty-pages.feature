@needs:vfio-device @needs:vfio-group @needs:type1-container
Feature: VFIO_IOMMU_DIRTY_PAGES of a container with type1

  A VMM that migrates its guest asks which pages its devices may have written. Nobody sees what a device writes by DMA:
  all that is mapped counts as dirty, each time.

  Background:
    Given a container
    And a buffer "ram" of 8 pages
    And a buffer "bits" of 1 page
    And an untouched buffer "clean" of 1 page
    And a buffer "call" of 1 page
    And a device "nic"
    When it opens the group of device "nic"
    And it calls VFIO_GROUP_SET_CONTAINER
    And it calls VFIO_SET_IOMMU with the argument VFIO_TYPE1v2_IOMMU
    And it opens device "nic" through its group

  Rule: tracking is started and stopped, as often as one likes

    @VFIO-DRT-02
    Scenario Outline: flags <flags> and a size of <size> are refused
      When it calls VFIO_IOMMU_DIRTY_PAGES with a size of <size> bytes and:
        | flags | <flags> |
      Then it fails with EINVAL
      And it wrote nothing back
      When it calls VFIO_IOMMU_MAP_DMA
      And it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL

      Examples:
        | size | flags             |
        |    0 | START             |
        |    7 | START             |
        |    8 | bit 3             |
        |    8 | START, bit 31     |
        |    8 | START, STOP       |
        |   48 | START, GET_BITMAP |
        |   48 | STOP, GET_BITMAP  |

    @VFIO-DRT-02
    Scenario Outline: <memory> is EFAULT
      When it calls VFIO_IOMMU_DIRTY_PAGES with <memory>
      Then it fails with EFAULT

      Examples:
        | memory         |
        | a null pointer |
        | a bad pointer  |

    @VFIO-DRT-03
    Scenario: tracking is started and stopped twice
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | STOP |
      Then it succeeds
      When it calls VFIO_IOMMU_MAP_DMA
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      Then it succeeds
      And it wrote nothing back
      When it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it finds only bit 0 set in buffer "clean"
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | STOP |
      And it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | STOP |
      Then it succeeds
      When it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL

  Rule: what is mapped is dirty, each time that one asks

    @VFIO-DRT-06
    Scenario: it is asked twice
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 4 pages at 16 MiB are dirty, into buffer "clean"
      Then it finds only bits 0 .. 3 set in buffer "clean"
      Given an untouched buffer "second" of 1 page
      When it asks the container which of 4 pages at 16 MiB are dirty, into buffer "second" + 8 bytes
      Then it finds only bits 0 .. 3 set in buffer "second" + 8 bytes
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

    @VFIO-DRT-04
    Scenario: what is asked ends where the next mapping begins
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 1 page |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 1 page |
        | size | 2 pages         |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it finds only bit 0 set in buffer "clean"
      When it asks the container which of 2 pages at 16 MiB are dirty, into buffer "clean" + 8 bytes
      Then it fails with EINVAL

    @VFIO-DRT-06
    Scenario: holes are clean
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 5 pages       |
        | vaddr | buffer "ram" + 4 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 130 pages     |
        | vaddr | buffer "ram" + 5 pages |
        | size  | 2 pages                |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 132 pages at 16 MiB are dirty, into buffer "clean"
      Then it finds only bits 0 .. 1, 5, 130 .. 131 set in buffer "clean"

    @VFIO-DRT-06
    Scenario: the next bitmap begins elsewhere
      Given an untouched buffer "second" of 1 page
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 5 pages       |
        | vaddr | buffer "ram" + 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 10 pages at 16 MiB are dirty, into buffer "clean"
      Then it finds only bits 0 .. 1, 5 set in buffer "clean"
      When it asks the container which of 10 pages at 16 MiB - 3 pages are dirty, into buffer "second"
      Then it finds only bits 3 .. 4, 8 set in buffer "second"

    @VFIO-DRT-06
    Scenario: words without mapped pages are left alone, and so are bits before the first mapping
      Given an untouched buffer "words" of 1 page
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova | 16 MiB + 70 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_bitmap in buffer "words":
        | pgsize  | size | data |
        | U64_MAX |    3 |   63 |
      And it asks the container which of 192 pages at 16 MiB are dirty, into buffer "words"
      Then it finds only bits 0 .. 65, 70, 128 .. 133 set in buffer "words"

    @VFIO-DRT-06
    Scenario Outline: a mapping of 20 pages begins <pages> behind the range
      Given a buffer "wide" of 20 pages
      And it calls VFIO_IOMMU_MAP_DMA with:
        | vaddr | buffer "wide" |
        | size  | 20 pages      |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 128 pages at 16 MiB - <pages> are dirty, into buffer "clean"
      Then it finds only bits <bits> set in buffer "clean"

      Examples:
        | pages    | bits     |
        | 0 pages  | 0 .. 19  |
        | 3 pages  | 3 .. 22  |
        | 4 pages  | 4 .. 23  |
        | 8 pages  | 8 .. 27  |
        | 50 pages | 50 .. 69 |
        | 64 pages | 64 .. 83 |

    @VFIO-DRT-08
    Scenario: a mapping is made while dirty tracking is on
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | size | 3 pages |
      And it asks the container which of 4 pages at 16 MiB are dirty, into buffer "clean"
      Then it finds only bits 0 .. 2 set in buffer "clean"
      And device "nic" sees buffer "ram" at 16 MiB .. +3 pages

    @VFIO-DRT-06
    Scenario: nothing is mapped
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 64 pages at 16 MiB are dirty, into buffer "clean"
      Then it succeeds
      And it finds no bits set in buffer "clean"
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | STOP |
      And it asks the container which of 64 pages at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL

  Rule: the range, and the bitmap, are looked at

    @VFIO-DRT-04
    Scenario: tracking is off
      Given it calls VFIO_IOMMU_MAP_DMA
      When it asks the container which of 1 page at 16 MiB are dirty, into buffer "clean"
      Then it fails with EINVAL
      And it finds no bits set in buffer "clean"

    @VFIO-DRT-04
    Scenario Outline: <size> have no room for the range
      Given it calls VFIO_IOMMU_MAP_DMA
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap in buffer "call":
        | argsz | flags                                  |
        |     0 | VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap_get in buffer "call" + 8 bytes:
        | iova   | size   | bitmap.pgsize | bitmap.size | bitmap.data    |
        | 16 MiB | 1 page | 1 page        |           8 | buffer "clean" |
      And it calls VFIO_IOMMU_DIRTY_PAGES with <size> of buffer "call"
      Then it fails with EINVAL
      And it finds no bits set in buffer "clean"
      When it calls VFIO_IOMMU_DIRTY_PAGES with 48 bytes of buffer "call"
      Then it succeeds
      And it finds only bit 0 set in buffer "clean"

      Examples:
        | size     |
        |  8 bytes |
        | 47 bytes |

    @VFIO-DRT-05
    Scenario Outline: <what> is refused with <errno>
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap in buffer "call":
        | argsz | flags                                  |
        |     0 | VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap_get in buffer "call" + 8 bytes:
        | iova   | size   | bitmap.pgsize | bitmap.size | bitmap.data    |
        | <iova> | <size> | <pgsize>      | <bytes>     | buffer "clean" |
      And it calls VFIO_IOMMU_DIRTY_PAGES with 48 bytes of buffer "call"
      Then it fails with <errno>
      And it finds no bits set in buffer "clean"

      Examples:
        | what                                | iova                      | size            | pgsize  | bytes   | errno     |
        | a range of no bytes                 | 16 MiB                    | 0               | 1 page  |       8 | EINVAL    |
        | a range over the end of all IOVAs   | U64_MAX - 1 page + 1 byte | 2 pages         | 1 page  |       8 | EOVERFLOW |
        | a bit for each 2 pages              | 16 MiB                    | 4 pages         | 2 pages |       8 | EINVAL    |
        | a bit for half of a page            | 16 MiB                    | 4 pages         | 2 KiB   |       8 | EINVAL    |
        | an IOVA that is not on a page       | 16 MiB + 1 byte           | 4 pages         | 1 page  |       8 | EINVAL    |
        | a size of not only pages            | 16 MiB                    | 4 pages + 1 byte | 1 page  |       8 | EINVAL    |
        | less than a page                    | 16 MiB                    | 1 page - 1 byte | 1 page  |       8 | EINVAL    |
        | a bitmap of less than a word        | 16 MiB                    | 4 pages         | 1 page  |       7 | EINVAL    |
        | a bitmap of a word for 65 pages     | 16 MiB                    | 65 pages        | 1 page  |       8 | EINVAL    |
        | a bitmap of no bytes                | 16 MiB                    | 4 pages         | 1 page  |       0 | EINVAL    |
        | a bitmap of more than 256 MiB       | 16 MiB                    | 4 pages         | 1 page  | 256 MiB + 8 bytes | EINVAL |
        | a range that ends inside a mapping  | 16 MiB                    | 3 pages         | 1 page  |       8 | EINVAL    |

    @VFIO-DRT-05
    Scenario Outline: a bitmap <place> is <errno>
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap in buffer "call":
        | argsz | flags                                  |
        |     0 | VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap_get in buffer "call" + 8 bytes:
        | iova   | size    | bitmap.pgsize | bitmap.size | bitmap.data |
        | <iova> | 5 pages | 1 page        |           8 | <data>      |
      And it calls VFIO_IOMMU_DIRTY_PAGES with 48 bytes of buffer "call"
      Then it fails with <errno>
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples: of no memory
        | place                                      | iova            | data          | errno  |
        | in no memory                               | 16 MiB          | a bad pointer | EFAULT |
        | in no memory, where bits would be kept     | 16 MiB - 1 page | a bad pointer | EFAULT |

      Examples: of the kernel
        | place                     | iova   | data               | errno  |
        | in memory of the kernel   | 16 MiB | U64_MAX - 15 bytes | EINVAL |

    @VFIO-DRT-05
    Scenario: a bitmap may have 256 MiB, of which only the words with mapped pages are written
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap in buffer "call":
        | argsz | flags                                  |
        |     0 | VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP |
      And it stores an array of struct vfio_iommu_type1_dirty_bitmap_get in buffer "call" + 8 bytes:
        | iova   | size    | bitmap.pgsize | bitmap.size | bitmap.data    |
        | 16 MiB | 4 pages | 1 page        | 256 MiB     | buffer "clean" |
      And it calls VFIO_IOMMU_DIRTY_PAGES with 48 bytes of buffer "call"
      Then it succeeds
      And it finds only bits 0 .. 3 set in buffer "clean"

    @VFIO-DRT-05
    Scenario: a range that begins inside a mapping is refused
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it asks the container which of 3 pages at 16 MiB + 1 page are dirty, into buffer "clean"
      Then it fails with EINVAL
      And it finds no bits set in buffer "clean"

  Rule: an unmap tells what was dirty

    @VFIO-UNM-15
    Scenario: two mappings are removed
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 2 pages |
      And it calls VFIO_IOMMU_MAP_DMA with:
        | iova  | 16 MiB + 3 pages       |
        | vaddr | buffer "ram" + 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dma_unmap in buffer "call":
        | argsz | flags                                | iova   | size    |
        |     0 | VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP | 16 MiB | 8 pages |
      And it stores an array of struct vfio_bitmap in buffer "call" + 24 bytes:
        | pgsize | size | data           |
        | 1 page |    8 | buffer "clean" |
      And it calls VFIO_IOMMU_UNMAP_DMA with 48 bytes of buffer "call"
      Then it succeeds
      And buffer "call" holds struct vfio_iommu_type1_dma_unmap:
        | iova   | size    |
        | 16 MiB | 3 pages |
      And it finds only bits 0 .. 1, 3 set in buffer "clean"
      And device "nic" does not see buffer "ram" at 16 MiB .. +2 pages
      And device "nic" does not see buffer "ram" + 4 pages at 16 MiB + 3 pages .. +1 page

    @VFIO-UNM-15
    Scenario Outline: <what> is refused, and nothing is removed
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | <tracking> |
      And it stores an array of struct vfio_iommu_type1_dma_unmap in buffer "call":
        | argsz | flags                                | iova   | size    |
        |     0 | VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP | 16 MiB | <pages> |
      And it stores an array of struct vfio_bitmap in buffer "call" + 24 bytes:
        | pgsize   | size   | data           |
        | <pgsize> | <size> | buffer "clean" |
      And it calls VFIO_IOMMU_UNMAP_DMA with <argsz> of buffer "call"
      Then it fails with EINVAL
      And buffer "call" holds struct vfio_iommu_type1_dma_unmap:
        | size    |
        | <pages> |
      And it finds no bits set in buffer "clean"
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages

      Examples:
        | what                             | tracking | pages    | pgsize  | size              | argsz    |
        | tracking that is off             | STOP     | 4 pages  | 1 page  |                 8 | 48 bytes |
        | a struct without a bitmap        | START    | 4 pages  | 1 page  |                 8 | 24 bytes |
        | a struct with half of a bitmap   | START    | 4 pages  | 1 page  |                 8 | 47 bytes |
        | a bit for each 2 pages           | START    | 4 pages  | 2 pages |                 8 | 48 bytes |
        | a bitmap of less than a word     | START    | 4 pages  | 1 page  |                 7 | 48 bytes |
        | a bitmap of a word for 65 pages  | START    | 65 pages | 1 page  |                 8 | 48 bytes |
        | a bitmap of more than 256 MiB    | START    | 4 pages  | 1 page  | 256 MiB + 8 bytes | 48 bytes |
        | a range that cuts a mapping      | START    | 3 pages  | 1 page  |                 8 | 48 bytes |

    @VFIO-UNM-01
    Scenario: a bitmap is not taken with VADDR, and the address stays valid
      Given it calls VFIO_IOMMU_MAP_DMA with:
        | size | 4 pages |
      When it calls VFIO_IOMMU_DIRTY_PAGES with:
        | flags | START |
      And it stores an array of struct vfio_iommu_type1_dma_unmap in buffer "call":
        | argsz | flags                                                            | iova   | size    |
        |     0 | VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, VFIO_DMA_UNMAP_FLAG_VADDR  | 16 MiB | 4 pages |
      And it stores an array of struct vfio_bitmap in buffer "call" + 24 bytes:
        | pgsize | size | data           |
        | 1 page |    8 | buffer "clean" |
      And it calls VFIO_IOMMU_UNMAP_DMA with 48 bytes of buffer "call"
      Then it fails with EINVAL
      And it finds no bits set in buffer "clean"
      When it calls VFIO_IOMMU_MAP_DMA with:
        | flags | VADDR   |
        | size  | 4 pages |
      Then it fails with EINVAL
      And device "nic" sees buffer "ram" at 16 MiB .. +4 pages
