import { everyFunctionKey, noIommu } from './device-wish.ts';
import type { Binding, FunctionKeyName, functionKeys } from './device-wish.ts';
import type { Feature } from './features.ts';
import { everyIommuTrait, iommuThat } from './iommu-traits.ts';
import type { IommuTraitName, iommuTraits } from './iommu-traits.ts';
import type {
  DeviceOffer,
  HardwareDescription,
  IommuDescription,
  MachineDescription,
} from './machine-description.ts';

type Holds = (machine: HardwareDescription) => boolean;

const ofFirstIommu = {
  'intel-iommu': ({ model }) => model === 'vt-d',
  'basic-iommu': ({ model, scalable, enforcesCoherency }) =>
    model === 'vt-d' && !scalable && !enforcesCoherency,
  'snoop-control': ({ model, enforcesCoherency }) => model === 'vt-d' && enforcesCoherency === true,
  'scalable-vt-d': ({ model, scalable }) => model === 'vt-d' && scalable === true,
  'intel-nesting': ({ model, nesting }) => model === 'vt-d' && nesting === true,
  smmuv3: ({ model }) => model === 'smmuv3',
  'smmuv3-nesting': ({ model, nesting, enforcesCoherency }) =>
    model === 'smmuv3' && nesting === true && enforcesCoherency === true,
  'smmuv3-express': ({ model, express }) => model === 'smmuv3' && express === true,
  'amd-iommu': ({ model }) => model === 'amd',
  'amd-nesting': ({ model, nesting }) => model === 'amd' && nesting === true,
  'virtio-iommu': ({ model }) => model === 'virtio',
} as const satisfies Partial<Record<Feature, (iommu: IommuDescription) => boolean>>;

const ofMachines = {
  'narrow-iommu': ({ iommus: [first] }) => first !== undefined && (first.addressBits ?? 0) < 64,
} as const satisfies Partial<Record<Feature, Holds>>;

const ofDevices = {
  'shared-group': ({ kind, shareGroups }) => kind === 'vfio' && shareGroups === true,
  'device-without-iommu': ({ iommus, bound }) =>
    iommus.includes(noIommu) && bound.includes('vfio-pci'),
  'noiommu-device': ({ bound }) => bound.includes('noiommu'),
  'emulated-device': ({ bound }) => bound.includes('mdev'),
} as const satisfies Partial<Record<Feature, (devices: DeviceOffer) => boolean>>;

/** Of what is bound in that way, where it is out of the ordinary: what machines have that can plug such a device. */
export const bindingFeatures: Readonly<Partial<Record<Binding, keyof typeof ofDevices>>> = {
  noiommu: 'noiommu-device',
  mdev: 'emulated-device',
};

type OfFunctions = (typeof functionKeys)[FunctionKeyName]['feature'];
type OfTraits = Extract<
  (typeof iommuTraits)[keyof typeof iommuTraits],
  { readonly feature: string }
>['feature'];

/** Those that say no more than that an IOMMU or a device of some sort is there: no adapter declares them by hand. */
export type DerivedFeature =
  | keyof typeof ofMachines
  | keyof typeof ofFirstIommu
  | keyof typeof ofDevices
  | OfFunctions
  | OfTraits;

const derivations: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ...Object.entries(ofMachines),
  ...Object.entries(ofFirstIommu).map(([feature, holds]) => [feature, firstIommu(holds)] as const),
  ...Object.entries(ofDevices).map(([feature, holds]) => [feature, someDevice(holds)] as const),
  ...everyFunctionKey.map(
    ([key, { feature, from }]) => [feature, someFunction(key, from)] as const,
  ),
  ...everyIommuTrait.flatMap(([name, { feature }]) =>
    feature === undefined ? [] : [[feature, someIommu(name)] as const],
  ),
]);

export function isDerived(feature: Feature): feature is DerivedFeature {
  return derivations.has(feature);
}

/** All that a machine offers: what it declares, and what follows from its IOMMUs and devices. */
export function featuresOf(machine: MachineDescription): readonly Feature[] {
  const derived = [...derivations].filter(([, holds]) => holds(machine));
  return [...machine.features, ...derived.map(([feature]) => feature as DerivedFeature)];
}

function firstIommu(holds: (iommu: IommuDescription) => boolean): Holds {
  return ({ iommus: [first], devices }) =>
    first !== undefined &&
    holds(first) &&
    devices.some((offer) => isVfio(offer) && offer.iommus.includes(first.name));
}

function someDevice(holds: (devices: DeviceOffer) => boolean): Holds {
  return ({ devices }) => devices.some(holds);
}

function someFunction(key: FunctionKeyName, from = 1): Holds {
  return someDevice((offer) => isVfio(offer) && Number(offer.function?.[key] ?? 0) >= from);
}

function someIommu(trait: IommuTraitName): Holds {
  return (machine) => iommuThat(machine, trait) !== undefined;
}

function isVfio({ kind }: DeviceOffer): boolean {
  return kind === 'vfio';
}
