/**
 * Requirements that cannot be shown through the port on any machine we know, with the reason. They have no scenario,
 * and reports count them apart.
 */
export const untestable: Readonly<Record<string, string>> = {
  'ABI-21': 'The port has no 32-bit processes.',
  'OBJ-21':
    'The id of a half-made object is known to nobody, and a call that guesses it cannot tell whether it came in time.',
  'OBJ-34': 'The port has no memory cgroups, and neither have the kernels of the lab.',
  'IOAS-MAP-42':
    'The machines have no file system that tracks writes; tmpfs and hugetlbfs allow long-term pins.',
  'IOAS-MAP-44': 'There is no way to ask for anything else, so there is nothing to compare with.',
  'IOAS-FILE-17': 'The only dma-bufs that a machine makes are those that can be mapped.',
  'IOAS-FILE-27': 'A kernel built without dma-bufs has no dma-buf that could be mapped.',
  'IOAS-UNMAP-14':
    'Every access that a process can make unpins when it is asked to: the mock access as well as mediated devices.',
  'PIN-13':
    'The machines write no page back and reclaim none, so that nobody can tell a dirty page from a clean one.',
  'PIN-21':
    'An access of the test command is attached as long as it exists. That of an emulated device can be detached, but its driver neither pins nor reads.',
  'PIN-25':
    'Every access that a process can make unpins when it is asked to, so that no unmap waits for one.',
  'DEV-47': 'The port cannot hold a device in its reset.',
  'HWINFO-17': 'No machine has a Tegra241, and no model of its command queues is public.',
  'VIOMMU-13': 'No machine has a Tegra241, and no model of its command queues is public.',
  'VDEV-08':
    'A call that races with the closing of its device cannot tell whether it came in time.',
  'VEVQ-22': 'No machine has a Tegra241, and no model of its command queues is public.',
  'HWQ-14': 'No machine has a Tegra241, and no model of its command queues is public.',
  'HW-STK-03': 'What no device of the machine can do, none can be made to do.',
  'HW-VTD-36':
    'The port has no interrupts: no process can ask for one of a device, and no bench sees one.',
  'HW-VTD-77': 'The port can neither silence a device nor pull it out.',
  'HW-VIO-01':
    'What was negotiated shows only in what it does: HW-VIO-08, 09, 10, 22 and 40. A unit test has a device without it.',
  'HW-VIO-24':
    'Such a domain is for drivers of the host; what their devices reach no process sees, and iommufd has no such domains.',
  'HW-AMD-20':
    'No machine has such page tables for devices with PASIDs: nothing calls the code, and it is unfinished.',
  'VFIO-UNM-16':
    'No emulated device of a machine pins what is mapped: the driver of the sample does not touch it.',
  'VFIO-CDEV-01': 'The port cannot ask for the device number of a file.',
  'VFIO-ATT-12': 'The port cannot hold a device in its reset.',
  'HW-PCI-10':
    'No machine has a physical function beside its virtual ones; QEMU has no device with both ATS and SR-IOV that could be assigned.',
  'HW-ENQ-01':
    'No process of the port executes instructions of its own choice; a model with unit tests stands for the processor, and Linux translates no PASIDs of guests.',
  'HW-ENQ-02':
    'No process of the port executes instructions of its own choice; a model with unit tests stands for the processor, and Linux translates no PASIDs of guests.',
  'HW-ENQ-03':
    'No process of the port executes instructions of its own choice; a model with unit tests stands for the processor, and Linux translates no PASIDs of guests.',
  'HW-ENQ-06':
    'No process of the port executes instructions of its own choice; a model with unit tests stands for the processor, and Linux translates no PASIDs of guests.',
  'HW-PRQ-06':
    'In 7.3.4 no iommufd user of an AMD IOMMU gets page requests: its driver enables them for shared page tables of the kernel alone.',
  'VFIO-RW-12':
    'Only another driver of the kernel can have the addresses of a BAR, and none takes those of a device that is not its own.',
  'VFIO-MAP2-05': 'The port has no mremap().',
  'VFIO-DBUF-12':
    'A process gives a dma-buf of a BAR to nobody but iommufd, which can do both; other importers are drivers.',
  'VFIO-INT-26':
    'The port cannot make a device report an error, and no kernel of the lab is built with AER.',
  'VFIO-MIG-07': 'Each device of a machine that migrates can do all three kinds of it.',
  'VFIO-MIG-23':
    'No driver of a machine fails on its way: that of the serial port takes each step.',
  'VFIO-MIG-24': 'The devices of a machine that migrate do neither DMA nor interrupts.',
  'VFIO-LOG-08': 'The devices of a machine that log their DMA do none.',
  'VFIO-CTR-19':
    'No machine has emulated devices beside those with an IOMMU, and the groups of a machine reserve the same IOVAs.',
};
