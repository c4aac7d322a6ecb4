import { guestFormats, type GuestFormatName } from '../guest/page-tables.ts';
import type { DeviceHandle, GuestKind } from '../handles.ts';
import { named, parameter, quoted, re, size } from './parameter.ts';

/** `a vDEVICE "guest nic" for device "nic" with virt_id 0x10`, `a HW queue "q" with index 0 at 16 MiB .. +1 page`. */
export interface NewGuestObject {
  readonly kind: GuestKind;
  readonly name: string;
  readonly device: DeviceHandle | undefined;
  readonly number: { readonly field: string; readonly value: bigint } | undefined;
  readonly range: { readonly iova: bigint; readonly length: bigint } | undefined;
}

/** What a guest has of an IOMMU. */
export const guests = {
  newGuestObject: parameter(
    re(
      `a (vIOMMU|vDEVICE|vEVENTQ|HW queue) ${quoted}(?: for device ${quoted})?(?: with (data|virt_id|depth|index) (${size}))?(?: at (${size}) \\.\\. \\+(${size}))?`,
    ),
    function (...groups): NewGuestObject {
      const [kind, name, device, field, value, first, length] = groups;
      const number = value === undefined ? undefined : this.size(value);
      return {
        kind: kind as GuestKind,
        name: name ?? '',
        device: device === undefined ? undefined : this.handles.get('device', device),
        number: field === undefined || number === undefined ? undefined : { field, value: number },
        range:
          first === undefined
            ? undefined
            : { iova: this.size(first), length: this.size(length ?? '') },
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
