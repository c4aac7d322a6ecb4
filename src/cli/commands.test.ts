import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { families } from '#conformance/requirements/index.ts';

import { conformance, fixtureReports, resultIn, runFixture } from './fixtures/conformance.ts';
import { coverage } from './requirements.ts';

const fixture = './src/cli/fixtures/adapter.ts';
const config = ['--config', 'src/cli/fixtures/cucumber.json'];

test('explain prints what a requirement says, where, and its scenarios', () => {
  const { code, output } = conformance(['explain', 'abi-02', 'ABI-03', ...config]);
  assert.equal(code, 0);
  assert.match(output, /^ABI-02 \(contract, since Linux 6\.2, profile base\)$/m);
  assert.match(output, /calls\.feature:21 some calls succeed › a row with one$/m);
  assert.match(output, /^ABI-03 \(/m);
});

test('explain names what comes nearest to a requirement that does not exist', () => {
  const { code, complaint } = conformance(['explain', 'ABI-99', ...config]);
  assert.equal(code, 2);
  assert.match(complaint, /"ABI-99" matches no requirement; nearest: "ABI-/);
});

test('coverage counts a requirement as covered, untestable, later, or uncovered', () => {
  const [abi] = coverage(families, []);
  assert.ok(abi);
  const { total, covered, untestable, later, uncovered } = abi;
  assert.equal(covered, 0);
  assert.equal(total, untestable + later + uncovered.length);
});

test('requirements exits with 1 where one has no scenario', () => {
  const { code, output } = conformance(['requirements', ...config]);
  assert.equal(code, 1);
  assert.match(output, /without a scenario: ABI-\d+/);
});

test('compare exits with 1 where a scenario ended otherwise', () => {
  const folder = temporaryFolder();
  runFixture(folder, 'src/cli/fixtures/features/calls');
  const result = resultIn(fixtureReports(folder));
  const other = join(folder, 'other.json');
  const [, ...rest] = result.scenarios;
  const counts = { ...result.counts, pass: result.counts.pass - 1 };
  writeFileSync(other, JSON.stringify({ ...result, counts, scenarios: rest }));
  assert.equal(conformance(['compare', fixtureReports(folder), fixtureReports(folder)]).code, 0);
  const { code, output } = conformance(['compare', fixtureReports(folder), other]);
  assert.equal(code, 1);
  assert.match(output, /pass -> did not run/);
});

test('compare exits with 0 where only names differ, and lists them where it is asked to', () => {
  const folder = temporaryFolder();
  runFixture(folder, 'src/cli/fixtures/features/calls');
  const result = resultIn(fixtureReports(folder));
  const moved = result.scenarios.map((one) => ({ ...one, id: one.id.replace('calls/', 'new/') }));
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ ...result, scenarios: moved }));
  const { code, output } = conformance(['compare', fixtureReports(folder), other]);
  assert.equal(code, 0);
  assert.match(output, /calls\/calls\.feature -> \S+new\/calls\.feature: \d+ renamed/);
  assert.match(output, /^\d+ scenarios renamed, outcomes are equal$/m);
  const { output: list } = conformance(['compare', fixtureReports(folder), other, '--renamed']);
  assert.equal(list.match(/^ {2}-> /gm)?.length, moved.length);
});

test('compare names a file that is no result', () => {
  const file = join(temporaryFolder(), 'result.json');
  writeFileSync(file, '{"schema": 1}');
  const { code, complaint } = conformance(['compare', file, file]);
  assert.equal(code, 2);
  assert.match(complaint, /result\.json/);
});

test('compare refuses counts that do not add up', () => {
  const folder = temporaryFolder();
  runFixture(folder, 'src/cli/fixtures/features/calls');
  const result = resultIn(fixtureReports(folder));
  const other = join(folder, 'other.json');
  const counts = { ...result.counts, pass: result.counts.pass + 1 };
  writeFileSync(other, JSON.stringify({ ...result, counts }));
  const { code, complaint } = conformance(['compare', fixtureReports(folder), other]);
  assert.equal(code, 2);
  assert.match(complaint, /counts\/pass is 7, but 6 of its scenarios have that outcome/);
});

test('adapters prints what one can be told', () => {
  const { code, output } = conformance(['adapters', 'void']);
  assert.equal(code, 0);
  assert.match(output, /^void:\n {2}--adapter-option says=yes\|no {2}yes: /);
  assert.match(conformance(['adapters', fixture]).output, /adapter\.ts: any --adapter-option/);
});

test('help names every command', () => {
  const { code, output } = conformance(['--help']);
  assert.equal(code, 0);
  assert.match(output, /--known-failures <file>/);
  assert.match(output, /125 +with --bisect/);
  assert.match(output, /^linux-vm:\n {2}--adapter-option kernel=<text> +the file/m);
  for (const command of [
    'run',
    'merge',
    'recover',
    'compare',
    'html',
    'publish',
    'requirements',
    'explain',
    'adapters',
    'serve',
  ]) {
    assert.match(output, new RegExp(`^ {2}${command} `, 'm'));
  }
});
