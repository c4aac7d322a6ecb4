import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CopyEngine } from './copy-engine.ts';
import type { DmaEngine } from './edu.ts';

const [COMMAND, COUNT, STATUS, CHAIN, ERROR] = [0x84n, 0x86n, 0x88n, 0x90n, 0xa8n];
const [CONTROL, INTERRUPTS] = [0x80n, 0x03n];
const [DONE, SUSPENDED, HALTED] = [1, 2, 3];

/** 64 KiB of memory; beyond, an IOMMU refuses. */
class Memory implements DmaEngine {
  readonly bytes = new Uint8Array(0x1_0000);
  isBusMaster = true;
  interrupts = 0;

  dmaRead(iova: bigint, length: number): Uint8Array | 'blocked' {
    const at = Number(iova);
    return at + length > this.bytes.length ? 'blocked' : this.bytes.slice(at, at + length);
  }

  dmaWrite(iova: bigint, bytes: Uint8Array): 'blocked' | undefined {
    if (Number(iova) + bytes.length > this.bytes.length) return 'blocked';
    this.bytes.set(bytes, Number(iova));
    return undefined;
  }

  interrupt(): void {
    this.interrupts += 1;
  }

  served(): void {}
}

interface Descriptor {
  readonly length?: number;
  readonly control?: number;
  readonly source?: bigint;
  readonly destination?: bigint;
  readonly next?: bigint;
}

function write(engine: CopyEngine, at: bigint, width: 1 | 2 | 8, value: number | bigint): void {
  const bytes = new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
  engine.write(at, bytes.subarray(0, width));
}

function status(engine: CopyEngine): bigint {
  return new DataView(engine.read(STATUS, 8).buffer).getBigUint64(0, true);
}

/** A channel that has a chain of descriptors at 0x100, and does `count` of them. */
function run(
  descriptors: readonly Descriptor[],
  count: number,
  memory = new Memory(),
): { engine: CopyEngine; memory: Memory } {
  const view = new DataView(memory.bytes.buffer);
  for (const [index, descriptor] of descriptors.entries()) {
    const at = 0x100 + 64 * index;
    const { length = 16, control = 0, source = 0x1000n, destination = 0x2000n } = descriptor;
    view.setUint32(at, length, true);
    view.setUint32(at + 4, control, true);
    view.setBigUint64(at + 8, source, true);
    view.setBigUint64(at + 16, destination, true);
    view.setBigUint64(at + 24, descriptor.next ?? BigInt(at + 64), true);
  }
  const engine = new CopyEngine(memory);
  write(engine, INTERRUPTS, 1, 8);
  write(engine, CONTROL, 2, 1);
  write(engine, CHAIN, 8, 0x100n);
  write(engine, COUNT, 2, count);
  return { engine, memory };
}

describe('a copy engine', () => {
  it('does as many descriptors of its chain as it is told, and says which was the last', () => {
    const memory = new Memory();
    memory.bytes.set([1, 2, 3, 4], 0x1000);
    const second = { source: 0x2000n, destination: 0x3001n, length: 3 };
    const third = { destination: 0x4000n };
    const { engine } = run([{}, second, third], 2, memory);
    assert.deepEqual([...memory.bytes.subarray(0x2000, 0x2004)], [1, 2, 3, 4]);
    assert.deepEqual([...memory.bytes.subarray(0x3000, 0x3005)], [0, 1, 2, 3, 0]);
    assert.equal(memory.bytes[0x4000], 0);
    assert.equal(status(engine), 0x140n | BigInt(DONE));
    write(engine, COUNT, 2, 3);
    assert.equal(memory.bytes[0x4000], 1);
  });

  it('goes round a chain that ends in itself', () => {
    const { engine } = run([{ next: 0x100n }], 0xffff);
    assert.equal(status(engine), 0x100n | BigInt(DONE));
  });

  const halting: readonly [why: string, descriptor: Descriptor, error: number][] = [
    ['its source is refused', { source: 0xfff8n }, 0x100],
    ['its destination is refused', { destination: 0xfff8n }, 0x200],
    ['it is no copy', { control: 0x87 << 24 }, 0x400],
    ['it is longer than the device takes', { length: 4097 }, 0x800],
  ];
  for (const [why, descriptor, error] of halting) {
    it(`halts at a descriptor where ${why}`, () => {
      const { engine, memory } = run([descriptor, { destination: 0x5000n }], 2);
      assert.equal(Number(status(engine) & 7n), HALTED);
      assert.equal(new DataView(engine.read(ERROR, 4).buffer).getUint32(0, true), error);
      assert.equal(memory.bytes[0x5000], 0);
      write(engine, ERROR, 2, error);
      assert.equal(engine.read(ERROR, 2)[1], 0);
    });
  }

  it('sends nothing while it is no bus master', () => {
    const memory = new Memory();
    memory.isBusMaster = false;
    memory.bytes[0x1000] = 9;
    const { engine } = run([{}], 1, memory);
    assert.equal(memory.bytes[0x2000], 0);
    assert.equal(Number(status(engine) & 7n), HALTED);
  });
});

describe('the channel of a copy engine', () => {
  it('interrupts once for each time that it is armed, where a descriptor asks for it', () => {
    assert.equal(run([{}, {}], 2).memory.interrupts, 0);
    const { engine, memory } = run([{ control: 1 }, { control: 1 }, { control: 1 }], 2);
    assert.equal(memory.interrupts, 1);
    write(engine, CONTROL, 2, 1);
    write(engine, COUNT, 2, 3);
    assert.equal(memory.interrupts, 2);
  });

  it('is suspended and reset by its command register, which reads as 0', () => {
    const { engine } = run([{}], 1);
    write(engine, COMMAND, 1, 0x04);
    assert.equal(Number(status(engine) & 7n), SUSPENDED);
    write(engine, COMMAND, 1, 0x20);
    assert.equal(Number(status(engine) & 7n), HALTED);
    assert.deepEqual([...engine.read(COMMAND, 1)], [0]);
    write(engine, COMMAND, 1, 0x04);
    assert.equal(Number(status(engine) & 7n), HALTED);
  });

  it('reads zeros where it has no register, and takes nothing there', () => {
    const { engine } = run([], 0);
    engine.write(0x1000n, Uint8Array.of(1));
    assert.deepEqual([...engine.read(0x1000n, 2)], [0, 0]);
    assert.equal(engine.read(8n, 1)[0], 0x33);
  });
});
