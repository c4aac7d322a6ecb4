/** PCIe, 7.6.3: ids of extended capabilities. */
export const ExtendedCapability = {
  ErrorReporting: 0x01,
  SerialNumber: 0x03,
  VendorSpecific: 0x0b,
  Ari: 0x0e,
  Ats: 0x0f,
  Sriov: 0x10,
  PageRequests: 0x13,
  LatencyTolerance: 0x18,
  Pasid: 0x1b,
  SubstatesOfL1: 0x1e,
  TimeMeasurement: 0x1f,
  DesignatedVendor: 0x23,
  DataExchange: 0x2e,
} as const;

/** Where the list of extended capabilities begins in a configuration space, and where that ends; bytes. */
export const EXTENDED_FIRST = 0x100;
export const CONFIGURATION_END = 0x1000;

/** PCIe, 10.5.1 ATS Extended Capability: offsets from its head in bytes, and bits. HW-PCI-01 */
export const ATS = {
  capability: 4,
  control: 6,
  /** 4:0 of the capability: Invalidate Queue Depth; 0 is 32. */
  QueueDepth: 0x1f,
  PageAligned: 1 << 5,
  /** 4:0 of the control: the Smallest Translation Unit is 2^(12 + STU) bytes. */
  SmallestUnit: 0x1f,
  Enable: 1 << 15,
} as const;

/** PCIe, 7.8.9 PASID Extended Capability. HW-PCI-02 */
export const PASID = {
  capability: 4,
  control: 6,
  Execute: 1 << 1,
  Privileged: 1 << 2,
  /** 12:8 of the capability: bits of a PASID. */
  widthShift: 8,
  Enable: 1 << 0,
} as const;

/** PCIe, 10.5.2 Page Request Extended Capability. HW-PCI-03 */
export const PAGE_REQUESTS = {
  control: 4,
  status: 6,
  /** Of 32 bits each: messages that the function may have outstanding at most, and may have now. */
  capacity: 8,
  allocation: 12,
  Enable: 1 << 0,
  Reset: 1 << 1,
  /** Of the status; the first two are cleared by writing 1. */
  ResponseFailure: 1 << 0,
  UnexpectedGroup: 1 << 1,
  Stopped: 1 << 8,
  PasidRequired: 1 << 15,
} as const;

/** PCIe, 7.8.4 Advanced Error Reporting. */
export const ERROR_REPORTING = {
  size: 0x2c,
  /** Of errors that cannot be corrected. */
  status: 4,
  mask: 8,
  severity: 12,
  /** Of those that can. */
  correctableStatus: 16,
  correctableMask: 20,
  control: 24,
  log: 28,
  UnsupportedRequest: 1 << 20,
  /** Of the control: checksums end to end. */
  Generate: 1 << 6,
  Check: 1 << 8,
} as const;

/** PCIe, 7.9.5 and 7.9.6: how long one is stands in its own header. */
export const VENDOR_SPECIFIC = { header: 4, own: 8, size: 16, lengthShift: 20 } as const;
export const DESIGNATED_VENDOR = { header: 4, own: 12, size: 16, lengthShift: 20 } as const;

/** PCIe, 9.3.3 SR-IOV Extended Capability. */
export const SRIOV = {
  size: 0x40,
  control: 8,
  initial: 12,
  total: 14,
  /** As many as are there when they are enabled. */
  count: 16,
  Enable: 1 << 0,
  Memory: 1 << 3,
} as const;
