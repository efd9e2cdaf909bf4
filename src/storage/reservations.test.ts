import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { openForTest, optionsFor, testFolder } from '../../test/storage/options.ts'
import { NOON } from '../../testkit/stores/sample-events.ts'
import { createStore } from './store.ts'

const EXPIRES = 60_000
const PERIOD = '2026-01-01'

/** Runs a process that reserves until it is refused, or is killed after so many acknowledgements. */
async function reserving(directory: string, limit: number, killAfter = Number.POSITIVE_INFINITY): Promise<string[]> {
  const script = new URL('../../test/storage/reserving-process.ts', import.meta.url).pathname
  const args = ['--conditions=storemind-source', script, directory, String(limit), String(EXPIRES)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const granted: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    granted.push(line)
    if (granted.length === killAfter) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe(killAfter === Number.POSITIVE_INFINITY ? null : 'SIGKILL')
  return granted
}

test('writers of several processes are given together just what there is', async () => {
  const options = optionsFor(join(testFolder(), 'store'))
  await createStore(options)
  const all = await Promise.all([1, 2, 3].map(() => reserving(options.directory, 300)))
  expect(new Set(all.flat()).size).toBe(300)
  const store = await openForTest(options)
  expect(await store.budgets.use('rule:ad', PERIOD, NOON)).toEqual({ spent: 0, held: 300 })
}, 60_000)

test('a process that is killed leaves what it held until it expires, and what was spent for good', async () => {
  const options = optionsFor(join(testFolder(), 'store'))
  await createStore(options)
  const granted = await reserving(options.directory, 100_000, 40)
  const store = await openForTest(options)
  const { held, spent } = await store.budgets.use('rule:ad', PERIOD, NOON)
  // What was acknowledged is held; of the eight under way at the kill, some may be.
  expect(held).toBeGreaterThanOrEqual(granted.length)
  expect(spent).toBe(0)
  expect(await store.budgets.settle(granted.slice(0, 10), NOON)).toBe(10)
  expect(await store.budgets.use('rule:ad', PERIOD, NOON)).toEqual({ spent: 10, held: held - 10 })
  expect(await store.budgets.use('rule:ad', PERIOD, NOON + EXPIRES)).toEqual({ spent: 10, held: 0 })
  const again = {
    budget: 'rule:ad',
    period: PERIOD,
    amount: 90,
    limit: 100,
    onAnswer: false,
    expiresAt: NOON + 2 * EXPIRES,
  }
  expect(await store.budgets.reserve('018bcfe5-6800-7000-8000-000000000001', [again], NOON)).toEqual([0])
  expect(await store.budgets.reserve('018bcfe5-6800-7000-8000-000000000001', [again], NOON + EXPIRES)).toEqual([])
}, 60_000)
