const common = {
  requireModule: ['ts-node/register'],
  require: ['steps/support/hooks.ts', 'steps/*.steps.ts'],
  paths: ['features/**/*.feature'],
  format: ['progress'],
};

const adapter = process.env.IOMMUFD_ADAPTER ?? 'reference';

function profile(name) {
  return { ...common, worldParameters: { adapter: name, settings: {}, timeoutMs: 30_000 } };
}

module.exports = { default: profile(adapter) };
