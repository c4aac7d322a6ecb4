import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the user can put right, in words that are fit to print. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** program → Debian package that brings it. */
const packages = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'aarch64-linux-gnu-ld': 'binutils-aarch64-linux-gnu',
  cc: 'gcc libc6-dev',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  ld: 'binutils',
  perl: 'perl',
  tar: 'tar',
  xz: 'xz-utils',
  busybox: 'busybox-static',
} as const;

export type Tool = keyof typeof packages;

/** The path of a program, or undefined where it is not installed. */
export function findTool(tool: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, tool);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Throws a LabError that names every missing one and the packages to install. `purpose` completes "needed to". */
export function demandTools(tools: readonly Tool[], purpose: string): void {
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  if (missing.length === 0) return;
  const wanted = missing.map((tool) => packages[tool]).join(' ');
  throw new LabError(
    `not installed, but needed to ${purpose}: ${missing.join(', ')} (on Debian: apt install ${wanted})`,
  );
}
