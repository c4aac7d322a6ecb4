import { struct, u16, u32 } from '../codec.ts';
import { _IO } from '../ioctl.ts';

export const VFIO_TYPE = 0x3b;
export const VFIO_BASE = 100;

/** The request of a VFIO command: what it means depends on the kind of file. */
export function vfioRequest(nr: number): number {
  return _IO(VFIO_TYPE, VFIO_BASE + nr);
}

/** What each capability of an information struct begins with; `next` counts from the start of that struct. */
export const vfio_info_cap_header = struct('vfio_info_cap_header', {
  id: u16,
  version: u16,
  next: u32,
});
