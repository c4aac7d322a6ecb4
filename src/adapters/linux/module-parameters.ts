import type { Files } from './files.ts';

const parameter = /^(\w+)\.(\w+)=(\w+)$/;

/** Makes parameters of modules what these words of the kernel's command line say, whatever scenarios made of them. */
export async function restoreParameters(files: Files, words: readonly string[]): Promise<void> {
  for (const word of words) {
    const [, module, name, value] = parameter.exec(word) ?? [];
    if (module === undefined || name === undefined || value === undefined) continue;
    await files.write(`/sys/module/${module}/parameters/${name}`, value);
  }
}
