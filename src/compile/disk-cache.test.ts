import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { DiskCache } from './disk-cache.cjs';

interface Made {
  readonly outputText: string;
  readonly sourceMapText: string;
}

interface Transpiler {
  transpile(text: string, place: { readonly fileName: string }): Made;
}

/** Plain JavaScript, without types. */
const { create } = createRequire(__filename)('./transpiler.cjs') as {
  create(options: object): Transpiler;
};

const made = { outputText: 'exports.a = "ä\n";', sourceMapText: '{}' };

test('what was written is there for another process', () => {
  const folder = temporaryFolder();
  new DiskCache(folder).write('one', made);
  deepEqual(new DiskCache(folder).read('one'), made);
  equal(new DiskCache(folder).read('other'), undefined);
  deepEqual(readdirSync(folder), ['one'], 'nothing else is left there');
});

test('an entry that was cut off or changed is none', () => {
  const folder = temporaryFolder();
  const cache = new DiskCache(folder);
  cache.write('one', made);
  const file = join(folder, 'one');
  const whole = readFileSync(file, 'utf8');
  for (const bad of [
    '',
    whole.slice(0, -1),
    whole.slice(0, 20),
    whole.replace('exports', 'imports'),
    'x',
  ]) {
    writeFileSync(file, bad);
    equal(cache.read('one'), undefined, bad);
  }
});

test('the oldest entries go', () => {
  const folder = temporaryFolder();
  const cache = new DiskCache(folder, 10);
  for (let entry = 0; entry < 11; entry += 1) cache.write(`entry ${entry}`, made);
  cache.prune();
  ok(readdirSync(folder).length <= 10);
  for (let entry = 0; entry < 5; entry += 1) cache.write(`later ${entry}`, made);
  cache.prune();
  ok(readdirSync(folder).includes('later 4'));
});

test('where nothing can be written nothing is kept', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const cache = new DiskCache(join(file, 'below'));
  cache.write('one', made);
  equal(cache.read('one'), undefined);
});

/** A transpiler on a compiler that counts; `target` stands for any option. */
function transpiler(folder: string, target: string, count: () => void): Transpiler {
  const transformSync = (text: string): object => {
    // Asked for nothing, it is only tried.
    if (text !== '') count();
    return { code: `${target}: ${text}`, map: '{}' };
  };
  const service = { config: { options: { target } } };
  return create({ folder, swc: { transformSync }, service, nodeModuleEmitKind: 'nodecjs' });
}

test('a file is compiled once, and again where its text, its name or an option differs', () => {
  const folder = temporaryFolder();
  let compiled = 0;
  const compile = (text: string, fileName: string, target = 'es2022'): string =>
    transpiler(folder, target, () => (compiled += 1)).transpile(text, { fileName }).outputText;
  equal(compile('a', 'a.ts'), 'es2022: a');
  equal(compile('a', 'a.ts'), 'es2022: a');
  equal(compiled, 1);
  equal(compile('b', 'a.ts'), 'es2022: b');
  equal(compile('a', 'b.ts'), 'es2022: a');
  equal(compile('a', 'a.ts', 'es2023'), 'es2023: a');
  equal(compiled, 4);
});
