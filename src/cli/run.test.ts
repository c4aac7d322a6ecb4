import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import {
  conformance,
  fixtureReports,
  resultIn,
  runFixture,
  start,
  startFixture,
} from './fixtures/conformance.ts';
import type { Ended } from './fixtures/conformance.ts';

import type { Result, ScenarioResult } from '#report/result.ts';

const calls = 'src/cli/fixtures/features/calls';
const honesty = 'src/cli/fixtures/features/honesty';
const waits = 'src/cli/fixtures/broken/waits.feature';

const python = spawnSync('python3', ['--version']).status === 0;

function assertRefused({ code, output, complaint }: Ended, because: RegExp): void {
  assert.match(complaint, because);
  assert.equal(code, 2, output + complaint);
}

test('a run in which nothing fails exits with 0 and leaves every report', () => {
  const folder = temporaryFolder();
  const { code, output } = runFixture(folder, calls);
  assert.equal(code, 0, output);
  assert.match(output, /^total +7 +6 +0 +1$/m);
  const files = ['result.json', 'result.ktap', 'junit.xml', 'messages.ndjson'];
  for (const file of files) assert.ok(existsSync(join(fixtureReports(folder), file)), file);
  assert.equal(existsSync(join(fixtureReports(folder), 'allure-results')), false, '--no-html');
});

test('a run with a failure exits with 1', () => {
  assert.equal(runFixture(temporaryFolder(), honesty, '--only', 'ABI-07').code, 1);
});

test('known failures do not fail a run, also of an implementation that dies', () => {
  const folder = temporaryFolder();
  const known = ['--known-failures', 'src/cli/fixtures/known-failures.txt'];
  const { code, output } = runFixture(folder, honesty, '--only', 'ABI-07,ABI-14,ABI-18', ...known);
  assert.equal(code, 0, output);
  assert.equal(resultIn(fixtureReports(folder)).counts['known-failure'], 3);
});

test('an unexpected pass fails a run', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'known.txt');
  writeFileSync(file, '# It does not pass.\nABI-01\n');
  const { code, output } = runFixture(folder, calls, '--known-failures', file);
  assert.equal(code, 1, output);
  assert.match(output, /UNEXPECTED-PASS .*the plain case/);
});

test('a known failure that matches no requirement is refused', () => {
  const file = join(temporaryFolder(), 'known.txt');
  writeFileSync(file, '# Mistyped.\nIOAS-MPA-*\n');
  assertRefused(
    runFixture(temporaryFolder(), '--known-failures', file),
    /known\.txt:2: "IOAS-MPA-\*" matches no requirement/,
  );
});

test('a known-failures file that does not exist is refused', () => {
  assertRefused(
    runFixture(temporaryFolder(), '--known-failures', './none.txt'),
    /none\.txt cannot be read/,
  );
});

test('a selection without a scenario is refused', () => {
  assertRefused(runFixture(temporaryFolder(), '--only', 'ABI-30'), /no scenario is selected/);
});

test('an unknown requirement in --only is refused, and the nearest named', () => {
  assertRefused(runFixture(temporaryFolder(), '--only', 'IOAS-MPA'), /nearest: "IOAS-MAP"/);
});

test('an unknown profile is refused', () => {
  assertRefused(runFixture(temporaryFolder(), '--profile', 'bsae'), /no profile "bsae".*"base"/);
});

test('a path that does not exist is refused', () => {
  assertRefused(
    runFixture(temporaryFolder(), 'no-such.feature'),
    /no-such\.feature does not exist/,
  );
});

test('a run in which every scenario is skipped tells nothing', () => {
  const { code, complaint } = runFixture(temporaryFolder(), calls, '--only', 'ABI-05');
  assert.equal(code, 2);
  assert.match(complaint, /^nothing was tested: .*skipped \(only does not offer noiommu\)$/m);
});

test('a bisection goes past what is only broken, and is stopped by a failure', () => {
  const bisect = (only: string): number | null =>
    runFixture(temporaryFolder(), honesty, '--only', only, '--bisect').code;
  assert.equal(bisect('ABI-07'), 1);
  assert.equal(bisect('ABI-14'), 125);
  assert.equal(runFixture(temporaryFolder(), '--adapter', './none', '--bisect').code, 125);
});

