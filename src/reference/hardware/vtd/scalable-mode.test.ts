import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { DeviceTlbRange } from '#formats/pcie.ts';

import { PhysicalMemory } from '../memory.ts';
import { hardwareParts } from '../parts.ts';
import { vtdParts } from './parts.ts';
import { VtdUnit } from './vtd-unit.ts';

const parts = { hardware: hardwareParts, vtd: vtdParts };

/** Numbers are written out as the book has them: the code under test does not help to make its own input. */
const ROOT = 0x1000n;
const CONTEXT = 0x2000n;
const DIRECTORY = 0x3000n;
const PASIDS = 0x4000n;
/** First-stage tables, from the root down; the guest has them where the host has them. */
const FIRST = [0x5000n, 0x6000n, 0x7000n, 0x8000n] as const;
/** Second-stage tables of three levels. */
const SECOND = [0x9000n, 0xa000n, 0xb000n] as const;
const QUEUE = 0xc000n;
const RING = 0xd000n;
const MEMORY_END = 0x1_0000n;
const SCALABLE_MODE = 0x400n;
/** Bus 2, slot 17, function 0: in the upper half of the bus. */
const RID = 0x0288;
const DOMAIN_ID = 5n;
const TRANSLATION_TYPES = { first: 1n, second: 2n, nested: 3n } as const;
const AW_39 = 1n << 2n;
const SSADE = 1n << 9n;
const [ACCESSED, DIRTY] = [1n << 5n, 1n << 6n];
/** Page 7 of the device leads to guest page 0x1f, and that to host page 0x2a. */
const IOVA = 0x7000n;
const GUEST = 0x1_f000n;
const HOST = 0x2_a000n;

class Setup {
  readonly memory = new PhysicalMemory();
  readonly unit: VtdUnit;
  readonly forgotten: DeviceTlbRange[] = [];
  readonly responses: (readonly [group: number, code: number])[] = [];
  private tail = 0n;

  constructor(type: keyof typeof TRANSLATION_TYPES, flags = 0n) {
    const model = { scalable: true, snoopControl: false, addressBits: 48 } as const;
    this.memory.provide(0n, MEMORY_END);
    this.unit = new VtdUnit({ memory: this.memory, parts, model });
    this.memory.write64(ROOT + 2n * 16n + 8n, CONTEXT | 1n);
    this.memory.write64(CONTEXT + 8n * 32n, DIRECTORY | 0x1dn);
    this.memory.write64(DIRECTORY, PASIDS | 1n);
    this.writePasid(0n, TRANSLATION_TYPES[type], flags);
    this.writeTables();
    this.unit.setRootTable(ROOT | SCALABLE_MODE);
    this.unit.enableTranslation();
    this.unit.invalidationQueue.enable(QUEUE, 4096n, true);
    this.unit.connect(RID, {
      invalidateTranslations: (range) => this.forgotten.push(range),
      pageGroupResponse: ({ group, code }) => this.responses.push([group, code]),
    });
  }

  writePasid(pasid: bigint, type: bigint, flags: bigint): void {
    const at = PASIDS + pasid * 64n;
    this.memory.write64(at, SECOND[0] | (type << 6n) | AW_39 | flags | 1n);
    this.memory.write64(at + 8n, DOMAIN_ID);
    this.memory.write64(at + 16n, FIRST[0]);
  }

  translate(write = false, pasid?: number): bigint | undefined {
    const request = { rid: RID, iova: IOVA, write, ...(pasid !== undefined && { pasid }) };
    return this.unit.translate(request)?.address;
  }

  submit(low: bigint, high = 0n): void {
    const words = [low, high, 0n, 0n];
    for (const [index, word] of words.entries())
      this.memory.write64(QUEUE + this.tail + BigInt(index) * 8n, word);
    this.tail += 32n;
    this.unit.invalidationQueue.writeTail(this.tail);
  }

  lastReason(): number | undefined {
    const reason = this.unit.faults.records.at(-1)?.reason;
    this.unit.faults.clear();
    return reason;
  }

  /** The second stage leads each page that holds a table to itself. */
  private writeTables(): void {
    for (const [index, table] of FIRST.slice(0, 3).entries())
      this.memory.write64(table, (FIRST[index + 1] ?? 0n) | 7n);
    this.memory.write64(FIRST[3] + 7n * 8n, GUEST | 7n);
    this.memory.write64(SECOND[0], SECOND[1] | 3n);
    this.memory.write64(SECOND[1], SECOND[2] | 3n);
    for (let page = 0n; page < MEMORY_END >> 12n; page += 1n)
      this.memory.write64(SECOND[2] + page * 8n, (page << 12n) | 3n);
    this.memory.write64(SECOND[2] + (GUEST >> 12n) * 8n, HOST | 3n);
  }
}

