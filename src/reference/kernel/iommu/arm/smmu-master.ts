import type { StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import type { PciDevice } from '../../../hardware/pci/pci-device.ts';
import type { PageRequests } from '../io-pgfault.ts';
import type { ContextTable } from './context-table.ts';
import type { SmmuDomain } from './smmu-domain.ts';
import type { Vsmmu } from './vsmmu.ts';

export interface SmmuMasterOptions {
  readonly streams: readonly StreamId[];
  readonly pci: PciDevice;
  /** Both the device and the unit have ATS. */
  readonly canAts: boolean;
  /** Both the device and the unit can let an access wait. */
  readonly canStall: boolean;
  /** Of a device with PASIDs behind a unit with substreams. */
  readonly contexts: ContextTable | undefined;
}

/** struct arm_smmu_master: a device, and all stream ids that its requests may carry. */
export class SmmuMaster {
  readonly streams: readonly StreamId[];
  readonly pci: PciDevice;
  readonly canAts: boolean;
  readonly canStall: boolean;
  readonly contexts: ContextTable | undefined;
  /** Once the core knows the device. */
  pageRequests: PageRequests | undefined;
  /** Is it on at the device? */
  isAtsEnabled = false;
  /** What requests without a PASID go by, where that is a table of the host's. */
  domain: SmmuDomain | undefined;
  /** By PASID. */
  readonly pasids = new Map<number, SmmuDomain>();
  /** struct arm_smmu_vmaster: whom it tells of its events, and as whom, while a guest has a hand in its translation. */
  guest: { readonly vsmmu: Vsmmu; readonly virtualId: bigint } | undefined;

  constructor({ streams, pci, canAts, canStall, contexts }: SmmuMasterOptions) {
    [this.streams, this.pci, this.contexts] = [streams, pci, contexts];
    [this.canAts, this.canStall] = [canAts, canStall];
  }
}
