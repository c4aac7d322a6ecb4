import { DirtyBitmaps } from './dirty-bitmap.ts';
import { VfioDma } from './dma.ts';
import { DmaList } from './dma-list.ts';
import { Domains } from './domains.ts';
import { IovaList } from './iova-list.ts';
import { LockedMemory } from './locked-memory.ts';
import { Pinning } from './pinning.ts';
import { Type1Iommu } from './type1.ts';
import { Type1Commands } from './type1-commands.ts';
import { Type1Driver } from './type1-driver.ts';
import { Type1Info } from './type1-info.ts';

export const type1Parts = {
  DirtyBitmaps,
  DmaList,
  Domains,
  IovaList,
  LockedMemory,
  Pinning,
  Type1Commands,
  Type1Driver,
  Type1Info,
  Type1Iommu,
  VfioDma,
};

export interface Type1Parts {
  readonly type1: typeof type1Parts;
}
