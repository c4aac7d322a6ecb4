import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_TEST_OP_DIRTY } from '#uapi/iommufd/selftest.ts';
import { MockDomain } from '../../iommu/mock-domain.ts';
import { isErrno } from '../../lib/errno.ts';
import type { CommandResult } from '../dispatcher.ts';
import { HwptPaging } from '../hw-pagetable.ts';
import type { Iommufd } from '../main.ts';
import type { TestCommand } from './test-command.ts';
import { respondWith } from './test-command.ts';

/** Bits in 16 MiB. */
const MAX_BITS = 1n << 27n;

/** selftest.c: what a device that writes would do to a page table. */
export class DirtyTests {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [[IOMMU_TEST_OP_DIRTY, (command) => this.setDirty(command)]];
  }

  /** iommufd_test_dirty(): tells how many bits were set, whatever is mapped there. MOCK-17 */
  setDirty(command: TestCommand): ErrnoName | undefined {
    const { iova, length, page_size, uptr } = command.fields.operation.dirty;
    if (page_size === 0n || length === 0n || uptr === 0n) return 'EINVAL';
    if (iova % page_size !== 0n || length % page_size !== 0n) return 'EINVAL';
    const bits = length / page_size;
    if (bits > MAX_BITS) return 'EOVERFLOW';
    const domain = this.trackingDomain(command.fields.id);
    if (isErrno(domain)) return domain;
    const bitmap = command.task.memory.copyFromUser(uptr, Number((bits + 7n) / 8n));
    if (isErrno(bitmap)) return bitmap;
    const dirty = [...bitsIn(bitmap)].filter((bit) => bit < bits);
    for (const bit of dirty) domain.setDirty(iova + bit * page_size);
    return respondWith(command, 'dirty', { out_nr_dirty: BigInt(dirty.length) });
  }

  protected trackingDomain(id: number): MockDomain | ErrnoName {
    const hwpt = this.context.objects.get(id, HwptPaging);
    if (isErrno(hwpt)) return hwpt;
    const { domain } = hwpt;
    return domain instanceof MockDomain && domain.dirtyTracking?.isEnabled ? domain : 'EINVAL';
  }
}

function* bitsIn(bytes: Uint8Array): Generator<bigint> {
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) yield BigInt(index * 8 + bit);
  }
}
