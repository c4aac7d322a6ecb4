import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FaultReason } from '#formats/vtd/fault-reason.ts';

import { PhysicalMemory } from '../memory.ts';
import { hardwareParts } from '../parts.ts';
import { vtdParts } from './parts.ts';
import { legacyModel } from './capabilities.ts';
import type { VtdModel } from './capabilities.ts';
import { VtdUnit } from './vtd-unit.ts';

const parts = { hardware: hardwareParts, vtd: vtdParts };

/** Numbers are written out as the book has them: the code under test does not help to make its own input. */
const ROOT = 0x1000n;
const CONTEXT = 0x2000n;
const LEVEL_4 = 0x3000n;
const LEVEL_3 = 0x4000n;
const LEVEL_2 = 0x5000n;
const LEVEL_1 = 0x6000n;
const QUEUE = 0x7000n;
const STATUS = 0x8000n;
const READ_WRITE = 3n;
const SUPERPAGE = 0x80n;
/** Bus 2, slot 1, function 0. */
const RID = 0x0208;
const DOMAIN_ID = 5;

class Setup {
  readonly memory = new PhysicalMemory();
  readonly unit: VtdUnit;
  private tail = 0n;

  constructor(more: Partial<VtdModel> = {}) {
    this.memory.provide(0n, 0x9000n);
    const model = { ...legacyModel, ...more };
    this.unit = new VtdUnit({ memory: this.memory, parts, model });
    this.memory.write64(ROOT + 2n * 16n, CONTEXT | 1n);
    this.writeContext(LEVEL_4 | 1n, (BigInt(DOMAIN_ID) << 8n) | 2n);
    this.memory.write64(LEVEL_4, LEVEL_3 | READ_WRITE);
    this.memory.write64(LEVEL_3, LEVEL_2 | READ_WRITE);
    this.memory.write64(LEVEL_2, LEVEL_1 | READ_WRITE);
    this.unit.setRootTable(ROOT);
    this.unit.enableTranslation();
    this.unit.invalidationQueue.enable(QUEUE, 4096n);
  }

  writeContext(low: bigint, high: bigint): void {
    this.memory.write64(CONTEXT + 8n * 16n, low);
    this.memory.write64(CONTEXT + 8n * 16n + 8n, high);
  }

  read(iova: bigint, rid = RID): bigint | undefined {
    return this.unit.translate({ rid, iova, write: false })?.address;
  }

  write(iova: bigint): bigint | undefined {
    return this.unit.translate({ rid: RID, iova, write: true })?.address;
  }

  submit(low: bigint, high = 0n): void {
    this.memory.write64(QUEUE + this.tail, low);
    this.memory.write64(QUEUE + this.tail + 8n, high);
    this.tail += 16n;
    this.unit.invalidationQueue.writeTail(this.tail);
  }

  /** Software reads the record and clears it: until then none of that requester is recorded. */
  lastReason(): number | undefined {
    const reason = this.unit.faults.records.at(-1)?.reason;
    this.unit.faults.clear();
    return reason;
  }
}

describe('a walk', () => {
  it('ends at a page of 4 KiB', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1 + 3n * 8n, 0x12_3000n | READ_WRITE);
    const found = setup.unit.translate({ rid: RID, iova: 0x3456n, write: true });
    assert.deepEqual(found, { address: 0x12_3456n, bytesToBorder: 0xbaan });
  });

  it('ends at a page of 2 MiB or 1 GiB', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_2 + 8n, 0x4020_0000n | SUPERPAGE | READ_WRITE);
    setup.memory.write64(LEVEL_3 + 8n, 0x8000_0000n | SUPERPAGE | READ_WRITE);
    assert.equal(setup.read(0x3f_ffffn), 0x403f_ffffn);
    assert.equal(setup.read(0x7fff_ffffn), 0xbfff_ffffn);
  });

  it('grants what all levels grant', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_2, LEVEL_1 | 1n);
    setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    assert.equal(setup.read(0n), 0x12_3000n);
    assert.equal(setup.write(0n), undefined);
    assert.equal(setup.lastReason(), FaultReason.NoWrite);
  });

  it('refuses a read of what may only be written, and what is not present', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1, 0x12_3000n | 2n);
    assert.equal(setup.read(0n), undefined);
    assert.equal(setup.lastReason(), FaultReason.NoRead);
    assert.equal(setup.write(0n), 0x12_3000n);
    assert.equal(setup.write(0x1000n), undefined);
    assert.equal(setup.lastReason(), FaultReason.NoWrite);
  });

  it('is not made for pass-through, nor before translation is enabled', () => {
    const setup = new Setup({ passThrough: true });
    setup.writeContext(9n, 2n);
    assert.equal(setup.read(0x1234n), 0x1234n);
    const fresh = new VtdUnit({ memory: setup.memory, parts });
    const found = fresh.translate({ rid: RID, iova: 0x1234n, write: true });
    assert.equal(found?.address, 0x1234n);
  });

  it('leaves out the interrupt range, also where a superpage covers it', () => {
    const setup = new Setup();
    setup.memory.write64(LEVEL_3 + 3n * 8n, 0xc000_0000n | SUPERPAGE | READ_WRITE);
    for (const iova of [0xfee0_0000n, 0xfeef_ffffn]) assert.equal(setup.read(iova), undefined);
    const below = setup.unit.translate({ rid: RID, iova: 0xfedf_ff00n, write: false });
    assert.deepEqual(below, { address: 0xfedf_ff00n, bytesToBorder: 0x100n });
    assert.equal(setup.read(0xfef0_0000n), 0xfef0_0000n);
  });
});

