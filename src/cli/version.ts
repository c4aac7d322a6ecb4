import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';

/** Of this checkout, or of what was compiled of it for the package. */
export const root = resolve(__dirname, '../..');

/** Of our programs: `.ts`, or `.js` in the package. */
export const extension = extname(__filename);

interface Manifest {
  readonly version: string;
  /** Of the package: what it was made of. */
  readonly commit?: string;
}

const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as Manifest;

export const { version } = manifest;

/** The commit that is checked out, with `-dirty` where files differ from it; `unknown` without git. The package knows its own. */
export function commit(): string {
  if (manifest.commit !== undefined) return manifest.commit;
  try {
    const describe = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', describe, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
