/** AMD IOMMU, 3.4: Extended Feature Register (MMIO 0030h) and Extended Feature 2 Register (MMIO 01A0h). HWINFO-18 */
export interface AmdFeatures {
  readonly efr: bigint;
  readonly efr2: bigint;
}

/** GTSup: guest translation. */
export const EFR_GUEST_TRANSLATION = 1n << 4n;
/** IASup: INVALIDATE_IOMMU_ALL. */
export const EFR_INVALIDATE_ALL = 1n << 6n;
/** GIoSup: guest translation of requests without a PASID. */
export const EFR_GUEST_IO = 1n << 48n;
/** GCR3TRPMode: the root of the guest's table is an address of the guest. */
export const EFR2_GCR3_MODE = 1n << 3n;

/** Host page tables of four levels (HATS is 0), and nothing that an emulated unit lacks as well. */
export const plainFeatures: AmdFeatures = { efr: EFR_INVALIDATE_ALL, efr2: 0n };

/** What a page table needs to be a nesting parent. HW-AMD-02 */
export const nestingFeatures: AmdFeatures = {
  efr: EFR_INVALIDATE_ALL | EFR_GUEST_TRANSLATION | EFR_GUEST_IO,
  efr2: EFR2_GCR3_MODE,
};
