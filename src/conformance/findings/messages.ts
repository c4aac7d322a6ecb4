import { uapi } from '../requirement.ts';
import { findings, stillThere } from './finding.ts';

/** Interrupts by message, where an IOMMU translates their address. */
export const messages = findings({
  37: {
    title:
      'A device behind an SMMUv3 that was refused MSI while it was attached to nothing never gets it again',
    kernels: ['7.3.4'],
    machine:
      'arm64 in QEMU, with a GICv3 and its ITS, and an edu device on vfio-pci behind an SMMUv3',
    expected:
      'A call that fails leaves nothing behind: once the device is attached, its messages can be connected.',
    by: [uapi('vfio.h', 'VFIO_DEVICE_SET_IRQS')],
    seen: 'VFIO_DEVICE_SET_IRQS for the one MSI vector of a device that was bound to an iommufd and attached to nothing failed with ENOSPC, as no domain could map the doorbell. After the device was attached to an IOAS the same call failed with ENOSPC again, and so it did for everybody who opened the device later; on a device that had been attached first it succeeds. By the source, its_irq_domain_alloc() takes the event of the device and does not give it back when iommu_dma_prepare_msi() fails; an edu device has only one.',
    calls: [
      'Bind a device to an iommufd, and call VFIO_DEVICE_SET_IRQS with an eventfd for its MSI vector: ENOSPC.',
      'Attach the device to an IOAS, and call it again: ENOSPC.',
      'Close all, open another process, attach the device first, and call it: ENOSPC.',
    ],
    tried: stillThere,
    requirements: ['HW-SMU-44'],
  },
});
