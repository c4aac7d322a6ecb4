import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { cached, cachePath } from './cache.ts';
import type { Architecture } from './architecture.ts';
import { fragmentHash, unmet } from './config.ts';
import { kernelImage } from './kernel-image.ts';
import { kernelFolder } from './kernels.ts';
import { allowNesting, copyTree, withMark } from './nesting.ts';
import { run } from './run.ts';
import { debianSource, sourceFolder } from './source.ts';
import type { Source } from './source.ts';
import { targets } from './target.ts';
import type { Target } from './target.ts';
import { demandTools, LabError } from './tools.ts';

export interface BuildOptions {
  /** A folder with the sources of a kernel. */
  readonly source?: string;
  /** A kernel that was built elsewhere. */
  readonly kernel?: string;
  /** Of Debian's package with the sources, where nothing else is named. */
  readonly release: string;
  /** x86-64 where nothing is said. */
  readonly arch?: Architecture;
  /** A copy of the sources is changed so that guests get the first stage of QEMU's SMMUv3. For arm64. */
  readonly nestingTestOnly?: boolean;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

/** Puts a kernel into the cache, and returns its path there. */
export async function build(options: BuildOptions): Promise<string> {
  if (options.kernel !== undefined) return adopt(options.kernel);
  const plan = await planOf(options);
  const source = await (options.source === undefined
    ? debianSource(options.release)
    : sourceFolder(options.source));
  const name = `${plan.target.prefix}${source.version}-${fragmentHash(plan.fragment)}`;
  const folder = join(kernelFolder(), name);
  if (existsSync(folder)) options.say(`${name} is cached`);
  else await cached(folder, (unfinished) => make(source, unfinished, plan));
  return join(folder, plan.target.image);
}

/** How a kernel is made, whatever its sources are. */
export interface Plan {
  readonly target: Target;
  /** The text of the configuration that is asked for. */
  readonly fragment: string;
  readonly allowsNesting: boolean;
  readonly say: BuildOptions['say'];
}

export async function planOf(options: BuildOptions): Promise<Plan> {
  const { arch = 'x86_64', nestingTestOnly: allowsNesting = false, say } = options;
  const target = targets[arch];
  if (allowsNesting && arch !== 'arm64')
    throw new LabError('--nesting-test-only is about an SMMUv3: it goes with --arch arm64');
  const text = await readFile(target.fragment, 'utf8');
  return { target, fragment: allowsNesting ? withMark(text) : text, allowsNesting, say };
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

function demandToolchain({ tools }: Target): void {
  demandTools(tools, 'build a kernel');
  const headers = ['/usr/include/gelf.h', '/usr/local/include/gelf.h'];
  if (headers.some((header) => existsSync(header))) return;
  throw new LabError('gelf.h is needed to build a kernel (on Debian: apt install libelf-dev)');
}

/** Unpacks, configures and compiles below a folder that goes away; what is kept lies in `result`. */
async function make(source: Source, result: string, plan: Plan): Promise<void> {
  const { target, say } = plan;
  demandToolchain(target);
  const room = cachePath('build', `${process.pid}`);
  try {
    say(`Linux ${source.version}: getting the sources`);
    const tree = await treeFor(source, room, plan);
    const out = join(room, 'out');
    await configure({ ...plan, tree, out });
    await compile({ ...plan, tree, out });
    await mkdir(result, { recursive: true });
    await copyFile(join(out, target.path), join(result, target.image));
    await copyFile(join(out, '.config'), join(result, 'config'));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Sources that were unpacked for this build can be changed; those of a folder stay as they are. */
async function treeFor(source: Source, room: string, plan: Plan): Promise<string> {
  const own = join(room, 'source');
  const tree = await source.folder(own);
  if (!plan.allowsNesting) return tree;
  const changed = tree.startsWith(own) ? tree : await copyTree(tree, join(room, 'copy'));
  await allowNesting(changed);
  return changed;
}

interface Trees extends Plan {
  readonly tree: string;
  readonly out: string;
}

/** The command line of make, as everything that is built needs it. */
export function makeArguments({ tree, out, target }: Omit<Trees, 'say' | 'fragment'>): string[] {
  return ['-C', tree, `O=${out}`, ...target.makeArguments];
}

async function configure(trees: Trees): Promise<void> {
  const { out, fragment, say } = trees;
  await mkdir(out, { recursive: true });
  const path = join(out, 'wanted.config');
  await writeFile(path, fragment);
  const args = [...makeArguments(trees), `KCONFIG_ALLCONFIG=${path}`, 'allnoconfig'];
  await run({ purpose: 'configure the kernel', command: 'make', args });
  const configuration = await readFile(join(out, '.config'), 'utf8');
  const missing = unmet(fragment, configuration);
  if (missing.length > 0) say(`this kernel does not take: ${missing.join(' ')}`);
}

const progressMs = 15_000;

async function compile(trees: Trees): Promise<void> {
  const { say, target } = trees;
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
  const args = [...makeArguments(trees), `-j${jobs}`, target.image];
  await run({ purpose: 'compile the kernel', command: 'make', args, onLine });
  say(`compiled ${files} files in ${minutes()} min`);
}
