import { nearest } from '#conformance/nearest.ts';
import {
  VFIO_PCI_BAR0_REGION_INDEX,
  VFIO_PCI_BAR2_REGION_INDEX,
  VFIO_PCI_BAR4_REGION_INDEX,
  VFIO_PCI_CONFIG_REGION_INDEX,
} from '#uapi/vfio/pci.ts';

import { bit, bits, type Layout } from './bits.ts';

/** Registers of PCI functions by the names that Linux has for them in pci_regs.h, without PCI_; and those of QEMU's edu. */
export interface PciRegister {
  /** Of the device's file. */
  readonly region: number;
  /** Bytes from the begin of the region, or from the head of the capability. */
  readonly offset: number;
  /** Id in the list of capabilities, or in that of extended ones. */
  readonly capability?: number;
  readonly isExtended?: boolean;
  /** Bytes. */
  readonly width: number;
  readonly layout: Layout;
}

type Place = readonly [offset: number, width: number, fields?: Layout['fields']];

function table(
  where: Pick<PciRegister, 'region' | 'capability' | 'isExtended'>,
  places: Readonly<Record<string, Place>>,
): (readonly [string, PciRegister])[] {
  return Object.entries(places).map(([name, [offset, width, fields = {}]]) => [
    name,
    { ...where, offset, width, layout: { name, size: 8 * width, fields } },
  ]);
}

const inConfiguration = { region: VFIO_PCI_CONFIG_REGION_INDEX };
const inBar0 = { region: VFIO_PCI_BAR0_REGION_INDEX };

/** PCI 3.0, 6.1 and 6.2. */
const header = table(inConfiguration, {
  VENDOR_ID: [0x00, 2],
  DEVICE_ID: [0x02, 2],
  COMMAND: [
    0x04,
    2,
    { IO: bit(0), MEMORY: bit(1), MASTER: bit(2), SERR: bit(8), INTX_DISABLE: bit(10) },
  ],
  STATUS: [0x06, 2, { INTERRUPT: bit(3), CAP_LIST: bit(4), SIG_SYSTEM_ERROR: bit(14) }],
  REVISION_ID: [0x08, 1],
  CLASS_REVISION: [0x08, 4, { REVISION: bits(7, 0), CLASS: bits(31, 8) }],
  CACHE_LINE_SIZE: [0x0c, 1],
  HEADER_TYPE: [0x0e, 1],
  BASE_ADDRESS_0: [0x10, 4],
  BASE_ADDRESS_1: [0x14, 4],
  BASE_ADDRESS_2: [0x18, 4],
  BASE_ADDRESS_3: [0x1c, 4],
  BASE_ADDRESS_4: [0x20, 4],
  BASE_ADDRESS_5: [0x24, 4],
  CARDBUS_CIS: [0x28, 4],
  SUBSYSTEM_VENDOR_ID: [0x2c, 2],
  SUBSYSTEM_ID: [0x2e, 2],
  ROM_ADDRESS: [0x30, 4],
  CAPABILITY_LIST: [0x34, 1],
  INTERRUPT_LINE: [0x3c, 1],
  INTERRUPT_PIN: [0x3d, 1],
  MIN_GNT: [0x3e, 1],
  MAX_LAT: [0x3f, 1],
});

const powerManagement = table(
  { ...inConfiguration, capability: 0x01 },
  {
    PM_CAP: [0, 2, { ID: bits(7, 0), NEXT: bits(15, 8) }],
    PM_PMC: [2, 2, { PME: bits(15, 11) }],
    PM_CTRL: [4, 2, { STATE: bits(1, 0), PME_ENABLE: bit(8), PME_STATUS: bit(15) }],
  },
);

const express = table(
  { ...inConfiguration, capability: 0x10 },
  {
    EXP_DEVCAP: [4, 4, { FLR: bit(28) }],
    EXP_DEVCTL: [
      8,
      2,
      {
        RELAX_EN: bit(4),
        PAYLOAD: bits(7, 5),
        PHANTOM: bit(9),
        READRQ: bits(14, 12),
        BCR_FLR: bit(15),
      },
    ],
    EXP_DEVCTL2: [0x28, 2, { ARI: bit(5) }],
  },
);

/** With an address of 64 bits. */
const msi = table(
  { ...inConfiguration, capability: 0x05 },
  {
    MSI_FLAGS: [2, 2, { ENABLE: bit(0), QMASK: bits(3, 1), QSIZE: bits(6, 4), WIDE: bit(7) }],
    MSI_ADDRESS_LO: [4, 4],
    MSI_ADDRESS_HI: [8, 4],
    MSI_DATA: [12, 2],
  },
);

const msix = table(
  { ...inConfiguration, capability: 0x11 },
  { MSIX_FLAGS: [2, 2, { QSIZE: bits(10, 0), MASKALL: bit(14), ENABLE: bit(15) }] },
);

const advancedFeatures = table(
  { ...inConfiguration, capability: 0x13 },
  { AF_CAP: [3, 1, { TP: bit(0), FLR: bit(1) }], AF_CTRL: [4, 1, { FLR: bit(0) }] },
);

const vitalProductData = table(
  { ...inConfiguration, capability: 0x03 },
  { VPD_ADDR: [2, 2, { ADDR: bits(14, 0), F: bit(15) }], VPD_DATA: [4, 4] },
);

/** That of a vendor: struct virtio_pci_cfg_cap. */
const virtioWindow = table(
  { ...inConfiguration, capability: 0x09 },
  {
    VIRTIO_WINDOW_BAR: [4, 1],
    VIRTIO_WINDOW_OFFSET: [8, 4],
    VIRTIO_WINDOW_LENGTH: [12, 4],
    VIRTIO_WINDOW_DATA: [16, 4],
  },
);

