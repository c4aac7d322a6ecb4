import { open } from 'node:fs/promises';

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

/** Reads the release of a kernel image. Throws a LabError for a file that is none. */
export async function kernelRelease(path: string): Promise<string> {
  const file = await open(path).catch((error: Error) => {
    throw new LabError(`kernel ${path} cannot be read: ${error.message}`);
  });
  try {
    const setup = Buffer.alloc(setupBytes);
    const { bytesRead } = await file.read(setup, 0, setupBytes, 0);
    const release = bzImageRelease(setup.subarray(0, bytesRead));
    if (release === undefined) throw new LabError(`${path} is not a bzImage of Linux for x86`);
    return release;
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
