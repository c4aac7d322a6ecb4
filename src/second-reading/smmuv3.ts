import { clearBit, field, inPlace, isSet, setBit, wordAt } from './memory.ts';
import type { Access, Bytes, Reading } from './memory.ts';

/** Addresses of both stages' output, bits: IDR5.OAS. */
const OUTPUT_BITS = 44;

/** SMMUv3, 7.3: the events of a refusal. With that of the second stage stand what it was about, and that it was that one. */
export const event = {
  badStream: 0x02,
  badEntry: 0x04,
  streamDisabled: 0x06,
  badSubstream: 0x08,
  badContext: 0x0a,
  translation: 0x10,
  addressSize: 0x11,
  access: 0x12,
  permission: 0x13,
} as const;

/** The number of an event with the bits S2 and CLASS of its second word beside it. */
export function eventNumber(id: number, isOfStage2: boolean, kind: number): number {
  return id + (isOfStage2 ? 0x100 : 0) + kind * 0x1000;
}

const [OF_DESCRIPTOR, OF_TABLE, OF_INPUT] = [0, 1, 2];

class Refused extends Error {
  readonly number: number | undefined;

  constructor(number: number | undefined) {
    super(String(number));
    this.number = number;
  }
}

/** What the registers of a unit say, as far as it bears on this. */
export interface Registers {
  readonly streamTable: bigint;
  /** IDR1.SSIDSIZE */
  readonly substreamBits: number;
}

/** SMMUv3, chapters 3 and 5, and Armv8-A, D8, read again, slowly: HTTU is 2, STALL_MODEL 1. */
export function readSmmuv3(memory: Bytes, registers: Registers, access: Access): Reading {
  try {
    return { to: new Walk(memory, registers, access).translate() };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.number };
    throw error;
  }
}

interface Stage {
  readonly table: bigint;
  readonly inputBits: number;
  readonly startLevel: number;
  /** log2 of a page. */
  readonly page: number;
  /** Refusals leave an event. */
  readonly records: boolean;
  /** HA, and HD with it: what a walk keeps up to date. */
  readonly marksAccess: boolean;
  readonly marksDirty: boolean;
}

interface Leaf {
  readonly to: bigint;
  readonly read: boolean;
  readonly write: boolean;
}

class Walk {
  private readonly memory: Bytes;
  private readonly registers: Registers;
  private readonly access: Access;
  private second: Stage | undefined;

  constructor(memory: Bytes, registers: Registers, access: Access) {
    [this.memory, this.registers, this.access] = [memory, registers, access];
  }

  translate(): bigint {
    const { rid, pasid, address, write } = this.access;
    const entry = this.entryOf(this.registers.streamTable, rid);
    const [first, second, third, fourth] = [0n, 8n, 16n, 24n].map((at) =>
      this.word(entry + at),
    ) as [bigint, bigint, bigint, bigint];
    if (!isSet(first, 0)) throw new Refused(eventNumber(event.badEntry, false, 0));
    const config = Number(field(first, 3, 1));
    if (config < 4) throw new Refused(undefined);
    if (config >= 6) this.second = secondStage(third, fourth);
    if (config % 2 === 1) {
      const at = this.contextAt(first, second);
      if (at !== undefined) return this.byContext(at);
    } else if (pasid !== undefined) {
      throw new Refused(eventNumber(event.badSubstream, false, 0));
    }
    return this.second === undefined ? address : this.throughSecond(address, OF_INPUT, write);
  }

