import type { MemoryBus } from '../hardware/bus.ts';
import type { PageAllocator } from './mm/user-memory.ts';
import type { Parts } from './parts.ts';

/** What every part of the kernel may lean on. */
export interface Kernel {
  readonly parts: Parts;
  readonly pageAllocator: PageAllocator;
  readonly bus: MemoryBus;
}
