import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadAdapter } from '#adapters/registry.ts';
import { GuestTrial } from '#second-reading/trials/smmuv3-guest.ts';
import { compareElsewhere } from './elsewhere.ts';

const plan = { settings: {}, seed: 1, tables: 12, accesses: 12, parallel: 2, say: () => undefined };

test('the SMMUv3 of the reference walks tables of a guest as the second reading does', async () => {
  const report = await compareElsewhere({
    ...plan,
    implementation: await loadAdapter('reference'),
  });
  assert.deepEqual(report.differences, []);
  assert.equal(report.accesses, plan.tables * plan.accesses);
  assert.ok(report.through > 20 && report.events.size >= 3);
});

test('an access that leads elsewhere is told, with what repeats it', async (context) => {
  const read = GuestTrial.prototype.read;
  context.mock.method(GuestTrial.prototype, 'read', function (this: GuestTrial, access: never) {
    const found = read.call(this, access);
    return 'to' in found ? { ...found, word: found.word + 8n, to: found.to + 8n } : found;
  });
  const report = await compareElsewhere({
    ...plan,
    implementation: await loadAdapter('reference'),
  });
  assert.match(report.differences[0] ?? '', /^seed 1, tables \d+, a (read|write) at 0x\w+: the/);
});
