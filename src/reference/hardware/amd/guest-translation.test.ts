import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { DeviceTlbRange } from '#formats/pcie.ts';
import { PhysicalMemory } from '../memory.ts';
import { hardwareParts } from '../parts.ts';
import { amdviParts } from './parts.ts';
import { AmdIommuUnit } from './amd-iommu-unit.ts';
import { nestingFeatures } from './capabilities.ts';

const parts = { hardware: hardwareParts, amdvi: amdviParts };

/** Numbers are written out as the book has them: the code under test does not help to make its own input. */
const DEVICES = 0x1000n;
const GCR3 = 0x2000n;
const GCR3_LOWER = 0x3000n;
const GCR3_LOWEST = 0x4000n;
const COMMANDS = 0x5000n;
const LOG = 0x6000n;
const TABLES = [0x8000n, 0x9000n, 0xa000n, 0xb000n] as const;
const HOST = 0x10_0000n;
const RID = 0x19;
const DOMAIN = 7n;
const V = 1n;
const TV = 2n;
const PPR = 1n << 52n;
const GIOV = 1n << 54n;
const GV = 1n << 55n;
const RIGHTS = 3n << 61n;
const PRESENT = 1n;
const TABLE = 7n;
const HOST_ENTRY = 1n | RIGHTS;

interface EntryOptions {
  readonly flags?: bigint;
  readonly glx?: bigint;
  readonly mode?: bigint;
  readonly device?: bigint;
}

class Setup {
  readonly memory = new PhysicalMemory();
  readonly unit: AmdIommuUnit;
  readonly told: (DeviceTlbRange | { readonly group: number; readonly code: number })[] = [];
  private tail = 0n;

  constructor(options: EntryOptions = {}) {
    this.memory.provide(0n, 0x20_0000n);
    const { memory, told } = this;
    this.unit = new AmdIommuUnit({ memory, parts, features: nestingFeatures });
    this.unit.connect(RID, {
      invalidateTranslations: (range) => told.push(range),
      pageGroupResponse: ({ group, code }) => told.push({ group, code }),
    });
    this.writeEntry(options);
    const [root, third, second, first] = TABLES;
    memory.write64(root, third | TABLE);
    memory.write64(third, second | TABLE);
    memory.write64(second, first | TABLE);
    this.unit.setDeviceTable(DEVICES, 0n);
    this.unit.commandBuffer.enable(COMMANDS, 4096n);
    this.unit.enable();
  }

  /** GCR3[14:12] in 60:58, [30:15] in 95:80 of the entry, [51:31] above. */
  writeEntry({ flags = GV | GIOV, glx = 0n, mode = 0n, device = 0n }: EntryOptions): void {
    const at = DEVICES + BigInt(RID) * 32n;
    const host = mode === 0n ? 0n : HOST | (mode << 9n);
    this.memory.write64(at, V | TV | RIGHTS | flags | (glx << 56n) | (2n << 58n) | host);
    this.memory.write64(at + 8n, DOMAIN | (device << 32n));
  }

  page(index: bigint, entry: bigint): void {
    this.memory.write64(TABLES[3] + index * 8n, entry);
  }

  reach(iova: bigint, pasid?: number, write = false): bigint | undefined {
    const request = { rid: RID, iova, write, ...(pasid !== undefined && { pasid }) };
    return this.unit.translate(request)?.address;
  }

  submit(low: bigint, high: bigint): void {
    this.memory.write64(COMMANDS + this.tail, low);
    this.memory.write64(COMMANDS + this.tail + 8n, high);
    this.tail += 16n;
    this.unit.commandBuffer.writeTail(this.tail);
  }
}

