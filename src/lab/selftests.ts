import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { cached, cachePath } from './cache.ts';
import { run } from './run.ts';
import { debianSource, sourceFolder } from './source.ts';
import type { Source } from './source.ts';
import { demandTools, LabError } from './tools.ts';

/** Folders below tools/testing/selftests that are about I/O address spaces; an old kernel has only the first. */
const folders = ['iommu', 'vfio'] as const;

/** header → Debian package that brings it. */
const headers = {
  '/usr/include/sys/capability.h': 'libcap-dev',
  '/usr/include/uuid/uuid.h': 'uuid-dev',
} as const;

export interface SelftestOptions {
  /** A folder with the sources of a kernel. */
  readonly source?: string;
  /** Of Debian's package with the sources, where no folder is named. */
  readonly release: string;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

/**
 * The folder with the kernel's own tests of iommufd and VFIO, compiled where the cache has none of that version: the programs
 * by their names. Throws LabError.
 */
export async function selftests({ source, release, say }: SelftestOptions): Promise<string> {
  const from = await (source === undefined ? debianSource(release) : sourceFolder(source));
  const folder = cachePath('selftests', from.version);
  if (!existsSync(folder)) say(`selftests of Linux ${from.version}: getting the sources`);
  return cached(folder, (unfinished) => make(from, unfinished, say));
}

/** Debian's package that a header comes with, for each that is missing. */
function demandHeaders(): void {
  demandTools(['make', 'cc', 'perl'], 'build the selftests');
  const missing = Object.entries(headers).filter(([path]) => !existsSync(path));
  if (missing.length === 0) return;
  const paths = missing.map(([path]) => path).join(', ');
  const names = missing.map(([, name]) => name).join(' ');
  throw new LabError(`${paths} needed to build the selftests (on Debian: apt install ${names})`);
}

/** Unpacks and compiles below a folder that goes away; the programs are kept in `result`. */
async function make(source: Source, result: string, say: SelftestOptions['say']): Promise<void> {
  demandHeaders();
  const room = cachePath('build', `selftests-${process.pid}`);
  try {
    const tree = await source.folder(join(room, 'source'));
    const out = join(room, 'out');
    await mkdir(out, { recursive: true });
    const purpose = 'compile the selftests';
    await run({ purpose, command: 'make', args: ['-s', '-C', tree, `O=${out}`, 'headers'] });
    say('compiling');
    const targets = folders.filter((folder) => existsSync(folderOf(tree, folder)));
    const args = makeArguments(tree, out, targets);
    await run({ purpose, command: 'make', args }).catch((error: unknown) => {
      throw error instanceof LabError ? explained(error, source.version) : error;
    });
    await mkdir(result, { recursive: true });
    for (const target of targets) await copyPrograms(join(out, 'kselftest', target), result);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Stable trees take tests of later ones, without what these need of the kernel: 6.12.117 did. */
export function explained(error: LabError, version: string): LabError {
  if (!/undeclared|has no member named/.test(error.message)) return error;
  const what = `the selftests of Linux ${version} use what its own headers do not have`;
  return new LabError(`${what}; build those of another release\n${error.message}`);
}

function folderOf(tree: string, folder: string): string {
  return join(tree, 'tools', 'testing', 'selftests', folder);
}

function makeArguments(tree: string, out: string, targets: readonly string[]): string[] {
  return [
    ...['-s', '-C', join(tree, 'tools', 'testing', 'selftests'), `-j${availableParallelism()}`],
    ...[`TARGETS=${targets.join(' ')}`, `O=${out}`, 'FORCE_TARGETS=1'],
    `KHDR_INCLUDES=-isystem ${join(out, 'usr', 'include')}`,
  ];
}

async function copyPrograms(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const { mode } = await stat(join(from, name)).then((each) =>
      each.isFile() ? each : { mode: 0 },
    );
    if (mode & 0o111) await copyFile(join(from, name), join(to, name));
  }
}
