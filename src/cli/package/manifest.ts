import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { commit, root } from '../version.ts';

/** What package.json says of this checkout, as far as it is of use here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
}

export function ownManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
}

/** That of the folder that holds what was compiled: names with `#` are looked up there, not in the package's own. */
export function manifest(): object {
  const { name, version, type, imports } = ownManifest();
  return { name, private: true, version, type, commit: commit(), imports };
}
