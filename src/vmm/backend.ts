import type { VfioDevice } from './device.ts';

/** What brings devices of one kind to the guest's memory. */
export interface DeviceBackend {
  /** Opens the device and maps what the guest has. Throws VmmError, and has undone then what it did. */
  attachDevice(device: VfioDevice): Promise<void>;
  /** Cannot fail: VMM-CB-15. */
  detachDevice(device: VfioDevice): Promise<void>;
}
