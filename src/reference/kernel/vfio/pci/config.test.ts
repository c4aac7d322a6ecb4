import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MachineHardware } from '../../../machine/machine-hardware.ts';
import { defaultParts } from '../../../machine/parts.ts';
import { nestedVtdBoard } from '../../../machine/board.ts';
import type { Task } from '../../fs/process.ts';
import { VfioPciConfig } from './config.ts';
import { PciFunction } from './pci-function.ts';

const EFAULT = -14;

/** A configuration space, and the memory of who uses it. */
function setUp(options: Parameters<MachineHardware['plug']>[0]) {
  const pci = new PciFunction(new MachineHardware(defaultParts, nestedVtdBoard).plug(options));
  const events: string[] = [];
  const config = new VfioPciConfig(defaultParts, pci, {
    memoryGoes: () => void events.push('memory goes'),
    memoryIsBack: () => void events.push('memory is back'),
    maskIntx: (isMasked) => void events.push(`INTx ${isMasked}`),
    setPowerState: (state) => void events.push(`D${state}`),
    resetFunction: () => void events.push('reset'),
    msi: { isActive: false, queueMax: 0 },
  });
  const memory = new Uint8Array(4096);
  const task = {
    memory: {
      copyToUser: (address: bigint, bytes: Uint8Array) => memory.set(bytes, Number(address)),
      copyFromUser: (address: bigint, length: number) =>
        memory.slice(Number(address), Number(address) + length),
    },
  } as unknown as Task;
  const read = (at: number, length: number): number | number[] => {
    const result = config.read({ task, address: 0n, length }, BigInt(at));
    return result < 0 ? result : [...memory.subarray(0, length)];
  };
  const write = (at: number, ...bytes: number[]): number => {
    memory.set(bytes);
    return config.write({ task, address: 0n, length: bytes.length }, BigInt(at));
  };
  return { pci, events, read, write };
}

test('the list of extended capabilities leaves out that of PASIDs, whose bytes are the device’s own', () => {
  const { read } = setUp({ pasidBits: 20, pageRequests: true });
  assert.deepEqual(read(0x110, 4), [0x13, 0, 1, 0]);
  assert.deepEqual(read(0x120, 8), [0x1b, 0, 1, 0, 6, 20, 7, 0]);
  assert.deepEqual(read(0x111, 3), [0, 1, 0]);
  assert.deepEqual(setUp({ pageRequests: true }).read(0x110, 4), [0x13, 0, 1, 0]);
});

test('a user writes no extended capability that the driver knows', () => {
  const { read, write } = setUp({ pasidBits: 20, pageRequests: true });
  assert.deepEqual(read(0x114, 2), [1, 0]);
  assert.equal(write(0x114, 0, 0), 2);
  assert.deepEqual(read(0x114, 2), [1, 0]);
});

test('a space of 256 bytes ends there', () => {
  const { read } = setUp({});
  assert.equal(read(0x100, 1), EFAULT);
  assert.equal(read(0xff, 2), EFAULT);
});

test('the command register reaches the device, and its own bit of interrupts the driver', () => {
  const { pci, events, read, write } = setUp({});
  write(4, 6, 4);
  assert.equal(pci.command, 6);
  assert.deepEqual(read(4, 2), [6, 4]);
  assert.deepEqual(events, ['INTx true', 'memory is back'].reverse());
  write(5, 0);
  assert.deepEqual(events.slice(2), ['INTx false']);
});

test('a BAR tells its size, and stays where it is', () => {
  const { pci, read, write } = setUp({});
  const before = read(0x10, 4);
  write(0x10, 0xff, 0xff, 0xff, 0xff);
  assert.deepEqual(read(0x10, 4), [0, 0, 0xf0, 0xff]);
  assert.deepEqual([...pci.read(0x10, 4)], before);
  write(0x14, 0xff, 0xff, 0xff, 0xff);
  assert.deepEqual(read(0x14, 4), [0, 0, 0, 0]);
});
