import { open, readFile } from 'node:fs/promises';

import type { Architecture } from './architecture.ts';
import { LabError } from './tools.ts';

/** Documentation/arch/x86/boot.rst: offsets in the setup header. */
const magicOffset = 0x202;
const magic = 'HdrS';
const versionPointer = 0x20e;
/** What the pointer counts from. */
const pointerBase = 0x200;
const setupBytes = 0x8000;

/** The release in the setup header of a bzImage: `6.12.117-amd64`. Undefined for anything else. */
export function bzImageRelease(setup: Buffer): string | undefined {
  const isImage = setup.length > versionPointer + 2;
  if (!isImage || setup.toString('latin1', magicOffset, magicOffset + 4) !== magic)
    return undefined;
  const start = setup.readUInt16LE(versionPointer) + pointerBase;
  const [release = ''] = setup.toString('latin1', start, start + 200).split(/[\s\0]/, 1);
  return release === '' ? undefined : release;
}

/** In the release of a kernel that takes the devices of QEMU's SMMUv3 for coherent: see docs/linux.md. */
export const nestingMark = '-nesting-test-only';

export interface KernelImage {
  readonly release: string;
  readonly architecture: Architecture;
  /** By what the agent is reached: kernels for arm64 may lack CONFIG_VIRTIO_CONSOLE, whose device is the fast one. */
  readonly port: AgentPort;
}

/** A port of virtio-serial takes as much as there is; a serial port some 4 KB/s, as it goes byte by byte. */
export type AgentPort = 'virtio' | 'serial';

/** Documentation/arch/arm64/booting.rst: the header of an Image, which has no release in it. */
const armMagicOffset = 56;
const armMagic = 'ARM\x64';
/** init/version.c: what the kernel says of itself first. */
const banner = /Linux version (\d[^\s\0]*) \(/;

/** The class of devices that drivers/char/virtio_console.c makes; an Image is not compressed. */
const virtioPorts = 'virtio-ports\0';

export function isArmImage(setup: Buffer): boolean {
  return setup.toString('latin1', armMagicOffset, armMagicOffset + 4) === armMagic;
}

/** Looks into a kernel image. Throws a LabError for a file that is none. */
export async function kernelImage(path: string): Promise<KernelImage> {
  const setup = await startOf(path);
  const ofX86 = bzImageRelease(setup);
  if (ofX86 !== undefined) return { release: ofX86, architecture: 'x86_64', port: 'virtio' };
  if (isArmImage(setup)) {
    const text = await readFile(path, 'latin1');
    const [, ofArm] = banner.exec(text) ?? [];
    const port = text.includes(virtioPorts) ? 'virtio' : 'serial';
    if (ofArm !== undefined) return { release: ofArm, architecture: 'arm64', port };
  }
  throw new LabError(`${path} is neither a bzImage of Linux for x86 nor an Image for arm64`);
}

async function startOf(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: Error) => {
    throw new LabError(`kernel ${path} cannot be read: ${error.message}`);
  });
  try {
    const setup = Buffer.alloc(setupBytes);
    const { bytesRead } = await file.read(setup, 0, setupBytes, 0);
    return setup.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `6.12.117-amd64` is at least 6.12: compares the first two numbers. */
export function atLeast(release: string, wanted: `${number}.${number}`): boolean {
  const [major = 0, minor = 0] = release.split(/[^0-9]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
