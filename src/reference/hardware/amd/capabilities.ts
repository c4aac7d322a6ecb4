import { EFR, EFR2 } from '#formats/amd/registers.ts';

/** AMD IOMMU, 3.4: Extended Feature Register and Extended Feature 2 Register. HWINFO-18 */
export interface AmdFeatures {
  readonly efr: bigint;
  readonly efr2: bigint;
}

/** Host page tables of four levels (HATS is 0), and nothing that an emulated unit lacks as well. */
export const plainFeatures: AmdFeatures = { efr: EFR.InvalidateAll, efr2: 0n };

const nesting = EFR.InvalidateAll | EFR.GuestTranslation | EFR.GuestIo | EFR.PageRequests;

/** What a page table needs to be a nesting parent, and to track what is written. HW-AMD-11 */
export const nestingFeatures: AmdFeatures = {
  efr: nesting | EFR.HostDirty,
  efr2: EFR2.Gcr3Mode,
};

/** One that nests, and sets no dirty bits in host page tables. */
export const withoutDirtyBits: AmdFeatures = { efr: nesting, efr2: EFR2.Gcr3Mode };
