import type { AnyDomain } from '../iommu/domain.ts';
import type { AttachHandle } from '../iommu/io-pgfault.ts';

/** iommufd_private.h: struct iommufd_attach_handle: by it page requests are known again. FAULT-08 26 */
export class IommufdAttachHandle implements AttachHandle {
  readonly domain: AnyDomain;
  /** The id of the device that was attached. */
  readonly deviceId: number;

  readonly mapDoorbell: NonNullable<AttachHandle['mapDoorbell']>;

  constructor(
    domain: AnyDomain,
    deviceId: number,
    mapDoorbell: IommufdAttachHandle['mapDoorbell'],
  ) {
    this.domain = domain;
    this.deviceId = deviceId;
    this.mapDoorbell = mapDoorbell;
  }
}
