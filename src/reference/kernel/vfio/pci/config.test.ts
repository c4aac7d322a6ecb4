import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MachineHardware } from '../../../machine/machine-hardware.ts';
import { defaultParts } from '../../../machine/parts.ts';
import { nestedVtdBoard } from '../../../machine/board.ts';
import { VfioPciConfig } from './config.ts';

function config(options: Parameters<MachineHardware['plug']>[0]): VfioPciConfig {
  const machine = new MachineHardware(defaultParts, nestedVtdBoard);
  return new VfioPciConfig(machine.plug(options).pci.configuration);
}

test('the capability of PASIDs is hidden from a user, the others are not', () => {
  const user = config({ pasidBits: 20, pageRequests: true });
  assert.deepEqual([...user.read(0x110n, 4)], [0x13, 0, 1, 0]);
  assert.deepEqual([...user.read(0x120n, 8)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...user.read(0x111n, 3)], [0, 1, 0]);
  assert.deepEqual([...config({ pageRequests: true }).read(0x110n, 4)], [0x13, 0, 1, 0]);
});

test('a user writes no extended capability', () => {
  const user = config({ pasidBits: 20, pageRequests: true });
  assert.deepEqual([...user.read(0x114n, 2)], [1, 0]);
  user.write(0x114n, Uint8Array.of(0, 0));
  assert.deepEqual([...user.read(0x114n, 2)], [1, 0]);
  user.write(4n, Uint8Array.of(6));
  assert.deepEqual([...user.read(4n, 1)], [6]);
});

test('a space of 256 bytes ends there', () => {
  const user = config({});
  assert.equal(user.size, 256n);
  assert.equal(user.read(0n, 256).length, 256);
});
