import type { DeviceRegion } from '../../hardware/bus.ts';
import type { InterruptController } from '../../hardware/interrupt-controller.ts';
import type { BarKind } from '../../hardware/pci/header.ts';
import type { PciBus } from '../../hardware/pci/pci-bus.ts';
import type { PciDevice } from '../../hardware/pci/pci-device.ts';
import type { IommuDevice } from '../iommu/domain.ts';

/** A resource of a function: a BAR where the firmware put it. */
export interface PlacedBar {
  /** 0 to 5. */
  readonly index: number;
  readonly kind: BarKind;
  /** On the bus; among ports for such a BAR. */
  readonly address: bigint;
  /** What answers there. */
  readonly window: DeviceRegion;
}

/** struct vfio_pci_vf_token: who has the physical function tells it to whom virtual functions are for. */
export class VfToken {
  /** 16 bytes; drawn by lot, until somebody tells it. */
  uuid: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => 0xa5 ^ (index * 29));
  /** Virtual functions that are open. */
  users = 0;

  is(uuid: Uint8Array | undefined): boolean {
    return uuid !== undefined && this.uuid.every((byte, index) => byte === uuid[index]);
  }
}

/** What VFIO has to know of a device, be it one of the machine or one that a driver makes up. */
export interface VfioHardware {
  /** In sysfs. */
  readonly name: string;
  /** Its folder in sysfs, from `/devices` on. */
  readonly sysPath: string;
  /** Of its VFIO character device: the lowest that was free; -1 while it has none. */
  index: number;
  readonly pci: Pick<PciDevice, 'reset'> & { readonly configuration: DeviceRegion };
  readonly bars: readonly PlacedBar[];
  /** Its expansion ROM, where it has one. */
  readonly rom?: Pick<PlacedBar, 'address' | 'window'>;
  readonly iommu: IommuDevice;
  /** What it is on; a device that is made up is on none. */
  readonly bus?: PciBus;
  /** Of the machine; a device that is made up has none. */
  readonly controller?: InterruptController;
  /** The line that its pin is soldered to. */
  readonly irq?: number;
  /** Vendor and device, `1234 11e8`; a device that is made up has none. */
  readonly pciId?: string;
  /** Of a physical function. */
  readonly token?: VfToken;
  /** Of a virtual function: the physical one. */
  readonly owner?: Pick<VfioHardware, 'token'>;
  /** Not pci_2_3: who drives it took it for a device that cannot mask its pin. */
  pinIsMaskedByLine?: boolean;
  /** device_lock(): somebody takes its driver away. */
  readonly isLocked?: boolean;
}
