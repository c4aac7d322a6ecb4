import type { Bench, DeviceId, DeviceInfo } from '#port/bench.ts';
import { WithoutDma } from './refusing.ts';

/** Who makes devices up, and forgets them. */
export interface EmulatedDevices {
  create(): Promise<DeviceInfo>;
  remove(device: DeviceId): Promise<void>;
}

/**
 * Devices that exist in their driver only: no wire leads from them to memory. Their state survives whoever had them open, so
 * that each scenario has new ones.
 */
export class EmulatedBench extends WithoutDma implements Bench {
  protected readonly noDma = 'emulated devices do no DMA';
  protected readonly noPageRequests = 'an emulated device has no page requests';
  private readonly driver: EmulatedDevices;
  private readonly made = new Map<DeviceId, DeviceInfo>();

  constructor(driver: EmulatedDevices) {
    super();
    this.driver = driver;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return [...this.made.values()];
  }

  async plug(): Promise<DeviceInfo> {
    const device = await this.driver.create();
    this.made.set(device.id, device);
    return device;
  }

  async unplug(device: DeviceId): Promise<void> {
    if (this.made.delete(device)) await this.driver.remove(device);
  }

  bind(): Promise<never> {
    return Promise.reject(new Error('the host drives emulated devices itself'));
  }

  async sees(): Promise<boolean> {
    return false;
  }

  async reset(): Promise<void> {
    for (const device of [...this.made.keys()]) await this.unplug(device);
  }
}
