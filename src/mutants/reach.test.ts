import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ } from '#uapi/mman.ts';

import { mutants, type Mutant } from './mutant.ts';
import { Reach } from './reach.ts';

const [ofIds, ofUnits] = mutants(
  {
    ...{ id: 'SEED-0001', breaks: ['OBJ-01'], story: 'Ids.', like: 'nothing' },
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        override mmap(...parameters: Parameters<InstanceType<typeof mm.AddressSpace>['mmap']>) {
          return super.mmap(...parameters);
        }
      },
  },
  {
    ...{ id: 'SEED-0002', breaks: ['OBJ-01'], story: 'Units.', like: 'nothing' },
    bug: ({ amdvi }) => class extends amdvi.AmdIommuUnit {},
  },
) as readonly [Mutant, Mutant];

test('a run reaches what it calls: memory, but no VT-d on a machine of mock devices', async () => {
  const reach = new Reach();
  const [mock] = await reach.reference.machines({});
  assert.ok(mock);
  const options = { machine: mock.name, timeoutMs: 1000, settings: {} };
  const machine = await reach.reference.start(options);
  assert.deepEqual([reach.includes(ofIds), reach.includes(ofUnits)], [false, false]);
  const process = await machine.newProcess();
  await process.mmap({
    ...{ length: 0x1000n, protection: PROT_READ, flags: MAP_PRIVATE | MAP_ANONYMOUS, fd: -1 },
    ...{ address: 0n, offset: 0n },
  });
  assert.deepEqual([reach.includes(ofIds), reach.includes(ofUnits)], [true, false]);
});
