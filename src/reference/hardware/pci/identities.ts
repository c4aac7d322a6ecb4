import type { HeaderOptions } from './header.ts';

/** What a function says that it is. */
type Identity = Omit<HeaderOptions, 'bars' | 'onChange' | 'isVirtual'>;

/** As QEMU's teaching device has them. */
export const ofEdu: Identity = {
  vendor: 0x1234,
  device: 0x11e8,
  revision: 0x10,
  classCode: 0x00ff00,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
  interruptPin: 1,
  romSize: 0,
};

/** Those of Crystal Beach DMA in a Xeon. */
export const ofCopyEngine: Identity = {
  ...ofEdu,
  vendor: 0x8086,
  device: 0x2021,
  revision: 4,
  classCode: 0x088000,
  subsystemVendor: 0x8086,
  subsystem: 0,
};
