import assert from 'node:assert/strict';
import test from 'node:test';

import { xml } from './xml.ts';

test('elements are indented, text stands as it is, and an element without content is closed at once', () => {
  const leaf = { name: 'leaf', content: 'two\nlines ' };
  const root = { name: 'root', attributes: { n: 1 }, content: [leaf, { name: 'empty' }] };
  assert.equal(
    xml(root),
    '<?xml version="1.0" encoding="UTF-8"?>\n<root n="1">\n  <leaf>two\nlines </leaf>\n  <empty/>\n</root>',
  );
});

test('markup is escaped, and so is what looks escaped already', () => {
  const root = { name: 'a', attributes: { b: '"&<>' }, content: '<c d="e">&amp;' };
  assert.match(xml(root), /<a b="&quot;&amp;&lt;&gt;">&lt;c d="e"&gt;&amp;amp;<\/a>$/);
});

test('what XML 1.0 has no way to write is replaced, a pair of surrogates is kept', () => {
  const content = '\0\u001b\ufffe\ud83d.\ude00|\t\n\u{1f600}';
  const kept = '\ufffd\ufffd\ufffd\ufffd.\ufffd|\t\n\u{1f600}';
  assert.equal(xml({ name: 'a', content }).split('\n<a>')[1], `${kept}</a>`);
});
