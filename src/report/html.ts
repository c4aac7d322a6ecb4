import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { allureResults } from './allure/write.ts';
import { writeWhole } from './write-whole.ts';

export type HtmlOutcome =
  | { readonly kind: 'written'; readonly file: string; readonly note?: string }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Generator {
  readonly name: string;
  readonly note?: string;
  command(results: string, output: string): readonly [program: string, ...args: string[]];
}

/** Not by require.resolve(): a package need not export its own package.json. */
function packageFolder(name: string): string | undefined {
  const places = createRequire(__filename).resolve.paths(name) ?? [];
  return places
    .map((place) => join(place, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

function hasJava(): boolean {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  return spawnSync(java, ['-version'], { stdio: 'ignore' }).status === 0;
}

/** Allure 2, the report that people know; it needs Java. */
export function allure2(): Generator | undefined {
  const folder = packageFolder('allure-commandline');
  if (folder === undefined || !hasJava()) return undefined;
  const script = join(
    folder,
    'dist',
    'bin',
    process.platform === 'win32' ? 'allure.bat' : 'allure',
  );
  const fixed = ['generate', '--single-file', '--clean'];
  return {
    name: 'allure-commandline',
    command: (results, output) => [script, ...fixed, '--output', output, results],
  };
}

/** Allure 3, which needs nothing but Node; its page looks different, and it keeps no trend. */
export function allure3(): Generator | undefined {
  const folder = packageFolder('allure');
  if (folder === undefined) return undefined;
  const script = join(folder, 'cli.js');
  const fixed = ['awesome', '--single-file', '--group-by', 'parentSuite,suite,subSuite'];
  return {
    name: 'allure',
    note: 'made by the npm package allure, as there is no Java here; it has no trend',
    command: (results, output) => [process.execPath, script, ...fixed, '--output', output, results],
  };
}

/**
 * Makes one HTML file of allure-results/ that opens from the disk and loads nothing from elsewhere. `generator` is the
 * best one here unless told; null for none.
 */
export async function writeHtml(
  folder: string,
  file: string,
  generator: Generator | null = allure2() ?? allure3() ?? null,
): Promise<HtmlOutcome> {
  if (!generator) {
    const reason = 'neither Java 17 nor the npm package allure is there to make it';
    return { kind: 'missing', reason };
  }
  const scratch = temporaryFolder();
  const [program, ...args] = generator.command(
    resolve(allureResults(folder)),
    join(scratch, 'report'),
  );
  const failure = await run(program, args, scratch);
  if (failure !== undefined) {
    return { kind: 'missing', reason: `${generator.name} failed: ${failure}` };
  }
  const html = withoutAnalytics(readFileSync(join(scratch, 'report', 'index.html'), 'utf8'));
  if (casesIn(html) === 0) {
    return { kind: 'missing', reason: `${generator.name} found no test case in ${folder}` };
  }
  writeWhole(file, html);
  const { note } = generator;
  return { kind: 'written', file, ...(note !== undefined && { note }) };
}

/** How many test cases a page of either generator holds: each is a JSON file of its own in there. */
export function casesIn(html: string): number {
  return html.match(/\bd\(["']data\/test-(cases|results)\//g)?.length ?? 0;
}

/** Resolves with the last words of a program that failed. */
function run(program: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  const env = { ...process.env, ALLURE_NO_ANALYTICS: 'true' };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : (said.join('').trim().split('\n').at(-1) ?? `code ${code}`));
    });
  });
}

const analytics =
  /<script[^>]*src="https:\/\/www\.googletagmanager\.com[^"]*"[^>]*>\s*<\/script>(\s*<script>[^<]*gtag[^<]*<\/script>)?/g;

function withoutAnalytics(html: string): string {
  return html.replace(analytics, '');
}
