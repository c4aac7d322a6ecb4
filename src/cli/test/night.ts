import { existsSync } from 'node:fs';
import { basename } from 'node:path';

import { asOne, asTests, layout, node, overTheWire, suite, verdicts } from './stages.ts';
import type { Stage } from './stage.ts';

/** A kernel to run on: what it is called, which begins with its release, and the file of its image. */
export interface Kernel {
  readonly name: string;
  readonly path: string;
}

export interface Night {
  /** Of all that is drawn by lot: the same seed makes the same night. */
  readonly seed: number;
  readonly kernels: readonly Kernel[];
}

/** Each kind of memory layout that there is. */
const layouts = Array.from({ length: 16 }, (_, index) => index);

/** What takes longer than `npm test` may. `folder` takes the reports. */
export function night(folder: string, { seed, kernels }: Night): Stage[] {
  return [
    ...layouts.map((each) => inOrder(folder, each, seed)),
    suite(folder, {
      name: 'each scenario alone, in scattered memory',
      parameters: ['--alone', ...layout(3)],
      count: verdicts,
    }),
    suite(folder, {
      name: 'each machine over the wire',
      parameters: ['--adapter', 'wire', '--adapter-option', `command=${overTheWire(3)}`],
      count: verdicts,
    }),
    randomCalls('random calls', seed, ['--calls', '200000']),
    randomCalls('random calls on devices', seed, ['--devices', '--calls', '200000']),
    randomCalls('random calls of VFIO', seed, ['--vfio', '--calls', '200000']),
    randomCalls('random guests', seed, ['--guests', '--calls', '100000']),
    {
      name: 'a sample of the mutants of operators',
      command: [...mutants, '--by-operator', '--sample', '500', '--seed', String(seed)],
      count: asOne,
    },
    {
      name: 'the selftests of Linux 7.3',
      command: [...node, 'src/cli/selftests.ts', '--slow'],
      count: asOne,
    },
    {
      name: 'programs and servers of emulate, killed at 200 moments',
      command: [...node, '--test', '--test-reporter=tap', 'src/cli/emulate-faults.test.ts'],
      environment: { IOMMUFD_EMULATE_MOMENTS: '200', IOMMUFD_EMULATE_SEED: String(seed) },
      count: asTests,
    },
    {
      name: 'the package, installed elsewhere',
      command: [...node, '--test-reporter=tap', 'src/cli/package/installed.ts'],
      count: asTests,
    },
    ...kernels.flatMap((kernel) => onKernel(folder, kernel, seed)),
  ];
}

const mutants = [...node, 'src/cli/mutants.ts'];

function inOrder(folder: string, each: number, seed: number): Stage {
  // What lies above the four bits that say of which kind it is draws another one of that kind.
  const drawn = each === 0 ? 0 : (seed % 0x100_0000) * 16 + each;
  return suite(folder, {
    name: `layout ${drawn}, random order ${seed + each}`,
    parameters: ['--order', 'random', '--seed', String(seed + each), ...layout(drawn)],
    count: verdicts,
  });
}

function randomCalls(name: string, seed: number, parameters: readonly string[]): Stage {
  const command = [...node, 'src/cli/random.ts', '--seed', String(seed), ...parameters];
  return { name, command, count: asOne };
}

function onKernel(folder: string, { name, path }: Kernel, seed: number): Stage[] {
  const release = /\d+\.\d+/.exec(name)?.[0] ?? '';
  const known = `examples/known-failures/linux-${release}.txt`;
  const kernel = ['--adapter-option', `kernel=${path}`];
  return [
    suite(folder, {
      name: `the suite on ${name}`,
      parameters: [
        ...['--adapter', 'linux-vm', ...kernel],
        ...(existsSync(known) ? ['--known-failures', known] : []),
      ],
      count: verdicts,
    }),
    randomCalls(`random calls beside ${name}`, seed, [
      ...['--calls', '5000', '--against', 'linux-vm', ...kernel],
    ]),
  ];
}

/** An image that was named by its file. */
export function kernelOf(path: string): Kernel {
  return { name: basename(path), path };
}
