import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { summaryReporter } from './test/support/summary-reporter.ts'

export default defineConfig({
  resolve: {
    // pothos reaches graphql through require and our code through import: without one
    // address for both, two copies load and refuse each other's types.
    alias: [
      {
        find: /^graphql$/,
        replacement: fileURLToPath(new URL('./node_modules/graphql/index.js', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Many tests wait for something most of the time.
    maxWorkers: 3,
    reporters: ['default', summaryReporter()],
    server: {
      deps: {
        inline: [/pothos/, /graphql-yoga/, /@graphql-tools/, /graphql-ws/, /graphql-query-complexity/],
      },
    },
  },
})
