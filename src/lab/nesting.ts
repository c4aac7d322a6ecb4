import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { nestingMark } from './kernel-image.ts';
import { LabError } from './tools.ts';

/** Where a kernel decides whether guests can have the first stage of an SMMUv3: see docs/linux.md. */
export const header = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.h';

/** The body of the function, which is a single return statement. */
const decision = /(\barm_smmu_master_canwbs\(struct arm_smmu_master \*\w+\)\s*\{\s*)return [^;]*;/;

/** The header in which every device counts as one that cannot go past the caches; undefined where nothing decides it. */
export function withNesting(text: string): string | undefined {
  return decision.test(text) ? text.replace(decision, '$1return true;') : undefined;
}

/** Changes a tree that nobody needs any more as it was. */
export async function allowNesting(tree: string): Promise<void> {
  const path = join(tree, header);
  const text = await readFile(path, 'utf8').catch(() => '');
  const changed = withNesting(text);
  if (changed === undefined) {
    throw new LabError(
      `${path} has no arm_smmu_master_canwbs() that is one return statement: ` +
        'this release does not nest, or decides it elsewhere; build it without --nesting-test-only',
    );
  }
  await writeFile(path, changed);
}

/** A copy of sources that stay as they are. */
export async function copyTree(tree: string, to: string): Promise<string> {
  await cp(tree, to, { recursive: true, verbatimSymlinks: true });
  return to;
}

/** The configuration of a kernel whose release tells what was done to it. */
export function withMark(fragment: string): string {
  return fragment.replace(/^CONFIG_LOCALVERSION=.*$/m, `CONFIG_LOCALVERSION="${nestingMark}"`);
}
