import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cached, cachePath } from '#lab/cache.ts';
import { demandTools, LabError } from '#lab/tools.ts';

const folder = join(__dirname, 'agent');
const compiler = 'cc';
/**
 * With a frame pointer: x86 takes %rbp for the base of a stack address, and answers a bad one with SIGBUS in place of
 * SIGSEGV. An address of a scenario must not get there.
 */
const flags = ['-O2', '-fno-omit-frame-pointer', '-static', '-Wall', '-Wextra'];

async function sources(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.sort().map((file) => join(folder, file));
}

async function compile(files: readonly string[], path: string): Promise<void> {
  demandTools(['cc'], 'compile the agent');
  const units = files.filter((file) => file.endsWith('.c'));
  await promisify(execFile)(compiler, [...flags, '-o', path, ...units]).catch((error: Error) => {
    const said = 'stderr' in error ? String(error.stderr) : error.message;
    throw new LabError(`the agent does not compile: ${said}`, { cause: error });
  });
}

/** The path of the agent for this machine's architecture, compiled where the cache has none of these sources. */
export async function compiledAgent(): Promise<string> {
  const files = await sources();
  const hash = createHash('sha256').update([process.arch, ...flags].join(' '));
  for (const file of files) hash.update(await readFile(file));
  const name = hash.digest('hex').slice(0, 16);
  return cached(cachePath('agent', name), (path) => compile(files, path));
}
