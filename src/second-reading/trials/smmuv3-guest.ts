import { hardwareParts } from '#reference/hardware/parts.ts';
import { smmuv3Parts } from '#reference/hardware/smmuv3/parts.ts';
import { SmmuUnit } from '#reference/hardware/smmuv3/smmu-unit.ts';
import { RandomNumbers } from '#reference/kernel/lib/random-numbers.ts';

import { isRefused } from '../memory.ts';
import type { Access, Reading } from '../memory.ts';
import { event, readSmmuv3 } from '../smmuv3.ts';
import { granules, inputBits, stage1 } from './smmuv3.ts';
import { drawAddress, drawTables, Memories } from './trial.ts';
import { Lots } from './trial.ts';
import type { TableKind } from './trial.ts';

/**
 * Tables of a guest that are drawn for an SMMUv3 which is none of ours: a context descriptor and a first stage, on a second stage
 * that leads the memory of the guest to itself. What QEMU 10 lacks or does otherwise is not drawn: substreams, marks that a walk
 * sets, and privilege; rights of tables, which it looks at before it knows whether there is a page; tables of 64 KiB, which it leads
 * nowhere on a second stage of 4 KiB; and a block of 512 GiB, which it takes.
 */

/** Bytes of the guest's memory: tables, and behind them words that hold their own address. */
export const guestMemory = { tables: 4n << 20n, all: 8n << 20n } as const;
/** Where its context descriptor is. */
export const contextAddress = 0x1000n;

/** Above the guest's memory, and the host's: descriptors of streams and the second stage. */
const HOST = { first: 16n << 20n, bytes: 0x8000n } as const;
const [STREAMS, ENTRIES, ROOT, MIDDLE] = [0n, 0x1000n, 0x2000n, 0x3000n].map(
  (at) => HOST.first + at,
) as [bigint, bigint, bigint, bigint];
const BLOCK = 2n << 20n;
const STREAM = 1;
const WORD = 8n;
/** AP[1] of a page, for who is not privileged, and APTable of a table. */
const RIGHTS = [6, 61, 62] as const;
/** What makes a block of a table. */
const TABLE = 1;
const HIGHEST_BLOCK = 3;

/** Where an access leads: to a word of the guest's memory, with what it holds, or nowhere, with what the guest is told. */
export type Outcome =
  { readonly to: bigint; readonly word: bigint } | { readonly event: number | 'any' | undefined };

export class GuestTrial {
  /** The tables of that number. */
  static draw(seed: number, number: number): GuestTrial {
    return new GuestTrial(new Lots(new RandomNumbers(seed * 1_000_003 + number)));
  }

  private readonly memories = new Memories();
  private readonly kind: TableKind;
  private readonly lots: Lots;
  private readonly unit: SmmuUnit;

  constructor(lots: Lots) {
    const { model, copy } = this.memories;
    this.lots = lots;
    for (const memory of [model, copy]) {
      memory.provide(guestMemory.tables, guestMemory.all - guestMemory.tables);
      memory.provide(HOST.first, HOST.bytes);
    }
    this.memories.allocate();
    this.writeHost();
    this.kind = drawable(stage1(lots, granules[0], () => this.target()));
    const { root } = drawTables(this.memories, this.kind, lots);
    if (lots.chance(30)) this.spoil();
    this.writeContext(root);
    this.unit = this.unitOf();
  }

  /** The words of the guest's tables; all others are 0. */
  get words(): ReadonlyMap<bigint, bigint> {
    return new Map([...this.memories.words].filter(([at]) => at < guestMemory.tables));
  }

  /** Of 8 bytes. What would be written over tables is read. */
  draw(): Access {
    const address = (drawAddress(this.kind, this.lots) / WORD) * WORD;
    const access = { rid: STREAM, pasid: undefined, address };
    const found = this.read({ ...access, write: true });
    const isOfTables = 'to' in found && found.to < guestMemory.tables;
    return { ...access, write: !isOfTables && this.lots.chance(40) };
  }

  /** By the second reading. */
  read(access: Access): Outcome {
    const registers = { streamTable: STREAMS, substreamBits: 0 };
    return this.outcomeOf(readSmmuv3(this.memories.copy, registers, access), access.write);
  }

