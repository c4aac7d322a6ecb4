import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { IRunConfiguration } from '@cucumber/cucumber/api';

import type { Place } from '#port/places.ts';

import type { RunOptions } from './run.ts';
import { tagExpression } from './selection.ts';
import type { Suite } from './suite.ts';
import { userPath } from './user-path.ts';

const quiet = pathToFileURL(resolve(__dirname, './quiet-formatter.cjs')).href;
const eachMachine = pathToFileURL(resolve(__dirname, './each-machine.cjs')).href;

/** Cucumber's configuration of the suite, narrowed to what this run is to do. */
export function configure(options: RunOptions, suite: Suite): IRunConfiguration {
  const { paths, order, shard, adapter, settings, timeoutMs, machine, alone, patience } = options;
  const { configuration: base, folder } = suite;
  const own = base.sources.tagExpression;
  const wanted = tagExpression(options);
  return {
    ...base,
    sources: {
      ...base.sources,
      ...(paths.length > 0 && { paths: paths.map((path) => userPath(path, folder)) }),
      tagExpression: [own && `(${own})`, wanted].filter(Boolean).join(' and '),
      order: order as IRunConfiguration['sources']['order'],
      ...(shard !== undefined && { shard }),
    },
    runtime: {
      ...base.runtime,
      parallel: workers(options),
      worldParameters: {
        ...base.runtime.worldParameters,
        adapter,
        settings,
        timeoutMs,
        folder: process.cwd(),
        ...(machine !== undefined && { machine }),
        ...(alone && { alone }),
        ...(patience !== undefined && { patience }),
      },
    },
    formats: { stdout: quiet, files: {}, publish: false, options: {} },
  };
}

/** The same run, in which what looks at a device does so on a machine of each kind: src/cli/each-machine.ts. */
export function onEachMachine(
  configuration: IRunConfiguration,
  places: readonly Place[],
  firstOnly = false,
): IRunConfiguration {
  const told = places.map(({ features, ...rest }) => ({ ...rest, features: [...features] }));
  const options = { places: told, firstOnly };
  return { ...configuration, plugins: { specifiers: [eachMachine], options } };
}

/** An emulated machine keeps one processor busy, and waits for its devices in between: two workers have two of each. */
function workers({ adapter, parallel }: RunOptions): number {
  const fitting = adapter === 'linux-vm' && availableParallelism() > 1 ? 2 : 0;
  return parallel ?? fitting;
}
