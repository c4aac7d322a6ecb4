import { uapi } from '../requirement.ts';
import { findings, gone, stillThere } from './finding.ts';

const both = ['6.12.117', '7.3.4'];
const devices = 'x86-64 in QEMU, with devices on vfio-pci behind an emulated VT-d unit';
const edu = 'x86-64 in QEMU, with an edu device on vfio-pci behind an emulated VT-d unit';
const group = `${devices}, a group with an iommufd for its container`;
const mtty = 'x86-64 in QEMU, with a mediated device of the sample driver mtty';

const setIrqs = uapi('vfio.h', 'VFIO_DEVICE_SET_IRQS');
const state = uapi('vfio.h', 'struct vfio_device_feature_mig_state');

/** Groups, containers, and what a VFIO device does beside its attachment. */
export const vfio = findings({
  15: {
    title: 'A group can be opened again, and given a second iommufd, while a device of it is open',
    kernels: both,
    machine: group,
    expected:
      'The group node is EBUSY until the last file descriptor of its devices is closed, as it is with a type1 container.',
    by: [],
    seen: 'The group had an iommufd for its container, and its file descriptor was closed while a device was open. The node could be opened again at once; VFIO_GROUP_GET_STATUS showed neither VIABLE nor CONTAINER_SET, VFIO_GROUP_SET_CONTAINER to a second iommufd returned 0, and VFIO_GROUP_GET_DEVICE_FD returned a file descriptor of the device, which went on using the mappings of the first iommufd only.',
    calls: [
      'Open a group, make an iommufd its container, open its device, and close the group.',
      'Open the group again, make a second iommufd its container, and open the device.',
      'Map memory into the second iommufd, and let the device read it: it cannot.',
    ],
    tried: stillThere,
  },
  16: {
    title: 'VFIO_GROUP_UNSET_CONTAINER succeeds while a device of the group is open',
    kernels: both,
    machine: group,
    expected:
      'All file descriptors of devices have to be released before this call; with a type1 container it fails with EBUSY until they are.',
    by: [uapi('vfio.h', 'VFIO_GROUP_UNSET_CONTAINER')],
    seen: 'With an iommufd for the container the call returned 0, VFIO_GROUP_GET_STATUS showed neither VIABLE nor CONTAINER_SET, and the device went on with its DMA. VFIO_GROUP_GET_DEVICE_FD then failed with EINVAL, and VFIO_GROUP_SET_CONTAINER returned 0 again.',
    calls: [
      'Open a group, make an iommufd its container, and open its device.',
      'Call VFIO_GROUP_UNSET_CONTAINER: 0.',
    ],
    tried: stillThere,
  },
  17: {
    title: 'VFIO_DEVICE_SET_IRQS that fails loses eventfds of MSI and MSI-X vectors',
    kernels: both,
    machine: devices,
    expected:
      'A call that fails leaves the eventfds as they were, as it does for INTx. The header does not say what a call that fails leaves behind.',
    by: [setIrqs],
    seen: 'With MSI or MSI-X active and eventfds set, a call with a bad eventfd failed with EBADF or EINVAL, and the failing vector had lost its eventfd, and so had each vector that the call had handled before. Of the vectors 0 to 2, a good, a closed and a good eventfd left 0 and 1 silent, while 2 still signalled.',
    calls: [
      'Set eventfds of the vectors 0 to 2 by VFIO_DEVICE_SET_IRQS.',
      'Call it again for the same vectors, with a closed file descriptor for vector 1: EBADF.',
      'Let the device raise each vector, and poll the first eventfds.',
    ],
    tried: stillThere,
  },
  18: {
    title:
      'A type1 mapping that ends at 2^64-1 hides from the check of overlaps and from an unmap of all',
    kernels: ['6.12.117'],
    machine: `${mtty}, alone in a type1 container`,
    expected:
      'A map over a mapping is EEXIST, and VFIO_IOMMU_UNMAP_DMA with the flag ALL removes every mapping and returns the number of their bytes.',
    by: [uapi('vfio.h', 'VFIO_IOMMU_MAP_DMA'), uapi('vfio.h', 'VFIO_IOMMU_UNMAP_DMA')],
    seen: 'A mapping of 4 KiB at 0xfffffffffffff000 was accepted, and so was the same mapping again. An unmap of it returned 0 and a size of 0. The flag ALL returned 0 and a size of 0 as well, and left every other mapping in place: a map over them was EEXIST. 7.3.4 answers EEXIST, and the right sum.',
    calls: [
      'In a container with mediated devices only map 4 KiB at 0xfffffffffffff000, twice: 0 both times.',
      'Call VFIO_IOMMU_UNMAP_DMA with the flag ALL, and look at the size that it returns.',
    ],
    tried: gone,
  },
  19: {
    title:
      'The sample driver mtty keeps the migration state over a close, and the next owner makes it oops',
    kernels: ['7.3.4'],
    machine: mtty,
    expected: 'A device that is opened anew is RUNNING, and no ioctl ends in an oops.',
    by: [state],
    seen: 'A process put the device into RESUMING and ended. The next one found RESUMING, and its VFIO_DEVICE_FEATURE with MIG_DEVICE_STATE and RUNNING was a NULL dereference in mtty_set_state() with a mutex held: an oops, and the process was killed. QEMU ran into it. By their source, the drivers of real devices set RUNNING at open. The header does not say in so many words which state a device has that was just opened.',
    calls: [
      'Open the device, bind it, set the state RESUMING, and close it.',
      'Open the device and bind it again; read the state: it is RESUMING.',
      'Set the state RUNNING: an oops.',
    ],
    tried: stillThere,
  },
  20: {
    title:
      'Setting the migration state fails with EFAULT or EMFILE when the state has changed already',
    kernels: ['7.3.4'],
    machine: mtty,
    expected:
      'A call that fails changes nothing. The header is weaker: after a failure the state may be the old one or another one on the way.',
    by: [state],
    seen: 'With a payload that cannot be written the call failed with EFAULT, and with no file descriptor left with EMFILE; the state was the new one both times. No file descriptor leaked.',
    calls: [
      'Lower RLIMIT_NOFILE so that no file descriptor is left, and set the state STOP_COPY: EMFILE.',
      'Read the state: it is STOP_COPY.',
    ],
    tried: stillThere,
  },
  21: {
    title: 'An MSI vector that is silenced by the eventfd -1 writes to the IOVA 0',
    kernels: both,
    machine: edu,
    expected:
      'The value -1 takes the interrupt away: the device writes nothing to the memory of the user.',
    by: [setIrqs],
    seen: 'The device has no masks for its vectors. After the vector was silenced MSI stayed enabled in the device, with an address and data of 0, so that an interrupt became a DMA write of 4 bytes to the IOVA 0: a page of the user that was mapped there was overwritten, and without a mapping the IOMMU reported a fault.',
    calls: [
      'Map a page at the IOVA 0, and set an eventfd of MSI vector 0.',
      'Set the eventfd -1 for the same vector.',
      'Let the device raise its interrupt, and look at the page.',
    ],
    tried: stillThere,
  },
  22: {
    title: 'The reset file of sysfs resets a device under its VFIO user, who is not told',
    kernels: both,
    machine: devices,
    expected:
      'As with VFIO_DEVICE_RESET: mappings of the registers are taken away for the time of the reset, and dma-bufs of them are revoked.',
    by: [],
    seen: 'Writing 1 to the file `reset` of the device in sysfs while a user had it open cleared its registers. Mappings of the registers stayed and worked on without a new page fault, dma-bufs of them (on 7.3.4, which has these) were not revoked, so that DMA of another device to them kept working across the reset, and no event reached the user.',
    calls: [
      'Open the device, and map its registers.',
      'Write 1 to its file `reset` in sysfs.',
      'Read the registers through the mapping.',
    ],
    tried: stillThere,
  },
  23: {
    title:
      'A PCI capability that is to be hidden shows behind capabilities of one type that lie back to back',
    kernels: ['7.3.4'],
    machine: 'x86-64 in QEMU, with a cxl-type3 device on vfio-pci',
    expected:
      'Extended capabilities that vfio-pci does not know are not in the chain that the user sees, wherever they stand, as vfio-pci does it otherwise.',
    by: [],
    seen: 'The device has three DVSEC capabilities that lie back to back, and a DOE capability behind them. The three count as one, the headers of the second and the third are not virtual, and the user sees the DOE capability in the chain. It was not run on 6.12.117, whose code is the same.',
    calls: [
      'Bind a cxl-type3 device to vfio-pci, and open it.',
      'Walk the extended capabilities in its configuration space: the DOE capability is among them.',
    ],
    tried: stillThere,
  },
});
