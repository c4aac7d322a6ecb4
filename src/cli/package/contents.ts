import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { extname, join } from 'node:path';

import { targetOf } from '../../tidy/imports.ts';
import { root } from '../version.ts';

/**
 * What the package has of this checkout, below `dist/` under the same paths: the programs, compiled, with all that they
 * load, and the files that they read. Node compiles nothing that lies in node_modules.
 */

/** Turns a TypeScript file into JavaScript. */
export type Compile = (text: string, path: string) => string;

export interface Contents {
  /** By path, from the top of the checkout: `src/cli/main.ts`. What is compiled has another ending in the package. */
  readonly programs: ReadonlyMap<string, string>;
  /** Packages that the programs load. */
  readonly packages: ReadonlySet<string>;
  /** Copied as they are. */
  readonly files: readonly string[];
}

/** What is run, and what is looked for in a folder by its ending. */
const entries = ['src/cli/program.ts', 'steps/support/hooks.ts'];
const wholeFolders: readonly [folder: string, ending: RegExp][] = [
  ['src/mutants/families', /\.ts$/],
  ['steps', /^[^/]*\.steps\.ts$/],
];

/** Sources in C, configurations of kernels, and what users look at or name. */
const copied: readonly [folder: string, ending: RegExp][] = [
  ['features', /\.feature$/],
  ['src/emulate/native', /\.[ch]$/],
  ['src/adapters/linux/agent', /\.[ch]$/],
  ['src/lab', /\.config$/],
  ['examples/known-failures', /\.txt$/],
  ['examples/adapter-python', /\.(py|md)$/],
  ['examples/emulate', /\.(c|py|rs|md)$/],
  ['reports/published', /\.(json|md)$/],
];
const copiedFiles = ['cucumber.js'];

/** A file that is named in one that was compiled: by an import, or to be loaded later. */
const ours = /(["'])((?:\.{1,2}\/|#)[^"'\n]+\.(?:ts|cjs|json))\1/g;
const theirs = /(?<![.#\w])(?:require|import|load)\(["']([^"'.#][^"']*)["']\)/g;

export function contents(compile: Compile): Contents {
  const programs = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = [...entries, ...wholeFolders.flatMap(filesOf)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (programs.has(path)) continue;
    const text = readFileSync(join(root, path), 'utf8');
    const program = extname(path) === '.ts' ? compile(text, join(root, path)) : text;
    programs.set(path, program);
    for (const name of packagesIn(program)) packages.add(name);
    for (const [, , name = ''] of program.matchAll(ours)) waiting.push(targetOf(path, name));
  }
  return { programs, packages, files: [...copiedFiles, ...copied.flatMap(filesOf)] };
}

/** `@cucumber/cucumber` of `@cucumber/cucumber/api`; what comes with Node is none. */
function packagesIn(program: string): string[] {
  return [...program.matchAll(theirs)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
}

function filesOf([folder, ending]: readonly [string, RegExp]): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** As it is called in the package. */
export function packedPath(path: string): string {
  return path.replace(/\.ts$/, '.js');
}

/** With names of files as they are called in the package, and commands as its users type them. */
export function packedText(program: string): string {
  return program
    .replace(ours, (name) => name.replace(/\.ts(["'])$/, '.js$1'))
    .replace(/npm run (?:--silent )?conformance(?: --)?/g, 'npx iommufd-conformance')
    .replace(
      /npm run (emulate|lab|random|requirements|second-reading|selftests)(?: --)?/g,
      'npx iommufd-conformance $1',
    );
}