test('an unknown tag in a file that is not of the suite is refused', () => {
  const stranger = 'src/cli/fixtures/broken/unknown-tag.feature';
  assertRefused(runFixture(temporaryFolder(), stranger), /unknown-tag\.feature:3: @IOAS-MPA-14/);
});

test('a mistyped command is told of', () => {
  assertRefused(runFixture(temporaryFolder(), 'compre'), /compre does not exist\n.*"compare"/);
  assertRefused(runFixture(temporaryFolder(), 'rnu'), /rnu does not exist\n.*"run"/);
});

test('an unknown tag is refused with file and line', () => {
  const config = ['--config', 'src/cli/fixtures/broken/unknown-tag.json'];
  const ended = runFixture(temporaryFolder(), ...config);
  assertRefused(
    ended,
    /unknown-tag\.feature:3: @IOAS-MPA-14 names no requirement; nearest: "IOAS-MAP-14"/,
  );
  assert.match(
    ended.complaint,
    /unknown-tag\.feature:7: @needs:dam names no feature; nearest: "dma"/,
  );
  assert.match(ended.complaint, /unknown-tag\.feature:11: @wip is neither/);
});

test('a feature file that Gherkin refuses is named with its line', () => {
  const config = ['--config', 'src/cli/fixtures/broken/unreadable.json'];
  assertRefused(runFixture(temporaryFolder(), ...config), /unreadable\.feature:5: /);
});

test('an adapter that does not exist is refused', () => {
  assertRefused(runFixture(temporaryFolder(), '--adapter', './none'), /no adapter \.\/none/);
});

const mistyped: readonly [adapter: string, option: string, says: RegExp][] = [
  ['linux-vm', 'kernal=6.12', /has no option "kernal"; did you mean "kernel"\?/],
  ['void', 'says=oui', /does not take says=oui: it takes says=yes\|no/],
  [
    'examples/adapter-python/iommufd_adapter.py',
    'kernl=6.12.0',
    /has no option "kernl"; did you mean "kernel"\?/,
  ],
];

for (const [adapter, option, says] of mistyped) {
  test(`${adapter} refuses ${option}`, { skip: !python && adapter.endsWith('.py') }, () => {
    const options = ['--adapter', adapter, '--adapter-option', option];
    assertRefused(runFixture(temporaryFolder(), ...options), says);
  });
}

test('a run that cannot start leaves the reports of the last one', () => {
  const folder = temporaryFolder();
  runFixture(folder, calls);
  const before = readFileSync(join(fixtureReports(folder), 'result.json'), 'utf8');
  assertRefused(runFixture(folder, calls, '--machine', 'none'), /has no machine/);
  assert.equal(readFileSync(join(fixtureReports(folder), 'result.json'), 'utf8'), before);
});

test('a machine that the adapter does not have is refused', () => {
  assertRefused(
    runFixture(temporaryFolder(), '--machine', 'none'),
    /has no machine "none"; it has only/,
  );
});

test('an adapter that ends before it says hello is refused', () => {
  const wire = ['--adapter', 'wire', '--adapter-option', 'command=false'];
  assertRefused(runFixture(temporaryFolder(), ...wire), /ended before it answered hello/);
});

test('a configuration that does not exist is refused', () => {
  assertRefused(runFixture(temporaryFolder(), '--config', 'none.json'), /none\.json/);
});

test('a tag expression that cannot be read is refused', () => {
  assertRefused(
    runFixture(temporaryFolder(), '--tags', '@a and'),
    /"\(@a and\)" could not be parsed/,
  );
});

test('a reports folder that cannot be written is refused', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  assertRefused(runFixture(file), /reports folder .* lies below something that is no folder/);
});

test('a full disk ends the run with a sentence', { skip: !existsSync('/dev/full') }, () => {
  const folder = temporaryFolder();
  mkdirSync(fixtureReports(folder));
  symlinkSync('/dev/full', join(fixtureReports(folder), 'messages.ndjson'));
  assertRefused(runFixture(folder, calls), /the disk is full/);
});

