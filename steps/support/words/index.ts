import { defineParameterType } from '@cucumber/cucumber';

import { calls } from './calls.ts';
import { devices } from './devices.ts';
import { files } from './files.ts';
import { guests } from './guests.ts';
import { hwpts } from './hwpts.ts';
import { interrupts } from './interrupts.ts';
import { ioases } from './ioases.ts';
import { memory } from './memory.ts';
import { migration } from './migration.ts';
import { objects } from './objects.ts';
import { processes } from './processes.ts';
import { registers } from './registers.ts';
import { transports } from './transports.ts';
import { values } from './values.ts';
import { vmms } from './vmms.ts';

/** All nouns, by their names in the texts of steps. */
const types = {
  ...values,
  ...processes,
  ...memory,
  ...objects,
  ...ioases,
  ...hwpts,
  ...devices,
  ...registers,
  ...guests,
  ...interrupts,
  ...migration,
  ...files,
  ...transports,
  ...vmms,
  ...calls,
};

export type ParameterTypes = {
  [K in keyof typeof types]: ReturnType<(typeof types)[K]['transform']>;
} & { int: number; string: string };

export function defineParameterTypes(): void {
  for (const [name, { regexp, transform }] of Object.entries(types)) {
    defineParameterType({
      name,
      regexp,
      transformer: transform as (...groups: string[]) => unknown,
      useForSnippets: false,
    });
  }
}
