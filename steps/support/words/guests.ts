import { guestFormats, type GuestFormatName } from '../guest/page-tables.ts';
import type { DeviceHandle, GuestKind } from '../handles.ts';
import { named, parameter, quoted, re, size } from './parameter.ts';

/** `a vDEVICE "guest nic" for device "nic"`. */
export interface NewGuestObject {
  readonly kind: GuestKind;
  readonly name: string;
  readonly device: DeviceHandle | undefined;
}

/** What it is told besides: `virt_id 7`, or `index 0 at 16 MiB .. +1 page`, which is where a queue lies. */
export interface GuestNumber {
  /** How the name of the field ends, or the data of the test driver. */
  readonly field: string;
  readonly value: bigint;
  readonly range: { readonly iova: bigint; readonly length: bigint } | undefined;
}

/** What a guest has of an IOMMU. */
export const guests = {
  newGuestObject: parameter(
    re(`an? (vIOMMU|vDEVICE|vEVENTQ|HW queue) ${quoted}(?: for device ${quoted})?`),
    function (kind, name, device): NewGuestObject {
      return {
        kind: kind as GuestKind,
        name: name ?? '',
        device: device === undefined ? undefined : this.handles.get('device', device),
      };
    },
  ),
  guestNumber: parameter(
    re(`(data|virt_id|depth|index) (${size})(?: at (${size}) \\.\\. \\+(${size}))?`),
    function (field, value, first, length): GuestNumber {
      const iova = first === undefined ? undefined : this.size(first);
      return {
        field: field ?? '',
        value: this.size(value ?? ''),
        range: iova === undefined ? undefined : { iova, length: this.size(length ?? '') },
      };
    },
  ),
  guestTable: named('page table', 'guest table'),
  newGuestTable: parameter(
    re(`an? (${Object.keys(guestFormats).join('|')}) page table ${quoted}`),
    (format, name): { format: GuestFormatName; name: string } => ({
      format: format as GuestFormatName,
      name: name ?? '',
    }),
  ),
};
