import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from '../memory.ts';
import { virtioIommuParts } from './parts.ts';
import { limitedVirtioIommu, plainVirtioIommu } from './configuration.ts';
import type { VirtioIommuModel } from './configuration.ts';
import { VirtioIommu } from './virtio-iommu.ts';

const DESCRIPTORS = 0x1000n;
const AVAILABLE = 0x2000n;
const USED = 0x3000n;
const REQUEST = 0x4000n;
const ANSWER = 0x5000n;
const SIZE = 4;
const UNTOUCHED = 0xee;

const [ATTACH, DETACH, MAP, UNMAP, PROBE] = [1, 2, 3, 4, 5];
const [OK, UNSUPPORTED, INVALID, RANGE, NO_ENTRY, NO_MEMORY] = [0, 2, 4, 5, 6, 8];

const narrow: VirtioIommuModel = {
  ...plainVirtioIommu,
  configuration: {
    ...plainVirtioIommu.configuration,
    inputRange: { start: 0n, end: (1n << 48n) - 1n },
  },
};

/** A driver that sends one request after the other, with bytes as the specification has them. */
class Setup {
  readonly memory = new PhysicalMemory();
  readonly device: VirtioIommu;
  private sent = 0;

  constructor(model = narrow) {
    this.memory.provide(0n, 0x6000n);
    this.device = new VirtioIommu({
      model,
      memory: this.memory,
      parts: { virtioIommu: virtioIommuParts },
    });
    const layout = { size: SIZE, descriptors: DESCRIPTORS, available: AVAILABLE, used: USED };
    this.device.requestQueue.enable(layout);
    for (const endpoint of [8, 9, 16, 0x108, 0x110, 0x208]) this.device.connect(endpoint);
  }

  /** Fields behind the type are numbers of 32 bits, and bigints of 64. Returns the status; undefined where nothing was written. */
  send(type: number, ...fields: readonly (number | bigint)[]): number | undefined {
    const bytes = fields.flatMap((field) => [
      ...new Uint8Array(
        typeof field === 'bigint' ? BigUint64Array.of(field).buffer : Uint32Array.of(field).buffer,
      ),
    ]);
    return this.sendBytes(Uint8Array.of(type, 0, 0, 0, ...bytes), type === PROBE ? 516n : 4n);
  }

  sendBytes(request: Uint8Array, room: bigint): number | undefined {
    this.memory.write(REQUEST, request);
    this.memory.write(ANSWER, new Uint8Array(516).fill(UNTOUCHED));
    this.memory.write64(DESCRIPTORS, REQUEST);
    this.memory.write64(DESCRIPTORS + 8n, BigInt(request.length) | (1n << 32n) | (1n << 48n));
    this.memory.write64(DESCRIPTORS + 16n, ANSWER);
    this.memory.write64(DESCRIPTORS + 24n, room | (2n << 32n));
    const slot = BigInt(this.sent % SIZE);
    this.memory.write(AVAILABLE + 4n + slot * 2n, Uint8Array.of(0, 0));
    this.sent += 1;
    this.memory.write(AVAILABLE + 2n, Uint8Array.of(this.sent, 0));
    this.device.requestQueue.notify();
    assert.equal(this.memory.read(USED + 2n, 1)[0], this.sent);
    const written = this.memory.read(USED + 8n + slot * 8n, 1)[0];
    const status = this.memory.read(ANSWER + (room > 4n ? room - 4n : 0n), 1)[0];
    if (written !== 0) return status;
    assert.equal(status, UNTOUCHED);
    return undefined;
  }

  attach(domain: number, endpoint: number): number | undefined {
    return this.send(ATTACH, domain, endpoint, 0, 0);
  }

  map(domain: number, first: bigint, last: bigint, physical: bigint): number | undefined {
    return this.send(MAP, domain, first, last, physical, 3);
  }

  reach(iova: bigint, rid = 8, write = false): bigint | undefined {
    return this.device.translate({ rid, iova, write })?.address;
  }
}

