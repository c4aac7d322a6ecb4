import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Implementation } from '#port/implementation.ts';
import { AdapterError, checked } from './checked.ts';
import type * as Wire from './wire/index.ts';

interface Module {
  readonly implementation?: unknown;
}

/** Loaded only when asked for: the Linux adapters need tools that most machines lack. */
const known: Readonly<Record<string, string>> = {
  reference: './reference/index.ts',
  linux: './linux/index.ts',
  'linux-vm': './linux/vm.ts',
  void: './void/index.ts',
  wire: './wire/command.ts',
};

export const adapterNames = Object.keys(known);

/** Not import(): that does not pass through ts-node. */
const load = createRequire(__filename);

const moduleExtensions = ['.ts', '.js', '.cjs', '.mjs'];

/**
 * The implementation that `--adapter` names: one of ours; a module that exports `implementation`; or a program that
 * speaks the wire protocol. What it declares is checked from then on. Rejects with an AdapterError that is fit to print.
 */
export async function loadAdapter(nameOrPath: string): Promise<Implementation> {
  const ours = Object.hasOwn(known, nameOrPath) ? known[nameOrPath] : undefined;
  if (ours !== undefined) return checked(exported(await loadModule(ours, nameOrPath), nameOrPath));
  const path = resolve(nameOrPath);
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) throw notFound(nameOrPath);
  if (moduleExtensions.includes(extname(path))) {
    return checked(exported(await loadModule(path, nameOrPath), nameOrPath));
  }
  await access(path, constants.X_OK).catch(() => {
    throw new AdapterError(
      `adapter ${nameOrPath} is not executable (try chmod +x), and not a module either ` +
        `(${moduleExtensions.join(' ')})`,
    );
  });
  const { wire } = load('./wire/index.ts') as typeof Wire;
  return checked(wire({ name: basename(nameOrPath), command: path }));
}

async function loadModule(path: string, name: string): Promise<Module> {
  try {
    return await requireOrImport(path);
  } catch (error) {
    throw new AdapterError(`adapter ${name} does not load: ${String(error)}`, { cause: error });
  }
}

async function requireOrImport(path: string): Promise<Module> {
  try {
    return load(path) as Module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ESM') throw error;
    return (await import(pathToFileURL(path).href)) as Module;
  }
}

function notFound(name: string): AdapterError {
  return new AdapterError(
    `no adapter ${name}: known are ${adapterNames.join(', ')}; ` +
      'or give the path of a program or of a module, such as ./my-adapter',
  );
}

/** A CommonJS module that was loaded by import() may hold its exports one level down. */
function exported(module: Module & { readonly default?: Module }, name: string): Implementation {
  const implementation = module.implementation ?? module.default?.implementation;
  if (isImplementation(implementation)) return implementation;
  throw new AdapterError(
    `adapter ${name} does not export "implementation" with name, machines() and start()`,
  );
}

function isImplementation(value: unknown): value is Implementation {
  const { name, machines, start } = Object(value) as Partial<Implementation>;
  return typeof name === 'string' && typeof machines === 'function' && typeof start === 'function';
}
