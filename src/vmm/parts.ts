import { AddressSpace } from './address-space.ts';
import { IommufdContainer } from './container-iommufd.ts';
import { LegacyContainer } from './container-legacy.ts';
import { VfioGroup } from './group.ts';
import { DirtyLog } from './dirty-log.ts';
import { HostIommuDevice } from './host-iommu-device.ts';
import { IommufdBackend } from './iommufd.ts';
import { LegacyBackend } from './legacy.ts';
import { VfioListener } from './listener.ts';

/** The classes that a VMM is built from; a mutant replaces one. */
export const vmmParts = {
  AddressSpace,
  DirtyLog,
  HostIommuDevice,
  IommufdBackend,
  IommufdContainer,
  LegacyBackend,
  LegacyContainer,
  VfioGroup,
  VfioListener,
};

export type VmmParts = typeof vmmParts;
