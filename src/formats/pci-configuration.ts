/** PCI 3.0, 6.1: the header of a function that is no bridge. Offsets in bytes. */
export const HEADER = {
  vendor: 0x00,
  device: 0x02,
  command: 0x04,
  status: 0x06,
  revision: 0x08,
  /** Three bytes: interface, subclass, class. */
  classCode: 0x09,
  cacheLineSize: 0x0c,
  latencyTimer: 0x0d,
  headerType: 0x0e,
  selfTest: 0x0f,
  /** Six registers of 32 bits. */
  bars: 0x10,
  subsystemVendor: 0x2c,
  subsystem: 0x2e,
  rom: 0x30,
  capabilities: 0x34,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
  size: 0x40,
} as const;

/** Bytes of the space of conventional PCI. */
export const CONVENTIONAL_SIZE = 0x100;

/** PCI 3.0, 6.2.2. */
export const COMMAND = {
  Io: 1 << 0,
  Memory: 1 << 1,
  BusMaster: 1 << 2,
  SystemError: 1 << 8,
  InterruptDisable: 1 << 10,
} as const;

/** PCI 3.0, 6.2.3. */
export const STATUS = {
  Interrupt: 1 << 3,
  CapabilityList: 1 << 4,
  /** Cleared by writing 1. */
  Errors: 0xf900,
} as const;

/** PCI 3.0, 6.2.5.1. */
export const BAR = {
  count: 6,
  size: 4,
  Io: 1 << 0,
  Memory64: 1 << 2,
  Prefetchable: 1 << 3,
} as const;

/** PCI 3.0, 6.2.5.2. */
export const ROM_ENABLE = 1;

/** PCI code and ID assignment: capabilities. */
export const CapabilityId = {
  PowerManagement: 0x01,
  VitalProductData: 0x03,
  Msi: 0x05,
  HotSwap: 0x06,
  Vendor: 0x09,
  Express: 0x10,
  MsiX: 0x11,
  AdvancedFeatures: 0x13,
} as const;

/** PCI Power Management 1.2, 3.2. */
export const POWER_MANAGEMENT = {
  size: 8,
  capabilities: 2,
  control: 4,
  /** Of the capabilities: the states in which the function can raise PME. */
  PmeSupport: 0xf800,
  Version: 3,
  /** Of the control. */
  State: 3,
  NoSoftReset: 1 << 3,
  PmeEnable: 1 << 8,
  PmeStatus: 1 << 15,
} as const;

/** PCIe, 7.5.3 PCI Express Capability. */
export const EXPRESS = {
  size: 0x3c,
  capabilities: 2,
  deviceCapabilities: 4,
  deviceControl: 8,
  deviceControl2: 0x28,
  Version2: 2,
  /** Of the capabilities: an endpoint in the root complex. */
  IntegratedEndpoint: 9 << 4,
  /** Of the device capabilities. */
  FunctionLevelReset: 1 << 28,
  /** Of the device control; the last one is named after what it does in a bridge, too. */
  MaxPayload: 7 << 5,
  PhantomFunctions: 1 << 9,
  MaxReadRequest: 7 << 12,
  InitiateReset: 1 << 15,
  /** Of the device control 2. */
  AriForwarding: 1 << 5,
} as const;

/** PCI ECN Advanced Capabilities. */
export const ADVANCED_FEATURES = {
  size: 6,
  /** A byte that says how many there are, as in that of a vendor. */
  length: 2,
  capabilities: 3,
  control: 4,
  TransactionPending: 1 << 0,
  FunctionLevelReset: 1 << 1,
  InitiateReset: 1 << 0,
} as const;

/** PCI 3.0, 6.8.1 Message Signaled Interrupts, with addresses of 64 bits and without a mask. */
export const MSI = {
  size: 14,
  control: 2,
  address: 4,
  upperAddress: 8,
  data: 12,
  Enable: 1 << 0,
  /** Logarithms of how many vectors there are, and of how many may be used. */
  Capable: 7 << 1,
  Enabled: 7 << 4,
  Wide: 1 << 7,
} as const;

/** PCI 3.0, 6.8.2 MSI-X. */
export const MSIX = {
  size: 12,
  control: 2,
  table: 4,
  pending: 8,
  /** One less than there are vectors. */
  TableSize: 0x7ff,
  FunctionMask: 1 << 14,
  Enable: 1 << 15,
  /** Of where the table is: the BAR. */
  Bar: 7,
  /** Bytes of an entry: address of 64 bits, data, vector control. */
  entry: 16,
  vectorControl: 12,
  VectorMask: 1 << 0,
} as const;

/** PCI 3.0, appendix I Vital Product Data. */
export const VITAL_PRODUCT_DATA = {
  size: 8,
  address: 2,
  data: 4,
  /** Of the address: what was asked for is a write; it turns when that is done. */
  Flag: 1 << 15,
} as const;

/** virtio 1.2, 4.1.4 struct virtio_pci_cfg_cap: offsets. */
export const VIRTIO_WINDOW = {
  size: 20,
  length: 2,
  type: 3,
  bar: 4,
  offset: 8,
  count: 12,
  data: 16,
  /** Of the type. */
  Window: 5,
} as const;

/** CompactPCI Hot Swap 2.0. */
export const HOT_SWAP = { size: 4, control: 2, Masked: 1 << 1, Lamp: 1 << 3 } as const;

/** PCI-to-PCI Bridge 1.2, 3.2.5.18: offset of Bridge Control in the header of a bridge, of 16 bits, and of those the reset. */
export const BRIDGE = { control: 0x3e, BusReset: 1 << 6 } as const;
