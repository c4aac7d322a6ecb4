import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { cachePath } from './cache.ts';
import { targets } from './target.ts';
import { LabError } from './tools.ts';

export interface CachedKernel {
  /** `6.12.117-iommufd-1a2b3c4d`: release and a hash of the configuration. */
  readonly name: string;
  readonly path: string;
}

const images = Object.values(targets).map(({ image }) => image);

export function kernelFolder(): string {
  return cachePath('kernels');
}

/** The kernels that were built: the oldest release first, and of one release the one that was built first. */
export async function cachedKernels(): Promise<readonly CachedKernel[]> {
  const names = await readdir(kernelFolder()).catch((): string[] => []);
  const numerically = new Intl.Collator('en', { numeric: true }).compare;
  const kernels = names
    .flatMap((name) => images.map((image) => ({ name, path: join(kernelFolder(), name, image) })))
    .filter(({ path }) => existsSync(path));
  const built = new Map<string, number>();
  for (const { path } of kernels) built.set(path, (await stat(path)).mtimeMs);
  return kernels.sort(
    (one, other) =>
      numerically(releaseOf(one.name), releaseOf(other.name)) ||
      (built.get(one.path) ?? 0) - (built.get(other.path) ?? 0),
  );
}

function releaseOf(name: string): string {
  return /^[\d.]+/.exec(name)?.[0] ?? name;
}

/**
 * The path of a kernel: `wanted` is that path itself, or how the name of a cached one begins, such as `6.12`. Without
 * `wanted`, the newest cached one for this architecture: others are named from their beginning, `arm64-7.3`.
 */
export async function chooseKernel(wanted?: string): Promise<string> {
  if (wanted?.includes('/')) return wanted;
  const all = await cachedKernels();
  const fit = all.filter(({ name }) =>
    wanted === undefined ? /^\d/.test(name) : isOf(name, wanted),
  );
  const newest = fit.at(-1);
  if (newest !== undefined) return newest.path;
  const what = wanted === undefined ? 'no kernel is cached' : `no kernel ${wanted} is cached`;
  const known = all.map(({ name }) => name).join(', ');
  throw new LabError(
    `${what}${known === '' ? '' : ` (there are ${known})`}: build one with \`npm run lab -- build\`, ` +
      'or name the file of one with kernel=PATH',
  );
}

/** 6.12 is 6.12.117-abc, but neither 6.1 nor 6.120 is. */
function isOf(name: string, wanted: string): boolean {
  return name.startsWith(wanted) && !/^\d/.test(name.slice(wanted.length));
}
