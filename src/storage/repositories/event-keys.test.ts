import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../../test/storage/options.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'
import { migrate } from '../migrations/index.ts'
import { EventKeys, LIVE_SOURCE } from './event-keys.ts'

const DAY = 86_400_000

/** @param limit young keys that begin to age together */
function keysOf(limit?: number): { connection: Connection; keys: EventKeys } {
  const connection = new Connection(join(testFolder(), 'store.db'))
  migrate(connection, 1)
  connection.exec('BEGIN')
  return { connection, keys: new EventKeys(connection, 'pepper', limit) }
}

const rows = (connection: Connection, table: string) =>
  scalar(connection.statement(`SELECT count(*) AS n FROM ${table}`).get(), 'n')

test('keys stay known while they age, once they are old, and wherever the store is opened in between', () => {
  const { connection, keys: first } = keysOf(300)
  let keys = first
  let added = 0
  const add = (n: number) => {
    for (let end = added + n; added < end; added++) {
      if (!keys.add('csv', `k${added}`, 1)) throw new Error(`k${added} was new`)
    }
    keys.write()
    for (let i = 0; i < added; i++) if (keys.add('csv', `k${i}`, 1)) throw new Error(`k${i} was known`)
  }
  add(300)
  expect(rows(connection, 'history_keys')).toBe(0)
  add(40)
  expect(rows(connection, 'history_keys')).toBe(40)
  // Some of them are carried over; who opens the store now finds all 300 young again.
  keys = new EventKeys(connection, 'pepper', 300)
  add(1)
  expect(rows(connection, 'history_keys')).toBe(40)
  for (let call = 0; call < 300; call++) add(1)
  expect(rows(connection, 'history_keys')).toBe(341)
  for (let call = 0; call < 30; call++) add(50)
  expect(rows(connection, 'history_keys')).toBeGreaterThan(1300)
  keys = new EventKeys(connection, 'pepper', 300)
  add(0)
  connection.close()
})

test('a key that was removed may come again, wherever it stood', () => {
  const { connection, keys } = keysOf(100)
  for (let i = 0; i < 100; i++) keys.add('csv', `k${i}`, 1)
  keys.write()
  for (let i = 100; i < 120; i++) keys.add('csv', `k${i}`, 1)
  keys.write()
  // 20 of the first hundred are old by now, 80 are ageing, and 20 are young.
  const all = Array.from({ length: 120 }, (_, i) => `k${i}`)
  for (const key of all) keys.remove('csv', key)
  keys.write()
  for (const known of [keys, new EventKeys(connection, 'pepper', 100)]) {
    expect(all.filter((key) => known.has('csv', key))).toEqual([])
  }
  expect(all.filter((key) => keys.add('csv', key, 1))).toEqual(all)
  keys.remove('csv', 'k3')
  expect(keys.add('csv', 'k3', 1)).toBe(true)
  keys.write()
  const again = new EventKeys(connection, 'pepper', 100)
  expect(all.filter((key) => !again.has('csv', key))).toEqual([])
  expect(again.has('other', 'k1')).toBe(false)
  connection.close()
})

test('live keys are known for 32 days whatever the day in the period, and old tables are dropped', () => {
  const { connection, keys } = keysOf()
  for (let day = 0; day < 120; day++) {
    expect(keys.add(LIVE_SOURCE, `day${day}`, day * DAY)).toBe(true)
    keys.write()
    for (let back = 0; back <= Math.min(day, 32); back++) expect(keys.has(LIVE_SOURCE, `day${day - back}`)).toBe(true)
  }
  expect(keys.has(LIVE_SOURCE, 'day0')).toBe(false)
  expect(rows(connection, 'live_key_periods')).toBe(5)
  connection.close()
})

test('two keys that meet in one slot are both kept apart', () => {
  const { connection, keys } = keysOf()
  keys.add('csv', 'a', 1)
  keys.write()
  // The same slot with another rest is another key, which the first one must step aside for.
  connection.exec("UPDATE history_keys_young SET keys = CAST(substr(keys, 1, 8) || x'0000000000000001' AS BLOB)")
  keys.refresh()
  expect(keys.has('csv', 'a')).toBe(false)
  expect(keys.add('csv', 'a', 1)).toBe(true)
  expect(keys.has('csv', 'a')).toBe(true)
  keys.write()
  keys.refresh()
  expect(keys.has('csv', 'a')).toBe(true)
  connection.close()
})

test('a clock that jumps years ahead and back forgets nothing, and leaves no table of the future behind', () => {
  const { connection, keys } = keysOf()
  const YEAR = 365 * DAY
  const times = [0, 8, 16, 24, 32, 20 * 365, 30 * 365, 33, 34, 41, 48].map((days) => 50 * YEAR + days * DAY)
  for (const [i, at] of times.entries()) {
    expect([i, keys.add(LIVE_SOURCE, `k${i}`, at)]).toEqual([i, true])
    keys.write()
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
