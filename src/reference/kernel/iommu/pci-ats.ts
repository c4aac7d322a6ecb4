import {
  ATS,
  EXTENDED_FIRST,
  ExtendedCapability,
  PAGE_REQUESTS,
  PASID,
} from '#formats/pcie-capabilities.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { PciDevice } from '../../hardware/pci/pci-device.ts';

/** drivers/pci/ats.c: ATS, PASIDs and page requests of a function, switched on by its capabilities. */

type Function = Pick<PciDevice, 'configuration'>;

/** pci_enable_pasid(): before ATS, or not at all. ENODEV without the capability. HW-PCI-02 */
export function enablePasids(pci: Function): ErrnoName | undefined {
  const at = extendedCapability(pci, ExtendedCapability.Pasid);
  if (at === undefined) return 'ENODEV';
  const { Execute, Privileged, Enable } = PASID;
  const offered = read16(pci, at + PASID.capability) & (Execute | Privileged);
  write16(pci, at + PASID.control, offered | Enable);
  return undefined;
}

/** pci_enable_ats(): with pages of 4 KiB. HW-PCI-01 */
export function enableAts(pci: Function): ErrnoName | undefined {
  const at = extendedCapability(pci, ExtendedCapability.Ats);
  if (at === undefined) return 'ENODEV';
  write16(pci, at + ATS.control, ATS.Enable);
  return undefined;
}

/** pci_disable_ats() */
export function disableAts(pci: Function): void {
  const at = extendedCapability(pci, ExtendedCapability.Ats);
  if (at !== undefined) write16(pci, at + ATS.control, 0);
}

/** pci_reset_pri(), which is refused while the interface is enabled. HW-PCI-11 */
export function resetPageRequests(pci: Function): ErrnoName | undefined {
  const at = extendedCapability(pci, ExtendedCapability.PageRequests);
  if (at === undefined) return 'ENODEV';
  if (read16(pci, at + PAGE_REQUESTS.control) & PAGE_REQUESTS.Enable) return 'EBUSY';
  write16(pci, at + PAGE_REQUESTS.control, PAGE_REQUESTS.Reset);
  return undefined;
}

/** pci_enable_pri(): up to so many messages at a time. EBUSY while old ones have no answer. HW-PCI-03 11 */
export function enablePageRequests(pci: Function, messages: number): ErrnoName | undefined {
  const at = extendedCapability(pci, ExtendedCapability.PageRequests);
  if (at === undefined) return 'ENODEV';
  const { status, capacity, allocation, control, Stopped, Enable } = PAGE_REQUESTS;
  if (!(read16(pci, at + status) & Stopped)) return 'EBUSY';
  write16(pci, at + allocation, Math.min(messages, read16(pci, at + capacity)));
  write16(pci, at + control, Enable);
  return undefined;
}

/** pci_find_ext_capability() */
function extendedCapability(pci: Function, id: number): number | undefined {
  if (pci.configuration.size <= BigInt(EXTENDED_FIRST)) return undefined;
  for (let at = EXTENDED_FIRST; at !== 0; at = read16(pci, at + 2) >> 4)
    if (read16(pci, at) === id) return at;
  return undefined;
}

function read16({ configuration }: Function, offset: number): number {
  const [low = 0, high = 0] = configuration.read(BigInt(offset), 2);
  return low | (high << 8);
}

function write16({ configuration }: Function, offset: number, value: number): void {
  configuration.write(BigInt(offset), Uint8Array.of(value & 0xff, value >> 8));
}
