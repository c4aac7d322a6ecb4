import type { PciDevice } from '../../../hardware/pci/pci-device.ts';
import type { PciIdentity } from '../iommu.ts';
import type { IntelNestedDomain } from './nested-domain.ts';
import type { DomainUser, PagingDomain } from './paging-domain.ts';
import type { PasidTable } from './pasid-table.ts';

export type IntelDomain = PagingDomain | IntelNestedDomain;

/** struct device_domain_info */
export interface IntelDevice {
  readonly pci: PciDevice;
  /** All that its requests may carry. */
  readonly requesterIds: readonly number[];
  /** In scalable mode. */
  readonly pasidTable: PasidTable | undefined;
  /** By PASID, in scalable mode: what an entry of the table leads to, and itself as a user of that. */
  readonly entries: Map<number, { readonly domain: IntelDomain; readonly user: DomainUser }>;
}

export function intelDevice(identity: PciIdentity, pasidTable?: PasidTable): IntelDevice {
  const { pci, rid, requesterId } = identity;
  const requesterIds = [...new Set([rid, requesterId])];
  return { pci, requesterIds, pasidTable, entries: new Map() };
}
