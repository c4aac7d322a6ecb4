import type { Files } from './files.ts';

const parameter = /^(\w+)\.(\w+)=(\w+)$/;

/**
 * Makes parameters of modules what these words of the kernel's command line say, whatever scenarios made of them. Not every kernel
 * has each module: that with an iommufd in place of a container lacks type1.
 */
export async function restoreParameters(files: Files, words: readonly string[]): Promise<void> {
  for (const word of words) {
    const [, module, name, value] = parameter.exec(word) ?? [];
    if (module === undefined || name === undefined || value === undefined) continue;
    const path = `/sys/module/${module}/parameters/${name}`;
    if (await files.exists(path)) await files.write(path, value);
  }
}
