import { book, linux, requirements } from '../../requirement.ts';

const specification = (chapter: string) =>
  book('Virtual I/O Device (VIRTIO) Version 1.3', `5.13 IOMMU Device: ${chapter}`);
const driver = (symbol: string) => linux('drivers/iommu/virtio-iommu.c', symbol);

/** The numbers are those of the inventory of hardware, which has gaps. */
export const virtio = requirements(
  { family: 'HW-VIO', title: 'virtio-iommu', since: '6.12', profile: 'hardware-virtio' },
  {
    1: {
      says: 'A driver takes INPUT_RANGE, DOMAIN_RANGE, MAP_UNMAP, PROBE, MMIO and BYPASS_CONFIG of a virtio-iommu, and does without one that lacks VERSION_1 or MAP_UNMAP.',
      level: 'contract',
      source: [specification('Feature bits'), driver('viommu_probe')],
    },
    2: {
      says: 'The input range of a virtio-iommu includes both its ends: its first and its last page can be mapped, and are reached.',
      level: 'contract',
      source: [specification('Device configuration layout')],
    },
    3: {
      says: 'A MAP request has its first and its last byte, its place in memory and its rights for itself: mappings that touch are reached to their last byte, each with its own rights, and nothing before or behind them is.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    4: {
      says: 'A status of a virtio-iommu that refuses an endpoint reaches the user: an attach fails with ENOSYS for UNSUPP, and changes nothing for the devices that are attached.',
      level: 'observed',
      source: [driver('viommu_get_req_errno')],
    },
    5: {
      says: 'A request that is too small to find its tail comes back as it was, with a used length of 0.',
      level: 'contract',
      source: [specification('Device operations')],
    },
    6: {
      says: 'A request of a type that the device does not know comes back as it was, with a used length of 0.',
      level: 'contract',
      source: [specification('Device operations')],
    },
    7: {
      says: 'What is reserved in the head of a request is ignored, and in its tail is 0.',
      level: 'contract',
      source: [specification('Device operations')],
    },
    8: {
      says: 'The lowest bit of the page size mask of a virtio-iommu is the alignment of IOVAs and the smallest mapping, also where it is smaller than a page of memory.',
      level: 'contract',
      source: [specification('Device configuration layout'), driver('viommu_domain_alloc_paging')],
    },
    9: {
      says: 'The input range of a virtio-iommu ends what can be mapped while a device is attached, and a mapping that reaches out of it keeps the device from being attached (EADDRINUSE).',
      level: 'observed',
      source: [specification('Device configuration layout'), driver('viommu_domain_alloc_paging')],
    },
    10: {
      says: 'Page tables behind a virtio-iommu have ids from its domain range, of which the first is kept where there is BYPASS_CONFIG, and IOMMU_HWPT_ALLOC without one left fails with ENOSPC until another is destroyed.',
      level: 'observed',
      source: [specification('Device configuration layout'), driver('viommu_domain_alloc_paging')],
    },
    11: {
      says: 'The field bypass can be written where BYPASS_CONFIG is negotiated, survives a reset of the device and goes back to its first value at a reset of the system.',
      level: 'contract',
      source: [specification('Device configuration layout')],
    },
    12: {
      says: 'A domain of a virtio-iommu and its mappings are there for as long as an endpoint is attached, and another endpoint that leaves before does not change them.',
      level: 'contract',
      source: [specification('ATTACH request')],
    },
    13: {
      says: 'An ATTACH of an endpoint that is not there is refused with NOENT, one with a flag that is unknown or with reserved bytes that are not 0 with INVAL, and changes nothing.',
      level: 'contract',
      source: [specification('ATTACH request')],
    },
    14: {
      says: 'An ATTACH to a domain that is there is refused with INVAL where the domain translates and the request says BYPASS, or the reverse.',
      level: 'contract',
      source: [specification('ATTACH request')],
    },
    15: {
      says: 'A device that is attached to a page table that nobody was attached to finds what its IOAS maps by then, and nothing of what it mapped before.',
      level: 'observed',
      source: [specification('ATTACH request'), driver('viommu_replay_mappings')],
    },
    16: {
      says: 'Two devices at one page table of a virtio-iommu reach the same, those at two never each other, and a device that cannot share is refused.',
      level: 'contract',
      source: [specification('ATTACH request')],
    },
    17: {
      says: 'A device whose move to another page table the virtio-iommu refuses reaches what was mapped before, and is kept from what is mapped afterwards if no other device is at its old page table.',
      level: 'observed',
      source: [driver('viommu_attach_dev')],
    },
    18: {
      says: 'A device behind a virtio-iommu is attached and moved under each of the ids that its requests carry.',
      level: 'observed',
      source: [driver('viommu_attach_dev')],
    },
    19: {
      says: 'A DETACH of an endpoint that is not there is refused with NOENT, one of a domain that the endpoint is not in may be refused, and neither changes what devices reach; what is reserved in it is ignored.',
      level: 'contract',
      source: [specification('DETACH request')],
    },
    20: {
      says: 'A device that is detached from a virtio-iommu reaches no mapping any more, not from a cache either, and one that is attached again only what is mapped then.',
      level: 'contract',
      source: [specification('DETACH request')],
    },
    21: {
      says: 'A device that is detached from its page table goes by a domain where nothing is mapped, also where one without a domain would be let through.',
      level: 'observed',
      source: [linux('drivers/iommu/iommu.c', '__iommu_group_alloc_blocking_domain')],
    },
    22: {
      says: 'An endpoint in a domain reaches the mappings of that domain and nothing else, whatever the field bypass says.',
      level: 'contract',
      source: [specification('Device configuration layout')],
    },
    23: {
      says: 'MAP and UNMAP in a domain that translates nothing are refused with INVAL.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    24: {
      says: 'A driver of the host whose device is not to be translated has it attached with BYPASS to the domain that is kept, and without BYPASS_CONFIG to one where all but reserved memory is mapped to itself.',
      level: 'observed',
      source: [driver('viommu_domain_map_identity')],
    },
    25: {
      says: 'A MAP whose first byte, place in memory or end is not a multiple of the page size is refused with RANGE, and maps nothing.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    26: {
      says: 'A MAP that shares a byte with a mapping, or is one, is refused with INVAL, maps nothing, and leaves the mapping its rights.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    27: {
      says: 'A MAP with a flag that the device does not know is refused with INVAL, and maps nothing.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    28: {
      says: 'A MAP in a domain that is not there is refused with NOENT.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    29: {
      says: 'A MAP that shares a byte with reserved memory of an endpoint of the domain is refused.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    30: {
      says: 'What a MAP is answered whose range ends before it begins is open; it makes nothing beside it reachable, and takes no mapping away.',
      level: 'open',
      source: [specification('MAP request')],
    },
    31: {
      says: 'A device reads a mapping of a virtio-iommu where it has READ and writes it where it has WRITE, from the first to the last byte.',
      level: 'contract',
      source: [specification('MAP request')],
    },
    32: {
      says: 'An unmap behind a virtio-iommu takes every mapping that lies in its range, across holes, and no other, and one that would cut a mapping takes nothing.',
      level: 'contract',
      source: [specification('UNMAP request')],
    },
    33: {
      says: 'An UNMAP that is refused with RANGE leaves every mapping, also those that lie whole in its range.',
      level: 'contract',
      source: [specification('UNMAP request')],
    },
    34: {
      says: 'An UNMAP in a domain that is not there is refused with NOENT; whether what is reserved in it is looked at is open, and no mapping beside its range goes.',
      level: 'open',
      source: [specification('UNMAP request')],
    },
    35: {
      says: 'An unmap that would cut a mapping takes nothing from what the driver keeps: the mapping is there whole when its domain is made again.',
      level: 'observed',
      source: [driver('viommu_del_mappings')],
    },
    36: {
      says: 'A MAP that a virtio-iommu refuses is a success to the user, and the device reaches nothing there.',
      level: 'observed',
      source: [driver('viommu_map_pages')],
    },
    37: {
      says: 'When IOMMU_IOAS_MAP returns a device behind a virtio-iommu reaches the mapping, and when IOMMU_IOAS_UNMAP returns it does not.',
      level: 'observed',
      source: [driver('viommu_iotlb_sync')],
    },
    38: {
      says: 'A PROBE of an endpoint that is not there is refused with NOENT, one with too little room for its properties with INVAL, both tell none, and what is reserved in it is ignored.',
      level: 'contract',
      source: [specification('PROBE request')],
    },
    39: {
      says: 'Properties of an endpoint that the driver does not know are passed over by their length.',
      level: 'contract',
      source: [specification('PROBE request'), driver('viommu_probe_endpoint')],
    },
    40: {
      says: 'A region that an endpoint has as RESV_MEM, one of several and both ends included, cannot be mapped while its device is attached.',
      level: 'contract',
      source: [specification('Property RESV_MEM')],
    },
    41: {
      says: 'The region that an endpoint has for interrupts is the only one that is kept for them, and without one the kernel keeps 1 MiB at 128 MiB.',
      level: 'observed',
      source: [driver('viommu_get_resv_regions')],
    },
    42: {
      says: 'The room for the properties of an endpoint can be filled to its last byte, and one that does not hold them all gets none.',
      level: 'observed',
      source: [specification('PROBE request')],
    },
    43: {
      says: 'An access of a device to reserved memory of its endpoint is blocked, and one that begins before it does not reach into it.',
      level: 'contract',
      source: [specification('Property RESV_MEM')],
    },
    44: {
      says: 'A fault is reported in a record of 24 bytes with reason, flags, endpoint and address.',
      level: 'contract',
      source: [specification('Fault reporting')],
    },
    45: {
      says: 'A record of a fault takes one buffer, is dropped where there is none, and is not divided where it is too small.',
      level: 'contract',
      source: [specification('Fault reporting')],
    },
    46: {
      says: 'The reason of a fault is MAPPING where the domain of the endpoint has no mapping, and DOMAIN or UNKNOWN where the endpoint has no domain; its address is told.',
      level: 'open',
      source: [specification('Fault reporting')],
    },
    47: {
      says: 'An access that a virtio-iommu refuses is told to no user: no page table has a fault queue, and none gets a record.',
      level: 'observed',
      source: [driver('viommu_fault_handler')],
    },
    48: {
      says: 'After a reset of a virtio-iommu no endpoint is attached, and no domain and no mapping is there.',
      level: 'contract',
      source: [specification('Device initialization')],
    },
    49: {
      says: 'A virtio-iommu has no information for IOMMU_GET_HW_INFO, takes no flag of IOMMU_HWPT_ALLOC (EOPNOTSUPP), and does not enforce coherency.',
      level: 'observed',
      source: [driver('viommu_capable')],
    },
  },
);
