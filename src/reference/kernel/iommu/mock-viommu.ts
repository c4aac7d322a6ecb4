import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HWPT_ALLOC_PASID } from '#uapi/iommufd/hwpt.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';
import { Registers } from '../../hardware/registers.ts';
import { copySizedStruct } from '../mm/copy-struct.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { IommuParts } from './parts.ts';
import type { Invalidated, NestedDomain } from './domain.ts';
import { MockDevice } from './mock-device.ts';
import { configOf } from './mock-nested-domain.ts';
import { copyUserData, copyUserDataBack } from './user-data.ts';
import type { UserData, UserDataArray } from './user-data.ts';
import type { HwQueueCore, ViommuCore, ViommuOps } from './viommu.ts';

const { iommu_viommu_selftest, iommu_viommu_invalidate_selftest } = uapi;
/** What follows out_data may be left away. */
const MINIMAL_DATA = 8;
const MMAP_LENGTH = 2 * Number(PAGE_SIZE);

/** selftest.c: struct mock_viommu. MOCK-31 */
export class MockViommu implements ViommuOps {
  protected readonly core: ViommuCore;
  protected readonly parts: IommuParts;
  protected readonly queues: (HwQueueCore | undefined)[] = [];
  protected mmapOffset: bigint | undefined;

  constructor(core: ViommuCore, parts: IommuParts) {
    this.core = core;
    this.parts = parts;
  }

  /** mock_viommu_init(): the first word of the pages is what the user gave. EINVAL, EFAULT. VIOMMU-09 10 MMAP-01 */
  init(data: UserData): ErrnoName | undefined {
    const fields = copyUserData(data, iommu_viommu_selftest, MINIMAL_DATA);
    if (isErrno(fields)) return fields;
    const pages = new Registers(MMAP_LENGTH, []);
    pages.write(0n, iommu_viommu_selftest.pack({ in_data: fields.in_data }).subarray(0, 4));
    const offset = this.core.allocateMmap(pages);
    if (isErrno(offset)) return offset;
    this.mmapOffset = offset;
    const error = copyUserDataBack(data, iommu_viommu_selftest, {
      ...fields,
      out_data: fields.in_data,
      out_mmap_offset: this.mmapOffset,
      out_mmap_length: pages.size,
    });
    if (error) this.destroy();
    return error;
  }

  destroy(): void {
    if (this.mmapOffset !== undefined) this.core.destroyMmap(this.mmapOffset);
  }

  /** mock_viommu_alloc_domain_nested(). HWPT-26 27 */
  allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
    if (flags & ~IOMMU_HWPT_ALLOC_PASID) return 'EOPNOTSUPP';
    const config = configOf(data);
    return isErrno(config) ? config : new this.parts.iommu.MockNestedDomain(config.iotlb, this);
  }

  /**
   * mock_viommu_cache_invalidate(): all entries are copied before the first one takes effect. INV-12 14 15 16 17 MOCK-30
   */
  invalidate(array: UserDataArray): Invalidated {
    if (array.type !== uapi.IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST)
      return { done: 0, error: 'EINVAL' };
    const commands: Invalidation[] = [];
    for (let index = 0; index < array.entries; index++) {
      const command = this.copyInvalidation(array, index);
      if (isErrno(command)) return { done: 0, error: command };
      commands.push(command);
    }
    for (const [done, command] of commands.entries()) {
      const error = this.invalidateCache(command);
      if (error) return { done, error };
    }
    return { done: commands.length };
  }

  /** The device's number here while it is attached to a page table of this virtual IOMMU. VDEV-06 07 */
  virtualIdOf(device: MockDevice): bigint | undefined {
    return this.core.virtualIdOf(device);
  }

  /** iommufd_test_trigger_vevent(). MOCK-21 */
  reportEvent(virtualId: bigint): ErrnoName | undefined {
    const event = { virt_id: Number(BigInt.asUintN(32, virtualId)) };
    const data = uapi.iommu_viommu_event_selftest.pack(event);
    return this.core.reportEvent(uapi.IOMMU_VEVENTQ_TYPE_SELFTEST, data);
  }

  /** HWQ-05 */
  offersHwQueues(type: number): boolean {
    return type === uapi.IOMMU_HW_QUEUE_TYPE_SELFTEST;
  }

  /** mock_hw_queue_init_phys(): each queue depends on the one before it. EINVAL, EEXIST, EIO. HWQ-11 12 OBJ-17 */
  initHwQueue(queue: HwQueueCore, index: number, physical: bigint): ErrnoName | undefined {
    if (index >= uapi.IOMMU_TEST_HW_QUEUE_MAX) return 'EINVAL';
    if (this.queues[index]) return 'EEXIST';
    const previous = this.queues[index - 1];
    if (index > 0 && !previous) return 'EIO';
    if (this.core.parent.iovaToPhys(queue.baseAddress) !== physical) return 'EFAULT';
    if (previous) previous.users++;
    this.queues[index] = queue;
    return undefined;
  }

  /** HWQ-16 */
  destroyHwQueue(queue: HwQueueCore): void {
    const index = this.queues.indexOf(queue);
    this.queues[index] = undefined;
    const previous = this.queues[index - 1];
    if (previous) previous.users--;
  }

  /** INV-15: an entry may be longer or shorter than what is known, as a struct of a command may. */
  protected copyInvalidation(array: UserDataArray, index: number): Invalidation | ErrnoName {
    const address = array.address + BigInt(index) * BigInt(array.entryLength);
    const sizes = { userSize: array.entryLength, size: iommu_viommu_invalidate_selftest.size };
    const bytes = copySizedStruct(array.memory, address, sizes);
    return isErrno(bytes) ? bytes : iommu_viommu_invalidate_selftest.unpack(bytes);
  }

  /** The index is checked also where everything goes. */
  protected invalidateCache({ flags, cache_id, vdev_id }: Invalidation): ErrnoName | undefined {
    if (flags & ~uapi.IOMMU_TEST_INVALIDATE_FLAG_ALL) return 'EOPNOTSUPP';
    if (cache_id >= uapi.MOCK_DEV_CACHE_NUM) return 'EINVAL';
    const device = this.core.findDevice(BigInt(vdev_id))?.hardware;
    if (!(device instanceof MockDevice)) return 'EINVAL';
    if (flags & uapi.IOMMU_TEST_INVALIDATE_FLAG_ALL) device.cache.fill(0);
    else device.cache[cache_id] = 0;
    return undefined;
  }
}

interface Invalidation {
  readonly flags: number;
  readonly vdev_id: number;
  readonly cache_id: number;
}
