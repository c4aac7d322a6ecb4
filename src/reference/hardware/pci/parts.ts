import type { HardwareParts } from '../parts.ts';
import { BarWindows } from './bars.ts';
import { ConfigurationSpace } from './configuration-space.ts';
import { CopyEngine } from './copy-engine.ts';
import { ExpressCapabilities } from './express-capabilities.ts';
import { ExpressCapability } from './express.ts';
import { ConfigurationHeader } from './header.ts';
import { HeldAccesses } from './held-accesses.ts';
import { IntxPin } from './intx.ts';
import { MsiCapability } from './msi.ts';
import { MsixCapability } from './msix.ts';
import { PageRequestInterface } from './page-request-interface.ts';
import { PciBus } from './pci-bus.ts';
import { PciDevice } from './pci-device.ts';
import { PowerManagementCapability } from './power-management.ts';
import { WaitingAccesses } from './waiting-accesses.ts';

export const pciParts = {
  BarWindows,
  ConfigurationHeader,
  ConfigurationSpace,
  CopyEngine,
  ExpressCapabilities,
  ExpressCapability,
  HeldAccesses,
  IntxPin,
  MsiCapability,
  MsixCapability,
  PageRequestInterface,
  PciBus,
  PciDevice,
  PowerManagementCapability,
  WaitingAccesses,
};

export interface PciParts extends HardwareParts {
  readonly pci: typeof pciParts;
}
