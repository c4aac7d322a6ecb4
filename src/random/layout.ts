/** Where memory lies: the same on every machine, so that results can be compared byte by byte. Bytes. */
export const pageSize = 4096n;
export const ramPages = 16n;
/** Pages behind "ram" that nobody may touch. */
export const wallPages = 8n;
export const listPages = 2n;
export const memfdPages = 8n;

export const layout = {
  ram: 0x10_0000_0000n,
  wall: 0x10_0000_0000n + ramPages * pageSize,
  list: 0x10_1000_0000n,
  /** Structs of calls, and in its upper half what a check asks for. */
  struct: 0x10_2000_0000n,
} as const;

export const answers = layout.struct + pageSize / 2n;
export const badPointer = layout.wall;
