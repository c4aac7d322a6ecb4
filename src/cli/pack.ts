import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { contents, packedPath, packedText } from './package/contents.ts';
import { compileByTsNode } from './package/compile.ts';
import { manifest } from './package/manifest.ts';
import { root } from './version.ts';

/** `npm pack` calls this first: it writes dist/, which the package holds. */

const dist = join(root, 'dist');

function place(path: string): string {
  const target = join(dist, path);
  mkdirSync(dirname(target), { recursive: true });
  return target;
}

rmSync(dist, { recursive: true, force: true });
const { programs, files } = contents(compileByTsNode);
for (const [path, program] of programs) writeFileSync(place(packedPath(path)), packedText(program));
for (const path of files) copyFileSync(join(root, path), place(path));
writeFileSync(place('package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
chmodSync(place('src/cli/program.js'), 0o755);
