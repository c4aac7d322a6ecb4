import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseExpectations, staleExpectations } from '#conformance/expectations.ts';
import type { Finding } from '#conformance/findings/finding.ts';
import { findings } from '#conformance/findings/index.ts';
import { linesElsewhere, linesOf, linesWithoutFinding } from '#conformance/findings/known.ts';
import { byId } from '#conformance/requirements/index.ts';

import { featureFiles, tagsOf } from './features.ts';
import { knownFailuresOfLinux } from './known-failures.ts';

/** What was found of Linux, and the lists of known failures that name it. */

const { expectations: known, problems } = knownFailuresOfLinux();

const example: Finding = {
  id: 'LINUX-01',
  title: 't',
  kernels: ['7.3.4'],
  machine: 'm',
  evidence: 'seen',
  expected: 'e',
  by: [],
  seen: 's',
  calls: ['c'],
};

function list(text: string, release = '7.3') {
  return parseExpectations(text, `linux-${release}.txt`).expectations;
}

test('each known failure of Linux has a reason, a requirement and a scenario', () => {
  const scenarios = featureFiles()
    .flatMap(({ pickles }) => pickles)
    .map((pickle) => ({ title: pickle.name, requirements: tagsOf(pickle) }));
  assert.deepEqual([...problems, ...staleExpectations(known, new Set(byId.keys()), scenarios)], []);
});

test('each known failure of Linux names a finding', () => {
  assert.deepEqual(linesWithoutFinding(known, findings), []);
});

test('a line without a finding is told, and one with a finding that is not there', () => {
  const lines = list('# No.\nA-01\n\n# LINUX-02: no.\nA-02\n\n# LINUX-01: yes.\nA-03\n');
  const [without, unknown, ...rest] = linesWithoutFinding(lines, [example]);
  assert.match(without ?? '', /^linux-7\.3\.txt:2: the reason names no finding/);
  assert.equal(unknown, 'linux-7.3.txt:5: there is no LINUX-02');
  assert.deepEqual(rest, []);
});

test('a line may say that it is no finding', () => {
  assert.deepEqual(linesWithoutFinding(list('# No finding: the lab.\nA-01\n'), []), []);
});

test('a finding with scenarios is listed for each kernel where it was seen, and no other', () => {
  assert.deepEqual(linesElsewhere(known, findings), []);
});

test('a line of another kernel is told, and one that is missing', () => {
  const old = list('# LINUX-01: it.\nA-01\n', '6.12');
  const other = list('# LINUX-02: it.\nA-02\n');
  assert.deepEqual(linesElsewhere([...old, ...other], [example]), [
    'linux-6.12.txt: names LINUX-01, which was seen on 7.3.4 only',
    'linux-7.3.txt: no line names LINUX-01, which was seen there',
  ]);
});

test('findings are numbered without a gap', () => {
  const expected = findings.map((_, index) => `LINUX-${String(index + 1).padStart(2, '0')}`);
  assert.deepEqual(
    findings.map(({ id }) => id),
    expected,
  );
});

test('a finding names requirements that there are', () => {
  const named = findings.flatMap(({ id, requirements = [] }) =>
    requirements.filter((requirement) => !byId.has(requirement)).map((name) => `${id}: ${name}`),
  );
  assert.deepEqual(named, []);
});

test('a finding that was seen can be seen again, and says when it was tried last', () => {
  const lost = findings.filter((finding) => {
    const isShown = finding.calls.length > 0 || linesOf(finding, known).length > 0;
    return finding.evidence === 'seen' && !(isShown && finding.tried !== undefined);
  });
  assert.deepEqual(
    lost.map(({ id }) => id),
    [],
  );
});

test('what a finding says are sentences, but for its title', () => {
  const wrong = findings.filter(({ title, expected, seen, calls }) => {
    const sentences = [expected, seen, ...calls];
    return title.endsWith('.') || sentences.some((text) => !/^[A-Z][^]*[.:]$/.test(text));
  });
  assert.deepEqual(
    wrong.map(({ id }) => id),
    [],
  );
});
