import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from '../memory.ts';
import { virtioIommuParts } from './parts.ts';
import { VirtioIommu } from './virtio-iommu.ts';

const DESCRIPTORS = 0x1000n;
const AVAILABLE = 0x2000n;
const USED = 0x3000n;
const REQUEST = 0x4000n;
const ANSWER = 0x5000n;
const SIZE = 4;

const [ATTACH, DETACH, MAP, UNMAP, PROBE] = [1, 2, 3, 4, 5];
const [OK, UNSUPPORTED, INVALID, RANGE, NO_ENTRY] = [0, 2, 4, 5, 6];

/** A driver that sends one request after the other, with bytes as the specification has them. */
class Setup {
  readonly memory = new PhysicalMemory();
  readonly device: VirtioIommu;
  private sent = 0;

  constructor() {
    this.memory.provide(0n, 0x6000n);
    this.device = new VirtioIommu({
      addressBits: 48,
      memory: this.memory,
      parts: { virtioIommu: virtioIommuParts },
    });
    const layout = { size: SIZE, descriptors: DESCRIPTORS, available: AVAILABLE, used: USED };
    this.device.requestQueue.enable(layout);
  }

  /** Fields behind the type are numbers of 32 bits, and bigints of 64. Returns the status. */
  send(type: number, ...fields: readonly (number | bigint)[]): number | undefined {
    const bytes = fields.flatMap((field) => [
      ...new Uint8Array(
        typeof field === 'bigint' ? BigUint64Array.of(field).buffer : Uint32Array.of(field).buffer,
      ),
    ]);
    const request = Uint8Array.of(type, 0, 0, 0, ...bytes);
    this.memory.write(REQUEST, request);
    const room = type === PROBE ? 516n : 4n;
    this.memory.write64(DESCRIPTORS, REQUEST);
    this.memory.write64(DESCRIPTORS + 8n, BigInt(request.length) | (1n << 32n) | (1n << 48n));
    this.memory.write64(DESCRIPTORS + 16n, ANSWER);
    this.memory.write64(DESCRIPTORS + 24n, room | (2n << 32n));
    this.memory.write(AVAILABLE + 4n + BigInt(this.sent % SIZE) * 2n, Uint8Array.of(0, 0));
    this.sent += 1;
    this.memory.write(AVAILABLE + 2n, Uint8Array.of(this.sent, 0));
    this.device.requestQueue.notify();
    assert.equal(this.memory.read(USED + 2n, 1)[0], this.sent);
    return this.memory.read(ANSWER + room - 4n, 1)[0];
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
    assert.equal(setup.send(99), UNSUPPORTED);
    assert.equal(setup.send(ATTACH, 1, 8, 2, 0), INVALID);
    assert.equal(setup.send(DETACH, 3, 8, 0n), NO_ENTRY);
    assert.equal(setup.send(DETACH, 1, 9, 0n), INVALID);
    assert.equal(setup.send(UNMAP, 3, 0n, 0xfffn, 0), NO_ENTRY);
    assert.equal(setup.send(MAP, 1, 0n, 0xfffn, 0n, 8), INVALID);
    assert.equal(setup.map(1, 0x800n, 0x17ffn, 0n), RANGE);
    assert.equal(setup.map(1, 1n << 48n, (1n << 48n) + 0xfffn, 0n), RANGE);
    assert.equal(setup.map(1, 0n, 0xfffn, 0n), OK);
    assert.equal(setup.map(1, 0n, 0x1fffn, 0n), INVALID);
  });

  it('tells where interrupts are', () => {
    const setup = new Setup();
    assert.equal(setup.send(PROBE, 8, ...new Array<bigint>(8).fill(0n)), OK);
    const view = new DataView(setup.memory.read(ANSWER, 24).slice().buffer);
    assert.deepEqual([view.getUint16(0, true), view.getUint8(4)], [1, 1]);
    assert.equal(view.getBigUint64(8, true), 0xfee0_0000n);
    assert.equal(view.getBigUint64(16, true), 0xfeef_ffffn);
  });
});
