import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Whether claims of chance hold: hundreds of seeded experiments each. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['**/*.statistics.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 300_000,
  },
})
