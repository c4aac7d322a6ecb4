import assert from 'node:assert/strict';
import { test } from 'node:test';

import { divide } from './unit.ts';

const texts: Readonly<Record<string, string>> = {
  'a.test.ts': "import { spawn } from 'node:child_process';",
  'b.test.ts': "process.env['HOME'] = folder;",
  'src/adapters/wire/c.test.ts': '',
  'd.test.ts': '',
  'e.test.ts': '',
  'f.test.ts': '',
};

test('files share processes, unless they change their process or wait for others', () => {
  const { alone, groups } = divide(Object.keys(texts), (file) => texts[file] ?? '', 2);
  assert.deepEqual(alone, ['a.test.ts', 'b.test.ts', 'src/adapters/wire/c.test.ts']);
  assert.deepEqual(groups, [['d.test.ts', 'f.test.ts'], ['e.test.ts']]);
});

test('there is no process without a file', () => {
  assert.deepEqual(divide(['d.test.ts'], () => '', 3).groups, [['d.test.ts']]);
});
