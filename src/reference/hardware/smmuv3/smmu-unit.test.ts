import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from '../memory.ts';
import { hardwareParts } from '../parts.ts';
import { smmuv3Parts } from './parts.ts';
import { SmmuUnit } from './smmu-unit.ts';

const parts = { hardware: hardwareParts, smmuv3: smmuv3Parts };

/** Numbers are written out as the book has them: the code under test does not help to make its own input. */
const STREAMS = 0x1000n;
const ENTRIES = 0x2000n;
const CONTEXT = 0x3000n;
/** Of stage 1: levels 0 to 3, at addresses that stage 2 leads to themselves. */
const FIRST = [0x4000n, 0x5000n, 0x6000n, 0x7000n] as const;
const SECOND = [0x8000n, 0x9000n, 0xa000n, 0xb000n] as const;
const COMMANDS = 0xc000n;
const EVENTS = 0xd000n;
const STREAM = 2;
const ENTRY = ENTRIES + 64n * 2n;
const TABLE = 3n;
/** A page of stage 1: nG, AF, AP[1]; of stage 2: AF, read, write. */
const PAGE1 = 0xc43n;
const PAGE2 = 0x4c3n;

class Setup {
  readonly memory = new PhysicalMemory();
  readonly unit: SmmuUnit;
  events = 0;
  private produced = 0;

  /** V and Config. */
  constructor(entry: bigint) {
    this.memory.provide(0n, 0x10000n);
    const model = {
      ...{ secondStage: true, coherent: true, smallPages: true },
      ...{ ats: true, substreamBits: 20, updatesTables: true, stalls: true },
    };
    this.unit = new SmmuUnit({ memory: this.memory, parts, model });
    this.words(STREAMS, ENTRIES | 7n);
    // S2VMID 5; S2T0SZ 20, S2SL0 2, S2AA64, S2R.
    this.words(
      ENTRY,
      CONTEXT | entry,
      0n,
      (1n << 58n) | (1n << 51n) | (0x94n << 32n) | 5n,
      SECOND[0],
    );
    // T0SZ 16, EPD1, V, AA64, R, A; ASID 9.
    this.words(CONTEXT, 0x0009_6200_c000_0010n, FIRST[0]);
    for (const tables of [FIRST, SECOND]) {
      for (const [level, table] of tables.slice(0, 3).entries())
        this.words(table, (tables[level + 1] ?? 0n) | TABLE);
    }
    for (let page = 0n; page < 16n; page += 1n)
      this.words(SECOND[3] + page * 8n, (page << 12n) | PAGE2);
    this.words(FIRST[3] + 8n, 0xe000n | PAGE1);
    this.unit.commandQueue.enable(COMMANDS, 256);
    this.unit.eventQueue.enable(EVENTS, 4, () => (this.events += 1));
    this.unit.enable(STREAMS);
  }

  words(address: bigint, ...words: readonly bigint[]): void {
    for (const [index, word] of words.entries())
      this.memory.write64(address + BigInt(index) * 8n, word);
  }

  read(iova: bigint, pasid?: number): bigint | undefined {
    const request = { rid: STREAM, iova, write: false, ...(pasid !== undefined && { pasid }) };
    return this.unit.translate(request)?.address;
  }

  write(iova: bigint): bigint | undefined {
    return this.unit.translate({ rid: STREAM, iova, write: true })?.address;
  }

  command(low: bigint, high = 0n): void {
    this.commandAlone(low, high);
    this.commandAlone(0x46n);
  }

  /** Without a CMD_SYNC. */
  commandAlone(low: bigint, high = 0n): void {
    this.words(COMMANDS + BigInt(this.produced) * 16n, low, high);
    this.produced += 1;
    this.unit.commandQueue.produce(this.produced);
  }

  /** Id, and the second word without its direction. */
  lastEvent(): readonly [bigint, bigint] {
    const at = EVENTS + BigInt(this.unit.eventQueue.producer - 1) * 32n;
    return [this.memory.read64(at) & 0xffn, this.memory.read64(at + 8n) & ~(1n << 35n)];
  }
}

