import assert from 'node:assert/strict';
import { test } from 'node:test';

import { capability, extendedCapability, firstStageEntry } from './vtd-bits.ts';
import { extendedFeatures } from './amd-bits.ts';
import * as smmuv3 from './smmuv3-bits.ts';
import { joinWords, parseBits, splitWords, type Layout } from './bits.ts';

/**
 * The words were put together by hand from the places of their fields in the books, the lowest word first. "unchecked"
 * stands where the book at hand shows the place in a drawing only, or was not at hand.
 */
type Example = readonly [layout: Layout, text: string, ...words: bigint[]];

const examples: readonly Example[] = [
  // Arm IHI 0070, 4.1.3: opcodes; 4.4.2.2: ASID [63:48], VMID [47:32].
  [smmuv3.command, 'TLBI_NH_ALL', 0x10n, 0n],
  [smmuv3.command, 'TLBI_NH_ASID, ASID 1', 0x0001_0000_0000_0011n, 0n],
  [smmuv3.command, 'TLBI_NSNH_ALL, VMID 9', 0x0000_0009_0000_0030n, 0n],
  // 4.4.1.1: NUM [16:12], SCALE [25:20], TTL [73:72], TG [75:74]. Addr [127:76], Leaf [64]: unchecked.
  [smmuv3.command, 'TLBI_NH_VA, ASID 1, Addr 0x4000000', 0x0001_0000_0000_0012n, 0x400_0000n],
  [smmuv3.command, 'TLBI_NH_VA, NUM 1, SCALE 2, TG 1, TTL 3', 0x20_1012n, 0x700n],
  [smmuv3.command, 'TLBI_NH_VAA, Leaf, Addr 0x1000', 0x13n, 0x1001n],
  // 4.3: StreamID [63:32], SubstreamID [31:12], SSV [11], Leaf [64], Range [68:64]: unchecked.
  [smmuv3.command, 'CFGI_CD, StreamID 0x55, SSV, SubstreamID 1, Leaf', 0x0000_0055_0000_1805n, 1n],
  [smmuv3.command, 'CFGI_STE_RANGE, Range 31', 4n, 0x1fn],
  // 5.2: V [0], Config [3:1], S1ContextPtr [55:6], S1CDMax [63:59].
  [smmuv3.streamTableEntry, 'V, Config S1_TRANS, S1ContextPtr 0x101000', 0x10_100bn, 0n],
  [smmuv3.streamTableEntry, 'V, Config BYPASS, S1CDMax 1', 0x0800_0000_0000_0009n, 0n],
  // 5.2: S1DSS [65:64], S1CIR [67:66], S1COR [69:68], S1CSH [71:70].
  [smmuv3.streamTableEntry, 'S1DSS 2, S1CIR 1, S1COR 1, S1CSH 3', 0n, 0xd6n],
  // 5.2: S2HWU59 [72], MEV [83], S2FWB [89], EATS [93:92], STRW [95:94], SHCFG [109:108].
  [smmuv3.streamTableEntry, 'S2HWU59, MEV, S2FWB, EATS 2', 0n, 0x2208_0100n],
  [smmuv3.streamTableEntry, 'S1STALLD, STRW 2, SHCFG 1', 0n, 0x0000_1000_8800_0000n],
  // 5.4: T0SZ [5:0], IR0 [9:8], OR0 [11:10], SH0 [13:12], EPD1 [30], V [31].
  [smmuv3.contextDescriptor, 'T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V', 0xc000_3510n, ...zeros(7)],
  // 5.4: IPS [34:32], AA64 [41], R [45], A [46], ASET [47], ASID [63:48].
  [smmuv3.contextDescriptor, 'IPS 4, AA64, R, A, ASET, ASID 1', 0x1_e204_0000_0000n, ...zeros(7)],
  // 5.4: TTB0 [119:68], MAIR0 [223:192].
  [smmuv3.contextDescriptor, 'TTB0 0x200000, MAIR0 0xff', 0n, 0x20_0000n, 0n, 0xffn, ...zeros(4)],
  // 7.3.13: event number 0x10; CLASS IN is 0b10. The places of the fields: unchecked.
  [
    smmuv3.event,
    'F_TRANSLATION, StreamID 0x55, RnW, CLASS IN, InputAddr 0x5000000',
    0x0000_0055_0000_0010n,
    0x0000_0208_0000_0000n,
    0x500_0000n,
    0n,
  ],
  // 6.3.1: S1P [1], TTF [3:2]; 6.3.6: GRAN4K [4].
  [smmuv3.idr0, 'S1P, TTF VMSAv8_64', 0xan],
  [smmuv3.idr5, 'GRAN4K, OAS 4', 0x14n],
  // Arm DDI 0487, D8.3: AP[2:1] [7:6], SH [9:8], AF [10], nG [11]: unchecked.
  [smmuv3.descriptor, 'Valid, Page, AP1, SH 3, AF, nG', 0xf43n],
  [smmuv3.descriptor, 'Valid, Page, AP1, AP2, SH 3, AF, nG', 0xfc3n],
  // Intel, register descriptions of processors with VT-d: CAP.PSI [39]; ECAP.QI [1], ECAP.C [0], ECAP.SC [7].
  [capability, 'PSI', 0x80_0000_0000n],
  [extendedCapability, 'QI, C, SC', 0x83n],
  // Intel D51397, 9.7: P [0], R/W [1], U/S [2]: unchecked.
  [firstStageEntry, 'P, RW, US', 7n],
  // AMD 48882, MMIO offset 0030h: IASup [6], HDSup [52]: unchecked.
  [extendedFeatures, 'IASup, HDSup', 0x0010_0000_0000_0040n],
];

function zeros(count: number): bigint[] {
  return Array.from({ length: count }, () => 0n);
}

for (const [layout, text, ...words] of examples) {
  test(`${layout.name}: ${text}`, () => {
    const value = parseBits(layout, text);
    assert.deepEqual(splitWords(value, words.length, 8), words);
    assert.equal(joinWords(words, 8), value);
  });
}

test('bits without a name are counted from the lowest one of the first word', () => {
  assert.equal(parseBits(smmuv3.command, 'TLBI_NH_VA, bit 65'), (2n << 64n) | 0x12n);
  assert.equal(parseBits(smmuv3.idr5, 'all bits but GRAN4K'), 0xffff_ffefn);
  assert.equal(parseBits(smmuv3.command, '0x7f'), 0x7fn);
});

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ['TLBI_NH_VS', /the SMMUv3 command has no "TLBI_NH_VS"; nearest: TLBI_NH_VA/],
  ['Adr 4096', /has no "Adr"; nearest: Addr/],
  ['ASID', /ASID of the SMMUv3 command needs a value: it is 16 bits wide/],
  ['ASID 65536', /"ASID 65536" does not fit into 16 bits/],
  ['Addr 4097', /"Addr 4097" is not a multiple of 4096/],
  ['ASID 1, StreamID 2', /"ASID 1" and "StreamID 2" share bits of the SMMUv3 command/],
  ['TLBI_NH_VA, 0x7f', /share bits/],
  ['bit 128', /has 128 bits; "bit 128" is none of them/],
];

for (const [text, message] of refused) {
  test(`refused: ${text}`, () => {
    assert.throws(() => parseBits(smmuv3.command, text), message);
  });
}
