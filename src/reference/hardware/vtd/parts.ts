import type { HardwareParts } from '../parts.ts';
import { ContextCache } from './context-cache.ts';
import { FaultRecording } from './faults.ts';
import { InvalidationQueue } from './invalidation-queue.ts';
import { PagingStructureCache } from './paging-structure-cache.ts';
import { PageRequestQueue } from './page-request-queue.ts';
import { PasidCache } from './pasid-cache.ts';
import { PasidIotlb } from './pasid-iotlb.ts';
import { ScalableMode } from './scalable-mode.ts';
import { VtdUnit } from './vtd-unit.ts';

export const vtdParts = {
  ContextCache,
  FaultRecording,
  InvalidationQueue,
  PageRequestQueue,
  PagingStructureCache,
  PasidCache,
  PasidIotlb,
  ScalableMode,
  VtdUnit,
};

export interface VtdParts extends HardwareParts {
  readonly vtd: typeof vtdParts;
}
