import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['storemind-source'] },
  ssr: { resolve: { conditions: ['storemind-source'] } },
  test: {
    include: [
      'src/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'testkit/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.faults.test.ts', '**/*.statistics.test.ts'],
    pool: 'forks',
    // Vitest leaves one core to itself, which on a machine of two is half of it; its own work is little.
    maxWorkers: availableParallelism(),
    execArgv: ['--conditions=storemind-source'],
    testTimeout: 30_000,
  },
})
