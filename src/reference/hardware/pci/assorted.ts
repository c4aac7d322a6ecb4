import { CapabilityId, HOT_SWAP } from '#formats/pci-configuration.ts';
import {
  CONFIGURATION_END,
  DESIGNATED_VENDOR,
  ERROR_REPORTING,
  ExtendedCapability,
  SRIOV,
  VENDOR_SPECIFIC,
} from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../bus.ts';
import { AdvancedFeaturesCapability } from './advanced-features.ts';
import { RegisterCapability } from './capability.ts';
import type { Capability } from './capability.ts';
import { ExtendedList } from './extended-list.ts';
import type { ExtendedRegisters } from './extended-list.ts';
import { PlainRegisters } from './resources.ts';
import { VitalProductDataCapability } from './vital-product-data.ts';

const ALL = 0xffff_ffff;
/** How many there can be. */
const SRIOV_FUNCTIONS = 2;
/** That of a function that nobody knows. */
const [SERIAL_LOW, SERIAL_HIGH] = [0x1234_5678, 0x9abc_def0];

/** CompactPCI Hot Swap 2.0, 3.1: a lamp, and whether the handle is told. */
class HotSwapCapability extends RegisterCapability {
  readonly id = CapabilityId.HotSwap;

  constructor() {
    super(HOT_SWAP.size);
    this.registers.define(HOT_SWAP.control, 1, { writable: HOT_SWAP.Lamp | HOT_SWAP.Masked });
  }
}

/** Capabilities as no device has them together: what is of no use to a user is the first of them. */
export function assortedCapabilities(onReset: () => void): readonly Capability[] {
  return [
    new HotSwapCapability(),
    new AdvancedFeaturesCapability(onReset),
    new VitalProductDataCapability(),
  ];
}

/** PCIe, 7.8.4: an unsupported request has been seen. Its masks have bits that are reserved, to see who keeps them out. */
function errorReporting(at: number): ExtendedRegisters {
  const { status, mask, severity, control, log, UnsupportedRequest, Generate } = ERROR_REPORTING;
  return {
    id: ExtendedCapability.ErrorReporting,
    at,
    registers: [
      [status, 4, { value: UnsupportedRequest, cleared: ALL }],
      [mask, 4, { writable: ALL }],
      [severity, 4, { writable: ALL }],
      [control, 4, { writable: Generate }],
      [log, 4, { writable: ALL }],
    ],
  };
}

/** PCIe, 7.9.3 */
function serialNumber(at: number): ExtendedRegisters {
  return {
    id: ExtendedCapability.SerialNumber,
    at,
    registers: [
      [4, 4, { value: SERIAL_LOW }],
      [8, 4, { value: SERIAL_HIGH }],
    ],
  };
}

/** PCIe, 7.9.6: some of a vendor's, one behind the other. */
function designatedVendor(at: number): ExtendedRegisters {
  const { header, size, own, lengthShift } = DESIGNATED_VENDOR;
  return {
    id: ExtendedCapability.DesignatedVendor,
    at,
    registers: [
      [header, 4, { value: size << lengthShift }],
      [own, 4, { writable: ALL }],
    ],
  };
}

/** As an e1000e of QEMU has them. */
const errorCapabilities: readonly ExtendedRegisters[] = [
  errorReporting(0x100),
  serialNumber(0x140),
];

const { SubstatesOfL1, TimeMeasurement, DataExchange, LatencyTolerance, VendorSpecific } =
  ExtendedCapability;

/** The first of them and some more are of no use to a user; one of these is behind three of one kind. */
const assortedExtended: readonly ExtendedRegisters[] = [
  { id: SubstatesOfL1, at: 0x100, registers: [[8, 4, { writable: ALL }]] },
  errorReporting(0x110),
  serialNumber(0x140),
  { id: TimeMeasurement, at: 0x150, registers: [[8, 4, { writable: 3 }]] },
  ...[0x160, 0x170, 0x180].map(designatedVendor),
  { id: DataExchange, at: 0x190, registers: [[8, 4, { writable: 1 }]] },
  {
    id: VendorSpecific,
    at: 0x1b0,
    registers: [
      [VENDOR_SPECIFIC.header, 4, { value: VENDOR_SPECIFIC.size << VENDOR_SPECIFIC.lengthShift }],
      [VENDOR_SPECIFIC.own, 4, { writable: ALL }],
    ],
  },
  { id: LatencyTolerance, at: 0x1c0, registers: [[4, 4, { writable: 0x1fff_1fff }]] },
];

/** PCIe, 9.3.3: two virtual functions. */
const virtualFunctions: readonly ExtendedRegisters[] = [
  { id: ExtendedCapability.Ari, at: 0x100, registers: [] },
  {
    id: ExtendedCapability.Sriov,
    at: 0x120,
    registers: [
      [SRIOV.control, 2, { writable: SRIOV.Enable | SRIOV.Memory }],
      [SRIOV.initial, 2, { value: SRIOV_FUNCTIONS }],
      [SRIOV.total, 2, { value: SRIOV_FUNCTIONS }],
      [SRIOV.count, 2, { writable: 0xffff }],
    ],
  },
];

/** Behind the first 256 bytes. Without any capability it holds what it is written, as in QEMU's devices. */
export function extendedSpaceOf(has: {
  readonly errorReporting: boolean;
  readonly assortedCapabilities: boolean;
  readonly physicalFunction: boolean;
}): DeviceRegion {
  if (has.physicalFunction) return new ExtendedList(virtualFunctions);
  if (has.assortedCapabilities) return new ExtendedList(assortedExtended);
  return has.errorReporting
    ? new ExtendedList(errorCapabilities)
    : new PlainRegisters(CONFIGURATION_END);
}

/** Only such a function has what these say. */
export function isOfExpress(has: {
  readonly functionLevelReset: boolean;
  readonly errorReporting: boolean;
  readonly assortedCapabilities: boolean;
  readonly physicalFunction: boolean;
}): boolean {
  const isListed = has.errorReporting || has.assortedCapabilities || has.physicalFunction;
  return has.functionLevelReset || isListed;
}
