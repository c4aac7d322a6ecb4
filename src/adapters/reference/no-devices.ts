import type { Bench, DeviceInfo, DmaResult } from '#port/bench.ts';

/** The bench of a machine without devices. */
export class NoDevices implements Bench {
  async devices(): Promise<readonly DeviceInfo[]> {
    return [];
  }

  async plug(): Promise<DeviceInfo> {
    throw new Error('this machine has no devices');
  }

  async unplug(): Promise<void> {}

  async sees(): Promise<boolean> {
    return false;
  }

  async dmaRead(): Promise<DmaResult> {
    return 'blocked';
  }

  async dmaWrite(): Promise<DmaResult> {
    return 'blocked';
  }

  async settle(): Promise<void> {}

  async reset(): Promise<void> {}
}
