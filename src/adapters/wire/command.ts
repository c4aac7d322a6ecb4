import type { Implementation, StartOptions } from '#port/implementation.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import { wire } from './index.ts';

/** `--adapter wire --adapter-option command='python3 my-adapter.py'`: a shell takes the command apart. */
export const implementation: Implementation = {
  name: 'wire',
  machines: async (settings) => program(settings).machines(settings),
  start: async (options) => program(options.settings).start(options),
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
