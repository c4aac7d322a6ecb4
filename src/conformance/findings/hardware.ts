import { book, uapi } from '../requirement.ts';
import { findings, stillThere } from './finding.ts';

const attach = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const map = uapi('iommufd.h', 'struct iommu_ioas_map');

const specification = (chapter: string) =>
  book('Virtual I/O Device (VIRTIO) Version 1.3', `5.13 IOMMU Device: ${chapter}`);
const undriven =
  'x86-64 in QEMU 7.2.22, with edu devices in noiommu mode behind a virtio-iommu that no driver of the kernel has';

/** Drivers of IOMMUs. */
export const hardware = findings({
  24: {
    title:
      'IOMMU_HWPT_INVALIDATE of a vIOMMU of an SMMUv3 counts commands in entry_num that it never issued',
    kernels: ['7.3.4'],
    machine:
      'arm64 in QEMU, behind an SMMUv3 of two stages, with a kernel that was changed to allow nested translation there',
    expected:
      'The field entry_num returns how many requests have been handled: what is counted has been done.',
    by: [uapi('iommufd.h', 'struct iommu_hwpt_invalidate')],
    seen: 'The commands of a batch are collected, and leave for the queue of the SMMU when all of them, or 63, are good. The second of two was refused: the call failed with EIO and an entry_num of 1, and the first, an invalidation of everything, had not been issued: the device still went by the stale translation.',
    calls: [
      'Let a nested device use a translation of stage 1, and change it in the page table of the guest.',
      'Call IOMMU_HWPT_INVALIDATE with TLBI_NH_ALL and a command that a guest may not give: EIO, entry_num is 1.',
      'Let the device read the address: it goes by the old translation.',
    ],
    tried: stillThere,
    settings: ['nesting=yes'],
    requirements: ['INV-23'],
  },
  25: {
    title:
      'A refused replace by a nested page table behind VT-d leaves the device without a translation',
    kernels: ['7.3.4'],
    machine: 'VT-d in scalable mode with nested translation',
    evidence: 'read',
    expected: 'A replace that fails leaves the page table in force that was there before.',
    by: [attach],
    seen: 'By the source, the old entry of the device or of the PASID is taken away before the address width and the flags of the nested page table are looked at. A replace by one with a bad width fails with EINVAL and leaves no entry, while iommufd goes on listing the old page table. For the device itself the attach blocks it first (device_block_translation()), and the core does not put back the device that failed (__iommu_group_set_domain_internal()). DMA would fault. LINUX-10 is the same for another refusal, and was seen.',
    calls: [],
    requirements: ['VFIO-ATT-06', 'PASID-12', 'HW-VTD-81'],
  },
  26: {
    title: 'Page requests of two PASIDs are joined in one group where both use one group index',
    kernels: ['7.3.4'],
    machine: 'any IOMMU with page requests of PASIDs',
    evidence: 'read',
    expected:
      'A group of page requests is of one PASID: it is answered as a whole, with the cookie of its last request.',
    by: [uapi('iommufd.h', 'struct iommu_hwpt_pgfault')],
    seen: 'By the source, requests that are not the last of their group are kept by device and group index alone, and iopf_group_alloc() joins them to the last request with that index. Half a group of PASID A would be delivered with the last request of PASID B.',
    calls: [],
  },
  27: {
    title: 'Detaching a device behind VT-d can skip the drain of its page requests',
    kernels: ['7.3.4'],
    machine: 'VT-d with page requests',
    evidence: 'read',
    expected:
      'No page request of a device is on its way once it is detached from its page table with a fault queue.',
    by: [],
    seen: 'By the source, blocking_domain_attach_dev() takes the device off the queue of page requests before it drains it. Where that was the last page table of the device with a fault queue, intel_iommu_drain_pasid_prq() then does nothing. For a PASID the order is the other one.',
    calls: [],
  },
  28: {
    title: 'A virtio-iommu that refuses a mapping is not noticed, and IOMMU_IOAS_MAP returns 0',
    kernels: ['7.3.4'],
    machine: 'virtio-iommu',
    evidence: 'read',
    expected: 'A map that returns 0 is established.',
    by: [map],
    seen: 'By the source, the driver queues the requests MAP and UNMAP (viommu_add_req()), waits for them at the end, and never looks at the status that the device gives them. A MAP that the device refuses would be told the program as a success.',
    calls: [],
  },
  29: {
    title:
      'A map that ends at U64_MAX leads a device to memory that the program did not map, where its pages do not follow each other',
    kernels: ['7.3.4'],
    machine:
      'x86-64 in QEMU, with an edu device on vfio-pci behind a virtio-iommu, and one in noiommu mode',
    expected:
      'Each page of a map has its IOVA, also the last one that IOMMU_IOAS_IOVA_RANGES gives.',
    by: [
      uapi('iommufd.h', 'struct iommu_ioas_map'),
      uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'),
    ],
    seen: 'Both page tables reach U64_MAX. 8 pages whose frames are in another order than their addresses were mapped at the last 8 pages of the IOVAs. Behind the virtio-iommu the call returned 0, and the device did not find the memory of the program there, on 6.12.117 as well. In noiommu mode, which has page tables on 7.3.4 only, it failed with EINVAL. One page at the end is right on both machines, and so are, in noiommu mode, 8 pages that end one page below it. By the source, batch_to_domain() cuts the first run of frames at the smaller of its own end and last_iova + 1, which is 0: the first run is mapped with the length of all the rest, so that the device reaches whatever frames lie behind it in memory, and each further run has a length of 0, which the page tables of generic_pt refuse.',
    calls: [
      'Attach a device behind a virtio-iommu to an IOAS; its usable IOVAs end at U64_MAX.',
      'Touch the pages 6, 4, 2 and 0 of a buffer of 8 pages in this order, so that not all of its frames follow each other.',
      'Call IOMMU_IOAS_MAP for the buffer at U64_MAX - 8 pages + 1: 0. With a device in noiommu mode: EINVAL.',
      'Let the device read the pages: some are not those of the buffer.',
    ],
    tried: stillThere,
    requirements: ['OPT-39', 'IOAS-MAP-49'],
  },
  30: {
    title:
      'The virtio-iommu of QEMU translates the last byte before a mapping: a finding of QEMU, not of Linux',
    kernels: ['6.12.117', '7.3.4'],
    machine: 'x86-64 in QEMU 7.2.22, with an edu device on vfio-pci behind a virtio-iommu',
    expected: 'A device reaches the bytes from the first to the last of a mapping, and no other.',
    by: [uapi('iommufd.h', 'struct iommu_ioas_map')],
    seen: 'With 4 pages mapped at 16 MiB, and nothing below them, reads of 1 and of 2 bytes at 16 MiB - 1 byte went through. They begin in front of the memory that the program mapped. Other bytes below are blocked, and behind a VT-d or an AMD IOMMU this one is as well. By its source, also of QEMU 10, the device looks an address up as a range of two bytes.',
    calls: [
      'Attach a device behind a virtio-iommu to an IOAS and map 4 pages at 16 MiB.',
      'Let the device read 1 byte at 16 MiB - 1 byte: it is not blocked.',
    ],
    tried: stillThere,
    requirements: ['IOAS-MAP-49'],
  },
  31: {
    title: 'A guest can make the kernel warn, and a device of it hang, by letting accesses stall',
    kernels: ['7.3.4'],
    machine:
      'an SMMUv3 that can stall (IDR0.STALL_MODEL 0), with a device that firmware does not let stall',
    evidence: 'read',
    expected:
      'Nothing that a guest writes into its tables makes the kernel warn, or holds an access for ever.',
    by: [uapi('iommufd.h', 'struct iommu_hwpt_arm_smmuv3')],
    seen: "By the source, S1STALLD is the guest's to leave out (arm_smmu_validate_vste()), and so is S of a context descriptor its to set, whatever the firmware says of the device. An access of the device that the table of the guest refuses then stalls. iommu_report_device_fault() finds no queue, or no user, and answers at once; arm_smmu_page_response() warns, as the device is none that stalls (WARN_ON), and sends no CMD_RESUME. The access is held until the unit is reset. With a fault queue on the nested page table there is one warning more, of the missing iopf_param.",
    calls: [],
    requirements: ['HW-PRQ-05'],
  },
  32: {
    title: 'A driver can end QEMU by a PROBE of a virtio-iommu: a finding of QEMU, not of Linux',
    kernels: ['7.3.4'],
    machine: undriven,
    expected:
      'A PROBE with too little room for the properties of the endpoint is answered with INVAL.',
    by: [specification('PROBE request')],
    seen: 'With room for 24 bytes of properties, less than the 512 that the device has in its configuration, QEMU ended with an assertion that failed in virtio_iommu_handle_command(): sz == output_size. It writes an answer of the full size, and looks afterwards at how much of it there was room for. Linux always gives the full size. A driver in a guest can so end its machine.',
    calls: [
      'Negotiate with the virtio-iommu, without a driver of the kernel.',
      'Send a PROBE of an endpoint with a buffer of 28 bytes for the answer: QEMU aborts.',
    ],
    tried: stillThere,
    requirements: ['HW-VIO-38', 'HW-VIO-42'],
  },
  33: {
    title:
      'An unmap that the virtio-iommu of QEMU refuses has removed mappings: a finding of QEMU, not of Linux',
    kernels: ['7.3.4'],
    machine: undriven,
    expected: 'An UNMAP that would cut a mapping is refused with RANGE, and removes none.',
    by: [specification('UNMAP request')],
    seen: 'With two mappings of a page, and one of two pages behind them, an UNMAP of the first three pages was answered with RANGE, and one of the mappings before the last was gone. By its source, the device removes each mapping that it meets in its range, until it meets one that it would cut. Linux never asks for that: its driver keeps a tree of its own.',
    calls: [
      'Attach an endpoint to a domain, and map 1, 1 and 2 pages one behind the other.',
      'Send an UNMAP of the first 3 pages: RANGE.',
      'Let the device read the second page: it is blocked.',
    ],
    tried: stillThere,
    requirements: ['HW-VIO-33'],
  },
  34: {
    title:
      'The virtio-iommu of QEMU takes requests that it has to refuse: a finding of QEMU, not of Linux',
    kernels: ['7.3.4'],
    machine: undriven,
    expected:
      'A MAP is refused that does not fit to the page size or shares a byte with reserved memory of an endpoint, an ATTACH whose reserved field is not 0 or whose flag BYPASS is not that of a domain which is there; and a request that is too short or of an unknown type comes back as it was.',
    by: [
      specification('MAP request'),
      specification('ATTACH request'),
      specification('Device operations'),
    ],
    seen: 'Each of these MAPs was answered OK, as was the ATTACH with a reserved field of 1, and the ATTACH with BYPASS of an endpoint that was alone in that domain, which then let everything through. A request without its last bytes was answered INVAL, one of type 9 UNSUPP, in place of a used length of 0; one with room for three bytes of an answer stopped the device. Linux sends no such request.',
    calls: [
      'Send a MAP whose first byte is no multiple of the page size: OK.',
      'Send a MAP of the page at 0xfee00000, which a PROBE tells is reserved: OK.',
      'Send an ATTACH with BYPASS of an endpoint that is alone in the domain: OK.',
      'Send a DETACH of 19 bytes: INVAL.',
    ],
    tried: stillThere,
    requirements: ['HW-VIO-05', 'HW-VIO-06', 'HW-VIO-13', 'HW-VIO-14', 'HW-VIO-25', 'HW-VIO-29'],
  },
});
