import { join } from 'node:path';

import type { Architecture } from '#lab/architecture.ts';
import { compiled } from '#lab/compile.ts';
import type { Compiler } from '#lab/compile.ts';

const foreignCompilers = {
  x86_64: 'cc',
  arm64: 'aarch64-linux-gnu-gcc',
} as const satisfies Record<Architecture, Compiler>;
/**
 * With a frame pointer: x86 takes %rbp for the base of a stack address, and answers a bad one with SIGBUS in place of
 * SIGSEGV. An address of a scenario must not get there.
 */
const flags = ['-O2', '-fno-omit-frame-pointer', '-static', '-Wall', '-Wextra'];

/** `cc` makes programs for this machine; another architecture needs a compiler of its own. */
function compilerFor(architecture: Architecture | undefined): Compiler {
  const own = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  return architecture === undefined || architecture === own ? 'cc' : foreignCompilers[architecture];
}

/**
 * The path of the agent for an architecture, this machine's where none is named, compiled where the cache has none of
 * these sources.
 */
export async function compiledAgent(architecture?: Architecture): Promise<string> {
  return compiled({
    what: 'the agent',
    folder: join(__dirname, 'agent'),
    flags,
    name: 'agent',
    compiler: compilerFor(architecture),
  });
}
