import type { Implementation, StartOptions } from '#port/implementation.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Settings } from '#port/setting.ts';
import { wire } from './index.ts';

/** `--adapter wire --adapter-option command='python3 my-adapter.py'`: a shell takes the command apart. */
export const implementation: Implementation = {
  name: 'wire',
  async settings(given, timeoutMs) {
    if (!given['command']) return ours;
    const theirs = await program(given).settings?.(itsOwn(given), timeoutMs);
    return theirs && { ...ours, ...theirs };
  },
  machines: async (given, timeoutMs) => program(given).machines(itsOwn(given), timeoutMs),
  start: async (options) =>
    program(options.settings).start({ ...options, settings: itsOwn(options.settings) }),
};

/** What is meant for the program: it refuses what it does not know. */
function itsOwn({ command: _, ...settings }: StartOptions['settings']): StartOptions['settings'] {
  return settings;
}

const ours: Settings = {
  command: { takes: 'text', says: 'the program, and what it is called with, for a shell' },
};

const programs = new Map<string, Implementation>();

function program({ command }: StartOptions['settings']): Implementation {
  if (command === undefined || command === '') {
    throw new ImplementationBroken('adapter wire needs to know what to start: set "command"');
  }
  const known = programs.get(command) ?? wire({ name: command, command, shell: true });
  programs.set(command, known);
  return known;
}
