import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { cached, cachePath } from './cache.ts';
import { fragmentHash, fragmentPath, unmet } from './config.ts';
import { kernelImage } from './kernel-image.ts';
import { kernelFolder } from './kernels.ts';
import { run } from './run.ts';
import { debianSource, sourceFolder } from './source.ts';
import type { Source } from './source.ts';
import { demandTools, LabError } from './tools.ts';

export interface BuildOptions {
  /** A folder with the sources of a kernel. */
  readonly source?: string;
  /** A kernel that was built elsewhere. */
  readonly kernel?: string;
  /** Of Debian's package with the sources, where nothing else is named. */
  readonly release: string;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

/** Puts a kernel into the cache, and returns its path there. */
export async function build(options: BuildOptions): Promise<string> {
  if (options.kernel !== undefined) return adopt(options.kernel);
  const source = await (options.source === undefined
    ? debianSource(options.release)
    : sourceFolder(options.source));
  const name = `${source.version}-${await fragmentHash()}`;
  const folder = join(kernelFolder(), name);
  if (existsSync(folder)) options.say(`${name} is cached`);
  else await cached(folder, (unfinished) => make(source, unfinished, options.say));
  return join(folder, 'bzImage');
}

async function adopt(kernel: string): Promise<string> {
  const { release } = await kernelImage(kernel);
  const hash = createHash('sha256').update(await readFile(kernel));
  const name = `${release}-${hash.digest('hex').slice(0, 8)}`;
  const folder = await cached(join(kernelFolder(), name), async (unfinished) => {
    await mkdir(unfinished, { recursive: true });
    await copyFile(kernel, join(unfinished, 'bzImage'));
  });
  return join(folder, 'bzImage');
}

function demandToolchain(): void {
  demandTools(['make', 'cc', 'ld', 'flex', 'bison', 'bc', 'perl'], 'build a kernel');
  const headers = ['/usr/include/gelf.h', '/usr/local/include/gelf.h'];
  if (headers.some((header) => existsSync(header))) return;
  throw new LabError('gelf.h is needed to build a kernel (on Debian: apt install libelf-dev)');
}

/** Unpacks, configures and compiles below a folder that goes away; what is kept lies in `result`. */
async function make(source: Source, result: string, say: BuildOptions['say']): Promise<void> {
  demandToolchain();
  const room = cachePath('build', `${process.pid}`);
  try {
    say(`Linux ${source.version}: getting the sources`);
    const tree = await source.folder(join(room, 'source'));
    const out = join(room, 'out');
    await configure({ tree, out, say });
    await compile({ tree, out, say });
    await mkdir(result, { recursive: true });
    await copyFile(join(out, 'arch/x86/boot/bzImage'), join(result, 'bzImage'));
    await copyFile(join(out, '.config'), join(result, 'config'));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

interface Trees {
  readonly tree: string;
  readonly out: string;
  readonly say: BuildOptions['say'];
}

async function configure({ tree, out, say }: Trees): Promise<void> {
  await mkdir(out, { recursive: true });
  const args = ['-C', tree, `O=${out}`, `KCONFIG_ALLCONFIG=${fragmentPath}`, 'allnoconfig'];
  await run({ purpose: 'configure the kernel', command: 'make', args });
  const configuration = await readFile(join(out, '.config'), 'utf8');
  const missing = unmet(await readFile(fragmentPath, 'utf8'), configuration);
  if (missing.length > 0) say(`this kernel does not take: ${missing.join(' ')}`);
}

const progressMs = 15_000;

async function compile({ tree, out, say }: Trees): Promise<void> {
  const jobs = availableParallelism();
  const started = performance.now();
  const minutes = (): string => ((performance.now() - started) / 60_000).toFixed(1);
  let files = 0;
  let next = started + progressMs;
  say(`compiling with ${jobs} jobs; on two processors this takes about ten minutes`);
  const onLine = (line: string): void => {
    if (/^ +(CC|AS|AR|LD) /.test(line)) files++;
    if (performance.now() < next) return;
    next += progressMs;
    say(`${files} files after ${minutes()} min`);
  };
  const args = ['-C', tree, `O=${out}`, `-j${jobs}`, 'bzImage'];
  await run({ purpose: 'compile the kernel', command: 'make', args, onLine });
  say(`compiled ${files} files in ${minutes()} min`);
}
