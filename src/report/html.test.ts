import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { allure2, allure3 } from './generators.ts';
import { writeHtml } from './html.ts';
import { casesIn, pack } from './page.ts';

function resultsFolder(): string {
  const folder = temporaryFolder();
  const results = join(folder, 'allure-results');
  mkdirSync(results);
  const result = { uuid: 'a', name: 'one', status: 'passed', stage: 'finished', steps: [] };
  writeFileSync(join(results, 'a-result.json'), JSON.stringify(result));
  return folder;
}

function wanted(folder: string, file: string) {
  return { folder, file, title: 'one of one ran' };
}

/** What a browser would load by itself when it opens the page. */
function loaded(html: string): string[] {
  return html.match(/<(script|link|img|iframe)[^>]*(src|href)="https?:[^"]*"/g) ?? [];
}

for (const [name, generator] of Object.entries({ allure2: allure2(), allure3: allure3() })) {
  test(`the page of ${name} holds the cases and loads nothing`, { skip: !generator }, async () => {
    const folder = resultsFolder();
    const file = join(folder, 'page.html');
    // A relative folder, as a user gives it.
    const made = await writeHtml(wanted(relative(process.cwd(), folder), file), generator);
    assert.equal(made.kind, 'written', JSON.stringify(made));
    const html = readFileSync(file, 'utf8');
    assert.equal(casesIn(html), 1);
    assert.match(html, /one of one ran/);
    assert.deepEqual(loaded(html), []);
    assert.doesNotMatch(html, /googletagmanager|google-analytics/);
  });

  test(`${name} makes no page without a case`, { skip: !generator }, async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'allure-results'));
    const file = join(folder, 'page.html');
    const made = await writeHtml(wanted(folder, file), generator);
    assert.equal(made.kind, 'missing');
    assert.match(made.reason, /found no test case/);
    assert.equal(existsSync(file), false);
  });
}

test('without a generator there is no page, and a reason', async () => {
  const folder = resultsFolder();
  const file = join(folder, 'page.html');
  const made = await writeHtml(wanted(folder, file), null);
  assert.equal(made.kind, 'missing');
  assert.match(made.reason, /neither Java/);
  assert.equal(existsSync(file), false);
});

test('a generator that fails leaves its last words', async () => {
  const command = () => ['node', '-e', 'console.error("no space");process.exit(1)'] as const;
  const made = await writeHtml(wanted(resultsFolder(), '/dev/null'), { name: 'allure', command });
  assert.deepEqual(made, { kind: 'missing', reason: 'allure failed: no space' });
});

test('without Java the other generator is taken, and the page says so', () => {
  const { JAVA_HOME } = process.env;
  process.env['JAVA_HOME'] = '/nonexistent';
  try {
    assert.equal(allure2(), undefined);
    assert.match(allure3()?.note ?? '', /no Java/);
  } finally {
    if (JAVA_HOME === undefined) delete process.env['JAVA_HOME'];
    else process.env['JAVA_HOME'] = JAVA_HOME;
  }
});

test('a page is packed, and holds what it held', () => {
  const data = { 'data/test-cases/a.json': '{"name":"é"}', 'widgets/x.json': '[]' };
  const calls = Object.entries(data).map(
    ([name, text]) => `d('${name}','${Buffer.from(text).toString('base64')}'),`,
  );
  const script = `Promise.allSettled([\n${calls.join('\n')}\n]).then(function(){ready = true;})`;
  const packed = pack(`<head></head><script>${script}</script>`);
  assert.equal(casesIn(packed), 1);
  assert.doesNotMatch(packed, /d\('data/);
  assert.match(packed, /DecompressionStream/);
  assert.match(packed, /\.then\(function\(\)\{ready = true;\}\)/);
});

test('a page that is built otherwise is not packed in silence', () => {
  assert.throws(() => pack('<head></head><script>load("data.json")</script>'), /holds no data/);
});
