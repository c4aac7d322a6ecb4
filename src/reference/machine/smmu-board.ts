import type { SmmuModel } from '../hardware/smmuv3/identification.ts';
import type { Board, BoardOptions, HostIommu } from './board.ts';
import type { SmmuMaster } from '../kernel/iommu/arm/smmu-master.ts';

interface Kind {
  readonly model: SmmuModel;
  readonly coherentDevices: boolean;
  readonly variety?: string;
}

const complete: SmmuModel = { secondStage: true, coherent: true, smallPages: true };

/** The first is what devices are behind, the second its twin; each of the others lacks one thing. */
const kinds: readonly [Kind, ...Kind[]] = [
  { model: complete, coherentDevices: true },
  { model: complete, coherentDevices: true, variety: 'is behind another IOMMU' },
  {
    model: { ...complete, secondStage: false },
    coherentDevices: true,
    variety: 'is behind an IOMMU without nesting',
  },
  {
    model: complete,
    coherentDevices: false,
    variety: 'is behind an IOMMU that guests could go past',
  },
  {
    model: { ...complete, smallPages: false },
    coherentDevices: true,
    variety: 'is behind an IOMMU with pages of 64 KiB',
  },
  {
    model: { ...complete, coherent: false },
    coherentDevices: true,
    variety: 'is behind an IOMMU that is not coherent',
  },
];

/** Units of SMMUv3. */
export const smmuBoard: Board = (options) => {
  const [first, ...others] = kinds;
  return [unitOf(first, options), ...others.map((kind) => unitOf(kind, options))];
};

function unitOf(
  { model, coherentDevices, variety }: Kind,
  { parts, memory, pages }: BoardOptions,
): HostIommu {
  const unit = new parts.smmuv3.SmmuUnit({ memory, parts, model });
  const driver = new parts.arm.ArmSmmuV3({ pages, parts, unit, coherentDevices });
  const iommu: HostIommu<SmmuMaster> = {
    translator: unit,
    driver,
    ...(variety !== undefined && { variety }),
    probe: (identity) => driver.probe(identity),
    /** The driver has read all of them. */
    clearFaults: () => undefined,
  };
  return iommu;
}
