import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cached, cachePath } from './cache.ts';
import { demandTools, LabError } from './tools.ts';

export type Compiler = 'cc' | 'aarch64-linux-gnu-gcc';

export interface Compilation {
  /** In messages: `the agent`. */
  readonly what: string;
  /** All its C files are units of the program; its headers are looked at for changes. */
  readonly folder: string;
  /** Other C files of it. */
  readonly units?: readonly string[];
  readonly flags: readonly string[];
  /** Of the result in the cache, before a hash. */
  readonly name: string;
  /** `cc`, for this machine, where nothing is said. */
  readonly compiler?: Compiler;
}

/** The path of a program or library, compiled where the cache has none of these sources. Throws LabError. */
export async function compiled(compilation: Compilation): Promise<string> {
  const { folder, units = [], flags, name, compiler = 'cc' } = compilation;
  const own = (await readdir(folder)).sort().map((file) => join(folder, file));
  const files = [...own, ...units];
  const hash = createHash('sha256').update([process.arch, compiler, ...flags].join(' '));
  for (const file of files) hash.update(await readFile(file));
  const digest = hash.digest('hex').slice(0, 16);
  return cached(cachePath(name, digest), (path) => compile(compilation, files, path));
}

async function compile(
  { what, flags, compiler = 'cc' }: Compilation,
  files: readonly string[],
  path: string,
): Promise<void> {
  demandTools([compiler], `compile ${what}`);
  const units = files.filter((file) => file.endsWith('.c'));
  await promisify(execFile)(compiler, ['-o', path, ...units, ...flags]).catch((error: Error) => {
    const said = 'stderr' in error ? String(error.stderr) : error.message;
    throw new LabError(`${what} does not compile: ${said}`, { cause: error });
  });
}
