import type { Hardware, otherFunctions } from '#lab/hardware.ts';
import type {
  DeviceOffer,
  HardwareDescription,
  IommuDescription,
} from '#port/machine-description.ts';
import type { KernelTrait } from './probe.ts';
import { bareOffers, mockHardware } from './devices/offers.ts';

/** What a kernel says of itself, as far as it decides which devices there are. */
export interface KernelFacts {
  /** Its test driver gives PASIDs to mock devices. */
  readonly mockPasids: boolean;
  /** arm64: its driver believes that no device can go past the caches. */
  readonly coherentDevices: boolean;
  readonly told: readonly KernelTrait[];
  /** Of what its page tables for an AMD IOMMU can hold. */
  readonly amdAddressBits: number;
}

/** Of a kernel that has everything: a bench refuses only what no kernel would make of the hardware. */
export const mostFacts: KernelFacts = {
  mockPasids: true,
  coherentDevices: true,
  told: ['noiommu-device', 'emulated-device'],
  amdAddressBits: 48,
};

type EduHardware = Exclude<Hardware, 'selftest' | 'noiommu' | 'virtio-requests'>;

/** `ordinary` first. */
export type EduSort =
  | 'ordinary'
  | 'hostDriven'
  | 'behindBridge'
  | 'onSharedBus'
  | 'aloneOnBus'
  | keyof typeof otherFunctions;

export type EduOffers = Readonly<Partial<Record<EduSort, DeviceOffer>>>;

const vtd = { name: 'vt-d', model: 'vt-d', scalable: false, nesting: false } as const;
const smmu = { name: 'smmuv3', model: 'smmuv3', coherent: true } as const;

/** What edu devices are behind. QEMU's board with an SMMUv3 does not say whether its devices are coherent. */
const iommus: Readonly<Record<EduHardware, IommuDescription>> = {
  edu: { ...vtd, enforcesCoherency: false },
  'edu-snoop': { ...vtd, enforcesCoherency: true },
  'edu-functions': { ...vtd, enforcesCoherency: false },
  'virtio-iommu': { name: 'virtio-iommu', model: 'virtio', nesting: false, addressBits: 64 },
  'amd-iommu': { name: 'amd-iommu', model: 'amd', nesting: false },
  'edu-scalable': { ...vtd, scalable: true, enforcesCoherency: false },
  'edu-first-stage': { ...vtd, scalable: true, firstStage: true, enforcesCoherency: false },
  smmuv3: { ...smmu, nesting: true },
  'smmuv3-stage1': { ...smmu, nesting: false },
  'smmuv3-groups': { ...smmu, nesting: true },
};

export function isEduHardware(hardware: Hardware): hardware is EduHardware {
  return hardware in iommus;
}

/** What the edu devices of a machine have; and those beside them. */
export function eduOffersOf(hardware: EduHardware): EduOffers {
  const ordinary: DeviceOffer = {
    kind: 'vfio',
    bound: ['vfio-pci'],
    iommus: [iommus[hardware].name],
    shareGroups: hardware !== 'smmuv3',
  };
  const bound = ['vfio-pci', 'host'] as const;
  if (hardware === 'edu')
    return {
      ordinary,
      hostDriven: { ...ordinary, bound, function: { hostDriver: true } },
      onSharedBus: { ...ordinary, function: { sharedBus: true } },
      aloneOnBus: { ...ordinary, function: { ownBus: true }, shareGroups: false },
    };
  if (hardware === 'edu-functions') return { ordinary, ...offersOfOthers(ordinary) };
  if (iommus[hardware].model !== 'smmuv3') return { ordinary };
  return {
    ordinary,
    behindBridge: { ...ordinary, function: { streamIds: 2 }, shareGroups: false },
  };
}

/** Devices that are no edu, and move nothing: each alone in its group. */
function offersOfOthers(ordinary: DeviceOffer): EduOffers {
  const alone = { ...ordinary, shareGroups: false };
  return {
    e1000e: {
      ...alone,
      function: {
        powerManagement: true,
        rom: true,
        ioBar: true,
        ownBus: true,
        errorReporting: true,
      },
    },
    virtioRng: { ...alone, function: { functionLevelReset: true } },
    rtl8139: { ...alone, function: { smallBar: true } },
    nvme: { ...alone, function: { msixVectors: 8 } },
    nvmeWithFunctions: { ...alone, function: { physicalFunction: true, msixVectors: 7 } },
  };
}

/** The IOMMUs of a machine of the lab, and what can be plugged there. */
export function describeHardware(
  hardware: Hardware,
  { mockPasids, coherentDevices, told, amdAddressBits }: KernelFacts,
): HardwareDescription {
  if (isEduHardware(hardware)) {
    const iommu = iommus[hardware];
    const isKnown = coherentDevices && iommu.model === 'smmuv3' && iommu.nesting === true;
    return {
      iommus: [
        {
          ...iommu,
          ...(isKnown && { enforcesCoherency: true }),
          ...(iommu.model === 'amd' && { addressBits: amdAddressBits }),
        },
      ],
      devices: Object.values(eduOffersOf(hardware)),
    };
  }
  if (hardware === 'virtio-requests') return { iommus: [], devices: [bareOffers.inNoiommuMode] };
  const mocks = mockHardware({ hasPasids: mockPasids });
  if (hardware === 'selftest') return mocks;
  const bare = [
    bareOffers.refused,
    ...(told.includes('noiommu-device') ? [bareOffers.inNoiommuMode] : []),
    ...(told.includes('emulated-device') ? [bareOffers.emulated] : []),
  ];
  return { iommus: mocks.iommus, devices: [...mocks.devices, ...bare] };
}
