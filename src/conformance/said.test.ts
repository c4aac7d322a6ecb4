import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bounded, keptBytes, readable, visible } from './said.ts';

test('a text of 64 KiB is kept whole, of a longer one the beginning', () => {
  const whole = 'x'.repeat(keptBytes);
  assert.equal(bounded(whole), whole);
  const cut = `${whole}… and 1,234,567 more bytes`;
  assert.equal(bounded('x'.repeat(keptBytes + 1_234_567)), cut);
  assert.equal(bounded(cut), cut);
});

test('no character is cut in two', () => {
  const euros = '€'.repeat(keptBytes);
  const kept = Math.floor(keptBytes / 3);
  const more = ((keptBytes - kept) * 3).toLocaleString('en');
  assert.equal(bounded(euros), `${'€'.repeat(kept)}… and ${more} more bytes`);
});

const shown: readonly [text: string, as: string][] = [
  ['plain äöü € 漢字 😀\n\ttext', 'plain äöü € 漢字 😀\n\ttext'],
  ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['over\rwritten\b', 'over\\x0dwritten\\x08'],
  ['\u0085\u009b2J', '\\x85\\x9b2J'],
  ['\u202etxet\u2066', '\\u202etxet\\u2066'],
  ['no\u200bwidth\ufeff', 'no\\u200bwidth\\ufeff'],
  ['line\u2028line\u2029', 'line\\u2028line\\u2029'],
  ['half \ud800', 'half \\ud800'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
];

for (const [text, as] of shown) {
  test(`${JSON.stringify(text)} is shown as ${as}`, () => {
    assert.equal(visible(text), as);
    assert.equal(readable(text), as);
  });
}
