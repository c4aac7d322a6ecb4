import { join } from 'node:path';

import type { Architecture } from './architecture.ts';
import type { Tool } from './tools.ts';

/** What is different where a kernel is built for another architecture. */
export interface Target {
  readonly architecture: Architecture;
  /** Our part of its configuration; the rest is off. */
  readonly fragment: string;
  /** For make, beside what is to be made. */
  readonly makeArguments: readonly string[];
  /** What make calls the kernel, and where it puts it below the folder of the output. */
  readonly image: string;
  readonly path: string;
  readonly tools: readonly Tool[];
  /** How the names of its kernels in the cache begin. */
  readonly prefix: string;
}

const common: readonly Tool[] = ['make', 'cc', 'ld', 'flex', 'bison', 'bc', 'perl'];
const CROSS = 'aarch64-linux-gnu-';

export const targets: Readonly<Record<Architecture, Target>> = {
  x86_64: {
    architecture: 'x86_64',
    fragment: join(__dirname, 'x86_64.config'),
    makeArguments: [],
    image: 'bzImage',
    path: 'arch/x86/boot/bzImage',
    tools: common,
    prefix: '',
  },
  arm64: {
    architecture: 'arm64',
    fragment: join(__dirname, 'arm64.config'),
    makeArguments: ['ARCH=arm64', `CROSS_COMPILE=${CROSS}`],
    image: 'Image',
    path: 'arch/arm64/boot/Image',
    tools: [...common, `${CROSS}gcc`, `${CROSS}ld`],
    prefix: 'arm64-',
  },
};
