import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** The long fault runs: processes killed again and again while they write, import, train and promote. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['**/*.faults.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 1_800_000,
  },
})
