import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { publishedFolder, publishedReadme, publishingFlaws } from '#report/published.ts';
import { readResult, resultFile } from '#report/read-run.ts';

import { Problem } from './problem.ts';
import { root } from './version.ts';

/** Where results that others may see are kept, by kernel and implementation. */
export const published = join(root, 'reports', 'published');

/** `publish FOLDER`: copies a result to where it is kept, with how to reproduce it. */
export function publishCommand(from: string, { as: configuration }: { as?: string }): void {
  const result = readResult(resultFile(from));
  const flaws = publishingFlaws(result);
  if (flaws.length > 0) throw new Problem(`${from} cannot be published: ${flaws.join('; ')}`);
  const folder = join(published, publishedFolder(result, configuration));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), publishedReadme(result));
  console.log(folder);
}
