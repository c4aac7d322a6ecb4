import { nestingFeatures, plainFeatures } from '../hardware/amd/capabilities.ts';
import type { AmdFeatures } from '../hardware/amd/capabilities.ts';
import type { Translator } from '../hardware/bus.ts';
import type { PhysicalMemory } from '../hardware/memory.ts';
import { legacyModel } from '../hardware/vtd/capabilities.ts';
import type { VtdModel } from '../hardware/vtd/capabilities.ts';
import type { AmdDevice } from '../kernel/iommu/amd/amd-iommu.ts';
import type { PciIdentity, RegisteredIommu } from '../kernel/iommu/iommu.ts';
import type { IntelDevice } from '../kernel/iommu/intel/intel-device.ts';
import type { VirtioEndpoint } from '../kernel/iommu/virtio/virtio-iommu.ts';
import type { Pages } from '../kernel/mm/pages.ts';
import type { Parts } from './parts.ts';

/** An IOMMU of a machine together with the driver that Linux has for it. */
export interface HostIommu<Device = unknown> extends RegisteredIommu<Device> {
  /** What the requests of its devices go through. */
  readonly translator: Translator;
  /** What a device behind it is, if that is out of the ordinary, in the words of a bench. */
  readonly variety?: string;
  /** What the hardware recorded of refused requests is forgotten. */
  clearFaults(): void;
}

export interface BoardOptions {
  readonly parts: Parts;
  readonly memory: PhysicalMemory;
  readonly pages: Pages;
}

/** The IOMMUs of a machine: the first one is what devices are behind, unless they are told to be behind another. */
export type Board = (options: BoardOptions) => readonly [HostIommu, ...HostIommu[]];

/** What the requests of a device may carry: its own id, and that of the bridge which takes them over. */
function requesterIds({ rid, requesterId }: PciIdentity): readonly [number, ...number[]] {
  return rid === requesterId ? [rid] : [rid, requesterId];
}

/** A unit, and the driver for the mode that it is to be in. */
function vtd({ parts, memory, pages }: BoardOptions, model: VtdModel): HostIommu<IntelDevice> {
  const unit = new parts.vtd.VtdUnit({ memory, parts, model });
  const Driver = model.scalable ? parts.intel.ScalableIommu : parts.intel.IntelIommu;
  const driver = new Driver({ pages, parts, unit });
  return {
    translator: unit,
    driver,
    probe: (identity) => driver.probe(identity),
    clearFaults: () => unit.faults.clear(),
  };
}

/** A VT-d in legacy mode. */
export const vtdBoard: Board = (options) => [vtd(options, legacyModel)];

/** A VT-d in scalable mode, and an older one beside it, with narrow addresses and no power over the caches. */
export const nestedVtdBoard: Board = (options) => [
  vtd(options, { scalable: true, snoopControl: true, addressBits: 48 }),
  {
    ...vtd(options, { scalable: false, snoopControl: false, addressBits: 39 }),
    variety: 'is behind another IOMMU',
  },
];

/** A paravirtual IOMMU, as a hypervisor offers it. */
export const virtioBoard: Board = ({ parts, memory, pages }) => {
  const device = new parts.virtioIommu.VirtioIommu({ memory, parts });
  const driver = new parts.virtio.VirtioIommuDriver({ pages, parts, device });
  const iommu: HostIommu<VirtioEndpoint> = {
    translator: device,
    driver,
    probe: (identity) => driver.probe(requesterIds(identity)),
    clearFaults: () => undefined,
  };
  return [iommu];
};

function amdBoardWith(features: AmdFeatures): Board {
  return ({ parts, memory, pages }) => {
    const unit = new parts.amdvi.AmdIommuUnit({ memory, parts, features });
    const driver = new parts.amd.AmdIommu({ pages, parts, unit });
    const iommu: HostIommu<AmdDevice> = {
      translator: unit,
      driver,
      probe: (identity) => ({ requesterIds: requesterIds(identity) }),
      clearFaults: () => unit.events.clear(),
    };
    return [iommu];
  };
}

/** An AMD IOMMU with what an emulated one has. */
export const amdBoard = amdBoardWith(plainFeatures);
/** One whose page tables can be nesting parents. */
export const amdNestingBoard = amdBoardWith(nestingFeatures);
/** No IOMMU at all. */
export const bareBoard: Board = ({ parts }) => [
  {
    translator: new parts.hardware.NoIommu(),
    driver: new parts.iommu.NoiommuOps(parts),
    probe: () => undefined,
    clearFaults: () => undefined,
  },
];
