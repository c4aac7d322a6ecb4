import type { Bench, DeviceId, DeviceInfo } from '#port/bench.ts';

/** Devices that exist in their driver only: no wire leads from them to memory. Once made, they stay. */
export class EmulatedBench implements Bench {
  private readonly create: () => Promise<DeviceInfo>;
  private readonly made: DeviceInfo[] = [];
  private readonly taken = new Set<DeviceId>();

  constructor(create: () => Promise<DeviceInfo>) {
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

  dmaRead(): Promise<never> {
    return Promise.reject(new Error('emulated devices do no DMA'));
  }

  dmaWrite(): Promise<never> {
    return this.dmaRead();
  }

  requestPages(): Promise<never> {
    return Promise.reject(new Error('an emulated device has no page requests'));
  }

  pageResponses(): Promise<never> {
    return this.requestPages();
  }

  startDma(): Promise<never> {
    return this.requestPages();
  }

  finishDma(): Promise<never> {
    return this.requestPages();
  }

  answerDevice(): Promise<never> {
    return this.requestPages();
  }

  refusedAccesses(): Promise<never> {
    return this.dmaRead();
  }

  async settle(): Promise<void> {}

  async reset(): Promise<void> {
    this.taken.clear();
  }
}
