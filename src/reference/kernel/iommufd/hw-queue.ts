import type { ErrnoName } from '#uapi/errno.ts';
import type { HwQueueCore } from '../iommu/viommu.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX, alignDown, alignUp } from '../lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/user-memory.ts';
import type { Pfn } from '../mm/user-memory.ts';
import type { Access } from './access.ts';
import type { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { Viommu } from './viommu.ts';

/** The kernel makes a list of 8 bytes a page, for which kvmalloc() gives less than 2 GiB: more than any queue needs. */
const MAX_LENGTH = PAGE_SIZE << 28n;

export interface QueueRange {
  /** IOVA of the first byte. */
  readonly baseAddress: bigint;
  /** Bytes, 1 or more. */
  readonly length: bigint;
}

/** Guest memory that the hardware reads by its physical address: pinned, and locked against unmapping. OBJ-13 HWQ-10 */
export class HwQueueMemory {
  readonly baseAddress: bigint;
  protected readonly access: Access;
  protected readonly first: bigint;
  protected readonly length: bigint;
  protected pfns: readonly Pfn[] = [];

  constructor(access: Access, { baseAddress, length }: QueueRange) {
    this.access = access;
    this.baseAddress = baseAddress;
    this.first = alignDown(baseAddress, PAGE_SIZE);
    this.length = alignUp(baseAddress + length, PAGE_SIZE) - this.first;
  }

  /** Of the first byte. */
  get physical(): bigint {
    return ((this.pfns[0] ?? 0n) << PAGE_SHIFT) + (this.baseAddress - this.first);
  }

  /**
   * iommufd_hw_queue_alloc_phys(): whole pages. ERANGE, ENOMEM, EADDRINUSE, why they cannot be pinned, or EFAULT where they
   * do not follow each other in memory. HWQ-06 07 08 09 15
   */
  pin(ioas: Ioas): ErrnoName | undefined {
    if (this.length > ULONG_MAX) return 'ERANGE';
    if (this.length >= MAX_LENGTH) return 'ENOMEM';
    const error = this.access.attachTo(ioas);
    if (error) return error;
    const pfns = this.access.pinPages(this.first, this.length, false);
    if (isErrno(pfns)) return pfns;
    this.pfns = pfns;
    const [first = 0n] = pfns;
    return pfns.every((pfn, index) => pfn === first + BigInt(index)) ? undefined : 'EFAULT';
  }

  /** iommufd_hw_queue_destroy_access(). */
  release(): void {
    if (this.pfns.length > 0) this.access.unpinPages(this.first, this.length);
    this.access.release();
  }
}

/** viommu.c: struct iommufd_hw_queue. HWQ-12 13 OBJ-15 17 */
export class HwQueue extends IommufdObject implements HwQueueCore {
  protected readonly viommu: Viommu;
  protected readonly memory: HwQueueMemory;

  constructor(id: number, viommu: Viommu, memory: HwQueueMemory) {
    super(id);
    this.viommu = viommu;
    this.memory = memory;
    viommu.users++;
  }

  get baseAddress(): bigint {
    return this.memory.baseAddress;
  }

  /** Tells the driver of it; it is gone again where the driver refuses. HWQ-11 */
  init(index: number): ErrnoName | undefined {
    const error = this.viommu.ops?.initHwQueue?.(this, index, this.memory.physical);
    if (error) this.release();
    return error;
  }

  override destroy(): void {
    this.viommu.ops?.destroyHwQueue?.(this);
    this.release();
  }

  protected release(): void {
    this.memory.release();
    this.viommu.users--;
  }
}

/** The memory, pinned by an access that iommufd has for itself. */
export function pinQueue(
  context: Iommufd,
  ioas: Ioas,
  range: QueueRange,
): HwQueueMemory | ErrnoName {
  const { parts } = context.kernel;
  const access = context.create(
    (id) => new parts.iommufd.Access(id, { context, needsPinPages: true }),
  );
  if (isErrno(access)) return access;
  const memory = new parts.iommufd.HwQueueMemory(access, range);
  const error = context.kernel.faults.kmalloc() ?? memory.pin(ioas);
  if (error) memory.release();
  return error ?? memory;
}
