import { noIommu } from '#port/device-wish.ts';
import type { DeviceOffer, HardwareDescription } from '#port/machine-description.ts';

const mockIommu = {
  model: 'mock',
  nesting: true,
  coherent: true,
  pageSizes: [2048, 4096],
} as const;

/** MOCK_FLAGS_DEVICE_NO_DIRTY is a matter of the mock IOMMU: its page tables have dirty bits or not. */
const mockIommus = [
  { ...mockIommu, name: 'mock', dirtyTracking: true },
  { ...mockIommu, name: 'mock-without-dirty-tracking', dirtyTracking: false },
] as const;

/** What MOCK_FLAGS_DEVICE_PASID gives. */
const mockPasidBits = 20;

/** What IOMMU_TEST_CMD makes; older kernels without PASIDs. */
export function mockHardware({ hasPasids }: { readonly hasPasids: boolean }): HardwareDescription {
  const devices: DeviceOffer = {
    kind: 'selftest',
    bound: [],
    iommus: mockIommus.map(({ name }) => name),
    ...(hasPasids && { function: { pasidBits: mockPasidBits } }),
  };
  return { iommus: mockIommus, devices: [devices] };
}

/** Of a machine without an IOMMU: what vfio-pci should not take, what it takes in noiommu mode, and what a driver makes up. */
export const bareOffers = {
  refused: { kind: 'vfio', bound: ['vfio-pci'], iommus: [noIommu] },
  inNoiommuMode: { kind: 'vfio', bound: ['noiommu'], iommus: [noIommu] },
  emulated: { kind: 'vfio', bound: ['mdev'], iommus: [noIommu] },
} as const satisfies Readonly<Record<string, DeviceOffer>>;