describe('a unit in scalable mode', () => {
  it('walks the stages that the PASID entry names', () => {
    assert.equal(new Setup('first').translate(), GUEST);
    assert.equal(new Setup('second').translate(), IOVA);
    assert.equal(new Setup('nested').translate(), HOST);
  });

  it('marks what it used: in the first stage always, in the second with SSADE', () => {
    const setup = new Setup('nested', SSADE);
    const leaf = SECOND[2] + (GUEST >> 12n) * 8n;
    setup.translate();
    assert.equal(setup.memory.read64(FIRST[3] + 7n * 8n) & (ACCESSED | DIRTY), ACCESSED);
    assert.equal(setup.memory.read64(leaf) & 0x300n, 0x100n);
    setup.translate(true);
    assert.equal(setup.memory.read64(FIRST[3] + 7n * 8n) & DIRTY, DIRTY);
    assert.equal(setup.memory.read64(leaf) & 0x300n, 0x300n);
    const table = SECOND[2] + (FIRST[3] >> 12n) * 8n;
    assert.equal(setup.memory.read64(table) & 0x200n, 0x200n, 'the entry was written there');
  });

  it('refuses to mark where the second stage may not be written', () => {
    const setup = new Setup('nested');
    const table = SECOND[2] + (FIRST[0] >> 12n) * 8n;
    setup.memory.write64(table, FIRST[0] | 1n);
    assert.equal(setup.translate(), undefined);
    assert.equal(setup.lastReason(), 0x77);
    setup.memory.write64(table, 0n);
    assert.equal(setup.translate(), undefined);
    assert.equal(setup.lastReason(), 0x75);
  });

  it('has an address space for each PASID', () => {
    const setup = new Setup('second');
    assert.equal(setup.translate(false, 3), undefined);
    assert.equal(setup.lastReason(), 0x59);
    setup.writePasid(3n, TRANSLATION_TYPES.nested, 0n);
    assert.equal(setup.translate(false, 3), HOST);
    assert.equal(setup.translate(false, 0x4000), undefined);
    assert.equal(setup.lastReason(), 0x46);
  });
});

describe('the invalidation queue of a unit in scalable mode', () => {
  it('drops by domain and PASID, by domain, and by pages', () => {
    const setup = new Setup('nested');
    const entry = SECOND[2] + (GUEST >> 12n) * 8n;
    const isCached = (): boolean => {
      setup.memory.write64(entry, HOST | 3n);
      setup.translate();
      setup.memory.write64(entry, 0n);
      return setup.translate() === HOST;
    };
    const drops = (low: bigint, high = 0n): boolean => {
      assert.ok(isCached());
      setup.submit(low, high);
      return setup.translate() === undefined;
    };
    assert.ok(drops((DOMAIN_ID << 16n) | 0x26n), 'all of PASID 0');
    assert.ok(drops((DOMAIN_ID << 16n) | 0x36n, IOVA), 'its page');
    assert.ok(!drops((DOMAIN_ID << 16n) | 0x36n, IOVA + 0x1000n), 'its neighbour');
    assert.ok(!drops((1n << 32n) | (DOMAIN_ID << 16n) | 0x26n), 'another PASID');
    assert.ok(drops((DOMAIN_ID << 16n) | 0x32n, 0n), 'any page of the second stage');
    assert.ok(!drops((6n << 16n) | 0x22n), 'another domain');
    assert.equal(setup.unit.invalidationQueue.failed, false);
  });

  it('tells a device what to forget, and what was answered', () => {
    const setup = new Setup('nested');
    setup.submit((BigInt(RID) << 32n) | 3n, 0x7fff_ffff_ffff_f001n);
    setup.submit((9n << 32n) | (BigInt(RID) << 16n) | 8n, 0x1_3800n);
    setup.submit((BigInt(RID) << 16n) | 0x1009n, 0x28n);
    assert.deepEqual(setup.forgotten, [
      { pasid: 'none', first: 0n, length: undefined },
      { pasid: 9, first: 0x1_0000n, length: 0x8000n },
    ]);
    assert.deepEqual(setup.responses, [[5, 1]]);
  });

  it('queues page requests, and answers those that have no room', () => {
    const setup = new Setup('nested');
    let interrupts = 0;
    setup.unit.pageRequestQueue.enable(RING, 64n, () => interrupts++);
    const message = { rid: RID, iova: IOVA, read: true, write: false, group: 5, last: true };
    setup.unit.requestPage(message);
    assert.equal(interrupts, 1);
    assert.equal(setup.memory.read64(RING), (BigInt(RID) << 16n) | 1n);
    assert.equal(setup.memory.read64(RING + 8n), IOVA | (5n << 3n) | 5n);
    setup.unit.requestPage(message);
    assert.equal(setup.unit.pageRequestQueue.overflowed, true);
    assert.deepEqual(setup.responses, [[5, 0]]);
  });
});
