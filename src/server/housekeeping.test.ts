import { expect, test } from 'vitest'
import type { Store } from '../core/ports.ts'
import { watchClock } from './clock-watch.ts'
import { retention } from './housekeeping.ts'
import { createLogger } from './logging.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 1)

test.each([
  ['goes on', 0, 400 * 24 * HOUR, true],
  ['is set ahead by a daylight hour', HOUR, HOUR, true],
  ['is set back by a year', -365 * 24 * HOUR, HOUR, true],
  ['is set ahead by a year', 365 * 24 * HOUR, HOUR, false],
])('a clock that %s: old data is deleted only by time that passed', async (_, jump, passed, deletes) => {
  let [now, elapsed] = [START, 50]
  const clock = () => now
  const watch = watchClock(clock, () => elapsed)
  now += passed + jump
  elapsed += passed
  expect(watch.drift()).toBe(jump)
  const started: string[] = []
  const log: string[] = []
  const parts = {
    runner: { start: async (kind: string) => void started.push(kind) as never },
    store: {} as Store,
    rule: { decisionDays: 1, rawEventDays: 1, jobDays: 1 },
    clock,
    watch,
    logger: createLogger({ level: 'info', destination: { write: (line: string) => void log.push(line) } }),
  }
  expect(await retention(parts)).toBe(deletes)
  expect(started).toEqual(deletes ? ['retention'] : [])
  expect(log.join('').includes('the clock was set ahead')).toBe(!deletes)
})
