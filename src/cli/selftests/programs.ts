import type { DeviceKind } from '#emulate/emulation.ts';

/** A program of tools/testing/selftests, and what it says on the reference. */
export interface SelftestProgram {
  readonly name: string;
  /** Of the reference. */
  readonly machine: string;
  /** Which of the machine's devices its arguments name. */
  readonly devices: 'none' | 'one' | 'added' | 'all';
  /** Beside those of the machine. */
  readonly added?: readonly DeviceKind[];
  /** For a night: it maps 1 GiB for each of its tests. */
  readonly isSlow?: boolean;
  readonly passed: number;
  readonly skipped: number;
  /** How it ends where it does not end well: KSFT_SKIP is 4, KSFT_FAIL 1. */
  readonly code?: number;
}

const ofMocks = { machine: 'mock', devices: 'none', skipped: 0 } as const;
const ofDevice = { machine: 'vt-d', devices: 'one', skipped: 0 } as const;
const ofCopyEngine = { ...ofDevice, devices: 'added', added: ['ioat'] } as const;

/**
 * Those of Linux 7.3. iommufd: as the reference is right; 7.3.4 itself fails eight of them, as IOMMU_TEST_OP_DMABUF_GET does
 * not return its fd. vfio: as 7.3.4 says with edu in QEMU, without huge pages of 1 GiB.
 */
const of73: readonly SelftestProgram[] = [
  { ...ofMocks, name: 'iommufd', passed: 241, skipped: 5 },
  { ...ofMocks, name: 'iommufd_fail_nth', passed: 8 },
  { ...ofDevice, name: 'vfio_iommufd_setup_test', passed: 6 },
  { ...ofDevice, name: 'vfio_pci_device_test', passed: 3, skipped: 2 },
  { ...ofDevice, name: 'vfio_dma_mapping_test', passed: 25, skipped: 5 },
  { ...ofDevice, name: 'vfio_dma_mapping_mmio_test', passed: 15 },
  { ...ofDevice, name: 'vfio_pci_device_init_perf_test', devices: 'all', passed: 5 },
  { ...ofCopyEngine, name: 'vfio_pci_driver_test', passed: 35, isSlow: true },
  // It wants a device with virtual functions.
  { ...ofDevice, name: 'vfio_pci_sriov_uapi_test', passed: 0, skipped: 1, code: 4 },
];

/** By release. Those of 6.12.117 do not compile with the headers of that kernel. */
export const programs: Readonly<Record<string, readonly SelftestProgram[]>> = { '7.3': of73 };
