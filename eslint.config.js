import tseslint from 'typescript-eslint';

/** The engine is a pure function: what these names give is an argument of `step` or an effect in its answer. */
const IMPURE_GLOBALS = [
  'Date',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'fetch',
  'Promise',
  'performance',
  'crypto',
];

const SKIPPED_TEST = {
  selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo)$/]',
  message: 'Expected a test that runs with all others; a test that cannot run now does not belong here.',
};

const ASYNCHRONY = [
  { selector: ':function[async=true]', message: 'The engine is synchronous: ask for an effect instead of waiting.' },
  { selector: 'AwaitExpression', message: 'The engine is synchronous: ask for an effect instead of waiting.' },
  { selector: 'ForOfStatement[await=true]', message: 'The engine is synchronous: ask for an effect instead of waiting.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.reprise/', '**/node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    extends: [tseslint.configs.strict],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', SKIPPED_TEST],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      // Nest's modules are empty classes with a decorator; the data of a query may have no field.
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true, allowWithDecorator: true }],
      // The engine's state is plain JSON; records lose keys.
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['{src,test,migrations}/**/*.ts', 'ormconfig.ts'],
    extends: [tseslint.configs.strictTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Groups of a match and keys of foreign data may be absent although their types do not say so.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Options of Nest are declared as classes and given as plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A value of a model is JSON: what is no text is refused where it is used, not where it is printed.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // What a test gets wrong by these fails the test; bodies of answers have no type until they are looked at.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...IMPURE_GLOBALS.map((name) => ({ name, message: 'The engine is pure: same input, same output.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The engine is pure: same input, same output.' },
      ],
      'no-restricted-syntax': ['error', ...ASYNCHRONY],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/engine/**', 'src/application/session/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/engine/index.js'],
              importNames: ['step'],
              message: 'Only src/application/session calls the engine: apply a command through EngineSession.',
            },
          ],
        },
      ],
    },
  },
  { files: ['{bench,examples,scripts}/**', 'test/**/*.mjs'], rules: { 'no-console': 'off' } },
);
