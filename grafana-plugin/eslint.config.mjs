import grafana from '@grafana/eslint-config';

export default [
  { ignores: ['dist/', 'build/', 'node_modules/'] },
  ...grafana,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      'react/prop-types': 'off',
      'react/react-in-jsx-scope': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  { files: ['src/**/*.{ts,tsx}'], rules: { 'no-console': 'error' } },
];
