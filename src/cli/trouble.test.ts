import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { Result } from '#report/result.ts';
import {
  conformance,
  fixtureReports,
  resultIn,
  runFixture,
  start,
} from './fixtures/conformance.ts';
import type { Ended } from './fixtures/conformance.ts';

interface Run extends Ended {
  readonly result: Result;
}

/** Nine scenarios of one machine. */
const nine = ['--only', 'OBJ-04', '--no-html', '--timeout', '400'];

function run(adapter: string, setting: string, ...more: string[]): Run {
  const folder = temporaryFolder();
  const name = adapter.replace(/^.*\/|\.ts$/g, '');
  const ended = conformance([
    'run',
    ...['--adapter', adapter, '--adapter-option', setting, '--reports', folder, ...nine, ...more],
  ]);
  return { ...ended, result: resultIn(join(folder, name)) };
}

const runWrong = (wrong: string): Run => run('./src/cli/fixtures/wrong.ts', `wrong=${wrong}`);

function outcomes({ result }: Run): string[] {
  return result.scenarios.map(({ outcome }) => outcome);
}

test('a machine that did not start once is started for the next scenario', () => {
  const ended = runWrong('first-start');
  assert.equal(ended.code, 1);
  assert.deepEqual(outcomes(ended), ['broken', ...Array<string>(8).fill('pass')]);
  assert.match(ended.output, /machine vt-d did not start: not yet$/m);
});

test('a machine that does not start is given up, and told of once', () => {
  const ended = runWrong('every-start');
  assert.equal(ended.code, 1);
  assert.equal(ended.result.counts.broken, 9);
  const reasons = ended.result.scenarios.map(({ reason = '' }) => reason);
  assert.equal(reasons.filter((reason) => reason.includes('did not start: not today')).length, 3);
  assert.equal(
    reasons.filter((reason) =>
      reason.endsWith('machine vt-d was given up: it did not start 3 times in a row'),
    ).length,
    6,
  );
  const told = ended.output.match(/^BROKEN .*$/gm) ?? [];
  assert.equal(told.length, 4);
  assert.match(told[2] ?? '', /2 more for the same reason/);
  assert.match(told[3] ?? '', /5 more for the same reason/);
  assert.match(ended.output, /^broken .*destroy\.feature.* and 5 more for the same reason$/m);
});

test('a start that never ends is broken after the time that a call has', () => {
  const ended = runWrong('no-end-of-start');
  assert.match(ended.output, /adapter wrong: start\(\) did not answer within 1000 ms/);
  assert.equal(ended.result.counts.broken, 9);
});

test('of a machine that hangs three times in a row nothing more is asked', () => {
  const program = join(__dirname, '../adapters/wire/fixtures/misbehaving.cjs');
  const ended = run('wire', `command=node ${program} hangs mmap`, '--timeout', '3000');
  const reasons = ended.result.scenarios.map(({ reason = '' }) => reason);
  assert.equal(
    reasons.filter((reason) => reason.includes('did not answer mmap within 3000 ')).length,
    3,
  );
  assert.equal(reasons.filter((reason) => reason.includes('given up: it hung 3 times')).length, 6);
});

test('hello has the time that a call has', () => {
  const program = join(__dirname, '../adapters/wire/fixtures/misbehaving.cjs');
  const wire = ['--adapter', 'wire', '--adapter-option', `command=node ${program} 'never answers'`];
  const { code, complaint } = runFixture(temporaryFolder(), ...wire, '--timeout', '300');
  assert.equal(code, 2);
  assert.match(complaint, /did not answer hello within 300 ms/);
});

const honesty = 'src/cli/fixtures/features/honesty';

test('--fail-fast ends a run at the first failure', () => {
  const folder = temporaryFolder();
  const { code, output } = runFixture(folder, honesty, '--fail-fast');
  assert.equal(code, 1);
  const { stopped, scenarios, selected } = resultIn(fixtureReports(folder));
  assert.equal(stopped, 'at the first failure, as --fail-fast says');
  assert.equal(scenarios.filter(({ outcome }) => outcome !== 'pass').length, 1);
  assert.ok(scenarios.length < selected);
  assert.match(output, /^stopped: at the first failure/m);
});

