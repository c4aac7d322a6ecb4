import { EFR, EFR2 } from '#formats/amd/registers.ts';
import type { FaultRecord } from '#formats/vtd/fault-record.ts';

import { nestingFeatures, plainFeatures, withoutDirtyBits } from '../hardware/amd/capabilities.ts';
import type { AmdFeatures } from '../hardware/amd/capabilities.ts';
import type { Translator } from '../hardware/bus.ts';
import type { PhysicalMemory } from '../hardware/memory.ts';
import type { PendingInterrupts } from '../hardware/pending-interrupts.ts';
import {
  limitedVirtioIommu,
  openVirtioIommu,
  plainVirtioIommu,
} from '../hardware/virtio-iommu/configuration.ts';
import type { VirtioIommuModel } from '../hardware/virtio-iommu/configuration.ts';
import { legacyModel } from '../hardware/vtd/capabilities.ts';
import type { VtdModel } from '../hardware/vtd/capabilities.ts';
import type { AmdDevice } from '../kernel/iommu/amd/amd-iommu.ts';
import type { DomainIds } from '../kernel/iommu/amd/domain-ids.ts';
import type { PciIdentity, RegisteredIommu } from '../kernel/iommu/iommu.ts';
import type { IntelDevice } from '../kernel/iommu/intel/intel-device.ts';
import type { VirtioEndpoint } from '../kernel/iommu/virtio/virtio-iommu.ts';
import type { Pages } from '../kernel/mm/pages.ts';
import type { Parts } from './parts.ts';

/** An IOMMU of a machine together with the driver that Linux has for it. */
export interface HostIommu<Device = unknown> extends RegisteredIommu<Device> {
  /** What the requests of its devices go through. */
  readonly translator: Translator;
  /** Messages of interrupts go through it, as through that of Arm. */
  readonly translatesInterrupts?: boolean;
  /** What the hardware recorded of refused requests is forgotten. */
  clearFaults(): void;
  /** What its driver has logged of refused requests of a requester since the last time, where it keeps a log. */
  takeRefusals?(rid: number): readonly FaultRecord[];
}

/** What there is to know of an IOMMU before it is built. */
export interface IommuFacts {
  /** Unique on its board. */
  readonly name: string;
  readonly model: 'vt-d' | 'smmuv3' | 'amd' | 'virtio';
  readonly scalable?: boolean;
  readonly express?: boolean;
  readonly nesting: boolean;
  readonly enforcesCoherency: boolean;
  readonly coherent: boolean;
  readonly dirtyTracking: boolean;
  /** Absent where the driver is told it by the hypervisor. */
  readonly addressBits?: number;
  /** Bytes. */
  readonly pageSizes: readonly number[];
}

export interface BoardOptions {
  readonly parts: Parts;
  readonly memory: PhysicalMemory;
  readonly pages: Pages;
  readonly interrupts: PendingInterrupts;
}

/** A place on a board. Without facts it is where an IOMMU could be. */
export interface BoardIommu {
  readonly facts?: IommuFacts;
  build(options: BoardOptions): HostIommu;
}

/** The IOMMUs of a machine: the first one is what devices are behind, unless they are told to be behind another. */
export type Board = readonly [BoardIommu, ...BoardIommu[]];

/** What the requests of a device may carry: its own id, and that of the bridge which takes them over. */
function requesterIds({ rid, requesterId }: PciIdentity): readonly [number, ...number[]] {
  return rid === requesterId ? [rid] : [rid, requesterId];
}

export const SIZES_FROM_4K: readonly number[] = [0x1000, 0x20_0000, 0x4000_0000];

/** A unit, and the driver for the mode that it is to be in. */
function vtd(name: string, model: VtdModel): BoardIommu {
  const { scalable, snoopControl, addressBits } = model;
  return {
    facts: {
      ...{ name, model: 'vt-d', scalable, addressBits, pageSizes: SIZES_FROM_4K },
      ...{ nesting: scalable, enforcesCoherency: snoopControl, coherent: true },
      dirtyTracking: scalable,
    },
    build: (options) => buildVtd(options, model),
  };
}

function buildVtd(
  { parts, memory, pages, interrupts }: BoardOptions,
  model: VtdModel,
): HostIommu<IntelDevice> {
  const unit = new parts.vtd.VtdUnit({ memory, parts, model });
  const Driver = model.scalable ? parts.intel.ScalableIommu : parts.intel.IntelIommu;
  const driver = new Driver({ pages, parts, unit, interrupts });
  return {
    translator: unit,
    driver,
    probe: (identity) => driver.probe(identity),
    clearFaults: () => driver.faultLog.clear(),
    takeRefusals: (rid) => driver.faultLog.take(rid),
  };
}

/** A VT-d in legacy mode. */
export const vtdBoard: Board = [vtd('vt-d', legacyModel)];

