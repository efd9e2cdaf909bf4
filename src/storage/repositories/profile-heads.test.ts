import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../../test/storage/options.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'
import { migrate } from '../migrations/index.ts'
import { ProfileHeads, RECENT_HEADS } from './profile-heads.ts'

/** A store with so many shoppers, created at 1. */
function storeOf(shoppers: number): Connection {
  const connection = new Connection(join(testFolder(), 'store.db'))
  migrate(connection, 1)
  connection.exec('BEGIN')
  const add = connection.statement(
    'INSERT INTO profiles (row, id, hash, known, sealed, created_at, basis) VALUES (?1, ?2, ?2, 0, ?2, 1, 0)',
  )
  for (let row = 1; row <= shoppers; row++) add.run(row, Buffer.from(`shopper ${row}`))
  return connection
}

const rows = (connection: Connection, table: string) =>
  scalar(connection.statement(`SELECT count(*) AS n FROM ${table}`).get(), 'n')

const stored = (connection: Connection, profile: number) =>
  connection.statement('SELECT last_event, last_seen_at FROM profiles_seen WHERE row = ?').get(profile)

function see(heads: ProfileHeads, profile: number, event: number): void {
  const head = heads.of(profile)
  head.event = event
  head.seenAt = 10 * event
  heads.write([[profile, head]])
}

test('heads are the latest ones wherever they stand, and are carried over when many are recent', () => {
  const shoppers = RECENT_HEADS + 3
  const connection = storeOf(shoppers)
  const heads = new ProfileHeads(connection)
  expect(heads.of(1)).toEqual({ event: null, seenAt: 1, isBot: false })
  for (let profile = 1; profile <= shoppers; profile++) see(heads, profile, profile)
  expect([rows(connection, 'profile_heads'), rows(connection, 'recent_heads')]).toEqual([RECENT_HEADS, 3])
  // One that was carried over comes back.
  see(heads, 5, 20_000)
  expect(rows(connection, 'recent_heads')).toBe(4)
  for (const [profile, event] of [
    [4, 4],
    [5, 20_000],
    [shoppers, shoppers],
  ] as const) {
    expect(stored(connection, profile)).toEqual({ last_event: event, last_seen_at: 10 * event })
    expect(new ProfileHeads(connection).of(profile)).toMatchObject({ event, seenAt: 10 * event })
  }
  connection.close()
})

test('what was undone is not remembered, and what was removed is gone from both tables', () => {
  const connection = storeOf(2)
  const heads = new ProfileHeads(connection)
  see(heads, 1, 7)
  connection.exec('SAVEPOINT one')
  see(heads, 1, 8)
  see(heads, 2, 9)
  connection.exec('ROLLBACK TO one')
  heads.refresh()
  expect([heads.of(1).event, heads.of(2).event]).toEqual([7, null])
  heads.remove(1)
  expect([rows(connection, 'recent_heads'), heads.of(1).event]).toEqual([0, null])
  expect(() => heads.of(3)).toThrow(expect.objectContaining({ code: 'PROFILE_NOT_FOUND' }))
  connection.close()
})