  /**
   * 3.9 and 5.2: S1CDMax, and where there are substreams S1Fmt and S1DSS. The address of the descriptor, of the second stage
   * where there is one; undefined where the request passes the first stage.
   */
  // eslint-disable-next-line complexity -- straight, as the book has it
  private contextAt(first: bigint, second: bigint): bigint | undefined {
    const { pasid } = this.access;
    const pointer = inPlace(first, 51, 6);
    const most = Number(field(first, 63, 59));
    const [format, without] = [Number(field(first, 5, 4)), Number(field(second, 1, 0))];
    const isBad = most > 0 && (format === 3 || without === 3);
    if (isBad || most > this.registers.substreamBits) {
      throw new Refused(eventNumber(event.badEntry, false, 0));
    }
    if (pasid === undefined && most > 0 && without === 0) {
      throw new Refused(eventNumber(event.streamDisabled, false, 0));
    }
    if (pasid === undefined && most > 0 && without === 1) return undefined;
    const isTaken = pasid === 0 && without === 2;
    if (pasid !== undefined && (pasid >= 2 ** most || most === 0 || isTaken)) {
      throw new Refused(eventNumber(event.badSubstream, false, 0));
    }
    const index = BigInt(pasid ?? 0);
    if (most === 0 || format === 0) return pointer + index * 64n;
    const perLeaf = format === 1 ? 64n : 1024n;
    const descriptor = this.word(this.locate(pointer + (index / perLeaf) * 8n, OF_DESCRIPTOR));
    if (!isSet(descriptor, 0)) throw new Refused(eventNumber(event.badSubstream, false, 0));
    return inPlace(descriptor, 51, 12) + (index % perLeaf) * 64n;
  }

  private word(address: bigint): bigint {
    return wordAt(this.memory, address);
  }

  /** 5.1: 64 entries behind each descriptor of the first level, or fewer, as its Span says. */
  private entryOf(streamTable: bigint, stream: number): bigint {
    const descriptor = this.word(streamTable + BigInt(Math.floor(stream / 64)) * 8n);
    const span = Number(field(descriptor, 4, 0));
    const index = stream % 64;
    if (span === 0 || index >= 2 ** (span - 1)) {
      throw new Refused(eventNumber(event.badStream, false, 0));
    }
    return inPlace(descriptor, 51, 6) + BigInt(index) * 64n;
  }

  /** 5.4: the descriptor is at an address of the second stage, where there is one. */
  private byContext(pointer: bigint): bigint {
    const { address, write } = this.access;
    const at = this.locate(pointer, OF_DESCRIPTOR);
    const [first, second] = [this.word(at), this.word(at + 8n)];
    const page = { 0: 12, 1: 16 }[Number(field(first, 7, 6))];
    const inputBits = 64 - Number(field(first, 5, 0));
    const isGood = isSet(first, 31) && isSet(first, 41) && inputBits >= 25 && inputBits <= 48;
    // S, which a unit whose IDR0.STALL_MODEL is 1 does not have.
    if (!isGood || page === undefined || isSet(first, 44))
      throw new Refused(eventNumber(event.badContext, false, 0));
    const startLevel = 4 - Math.ceil((inputBits - page) / (page - 3));
    const table = inPlace(second, 51, 4);
    const marks = {
      marksAccess: isSet(first, 43),
      marksDirty: isSet(first, 43) && isSet(first, 42),
    };
    const stage = { table, inputBits, startLevel, page, records: isSet(first, 45), ...marks };
    if (isSet(first, 14)) this.refuseFirst(stage, event.translation);
    const leaf = this.walk(stage, address, undefined);
    if (!(write ? leaf.write : leaf.read)) this.refuseFirst(stage, event.permission);
    return this.second === undefined ? leaf.to : this.throughSecond(leaf.to, OF_INPUT, write);
  }

  private refuseFirst({ records }: Stage, id: number, kind = OF_INPUT): never {
    throw new Refused(records ? eventNumber(id, false, kind) : undefined);
  }

  private refuse(stage: Stage, id: number, kind: number | undefined): never {
    if (kind === undefined) return this.refuseFirst(stage, id);
    throw new Refused(stage.records ? eventNumber(id, true, kind) : undefined);
  }

  private locate(address: bigint, kind: number, write = false): bigint {
    return this.second === undefined ? address : this.throughSecond(address, kind, write);
  }

