import type { HardwareParts } from '../parts.ts';
import { AmdIommuUnit } from './amd-iommu-unit.ts';
import { CommandBuffer } from './command-buffer.ts';

export const amdviParts = {
  AmdIommuUnit,
  CommandBuffer,
};

export interface AmdviParts extends HardwareParts {
  readonly amdvi: typeof amdviParts;
}
