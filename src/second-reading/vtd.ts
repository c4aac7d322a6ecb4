import { field, inPlace, isSet, setBit, wordAt } from './memory.ts';
import type { Access, Bytes, Reading } from './memory.ts';

/** What the registers of a VT-d say that a walk goes by. */
export interface VtdRegisters {
  readonly rootTable: bigint;
  /** RTADDR.TTM is 1. */
  readonly scalable: boolean;
  /** ECAP.SC */
  readonly snoopControl: boolean;
  /** CAP.SAGAW: the numbers of levels that second stages may have. */
  readonly levels: readonly number[];
}

/** Of the addresses in tables. */
const HOST_BITS = 46;

/** A walk that cannot go on. */
class Refused extends Error {
  readonly reason: number | undefined;

  constructor(reason: number | undefined) {
    super(String(reason));
    this.reason = reason;
  }
}

/** VT-d, chapters 3 and 9, read again, slowly: where a request goes, or its fault reason. */
export function readVtd(memory: Bytes, registers: VtdRegisters, access: Access): Reading {
  try {
    return { to: new Walk(memory, registers, access).translate() };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.reason };
    throw error;
  }
}

class Walk {
  private readonly memory: Bytes;
  private readonly registers: VtdRegisters;
  private readonly access: Access;
  /** FPD was met. */
  private isQuiet = false;

  constructor(memory: Bytes, registers: VtdRegisters, access: Access) {
    [this.memory, this.registers, this.access] = [memory, registers, access];
  }

  translate(): bigint {
    const { address, pasid } = this.access;
    const isInterrupt = address >= 0xfee0_0000n && address < 0xfef0_0000n;
    if (pasid === undefined && isInterrupt) throw new Refused(undefined);
    if (this.registers.scalable) return this.byPasidTable();
    if (pasid !== undefined) throw new Refused(0x31);
    return this.byContextTable();
  }

  /** A qualified fault is not recorded where FPD was met. */
  private refuse(reason: number): never {
    throw new Refused(this.isQuiet ? undefined : reason);
  }

  private word(address: bigint): bigint {
    return wordAt(this.memory, address);
  }

  /** Bits of a word that have to be 0. */
  private demandZero(word: bigint, ranges: readonly (readonly [number, number])[], reason: number) {
    if (ranges.some(([high, low]) => field(word, high, low) !== 0n)) this.refuse(reason);
  }

  /** 9.1 Root Entry, 9.3 Context Entry. */
  private byContextTable(): bigint {
    const { rid, address, write } = this.access;
    const root = this.registers.rootTable + BigInt(rid >> 8) * 16n;
    const rootLow = this.word(root);
    if (!isSet(rootLow, 0)) throw new Refused(0x1);
    this.demandZero(
      rootLow,
      [
        [11, 1],
        [63, 52],
      ],
      0xa,
    );
    this.demandZero(this.word(root + 8n), [[63, 0]], 0xa);
    const entry = inPlace(rootLow, 51, 12) + BigInt(rid & 0xff) * 16n;
    const [low, high] = [this.word(entry), this.word(entry + 8n)];
    if (isSet(low, 1)) this.isQuiet = true;
    if (!isSet(low, 0)) this.refuse(0x2);
    this.demandZero(
      low,
      [
        [11, 4],
        [63, 52],
      ],
      0xb,
    );
    this.demandZero(
      high,
      [
        [7, 7],
        [63, 24],
      ],
      0xb,
    );
    const [type, levels] = [field(low, 3, 2), Number(field(high, 2, 0)) + 2];
    // Neither device TLBs nor pass-through is offered here.
    if (type !== 0n || levels < 3 || !this.registers.levels.includes(levels)) this.refuse(0x3);
    const leaf = this.second(inPlace(low, 51, 12), levels, address, write, false);
    if (typeof leaf === 'string') {
      return this.refuse({ beyond: 0x4, absent: write ? 0x5 : 0x6, reserved: 0xc }[leaf]);
    }
    if (!(write ? leaf.write : leaf.read)) this.refuse(write ? 0x5 : 0x6);
    return leaf.to;
  }

