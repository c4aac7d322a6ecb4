import { constants, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { release } from 'node:os';

import { LabError } from '#lab/tools.ts';
import type {
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import type { DeclaredFeature } from '#port/machine-description.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_TEST_CMD } from '#uapi/iommufd/selftest.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';
import { wire } from '../wire/index.ts';
import type { DescribedMachine } from '../wish/offer-for.ts';
import { compiledAgent } from './compile.ts';
import { mockHardware } from './devices/offers.ts';
import { SelftestBench } from './devices/selftest.ts';
import { KernelLog } from './kernel-log.ts';
import {
  declaredByUser,
  declaredOf,
  hardwareFeatures,
  hasMockPasids,
  linuxSettings,
} from './features.ts';
import { declaredIn, probeKernel } from './probe.ts';
import { Scratch } from './scratch.ts';

/** The kernel of this machine, by way of the agent: docs/linux.md. */
export const implementation: Implementation = {
  name: 'linux',
  settings: async () => linuxSettings,
  machines,
  start,
};

type Settings = StartOptions['settings'];

let probed: Promise<readonly DeclaredFeature[]> | undefined;

async function machines(settings: Settings): Promise<readonly MachineDescription[]> {
  const byUser = declaredByUser(settings);
  await demandIommufd();
  probed ??= probe();
  const features = declaredOf(release(), [...(await probed), ...byUser]);
  return [{ ...described(), features }];
}

/** Devices of this machine are never taken. */
function described(): DescribedMachine {
  return { name: 'linux', ...mockHardware({ hasPasids: hasMockPasids(release()) }) };
}

async function demandIommufd(): Promise<void> {
  await access(IOMMUFD_PATH, constants.R_OK | constants.W_OK).catch((error: Error) => {
    const missing = 'code' in error && error.code === 'ENOENT';
    const why = missing ? 'does not exist' : 'may not be opened by this user';
    const remedy = missing
      ? 'the kernel needs CONFIG_IOMMUFD, and its module has to be loaded'
      : 'run as root, or give the user rights on it';
    throw new LabError(
      `${IOMMUFD_PATH} ${why}: ${remedy}; --adapter linux-vm brings a kernel of its own`,
    );
  });
}

/** What a release does not tell, as it depends on the configuration. */
async function probe(): Promise<readonly DeclaredFeature[]> {
  const machine = await start({ machine: 'linux', timeoutMs: 10_000, settings: {} });
  try {
    const { process, address } = await Scratch.of(await machine.newProcess());
    const fd = await process.open(IOMMUFD_PATH, O_RDWR | O_CLOEXEC);
    const result = await process.ioctl(fd, IOMMU_TEST_CMD.request, address);
    const isUnknown = result === failure('ENOTTY');
    const mock = isUnknown ? (['no-test-cmd'] as const) : hardwareFeatures('selftest', release());
    const told = declaredIn(await probeKernel(process));
    return hasHugePages() ? [...mock, ...told, 'hugetlb'] : [...mock, ...told];
  } finally {
    await machine.stop();
  }
}

function hasHugePages(): boolean {
  const [, free = '0'] =
    /^HugePages_Free:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(free) > 0;
}

/** The agent is a program that speaks the wire protocol; only the bench is ours. */
async function start(options: StartOptions): Promise<Machine> {
  const agent = wire({ name: 'linux', command: await compiledAgent() });
  const machine = await agent.start(options);
  const log = new KernelLog();
  return {
    identity: machine.identity,
    bench: new SelftestBench(described()),
    newProcess: () => machine.newProcess(),
    complaints: async () => log.complaints(),
    async stop() {
      log.close();
      await machine.stop();
    },
  };
}
