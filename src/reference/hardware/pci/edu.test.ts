import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { EduRegisters } from './edu.ts';

const COMMAND_FETCH = 1n;
const COMMAND_PUT = 3n;
const BUFFER = 0x4_0000n;

class Setup {
  readonly memory = new Map<bigint, Uint8Array>();
  isBusMaster = true;
  readonly interrupts: (number | 'served')[] = [];
  readonly registers = new EduRegisters(this);

  interrupt(causes: number): void {
    this.interrupts.push(causes);
  }

  served(): void {
    this.interrupts.push('served');
  }

  dmaRead(iova: bigint, length: number): Uint8Array | 'blocked' {
    return this.memory.get(iova)?.slice(0, length) ?? 'blocked';
  }

  dmaWrite(iova: bigint, bytes: Uint8Array): undefined {
    this.memory.set(iova, bytes.slice());
  }

  run(source: bigint, destination: bigint, count: bigint, command: bigint): void {
    const bytes = new DataView(new ArrayBuffer(32));
    const values = [source, destination, count, command];
    values.forEach((value, index) => bytes.setBigUint64(index * 8, value, true));
    this.registers.write(0x80n, new Uint8Array(bytes.buffer));
  }
}

describe('the teaching device', () => {
  it('says what it is and inverts', () => {
    const { registers } = new Setup();
    registers.write(0n, Uint8Array.of(1, 2, 3, 4, 0xf0, 0, 0, 0));
    assert.deepEqual(registers.read(0n, 8), Uint8Array.of(0xed, 0, 0, 1, 0x0f, 0xff, 0xff, 0xff));
    assert.deepEqual(registers.read(0xf_fffcn, 4), new Uint8Array(4));
  });

  it('fetches and puts', () => {
    const setup = new Setup();
    setup.memory.set(0x1000n, Uint8Array.of(1, 2, 3));
    setup.run(0x1000n, BUFFER + 5n, 3n, COMMAND_FETCH);
    setup.run(BUFFER + 4n, 0x2000n, 4n, COMMAND_PUT);
    assert.deepEqual(setup.memory.get(0x2000n), Uint8Array.of(0, 1, 2, 3));
    assert.deepEqual(setup.registers.read(0x98n, 1), Uint8Array.of(2));
  });

  it('gets zeros where it may not read', () => {
    const setup = new Setup();
    setup.memory.set(0x1000n, Uint8Array.of(1));
    setup.run(0x1000n, BUFFER, 1n, COMMAND_FETCH);
    setup.run(0x3000n, BUFFER, 1n, COMMAND_FETCH);
    setup.run(BUFFER, 0x2000n, 1n, COMMAND_PUT);
    assert.deepEqual(setup.memory.get(0x2000n), Uint8Array.of(0));
  });

  it('does nothing outside its own memory, nor while it is no bus master', () => {
    const setup = new Setup();
    setup.run(BUFFER + 4095n, 0x2000n, 2n, COMMAND_PUT);
    setup.run(BUFFER - 1n, 0x2000n, 2n, COMMAND_PUT);
    setup.isBusMaster = false;
    setup.run(BUFFER, 0x2000n, 1n, COMMAND_PUT);
    assert.equal(setup.memory.size, 0);
  });

  it('has causes of an interrupt until the last one is acknowledged', () => {
    const setup = new Setup();
    const { registers, interrupts } = setup;
    const write = (offset: bigint, value: number): void =>
      registers.write(offset, Uint8Array.of(value, 0, 0, 0));
    write(0x60n, 5);
    write(0x24n, 0);
    write(0x64n, 1);
    assert.deepEqual(registers.read(0x24n, 4), Uint8Array.of(4, 0, 0, 0));
    assert.deepEqual(registers.read(0x60n, 8), new Uint8Array(8));
    write(0x64n, 4);
    assert.deepEqual(interrupts, [5, 'served']);
    setup.run(BUFFER, 0x2000n, 1n, COMMAND_PUT | 4n);
    assert.deepEqual(registers.read(0x24n, 4), Uint8Array.of(0, 1, 0, 0));
    assert.deepEqual(interrupts, [5, 'served', 0x100]);
  });
});
