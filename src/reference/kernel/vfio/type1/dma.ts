import type { IommuProtection } from '../../iommu/domain.ts';
import type { Task } from '../../fs/process.ts';
import type { Pfn, UserMemory } from '../../mm/user-memory.ts';

export interface DmaPlace {
  readonly iova: bigint;
  readonly vaddr: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly protection: IommuProtection;
}

/** vfio_iommu_type1.c: struct vfio_dma: one VFIO_IOMMU_MAP_DMA, which is unmapped as a whole only. */
export class VfioDma {
  readonly iova: bigint;
  readonly size: bigint;
  readonly protection: IommuProtection;
  vaddr: bigint;
  /** The process that mapped it, or gave it a new address last: who is charged. */
  task: Task;
  memory: UserMemory;
  /** That process had CAP_IPC_LOCK: no limit holds for it. */
  lockCap: boolean;
  /** VFIO_DMA_UNMAP_FLAG_VADDR: its pages stay mapped, and nobody knows their addresses. */
  vaddrInvalid = false;
  /** Its pages are pinned and in every domain. */
  iommuMapped = false;
  /** Each page from the first on, while it is mapped. */
  pfns: readonly Pfn[] = [];
  /** Those of them that are pinned: registers of a device are not. */
  pinned: readonly Pfn[] = [];
  /** Pages that were charged. */
  lockedVm = 0n;
  /** As far as dirty tracking is on: something wrote all of it that nobody watches, and that is gone. */
  isDirty = false;

  constructor(place: DmaPlace, task: Task) {
    this.iova = place.iova;
    this.size = place.size;
    this.vaddr = place.vaddr;
    this.protection = place.protection;
    this.task = task;
    this.memory = task.memory;
    this.lockCap = task.capabilities.has('IPC_LOCK');
  }

  /** The last byte: of a mapping up to the end of all addresses there is none behind it. */
  get last(): bigint {
    return this.iova + this.size - 1n;
  }
}
