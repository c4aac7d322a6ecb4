import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Of this checkout. */
export const root = resolve(__dirname, '../..');

interface Manifest {
  readonly version: string;
}

export const version = (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as Manifest)
  .version;

/** The commit that is checked out, with `-dirty` where files differ from it; `unknown` without git. */
export function commit(): string {
  try {
    const describe = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', describe, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
