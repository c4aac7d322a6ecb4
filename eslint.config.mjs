import tseslint from 'typescript-eslint';

/** Rules of ours, as selectors: what no general rule can know. */
const ours = [
  {
    selector: "UnaryExpression[operator='-'] > Literal[value>1][raw=/^\\d+$/]",
    message: "errno-by-name: write failure('EINVAL'), not -22.",
  },
  {
    selector:
      "CallExpression[callee.name='Number'] > MemberExpression[property.name=/^(iova|user_va|address)$/]",
    message: 'no-number-for-u64: a 64-bit value stays a bigint.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules/**', 'reports/**', '**/*.cjs', '**/*.mjs', 'cucumber.js'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/array-type': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'max-params': ['error', 5],
      complexity: ['error', 15],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['steps/**', 'src/reference/**'],
    rules: { 'no-restricted-syntax': ['error', ...ours] },
  },
  // The parameters of a step follow from its text.
  { files: ['steps/*.steps.ts'], rules: { 'max-params': 'off' } },
  {
    // node:test runs what test() returns; nobody waits for it.
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/cli/**', 'src/lab/**'],
    rules: { 'no-console': 'off' },
  },
);
