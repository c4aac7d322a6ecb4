import { field, inPlace, isSet, wordAt } from './memory.ts';
import type { Access, Bytes, Reading } from './memory.ts';

/** 2.5 Event Logging. */
const [ILLEGAL_ENTRY, PAGE_FAULT, TABLE_ERROR] = [1, 2, 4];

/** AMD IOMMU, 2.2, read again, slowly: the device table entry, then the host's page table. */
// eslint-disable-next-line complexity -- straight, as the book has it: a second reading is no place for helpers
export function readAmd(memory: Bytes, deviceTable: bigint, access: Access): Reading {
  const { rid, address, write, pasid } = access;
  if (address >= 0xfee0_0000n && address < 0xfef0_0000n) return { refused: undefined };
  const at = deviceTable + BigInt(rid) * 32n;
  const low = wordAt(memory, at);
  if (!isSet(low, 0)) return { to: address };
  const mode = Number(field(low, 11, 9));
  if (mode === 7) return { refused: ILLEGAL_ENTRY };
  if (!isSet(low, 1) || pasid !== undefined) return { refused: PAGE_FAULT };
  let [mayRead, mayWrite] = [isSet(low, 61), isSet(low, 62)];
  if (!(write ? mayWrite : mayRead)) return { refused: PAGE_FAULT };
  if (mode === 0) return { to: address };
  let [table, level] = [inPlace(low, 51, 12), mode];
  if (mode < 6 && address >> BigInt(12 + 9 * mode) !== 0n) return { refused: PAGE_FAULT };
  for (;;) {
    const shift = BigInt(12 + 9 * (level - 1));
    const entry = wordAt(memory, table + ((address >> shift) % 512n) * 8n);
    if (!isSet(entry, 0)) return { refused: PAGE_FAULT };
    [mayRead, mayWrite] = [mayRead && isSet(entry, 61), mayWrite && isSet(entry, 62)];
    const next = Number(field(entry, 11, 9));
    const to = inPlace(entry, 51, 12);
    if (next === 0 || next === 7) {
      if (!(write ? mayWrite : mayRead)) return { refused: PAGE_FAULT };
      const size = next === 0 ? 1n << shift : sizeOf(to);
      return { to: to - (to % size) + (address % size) };
    }
    if (next >= level) return { refused: TABLE_ERROR };
    const skipped = (address >> BigInt(12 + 9 * next)) % (1n << BigInt(9 * (level - 1 - next)));
    if (skipped !== 0n) return { refused: PAGE_FAULT };
    [table, level] = [to, next];
  }
}

/** Next Level 7: ones from bit 12 on up to the bit that tells the size, of which the entry is a part. */
function sizeOf(address: bigint): bigint {
  let size = 8192n;
  for (let bit = 12; isSet(address, bit); bit += 1) size *= 2n;
  return size;
}
