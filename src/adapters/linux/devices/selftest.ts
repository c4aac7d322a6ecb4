import type { Bench, DeviceId, DeviceInfo, DeviceWish, DmaAccess } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Address } from '#port/process.ts';
import { errnoName, failure } from '#uapi/errno.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_MD_CHECK_MAP } from '#uapi/iommufd/selftest.ts';
import { offerFor } from '../../wish/offer-for.ts';
import type { DescribedMachine } from '../../wish/offer-for.ts';
import { Scratch } from '../scratch.ts';
import { WithoutDma } from './refusing.ts';

/** The page of a mock page table; what MD_CHECK_MAP takes is a multiple. MOCK-27 */
const mockPageBytes = 2048n;

/** Not there, or other memory; or no memory of the process to compare with. */
const unseen = [failure('EINVAL'), failure('EFAULT')];

/**
 * Mock devices of a kernel with IOMMU_TEST_CMD: a device comes into being attached, by MOCK_DOMAIN, so plugging one is
 * giving out a name. They move no bytes; `sees` asks the kernel to compare physical addresses. MOCK-09
 */
export class SelftestBench extends WithoutDma implements Bench {
  protected readonly noDma = 'mock devices move no bytes: a scenario needs dma';
  protected readonly noPageRequests = 'mock devices ask for pages by IOMMU_TEST_CMD';
  private readonly plugged = new Map<DeviceId, DeviceInfo>();
  private readonly described: DescribedMachine;
  private lastNumber = 0;

  constructor(described: DescribedMachine) {
    super();
    this.described = described;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return [...this.plugged.values()];
  }

  async plug(wish: DeviceWish): Promise<DeviceInfo> {
    offerFor(this.described, wish);
    const device: DeviceInfo = { id: `mock${++this.lastNumber}`, kind: 'selftest' };
    this.plugged.set(device.id, device);
    return device;
  }

  async unplug(device: DeviceId): Promise<void> {
    this.plugged.delete(device);
  }

  bind(): Promise<never> {
    return Promise.reject(new Error('mock devices have no drivers: a scenario needs host-driver'));
  }

  async sees({ attachment, iova, length }: DmaAccess, address: Address): Promise<boolean> {
    const { process, iommufd, hwpt } = attachment;
    if (hwpt === undefined || iommufd === undefined) return false;
    const lead = iova % mockPageBytes;
    if (address % mockPageBytes !== lead) return false;
    const scratch = await Scratch.of(process);
    const pages = (lead + BigInt(length) + mockPageBytes - 1n) / mockPageBytes;
    const range = { iova: iova - lead, length: pages * mockPageBytes, uptr: address - lead };
    const { result } = await scratch.ioctl(iommufd, IOMMU_TEST_CMD, {
      op: IOMMU_TEST_OP_MD_CHECK_MAP,
      id: hwpt,
      operation: { check_map: range } as never,
    });
    if (result === 0) return true;
    if (unseen.includes(result)) return false;
    throw new ImplementationBroken(`IOMMU_TEST_CMD MD_CHECK_MAP failed with ${errnoName(result)}`);
  }

  async reset(): Promise<void> {
    this.plugged.clear();
    this.lastNumber = 0;
  }
}
