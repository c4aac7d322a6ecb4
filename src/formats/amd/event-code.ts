/** AMD IOMMU, 2.5 Event Logging: the codes of refused requests. */
export const EventCode = {
  IllegalDeviceTableEntry: 1,
  IoPageFault: 2,
  PageTableHardwareError: 4,
} as const;

export type EventCode = (typeof EventCode)[keyof typeof EventCode];
