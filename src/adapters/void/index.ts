import type { DeviceInfo, DmaResult } from '#port/bench.ts';
import type { Bench } from '#port/bench.ts';
import { everyFeature } from '#port/features.ts';
import type { Implementation, Machine } from '#port/implementation.ts';
import type { SyscallResult } from '#port/process.ts';
import { VoidProcess } from './process.ts';

/** An errno that no user ABI returns (the kernel's own ENOTSUPP). */
const never = -524;

/**
 * Implements nothing: every ioctl, read and write returns -524, which no scenario can expect, so a scenario that
 * passes here tests nothing. With the setting `says=yes` each returns 0: a scenario that passes here checks no effect.
 */
export const implementation: Implementation = {
  name: 'void',
  machines: async () => [{ name: 'void', features: everyFeature }],
  start: async ({ settings }) => voidMachine(settings.says === 'yes'),
};

function voidMachine(yes: boolean): Machine {
  return {
    identity: {
      name: 'void',
      version: '1',
      // Newer than every scenario, so that none is skipped.
      kernel: '999.0',
      architecture: 'none',
      pageSize: 4096,
    },
    bench: new VoidBench(yes),
    newProcess: async () => new VoidProcess(yes ? 0 : never),
    complaints: async () => [],
    stop: async () => {},
  };
}

class VoidBench implements Bench {
  private readonly yes: boolean;

  constructor(yes: boolean) {
    this.yes = yes;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return [];
  }

  async plug(): Promise<DeviceInfo> {
    return { id: 'nothing', kind: 'vfio', cdev: '/dev/vfio/devices/none', group: '/dev/vfio/none' };
  }

  async unplug(): Promise<void> {}

  async giveTo(): Promise<SyscallResult> {
    return this.yes ? 0 : never;
  }

  async sees(): Promise<boolean> {
    return this.yes;
  }

  async dmaRead(access: { readonly length: number }): Promise<DmaResult> {
    return this.yes ? { bytes: new Uint8Array(access.length) } : 'blocked';
  }

  async dmaWrite(access: { readonly length: number }): Promise<DmaResult> {
    return this.dmaRead(access);
  }

  async requestPages(): Promise<void> {}

  async settle(): Promise<void> {}

  async reset(): Promise<void> {}
}