const errorReporting = table(
  { ...inConfiguration, capability: 0x01, isExtended: true },
  {
    ERR_UNCOR_STATUS: [4, 4, { UNSUP: bit(20) }],
    ERR_UNCOR_SEVER: [12, 4, { DLP: bit(4), UNSUP: bit(20) }],
    ERR_HEADER_LOG: [28, 4],
  },
);

/** Of which no more than one register matters. */
const furtherExtended = (
  [
    [0x03, { DSN_LOW: [4, 4] }],
    [0x0b, { VNDR_DATA: [8, 4] }],
    [0x10, { SRIOV_CTRL: [8, 2, { VFE: bit(0), MSE: bit(3) }], SRIOV_NUM_VF: [16, 2] }],
    [0x18, { LTR_MAX_SNOOP_LAT: [4, 2] }],
    [0x23, { DVSEC_DATA: [12, 4] }],
  ] as const
).flatMap(([capability, places]) =>
  table({ ...inConfiguration, capability, isExtended: true }, places),
);

/** QEMU, docs/specs/edu.rst. */
const edu = table(inBar0, {
  EDU_ID: [0x00, 4, { ID: bits(31, 0, { EDU: 0x10000ed }) }],
  EDU_LIVENESS: [0x04, 4],
  EDU_SOURCE: [0x80, 8],
  EDU_DESTINATION: [0x88, 8],
  EDU_COUNT: [0x90, 8],
  EDU_RAISE: [0x60, 4],
  EDU_ACKNOWLEDGE: [0x64, 4],
  EDU_COMMAND: [0x98, 8],
});

/** Linux, drivers/dma/ioat/registers.h, without `_OFFSET`. */
const copyEngine = table(inBar0, {
  IOAT_INTRCTRL: [0x03, 1, { MASTER_INT_EN: bit(0) }],
  IOAT_CHANCTRL: [0x80, 2, { INT_REARM: bit(0) }],
  IOAT_CHANCMD: [0x84, 1, { SUSPEND: bit(2), RESET: bit(5) }],
  IOAT_CHAN_DMACOUNT: [0x86, 2],
  IOAT_CHANSTS: [0x88, 8, { STATUS: bits(2, 0, { DONE: 1, SUSPENDED: 2, HALTED: 3 }) }],
  IOAT_CHAINADDR: [0x90, 8],
  IOAT_CHANERR: [
    0xa8,
    4,
    {
      NEXT_ADDR_ERR: bit(2),
      READ_DATA_ERR: bit(8),
      WRITE_DATA_ERR: bit(9),
      CONTROL_ERR: bit(10),
      LENGTH_ERR: bit(11),
    },
  ],
});

/** Of a serial port: what is written there stays there. */
const serialPort = table(inBar0, { UART_SCR: [0x07, 1] });

/** Of an e1000e: which register its ports lead to. */
const ports = table({ region: VFIO_PCI_BAR2_REGION_INDEX }, { IO_ADDRESS: [0x00, 4] });

/** virtio 1.2, 4.1.4.3: struct virtio_pci_common_cfg. */
const virtio = table(
  { region: VFIO_PCI_BAR4_REGION_INDEX },
  { VIRTIO_SELECT: [0x00, 4], VIRTIO_STATUS: [0x14, 1], VIRTIO_QUEUE: [0x16, 2] },
);

const registers: ReadonlyMap<string, PciRegister> = new Map([
  ...header,
  ...powerManagement,
  ...express,
  ...msi,
  ...msix,
  ...advancedFeatures,
  ...vitalProductData,
  ...virtioWindow,
  ...errorReporting,
  ...furtherExtended,
  ...edu,
  ...copyEngine,
  ...serialPort,
  ...ports,
  ...virtio,
]);

/** PCI_CAP_ID_* and PCI_EXT_CAP_ID_*, as far as scenarios name them. */
const capabilityNames: ReadonlyMap<number, string> = new Map([
  [0x01, 'PM'],
  [0x03, 'VPD'],
  [0x05, 'MSI'],
  [0x09, 'VNDR'],
  [0x10, 'EXP'],
  [0x11, 'MSIX'],
  [0x13, 'AF'],
]);

const extendedNames: ReadonlyMap<number, string> = new Map([
  [0x00, 'none'],
  [0x01, 'ERR'],
  [0x03, 'DSN'],
  [0x0b, 'VNDR'],
  [0x0e, 'ARI'],
  [0x0f, 'ATS'],
  [0x10, 'SRIOV'],
  [0x13, 'PRI'],
  [0x18, 'LTR'],
  [0x23, 'DVSEC'],
  [0x2e, 'DOE'],
]);

export function nameOfCapability(id: number, isExtended: boolean): string {
  return (isExtended ? extendedNames : capabilityNames).get(id) ?? String(id);
}

/** Throws for a name that no register has. */
export function registerNamed(name: string): PciRegister {
  const found = registers.get(name);
  if (found !== undefined) return found;
  throw new Error(
    `no register "${name}"; nearest: ${nearest(name, [...registers.keys()], 3).join(', ')}`,
  );
}

/** So many bytes of a register, of which the first is that one. */
export function partOf(register: PciRegister, width: number, index: number): PciRegister {
  const offset = register.offset + width * index;
  if (width * (index + 1) > register.width)
    throw new Error(`${register.layout.name} has ${register.width} bytes only`);
  const layout = { name: `part of ${register.layout.name}`, size: 8 * width, fields: {} };
  return { ...register, offset, width, layout };
}
