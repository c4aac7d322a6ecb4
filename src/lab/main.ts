import { Command, Option } from 'commander';

import { boot } from './boot.ts';
import { build } from './build.ts';
import type { BuildOptions } from './build.ts';
import { everyHardware } from './hardware.ts';
import type { Hardware } from './hardware.ts';
import { cachedKernels, chooseKernel } from './kernels.ts';
import { selftests } from './selftests.ts';
import { targets } from './target.ts';
import { LabError } from './tools.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const lab = new Command('lab').description('Kernels to run the conformance suite on');

lab
  .command('build')
  .description('build a kernel with all that scenarios need, and cache it')
  .option('--source <dir>', 'a source tree of Linux')
  .option('--kernel <file>', 'a bzImage that was built elsewhere')
  .option('--release <release>', "of Debian's package linux-source-<release>", '6.12')
  .addOption(
    new Option('--arch <arch>', 'what it is to run on')
      .choices(Object.keys(targets))
      .default('x86_64'),
  )
  .option('--nesting-test-only', "guests get the first stage of QEMU's SMMUv3: see docs/linux.md")
  .action(async (options: Omit<BuildOptions, 'say'>) => {
    say(await build({ ...options, say }));
  });

lab
  .command('selftests')
  .description("the kernel's own tests of iommufd and VFIO, compiled from its sources and cached")
  .option('--source <dir>', 'a source tree of Linux')
  .option('--release <release>', "of Debian's package linux-source-<release>", '6.12')
  .action(async (options: { source?: string; release: string }) => {
    say(await selftests({ ...options, say }));
  });

lab
  .command('list')
  .description('the cached kernels')
  .action(async () => {
    const kernels = await cachedKernels();
    for (const { name, path } of kernels) say(`${name}  ${path}`);
    if (kernels.length === 0) say('none: npm run lab -- build');
  });

lab
  .command('boot')
  .description('a shell in a virtual machine')
  .option('--kernel <kernel>', 'a file, or how the name of a cached kernel begins')
  .addOption(new Option('--machine <machine>', 'its devices').choices(everyHardware).default('edu'))
  .action(async ({ kernel, machine }: { kernel?: string; machine: Hardware }) => {
    process.exitCode = await boot(await chooseKernel(kernel), machine);
  });

lab.parseAsync().catch((error: unknown) => {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  process.exitCode = 1;
});
