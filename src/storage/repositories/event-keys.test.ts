import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../../test/storage/options.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'
import { migrate } from '../migrations/index.ts'
import { EventKeys, LIVE_SOURCE, YOUNG_KEYS } from './event-keys.ts'

const DAY = 86_400_000

function keysOf(): { connection: Connection; keys: EventKeys } {
  const connection = new Connection(join(testFolder(), 'store.db'))
  migrate(connection, 1)
  connection.exec('BEGIN')
  return { connection, keys: new EventKeys(connection, 'pepper') }
}

const rows = (connection: Connection, table: string) =>
  scalar(connection.statement(`SELECT count(*) AS n FROM ${table}`).get(), 'n')

test('when the young table is full its keys are carried over, and stay known', () => {
  const { connection, keys } = keysOf()
  for (let i = 0; i < YOUNG_KEYS + 5; i++) if (!keys.add('csv', `k${i}`, 1)) throw new Error(`k${i} was new`)
  expect([rows(connection, 'history_keys'), rows(connection, 'history_keys_young')]).toEqual([YOUNG_KEYS, 5])
  expect(keys.add('csv', 'k0', 1)).toBe(false)
  expect(keys.add('csv', `k${YOUNG_KEYS + 1}`, 1)).toBe(false)
  keys.remove('csv', 'k0')
  expect(new EventKeys(connection, 'pepper').has('csv', 'k0')).toBe(false)
  expect(keys.has('other', 'k1')).toBe(false)
  connection.close()
})

test('live keys are known for 32 days whatever the day in the period, and old tables are dropped', () => {
  const { connection, keys } = keysOf()
  for (let day = 0; day < 120; day++) {
    expect(keys.add(LIVE_SOURCE, `day${day}`, day * DAY)).toBe(true)
    for (let back = 0; back <= Math.min(day, 32); back++) expect(keys.has(LIVE_SOURCE, `day${day - back}`)).toBe(true)
  }
  expect(keys.has(LIVE_SOURCE, 'day0')).toBe(false)
  expect(rows(connection, 'live_key_periods')).toBe(5)
  connection.close()
})

test('two keys that meet in one slot are both kept apart', () => {
  const { connection, keys } = keysOf()
  keys.add('csv', 'a', 1)
  // The same slot with another rest is another key, which the first one must step aside for.
  connection.exec('UPDATE history_keys_young SET rest = rest + 1')
  keys.refresh()
  expect(keys.has('csv', 'a')).toBe(false)
  expect(keys.add('csv', 'a', 1)).toBe(true)
  expect(keys.has('csv', 'a')).toBe(true)
  expect(rows(connection, 'history_keys_young')).toBe(2)
  connection.close()
})

test('a clock that jumps years ahead and back forgets nothing, and leaves no table of the future behind', () => {
  const { connection, keys } = keysOf()
  const YEAR = 365 * DAY
  const times = [0, 8, 16, 24, 32, 20 * 365, 30 * 365, 33, 34, 41, 48].map((days) => 50 * YEAR + days * DAY)
  for (const [i, at] of times.entries()) {
    expect([i, keys.add(LIVE_SOURCE, `k${i}`, at)]).toEqual([i, true])
    for (let back = Math.max(0, i - 3); back <= i; back++) {
      expect([i, back, keys.add(LIVE_SOURCE, `k${back}`, at)]).toEqual([i, back, false])
    }
  }
  const last = times.at(-1) ?? 0
  const [newest] = connection.statement('SELECT max(period) AS p FROM live_key_periods').all()
  expect(Number(newest?.['p']) - Math.floor(last / (8 * DAY))).toBeLessThanOrEqual(2)
  expect(rows(connection, 'live_key_periods')).toBeLessThanOrEqual(5)
  connection.close()
})