describe('the GCR3 table', () => {
  it('has a root for each PASID, those without one go by PASID 0 where GIOV is set', () => {
    const setup = new Setup();
    setup.memory.write64(GCR3, TABLES[0] | PRESENT);
    setup.memory.write64(GCR3 + 511n * 8n, TABLES[0] | PRESENT);
    setup.page(1n, 0x12_3000n | TABLE);
    assert.equal(setup.reach(0x1456n), 0x12_3456n);
    assert.equal(setup.reach(0x1456n, 0), 0x12_3456n);
    assert.equal(setup.reach(0x1456n, 511), 0x12_3456n);
    assert.equal(setup.reach(0x1456n, 1), undefined);
    assert.equal(setup.reach(0x1456n, 512), undefined);
  });

  it('takes nine bits of the PASID a level', () => {
    const setup = new Setup({ glx: 1n });
    setup.memory.write64(GCR3 + 8n, GCR3_LOWER | PRESENT);
    setup.memory.write64(GCR3_LOWER + 3n * 8n, TABLES[0] | PRESENT);
    setup.page(1n, 0x12_3000n | TABLE);
    assert.equal(setup.reach(0x1456n, 512 + 3), 0x12_3456n);
    assert.equal(setup.reach(0x1456n, 3), undefined);
    assert.equal(setup.reach(0x1456n, 1 << 18), undefined);
  });

  it('has three levels at most', () => {
    const setup = new Setup({ glx: 2n });
    setup.memory.write64(GCR3 + 3n * 8n, GCR3_LOWER | PRESENT);
    setup.memory.write64(GCR3_LOWER, GCR3_LOWEST | PRESENT);
    setup.memory.write64(GCR3_LOWEST + 5n * 8n, TABLES[0] | PRESENT);
    setup.page(1n, 0x12_3000n | TABLE);
    assert.equal(setup.reach(0x1456n, (3 << 18) + 5), 0x12_3456n);
    setup.writeEntry({ glx: 3n });
    setup.submit((2n << 60n) | BigInt(RID), 0n);
    assert.equal(setup.reach(0x1456n, 5), undefined);
    assert.equal(setup.unit.events.events.at(-1)?.code, 1);
  });
});

describe('a page table of a guest', () => {
  it('grants what each level grants, and marks what was used', () => {
    const setup = new Setup();
    setup.memory.write64(GCR3, TABLES[0] | PRESENT);
    setup.page(1n, 0x12_3000n | 5n);
    setup.page(2n, 0x12_4000n | 3n);
    assert.equal(setup.reach(0x1000n, undefined, true), undefined);
    assert.equal(setup.memory.read64(TABLES[3] + 8n), 0x12_3000n | 5n);
    assert.equal(setup.reach(0x1000n), 0x12_3000n);
    assert.equal(setup.memory.read64(TABLES[3] + 8n), 0x12_3000n | 0x25n);
    assert.equal(setup.reach(0x2000n), undefined);
    assert.equal(setup.reach(1n << 48n), undefined);
  });

  it('is read through the page table of the host, where there is one', () => {
    const setup = new Setup({ mode: 1n });
    // Of one level: 2 MiB of the guest begin at 0.
    for (let page = 0n; page < 256n; page += 1n)
      setup.memory.write64(HOST + page * 8n, (page << 12n) | HOST_ENTRY);
    setup.memory.write64(HOST + 0x50n * 8n, 0x12_3000n | HOST_ENTRY);
    setup.memory.write64(GCR3, TABLES[0] | PRESENT);
    setup.page(1n, 0x5_0000n | TABLE);
    assert.equal(setup.reach(0x1456n, undefined, true), 0x12_3456n);
    setup.memory.write64(HOST + 0x50n * 8n, 0n);
    assert.equal(setup.reach(0x1456n), 0x12_3456n);
    // 03 without GN: what came by the domain's tables of either sort.
    setup.submit((3n << 60n) | (DOMAIN << 32n), 0n);
    assert.equal(setup.reach(0x1456n), undefined);
  });
});

