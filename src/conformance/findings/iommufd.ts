import { uapi } from '../requirement.ts';
import { findings, gone, stillThere } from './finding.ts';

const mock = 'x86-64 in QEMU, with the mock devices of a kernel built with CONFIG_IOMMUFD_TEST';
const hugeMock = `${mock}, and a mock page table with entries of 1 MiB`;
const edu = 'x86-64 in QEMU, with an edu device on vfio-pci behind an emulated VT-d unit';

const bitmap = uapi('iommufd.h', 'struct iommu_hwpt_get_dirty_bitmap');
const changeProcess = uapi('iommufd.h', 'struct iommu_ioas_change_process');
const attach = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const detach = uapi('vfio.h', 'VFIO_DEVICE_DETACH_IOMMUFD_PT');
const pasidFlag = uapi('iommufd.h', 'enum iommufd_hwpt_alloc_flags');

/** Objects of an iommufd, and devices attached to them. */
export const iommufd = findings({
  1: {
    title: 'IOMMU_HWPT_GET_DIRTY_BITMAP writes behind the bitmap of the caller',
    kernels: ['7.3.4'],
    machine: hugeMock,
    expected:
      'The bitmap has one bit for each page_size of the range, and nothing outside of these bits is written.',
    by: [bitmap],
    seen: 'The range was the first 8 pages of a dirty entry of 1 MiB, and the bitmap 1 byte. The call returned 0 and changed the 31 bytes behind the bitmap as well: all 256 bits of the entry were set. With the bitmap in the last byte before an unmapped page the call returned 0 too. With entries of 4 KiB no other byte changes, on 7.3.4 and on 6.12.117; entries larger than a page were not tried on 6.12.117, and neither were the page tables of real IOMMUs.',
    calls: [
      'Map 2 MiB of huge pages, allocate a page table with DIRTY_TRACKING and large entries, and enable dirty tracking.',
      'Let the device write the first page.',
      'Ask for the first 8 pages, with a bitmap in the middle of a zeroed buffer, and look at the bytes behind the first one.',
    ],
    tried: stillThere,
    requirements: ['DIRTY-17'],
  },
  2: {
    title:
      'IOMMU_HWPT_GET_DIRTY_BITMAP loses dirty pages where the range starts inside of a large entry',
    kernels: ['7.3.4'],
    machine: hugeMock,
    expected:
      'Each dirty page of the range has its bit, and only what was reported is clean afterwards.',
    by: [bitmap],
    seen: 'The entry of 1 MiB was dirty. Ranges that start behind its first page (page 1, 64, 128 and 255, of any length) returned 0 and reported no bit of it. Without the flag NO_CLEAR the same call made the whole entry clean, so that no later call reports it: a live migration would lose these pages. Entries larger than a page were not tried on 6.12.117, and neither were the page tables of real IOMMUs.',
    calls: [
      'Map 2 MiB of huge pages, allocate a page table with DIRTY_TRACKING and large entries, and enable dirty tracking.',
      'Let the device write the first page.',
      'Ask for 10 pages from page 100 on: no bit is set.',
      'Ask for the first 2 MiB: no bit is set either.',
    ],
    tried: stillThere,
    requirements: ['DIRTY-15'],
  },
  3: {
    title:
      'VmPin wraps below zero after IOMMU_IOAS_CHANGE_PROCESS of memory mapped with CAP_IPC_LOCK',
    kernels: ['7.3.4'],
    machine: mock,
    expected:
      'The counts of pinned memory of every mapping move to the process that calls, or stay where they are; an unmap takes them off the process that they are counted for.',
    by: [changeProcess],
    seen: 'The memfd was mapped by a process with CAP_IPC_LOCK. IOMMU_IOAS_CHANGE_PROCESS of another process returned 0 and moved nothing: VmPin of the caller stayed as it was. A later unmap was taken off the caller, whose VmPin then read as a number just below 2^64 kB, and the process that had mapped stayed charged. Memory that is mapped without CAP_IPC_LOCK is counted right.',
    calls: [
      'In a process with CAP_IPC_LOCK map 4 pages of a memfd by IOMMU_IOAS_MAP_FILE, with a device attached.',
      'Call IOMMU_IOAS_CHANGE_PROCESS in a child of it.',
      'Unmap the pages, and read VmPin of both processes in /proc/PID/status.',
    ],
    tried: stillThere,
    requirements: ['OPT-24', 'OPT-28'],
  },
  4: {
    title: 'A device in noiommu mode gets the page table of a device that has an IOMMU',
    kernels: ['7.3.4'],
    machine: `${mock}, and an edu device without an IOMMU in noiommu mode`,
    expected:
      'A device that is attached to an IOAS gets a page table that fits it, and IOMMU_IOAS_NOIOMMU_GET_PA tells a device without an IOMMU where its memory is.',
    by: [attach, uapi('iommufd.h', 'struct iommu_ioas_noiommu_get_pa')],
    seen: 'A device with an IOMMU was attached to the IOAS first, then one in noiommu mode to the same IOAS. The second attach returned 0 with the id of the page table of the first device; IOMMU_IOAS_NOIOMMU_GET_PA then failed with EOPNOTSUPP. In the other order each device gets a page table of its own. The device with an IOMMU was a mock device; real hardware was not tried.',
    calls: [
      'Attach a device with an IOMMU to an IOAS.',
      'Attach a device in noiommu mode to the same IOAS, and compare the two ids that come back.',
      'Call IOMMU_IOAS_NOIOMMU_GET_PA.',
    ],
    tried: stillThere,
    requirements: ['NOIO-05'],
  },
  5: {
    title:
      'VFIO_IOMMU_MAP_DMA without READ and WRITE on an iommufd makes the kernel print a WARNING',
    kernels: ['7.3.4'],
    machine: `${edu}; also with a mock page table`,
    expected: 'One of READ and WRITE is required: the call fails with EINVAL, and silently.',
    by: [uapi('vfio.h', 'VFIO_IOMMU_MAP_DMA')],
    seen: 'While the IOAS has a page table the call fails with EINVAL, and each time the kernel prints a WARNING with a backtrace, in vtdss_map_range() behind VT-d: whoever may open /dev/iommu can do so with a plain ioctl. 6.12.117 fails with EINVAL and prints nothing. While the IOAS has no page table both kernels return 0.',
    calls: [
      'Make an iommufd the container of a group and open the device, or set a compatibility IOAS with a device attached.',
      'Call VFIO_IOMMU_MAP_DMA with flags 0.',
    ],
    tried: stillThere,
    requirements: ['VFIO-20'],
  },
  6: {
    title: 'VFIO_DEVICE_DETACH_IOMMUFD_PT returns 0 and DMA goes on, after an attach of PASID 0',
    kernels: ['7.3.4'],
    machine: edu,
    expected: 'After a successful detach the DMA of the device is blocked.',
    by: [detach],
    seen: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with the flag PASID and PASID 0, on a device that was not attached, returned 0, and the ordinary DMA of the device was translated by that page table. From then on an attach without the flag failed with EBUSY, and a detach without the flag returned 0 while DMA kept flowing. Only a detach with the flag and PASID 0, or the close of the device, stopped it.',
    calls: [
      'Allocate a page table with the flag PASID, on an IOAS with a mapping.',
      'Attach it to PASID 0 of the device, with the flag PASID.',
      'Detach the device without a flag: 0. Let it read the mapping: it can.',
    ],
    tried: stillThere,
    requirements: ['PASID-24', 'VFIO-DET-02'],
  },
  7: {
    title:
      'IOMMU_HWPT_ALLOC with the flag PASID succeeds behind a VT-d unit in legacy mode, which has no PASIDs',
    kernels: ['7.3.4'],
    machine: `${edu}, in legacy mode; also a mock device without PASIDs`,
    expected: 'An IOMMU that does not support PASIDs refuses the flag with EOPNOTSUPP.',
    by: [pasidFlag],
    seen: 'The call returned 0. Behind an emulated AMD IOMMU and behind a virtio-iommu it fails with EOPNOTSUPP. 6.12 has no such flag.',
    calls: ['Call IOMMU_HWPT_ALLOC with the flag PASID for a device behind the unit.'],
    tried: stillThere,
    requirements: ['PASID-17'],
  },
  8: {
    title: 'PASIDs of a device without PASIDs can be attached, and nothing happens',
    kernels: ['7.3.4'],
    machine: `${edu}, in legacy mode`,
    expected:
      'Attaching a PASID that the device does not have fails: with EINVAL, or with EOPNOTSUPP where the IOMMU has none.',
    by: [attach, pasidFlag],
    seen: 'The device reports an out_max_pasid_log2 of 0 and was attached to a page table with the flag PASID. Attaching the PASIDs 1, 2^20 and 2^31-1 to it returned 0, changed nothing for the DMA of the device, and kept the page table in use until the PASID was detached or the device closed. A PASID above INT_MAX fails with ENOSPC.',
    calls: [
      'Allocate a page table with the flag PASID, and attach the device to it.',
      'Attach the same page table to PASID 1 of the device, with the flag PASID.',
    ],
    tried: stillThere,
    requirements: ['PASID-17'],
  },
  9: {
    title:
      'Closing an iommufd with a PASID of a mock device attached makes the kernel print a WARNING',
    kernels: ['7.3.4'],
    machine: mock,
    expected: 'The close of the last file descriptor cleans up whatever is left, and silently.',
    by: [],
    seen: 'The kernel printed the WARNING in iommufd_device_unbind(), as the unbind is refused because of the PASID, and then the one in __iommu_group_free_device(). There was no oops and no hang. Detaching the PASID first avoids both. It was seen once.',
    calls: [
      'Make a mock device with PASIDs, and attach a page table with the flag PASID to PASID 1 of it.',
      'Close the iommufd.',
    ],
    tried: stillThere,
  },
  10: {
    title: 'A refused replace of the page table behind VT-d leaves the DMA of the device blocked',
    kernels: ['7.3.4'],
    machine: edu,
    expected:
      'A second attach replaces the page table; if it fails the device stays attached to the first one and its DMA goes on. An attach that returns 0 translates the DMA of the device.',
    by: [attach],
    seen: 'The device was attached to an IOAS. Attaching it to a page table with a fault queue failed with ENODEV, as the device has no page requests. Its DMA was blocked from then on. A second attach to the same IOAS returned 0, and DMA stayed blocked; only a detach and an attach, or an attach to another IOAS, healed it. The DMA of another device of the group was blocked as well.',
    calls: [
      'Attach the device to an IOAS with a mapping, and let it read the mapping.',
      'Make a fault queue and a page table with it, and attach the device to that: ENODEV.',
      'Let the device read the mapping: it cannot. Attach it to the IOAS again: 0, and it still cannot.',
    ],
    tried: stillThere,
    requirements: ['DEV-52', 'VFIO-ATT-06'],
  },
  11: {
    title: 'An answer to the cookie 0 of a fault queue fails, and the next group gets the cookie 0',
    kernels: ['6.12.117', '7.3.4'],
    machine: mock,
    expected:
      'The kernel chooses the cookies, a program echoes them, and an answer that fails changes nothing. No line of the header names the cookie 0.',
    by: [
      uapi('iommufd.h', 'struct iommu_hwpt_pgfault'),
      uapi('iommufd.h', 'struct iommu_hwpt_page_response'),
    ],
    seen: 'Cookies begin at 1, so that none is 0. Writing an answer with the cookie 0 to the fault queue failed with EINVAL, as it should, but made 0 a free number: the next group of page faults was delivered with the cookie 0.',
    calls: [
      'Make a fault queue and a page table with it, and attach a mock device.',
      'Write an answer with the cookie 0 to the fault queue: EINVAL.',
      'Let the device request a page, read the fault queue, and look at the cookie.',
    ],
    tried: stillThere,
    requirements: ['FAULT-14'],
  },
  12: {
    title:
      'A page table made by hand behind a virtio-iommu has no IOVAs before a device is attached',
    kernels: ['6.12.117'],
    machine: 'x86-64 in QEMU, with an edu device on vfio-pci behind a virtio-iommu',
    expected:
      'IOMMU_HWPT_ALLOC makes a page table with the mappings of the IOAS, and a device can be attached to it.',
    by: [uapi('iommufd.h', 'struct iommu_hwpt_alloc')],
    seen: 'IOMMU_HWPT_ALLOC on an IOAS with mappings failed with EADDRINUSE: before the first attach the page table has no usable IOVAs. An attach to such an IOAS failed alike, and beside such a page table IOMMU_IOAS_MAP failed with EINVAL.',
    calls: [
      'Map memory into an IOAS.',
      'Call IOMMU_HWPT_ALLOC for a device behind the virtio-iommu on that IOAS.',
    ],
    tried: gone,
    requirements: ['VFIO-ATT-06'],
  },
  13: {
    title:
      'IOMMU_HWPT_ALLOC makes the kernel print a WARNING in pfn_reader_destroy() once the process that mapped has exited',
    kernels: ['6.12.117', '7.3.4'],
    machine: mock,
    expected: 'Memory that cannot be pinned any more is EFAULT, and silently.',
    by: [],
    seen: 'The call failed with EFAULT, and the kernel printed the WARNING: whoever may open /dev/iommu and set the option RLIMIT_MODE can do so with a plain ioctl. The memory had been mapped without CAP_IPC_LOCK while RLIMIT_MODE was 1, pinned by the page table of a device and copied into a second IOAS; then its process exited and the original was unmapped. With RLIMIT_MODE 0 the call fails with EFAULT and nothing is printed. A random sequence of calls found it.',
    calls: [
      'Set the option RLIMIT_MODE to 1, make two IOAS, and attach a mock device to the first.',
      'In a child without CAP_IPC_LOCK map 4 pages into the first IOAS, and copy them into the second.',
      'Let the child exit, and unmap the 4 pages from the first IOAS.',
      'Call IOMMU_HWPT_ALLOC for the device on the second IOAS.',
    ],
    tried: stillThere,
    requirements: ['IOAS-MAP-28'],
  },
  14: {
    title:
      'A hardware queue of the test driver that was destroyed cannot be made again, and another one can be had twice',
    kernels: ['7.3.4'],
    machine: mock,
    expected:
      'An index is in use while its queue exists: after the destroy it can be had again, and a second queue with the same index is EEXIST.',
    by: [uapi('iommufd.h', 'struct iommu_hw_queue_alloc')],
    seen: 'Hardware queue 1 of a mock vIOMMU was destroyed; making it again failed with EEXIST. Queue 0 could then be had a second time. A slot of the test driver keeps the pointer of the queue that was freed. It concerns the test driver alone, and whoever takes it for a model.',
    calls: [
      'Make the hardware queues 0 and 1 of a mock vIOMMU.',
      'Destroy queue 1, and make it again: EEXIST.',
      'Make queue 0 again while it exists: 0.',
    ],
    tried: stillThere,
    requirements: ['HWQ-16', 'HWQ-11'],
  },
});
