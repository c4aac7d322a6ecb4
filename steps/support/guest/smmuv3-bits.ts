import { address, bit, bits, type Layout } from './bits.ts';

/** SMMUv3 (Arm IHI 0070), by the names and the bits of the book; `bits.test.ts` counts the bits by hand. */

/** 4.1.3 Command opcodes, without `CMD_`. CFGI_ALL is CFGI_STE_RANGE with a Range of 31. */
const opcodes = {
  PREFETCH_CONFIG: 0x01,
  PREFETCH_ADDR: 0x02,
  CFGI_STE: 0x03,
  CFGI_STE_RANGE: 0x04,
  CFGI_CD: 0x05,
  CFGI_CD_ALL: 0x06,
  TLBI_NH_ALL: 0x10,
  TLBI_NH_ASID: 0x11,
  TLBI_NH_VA: 0x12,
  TLBI_NH_VAA: 0x13,
  TLBI_EL2_ALL: 0x20,
  TLBI_EL2_ASID: 0x21,
  TLBI_EL2_VA: 0x22,
  TLBI_EL2_VAA: 0x23,
  TLBI_S12_VMALL: 0x28,
  TLBI_S2_IPA: 0x2a,
  TLBI_NSNH_ALL: 0x30,
  ATC_INV: 0x40,
  PRI_RESP: 0x41,
  RESUME: 0x44,
  STALL_TERM: 0x45,
  SYNC: 0x46,
};

/** 4.3 and 4.4: the fields of all commands together, as one may be where it does not belong. */
export const command: Layout = {
  name: 'SMMUv3 command',
  size: 128,
  fields: {
    Opcode: bits(7, 0, opcodes),
    G: bit(9),
    SSV: bit(11),
    SubstreamID: bits(31, 12),
    StreamID: bits(63, 32),
    NUM: bits(16, 12),
    SCALE: bits(25, 20),
    VMID: bits(47, 32),
    ASID: bits(63, 48),
    Leaf: bit(64),
    Range: bits(68, 64),
    Size: bits(69, 64),
    TTL: bits(73, 72),
    TG: bits(75, 74),
    Addr: address(127, 76, 12),
  },
};

/** 5.2 Stream Table Entry: the two words that a guest decides on. */
export const streamTableEntry: Layout = {
  name: 'stream table entry',
  size: 128,
  fields: {
    V: bit(0),
    Config: bits(3, 1, { ABORT: 0, BYPASS: 4, S1_TRANS: 5, S2_TRANS: 6, NESTED: 7 }),
    S1Fmt: bits(5, 4),
    S1ContextPtr: address(55, 6, 6),
    S1CDMax: bits(63, 59),
    S1DSS: bits(65, 64),
    S1CIR: bits(67, 66),
    S1COR: bits(69, 68),
    S1CSH: bits(71, 70),
    S2HWU59: bit(72),
    MEV: bit(83),
    S2FWB: bit(89),
    S1STALLD: bit(91),
    EATS: bits(93, 92),
    STRW: bits(95, 94),
    SHCFG: bits(109, 108),
  },
};

/** 5.4 Context Descriptor. */
export const contextDescriptor: Layout = {
  name: 'context descriptor',
  size: 512,
  fields: {
    T0SZ: bits(5, 0),
    TG0: bits(7, 6),
    IR0: bits(9, 8),
    OR0: bits(11, 10),
    SH0: bits(13, 12),
    EPD0: bit(14),
    EPD1: bit(30),
    V: bit(31),
    IPS: bits(34, 32),
    AA64: bit(41),
    HD: bit(42),
    HA: bit(43),
    S: bit(44),
    R: bit(45),
    A: bit(46),
    ASET: bit(47),
    ASID: bits(63, 48),
    TTB0: address(119, 68, 4),
    MAIR0: bits(223, 192),
  },
};

/** 5.3 Level 1 Context Descriptor. */
export const level1ContextDescriptor: Layout = {
  name: 'level 1 context descriptor',
  size: 64,
  fields: { V: bit(0), L2Ptr: address(51, 12, 12) },
};

/** 7.3 Event records. */
export const event: Layout = {
  name: 'SMMUv3 event',
  size: 256,
  fields: {
    EventNumber: bits(7, 0, {
      C_BAD_STE: 0x04,
      F_STREAM_DISABLED: 0x06,
      C_BAD_SUBSTREAMID: 0x08,
      C_BAD_CD: 0x0a,
      F_TRANSLATION: 0x10,
      F_ADDR_SIZE: 0x11,
      F_ACCESS: 0x12,
      F_PERMISSION: 0x13,
    }),
    SSV: bit(11),
    SubstreamID: bits(31, 12),
    StreamID: bits(63, 32),
    STAG: bits(79, 64),
    Stall: bit(95),
    PnU: bit(97),
    InD: bit(98),
    RnW: bit(99),
    S2: bit(103),
    CLASS: bits(105, 104, { CD: 0, TTD: 1, IN: 2 }),
    InputAddr: bits(191, 128),
    IPA: address(247, 204, 12),
  },
};

/** 6.3.1 SMMU_IDR0 */
export const idr0: Layout = {
  name: 'SMMU_IDR0',
  size: 32,
  fields: {
    S2P: bit(0),
    S1P: bit(1),
    TTF: bits(3, 2, { VMSAv8_32: 1, VMSAv8_64: 2 }),
    COHACC: bit(4),
    ATS: bit(10),
    ASID16: bit(12),
    VMID16: bit(18),
  },
};

/** 6.3.6 SMMU_IDR5 */
export const idr5: Layout = {
  name: 'SMMU_IDR5',
  size: 32,
  fields: { OAS: bits(2, 0), GRAN4K: bit(4), GRAN16K: bit(5), GRAN64K: bit(6) },
};

/** Armv8-A (Arm DDI 0487), D8.3: a descriptor of a stage-1 table of VMSAv8-64, at the last level a page, else a block. */
export const descriptor: Layout = {
  name: 'VMSAv8-64 descriptor',
  size: 64,
  fields: {
    Valid: bit(0),
    Table: bit(1),
    Page: bit(1),
    AttrIndx: bits(4, 2),
    AP1: bit(6),
    AP2: bit(7),
    SH: bits(9, 8),
    AF: bit(10),
    nG: bit(11),
    DBM: bit(51),
    Addr: address(47, 12, 12),
    APTable: bits(62, 61),
  },
};
