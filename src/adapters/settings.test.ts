import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Settings } from '#port/setting.ts';
import { AdapterError } from './checked.ts';
import { adapterNames, loadAdapter } from './registry.ts';
import { settingFlaw, settingLines } from './settings.ts';

const known: Settings = {
  kernel: { takes: 'path', says: 'its file' },
  layout: { takes: 'number', says: 'where memory lies' },
  says: { takes: ['yes', 'no'], says: 'what each call returns' },
};

const flaws: readonly [given: Record<string, string>, flaw: string | undefined][] = [
  [{}, undefined],
  [{ kernel: './bzImage', layout: '0', says: 'no' }, undefined],
  [
    { kernal: '6.12' },
    'adapter mine has no option "kernal"; did you mean "kernel"? It has kernel, layout, says',
  ],
  [{ kernel: '' }, 'adapter mine does not take kernel=: it takes kernel=<path>'],
  [{ layout: '-1' }, 'adapter mine does not take layout=-1: it takes layout=<number>'],
  [{ says: 'maybe' }, 'adapter mine does not take says=maybe: it takes says=yes|no'],
  [
    { toString: '1' },
    'adapter mine has no option "toString"; did you mean "kernel"? It has kernel, layout, says',
  ],
];

for (const [given, flaw] of flaws) {
  test(`${JSON.stringify(given)} is ${flaw === undefined ? 'allowed' : 'refused'}`, () => {
    assert.equal(settingFlaw('mine', known, given), flaw);
  });
}

test('an adapter without options has none to be meant', () => {
  assert.equal(
    settingFlaw('mine', {}, { kernel: '1' }),
    'adapter mine has no option "kernel"; it has none',
  );
});

test('a line for each tells its form', () => {
  assert.deepEqual(settingLines(known), [
    'kernel=<path>    its file',
    'layout=<number>  where memory lies',
    'says=yes|no      what each call returns',
  ]);
});

const root = join(__dirname, '../..');
const modules = ['src/mutants/adapter.ts', 'examples/adapter-module/traced.ts'];

for (const name of [...adapterNames, ...modules.map((path) => join(root, path))]) {
  test(`${name} refuses an option that it does not know, before it does anything`, async () => {
    const adapter = await loadAdapter(name);
    const settings = { 'no-such-option': '1' };
    const isRefused = (error: unknown): boolean =>
      error instanceof AdapterError && error.message.includes('no option "no-such-option"');
    await assert.rejects(adapter.machines(settings), isRefused);
    await assert.rejects(adapter.start({ machine: 'x', timeoutMs: 1, settings }), isRefused);
  });
}
