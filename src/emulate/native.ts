import { join } from 'node:path';

import { compiled } from '#lab/compile.ts';

/** The library that stands between a program and the C library, compiled where it is not yet. Throws LabError. */
export function preloadLibrary(): Promise<string> {
  return compiled({
    what: 'the library for programs',
    folder: join(__dirname, 'native', 'preload'),
    flags: ['-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-Wall', '-Wextra', '-ldl'],
    name: 'preload.so',
  });
}

/** The program that holds eventfds. */
export function eventfdKeeper(): Promise<string> {
  return compiled({
    what: 'the keeper of eventfds',
    folder: join(__dirname, 'native', 'eventfds'),
    flags: ['-O2', '-Wall', '-Wextra'],
    name: 'eventfds',
  });
}