/**
 * A VT-d in scalable mode, and an older one beside it, with narrow addresses and no power over the caches, which answers
 * devices with TLBs and remembers what is not present.
 */
export const nestedVtdBoard: Board = [
  vtd('vt-d', { scalable: true, snoopControl: true, addressBits: 48 }),
  vtd('older-vt-d', {
    ...{ scalable: false, snoopControl: false, addressBits: 39 },
    ...{ deviceTlbs: true, cachingMode: true },
  }),
];

function virtio(model: VirtioIommuModel): BoardIommu {
  const { inputRange, pageSizeMask } = model.configuration;
  return {
    facts: {
      ...{ name: 'virtio-iommu', model: 'virtio' },
      addressBits: inputRange.end.toString(2).length,
      pageSizes: [Number(pageSizeMask & -pageSizeMask), ...SIZES_FROM_4K.slice(1)],
      ...{ nesting: false, enforcesCoherency: false, coherent: true, dirtyTracking: false },
    },
    build: (options) => buildVirtio(options, model),
  };
}

function buildVirtio(
  { parts, memory, pages }: BoardOptions,
  model: VirtioIommuModel,
): HostIommu<VirtioEndpoint> {
  const device = new parts.virtioIommu.VirtioIommu({ memory, parts, model });
  const driver = new parts.virtio.VirtioIommuDriver({ pages, parts, device });
  return {
    translator: device,
    driver,
    probe: (identity) => driver.probe(requesterIds(identity)),
    clearFaults: () => undefined,
  };
}

/** A paravirtual IOMMU, as a hypervisor offers it. */
export const virtioBoard: Board = [virtio(plainVirtioIommu)];
/** One that has as little as the specification allows. */
export const limitedVirtioBoard: Board = [virtio(limitedVirtioIommu)];

interface AmdModel {
  readonly name: string;
  readonly features: AmdFeatures;
  readonly takesGuestTables?: boolean;
}

function amd(model: AmdModel): BoardIommu {
  const { name, features } = model;
  return {
    facts: {
      ...{ name, model: 'amd', addressBits: 48, pageSizes: SIZES_FROM_4K },
      ...{
        nesting: (features.efr2 & EFR2.Gcr3Mode) !== 0n,
        enforcesCoherency: true,
        coherent: true,
      },
      dirtyTracking: (features.efr & EFR.HostDirty) !== 0n,
    },
    build: (options) => buildAmd(options, model),
  };
}

/** One pool for all units of a machine. */
const amdDomainIds = new WeakMap<Pages, DomainIds>();

function buildAmd(
  { parts, memory, pages }: BoardOptions,
  { features, takesGuestTables }: AmdModel,
): HostIommu<AmdDevice> {
  const unit = new parts.amdvi.AmdIommuUnit({ memory, parts, features });
  const domainIds = amdDomainIds.get(pages) ?? new parts.amd.DomainIds();
  amdDomainIds.set(pages, domainIds);
  const options = { pages, parts, unit, domainIds, takesGuestTables };
  const driver = new parts.amd.AmdIommu(options);
  return {
    translator: unit,
    driver,
    probe: (identity) => ({ requesterIds: requesterIds(identity), pci: identity.pci }),
    clearFaults: () => unit.events.clear(),
  };
}

/** An AMD IOMMU with what an emulated one has. */
export const amdBoard: Board = [amd({ name: 'amd-iommu', features: plainFeatures })];
/** One whose page tables can be nesting parents and track what is written, and one beside it that cannot track. */
export const amdNestingBoard: Board = [
  amd({ name: 'amd-iommu', features: nestingFeatures }),
  amd({ name: 'older-amd-iommu', features: withoutDirtyBits }),
];
/** The same, for a driver that takes page tables of guests: no release of Linux has it. */
export const amdGuestBoard: Board = [
  amd({ name: 'amd-iommu', features: nestingFeatures, takesGuestTables: true }),
  amd({ name: 'older-amd-iommu', features: withoutDirtyBits, takesGuestTables: true }),
];

/** Whatever is there, the kernel has no driver for it. */
function undriven(translatorOf: (options: BoardOptions) => Translator): BoardIommu {
  return {
    build: (options) => ({
      translator: translatorOf(options),
      driver: new options.parts.iommu.NoiommuOps(options.parts),
      probe: () => undefined,
      clearFaults: () => undefined,
    }),
  };
}

/** No IOMMU at all. */
export const bareBoard: Board = [undriven(({ parts }) => new parts.hardware.NoIommu())];
/** A virtio-iommu for whoever wants to drive it. */
export const undrivenVirtioBoard: Board = [
  undriven(
    ({ parts, memory }) =>
      new parts.virtioIommu.VirtioIommu({ memory, parts, model: openVirtioIommu }),
  ),
];