  /** 9.2 Scalable-Mode Root Entry, 9.4 Context Entry, 9.5 PASID Directory Entry, 9.6 PASID Table Entry. */
  private byPasidTable(): bigint {
    const { rid, pasid: given } = this.access;
    const isUpper = (rid & 0x80) !== 0;
    const root = this.word(this.registers.rootTable + BigInt(rid >> 8) * 16n + (isUpper ? 8n : 0n));
    if (!isSet(root, 0)) throw new Refused(0x39);
    this.demandZero(
      root,
      [
        [11, 1],
        [63, 52],
      ],
      0x3a,
    );
    const context = inPlace(root, 51, 12) + BigInt(rid & 0x7f) * 32n;
    const low = this.word(context);
    if (isSet(low, 1)) this.isQuiet = true;
    if (!isSet(low, 0)) this.refuse(0x41);
    const high = this.word(context + 8n);
    this.demandZero(
      low,
      [
        [8, 5],
        [63, 52],
      ],
      0x42,
    );
    this.demandZero(high, [[63, 21]], 0x42);
    for (const more of [16n, 24n]) this.demandZero(this.word(context + more), [[63, 0]], 0x42);
    if (given !== undefined && !isSet(low, 3)) this.refuse(0x45);
    const pasid = given ?? Number(field(high, 19, 0));
    if (pasid >= 2 ** (Number(field(low, 11, 9)) + 7) * 64) this.refuse(0x46);
    const directory = this.word(inPlace(low, 51, 12) + BigInt(pasid >> 6) * 8n);
    if (isSet(directory, 1)) this.isQuiet = true;
    if (!isSet(directory, 0)) this.refuse(0x51);
    this.demandZero(
      directory,
      [
        [11, 2],
        [63, 52],
      ],
      0x52,
    );
    return this.byPasidEntry(inPlace(directory, 51, 12) + BigInt(pasid & 63) * 64n);
  }

  private byPasidEntry(at: bigint): bigint {
    const { address, write } = this.access;
    const [first, second, third, ...rest] = [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n].map((more) =>
      this.word(at + more),
    ) as [bigint, bigint, bigint, ...bigint[]];
    if (isSet(first, 1)) this.isQuiet = true;
    if (!isSet(first, 0)) this.refuse(0x59);
    this.demandZero(
      first,
      [
        [5, 5],
        [11, 10],
        [63, 52],
      ],
      0x5a,
    );
    this.demandZero(
      second,
      [
        [22, 16],
        [63, 25],
      ],
      0x5a,
    );
    // Supervisor and execute requests, five levels, the extended accessed flag: this unit has none.
    this.demandZero(
      third,
      [
        [3, 0],
        [11, 7],
        [63, 52],
      ],
      0x5a,
    );
    for (const word of rest) this.demandZero(word, [[63, 0]], 0x5a);
    const levels = Number(field(first, 4, 2)) + 2;
    const type = Number(field(first, 8, 6));
    if (!(type >= 1 && type <= 4) || !this.registers.levels.includes(levels)) this.refuse(0x5b);
    const host: Host = { root: inPlace(first, 51, 12), levels, marks: isSet(first, 9) };
    const guest = inPlace(third, 51, 12);
    if (type === 4) return address;
    if (type === 1) return this.first(guest, undefined);
    if (type === 3) return this.first(guest, host);
    const leaf = this.byHost(host, address, write);
    return leaf.to;
  }

  private byHost({ root, levels, marks }: Host, address: bigint, write: boolean): Leaf {
    const leaf = this.second(root, levels, address, write, marks);
    if (typeof leaf !== 'string') return leaf;
    return this.refuse({ beyond: 0x84, absent: 0x79, reserved: 0x7a }[leaf]);
  }

