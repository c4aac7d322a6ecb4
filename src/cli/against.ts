import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { nearestHint } from '#conformance/nearest.ts';
import { readResult, resultFile } from '#report/read-run.ts';
import type { Result } from '#report/result.ts';

import { Problem } from './problem.ts';
import { published } from './publish.ts';

export interface Found {
  /** The folder of the result.json, from the current one. */
  readonly place: string;
  readonly result: Result;
}

/** Every published result.json, by its folder. */
export function publishedFiles(folder = published): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const folders = files.filter((file) => file.endsWith('result.json')).map((file) => dirname(file));
  return folders.sort().map((each) => join(folder, each, 'result.json'));
}

/**
 * What `--against` names: a path of a result, or `linux-7.3`, the results of all configurations of the newest published
 * 7.3. Throws a Problem that lists the releases there are.
 */
export function resultsOf(word: string, folder = published): readonly Found[] {
  if (existsSync(word)) return [found(resultFile(word))];
  const all = publishedFiles(folder).map(found);
  const fit = all.filter(({ result }) => releases(result).includes(word));
  const newest = fit
    .map(({ result }) => kernelOf(result))
    .sort(byNumber)
    .at(-1);
  if (newest !== undefined) return fit.filter(({ result }) => kernelOf(result) === newest);
  const known = [...new Set(all.flatMap(({ result }) => releases(result)))].sort(byNumber);
  const advice = `known are ${known.join(', ') || 'none'}; or name the folder of a report`;
  throw new Problem(`no result of "${word}" is published${nearestHint(word, known)}`, advice);
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare;

function found(file: string): Found {
  return { place: relative('', dirname(file)), result: readResult(file) };
}

function kernelOf({ machines }: Result): string {
  return machines[0]?.kernel ?? '';
}

/** `linux-7.3` and `linux-7.3.4`. */
function releases({ machines }: Result): string[] {
  const [machine] = machines;
  if (machine === undefined) return [];
  const { implementation, kernel } = machine;
  const [major, minor] = kernel.split('.');
  return [...new Set([`${major}.${minor}`, kernel])].map((one) => `${implementation}-${one}`);
}
