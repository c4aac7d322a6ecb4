import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where kernels and programs that were built are kept: below `$XDG_CACHE_HOME`, or else `~/.cache`. */
export function cachePath(...parts: readonly string[]): string {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(caches, 'iommufd-conformance', ...parts);
}

/**
 * The file or folder `path`; where it is missing, `make` is called with a path beside it, which is renamed when it is
 * whole. So an interrupted or a simultaneous run leaves no half of anything.
 */
export async function cached(path: string, make: (path: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await make(unfinished);
  await rename(unfinished, path).catch((error: unknown) => {
    if (!existsSync(path)) throw error;
  });
  return path;
}
