import type { OpenDevice } from '../device-ops.ts';
import { MediatedDevice } from '../mdev.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunctions } from './pci-functions.ts';

/**
 * open_device() of the driver that a device has: vfio-pci, or the one that made it up. EAGAIN for a device that would be reset
 * now, while somebody else has its lock. VFIO-RST2-09
 */
export function openDeviceWith(parts: VfioPciParts, functions: PciFunctions): OpenDevice {
  const { VfioMtty, VfioPciCore } = parts.vfioPci;
  return (device, set) => {
    const pci = functions.of(device);
    if (device instanceof MediatedDevice) return new VfioMtty(parts, pci, device, set);
    return pci.isLocked && pci.canReset ? 'EAGAIN' : new VfioPciCore(parts, pci, set);
  };
}
