import type { Translator } from '../hardware/bus.ts';
import type { PhysicalMemory } from '../hardware/memory.ts';
import type { PciIdentity } from './iommu/iommu.ts';
import type { IommuOps } from './iommu/group.ts';
import type { IntelDevice } from './iommu/intel/intel-iommu.ts';
import type { Pages } from './mm/pages.ts';
import type { Parts } from './parts.ts';

/** An IOMMU of a machine together with the driver that Linux has for it. `Device` is what the driver knows of a device. */
export interface HostIommu<Device = unknown> {
  /** What the requests of its devices go through. */
  readonly translator: Translator;
  readonly driver: IommuOps<Device>;
  /** What a device behind it is, if that is out of the ordinary, in the words of a bench. */
  readonly variety?: string;
  /** iommu_ops.probe_device() */
  probe(identity: PciIdentity): Device;
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

/** A VT-d in legacy mode. */
export const vtdBoard: Board = ({ parts, memory, pages }) => {
  const unit = new parts.VtdUnit({ memory, parts });
  const driver = new parts.IntelIommu({ pages, parts, unit });
  const iommu: HostIommu<IntelDevice> = {
    translator: unit,
    driver,
    probe: ({ rid, requesterId }) => ({ requesterIds: [...new Set([rid, requesterId])] }),
    clearFaults: () => unit.faults.clear(),
  };
  return [iommu];
};

/** No IOMMU at all. */
export const bareBoard: Board = ({ parts }) => [
  {
    translator: new parts.NoIommu(),
    driver: new parts.NoiommuOps(parts),
    probe: () => undefined,
    clearFaults: () => undefined,
  },
];
