import { ADDRESS_BITS } from '../hardware/smmuv3/identification.ts';
import type { SmmuModel } from '../hardware/smmuv3/identification.ts';
import { SIZES_FROM_4K } from './board.ts';
import type { Board, BoardIommu, BoardOptions, HostIommu } from './board.ts';
import type { SmmuMaster } from '../kernel/iommu/arm/smmu-master.ts';

const complete: SmmuModel = {
  ...{ secondStage: true, coherent: true, smallPages: true },
  ...{ ats: false, substreamBits: 0, updatesTables: false, stalls: false },
};
const express: SmmuModel = {
  ...complete,
  ...{ ats: true, substreamBits: 20, updatesTables: true, stalls: true },
};

const SIZES_FROM_64K: readonly number[] = [0x1_0000, 0x2000_0000];

/** Units of SMMUv3. The first is what devices are behind, the second its twin; each of the others lacks one thing. */
export const smmuBoard: Board = [
  smmu('smmu', complete),
  smmu('twin', complete),
  smmu('one-stage', { ...complete, secondStage: false }),
  smmu('past-caches', complete, false),
  smmu('large-pages', { ...complete, smallPages: false }),
  smmu('incoherent', { ...complete, coherent: false }),
];

/** A unit that devices of PCI Express can use all that they have behind. */
export const expressSmmuBoard: Board = [smmu('smmu', express)];

/** What firmware says of the devices: whether all their accesses snoop the caches. */
function smmu(name: string, model: SmmuModel, coherentDevices = true): BoardIommu {
  const { secondStage, smallPages, coherent } = model;
  return {
    facts: {
      ...{ name, model: 'smmuv3', nesting: secondStage, enforcesCoherency: coherentDevices },
      express: model.ats,
      ...{ coherent, dirtyTracking: false, addressBits: Number(ADDRESS_BITS) },
      pageSizes: smallPages ? SIZES_FROM_4K : SIZES_FROM_64K,
    },
    build: (options) => build(options, model, coherentDevices),
  };
}

function build(
  { parts, memory, pages }: BoardOptions,
  model: SmmuModel,
  coherentDevices: boolean,
): HostIommu<SmmuMaster> {
  const unit = new parts.smmuv3.SmmuUnit({ memory, parts, model });
  const driver = new parts.arm.ArmSmmuV3({ pages, parts, unit, coherentDevices });
  return {
    translator: unit,
    translatesInterrupts: true,
    driver,
    probe: (identity) => driver.probe(identity),
    /** The driver has read all of them. */
    clearFaults: () => undefined,
  };
}
