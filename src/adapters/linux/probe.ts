import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { cached, cachePath } from '#lab/cache.ts';
import type { Feature } from '#port/features.ts';
import type { Machine } from '#port/implementation.ts';
import type { DeclaredFeature } from '#port/machine-description.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_IOAS_ALLOC, IOMMU_IOAS_NOIOMMU_GET_PA } from '#uapi/iommufd/ioas.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { IOMMUFD_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import { VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU } from '#uapi/vfio/container.ts';
import { mttyType } from './devices/mtty.ts';
import { noiommuMode } from './devices/vfio-pci.ts';
import { Files } from './files.ts';
import { Scratch } from './scratch.ts';

type Probe = (process: Process) => Promise<boolean>;

/** What depends on the configuration of a kernel, and how it tells. */
const probes = {
  'vfio-container': async (process) => {
    const fd = await process.open(VFIO_CONTAINER_PATH, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const scratch = await Scratch.of(process);
    const { result } = await scratch.ioctl(fd, IOMMU_IOAS_ALLOC, {});
    await process.close(fd);
    return result === 0;
  },
  /** A container of VFIO's own knows this extension by itself, and nothing of an IOAS. */
  'type1-container': async (process) => {
    const fd = await process.open(VFIO_CONTAINER_PATH, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const scratch = await Scratch.of(process);
    const { result } = await scratch.ioctl(fd, IOMMU_IOAS_ALLOC, {});
    const type = BigInt(VFIO_TYPE1v2_IOMMU);
    const hasType1 = await process.ioctl(fd, VFIO_CHECK_EXTENSION.request, type);
    await process.close(fd);
    return result < 0 && hasType1 === 1;
  },
  /** With it, a length of 0 is looked at; a kernel without it refuses everything. */
  noiommu: async (process) => {
    const fd = await process.open(IOMMUFD_PATH, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const scratch = await Scratch.of(process);
    const { result } = await scratch.ioctl(fd, IOMMU_IOAS_NOIOMMU_GET_PA, { length: 0n });
    await process.close(fd);
    return result === failure('EINVAL');
  },
  'noiommu-device': (process) => exists(process, noiommuMode),
  'emulated-device': (process) => exists(process, mttyType),
} as const satisfies Partial<Record<Feature, Probe>>;

/** By the names of the features that follow, for these machines or for others. */
export type KernelTrait = keyof typeof probes;

/** Those that no device has to be there for. */
export function declaredIn(told: readonly KernelTrait[]): readonly DeclaredFeature[] {
  const ofKernels: readonly KernelTrait[] = ['vfio-container', 'type1-container', 'noiommu'];
  return told.filter((trait) => ofKernels.includes(trait)) as DeclaredFeature[];
}

async function exists(process: Process, path: string): Promise<boolean> {
  return new Files(await Scratch.of(process)).exists(path);
}

/** Asks the kernel that the process runs on. */
export async function probeKernel(process: Process): Promise<readonly KernelTrait[]> {
  const found: KernelTrait[] = [];
  for (const [feature, probe] of Object.entries(probes)) {
    if (await probe(process)) found.push(feature as KernelTrait);
  }
  return found;
}

const asked = new Map<string, Promise<readonly KernelTrait[]>>();

/**
 * What the kernel in the file `image` says for itself. It has to be booted for that, once: the answer is kept beside the
 * kernels that were built. A kernel that does not come up says nothing; the scenarios will tell of that.
 */
export function featuresOfImage(
  image: string,
  boot: () => Promise<Machine>,
): Promise<readonly KernelTrait[]> {
  const answer = asked.get(image) ?? answerOf(image, boot);
  asked.set(image, answer);
  return answer;
}

async function answerOf(
  image: string,
  boot: () => Promise<Machine>,
): Promise<readonly KernelTrait[]> {
  const questions = Object.entries(probes).join();
  const hash = createHash('sha256')
    .update(await readFile(image))
    .update(questions);
  const name = `${hash.digest('hex').slice(0, 16)}.json`;
  try {
    const kept = await cached(cachePath('features', name), async (path) => {
      await writeFile(path, JSON.stringify(await askOnce(boot)));
    });
    return JSON.parse(await readFile(kept, 'utf8')) as KernelTrait[];
  } catch (error) {
    if (error instanceof ImplementationBroken) return [];
    throw error;
  }
}

async function askOnce(boot: () => Promise<Machine>): Promise<readonly KernelTrait[]> {
  const machine = await boot();
  try {
    return await probeKernel(await machine.newProcess());
  } finally {
    await machine.stop();
  }
}
