import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from '../memory.ts';
import { hardwareParts } from '../parts.ts';
import { amdviParts } from './parts.ts';
import { AmdIommuUnit } from './amd-iommu-unit.ts';
import { plainFeatures } from './capabilities.ts';

const parts = { hardware: hardwareParts, amdvi: amdviParts };

/** Numbers are written out as the book has them: the code under test does not help to make its own input. */
const DEVICES = 0x1000n;
const LEVEL_3 = 0x2000n;
const LEVEL_2 = 0x3000n;
const LEVEL_1 = 0x4000n;
const COMMANDS = 0x5000n;
const STORE = 0x6000n;
const PRESENT = 1n;
const READ = 1n << 61n;
const WRITE = 1n << 62n;
const BOTH = PRESENT | READ | WRITE;
/** Bus 0, slot 3, function 1: the 26th entry. */
const RID = 0x19;
const VALID = 3n;

const nextLevel = (level: number): bigint => BigInt(level) << 9n;

class Setup {
  readonly memory = new PhysicalMemory();
  readonly unit: AmdIommuUnit;
  private tail = 0n;

  constructor() {
    this.memory.provide(0n, 0x7000n);
    const { memory } = this;
    this.unit = new AmdIommuUnit({ memory, parts, features: plainFeatures });
    this.writeEntry(LEVEL_3 | nextLevel(3) | VALID | READ | WRITE, 7n);
    memory.write64(LEVEL_3, LEVEL_2 | nextLevel(2) | BOTH);
    memory.write64(LEVEL_2, LEVEL_1 | nextLevel(1) | BOTH);
    this.unit.setDeviceTable(DEVICES, 0n);
    this.unit.commandBuffer.enable(COMMANDS, 4096n);
    this.unit.enable();
  }

  writeEntry(low: bigint, high: bigint): void {
    this.memory.write64(DEVICES + BigInt(RID) * 32n, low);
    this.memory.write64(DEVICES + BigInt(RID) * 32n + 8n, high);
  }

  reach(iova: bigint, write = false, rid = RID): bigint | undefined {
    return this.unit.translate({ rid, iova, write })?.address;
  }

  submit(low: bigint, high = 0n): void {
    this.memory.write64(COMMANDS + this.tail, low);
    this.memory.write64(COMMANDS + this.tail + 8n, high);
    this.tail += 16n;
    this.unit.commandBuffer.writeTail(this.tail);
  }

  lastCode(): number | undefined {
    return this.unit.events.events.at(-1)?.code;
  }
}

describe('a walk of host page tables', () => {
  it('ends at pages of each level', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1 + 3n * 8n, 0x12_3000n | BOTH);
    setup.memory.write64(LEVEL_2 + 8n, 0x4020_0000n | BOTH);
    setup.memory.write64(LEVEL_3 + 8n, 0x8000_0000n | BOTH);
    assert.equal(setup.reach(0x3456n, true), 0x12_3456n);
    assert.equal(setup.reach(0x3f_ffffn), 0x403f_ffffn);
    assert.equal(setup.reach(0x7fff_ffffn), 0xbfff_ffffn);
  });

  it('takes the size of a page from its address', () => {
    const setup = new Setup();
    // 32 KiB: the lowest zero is bit 14. All entries of the page are the same.
    for (let index = 8n; index < 16n; index += 1n)
      setup.memory.write64(LEVEL_1 + index * 8n, 0x12_3000n | nextLevel(7) | BOTH);
    assert.equal(setup.reach(0x8000n), 0x12_0000n);
    assert.equal(setup.reach(0xf123n), 0x12_7123n);
  });

  it('grants what all levels and the device table grant', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1, 0x12_3000n | PRESENT | READ);
    assert.equal(setup.reach(0n), 0x12_3000n);
    assert.equal(setup.reach(0n, true), undefined);
    assert.equal(setup.lastCode(), 2);
  });

  it('may skip levels, and never goes up or stays', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_3, LEVEL_1 | nextLevel(1) | BOTH);
    setup.memory.write64(LEVEL_1, 0x12_3000n | BOTH);
    assert.equal(setup.reach(0x456n), 0x12_3456n);
    assert.equal(setup.reach(0x20_0456n), undefined);
    setup.memory.write64(LEVEL_3 + 8n, LEVEL_3 | nextLevel(3) | BOTH);
    assert.equal(setup.reach(0x4000_0000n), undefined);
    assert.equal(setup.lastCode(), 4);
  });

  it('refuses what the levels do not reach', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1, 0x12_3000n | BOTH);
    assert.equal(setup.reach(1n << 39n), undefined);
    assert.equal(setup.lastCode(), 2);
  });
});

describe('the device table', () => {
  it('lets through, blocks and refuses', () => {
    const setup = new Setup();
    assert.equal(setup.reach(0x5000n, false, 0x20), 0x5000n);
    setup.writeEntry(1n, 0n);
    assert.equal(setup.reach(0n), undefined);
    assert.equal(setup.lastCode(), 2);
    setup.submit((2n << 60n) | BigInt(RID));
    setup.writeEntry(nextLevel(7) | VALID, 0n);
    assert.equal(setup.reach(0n), undefined);
    assert.equal(setup.lastCode(), 1);
  });

  it('ends where its size says', () => {
    const setup = new Setup();
    assert.equal(setup.reach(0x5000n, false, 0x7f), 0x5000n);
    assert.equal(setup.reach(0x5000n, false, 0x80), undefined);
    assert.equal(setup.lastCode(), 1);
  });

  it('leaves interrupts alone', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_3 + 3n * 8n, 0xc000_0000n | BOTH);
    const before = setup.unit.translate({ rid: RID, iova: 0xfedf_f000n, write: true });
    assert.equal(before?.bytesToBorder, 0x1000n);
    assert.equal(setup.reach(0xfee0_0000n, true), undefined);
  });
});

describe('commands', () => {
  it('drop the pages that their size takes in, and those of one domain only', () => {
    const setup = new Setup();
    const remap = (base: bigint): void => {
      for (const index of [0n, 1n, 2n])
        setup.memory.write64(LEVEL_1 + index * 8n, base + index * 0x1000n + BOTH);
    };
    remap(0x10_0000n);
    for (const iova of [0n, 0x1000n, 0x2000n]) setup.reach(iova);
    remap(0x20_0000n);
    setup.submit((3n << 60n) | (8n << 32n), 1n);
    assert.equal(setup.reach(0n), 0x10_0000n);
    setup.submit((3n << 60n) | (7n << 32n), 1n);
    assert.deepEqual(
      [0n, 0x1000n, 0x2000n].map((iova) => setup.reach(iova)),
      [0x20_0000n, 0x20_1000n, 0x10_2000n],
    );
    setup.submit((3n << 60n) | (7n << 32n), 0x7fff_ffff_ffff_f001n);
    assert.equal(setup.reach(0x2000n), 0x20_2000n);
  });

  it('tell when they are done, and stop at what they are not', () => {
    const setup = new Setup();
    setup.submit((1n << 60n) | STORE | 1n, 42n);
    assert.equal(setup.memory.read64(STORE), 42n);
    setup.submit(8n << 60n);
    assert.ok(!setup.unit.commandBuffer.stopped);
    setup.submit(15n << 60n);
    assert.ok(setup.unit.commandBuffer.stopped);
  });
});