test('--fail-fast goes past what is known to fail', () => {
  const folder = temporaryFolder();
  const known = join(folder, 'known.txt');
  writeFileSync(known, '# It fails.\nABI-07\n');
  runFixture(
    folder,
    honesty,
    '--only',
    'ABI-07,ABI-14,ABI-18',
    '--known-failures',
    known,
    '--fail-fast',
  );
  const { counts } = resultIn(fixtureReports(folder));
  assert.equal(counts['known-failure'], 1);
  assert.equal(counts.broken, 1);
});

/** Every process that this one has started, and those that they have. */
function descendants(of: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = pairs.filter(([, parent]) => parent === of).map(([pid = 0]) => pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (holds()) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

test('workers and what they have started end with a run that is killed', async () => {
  const program = join(__dirname, '../adapters/wire/fixtures/misbehaving.cjs');
  const child = start(
    'run',
    ...['--adapter', 'wire', '--adapter-option', `command=node ${program} 'ignores the end' mmap`],
    ...['--reports', temporaryFolder(), '--only', 'OBJ-04', '--no-html', '--parallel', '2'],
  );
  // Two workers, each with a program that will not end by itself.
  const runs = (words: string) => (pid: number) => commandOf(pid).includes(words);
  const workers = (): number[] => descendants(child.pid ?? 0).filter(runs('run_worker'));
  const busy = (pid: number): boolean => descendants(pid).some(runs('ignores the end'));
  assert.ok(await until(() => workers().filter(busy).length >= 2, 60_000));
  const started = descendants(child.pid ?? 0);
  child.kill('SIGKILL');
  assert.ok(
    await until(() => !started.some(lives), 20_000),
    `${started.filter(lives).length} live`,
  );
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('what an implementation says is kept to a length, and can only be read', () => {
  const folder = temporaryFolder();
  const { output } = conformance([
    'run',
    ...['--adapter', './src/cli/fixtures/wrong.ts', '--adapter-option', 'wrong=loud', ...nine],
    ...['--reports', folder, '--only', 'IOAS-ALLOC-01'],
  ]);
  const reports = join(folder, 'wrong');
  const texts = ['result.ktap', 'result.json', 'junit.xml'].map((name) =>
    readFileSync(join(reports, name), 'utf8'),
  );
  for (const text of [output, ...texts]) {
    assert.match(text, /x1b\[2J\\+u202e/);
    assert.match(text, /… and 934,\d{3} more bytes/);
    assert.doesNotMatch(text, /[\u001b\u202e\u2028\r]/);
  }
  const { code, output: same } = conformance(['compare', reports, reports]);
  assert.equal(code, 0, same);
  const messages = readFileSync(join(reports, 'messages.ndjson'), 'utf8').split('\n');
  assert.ok(Math.max(...messages.map((line) => line.length)) < 600_000);
});

test('the console names the step that failed, and the last calls', () => {
  const { output } = runFixture(temporaryFolder(), honesty, '--only', 'ABI-07');
  assert.match(
    output,
    /^FAIL .*\n {2}IOMMU_IOAS_MAP returned 0; expected EEXIST\n {4}at Then it is not as expected\n {4}ioctl\(3, IOMMU_IOAS_MAP, \{size=40\}\) = -1 EEXIST$/m,
  );
});

test('a folder that nobody can make is refused', () => {
  const { code, complaint } = runFixture('/proc/x');
  assert.equal(code, 2);
  assert.match(complaint, /^conformance: reports folder \/proc\/x cannot be created$/m);
});

test('a folder for temporary files that is not there is told of', () => {
  const { code, complaint } = conformance(['requirements'], { TMPDIR: '/dev/null/none' });
  assert.equal(code, 2);
  assert.match(
    complaint,
    /^conformance: there is no folder for temporary files: \/dev\/null\/none$/m,
  );
});