test('a wrong option is refused', () => {
  assertRefused(runFixture(temporaryFolder(), '--shard', '3/2'), /from 1 to n/);
});

/** Until the program has said so, and a moment longer. */
async function until(child: ChildProcess, words: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: Buffer) => {
      output += text.toString();
      if (output.includes(words)) setTimeout(resolve, 300);
    });
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} leaves the reports on what ran until then`, async () => {
    const folder = temporaryFolder();
    const child = startFixture(folder, waits);
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    await until(child, '3 scenarios in 1 features');
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, signal === 'SIGINT' ? 130 : 143);
    const result = resultIn(fixtureReports(folder));
    assert.equal(result.stopped, `interrupted by ${signal}`);
    assert.deepEqual(
      result.scenarios.map(({ outcome }) => outcome),
      ['pass', 'broken'],
    );
    assert.match(output, /stopped: interrupted/);
  });
}

test('a run that was killed leaves no result of an earlier one, and its reports can be recovered', async () => {
  const folder = temporaryFolder();
  runFixture(folder, calls);
  const child = startFixture(folder, waits);
  await until(child, '3 scenarios in 1 features');
  child.kill('SIGKILL');
  await once(child, 'close');
  const reports = fixtureReports(folder);
  assert.equal(existsSync(join(reports, 'result.json')), false);
  const { code, output } = conformance(['recover', reports, '--no-html']);
  assert.equal(code, 2, output);
  const { stopped, scenarios } = resultIn(reports);
  assert.equal(stopped, 'the run was killed');
  assert.deepEqual(
    scenarios.map(({ outcome }) => outcome),
    ['pass'],
  );
});

/** A run on the reference with something wrong: what became of the scenarios of these requirements. */
function runWrong(wrong: string, only: string): Result {
  const folder = temporaryFolder();
  const { code, output } = conformance([
    'run',
    ...['--adapter', './src/cli/fixtures/wrong.ts', '--adapter-option', `wrong=${wrong}`],
    ...['--reports', folder, '--no-html', '--timeout', '500', '--only', only],
  ]);
  assert.equal(code, 1, output);
  return resultIn(join(folder, 'wrong'));
}

function reasonsOf({ scenarios }: Result, kind: ScenarioResult['outcome']): string[] {
  const found = scenarios.filter(({ outcome }) => outcome === kind);
  return [...new Set(found.map(({ brokenBy, reason = '' }) => `${brokenBy ?? ''}: ${reason}`))];
}

test('an endless loop inside an implementation is ended, and the next scenarios run', () => {
  const result = runWrong('endless', 'OBJ-04,IOAS-ALLOC-01');
  assert.ok(result.counts.pass > 0 && result.counts.broken > 0, JSON.stringify(result.counts));
  assert.deepEqual(reasonsOf(result, 'broken'), [
    'implementation: ImplementationHung: it did not come back within 500 ms, and was ended',
    'implementation: Before hook: ImplementationBroken: machine vt-d was given up: it hung 3 times in a row',
  ]);
});

test('a positive result of a command that returns none is a finding', () => {
  const result = runWrong('positive', 'IOAS-RANGES-01');
  assert.ok(result.counts.fail > 0, JSON.stringify(result.counts));
  assert.match(
    reasonsOf(result, 'fail').join('\n'),
    /IOMMU_IOAS_IOVA_RANGES returned \d+; it returns 0 or a negative errno/,
  );
});

test('without memory for the suite a scenario is broken, by the implementation', () => {
  const result = runWrong('memory', 'IOAS-ALLOC-01');
  assert.equal(result.counts.fail, 0);
  for (const reason of reasonsOf(result, 'broken')) {
    assert.match(reason, /^implementation: .*mmap for the suite's own memory returned -1 EINVAL/);
  }
});

test('a signal ends a run on an implementation in this process', async () => {
  const folder = temporaryFolder();
  const child = start('run', '--reports', folder, '--no-html', 'features/iommufd/ioas');
  await until(child, 'alloc.feature');
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 143);
  const { scenarios, selected, stopped } = resultIn(join(folder, 'reference'));
  assert.equal(stopped, 'interrupted by SIGTERM');
  assert.ok(scenarios.length < selected, `${scenarios.length} of ${selected} ran`);
});
