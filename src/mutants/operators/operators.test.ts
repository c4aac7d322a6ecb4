import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';

import ts from 'typescript';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { staleEntries } from './equivalents.ts';
import { instrument } from './instrument.ts';
import { Likely } from './likely.ts';
import { change, folderOf, keyOf, type Mutation } from './mutation.ts';
import { isAlive, scoreOf, scoresOf, scoreTable, type End, type Measured } from './record.ts';
import { sample, shard } from './sample.ts';

const source = `
const LIMIT = 3 < 4;

/** The lowest free one. OBJ-01 03 */
export class Pool {
  /** IOAS-MAP-02 */
  take(a: number): boolean {
    return a < 3 && a < 4;
  }

  get name(): string {
    return 'some text';
  }
}

/** HWPT-07 */
export const twice = (a: number): number => a + a;

export function isBelow(a: number): boolean {
  // PIN-05
  return a < LIMIT_OF_ALL;
}
const LIMIT_OF_ALL = 5;
`;

async function instrumented(text = source) {
  const file = join(temporaryFolder(), 'some.ts');
  writeFileSync(file, text);
  return { file, ...(await instrument([file])) };
}

test('a mutation is told by file, function, change and requirements', async () => {
  const { mutations, strings } = await instrumented();
  assert.equal(strings, 1);
  const seen = mutations
    .filter(({ operator }) => ['EqualityOperator', 'ArithmeticOperator'].includes(operator))
    .map(({ line, where, nth, requirements, ...rest }) =>
      [line, where, change(rest), nth, ...requirements].join(' '),
    );
  assert.deepEqual(seen.slice(0, 4), [
    '2 LIMIT 3 < 4 → 3 <= 4 1',
    '2 LIMIT 3 < 4 → 3 >= 4 1',
    '8 Pool.take a < 3 → a <= 3 1 IOAS-MAP-02',
    '8 Pool.take a < 3 → a >= 3 1 IOAS-MAP-02',
  ]);
  assert.ok(seen.includes('17 twice a + a → a - a 1 HWPT-07'), seen.join('\n'));
  assert.ok(seen.includes('21 isBelow a < LIMIT_OF_ALL → a <= LIMIT_OF_ALL 1 PIN-05'));
});

test('what the reference asserts of itself is left out', async () => {
  const text =
    "import { invariant } from './a.ts';\nexport const f = (a: number) => invariant(a < 1, `${a + 1}`);\n";
  const { mutations, assertions } = await instrumented(text);
  assert.deepEqual(
    mutations.filter(({ before }) => /[<+]/.test(before) && !before.includes('invariant')),
    [],
  );
  assert.ok(assertions > 2, `${assertions} of assertions`);
});

test('a class names the requirements of what names none itself', async () => {
  const { mutations } = await instrumented();
  const getter = mutations.find(({ where }) => where === 'Pool.name');
  assert.deepEqual(getter?.requirements, ['OBJ-01', 'OBJ-03']);
});

test('lines may move, and the key of a mutation stays; two of the same have two keys', async () => {
  const text = 'export const f = (a: number) => [a < 1, a < 1];\n';
  const before = await instrumented(text);
  const after = await instrumented(`\n\n${text}`);
  const keys = ({ file, mutations }: typeof before): string[] =>
    mutations.map((each) => keyOf(each).replace(file, ''));
  assert.deepEqual(keys(before), keys(after));
  assert.equal(new Set(keys(before)).size, keys(before).length);
});

test('all mutations are in one program, and are switched on one after the other', async () => {
  const { file, sources, mutations } = await instrumented();
  const { outputText } = ts.transpileModule(sources.get(file) ?? '', {
    compilerOptions: { module: ts.ModuleKind.CommonJS },
  });
  const switches: { activeMutant?: string } = {};
  const context = { exports: {} as { twice?: (a: number) => number }, __stryker__: switches };
  vm.runInNewContext(outputText, context);
  const { twice } = context.exports;
  assert.equal(twice?.(4), 8);
  const { id = '' } = mutations.find(({ after }) => after === 'a - a') ?? {};
  switches.activeMutant = id;
  assert.equal(twice(4), 0);
  delete switches.activeMutant;
  assert.equal(twice(4), 8);
});

