import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import { complaintsIn, KernelConsole } from './console.ts';

const warning = [
  'DMAR: DRHD: handling fault status reg 2',
  '------------[ cut here ]------------',
  'WARNING: CPU: 0 PID: 71 at drivers/x.c:7 f+0x1/0x2',
  'Call Trace:',
  ' g+0x3/0x4',
  '---[ end trace 0000000000000000 ]---',
  'all is well',
];

describe('the console of a kernel', () => {
  it('has complaints with what belongs to them', () => {
    assert.deepEqual(complaintsIn(warning), warning.slice(2, 6));
    assert.deepEqual(complaintsIn(['BUG: a', 'x']), ['BUG: a', 'x']);
    assert.deepEqual(complaintsIn(['DEBUG: nothing', 'reboot: Power down']), []);
  });

  it('tells each complaint once, and nothing of its marks', async () => {
    const stream = new PassThrough();
    const console = new KernelConsole(stream);
    const arrival = console.arrival('mark 1.');
    stream.write(`${warning.join('\r\n')}\r\n`);
    stream.write('[ 1.0] mark 1.\n');
    await arrival;
    assert.equal(console.complaints().length, 4);
    assert.deepEqual(console.complaints(), []);
    assert.deepEqual(console.tail(), warning);
  });
});
