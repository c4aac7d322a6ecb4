/** PCI 3.0, 6.2.3: Status, and in it bit 4: there is a list of capabilities; where the list begins. */
const STATUS = 6;
const HAS_LIST = [0x10, 0];
const LIST_POINTER = 0x34;
/** Where ours is: the first place behind the header. */
const FIRST = 0x40;
/** PCI 3.0, 6.8.2: MSI-X. Its table and its pending bits are in BAR 0, behind the registers. */
const MSIX = 0x11;
const TABLE = 0xf_0000;
const PENDING = 0xf_8000;

/** What the configuration space of a function with so many MSI-X vectors holds beside its header; nothing without any. */
export function capabilityList(msixVectors: number): ReadonlyMap<number, readonly number[]> {
  if (msixVectors === 0) return new Map();
  const size = msixVectors - 1;
  const capability = [MSIX, 0, size & 0xff, size >> 8, ...word(TABLE), ...word(PENDING)];
  return new Map([
    [STATUS, HAS_LIST],
    [LIST_POINTER, [FIRST]],
    [FIRST, capability],
  ]);
}

function word(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);
}