describe('a virtio-iommu', () => {
  it('translates by what was requested for the domain of the endpoint', () => {
    const setup = new Setup();
    assert.equal(setup.reach(0x1000n), undefined);
    assert.equal(setup.attach(1, 8), OK);
    assert.equal(setup.map(1, 0x1000n, 0x2fffn, 0x8_0000n), OK);
    const found = setup.device.translate({ rid: 8, iova: 0x1234n, write: true });
    assert.deepEqual(found, { address: 0x8_0234n, bytesToBorder: 0x1dccn });
    assert.equal(setup.reach(0x3000n), undefined);
    assert.equal(setup.reach(0x1000n, 9), undefined);
    assert.equal(setup.send(MAP, 1, 0x3000n, 0x3fffn, 0x9_0000n, 1), OK);
    assert.equal(setup.reach(0x3000n), 0x9_0000n);
    assert.equal(setup.reach(0x3000n, 8, true), undefined);
  });

  it('cuts no mapping', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    setup.map(1, 0x1000n, 0x2fffn, 0x8_0000n);
    setup.map(1, 0x3000n, 0x3fffn, 0x9_0000n);
    assert.equal(setup.send(UNMAP, 1, 0x2000n, 0x3fffn, 0), RANGE);
    assert.equal(setup.reach(0x3000n), 0x9_0000n);
    assert.equal(setup.send(UNMAP, 1, 0n, 0x2fffn, 0), OK);
    assert.equal(setup.reach(0x1000n), undefined);
    assert.equal(setup.reach(0x3000n), 0x9_0000n);
  });

  it('forgets a domain with its last endpoint', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    setup.attach(1, 9);
    setup.map(1, 0x1000n, 0x1fffn, 0x8_0000n);
    setup.attach(2, 8);
    assert.equal(setup.reach(0x1000n, 9), 0x8_0000n);
    assert.equal(setup.send(DETACH, 1, 9, 0n), OK);
    assert.equal(setup.map(1, 0x1000n, 0x1fffn, 0x8_0000n), NO_ENTRY);
    setup.attach(1, 9);
    assert.equal(setup.reach(0x1000n, 9), undefined);
  });

  it('refuses what makes no sense', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    assert.equal(setup.send(99), undefined);
    assert.equal(setup.send(ATTACH, 1, 8, 2, 0), INVALID);
    assert.equal(setup.send(DETACH, 3, 8, 0n), INVALID);
    assert.equal(setup.send(ATTACH, 1, 8, 1, 0), INVALID);
    assert.equal(setup.send(ATTACH, 1, 8, 0, 1), INVALID);
    assert.equal(setup.send(DETACH, 1, 9, 0n), INVALID);
    assert.equal(setup.send(UNMAP, 3, 0n, 0xfffn, 0), NO_ENTRY);
    assert.equal(setup.send(MAP, 1, 0n, 0xfffn, 0n, 8), INVALID);
    assert.equal(setup.map(1, 0x800n, 0x17ffn, 0n), RANGE);
    assert.equal(setup.map(1, 1n << 48n, (1n << 48n) + 0xfffn, 0n), RANGE);
    assert.equal(setup.map(1, 0n, 0xfffn, 0n), OK);
    assert.equal(setup.map(1, 0n, 0x1fffn, 0n), INVALID);
  });
});

describe('requests to a virtio-iommu', () => {
  it('leave what is not understood as it is', () => {
    const setup = new Setup();
    assert.equal(setup.send(0), undefined);
    assert.equal(setup.sendBytes(Uint8Array.of(ATTACH, 0, 0, 0, 1, 0, 0, 0), 4n), undefined);
    assert.equal(setup.sendBytes(new Uint8Array(20).fill(ATTACH, 0, 1), 3n), undefined);
    assert.equal(
      setup.sendBytes(Uint8Array.of(ATTACH, 7, 7, 7, 1, 0, 0, 0, 8, ...new Uint8Array(11)), 4n),
      OK,
    );
  });

  it('unmap in each of the seven cases as the specification has them', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    const unmap = (first: bigint, last: bigint): number | undefined =>
      setup.send(UNMAP, 1, first, last, 0);
    const map = (first: bigint, last: bigint): void => {
      assert.equal(setup.map(1, first, last, 0x8_0000n + first), OK);
    };
    assert.equal(unmap(0n, 0x4fffn), OK);
    map(0n, 0x4fffn);
    assert.equal(unmap(0n, 0x4fffn), OK);
    map(0n, 0x4fffn);
    map(0x5000n, 0x9fffn);
    assert.equal(unmap(0n, 0x9fffn), OK);
    map(0n, 0x9fffn);
    assert.equal(unmap(0n, 0x4fffn), RANGE);
    assert.equal(setup.reach(0x5000n), 0x8_5000n);
    assert.equal(unmap(0n, 0x9fffn), OK);
    map(0n, 0x4fffn);
    map(0x5000n, 0x9fffn);
    assert.equal(unmap(0n, 0x4fffn), OK);
    assert.equal(setup.reach(0x5000n), 0x8_5000n);
    map(0n, 0x4fffn);
    assert.equal(unmap(0n, 0x1_2fffn), OK);
    map(0n, 0x4fffn);
    map(0xa000n, 0xefffn);
    assert.equal(unmap(0n, 0xefffn), OK);
    assert.equal(setup.reach(0xa000n), undefined);
  });

  it('unmap nothing where a reserved field is not 0', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    setup.map(1, 0n, 0xfffn, 0x8_0000n);
    assert.equal(setup.send(UNMAP, 1, 0n, 0xfffn, 1), INVALID);
    assert.equal(setup.reach(0n), 0x8_0000n);
  });

  it('lose the mappings of a lone endpoint that attaches to the same domain again', () => {
    const setup = new Setup();
    setup.attach(1, 8);
    setup.map(1, 0n, 0xfffn, 0x8_0000n);
    assert.equal(setup.attach(1, 8), OK);
    assert.equal(setup.reach(0n), undefined);
    assert.equal(setup.map(1, 0n, 0xfffn, 0x9_0000n), OK);
  });

  it('tell where interrupts are', () => {
    const setup = new Setup();
    assert.equal(setup.send(PROBE, 8, ...new Array<bigint>(8).fill(0n)), OK);
    const view = new DataView(setup.memory.read(ANSWER, 24).slice().buffer);
    assert.deepEqual([view.getUint16(0, true), view.getUint8(4)], [1, 1]);
    assert.equal(view.getBigUint64(8, true), 0xfee0_0000n);
    assert.equal(view.getBigUint64(16, true), 0xfeef_ffffn);
  });
});

