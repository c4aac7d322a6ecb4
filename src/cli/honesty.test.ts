import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Status } from 'allure-js-commons';
import type { TestResult } from 'allure-js-commons';

import { byId } from '#conformance/requirements/index.ts';
import { temporaryFolder } from '#ending/temporary-folder.ts';
import { writeAllure } from '#report/allure/write.ts';

import { fixtureReports, resultIn, runFixture } from './fixtures/conformance.ts';
import { reportedRun } from './recorded.ts';

/** One run of the fixture serves all tests here: what stock Allure shows as passed, and the rest of the reports. */
const folder = temporaryFolder();
const ended = runFixture(folder);
const reports = fixtureReports(folder);
const result = resultIn(reports);
// As `conformance html` makes them, of the messages.
writeAllure(reportedRun(reports), reports, byId);
const allureFolder = join(reports, 'allure-results');
const allure = readdirSync(allureFolder)
  .filter((name) => name.endsWith('-result.json'))
  .map((name) => JSON.parse(readFileSync(join(allureFolder, name), 'utf8')) as TestResult);

function allureOf(title: string): TestResult {
  const [found, ...others] = allure.filter(({ name }) => name === title);
  assert.ok(found && others.length === 0, `there must be one result of "${title}"`);
  return found;
}

function labels({ labels: all }: TestResult, wanted: string): string[] {
  return all.filter(({ name }) => name === wanted).map(({ value }) => value);
}

const expectations = [
  ['a failing step', 'fail', 'failed', /returned 0; expected EEXIST/],
  ['a skipped step after a passed one', 'skip', 'skipped', /without a reason/],
  ['a pending step after a passed one', 'broken', 'broken', /is pending/],
  ['an undefined step after a passed one', 'broken', 'broken', /no step definition/],
  ['an ambiguous step after a passed one', 'broken', 'broken', /several step definitions/],
  ['a failing After hook', 'broken', 'broken', /After hook clean up: a process is left over/],
  ['a failing Before hook', 'broken', 'broken', /Before hook boot: the machine did not start/],
  ['an implementation that dies', 'broken', 'broken', /exited with code 1/],
  ['a step that is wrong itself', 'broken', 'broken', /is not a function/],
  ['a Before hook that skips', 'skip', 'skipped', /does not offer noiommu/],
] as const;

for (const [title, outcome, status, reason] of expectations) {
  test(`${title}: ${outcome}, and ${status} in Allure`, () => {
    const found = result.scenarios.find((scenario) => scenario.title === title);
    assert.equal(found?.outcome, outcome);
    assert.match(found?.reason ?? '', reason);
    assert.equal(allureOf(title).status, status);
    assert.match(allureOf(title).statusDetails.message ?? '', reason);
  });
}

test('scenarios with one title in two rules stay two', () => {
  const found = allure.filter(({ name }) => name === 'the same title');
  assert.deepEqual(found.map(({ status }) => status).sort(), ['failed', 'passed']);
  assert.equal(new Set(found.map(({ historyId }) => historyId)).size, 2);
});

test('no step is passed that did not pass', () => {
  const [hook] = allureOf('a failing After hook').steps.slice(-1);
  assert.equal(hook?.name, 'After hook clean up');
  assert.equal(hook?.status, 'broken');
  const [step] = allureOf('an undefined step after a passed one').steps.slice(-1);
  assert.equal(step?.status, 'broken');
});

