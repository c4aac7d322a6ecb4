import type { HardwareParts } from '../parts.ts';
import { AmdIommuUnit } from './amd-iommu-unit.ts';
import { CommandBuffer } from './command-buffer.ts';
import { GuestIotlb } from './guest-iotlb.ts';

export const amdviParts = {
  AmdIommuUnit,
  CommandBuffer,
  GuestIotlb,
};

export interface AmdviParts extends HardwareParts {
  readonly amdvi: typeof amdviParts;
}
