import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';

import type { Browser } from 'playwright-core';

import type { OutcomeKind } from '#conformance/outcome.ts';
import { temporaryFolder } from '#ending/temporary-folder.ts';
import { allure2, allure3 } from '#report/generators.ts';
import type { Generator } from '#report/generators.ts';
import { writeHtml } from '#report/html.ts';
import type { RunRecord, ScenarioRun } from '#report/run-record.ts';
import { inPlace } from '#report/scenario.ts';
import { titleOf } from '#report/share.ts';
import { htmlFile } from '#report/write-reports.ts';

import { conformance } from '../fixtures/conformance.ts';
import { reportedRun } from '../recorded.ts';
import { brightness, findBrowser, obeyed, open, overflowing, startBrowser } from './browser.ts';
import type { Opened } from './browser.ts';
import { unfold, views } from './views.ts';
import type { View } from './views.ts';

/**
 * A stage of `npm test`: looks at pages as a reader does. At the one of the README's command, whose reports the first
 * parameter names, and at those of a run in which something fails, is skipped and breaks; each by both generators.
 */

interface Reports {
  readonly folder: string;
  readonly record: RunRecord;
}

const [, , readmeFolder = ''] = process.argv;
const executable = findBrowser();
const generators = { 'allure-commandline': allure2(), allure: allure3() };
let browser: Promise<Browser> | undefined;
let shown: Reports | undefined;

after(async () => (await browser)?.close());

/** A mutant on one of its machines only, whose kernel prints warnings: something fails, is skipped, and is broken. */
function runOfAllKinds(): Reports {
  if (shown !== undefined) return shown;
  const reports = temporaryFolder();
  const parameters = ['--adapter', './src/cli/fixtures/warns.ts', '--machine', 'mock'];
  const { output } = conformance([
    ...['run', ...parameters, '--adapter-option', 'mutant=SEED-0001', '--reports', reports],
    ...['--only', 'IOAS-MAP-14,IOAS-ALLOW-01,IOAS-RANGES-07,ABI-22'],
  ]);
  const folder = join(reports, 'warns');
  assert.match(output, /allure-report\.html/);
  shown = { folder, record: reportedRun(folder) };
  return shown;
}

/** The page that the run made itself, if that was by this generator; else one that is made of the same results. */
async function pageOf({ folder, record }: Reports, generator: Generator): Promise<string> {
  const isOwn = generator.name === (allure2() ?? allure3())?.name;
  if (isOwn) return htmlFile(folder);
  const file = join(temporaryFolder(), 'page.html');
  const made = await writeHtml({ folder, file, title: titleOf(record) }, generator);
  assert.equal(made.kind, 'written', JSON.stringify(made));
  return file;
}

/** The first one of that kind; of that requirement, where one is named. */
function runThat(kind: OutcomeKind, { record }: Reports, requirement?: string): ScenarioRun {
  const found = record.runs.find(
    ({ outcome, scenario: { requirements } }) =>
      outcome.kind === kind && (requirement === undefined || requirements.includes(requirement)),
  );
  assert.ok(found, `no scenario is ${kind}`);
  return found;
}

function pathOf({ scenario }: ScenarioRun): string[] {
  const { folder, feature, rule = '', title, machine } = scenario;
  return [folder, feature, rule, inPlace(title, machine)];
}

/** Of the markup of fixtures/warns.ts, what no message puts escapes of its own into. */
function shownOf(where: string): string {
  return `</pre><script>document.title = '${where}'</script>`;
}

interface Looked {
  readonly reports: Reports;
  readonly view: View;
  readonly reopen: () => Promise<unknown>;
}

/** In the environment, the message of a failure, and a console. */
async function assertOnlyText(opened: Opened, { reports, view, reopen }: Looked): Promise<void> {
  const { page } = opened;
  const title = await page.title();
  assert.ok((await view.overview(page)).includes(shownOf('version')), 'the environment');
  const failed = await view.follow(page, pathOf(runThat('fail', reports, 'ABI-22')));
  assert.ok((await failed.innerText()).includes(shownOf('failure')), 'the message');
  assert.equal(await obeyed(opened), 0);
  await reopen();
  const place = await view.follow(page, pathOf(runThat('broken', reports)));
  // Allure 2 takes `\x1b[31m`, spelled out, for the colour that it was. The message has the first line alone.
  const text = /<script>document\.title = 'console'<\/script>.*\\u202e\s*WARNING: drivers/;
  await unfold(place, { step: 'After hook', attachment: 'kernel console', text });
  assert.equal(await obeyed(opened), 0);
  assert.equal(await page.title(), title);
}