test('a page that was mailed has the requirements in their own words, and links to nothing', () => {
  const { descriptionHtml, links } = allureOf('a row with one');
  for (const id of ['ABI-02', 'ABI-03']) {
    const says = escaped(byId.get(id)?.says ?? '');
    assert.ok(descriptionHtml?.includes(says), `${id} in ${descriptionHtml}`);
    assert.match(descriptionHtml ?? '', new RegExp(`<b>${id}</b>`));
  }
  assert.match(
    descriptionHtml ?? '',
    /<code>src\/cli\/fixtures\/features\/calls\/calls\.feature:\d+</,
  );
  assert.deepEqual(links, []);
  assert.doesNotMatch(descriptionHtml ?? '', /href/);
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

test('the suites are folder, feature and rule; the severity follows from the level', () => {
  const found = allureOf('a doc string');
  assert.deepEqual(labels(found, 'parentSuite'), ['calls']);
  assert.deepEqual(labels(found, 'suite'), ['calls']);
  assert.deepEqual(labels(found, 'subSuite'), ['some calls succeed']);
  assert.deepEqual(labels(allureOf('a row with one'), 'severity'), ['critical']);
  assert.deepEqual(labels(allureOf('an implementation that dies'), 'severity'), ['normal']);
});

test('of what passed the text is shown, with doc strings and tables', () => {
  const { descriptionHtml, steps } = allureOf('a doc string');
  assert.match(
    descriptionHtml ?? '',
    /<pre>Given a world\nGiven a world described as:\n {4}several\n {4}lines\nThen it is as expected<\/pre>/,
  );
  assert.deepEqual(steps, []);
});

test('the trace of system calls is on the step that failed', () => {
  const { steps } = allureOf('a failing step');
  const [attachment] = steps.find(({ status }) => status === Status.FAILED)?.attachments ?? [];
  assert.equal(attachment?.name, 'system calls');
  assert.match(readFileSync(join(allureFolder, attachment.source), 'utf8'), /IOMMU_IOAS_MAP/);
});

test('each attachment has a file of its own, which Allure 3 shows in one place only', () => {
  const attachments = allure.flatMap(({ steps }) => steps.flatMap((step) => step.attachments));
  const sources = attachments.map(({ source }) => source);
  assert.ok(sources.length > 1);
  assert.equal(new Set(sources).size, sources.length);
});

test('the environment names the suite, the implementation and its kernel', () => {
  const text = readFileSync(join(allureFolder, 'environment.properties'), 'utf8');
  assert.match(text, /^Suite ?= ?\d/m);
  assert.match(text, /^Implementation ?= ?fixture 1$/m);
  assert.match(text, /^Kernel ?= ?6\.12\.0, x86_64, 4096-byte pages$/m);
  assert.match(text, /^Ran ?= ?9 of 19 scenarios ran, 7 broken, 3 skipped$/m);
});

test('the run fails, and the profile is not conformant', () => {
  assert.equal(ended.code, 1);
  assert.deepEqual(result.counts, {
    pass: 7,
    fail: 2,
    'known-failure': 0,
    'unexpected-pass': 0,
    skip: 3,
    broken: 7,
  });
  assert.equal(result.profiles['base']?.verdict, 'not conformant');
});

test('KTAP has a subtest a feature, and says why something was skipped or broken', () => {
  const text = readFileSync(join(reports, 'result.ktap'), 'utf8');
  assert.match(text, /^KTAP version 1\n1\.\.3\n {2}KTAP version 1\n {2}1\.\.5\n/);
  assert.match(text, /^ {2}ok \d+ .*the first of two rules › the same title$/m);
  assert.match(text, /^ {2}ok 5 ABI-05 .* › the plain case # SKIP only does not offer noiommu$/m);
  assert.match(text, /^ {2}not ok 3 ABI-09 .* # ERROR the step definition/m);
  assert.match(text, /^ {2}# ioctl\(3, IOMMU_IOAS_MAP/m);
  assert.match(text, /^not ok 3 src\/cli\/fixtures\/features\/honesty/m);
});

test('JUnit counts failures, errors and skips apart', () => {
  const text = readFileSync(join(reports, 'junit.xml'), 'utf8');
  assert.match(text, /<testsuites [^>]*tests="19" failures="2" errors="7" skipped="3"/);
  assert.match(text, /<skipped message="only does not offer noiommu"\/>/);
});