describe('a virtio-iommu with BYPASS_CONFIG and limits', () => {
  const at = 16n << 20n;

  it('lets an endpoint without a domain through, and one in a domain not', () => {
    const setup = new Setup(limitedVirtioIommu);
    assert.equal(setup.reach(0x1234n), 0x1234n);
    assert.equal(setup.attach(5, 0x108), OK);
    assert.equal(setup.reach(0x1234n, 0x108), undefined);
    assert.equal(setup.send(DETACH, 5, 0x108, 0n), OK);
    assert.equal(setup.reach(0x1234n, 0x108), 0x1234n);
  });

  it('has domains that translate nothing, and can have no mapping', () => {
    const setup = new Setup(limitedVirtioIommu);
    assert.equal(setup.send(ATTACH, 3, 8, 1, 0), OK);
    assert.equal(setup.reach(0x1234n), 0x1234n);
    assert.equal(setup.map(3, at, at + 0x3ffn, 0n), INVALID);
    assert.equal(setup.send(UNMAP, 3, at, at + 0x3ffn, 0), INVALID);
    assert.equal(setup.send(ATTACH, 3, 16, 0, 0), INVALID);
    assert.equal(setup.send(ATTACH, 4, 8, 2, 0), INVALID);
  });

  it('keeps so many mappings, of pages of 1 KiB, outside of reserved memory', () => {
    const setup = new Setup(limitedVirtioIommu);
    setup.attach(4, 8);
    for (let page = 0n; page < 64n; page += 1n) {
      const first = at + page * 0x400n;
      assert.equal(setup.map(4, first, first + 0x3ffn, 0x400n * page), OK);
    }
    assert.equal(setup.map(4, at + 0x1_0000n, at + 0x1_03ffn, 0n), NO_MEMORY);
    assert.equal(setup.map(4, at - 0x400n, at - 1n, 0n), RANGE);
    assert.equal(setup.map(4, 2n << 30n, (2n << 30n) + 0x3ffn, 0n), INVALID);
    assert.equal(setup.reach(at + 0x7ffn), 0x7ffn);
    assert.equal(setup.reach(2n << 30n, 0x77), undefined);
  });

  it('has as many domains as it says, which devices share behind a bridge alone', () => {
    const setup = new Setup(limitedVirtioIommu);
    assert.equal(setup.attach(2, 8), NO_ENTRY);
    assert.equal(setup.attach(18, 8), NO_ENTRY);
    assert.equal(setup.attach(17, 8), OK);
    assert.equal(setup.attach(17, 16), UNSUPPORTED);
    assert.equal(setup.attach(16, 0x108), OK);
    assert.equal(setup.attach(16, 0x110), OK);
    assert.equal(setup.attach(16, 0x208), UNSUPPORTED);
  });

  it('answers no PROBE that has too little room for all properties', () => {
    const setup = new Setup(limitedVirtioIommu);
    const request = Uint8Array.of(PROBE, 0, 0, 0, 8, ...new Uint8Array(67));
    assert.equal(setup.sendBytes(request, 67n), INVALID);
    assert.equal(setup.memory.read(ANSWER, 1)[0], 0);
    assert.equal(setup.sendBytes(request, 132n), OK);
    const view = new DataView(setup.memory.read(ANSWER, 128).slice().buffer);
    assert.deepEqual([view.getUint16(0, true), view.getUint16(2, true)], [0xf7ff, 12]);
    assert.deepEqual([view.getUint16(16, true), view.getUint16(18, true)], [1, 20]);
    assert.deepEqual([view.getUint8(20), view.getBigUint64(24, true)], [0, 2n << 30n]);
    assert.equal(view.getBigUint64(32, true), (2n << 30n) + 0xf_ffffn);
    assert.equal(view.getUint16(64, true), 0);
  });
});