function mutation(where: string, nth = 1): Mutation {
  const file = 'src/reference/kernel/lib/math.ts';
  const rest = { line: 1, operator: 'O', before: 'a', after: 'b', requirements: [] };
  return { id: `${where}${nth}`, file, where, nth, ...rest };
}

const many = Array.from({ length: 40 }, (_, index) => mutation('f', index + 1));

test('the same seed draws the same sample, and another seed another one', () => {
  assert.deepEqual(sample(many, 10, '1'), sample(many, 10, '1'));
  assert.notDeepEqual(sample(many, 10, '1'), sample(many, 10, '2'));
  assert.deepEqual(sample(many, 10, '1'), sample(many, 20, '1').slice(0, 10));
  assert.equal(sample(many, 100, '1').length, 40);
});

test('a mutation that is gone takes one out of a sample, and no other', () => {
  const before = sample(many, 10, '1');
  const [gone] = before;
  const after = new Set(
    sample(
      many.filter((each) => each !== gone),
      10,
      '1',
    ),
  );
  assert.equal(before.filter((each) => after.has(each)).length, 9);
});

test('shards share all out', () => {
  const parts = [1, 2, 3].map((index) => shard(many, index, 3));
  assert.deepEqual(
    parts.map((part) => part.length),
    [14, 13, 13],
  );
  assert.deepEqual(new Set(parts.flat()), new Set(many));
});

test('who killed a neighbour is asked first, then who shows its requirements, then who reaches least', () => {
  const breadths = [9, 5, 7, 1, 8];
  const likely = new Likely(
    breadths.map((breadth, index) => ({ breadth, requirements: [`OBJ-0${index}`] })),
  );
  const here = mutation('f');
  assert.deepEqual(likely.order(here, [0, 1, 2, 3]), [3, 1, 2, 0]);
  likely.killed(mutation('g'), 0);
  likely.killed(mutation('f', 2), 2);
  assert.deepEqual(likely.order(here, [0, 1, 2, 3]), [2, 0, 3, 1]);
  assert.deepEqual(likely.order(here, [1, 3]), [3, 1]);
  const named = { ...here, requirements: ['OBJ-04'] };
  assert.deepEqual(likely.order(named, [0, 1, 2, 3, 4]), [2, 4, 0, 3, 1]);
});

test('an entry of the list that is about nothing is stale; one about a file that was left out is not', () => {
  const { file, where, operator, before, after } = mutation('f');
  const entry = { file, where, operator, before, after, reason: 'an assertion' };
  assert.deepEqual(staleEntries(many, [entry]), []);
  const moved = { ...entry, before: 'c' };
  const elsewhere = { ...entry, file: 'src/reference/kernel/lib/other.ts' };
  assert.deepEqual(staleEntries(many, [entry, moved, elsewhere]), [moved]);
});

function measured(file: string, end: End, equivalent?: string): Measured {
  const { id: _, ...rest } = mutation('f');
  return { ...rest, file, end, reached: 1, ...(equivalent !== undefined && { equivalent }) };
}

const lib = 'src/reference/kernel/lib/math.ts';
const mm = 'src/reference/kernel/mm/vma.ts';
const mixed = [
  measured(lib, 'killed'),
  measured(lib, 'survived'),
  measured(lib, 'survived', 'an assertion'),
  measured(mm, 'crashed'),
  measured(mm, 'timed out'),
  measured(mm, 'not reached'),
];

test('what is equivalent does not count, what nobody reaches does', () => {
  const { score, equivalent, of } = scoreOf('all', mixed);
  assert.equal(score, 3 / 5);
  assert.equal(equivalent, 1);
  assert.equal(of.survived, 1);
  assert.deepEqual(mixed.map(isAlive), [false, true, false, false, false, true]);
  assert.equal(scoreOf('none', []).score, 1);
});

test('a folder has a row, and all of them together', () => {
  const folders = scoresOf(mixed).map(({ folder, score }) => [folder, score.toFixed(2)]);
  assert.deepEqual(folders, [
    ['kernel/lib', '0.50'],
    ['kernel/mm', '0.67'],
    ['all', '0.60'],
  ]);
  assert.equal(folderOf(mutation('f')), 'kernel/lib');
  assert.deepEqual(scoreTable(scoresOf(mixed)).at(-1), [
    'all',
    '6',
    '1',
    '1',
    '1',
    '1',
    '1',
    '1',
    '60.0 %',
  ]);
});
