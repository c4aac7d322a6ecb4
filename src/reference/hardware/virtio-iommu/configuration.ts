import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';
import { PAGE_MASK } from '#formats/page.ts';
import type { ReservedMemory } from '#formats/virtio/iommu-property.ts';

/** virtio 1.2, 5.13.4 Device configuration layout. Ranges include both ends. HW-VIO-02 */
export interface VirtioIommuConfiguration {
  /** Bitmap, bytes; the lowest is the granularity of mappings, the others are hints. HW-VIO-08 */
  readonly pageSizeMask: bigint;
  readonly inputRange: { readonly start: bigint; readonly end: bigint };
  readonly domainRange: { readonly start: number; readonly end: number };
  /** Bytes of the properties in the answer to a PROBE request. */
  readonly probeSize: number;
  /** What an endpoint without a domain does: reach everything as it is, or nothing. Absent without BYPASS_CONFIG. */
  readonly bypass?: boolean;
}

/** A device, as it was made. */
export interface VirtioIommuModel {
  readonly configuration: VirtioIommuConfiguration;
  /** Of each endpoint. */
  readonly reserved: readonly ReservedMemory[];
  /** A property before them that no driver knows. */
  readonly oddProperty?: boolean;
  /** The most that it keeps, of all domains together. */
  readonly mappings?: number;
  /** Endpoints share a domain where they are behind one bridge; any two where nothing is said. */
  readonly sharesBehindBridges?: boolean;
}

export const BYPASS_OFFSET = 36;

/** struct virtio_iommu_config: as a driver reads it. */
export function encodeConfiguration(configuration: VirtioIommuConfiguration): Uint8Array {
  const { pageSizeMask, inputRange, domainRange, probeSize, bypass } = configuration;
  const view = new DataView(new ArrayBuffer(40));
  view.setBigUint64(0, pageSizeMask, true);
  view.setBigUint64(8, inputRange.start, true);
  view.setBigUint64(16, inputRange.end, true);
  view.setUint32(24, domainRange.start, true);
  view.setUint32(28, domainRange.end, true);
  view.setUint32(32, probeSize, true);
  view.setUint8(BYPASS_OFFSET, bypass ? 1 : 0);
  return new Uint8Array(view.buffer);
}

const MiB = 1n << 20n;
const GiB = 1n << 30n;

/** As that of QEMU: interrupts of x86 are not translated. */
export const plainVirtioIommu: VirtioIommuModel = {
  configuration: {
    pageSizeMask: BigInt.asUintN(64, PAGE_MASK),
    inputRange: { start: 0n, end: (1n << 64n) - 1n },
    domainRange: { start: 0, end: 0xffff_ffff },
    probeSize: 512,
  },
  reserved: [{ ...INTERRUPT_MESSAGES, isInterrupt: true }],
};

/** The same where a driver may say what an endpoint without a domain does; at first, everything. */
export const openVirtioIommu: VirtioIommuModel = {
  ...plainVirtioIommu,
  configuration: { ...plainVirtioIommu.configuration, bypass: true },
};

/** The specification allows each of it. Pages are of 1 KiB; there are domains for the devices of a machine, and three more. */
export const limitedVirtioIommu: VirtioIommuModel = {
  configuration: {
    pageSizeMask: 0x400n | 0x1000n | (2n * MiB),
    inputRange: { start: 16n * MiB, end: 64n * GiB - 1n },
    domainRange: { start: 3, end: 17 },
    probeSize: 128,
    bypass: true,
  },
  reserved: [
    { first: 2n * GiB, last: 2n * GiB + MiB - 1n, isInterrupt: false },
    { first: 3n * GiB, last: 3n * GiB + 0xfffn, isInterrupt: false },
  ],
  oddProperty: true,
  mappings: 64,
  sharesBehindBridges: true,
};
