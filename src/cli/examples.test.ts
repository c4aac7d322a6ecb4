import { equal } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { root } from './version.ts';

/** examples/emulate: each program lets a device copy its memory, and prints what it wrote. */

const folder = join(root, 'examples', 'emulate');
const made = join(temporaryFolder(), 'dma');

const compilers: Readonly<Record<string, readonly string[] | undefined>> = {
  'dma.c': ['cc', '-Wall', '-Wextra', '-Werror', '-o', made],
  'dma.py': undefined,
  'dma.rs': ['rustc', '-O', '-D', 'warnings', '-o', made],
};

function isThere(compiler: string): boolean {
  return spawnSync(compiler, ['--version']).status === 0;
}

for (const [file, compile] of Object.entries(compilers)) {
  const [compiler = 'python3', ...options] = compile ?? [];
  const skip = isThere(compiler) ? false : `there is no ${compiler}`;
  test(`the device copies what ${file} says`, { skip }, () => {
    if (compile) execFileSync(compiler, [...options, join(folder, file)]);
    const program = compile ? made : join(folder, file);
    const args = [
      ...process.execArgv.filter((word) => !word.includes('test')),
      'src/cli/emulate.ts',
    ];
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [...args, '--', program, '0000:00:10.0'],
      { cwd: root, encoding: 'utf8' },
    );
    equal(stdout, 'as the device read it\n', stderr);
    equal(status, 0);
  });
}
