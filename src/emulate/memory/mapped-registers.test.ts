import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MappedRegisters } from './mapped-registers.ts';
import type { RegisterArea } from './mapped-registers.ts';

/** Four pages of registers of which each says which access it got. */
function area(
  changes: Partial<RegisterArea> = {},
): RegisterArea & { log: string[]; count: number } {
  const log: string[] = [];
  const made = {
    ...{ start: 0x10_0000n, end: 0x10_4000n, offset: 0x1000n, readable: true, writable: true },
    log,
    count: 1,
    holder: { get: () => void made.count++, put: () => void made.count-- },
    region: {
      size: 0x8000n,
      address: 0x4000_0000n,
      read(offset: bigint, length: number) {
        log.push(`read ${offset.toString(16)} ${length}`);
        return new Uint8Array(length).fill(Number(offset & 0xffn));
      },
      write(offset: bigint, bytes: Uint8Array) {
        log.push(`write ${offset.toString(16)} ${bytes.join(' ')}`);
      },
    },
    ...changes,
  };
  return made;
}

function registersWith(one: RegisterArea): MappedRegisters {
  const registers = new MappedRegisters();
  registers.add(one);
  return registers;
}

describe('registers in the memory of a process', () => {
  it('get each access once, at its place in the region', () => {
    const one = area();
    const registers = registersWith(one);
    assert.deepEqual(registers.load(0x10_0004n, 4), new Uint8Array(4).fill(4));
    assert.equal(registers.store(0x10_2000n, Uint8Array.of(1, 2)), 'done');
    assert.deepEqual(one.log, ['read 1004 4', 'write 3000 1 2']);
    assert.equal(registers.load(0x10_4000n, 1), undefined);
    assert.equal(registers.load(0x10_3fffn, 2), undefined);
  });

  it('refuse what the mapping does not allow, and nothing of it reaches the device', () => {
    const one = area({ writable: false });
    assert.equal(registersWith(one).store(0x10_0000n, Uint8Array.of(1)), 'SIGSEGV');
    assert.deepEqual(one.log, []);
  });

  it('answer with SIGBUS where nobody does', () => {
    const { region } = area();
    const silent = area({ region: { ...region, fault: () => 'SIGBUS' } });
    const registers = registersWith(silent);
    assert.equal(registers.load(0x10_0000n, 4), 'SIGBUS');
    assert.equal(registers.store(0x10_0000n, Uint8Array.of(1)), 'SIGBUS');
    assert.equal(registers.frame(0x10_0000n, false), undefined);
  });

  it('keep what holds them as long as a part is mapped', () => {
    const one = area();
    const registers = registersWith(one);
    registers.remove(0x10_1000n, 0x10_2000n);
    assert.equal(one.count, 2);
    assert.equal(registers.at(0x10_1000n), undefined);
    registers.load(0x10_2000n, 1);
    registers.load(0x10_0fffn, 1);
    assert.deepEqual(one.log, ['read 3000 1', 'read 1fff 1']);
    registers.remove(0n, 0x10_1000n);
    assert.equal(one.count, 1);
    registers.remove(0n, 1n << 47n);
    assert.equal(one.count, 0);
  });

  it('have frames where the device is on the bus', () => {
    const registers = registersWith(area());
    assert.equal(registers.frame(0x10_2000n, true), 0x4_0003n);
    assert.equal(registers.frame(0x10_4000n, true), undefined);
  });
});
