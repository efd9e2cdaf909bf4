import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What tests start, and the threads of that, reads TypeScript that was stripped once: a third of the time to start.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

// Servers that tests start train when a test says so.
process.env['STOREMIND_TRAINING_DAILY_AT'] ??= 'never'

/**
 * The tests of the whole first, which take longest: one that begins last keeps one core at work and the others idle.
 * Vitest's own order goes by the last run's durations, and where there was none, by the size of files.
 */
class WholeFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ofTheWhole = ({ moduleId }: TestSpecification) => Number(/\/test\/(?!architecture)/.test(moduleId))
    return (await super.sort(files)).sort((a, b) => ofTheWhole(b) - ofTheWhole(a))
  }
}

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
    sequence: { sequencer: WholeFirst },
    execArgv: ['--conditions=storemind-source'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
