import { bit, bits, type Layout } from './bits.ts';

/** VT-d (Intel D51397), by the names and the bits of the book. */

/** 11.4.2 Capability Register */
export const capability: Layout = {
  name: 'CAP_REG',
  size: 64,
  fields: {
    ...{ CM: bit(7), SAGAW: bits(12, 8), MGAW: bits(21, 16), ZLR: bit(22), SSLPS: bits(37, 34) },
    ...{ PSI: bit(39), MAMV: bits(53, 48), FS1GP: bit(56), FS5LP: bit(60) },
  },
};

/** 11.4.3 Extended Capability Register */
export const extendedCapability: Layout = {
  name: 'ECAP_REG',
  size: 64,
  fields: {
    ...{ C: bit(0), QI: bit(1), DT: bit(2), IR: bit(3), EIM: bit(4), PT: bit(6), SC: bit(7) },
    ...{ NEST: bit(26), PRS: bit(29), SRS: bit(31), EAFS: bit(34), PSS: bits(39, 35) },
    ...{ PASID: bit(40), PDS: bit(42), SMTS: bit(43), SSADS: bit(45), SSTS: bit(46) },
    ...{ FSTS: bit(47), SMPWCS: bit(48) },
  },
};

/** 9.7 First-stage paging entries: of a table, or of a page, which above the lowest level has PS set. */
export const firstStageEntry: Layout = {
  name: 'first-stage entry',
  size: 64,
  fields: {
    ...{
      P: bit(0),
      RW: bit(1),
      US: bit(2),
      PWT: bit(3),
      PCD: bit(4),
      A: bit(5),
      D: bit(6),
      PS: bit(7),
    },
    ...{ G: bit(8), EA: bit(10), XD: bit(63) },
  },
};