describe('a refusal', () => {
  it('meets what is beyond 48 bits, or 39 with three levels', () => {
    const setup = new Setup();
    assert.equal(setup.read(1n << 48n), undefined);
    assert.equal(setup.lastReason(), FaultReason.BeyondAddressWidth);
    const three = new Setup({ addressBits: 39 });
    three.writeContext(LEVEL_3 | 1n, 1n);
    three.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    assert.equal(three.read(0n), 0x12_3000n);
    assert.equal(three.read(1n << 39n), undefined);
    setup.writeContext(LEVEL_3 | 1n, 1n);
    // A context-cache invalidation of all.
    setup.submit(0x11n);
    assert.equal(setup.read(0n), undefined);
    assert.equal(setup.lastReason(), FaultReason.ContextEntryInvalid);
  });

  it('meets reserved bits of a paging entry', () => {
    for (const entry of [0x4010_0000n | SUPERPAGE | READ_WRITE, (1n << 50n) | READ_WRITE]) {
      const setup = new Setup();
      setup.memory.write64(LEVEL_2 + 8n, entry);
      assert.equal(setup.read(0x20_0000n), undefined);
      assert.equal(setup.lastReason(), FaultReason.PagingEntryReserved);
    }
  });

  it('tells what is wrong with root and context entries', () => {
    const setup = new Setup();
    setup.read(0n, 0x0300);
    assert.equal(setup.lastReason(), FaultReason.RootEntryNotPresent);
    setup.read(0n, 0x0210);
    assert.equal(setup.lastReason(), FaultReason.ContextEntryNotPresent);
    const wrong: [bigint, bigint, number][] = [
      [LEVEL_4 | 1n, 3n, FaultReason.ContextEntryInvalid],
      [LEVEL_4 | 0xdn, 2n, FaultReason.ContextEntryInvalid],
      [LEVEL_4 | 0x11n, 2n, FaultReason.ContextEntryReserved],
    ];
    for (const [low, high, reason] of wrong) {
      setup.writeContext(low, high);
      setup.read(0n);
      assert.equal(setup.lastReason(), reason);
    }
  });

  it('is not recorded where fault processing is disabled', () => {
    const setup = new Setup();
    setup.writeContext(LEVEL_4 | 3n, 2n);
    assert.equal(setup.read(0n), undefined);
    assert.deepEqual(setup.unit.faults.records, []);
  });

  it('meets a request with PASID', () => {
    const setup = new Setup();
    const request = { rid: RID, iova: 0n, write: false, pasid: 1 };
    assert.equal(setup.unit.translate(request), undefined);
    assert.equal(setup.lastReason(), FaultReason.PasidInLegacyMode);
  });
});

