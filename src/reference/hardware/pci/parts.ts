import type { HardwareParts } from '../parts.ts';
import { ExpressCapabilities } from './express-capabilities.ts';
import { HeldAccesses } from './held-accesses.ts';
import { IntxPin } from './intx.ts';
import { PageRequestInterface } from './page-request-interface.ts';
import { PciDevice } from './pci-device.ts';
import { WaitingAccesses } from './waiting-accesses.ts';

export const pciParts = {
  ExpressCapabilities,
  HeldAccesses,
  IntxPin,
  PageRequestInterface,
  PciDevice,
  WaitingAccesses,
};

export interface PciParts extends HardwareParts {
  readonly pci: typeof pciParts;
}
