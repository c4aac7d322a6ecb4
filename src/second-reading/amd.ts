import { field, inPlace, isSet, setBit, wordAt } from './memory.ts';
import type { Access, Bytes, Reading } from './memory.ts';

/** 2.5 Event Logging. */
const [ILLEGAL_ENTRY, PAGE_FAULT, TABLE_ERROR] = [1, 2, 4];

interface Found {
  readonly to: bigint;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

class Refused extends Error {
  readonly number: number;

  constructor(number: number) {
    super(String(number));
    this.number = number;
  }
}

/** AMD IOMMU, 2.2, read again, slowly: the device table entry, then page tables of the host, of a guest, or both. */
export function readAmd(memory: Bytes, deviceTable: bigint, access: Access): Reading {
  const { rid, address } = access;
  if (address >= 0xfee0_0000n && address < 0xfef0_0000n) return { refused: undefined };
  const at = deviceTable + BigInt(rid) * 32n;
  const [first, second] = [wordAt(memory, at), wordAt(memory, at + 8n)];
  try {
    return { to: new Walk(memory, first, second).translate(access) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.number };
    throw error;
  }
}

/** By the first two words of a device table entry. */
class Walk {
  private readonly memory: Bytes;
  private readonly first: bigint;
  private readonly second: bigint;
  private readonly mode: number;

  constructor(memory: Bytes, first: bigint, second: bigint) {
    [this.memory, this.first, this.second] = [memory, first, second];
    this.mode = Number(field(first, 11, 9));
  }

  /** 2.2.2.1, table 7: V, Mode, GV, GLX, TV, IR and IW, GIOV. */
  translate({ address, write, pasid }: Access): bigint {
    const { first, mode } = this;
    if (!isSet(first, 0)) return address;
    const hasGuest = isSet(first, 55);
    if (mode === 7 || (hasGuest && field(first, 57, 56) === 3n)) throw new Refused(ILLEGAL_ENTRY);
    if (!isSet(first, 1) || !isSet(first, write ? 62 : 61)) throw new Refused(PAGE_FAULT);
    if (pasid === undefined && !(hasGuest && isSet(first, 54)))
      return mode === 0 ? address : this.byHost(address, write);
    if (!hasGuest) throw new Refused(PAGE_FAULT);
    const middle = this.byGuest(address, write, pasid ?? 0);
    return mode === 0 ? middle : this.byHost(middle, write);
  }

  private byHost(address: bigint, write: boolean): bigint {
    const { to, mayRead, mayWrite } = this.hostPage(address);
    if (write ? mayWrite : mayRead) return to;
    throw new Refused(PAGE_FAULT);
  }

  /** 2.2.3 */
  private hostPage(address: bigint): Found {
    const { memory, mode } = this;
    let [mayRead, mayWrite] = [true, true];
    let [table, level] = [inPlace(this.first, 51, 12), mode];
    if (mode < 6 && address >> BigInt(12 + 9 * mode) !== 0n) throw new Refused(PAGE_FAULT);
    for (;;) {
      const shift = BigInt(12 + 9 * (level - 1));
      const entry = wordAt(memory, table + ((address >> shift) % 512n) * 8n);
      if (!isSet(entry, 0)) throw new Refused(PAGE_FAULT);
      [mayRead, mayWrite] = [mayRead && isSet(entry, 61), mayWrite && isSet(entry, 62)];
      const next = Number(field(entry, 11, 9));
      const to = inPlace(entry, 51, 12);
      if (next === 0 || next === 7) {
        const size = next === 0 ? 1n << shift : sizeOf(to);
        return { to: to - (to % size) + (address % size), mayRead, mayWrite };
      }
      if (next >= level) throw new Refused(TABLE_ERROR);
      const skipped = (address >> BigInt(12 + 9 * next)) % (1n << BigInt(9 * (level - 1 - next)));
      if (skipped !== 0n) throw new Refused(PAGE_FAULT);
      [table, level] = [to, next];
    }
  }

  /** 2.2.6: all tables of a guest lie at its own addresses, where there is a page table of the host. */
  private place(address: bigint, write: boolean): bigint {
    return this.mode === 0 ? address : this.byHost(address, write);
  }

  /** 2.2.6.3: GLX + 1 levels of nine bits of the PASID each. */
  private rootOf(pasid: number): bigint {
    const { first, second } = this;
    const levels = Number(field(first, 57, 56)) + 1;
    if (pasid >= 512 ** levels) throw new Refused(PAGE_FAULT);
    let table =
      (field(first, 60, 58) << 12n) |
      (field(second, 31, 16) << 15n) |
      (field(second, 63, 43) << 31n);
    for (let level = levels; level >= 1; level -= 1) {
      const index = BigInt(Math.floor(pasid / 512 ** (level - 1)) % 512);
      const entry = wordAt(this.memory, this.place(table + index * 8n, false));
      if (!isSet(entry, 0)) throw new Refused(PAGE_FAULT);
      table = inPlace(entry, 51, 12);
    }
    return table;
  }

  /** 2.2.6.4: long mode, four levels, as a user. */
  private byGuest(address: bigint, write: boolean, pasid: number): bigint {
    let table = this.rootOf(pasid);
    if (address >> 48n !== 0n) throw new Refused(PAGE_FAULT);
    let mayWrite = true;
    for (let level = 4; ; level -= 1) {
      const shift = BigInt(12 + 9 * (level - 1));
      const at = table + ((address >> shift) % 512n) * 8n;
      const entry = wordAt(this.memory, this.place(at, false));
      const [isPresent, isUser] = [isSet(entry, 0), isSet(entry, 2)];
      const isLarge = level > 1 && isSet(entry, 7);
      // PS is reserved in an entry of the highest level.
      if (!isPresent || !isUser || (level === 4 && isLarge)) throw new Refused(PAGE_FAULT);
      mayWrite = mayWrite && isSet(entry, 1);
      const isLeaf = level === 1 || isLarge;
      if (isLeaf && write && !mayWrite) throw new Refused(PAGE_FAULT);
      this.mark(entry, at, isLeaf && write);
      const to = inPlace(entry, 51, 12);
      if (isLeaf) return to - (to % (1n << shift)) + (address % (1n << shift));
      table = to;
    }
  }

  /** Accessed and dirty; only where it is not there yet has the table to be written. */
  private mark(entry: bigint, at: bigint, dirty: boolean): void {
    const bits = dirty ? [5, 6] : [5];
    if (bits.every((bit) => isSet(entry, bit))) return;
    const place = this.place(at, true);
    for (const bit of bits) setBit(this.memory, place, bit);
  }
}

/** Next Level 7: ones from bit 12 on up to the bit that tells the size, of which the entry is a part. */
function sizeOf(address: bigint): bigint {
  let size = 8192n;
  for (let bit = 12; isSet(address, bit); bit += 1) size *= 2n;
  return size;
}