const [ABORT, BYPASS, STAGE1, STAGE2, NESTED] = [0x1n, 0x9n, 0xbn, 0xdn, 0xfn];

describe('a stream table entry', () => {
  it('aborts, bypasses, or leads to either stage or to both', () => {
    assert.equal(new Setup(ABORT).read(0x1234n), undefined);
    assert.equal(new Setup(BYPASS).read(0x1234n), 0x1234n);
    assert.equal(new Setup(STAGE1).read(0x1234n), 0xe234n);
    assert.equal(new Setup(STAGE2).read(0xf234n), 0xf234n);
    assert.equal(new Setup(NESTED).read(0x1234n), 0xe234n);
  });

  it('that aborts records nothing, and one that is not valid does', () => {
    const aborts = new Setup(ABORT);
    aborts.read(0n);
    assert.equal(aborts.events, 0);
    const invalid = new Setup(0n);
    invalid.read(0n);
    assert.deepEqual(invalid.lastEvent(), [0x04n, 0n]);
  });

  it('has one context descriptor: no substream', () => {
    const setup = new Setup(STAGE1);
    assert.equal(setup.read(0x1000n, 1), undefined);
    assert.equal(setup.lastEvent()[0], 0x08n);
  });
});

describe('a walk', () => {
  it('of stage 1 faults for an input, a permission, and an access flag', () => {
    const setup = new Setup(STAGE1);
    setup.words(FIRST[3] + 16n, 0xf000n | 0x4c3n, 0xf000n | 0x43n);
    assert.equal(setup.read(0x9000n), undefined);
    assert.deepEqual(setup.lastEvent(), [0x10n, 2n << 40n]);
    assert.equal(setup.read(0x2000n), 0xf000n);
    assert.equal(setup.write(0x2000n), undefined);
    assert.deepEqual(setup.lastEvent(), [0x13n, 2n << 40n]);
    assert.equal(setup.read(0x3000n), undefined);
    assert.deepEqual(setup.lastEvent(), [0x12n, 2n << 40n]);
  });

  it('of both tells where stage 2 refused: the output, a table, or the context descriptor', () => {
    const classOf = (page: bigint): bigint => {
      const setup = new Setup(NESTED);
      setup.words(SECOND[3] + page * 8n, 0n);
      assert.equal(setup.read(0x1000n), undefined);
      const [id, rest] = setup.lastEvent();
      assert.equal(id, 0x10n);
      assert.equal((rest >> 39n) & 1n, 1n);
      return rest >> 40n;
    };
    assert.equal(classOf(0xen), 2n);
    assert.equal(classOf(0x7n), 1n);
    assert.equal(classOf(0x3n), 0n);
  });

  it('of both tells whose right is missing, also from what is cached', () => {
    const setup = new Setup(NESTED);
    setup.words(SECOND[3] + 0xen * 8n, 0xe443n);
    assert.equal(setup.read(0x1000n), 0xe000n);
    assert.equal(setup.write(0x1000n), undefined);
    assert.deepEqual(setup.lastEvent(), [0x13n, (2n << 40n) | (1n << 39n)]);
  });

  it('ends at a block of 2 MiB or 1 GiB', () => {
    const setup = new Setup(STAGE2);
    setup.words(SECOND[2] + 8n, 0x4000_0000n | 0x4c1n);
    setup.words(SECOND[1] + 8n, 0x8000_0000n | 0x4c1n);
    assert.equal(setup.read(0x20_1234n), 0x4000_1234n);
    assert.equal(setup.read(0x4765_4321n), 0xa765_4321n - 0x2000_0000n);
  });
});

