import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testFolder } from '../../../test/storage/options.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { text } from '../dialects/sqlite/row.ts'
import { MIGRATIONS, migrate, SCHEMA_VERSION, schemaVersion } from './index.ts'

/** Rows that a store of a version may hold, in that version's own tables; each new version adds its own here. */
const ROWS_OF_VERSION: Readonly<Record<number, readonly string[]>> = {
  1: [
    "INSERT INTO products (id, created_at, changed_at) VALUES ('mug', 1, 1)",
    "INSERT INTO profiles (id, hash, known, sealed, created_at, last_seen_at, basis) VALUES (x'01', x'02', 1, x'03', 1, 1, 0)",
    "INSERT INTO sources (name) VALUES ('api')",
    'INSERT INTO events (source, profile, kind, happened_at, received_at, at, bot, line_count) VALUES (1, 1, 5, 1, 1, 1, 0, 0)',
    "INSERT INTO model_versions VALUES (1, 'recommendations', 'serving', 1, 1, 'ndcgAt10', 0.1, 1, '{}', '{}')",
  ],
  2: ["UPDATE products SET revision = 7 WHERE id = 'mug'"],
  3: [
    "INSERT INTO api_keys (id, name, scopes, created_at, hash, origins) VALUES ('k', 'k', 'read', 1, x'01', 'https://a.example')",
  ],
  4: [
    "INSERT INTO experiments (id, salt, body) VALUES ('e', 's', '{}')",
    'INSERT INTO assignments VALUES (1, 1, 0, 1)',
    "INSERT INTO decision_days VALUES (1, 'home', 1, 0, 5)",
  ],
  5: ["INSERT INTO profile_states (profile, version, state, through) VALUES (1, 1, x'00', 1)"],
  6: [
    "INSERT INTO rules (name, body, changed_at) VALUES ('pin', '{}', 1)",
    "INSERT INTO budgets VALUES ('rule:pin', '2026-01-01', 3, 1, 1)",
    "INSERT INTO reservations (budget, period, decision, amount, on_answer, expires_at) VALUES ('rule:pin', '2026-01-01', x'01', 1, 0, 9)",
    "INSERT INTO decision_attempts VALUES (x'01', 1, x'02')",
    "INSERT INTO decision_inputs VALUES (x'01', 1, x'02')",
  ],
  7: ['INSERT INTO live_keys_young (hash, rest) VALUES (5, 7)'],
  8: [
    "INSERT INTO event_tokens VALUES (1, 0, 'token')",
    "INSERT INTO touched_decisions VALUES (1, x'01', 1, 'home', NULL, NULL)",
    'INSERT INTO touches VALUES (1, 1, 0, 1, 1, 1, 1, 0, 1)',
  ],
  9: [
    "INSERT INTO webhook_endpoints (id, url, description, types, sealed, created_at) VALUES ('w', 'https://a.example', '', '', x'01', 1)",
    "INSERT INTO webhook_messages (id, type, created_at, body) VALUES ('msg_1', 'job.ended', 1, '{}')",
    "INSERT INTO webhook_deliveries (endpoint, message, state, attempts, next_at) VALUES ('w', 1, 0, 0, 1)",
  ],
  10: ["UPDATE webhook_deliveries SET leased = 1 WHERE endpoint = 'w'"],
  11: ['INSERT INTO profile_heads VALUES (1, 1, 1)'],
  12: ["INSERT INTO outcome_days VALUES (1, 'home', 0, 0, 1, 3, 5)"],
  13: ["UPDATE webhook_endpoints SET previous_sealed = x'02', previous_until = 9 WHERE id = 'w'"],
  14: ['INSERT INTO recent_heads VALUES (1, 1, 2)'],
  15: [],
  16: ['INSERT INTO live_keys_young (keys) VALUES (zeroblob(16))'],
  17: [],
}

function database(): Connection {
  return new Connection(join(testFolder(), 'store.db'))
}

function schemaOf(connection: Connection): string[] {
  return connection
    .statement("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all()
    .map((row) => text(row, 'sql'))
}

test('versions are numbered in order without gaps, and each has rows to be tested with', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1))
  expect(Object.keys(ROWS_OF_VERSION).map(Number)).toEqual(MIGRATIONS.map(({ version }) => version))
})

describe.each(MIGRATIONS)('a store of version $version ($name)', ({ version }) => {
  test('becomes what a new store is, and keeps its rows', () => {
    const [old, fresh] = [database(), database()]
    // A store of a version holds what it took in as each of the versions before.
    for (let v = 1; v <= version; v++) {
      migrate(old, 1, v)
      for (const sql of ROWS_OF_VERSION[v] ?? []) old.exec(sql)
    }
    expect(schemaVersion(old)).toBe(version)
    migrate(old, 2)
    migrate(fresh, 2)
    expect(schemaVersion(old)).toBe(SCHEMA_VERSION)
    expect(schemaOf(old)).toEqual(schemaOf(fresh))
    for (const table of ['products', 'profiles', 'events', 'model_versions']) {
      expect(old.statement(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 1 })
    }
    expect(old.statement('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    old.close()
    fresh.close()
  })
})

test('a version that was never measured no longer has the value of a very bad one', () => {
  const old = database()
  migrate(old, 1, 16)
  for (const [version, rows] of [
    [1, []],
    [2, [{ name: 'blend' }]],
  ] as const) {
    old
      .statement("INSERT INTO model_versions VALUES (?, 'r', 'retired', 1, 1, 'ndcgAt10', 0, 1, ?, '{}')")
      .run(version, JSON.stringify({ validation: { rows } }))
  }
  migrate(old, 2)
  const values = old.statement('SELECT value FROM model_versions ORDER BY version').all()
  expect(values.map(({ value }) => value)).toEqual([null, 0])
  old.close()
})

test('migrating again, also from a second connection, changes nothing', () => {
  const first = database()
  migrate(first, 1)
  const second = new Connection(first.path)
  migrate(second, 2)
  const rows = first.statement('SELECT version, applied_at FROM schema_migrations').all()
  expect(rows).toEqual(MIGRATIONS.map(({ version }) => ({ version, applied_at: 1 })))
  first.close()
  second.close()
})