describe('caches', () => {
  const SECOND_PAGE = 0x1000n;

  function withWarmCaches(): Setup {
    const setup = new Setup();
    setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    setup.memory.write64(LEVEL_1 + 8n, 0x12_4000n | READ_WRITE);
    assert.ok(setup.read(0n) && setup.read(SECOND_PAGE));
    setup.memory.write64(LEVEL_1, 0n);
    setup.memory.write64(LEVEL_1 + 8n, 0n);
    assert.equal(setup.read(0n), 0x12_3000n);
    return setup;
  }

  it('keep a translation until a page-selective invalidation, and the one beside it', () => {
    const setup = withWarmCaches();
    setup.submit((BigInt(DOMAIN_ID) << 16n) | 0x32n, 0n);
    assert.equal(setup.read(0n), undefined);
    assert.equal(setup.read(SECOND_PAGE), 0x12_4000n);
    setup.submit((BigInt(DOMAIN_ID) << 16n) | 0x32n, 1n);
    assert.equal(setup.read(SECOND_PAGE), undefined);
  });

  it('keep it also when another domain is invalidated', () => {
    const setup = withWarmCaches();
    setup.submit((6n << 16n) | 0x22n);
    assert.equal(setup.read(0n), 0x12_3000n);
    setup.submit((BigInt(DOMAIN_ID) << 16n) | 0x22n);
    assert.equal(setup.read(0n), undefined);
  });

  it('keep a context entry until it is invalidated, by device, domain or all', () => {
    const rid = BigInt(RID) << 32n;
    for (const descriptor of [0x31n | rid, 0x21n | (BigInt(DOMAIN_ID) << 16n), 0x11n]) {
      const setup = withWarmCaches();
      setup.writeContext(0n, 0n);
      assert.equal(setup.read(0n), 0x12_3000n);
      setup.submit(descriptor);
      assert.equal(setup.read(0n), undefined);
      assert.equal(setup.lastReason(), FaultReason.ContextEntryNotPresent);
    }
  });

  it('never hold what is not present', () => {
    const setup = new Setup();
    assert.equal(setup.read(0n), undefined);
    setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    assert.equal(setup.read(0n), 0x12_3000n);
  });
});

describe('a context entry', () => {
  it('is none where its type is one that the unit does not offer', () => {
    for (const [type, offer] of [
      [1n, { deviceTlbs: true }],
      [2n, { passThrough: true }],
    ] as const) {
      for (const [model, isTaken] of [
        [{}, false],
        [offer, true],
      ] as const) {
        const setup = new Setup(model);
        setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
        setup.writeContext(LEVEL_4 | (type << 2n) | 1n, (BigInt(DOMAIN_ID) << 8n) | 2n);
        assert.equal(setup.read(0n) !== undefined, isTaken);
        assert.equal(setup.lastReason(), isTaken ? undefined : FaultReason.ContextEntryInvalid);
      }
    }
  });

  it('lets a device with a TLB ask, or not', () => {
    const setup = new Setup({ deviceTlbs: true });
    setup.memory.write64(LEVEL_1, 0x12_3000n | 1n);
    const request = { rid: RID, iova: 0x10n, write: true };
    assert.equal(setup.unit.requestTranslation(request), undefined);
    assert.equal(setup.lastReason(), FaultReason.TranslationTypeBlocked);
    setup.writeContext(LEVEL_4 | 5n, (BigInt(DOMAIN_ID) << 8n) | 2n);
    setup.submit(0x11n);
    const leaf = setup.unit.requestTranslation(request);
    assert.deepEqual([leaf?.address, leaf?.read, leaf?.write], [0x12_3000n, true, false]);
    assert.equal(setup.unit.requestTranslation({ ...request, iova: 0x1000n }), undefined);
    assert.equal(setup.unit.requestTranslation({ ...request, iova: 0xfee0_0000n }), undefined);
    assert.equal(setup.lastReason(), undefined);
    assert.equal(setup.unit.requestTranslation({ ...request, pasid: 1 }), undefined);
    assert.equal(setup.lastReason(), FaultReason.PasidInLegacyMode);
  });
});

describe('caching mode', () => {
  it('keeps that there is no page, until pages of the domain are invalidated', () => {
    const setup = new Setup({ cachingMode: true });
    assert.equal(setup.read(0n), undefined);
    setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    for (const domain of [DOMAIN_ID + 1, DOMAIN_ID]) {
      assert.equal(setup.read(0n), undefined);
      assert.equal(setup.lastReason(), FaultReason.NoRead);
      setup.submit((BigInt(domain) << 16n) | 0x32n, 0n);
    }
    assert.equal(setup.read(0n), 0x12_3000n);
  });

  it('keeps that there is no context entry, for domain 0', () => {
    const setup = new Setup({ cachingMode: true });
    setup.memory.write64(LEVEL_1, 0x12_3000n | READ_WRITE);
    setup.writeContext(0n, 0n);
    for (const domain of [DOMAIN_ID, 0]) {
      assert.equal(setup.read(0n), undefined);
      setup.writeContext(LEVEL_4 | 1n, (BigInt(DOMAIN_ID) << 8n) | 2n);
      assert.equal(setup.read(0n), undefined);
      assert.equal(setup.lastReason(), FaultReason.ContextEntryNotPresent);
      setup.submit((BigInt(domain) << 16n) | 0x21n);
    }
    assert.equal(setup.read(0n), 0x12_3000n);
  });
});

