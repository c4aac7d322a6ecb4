import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { root } from '../version.ts';

/**
 * `npm run unit [file...]`: the tests of the code itself. Most files need nothing of a process, and share a few: to load
 * the code costs more than what most of them do with it.
 */

/** Processes that files share, and those that run at once. */
const shared = 3;
const atOnce = 4;

/** What a test must not do to others: change what the process has, or keep it waiting for programs. */
const wantsItsOwn =
  /node:child_process|process\.env\[|process\.chdir|fixtures\/conformance|\/wire\//;

export interface Division {
  readonly alone: readonly string[];
  /** As many files in each, as far as they go. */
  readonly groups: readonly (readonly string[])[];
}

/** `textOf` reads a file. */
export function divide(
  files: readonly string[],
  textOf: (file: string) => string,
  groups = shared,
): Division {
  const isAlone = (file: string): boolean => wantsItsOwn.test(file + textOf(file));
  const others = files.filter((file) => !isAlone(file));
  const dealt = Array.from({ length: groups }, (_, group) =>
    others.filter((_, index) => index % groups === group),
  );
  return { alone: files.filter(isAlone), groups: dealt.filter((group) => group.length > 0) };
}

/** A program that is all of them. */
function programOf(folder: string, group: readonly string[], index: number): string {
  const program = join(folder, `group-${index + 1}.cjs`);
  const lines = group.map((file) => `require(${JSON.stringify(join(root, file))});`);
  writeFileSync(program, `${lines.join('\n')}\n`);
  return program;
}

function everyTest(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => join(folder, file));
  return [...below('src'), ...below('steps')].sort();
}

function main(named: readonly string[]): void {
  const files = named.length > 0 ? named : everyTest();
  const { alone, groups } = divide(files, (file) => readFileSync(join(root, file), 'utf8'));
  const folder = temporaryFolder();
  const programs = groups.map((group, index) => programOf(folder, group, index));
  const options = ['--require', 'ts-node/register', '--test', `--test-concurrency=${atOnce}`];
  const child = spawn(process.execPath, [...options, ...alone, ...programs], {
    cwd: root,
    stdio: 'inherit',
  });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}

if (require.main === module) main(process.argv.slice(2));
