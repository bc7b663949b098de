import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['build', 'sdk/dist', 'node_modules', '.data', '**/*.mjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Remix lets a loader or an action throw a Response; any other thrown value must be an Error.
      '@typescript-eslint/only-throw-error': ['error', { allow: ['Response'] }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.property.name="export"] Property[key.name="format"][value.value="jwk"]',
          message: 'Node 20 can hang in it, for a key from generateKeyPairSync: export PEM or DER.',
        },
      ],
    },
  },
  {
    files: ['test/**', '**/*.test.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'error', 'no-console': 'off' },
  },
  {
    // The core is a function of its arguments: no clock, no randomness, no network, no process.
    files: ['sdk/src/receipt/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'Date', 'fetch', 'crypto', 'process', 'performance'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
)
