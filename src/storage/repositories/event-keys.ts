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

export class EventKeys {
  readonly #connection: Connection
  readonly #pepper: string
  #periods: number[] | undefined
  #liveYoung = -1
  #historyYoung = -1

  constructor(connection: Connection, pepper: string) {
    this.#connection = connection
    this.#pepper = pepper
  }

  /** Forgets what it remembers of the database: after a rollback, or before a read that others may have overtaken. */
  refresh(): void {
    this.#periods = undefined
    this.#liveYoung = -1
    this.#historyYoung = -1
  }

  has(source: string, key: string): boolean {
    return this.#find(source, key).known
  }

  /** False where the key is known already. */
  add(source: string, key: string, receivedAt: number): boolean {
    const live = source === LIVE_SOURCE
    if (live) this.#enterPeriod(Math.floor(receivedAt / PERIOD_MILLIS))
    const { known, slot, rest } = this.#find(source, key)
    if (known) return false
    const young = live ? 'live_keys_young' : 'history_keys_young'
    this.#connection.statement(`INSERT INTO ${young} (hash, rest) VALUES (?, ?)`).run(slot, rest)
    if (live) {
      this.#liveYoung = (this.#liveYoung < 0 ? this.#count(young) : this.#liveYoung + 1) || 1
      if (this.#liveYoung >= YOUNG_KEYS) this.#carryOverLive()
    } else {
      this.#historyYoung = (this.#historyYoung < 0 ? this.#count(young) : this.#historyYoung + 1) || 1
      if (this.#historyYoung >= YOUNG_KEYS) this.#carryOver(young, 'history_keys', () => (this.#historyYoung = 0))
    }
    return true
  }

  remove(source: string, key: string): void {
    const { known, slot } = this.#find(source, key)
    if (!known) return
    for (const table of this.#tables(source === LIVE_SOURCE)) {
      this.#connection.statement(`DELETE FROM ${table} WHERE hash = ?`).run(slot)
    }
  }

  #find(source: string, key: string): { known: boolean; slot: number; rest: number } {
    const [first, rest] = hashNumbers(this.#pepper, source, key)
    const tables = this.#tables(source === LIVE_SOURCE)
    for (let slot = first; ; slot++) {
      let taken = false
      for (const table of tables) {
        const row = this.#connection.statement(`SELECT rest FROM ${table} WHERE hash = ?`).get(slot)
        if (row === undefined) continue
        if (integer(row, 'rest') === rest) return { known: true, slot, rest }
        taken = true
      }
      if (!taken) return { known: false, slot, rest }
    }
  }

  #tables(live: boolean): string[] {
    if (!live) return ['history_keys_young', 'history_keys']
    return ['live_keys_young', ...this.#livePeriods().map((period) => `live_keys_${period}`)]
  }

  #livePeriods(): number[] {
    this.#periods ??= this.#connection
      .statement('SELECT period FROM live_key_periods ORDER BY period DESC')
      .all()
      .map((row) => integer(row, 'period'))
    return this.#periods
  }

  /** The young keys belong to the newest period; when a newer one begins they are carried over first. */
  #enterPeriod(period: number): void {
    const newest = this.#livePeriods()[0]
    if (newest !== undefined && newest >= period) return
    if (newest !== undefined) this.#carryOverLive()
    this.#connection.exec(`CREATE TABLE live_keys_${period} (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT`)
    this.#connection.statement('INSERT INTO live_key_periods (period) VALUES (?)').run(period)
    for (const old of this.#livePeriods().filter((one) => one < period - PERIODS_KEPT)) {
      this.#connection.exec(`DROP TABLE live_keys_${old}`)
      this.#connection.statement('DELETE FROM live_key_periods WHERE period = ?').run(old)
    }
    this.#periods = undefined
  }

  #carryOverLive(): void {
    const newest = this.#livePeriods()[0]
    if (newest === undefined) return
    this.#carryOver('live_keys_young', `live_keys_${newest}`, () => (this.#liveYoung = 0))
  }

  #carryOver(young: string, old: string, done: () => void): void {
    this.#connection.exec(`INSERT INTO ${old} SELECT hash, rest FROM ${young} ORDER BY hash; DELETE FROM ${young}`)
    done()
  }

  #count(table: string): number {
    return scalar(this.#connection.statement(`SELECT count(*) AS n FROM ${table}`).get(), 'n')
  }
}
