/** AMD IOMMU, 3.4: Extended Feature Register (MMIO 0030h): flags. HWINFO-18 */
export const EFR = {
  /** PPRSup: page requests are logged. */
  PageRequests: 1n << 1n,
  /** GTSup: guest translation. */
  GuestTranslation: 1n << 4n,
  /** IASup: INVALIDATE_IOMMU_ALL. */
  InvalidateAll: 1n << 6n,
  /** GIoSup: guest translation of requests without a PASID. */
  GuestIo: 1n << 48n,
  /** HDSup: the unit sets dirty bits of host page tables. */
  HostDirty: 1n << 52n,
} as const;

/** Extended Feature 2 Register (MMIO 01A0h): flags. HWINFO-18 */
export const EFR2 = {
  /** GCR3TRPMode: the root of the guest's table is an address of the guest. */
  Gcr3Mode: 1n << 3n,
} as const;
