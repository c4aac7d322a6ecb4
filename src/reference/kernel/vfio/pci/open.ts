import type { OpenDevice } from '../device-ops.ts';
import { MediatedDevice } from '../mdev.ts';
import type { VfioPciParts } from './parts.ts';

/** open_device() of the driver that a device has: vfio-pci, or the one that made it up. */
export function openDeviceWith(parts: VfioPciParts): OpenDevice {
  const { VfioMtty, VfioPciCore } = parts.vfioPci;
  return (device, set) =>
    device instanceof MediatedDevice
      ? new VfioMtty(parts, device, set)
      : new VfioPciCore(parts, device, set);
}
