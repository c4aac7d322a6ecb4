import { address, bit, bits, type Layout } from './bits.ts';

/** AMD I/O Virtualization Technology (48882), MMIO offset 0030h: the extended feature register. */
export const extendedFeatures: Layout = {
  name: 'extended feature register',
  size: 64,
  fields: { GTSup: bit(4), IASup: bit(6), HASup: bit(49), HDSup: bit(52) },
};

/** 2.2.2.1 Device Table Entry: what concerns a guest, and the host's page table, which does not. The root of GCR3 is in three pieces. */
export const deviceTableEntry: Layout = {
  name: 'device table entry',
  size: 256,
  fields: {
    V: bit(0),
    TV: bit(1),
    HAD: bits(8, 7),
    Mode: bits(11, 9),
    HostRoot: address(51, 12, 12),
    PPR: bit(52),
    GIOV: bit(54),
    GV: bit(55),
    GLX: bits(57, 56),
    GCR3_14_12: address(60, 58, 12),
    IR: bit(61),
    IW: bit(62),
    DomainID: bits(79, 64),
    GCR3_30_15: address(95, 80, 15),
    I: bit(96),
    GCR3_51_31: address(127, 107, 31),
    GuestPagingMode: bits(183, 182),
  },
};

/** 2.2.6 Guest page tables: those of x86-64. */
export const guestEntry: Layout = {
  name: 'guest page table entry',
  size: 64,
  fields: { P: bit(0), RW: bit(1), US: bit(2), A: bit(5), D: bit(6), PS: bit(7) },
};
