import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';

import { filesBelow } from '../../tidy/files.ts';
import { compileByTsNode } from './compile.ts';
import { contents, packedPath, packedText } from './contents.ts';
import { manifest, ownManifest } from './manifest.ts';

/** `npm pack` itself takes a minute with all that follows: `npm run nightly -- --only package`. */

const { programs, packages, files } = contents(compileByTsNode);
const { dependencies, devDependencies, bin, files: top } = ownManifest();

test('the package needs nothing that is only there for its development', () => {
  deepEqual(
    [...packages].filter((name) => !(name in dependencies)),
    [],
  );
  ok(packages.has('@cucumber/cucumber') && packages.has('commander'), 'they are looked for');
  deepEqual(
    Object.keys(devDependencies).filter((name) => packages.has(name)),
    [],
  );
});

const inCheckout =
  /\.test\.|\/fixtures\/|^src\/(tidy|emulate\/qemu|cli\/(test|bench|package))\/|stryker/;

test('the package has no test, and none of the tools of a checkout', () => {
  deepEqual(
    [...programs.keys(), ...files].filter((path) => inCheckout.test(path)),
    [],
  );
});

test('the package has every feature, step, seeded bug and source in C', () => {
  const everything = new Set([...programs.keys(), ...files]);
  const wanted = [
    ...filesBelow('features', '.feature'),
    ...filesBelow('steps', '.steps.ts'),
    ...filesBelow('src/mutants/families', '.ts'),
    ...['.c', '.h'].flatMap((ending) => filesBelow('src', ending)),
  ]
    .map(({ path }) => path)
    .filter((path) => !inCheckout.test(path));
  ok(wanted.length > 300, `${wanted.length} files`);
  deepEqual(
    wanted.filter((path) => !everything.has(path)),
    [],
  );
});

test('the package knows its programs, its names and what it was made of', () => {
  deepEqual(bin, { 'iommufd-conformance': `dist/${packedPath('src/cli/program.ts')}` });
  match(programs.get('src/cli/program.ts') ?? '', /^#!\/usr\/bin\/env node\n/);
  for (const name of ['emulate', 'main', 'random', 'selftests', 'random/mutant-worker'])
    ok(programs.has(`src/cli/${name}.ts`), name);
  ok(top.includes('dist'));
  const { name, imports, commit } = manifest() as Record<string, unknown>;
  equal(name, 'iommufd-conformance');
  match(String(commit), /^[0-9a-f]{12}/);
  ok('#uapi/*' in (imports as object));
});

test('what is compiled names files and commands as they are in the package', () => {
  const cases = [
    ['require("./x.ts")', 'require("./x.js")'],
    ["load('#uapi/x/y.ts')", "load('#uapi/x/y.js')"],
    ['require("./disk-cache.cjs")', 'require("./disk-cache.cjs")'],
    ['"a sentence of ./x.ts"', '"a sentence of ./x.ts"'],
    ['`npm run lab -- build`', '`npx iommufd-conformance lab build`'],
    ['npm run conformance -- --only X', 'npx iommufd-conformance --only X'],
    ['npm run requirements lists', 'npx iommufd-conformance requirements lists'],
    ['npm run docs', 'npm run docs'],
  ] as const;
  for (const [text, packed] of cases) equal(packedText(text), packed);
});
