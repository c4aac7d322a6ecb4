import type { VfioParts } from '../parts.ts';
import { VendorAccess } from './config-access.ts';
import {
  AdvancedFeaturesAccess,
  ErrorReportingAccess,
  ExpressAccess,
  MsiAccess,
  PowerAccess,
  VitalProductDataAccess,
} from './config-capabilities.ts';
import { ConfigChains } from './config-chains.ts';
import { HeaderAccess } from './config-header.ts';
import { VfioPciConfig } from './config.ts';
import { VfioPciCore } from './core.ts';
import { VfioPciDmabufs } from './dmabuf.ts';
import { VfioPciFeatures } from './feature.ts';
import { VfioPciHotReset } from './hot-reset.ts';
import { VfioPciInterrupts } from './intrs.ts';
import { VfioPciIntx } from './intx.ts';
import { VfioPciIoeventfds } from './ioeventfd.ts';
import { VfioPciMsi } from './msi.ts';
import { VfioMtty } from './mtty.ts';
import { SerialPortInterrupts } from './mtty-interrupts.ts';
import { ResumedSerialPort, SavedSerialPort, SerialPortMigration } from './mtty-migration.ts';
import { PciFunction } from './pci-function.ts';
import { PciMessages } from './pci-msi.ts';
import { VfioPciPower } from './power.ts';
import { VfioPciRegions } from './rdwr.ts';
import { VfioPciSriov } from './sriov.ts';
import { VfioPciTrigger } from './trigger.ts';

export const vfioPciParts = {
  AdvancedFeaturesAccess,
  ConfigChains,
  ErrorReportingAccess,
  ExpressAccess,
  HeaderAccess,
  MsiAccess,
  PciFunction,
  PciMessages,
  PowerAccess,
  ResumedSerialPort,
  SavedSerialPort,
  SerialPortInterrupts,
  SerialPortMigration,
  VendorAccess,
  VfioMtty,
  VfioPciConfig,
  VfioPciCore,
  VfioPciDmabufs,
  VfioPciFeatures,
  VfioPciHotReset,
  VfioPciInterrupts,
  VfioPciIoeventfds,
  VfioPciIntx,
  VfioPciMsi,
  VfioPciPower,
  VfioPciRegions,
  VfioPciSriov,
  VfioPciTrigger,
  VitalProductDataAccess,
};

export interface VfioPciParts extends VfioParts {
  readonly vfioPci: typeof vfioPciParts;
}
