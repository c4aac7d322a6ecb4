import type { DeviceInfo, DmaResult, PageResponse, RefusedAccess } from '#port/bench.ts';
import type { Bench } from '#port/bench.ts';
import { featuresOf, isDerived } from '#port/derived-features.ts';
import { bindings, everyFunctionKey, noIommu } from '#port/device-wish.ts';
import type { FunctionWish } from '#port/device-wish.ts';
import { everyFeature, implies } from '#port/features.ts';
import type { Implementation, Machine } from '#port/implementation.ts';
import type {
  DeclaredFeature,
  HardwareDescription,
  IommuDescription,
  MachineDescription,
} from '#port/machine-description.ts';
import type { SyscallResult } from '#port/process.ts';
import type { VirtioAnswer, VirtioIommu } from '#port/virtio-iommu.ts';
import { VoidProcess } from './process.ts';

/** An errno that no user ABI returns (the kernel's own ENOTSUPP). */
const never = -524;

/**
 * Implements nothing: every ioctl, read and write returns -524, which no scenario can expect, so a scenario that
 * passes here tests nothing. With the setting `says=yes` each returns 0: a scenario that passes here checks no effect.
 */
export const implementation: Implementation = {
  name: 'void',
  settings: async () => ({
    says: { takes: ['yes', 'no'], says: 'yes: each call succeeds, and does nothing' },
  }),
  machines: async () => machines,
  start: async ({ settings }) => voidMachine(settings.says === 'yes'),
};

const all = { nesting: true, enforcesCoherency: true, dirtyTracking: true } as const;

/** A machine an IOMMU that scenarios ask for first of all; beside it, those that lack something. */
const firsts: Readonly<Record<string, Omit<IommuDescription, 'name'>>> = {
  void: { model: 'vt-d', scalable: true, ...all },
  'void-vt-d': { model: 'vt-d', scalable: false },
  'void-smmuv3': { model: 'smmuv3', express: true, ...all },
  'void-amd': { model: 'amd', ...all },
  'void-virtio': { model: 'virtio' },
};

const others: readonly IommuDescription[] = [
  { name: 'one-stage', model: 'smmuv3', nesting: false },
  { name: 'past-caches', model: 'smmuv3', nesting: true, enforcesCoherency: false },
  { name: 'large-pages', model: 'smmuv3', pageSizes: [0x1_0000] },
  { name: 'incoherent', model: 'smmuv3', coherent: false },
  { name: 'without-dirty-bits', model: 'amd', nesting: true, dirtyTracking: false },
  { name: 'mock', model: 'mock', dirtyTracking: false },
];

const features = everyFeature.filter((each): each is DeclaredFeature => !isDerived(each));
const everything: FunctionWish = Object.fromEntries(
  everyFunctionKey.map(([key, { kind }]) => [key, kind === 'flag' || Number.MAX_SAFE_INTEGER]),
);

const machines = Object.entries(firsts).map(([name, first]): MachineDescription => {
  const iommus = [{ name: 'first', ...first }, ...others];
  const names = [...iommus.map((iommu) => iommu.name), noIommu];
  const offer = { kind: 'vfio', bound: bindings, iommus: names, shareGroups: true } as const;
  // Streams, and accesses that stall, are a matter of an SMMUv3.
  const isSmmu = first.model === 'smmuv3';
  const most = isSmmu ? everything : { ...everything, streamIds: 1, stalls: false };
  const hardware = { iommus, devices: [{ ...offer, function: most }] };
  return { name, features: allowedBy(name, hardware), ...hardware };
});

/** All but those that need an IOMMU which is not the first of this machine. */
function allowedBy(name: string, hardware: HardwareDescription): readonly DeclaredFeature[] {
  const offered = featuresOf({ name, features: [], ...hardware });
  const absent = everyFeature.filter((each) => isDerived(each) && !offered.includes(each));
  return features.filter((each) => !absent.some((other) => implies(each, other)));
}

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

/** Says that it wrote everything, or nothing. */
class VoidVirtioIommu implements VirtioIommu {
  private readonly yes: boolean;

  constructor(yes: boolean) {
    this.yes = yes;
  }

  async request(_bytes: Uint8Array, room: number): Promise<VirtioAnswer> {
    return { bytes: new Uint8Array(room), written: this.yes ? room : 0 };
  }

  async events(): Promise<readonly Uint8Array[]> {
    return [];
  }

  async configuration(): Promise<Uint8Array> {
    return new Uint8Array(40);
  }

  async reset(): Promise<void> {}
}

class VoidBench implements Bench {
  readonly virtioIommu: VirtioIommu;
  private readonly yes: boolean;
  private started: { readonly length: number } = { length: 0 };

  constructor(yes: boolean) {
    this.yes = yes;
    this.virtioIommu = new VoidVirtioIommu(yes);
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return [];
  }

  async plug(): Promise<DeviceInfo> {
    return { id: 'nothing', kind: 'vfio', cdev: '/dev/vfio/devices/none', group: '/dev/vfio/none' };
  }

  async unplug(): Promise<void> {}

  async bind(): Promise<SyscallResult> {
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

  async pageResponses(): Promise<readonly PageResponse[]> {
    return [];
  }

  async refusedAccesses(): Promise<readonly RefusedAccess[]> {
    return [];
  }

  async startDma(access: { readonly length: number }): Promise<void> {
    this.started = access;
  }

  async finishDma(): Promise<DmaResult> {
    return this.dmaRead(this.started);
  }

  async answerDevice(): Promise<void> {}

  async settle(): Promise<void> {}

  async reset(): Promise<void> {}
}