  /** 3.6 First-Stage Translation, of four levels; 3.8: nested, each address in it is one of the guest. */
  // eslint-disable-next-line complexity -- straight, as the book has it: a second reading is no place for helpers
  private first(root: bigint, host: Host | undefined): bigint {
    const { address, write } = this.access;
    const upper = address >> 47n;
    if (upper !== 0n && upper !== 0x1_ffffn) this.refuse(0x80);
    let table = root;
    for (let level = 4; ; level -= 1) {
      const size = 1n << BigInt(12 + 9 * (level - 1));
      const at = table + ((address / size) % 512n) * 8n;
      const entry = this.word(this.locate(host, at, level === 4 ? 0x75 : 0x76, false));
      if (!isSet(entry, 0)) this.refuse(0x71);
      if (!isSet(entry, 2)) this.refuse(0x81);
      if (write && !isSet(entry, 1)) this.refuse(0x85);
      const isLeaf = level === 1 || isSet(entry, 7);
      const to = inPlace(entry, 51, 12);
      if (field(entry, 51, HOST_BITS) !== 0n) this.refuse(0x72);
      if (isLeaf && (level === 4 || to % size !== 0n)) this.refuse(0x72);
      this.mark(host, at, entry, isLeaf && write ? [5, 6] : [5]);
      table = to;
      if (!isLeaf) continue;
      const middle = to + (address % size);
      return host === undefined ? middle : this.final(host, middle);
    }
  }

  /** What the guest's address is at last: with the right that the request wants. */
  private final(host: Host, address: bigint): bigint {
    return this.byHost(host, address, this.access.write).to;
  }

  /** 3.6.2 Accessed, Extended Accessed, and Dirty Flags: where one of these bits is not set. */
  private mark(host: Host | undefined, at: bigint, entry: bigint, bits: readonly number[]): void {
    const missing = bits.filter((bit) => !isSet(entry, bit));
    if (missing.length === 0) return;
    const place = this.locate(host, at, 0x77, true);
    for (const bit of missing) setBit(this.memory, place, bit);
  }

  private locate(host: Host | undefined, at: bigint, reason: number, write: boolean): bigint {
    if (host === undefined) return at;
    const leaf = this.second(host.root, host.levels, at, write, host.marks);
    if (typeof leaf === 'string' || !leaf.read || (write && !leaf.write)) this.refuse(reason);
    return leaf.to;
  }

  /** 3.7 Second-Stage Translation. Rights are those of all entries on the way. */
  // eslint-disable-next-line complexity -- straight, as the book has it: a second reading is no place for helpers
  private second(
    root: bigint,
    levels: number,
    address: bigint,
    write: boolean,
    marks: boolean,
  ): Leaf | 'beyond' | 'absent' | 'reserved' {
    if (address >= 1n << BigInt(12 + 9 * levels)) return 'beyond';
    let table = root;
    let [mayRead, mayWrite] = [true, true];
    for (let level = levels; ; level -= 1) {
      const size = 1n << BigInt(12 + 9 * (level - 1));
      const at = table + ((address / size) % 512n) * 8n;
      const entry = this.word(at);
      if (!isSet(entry, write ? 1 : 0)) return 'absent';
      [mayRead, mayWrite] = [mayRead && isSet(entry, 0), mayWrite && isSet(entry, 1)];
      const to = inPlace(entry, 51, 12);
      const isLeaf = level === 1 || isSet(entry, 7);
      if (field(entry, 51, HOST_BITS) !== 0n) return 'reserved';
      if (isLeaf && isSet(entry, 11) && !this.registers.snoopControl) return 'reserved';
      if (isLeaf && (level === 4 || to % size !== 0n)) return 'reserved';
      if (marks) setBit(this.memory, at, 8);
      if (marks && isLeaf && write && mayWrite) setBit(this.memory, at, 9);
      if (isLeaf) return { to: to + (address % size), read: mayRead, write: mayWrite };
      table = to;
    }
  }
}

interface Host {
  readonly root: bigint;
  readonly levels: number;
  /** SSADE */
  readonly marks: boolean;
}

interface Leaf {
  readonly to: bigint;
  readonly read: boolean;
  readonly write: boolean;
}
