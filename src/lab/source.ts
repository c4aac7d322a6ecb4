import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cachePath } from './cache.ts';
import { output, run } from './run.ts';
import { demandTools, LabError } from './tools.ts';

/** Where a kernel is built from. */
export interface Source {
  /** `6.12.117`, from its Makefile. */
  readonly version: string;
  /** The folder with the sources; they are unpacked below `room` where they are not yet. */
  folder(room: string): Promise<string>;
}

/** What Debian's package for a release, `6.12`, brings: installed, or unpacked into the cache. */
function tarballOf(release: string): string {
  const path = `/usr/src/linux-source-${release}.tar.xz`;
  const unpacked = cachePath('source', path);
  return !existsSync(path) && existsSync(unpacked) ? unpacked : path;
}

/** VERSION, PATCHLEVEL and SUBLEVEL of the kernel's top Makefile. */
export function versionIn(makefile: string): string | undefined {
  const value = (name: string): string | undefined =>
    new RegExp(`^${name} *= *(\\d+)`, 'm').exec(makefile)?.[1];
  const parts = [value('VERSION'), value('PATCHLEVEL'), value('SUBLEVEL')];
  return parts.includes(undefined) ? undefined : parts.join('.');
}

/** A folder with sources. */
export async function sourceFolder(path: string): Promise<Source> {
  const makefile = await readFile(join(path, 'Makefile'), 'utf8').catch(() => '');
  const version = versionIn(makefile);
  if (version === undefined) throw new LabError(`${path} is no source tree of Linux`);
  return { version, folder: async () => path };
}

/** The sources that Debian packages. */
export async function debianSource(release: string): Promise<Source> {
  const tarball = tarballOf(release);
  if (!existsSync(tarball)) {
    throw new LabError(
      `${tarball} does not exist: on Debian, apt install linux-source-${release}; ` +
        'elsewhere, name a source tree with --source DIR or a built kernel with --kernel FILE',
    );
  }
  demandTools(['tar', 'xz'], 'unpack the sources of the kernel');
  const top = `linux-source-${release}`;
  const purpose = `read ${tarball}`;
  const args = ['-xJf', tarball, '--occurrence=1', '-O', `${top}/Makefile`];
  const version = versionIn(await output({ purpose, command: 'tar', args }));
  if (version === undefined) throw new LabError(`${tarball} holds no source tree of Linux`);
  return {
    version,
    async folder(room) {
      await mkdir(room, { recursive: true });
      await run({ purpose, command: 'tar', args: ['-xJf', tarball, '-C', room] });
      return join(room, top);
    },
  };
}