  /** By the model. */
  ask({ address: iova, write }: Access): bigint | undefined {
    return this.unit.translate({ rid: STREAM, iova, write })?.address;
  }

  private outcomeOf(reading: Reading, write: boolean): Outcome {
    if (!isRefused(reading)) return { to: reading.to, word: this.wordAt(reading.to) };
    const { refused } = reading;
    if (refused === undefined) return { event: undefined };
    // The second stage is the host's, and a guest is told nothing of it; but QEMU 10 takes one that a walk of the first meets for its own.
    const [isOfHost, isOfInput] = [(refused & 0x100) !== 0, refused >> 12 === 2];
    if (isOfHost) return { event: isOfInput ? undefined : 'any' };
    // QEMU 10 looks at the right to write before it looks where the page is.
    if (write && (refused & 0xff) === event.addressSize) return { event: 'any' };
    return { event: refused & 0xff };
  }

  private wordAt(address: bigint): bigint {
    return address < guestMemory.tables ? this.memories.copy.read64(address) : address;
  }

  /** In what has a word of its own; one of twenty anywhere. */
  private target(): bigint {
    const { lots } = this;
    if (lots.chance(5)) return lots.bits(43) & ~0xffffn;
    return (guestMemory.tables + lots.bits(22)) & ~0xfffn;
  }

  /** One stream, whose guest has one context descriptor; of the second stage one block after the other. */
  private writeHost(): void {
    const { memories } = this;
    memories.put(STREAMS, ENTRIES | 7n);
    const at = ENTRIES + BigInt(STREAM) * 64n;
    memories.put(at, contextAddress | (7n << 1n) | 1n);
    // T0SZ of 39 bits, which begin at level 1; pages of 4 KiB; 44 bits out of it.
    const control = (64n - 39n) | (1n << 6n) | (4n << 16n);
    memories.put(at + 16n, 1n | (control << 32n) | (1n << 51n) | (1n << 58n));
    memories.put(at + 24n, ROOT);
    memories.put(ROOT, MIDDLE | 3n);
    for (let block = 0n; block * BLOCK < guestMemory.all; block += 1n)
      memories.put(MIDDLE + block * WORD, (block * BLOCK) | 0x4c1n);
  }

  /** T0SZ, EPD1, V, IPS, AA64, R, A, ASID 1; TTB0; MAIR0. */
  private writeContext(root: bigint): void {
    const { lots, memories, kind } = this;
    const records = lots.chance(80) ? 1n << 45n : 0n;
    const valid = lots.chance(97) ? 1n << 31n : 0n;
    const always = (1n << 30n) | (4n << 32n) | (1n << 41n) | (1n << 46n) | (1n << 48n);
    memories.put(contextAddress, (64n - inputBits(kind)) | always | valid | records);
    memories.put(contextAddress + 8n, root);
    memories.put(contextAddress + 24n, 0xffn);
  }

  /** One bit of a table, which is neither about these rights nor makes a block of it. */
  private spoil(): void {
    const { lots, memories } = this;
    const words = [...this.words];
    const [at, word] = words[lots.below(words.length)] ?? [contextAddress, 0n];
    const bit = lots.below(64);
    if (![...RIGHTS, TABLE].includes(bit)) memories.put(at, word ^ (1n << BigInt(bit)));
  }

  private unitOf(): SmmuUnit {
    const parts = { hardware: hardwareParts, smmuv3: smmuv3Parts };
    const model = {
      ...{ secondStage: true, coherent: true, smallPages: true },
      ...{ ats: false, substreamBits: 0, updatesTables: false, stalls: false },
    };
    const unit = new SmmuUnit({ memory: this.memories.model, parts, model });
    unit.enable(STREAMS);
    return unit;
  }
}

function drawable(kind: TableKind): TableKind {
  const [page, ...tables] = RIGHTS.map((bit) => 1n << BigInt(bit)) as [bigint, bigint, bigint];
  return {
    ...kind,
    table: (level, address) => kind.table(level, address) & ~(tables[0] | tables[1]),
    leaf: (level, address) => (level > HIGHEST_BLOCK ? 0n : kind.leaf(level, address) | page),
  };
}
