import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'tests/archive/**/*.test.ts'],
    // Components need a document; what is only data runs faster without one. A file asks for it in its first line:
    // // @vitest-environment jsdom
    environment: 'node',
    // Their ES modules name what CommonJS packages export, which node alone refuses.
    server: { deps: { inline: [/@grafana\//] } },
    // Those packages are large; without isolation a worker loads them once for all its files. Nothing here keeps state.
    isolate: false,
    setupFiles: ['tests/setup.ts'],
  },
});
