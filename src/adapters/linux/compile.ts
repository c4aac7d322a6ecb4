import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Architecture } from '#lab/architecture.ts';
import { cached, cachePath } from '#lab/cache.ts';
import { demandTools, LabError } from '#lab/tools.ts';

const folder = join(__dirname, 'agent');
const foreignCompilers = {
  x86_64: 'cc',
  arm64: 'aarch64-linux-gnu-gcc',
} as const satisfies Record<Architecture, string>;
/**
 * With a frame pointer: x86 takes %rbp for the base of a stack address, and answers a bad one with SIGBUS in place of
 * SIGSEGV. An address of a scenario must not get there.
 */
const flags = ['-O2', '-fno-omit-frame-pointer', '-static', '-Wall', '-Wextra'];

async function sources(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.sort().map((file) => join(folder, file));
}

/** `cc` makes programs for this machine; another architecture needs a compiler of its own. */
function compilerFor(architecture: Architecture | undefined): 'cc' | 'aarch64-linux-gnu-gcc' {
  const own = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  return architecture === undefined || architecture === own ? 'cc' : foreignCompilers[architecture];
}

type Compiler = ReturnType<typeof compilerFor>;

async function compile(compiler: Compiler, files: readonly string[], path: string): Promise<void> {
  demandTools([compiler], 'compile the agent');
  const units = files.filter((file) => file.endsWith('.c'));
  await promisify(execFile)(compiler, [...flags, '-o', path, ...units]).catch((error: Error) => {
    const said = 'stderr' in error ? String(error.stderr) : error.message;
    throw new LabError(`the agent does not compile: ${said}`, { cause: error });
  });
}

/**
 * The path of the agent for an architecture, this machine's where none is named, compiled where the cache has none of
 * these sources.
 */
export async function compiledAgent(architecture?: Architecture): Promise<string> {
  const files = await sources();
  const compiler = compilerFor(architecture);
  const hash = createHash('sha256').update([process.arch, compiler, ...flags].join(' '));
  for (const file of files) hash.update(await readFile(file));
  const name = hash.digest('hex').slice(0, 16);
  return cached(cachePath('agent', name), (path) => compile(compiler, files, path));
}