describe('commands', () => {
  it('drop a page of one PASID', () => {
    const setup = new Setup();
    for (const pasid of [0n, 2n]) setup.memory.write64(GCR3 + pasid * 8n, TABLES[0] | PRESENT);
    for (const index of [1n, 2n]) setup.page(index, (0x12_0000n + (index << 12n)) | TABLE);
    for (const pasid of [0, 2]) for (const iova of [0x1000n, 0x2000n]) setup.reach(iova, pasid);
    for (const index of [1n, 2n]) setup.page(index, 0n);
    // GN is bit 2.
    setup.submit((3n << 60n) | (DOMAIN << 32n) | 2n, 0x1004n);
    assert.equal(setup.reach(0x1000n, 2), undefined);
    assert.equal(setup.reach(0x2000n, 2), 0x12_2000n);
    assert.equal(setup.reach(0x1000n, 0), 0x12_1000n);
    setup.submit((3n << 60n) | ((DOMAIN + 1n) << 32n), 0x7fff_ffff_ffff_f001n);
    assert.equal(setup.reach(0x1000n, 0), 0x12_1000n);
    setup.submit((3n << 60n) | (DOMAIN << 32n), 0x7fff_ffff_ffff_f003n);
    assert.equal(setup.reach(0x1000n, 0), undefined);
  });

  it('reach the TLB of a device, with the PASID in three pieces', () => {
    const setup = new Setup({ device: 1n });
    const both = BigInt(RID) | (BigInt(RID) << 32n);
    setup.submit((4n << 60n) | both, 0x5000n);
    setup.submit((4n << 60n) | both, 0x3001n);
    setup.submit((4n << 60n) | both | (0x34n << 16n) | (0x56n << 48n) | (2n << 56n), 0x1004n);
    setup.submit((4n << 60n) | both, 0x7fff_ffff_ffff_f001n);
    assert.deepEqual(setup.told, [
      { pasid: 'none', first: 0x5000n, length: 0x1000n },
      { pasid: 'none', first: 0n, length: 0x8000n },
      { pasid: 0x2_3456, first: 0x1000n, length: 0x1000n },
      { pasid: 'none', first: 0n, length: undefined },
    ]);
  });

  it('answer a request for a page', () => {
    const setup = new Setup();
    setup.submit((7n << 60n) | BigInt(RID), (0x1ffn << 32n) | (1n << 44n));
    assert.deepEqual(setup.told, [{ group: 0x1ff, code: 1 }]);
  });
});

describe('requests for pages', () => {
  const request = { rid: RID, iova: 0x1234n, read: true, write: true, group: 5, last: true };

  it('are logged with PASID, tag and flags', () => {
    const setup = new Setup({ flags: GV | GIOV | PPR });
    let interrupts = 0;
    setup.unit.pprLog.enable(LOG, 64n, () => (interrupts += 1));
    setup.unit.requestPage({ ...request, pasid: 0x2_3456 });
    const low = (1n << 60n) | (0x164n << 48n) | (2n << 42n) | (1n << 41n) | (5n << 32n);
    assert.equal(setup.memory.read64(LOG), low | (0x3456n << 16n) | BigInt(RID));
    assert.equal(setup.memory.read64(LOG + 8n), 0x1000n);
    assert.deepEqual([setup.unit.pprLog.tail, interrupts], [16n, 1]);
  });

  it('are answered by the unit where they cannot be logged, the last of a group only', () => {
    const setup = new Setup({ flags: GV | PPR });
    setup.unit.pprLog.enable(LOG, 32n, () => undefined);
    for (const last of [true, false, true]) setup.unit.requestPage({ ...request, last });
    assert.ok(setup.unit.pprLog.overflowed);
    assert.deepEqual(setup.told, [{ group: 5, code: 0 }]);
    setup.unit.pprLog.writeHead(16n);
    setup.unit.requestPage(request);
    assert.equal(setup.told.length, 2);
    assert.equal(setup.unit.pprLog.tail, 16n);
  });

  it('are refused for a device that may not ask', () => {
    const setup = new Setup();
    setup.unit.pprLog.enable(LOG, 64n, () => undefined);
    setup.unit.requestPage(request);
    assert.deepEqual(setup.told, [{ group: 5, code: 1 }]);
    assert.equal(setup.unit.pprLog.tail, 0n);
  });
});
