import { PAGE_SIZE } from './user-memory.ts';

/** Of include/linux/fault-inject.h: what `times` says where there is no limit. */
const UNLIMITED = -1;

/** struct task_struct, as far as checks look at it. */
export interface CheckedTask {
  /** /proc/self/fail-nth: the so many-th check from now on fails; 0 for none. */
  failNth: number;
  /** /proc/self/make-it-fail */
  readonly makeItFail: boolean;
}

/** struct fault_attr: one kind of check that can be made to fail. Its fields are files of debugfs. */
export class FaultAttribute {
  /** Per cent. */
  probability = 0n;
  /** Of the checks that get that far every so many-th can fail. */
  interval = 1n;
  /** Failures that are left; negative for no limit. */
  times = 1;
  /** Checks of size 1 that pass before one can fail. */
  space = 0;
  /** How much is printed, and how often; nobody reads it here. */
  verbose = 2n;
  verboseRatelimitIntervalMs = 0;
  verboseRatelimitBurst = 10;
  /** Only tasks with make-it-fail. */
  taskFilter = false;
  private count = 0n;

  /** should_fail(): the count of the task goes first, whatever the attribute says. MOCK-32 */
  shouldFail(task: CheckedTask, size: number, random: () => number): boolean {
    if (task.failNth > 0) return --task.failNth === 0 && this.fail();
    if (this.probability === 0n || this.times === 0) return false;
    if (this.taskFilter && !task.makeItFail) return false;
    if (this.space > size) {
      this.space -= size;
      return false;
    }
    if (this.interval > 1n && ++this.count % this.interval !== 0n) return false;
    return this.probability > BigInt(random()) && this.fail();
  }

  private fail(): boolean {
    if (this.times !== UNLIMITED && this.times !== 0) this.times--;
    return true;
  }
}

/** mm/failslab.c: allocations that may wait are left alone unless told otherwise. */
export class SlabAttribute extends FaultAttribute {
  ignoreGfpWait = true;
  cacheFilter = false;
}

/** mm/fail_page_alloc.c */
export class PageAttribute extends FaultAttribute {
  ignoreGfpWait = true;
  ignoreGfpHighmem = true;
  /** Smaller allocations are left alone; a power of two of pages. */
  minOrder = 1;
}

/**
 * lib/fault-inject.c and its users: the places in the kernel where a call can be made to fail. IOAS-MAP-41 IOAS-UNMAP-21
 * DEV-49 MOCK-32
 */
export class FaultInjection {
  /** iommufd/selftest.c: fail_iommufd. */
  readonly iommufd = new FaultAttribute();
  readonly slab = new SlabAttribute();
  readonly page = new PageAttribute();
  /** struct task_struct *current: whose call the kernel carries out. Before the first one, that of the boot. */
  current: CheckedTask = { failNth: 0, makeItFail: false };
  private seed = 1;

  /** iommufd_should_fail(): a check of iommufd itself, where no allocation would be refused. */
  shouldFail(): boolean {
    return this.check(this.iommufd, 1);
  }

  /** kmalloc(GFP_KERNEL), and kmem_cache_alloc(). */
  kmalloc(): 'ENOMEM' | undefined {
    return this.slab.ignoreGfpWait ? undefined : this.kmallocAtomic();
  }

  /** kmalloc(GFP_ATOMIC) or GFP_NOWAIT: nobody may wait for it. */
  kmallocAtomic(): 'ENOMEM' | undefined {
    return !this.slab.cacheFilter && this.check(this.slab, 1) ? 'ENOMEM' : undefined;
  }

  /** kvmalloc(): more than a page need not be in one piece. */
  kvmalloc(bytes: bigint): 'ENOMEM' | undefined {
    return this.kmalloc() && (bytes > PAGE_SIZE ? this.kmalloc() : 'ENOMEM');
  }

  /** alloc_pages(GFP_KERNEL) of the kernel for itself. */
  allocPages(order: number): 'ENOMEM' | undefined {
    if (this.page.ignoreGfpWait || order < this.page.minOrder) return undefined;
    return this.check(this.page, 1 << order) ? 'ENOMEM' : undefined;
  }

  protected check(attribute: FaultAttribute, size: number): boolean {
    return attribute.shouldFail(this.current, size, this.random);
  }

  /** get_random_u32_below(100), the same in each run. */
  private readonly random = (): number => {
    this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) >>> 0;
    return (this.seed >>> 16) % 100;
  };
}
