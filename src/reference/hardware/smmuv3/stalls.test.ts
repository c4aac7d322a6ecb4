import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Resumed } from '#formats/smmuv3/commands.ts';

import { Stalls } from './stalls.ts';

test('a device that is pulled out leaves its numbers, and what others wait for', () => {
  const stalls = new Stalls();
  const told: string[] = [];
  const hold = (rid: number): number => {
    const waiter = { held: () => undefined, released: (how: string) => told.push(`${rid} ${how}`) };
    return stalls.hold({ rid, waiter });
  };
  assert.deepEqual([8, 16, 8].map(hold), [0, 1, 2]);
  stalls.forget(8);
  assert.deepEqual([24, 24].map(hold), [0, 2]);
  for (const tag of [0, 1, 2]) stalls.resume({ stream: 8, tag, response: Resumed.Retry });
  assert.deepEqual(told, []);
  stalls.resume({ stream: 16, tag: 1, response: Resumed.Retry });
  assert.deepEqual(told, ['16 try again']);
});
