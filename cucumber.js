/**
 * Cucumber's configuration: a profile an adapter, so that `npx cucumber-js -p linux-vm` is all it takes. The adapter
 * may also be given as `--world-parameters '{"adapter":"void"}'`, or in IOMMUFD_ADAPTER.
 */

/** Milliseconds: a call that takes longer is broken. The emulated machine of linux-vm needs its time to boot. */
const timeoutMs = 30_000;

function profile(adapter, settings = {}) {
  return {
    requireModule: ['ts-node/register'],
    require: ['steps/support/hooks.ts', 'steps/*.steps.ts'],
    format: [process.stdout.isTTY ? 'progress-bar' : 'progress'],
    worldParameters: { adapter, settings, timeoutMs },
  };
}

module.exports = {
  default: profile(process.env.IOMMUFD_ADAPTER || 'reference'),
  reference: profile('reference'),
  // The reference as a child program, unless --world-parameters '{"settings":{"command":…}}' names another one.
  wire: profile('wire', { command: 'node --require ts-node/register src/cli/main.ts serve' }),
  void: profile('void'),
  // Say which one: --world-parameters '{"settings":{"mutant":"SEED-0001"}}'.
  mutant: profile('./src/mutants/adapter.ts'),
  linux: profile('linux'),
  'linux-vm': profile('linux-vm'),
};