  /** D8.4.5, D8.4.6: the flag of a page that is used; one with DBM that is written is not read-only any more. */
  private mark(at: bigint, descriptor: bigint, isDirtied: boolean): void {
    if (isSet(descriptor, 10) && !isDirtied) return;
    const place = this.locate(at, OF_TABLE, true);
    setBit(this.memory, place, 10);
    if (isDirtied) clearBit(this.memory, place, 7);
  }

  private throughSecond(address: bigint, kind: number, write: boolean): bigint {
    const stage = this.second;
    if (stage === undefined) throw new Error('there is no second stage');
    const leaf = this.walk(stage, address, kind);
    if (!(write ? leaf.write : leaf.read)) this.refuse(stage, event.permission, kind);
    return leaf.to;
  }

  /** D8.2 Translation process; `kind` is that of a walk of the second stage. */
  // eslint-disable-next-line complexity -- straight, as the book has it: a second reading is no place for helpers
  private walk(stage: Stage, address: bigint, kind: number | undefined): Leaf {
    const { page } = stage;
    if (address >= 1n << BigInt(stage.inputBits)) this.refuse(stage, event.translation, kind);
    let table = stage.table;
    // D8.2: that of a table that begins beyond the output is one of the first level.
    if (kind === undefined && table >> BigInt(OUTPUT_BITS) !== 0n)
      this.refuseFirst(stage, event.addressSize);
    let [userTable, writeTable] = [true, true];
    for (let level = stage.startLevel; ; level += 1) {
      const shift = BigInt(page + (3 - level) * (page - 3));
      const index =
        (address >> shift) % (1n << (level === stage.startLevel ? 64n : BigInt(page - 3)));
      const at = table + index * 8n;
      const descriptor = this.word(kind === undefined ? this.locate(at, OF_TABLE) : at);
      const isPageOrTable = isSet(descriptor, 1);
      const isBlockLevel = page === 12 ? level === 1 || level === 2 : level === 2;
      const isLeaf = level === 3 || !isPageOrTable;
      const isGood = level === 3 ? isPageOrTable : isPageOrTable || isBlockLevel;
      if (!isSet(descriptor, 0) || !isGood) this.refuse(stage, event.translation, kind);
      const to = inPlace(descriptor, 47, 12);
      if (to >> BigInt(OUTPUT_BITS) !== 0n) this.refuse(stage, event.addressSize, kind);
      if (!isLeaf) {
        if (isSet(descriptor, 61)) userTable = false;
        if (isSet(descriptor, 62)) writeTable = false;
        table = to;
        continue;
      }
      if (!isSet(descriptor, 10) && !stage.marksAccess) this.refuse(stage, event.access, kind);
      const size = 1n << shift;
      const end = { to: to - (to % size) + (address % size) };
      if (kind !== undefined)
        return { ...end, read: isSet(descriptor, 6), write: isSet(descriptor, 7) };
      const read = isSet(descriptor, 6) && userTable;
      const isClean = stage.marksDirty && isSet(descriptor, 51) && isSet(descriptor, 7);
      const mayWrite = read && writeTable && (isClean || !isSet(descriptor, 7));
      if (stage.marksAccess) {
        this.mark(at, descriptor, isClean && mayWrite && this.access.write);
      }
      return { ...end, read, write: mayWrite };
    }
  }
}

/** 5.2: S2T0SZ, S2SL0, S2TG, S2R and S2TTB. */
function secondStage(third: bigint, fourth: bigint): Stage {
  const page = field(third, 47, 46) === 0n ? 12 : 16;
  const top = page === 12 ? 2 : 3;
  if (!isSet(third, 51) || field(third, 47, 46) > 1n) {
    throw new Refused(eventNumber(event.badEntry, false, 0));
  }
  return {
    table: inPlace(fourth, 51, 4),
    inputBits: 64 - Number(field(third, 37, 32)),
    startLevel: top - Number(field(third, 39, 38)),
    page,
    records: isSet(third, 58),
    ...{ marksAccess: false, marksDirty: false },
  };
}