function assertSelfContained({ requests, errors }: Opened): void {
  assert.deepEqual(requests, [], 'the page asked others');
  assert.deepEqual(errors, [], 'its scripts failed');
}

/** Why a page cannot be looked at here. Where that is required, it is no reason but a failure. */
function reasonToSkip(generator: Generator | undefined): string | false {
  if (process.env['IOMMUFD_PAGE_TEST'] === 'required') return false;
  if (executable === undefined) return 'there is no Chromium here (IOMMUFD_BROWSER names one)';
  return generator === undefined ? 'there is no Java here' : false;
}

/** A page in a browser window of its own. */
async function show(reports: Reports, generator: Generator | undefined): Promise<Opened> {
  assert.ok(executable, 'Chromium is required, and not here');
  assert.ok(generator, 'Java is required, and not here');
  browser ??= startBrowser(executable);
  return open(await browser, await pageOf(reports, generator));
}

for (const name of ['allure-commandline', 'allure'] as const) {
  const generator = generators[name];
  const view = views[name];
  const skip = reasonToSkip(generator);

  void test(
    `${name}: the page of the README's command has as many cases as ran`,
    { skip },
    async () => {
      const reports = { folder: readmeFolder, record: reportedRun(readmeFolder) };
      const { runs } = reports.record;
      const opened = await show(reports, generator);
      assert.equal(await view.cases(opened.page), runs.length);
      assert.match(await opened.page.title(), /: reference, [\d,]+ of [\d,]+ scenarios ran$/);
      const passed = runThat('pass', reports);
      const description = await view.description(await view.follow(opened.page, pathOf(passed)));
      for (const { step } of passed.steps) assert.ok(description.includes(step.text), step.text);
      assertSelfContained(opened);
      await opened.page.close();
    },
  );

  void test(
    `${name}: what fails, is skipped and breaks is shown with its reason`,
    { skip },
    async (t) => {
      const reports = runOfAllKinds();
      const opened = await show(reports, generator);
      const { page } = opened;
      const reopen = () => page.goto(page.url().replace(/#.*/, '')).then(() => page.reload());

      await t.test('the environment says what ran, where', async () => {
        const overview = await view.overview(page);
        for (const text of ['7.3.4, x86_64', 'reference 0.1.0', 'Features of mock']) {
          assert.ok(overview.includes(text), overview);
        }
        assert.match(overview, /\d+ of \d+ scenarios ran, \d+ broken, \d+ skipped/);
      });

      await t.test('a failing step unfolds to its system calls', async () => {
        const run = runThat('fail', reports);
        const place = await view.follow(page, pathOf(run));
        assert.match(await place.innerText(), /returned 0; expected EEXIST/);
        const text = /ioctl\(.*IOMMU_IOAS_MAP, \{.*= 0/;
        await unfold(place, {
          step: 'Then it fails with EEXIST',
          attachment: 'system calls',
          text,
        });
        const description = await view.description(place);
        assert.match(description, /IOAS-MAP-14 \(contract\): A fixed map that intersects/);
        assert.ok(description.includes(`${run.scenario.uri}:${run.scenario.line}`), description);
        assert.deepEqual(await place.locator('a[href*="docs/"], a[href^="http"]').count(), 0);
      });

      await t.test('a skipped scenario says what the machine lacks', async () => {
        await reopen();
        const place = await view.follow(page, pathOf(runThat('skip', reports)));
        assert.match(await place.innerText(), /no machine offers what it needs: mock lacks/);
      });

      await t.test('a broken one shows the console', async () => {
        await reopen();
        const place = await view.follow(page, pathOf(runThat('broken', reports)));
        const text = /RIP: 0010:iopt_set_allow_iova/;
        await unfold(place, { step: 'After hook', attachment: 'kernel console', text });
      });

      await t.test('what an implementation says is text that nobody obeys', async () => {
        await reopen();
        await assertOnlyText(opened, { reports, view, reopen });
      });

      await t.test('it fits a narrow dark screen', async () => {
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.setViewportSize({ width: 375, height: 800 });
        await reopen();
        await view.cases(page);
        assert.deepEqual(await overflowing(opened), [], 'the first screen');
        assert.ok((await brightness(opened)) < 96, 'the page is dark');
        await view.follow(page, pathOf(runThat('fail', reports)));
        assert.deepEqual(await overflowing(opened), [], 'a scenario');
      });

      assertSelfContained(opened);
      await page.close();
    },
  );
}
