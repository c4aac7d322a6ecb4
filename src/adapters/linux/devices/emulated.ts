import type { Bench, DeviceId, DeviceInfo } from '#port/bench.ts';
import { WithoutDma } from './refusing.ts';

/** Devices that exist in their driver only: no wire leads from them to memory. Once made, they stay. */
export class EmulatedBench extends WithoutDma implements Bench {
  protected readonly noDma = 'emulated devices do no DMA';
  protected readonly noPageRequests = 'an emulated device has no page requests';
  private readonly create: () => Promise<DeviceInfo>;
  private readonly made: DeviceInfo[] = [];
  private readonly taken = new Set<DeviceId>();

  constructor(create: () => Promise<DeviceInfo>) {
    super();
    this.create = create;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return this.made.filter(({ id }) => this.taken.has(id));
  }

  async plug(): Promise<DeviceInfo> {
    const free = this.made.find(({ id }) => !this.taken.has(id));
    const device = free ?? (await this.create());
    if (free === undefined) this.made.push(device);
    this.taken.add(device.id);
    return device;
  }

  async unplug(device: DeviceId): Promise<void> {
    this.taken.delete(device);
  }

  bind(): Promise<never> {
    return Promise.reject(new Error('the host drives emulated devices itself'));
  }

  async sees(): Promise<boolean> {
    return false;
  }

  async reset(): Promise<void> {
    this.taken.clear();
  }
}
