import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { allureResults } from './allure/results-folder.ts';
import { allure2, allure3 } from './generators.ts';
import type { Generator } from './generators.ts';
import { casesIn, pack } from './page.ts';
import { writeWhole } from './write-whole.ts';

export type HtmlOutcome =
  | { readonly kind: 'written'; readonly file: string; readonly note?: string }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Wanted {
  /** The folder above allure-results/. */
  readonly folder: string;
  readonly file: string;
  readonly title: string;
}

/**
 * Makes one HTML file of allure-results/ that opens from the disk and loads nothing from elsewhere. `generator` is the
 * best one here unless told; null for none.
 */
export async function writeHtml(
  { folder, file, title }: Wanted,
  generator: Generator | null = allure2() ?? allure3() ?? null,
): Promise<HtmlOutcome> {
  if (!generator) {
    const reason = 'neither Java 17 nor the npm package allure is there to make it';
    return { kind: 'missing', reason };
  }
  const scratch = temporaryFolder();
  const output = join(scratch, 'report');
  const order = { results: resolve(allureResults(folder)), output, title };
  const failure = await run(generator, generator.command(order), scratch);
  if (failure !== undefined) {
    return { kind: 'missing', reason: `${generator.name} failed: ${failure}` };
  }
  const html = withoutAnalytics(readFileSync(join(output, 'index.html'), 'utf8'));
  if (casesIn(html) === 0) {
    return { kind: 'missing', reason: `${generator.name} found no test case in ${folder}` };
  }
  writeWhole(file, pack(html));
  const { note } = generator;
  return { kind: 'written', file, ...(note !== undefined && { note }) };
}

/** Resolves with the last words of a program that failed. */
function run(
  { environment }: Generator,
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
): Promise<string | undefined> {
  const env = { ...process.env, ...environment, ALLURE_NO_ANALYTICS: 'true' };
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
