/**
 * ts-node's transpiler (tsconfig.json names it): swc, and on disk what it made of each file before. This is where every
 * program that runs the TypeScript passes by: npm's scripts, cucumber and its workers, tests, children. Plain JavaScript,
 * as it is needed to load anything else. IOMMUFD_COMPILE_CACHE=off switches it off.
 */
'use strict';

const nodeModule = require('node:module');

const { DiskCache, hashOf, isOff } = require('./disk-cache.cjs');

/** What the result depends on besides the file. */
function configurationOf({ service, nodeModuleEmitKind }) {
  const versions = ['@swc/core', 'ts-node', 'typescript'].map(
    (name) => require(`${name}/package.json`).version,
  );
  const { options } = service.config;
  return JSON.stringify([versions, nodeModuleEmitKind, options]);
}

/** What ts-node calls: swc is loaded with the first file that the cache does not have. */
function create({ folder, ...options }) {
  let swc;
  // Node's own, of machine code, where it has one (22 and later).
  if (!isOff) nodeModule.enableCompileCache?.();
  const cache = new DiskCache(folder);
  const configuration = configurationOf(options);
  return {
    transpile(text, { fileName }) {
      const key = hashOf(configuration, fileName, text);
      const known = cache.read(key);
      if (known) return known;
      swc ??= require('ts-node/transpilers/swc').create(options);
      const made = swc.transpile(text, { fileName });
      cache.write(key, made);
      return made;
    },
  };
}

module.exports = { create };
