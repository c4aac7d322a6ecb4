/**
 * Cucumber's configuration: a profile an adapter, so that `npx cucumber-js -p linux-vm` is all it takes. The adapter
 * may also be given as `--world-parameters '{"adapter":"void"}'`, or in IOMMUFD_ADAPTER.
 */

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** In the package everything is compiled already. */
const isCompiled = existsSync(join(__dirname, 'src/cli/main.js'));
const extension = isCompiled ? 'js' : 'ts';
const compiler = isCompiled ? [] : ['ts-node/register'];
const serve = [
  ...compiler.flatMap((name) => ['--require', name]),
  `src/cli/main.${extension}`,
  'serve',
];

/** Milliseconds: a call that takes longer is broken. The emulated machine of linux-vm needs its time to boot. */
const timeoutMs = 30_000;

function profile(adapter, settings = {}) {
  return {
    requireModule: compiler,
    require: [`steps/support/hooks.${extension}`, `steps/*.steps.${extension}`],
    format: [process.stdout.isTTY ? 'progress-bar' : 'progress'],
    worldParameters: { adapter, settings, timeoutMs },
  };
}

module.exports = {
  default: profile(process.env.IOMMUFD_ADAPTER || 'reference'),
  reference: profile('reference'),
  // The reference as a child program, unless --world-parameters '{"settings":{"command":…}}' names another one.
  wire: profile('wire', { command: ['node', ...serve].join(' ') }),
  void: profile('void'),
  // Say which one: --world-parameters '{"settings":{"mutant":"SEED-0001"}}'.
  mutant: profile(`./src/mutants/adapter.${extension}`),
  linux: profile('linux'),
  'linux-vm': profile('linux-vm'),
};