describe('the invalidation queue', () => {
  it('takes device TLBs where the unit has them', () => {
    for (const deviceTlbs of [false, true]) {
      const setup = new Setup({ deviceTlbs });
      setup.submit((BigInt(RID) << 32n) | 3n, 0n);
      assert.equal(setup.unit.invalidationQueue.failed, !deviceTlbs);
    }
  });

  it('reports completion by a status write', () => {
    const setup = new Setup();
    setup.submit((7n << 32n) | 0x25n, STATUS);
    assert.equal(setup.memory.read64(STATUS), 7n);
  });

  it('stops at a descriptor that it does not know, and at a misaligned address', () => {
    for (const [low, high] of [
      [0xfn, 0n],
      [0x2n, 0n],
      [0x32n, 0x1001n],
      [0x32n, 19n],
      [0x122n, 0n],
    ] as const) {
      const setup = new Setup();
      setup.submit(low, high);
      assert.ok(setup.unit.invalidationQueue.failed);
      assert.equal(setup.unit.invalidationQueue.head, 0n);
    }
  });

  it('goes round', () => {
    const setup = new Setup();
    for (let count = 0; count < 255; count += 1) setup.submit(0x12n);
    setup.unit.invalidationQueue.writeTail(0n);
    assert.equal(setup.unit.invalidationQueue.failed, true);
    assert.equal(setup.unit.invalidationQueue.head, 4080n);
  });
});

describe('the mode of the root table', () => {
  it('aborts without a record where the unit can, and is a fault where it cannot', () => {
    const setup = new Setup();
    for (const mode of [1n, 2n, 3n]) {
      setup.unit.setRootTable(ROOT | (mode << 10n));
      assert.equal(setup.read(0n), undefined);
      assert.equal(setup.lastReason(), FaultReason.RootTableInvalid);
    }
    const model = { ...legacyModel, abortMode: true };
    const unit = new VtdUnit({ memory: setup.memory, parts, model });
    unit.setRootTable(ROOT | (3n << 10n));
    unit.enableTranslation();
    assert.equal(unit.translate({ rid: RID, iova: 0n, write: false }), undefined);
    assert.deepEqual(unit.faults.records, []);
  });
});

describe('fault recording', () => {
  it('tells requester, page and kind of access, and loses what it has no room for', () => {
    const setup = new Setup();
    setup.write(0x5678n);
    const record = { rid: RID, write: true, reason: FaultReason.NoWrite, address: 0x5000n };
    assert.deepEqual(setup.unit.faults.records, [record]);
    setup.read(0n, 0x1);
    assert.deepEqual(setup.unit.faults.records, [record]);
    assert.ok(setup.unit.faults.overflowed);
    setup.unit.faults.clearRecord(0);
    setup.read(0n, 0x1);
    assert.deepEqual(setup.unit.faults.records, []);
    setup.unit.faults.clearStatus();
    setup.read(0n, 0x1);
    assert.equal(setup.unit.faults.records.length, 1);
  });

  it('sends an interrupt for the first of those that wait', () => {
    const setup = new Setup();
    let interrupts = 0;
    setup.unit.faults.enable(() => (interrupts += 1));
    setup.write(0x5678n);
    setup.unit.faults.clearRecord(0);
    setup.write(0x5678n);
    setup.unit.faults.clear();
    setup.write(0x5678n);
    assert.equal(interrupts, 2);
  });

  it('has one record of a requester, until that is cleared', () => {
    const setup = new Setup();
    setup.write(0x5678n);
    setup.read(1n << 48n);
    assert.equal(setup.unit.faults.records.length, 1);
    assert.equal(setup.lastReason(), FaultReason.NoWrite);
    setup.read(1n << 48n);
    assert.equal(setup.lastReason(), FaultReason.BeyondAddressWidth);
  });
});