describe('commands', () => {
  it('take away what is cached, by address, ASID and VMID', () => {
    const asid = 9n << 48n;
    const vmid = 5n << 32n;
    const all = [
      0x12n | asid | vmid,
      0x13n | vmid,
      0x11n | asid | vmid,
      0x10n | vmid,
      0x28n | vmid,
      0x30n,
    ];
    for (const low of all) {
      const setup = new Setup(NESTED);
      assert.equal(setup.read(0x1000n), 0xe000n);
      setup.words(FIRST[3] + 8n, 0xf000n | PAGE1);
      setup.command(0x12n | asid | (6n << 32n), 0x1000n);
      setup.command(0x2an | vmid, 0x1000n);
      assert.equal(setup.read(0x1000n), 0xe000n);
      setup.command(low, low === (0x12n | asid | vmid) || (low & 0xffn) === 0x13n ? 0x1000n : 0n);
      assert.equal(setup.read(0x1000n), 0xf000n);
    }
  });

  it('have taken effect when a CMD_SYNC is over', () => {
    const setup = new Setup(STAGE1);
    assert.equal(setup.read(0x1000n), 0xe000n);
    setup.words(FIRST[3] + 8n, 0xf000n | PAGE1);
    setup.commandAlone(0x30n);
    assert.equal(setup.read(0x1000n), 0xe000n);
    setup.commandAlone(0x46n);
    assert.equal(setup.read(0x1000n), 0xf000n);
  });

  it('of an ASID leave what is global, and those of an address do not', () => {
    const asid = 9n << 48n;
    const setup = new Setup(STAGE1);
    setup.words(FIRST[3] + 8n, 0xe000n | 0x443n, 0xe000n | PAGE1);
    assert.equal(setup.read(0x1000n), 0xe000n);
    assert.equal(setup.read(0x2000n), 0xe000n);
    setup.words(FIRST[3] + 8n, 0xf000n | 0x443n, 0xf000n | PAGE1);
    setup.command(0x11n | asid);
    assert.equal(setup.read(0x1000n), 0xe000n);
    assert.equal(setup.read(0x2000n), 0xf000n);
    setup.command(0x12n | (8n << 48n), 0x1000n);
    assert.equal(setup.read(0x1000n), 0xf000n);
  });

  it('cover a range', () => {
    const setup = new Setup(STAGE1);
    setup.words(FIRST[3] + 16n, 0xe000n | PAGE1);
    assert.equal(setup.read(0x2000n), 0xe000n);
    setup.words(FIRST[3] + 16n, 0xf000n | PAGE1);
    setup.command(0x12n | (9n << 48n) | (2n << 12n), 1n << 10n);
    assert.equal(setup.read(0x2000n), 0xf000n);
  });
});

describe('the command queue', () => {
  it('is needed for a changed entry and a changed context descriptor', () => {
    const setup = new Setup(STAGE1);
    assert.equal(setup.read(0x1000n), 0xe000n);
    setup.words(CONTEXT, 0n);
    setup.words(ENTRY, 1n);
    assert.equal(setup.read(0x1000n), 0xe000n);
    setup.command(0x05n | (BigInt(STREAM) << 32n), 1n);
    assert.equal(setup.read(0x1000n), undefined);
    assert.equal(setup.lastEvent()[0], 0x0an);
    setup.command(0x04n, 0x1fn);
    setup.words(ENTRY, BYPASS);
    setup.command(0x03n | (BigInt(STREAM) << 32n), 1n);
    assert.equal(setup.read(0x1000n), 0x1000n);
  });

  it('stops at a command that is illegal', () => {
    for (const [low, high] of [
      [0xffn, 0n],
      [0x0n, 0n],
      [0x12n, 0x100n],
    ] as const) {
      const setup = new Setup(ABORT);
      setup.command(low, high);
      assert.ok(setup.unit.commandQueue.failed);
      assert.equal(setup.unit.commandQueue.consumer, 0);
    }
  });
});

describe('the event queue', () => {
  it('loses what it has no room for, until software has read', () => {
    const setup = new Setup(STAGE1);
    for (let count = 0; count < 5; count += 1) setup.read(0x9000n);
    assert.equal(setup.events, 4);
    assert.ok(setup.unit.eventQueue.overflowed);
    setup.unit.eventQueue.consume(4);
    setup.read(0x9000n);
    assert.equal(setup.events, 5);
    assert.ok(!setup.unit.eventQueue.overflowed);
  });
});
