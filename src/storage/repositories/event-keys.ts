import type { StatementSync } from 'node:sqlite'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import { hashNumbers } from '../seal.ts'

/*
 * What makes events idempotent: the set of (source, key) that are stored.
 *
 * Keys are kept as two 53-bit numbers of their keyed hash; the first is the row, the second tells collisions apart
 * (they take the next free row). Random rows written into one ever-growing index would make each event dirty a page
 * of its own, so keys go to a small young table first, which stays in the cache, and are carried over in one sorted
 * pass when it is full: each page of the large table is then touched once per 65,536 keys.
 *
 * Keys of history imports are kept for ever. Live keys age by the time of arrival into one table per eight days; the
 * current one and the four before it are asked, so that a repetition is known for at least 32 days, and older tables
 * are dropped whole.
 */

const PERIOD_MILLIS = 8 * 86_400_000
const PERIODS_KEPT = 4
export const YOUNG_KEYS = 65_536

/** The only source that is live; every other one is an importer, whose keys are kept for ever. */
export const LIVE_SOURCE = 'api'

/** A table of keys with its statements. */
interface KeyTable {
  readonly name: string
  readonly find: StatementSync
}

/** The keys of live events, or those of history imports. */
interface KeySet {
  readonly young: string
  /** Young first, then the old ones, newest first; undefined until they are looked up. */
  tables: readonly KeyTable[] | undefined
  /** How many keys are young; −1 until they are counted. */
  youngCount: number
}

export class EventKeys {
  readonly #connection: Connection
  readonly #pepper: string
  readonly #live: KeySet = { young: 'live_keys_young', tables: undefined, youngCount: -1 }
  readonly #history: KeySet = { young: 'history_keys_young', tables: undefined, youngCount: -1 }
  #newestPeriod: number | undefined

  constructor(connection: Connection, pepper: string) {
    this.#connection = connection
    this.#pepper = pepper
  }

  /** Forgets what it remembers of the database: after a rollback, or before a read that others may have overtaken. */
  refresh(): void {
    this.#newestPeriod = undefined
    for (const set of [this.#live, this.#history]) {
      set.tables = undefined
      set.youngCount = -1
    }
  }

  has(source: string, key: string): boolean {
    return this.#find(this.#setOf(source), source, key).known
  }

  /** False where the key is known already. */
  add(source: string, key: string, receivedAt: number): boolean {
    const set = this.#setOf(source)
    if (set === this.#live) this.#enterPeriod(Math.floor(receivedAt / PERIOD_MILLIS))
    if (!this.#insert(set, source, key)) return false
    set.youngCount = set.youngCount < 0 ? this.#count(set.young) : set.youngCount + 1
    if (set.youngCount >= YOUNG_KEYS) this.#carryOver(set)
    return true
  }

  remove(source: string, key: string): void {
    const set = this.#setOf(source)
    const { known, slot } = this.#find(set, source, key)
    if (!known) return
    for (const { name } of this.#tables(set)) {
      this.#connection.statement(`DELETE FROM ${name} WHERE hash = ?`).run(slot)
    }
    set.youngCount = -1
  }

  /** Asks the old tables, and lets the insertion itself find out whether the key is young: one search less. */
  #insert(set: KeySet, source: string, key: string): boolean {
    const [first, rest] = hashNumbers(this.#pepper, source, key)
    const [young, ...old] = this.#tables(set)
    const insert = this.#connection.statement(
      `INSERT INTO ${set.young} (hash, rest) VALUES (?, ?) ON CONFLICT DO NOTHING`,
    )
    for (let slot = first; ; slot++) {
      const taken = old.map(({ find }) => find.get(slot)).find((row) => row !== undefined)
      if (taken === undefined && Number(insert.run(slot, rest).changes) === 1) return true
      const row = taken ?? young?.find.get(slot)
      if (row !== undefined && integer(row, 'rest') === rest) return false
    }
  }

  #setOf(source: string): KeySet {
    return source === LIVE_SOURCE ? this.#live : this.#history
  }

  #find(set: KeySet, source: string, key: string): { known: boolean; slot: number; rest: number } {
    const [first, rest] = hashNumbers(this.#pepper, source, key)
    const tables = this.#tables(set)
    for (let slot = first; ; slot++) {
      let taken = false
      for (const { find } of tables) {
        const row = find.get(slot)
        if (row === undefined) continue
        if (integer(row, 'rest') === rest) return { known: true, slot, rest }
        taken = true
      }
      if (!taken) return { known: false, slot, rest }
    }
  }

  #tables(set: KeySet): readonly KeyTable[] {
    set.tables ??= [set.young, ...this.#oldTables(set)].map((name) => ({
      name,
      find: this.#connection.statement(`SELECT rest FROM ${name} WHERE hash = ?`),
    }))
    return set.tables
  }

  #oldTables(set: KeySet): string[] {
    return set === this.#history ? ['history_keys'] : this.#periods().map((period) => `live_keys_${period}`)
  }

  /** Newest first. */
  #periods(): number[] {
    return this.#connection
      .statement('SELECT period FROM live_key_periods ORDER BY period DESC')
      .all()
      .map((row) => integer(row, 'period'))
  }

  /** The young keys belong to the newest period; when a newer one begins they are carried over first. */
  #enterPeriod(period: number): void {
    this.#newestPeriod ??= this.#periods()[0]
    if (this.#newestPeriod !== undefined && this.#newestPeriod >= period) return
    if (this.#newestPeriod !== undefined) this.#carryOver(this.#live)
    this.#connection.exec(`CREATE TABLE live_keys_${period} (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT`)
    this.#connection.statement('INSERT INTO live_key_periods (period) VALUES (?)').run(period)
    for (const old of this.#periods().filter((one) => one < period - PERIODS_KEPT)) {
      this.#connection.exec(`DROP TABLE live_keys_${old}`)
      this.#connection.statement('DELETE FROM live_key_periods WHERE period = ?').run(old)
    }
    this.refresh()
  }

  /** One sorted pass from the young table into the newest old one. */
  #carryOver(set: KeySet): void {
    const [old] = this.#oldTables(set)
    if (old === undefined) return
    this.#connection.exec(
      `INSERT INTO ${old} SELECT hash, rest FROM ${set.young} ORDER BY hash; DELETE FROM ${set.young}`,
    )
    set.youngCount = 0
  }

  #count(table: string): number {
    return scalar(this.#connection.statement(`SELECT count(*) AS n FROM ${table}`).get(), 'n')
  }
}
