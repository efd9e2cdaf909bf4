import type { StatementSync } from 'node:sqlite'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer } from '../dialects/sqlite/row.ts'
import { hashNumbers } from '../seal.ts'
import { YoungKeys } from './young-keys.ts'

/*
 * What makes events idempotent: the set of (source, key) that are stored.
 *
 * Keys are kept as two 53-bit numbers of their keyed hash; the first is the slot, the second tells collisions apart
 * (they take the next free slot). Random slots written into one ever-growing index would make each event dirty a page
 * of its own, so keys are young first (young-keys.ts), and are carried over in ascending order when there are many: each
 * page of the large table is then written once per 262,144 keys.
 *
 * Keys of history imports are kept for ever. Live keys age by the time of arrival into one table per eight days; the
 * five newest tables are asked, so that a repetition is known for at least 32 days, and older ones are dropped whole.
 */

const PERIOD_MILLIS = 8 * 86_400_000
const TABLES_KEPT = 5

/** The only source that is live; every other one is an importer, whose keys are kept for ever. */
export const LIVE_SOURCE = 'api'

/** The keys of live events, or those of history imports. */
interface KeySet {
  readonly young: YoungKeys
  /** Look into the old tables, the newest first; undefined until they are looked up. */
  old: readonly StatementSync[] | undefined
}

export class EventKeys {
  readonly #connection: Connection
  readonly #pepper: string
  readonly #live: KeySet
  readonly #history: KeySet
  /** The period that was entered last; undefined until it is looked up. */
  #entered: number | undefined

  /** @param limit young keys that begin to age together */
  constructor(connection: Connection, pepper: string, limit?: number) {
    this.#connection = connection
    this.#pepper = pepper
    this.#live = { young: new YoungKeys(connection, 'live_keys_young', limit), old: undefined }
    this.#history = { young: new YoungKeys(connection, 'history_keys_young', limit), old: undefined }
  }

  /** Forgets what it remembers of the database: after a rollback. */
  refresh(): void {
    this.#entered = undefined
    for (const set of [this.#live, this.#history]) {
      set.old = undefined
      set.young.forget()
    }
  }

  has(source: string, key: string): boolean {
    return this.#find(this.#setOf(source), source, key).known
  }

  /** False where the key is known already. What was added must be written. */
  add(source: string, key: string, receivedAt: number): boolean {
    const set = this.#setOf(source)
    if (set === this.#live) this.#enterPeriod(Math.floor(receivedAt / PERIOD_MILLIS))
    const { known, slot, rest } = this.#find(set, source, key)
    if (known) return false
    set.young.add(slot, rest)
    return true
  }

  /** Brings what was added and removed to disk, with some of what is not young any more. */
  write(): void {
    for (const set of [this.#live, this.#history]) set.young.write(this.#oldTables(set)[0])
  }

  remove(source: string, key: string): void {
    const set = this.#setOf(source)
    const { known, slot } = this.#find(set, source, key)
    if (!known) return
    set.young.remove(slot)
    for (const name of this.#oldTables(set)) {
      this.#connection.statement(`DELETE FROM ${name} WHERE hash = ?`).run(slot)
    }
  }

  #setOf(source: string): KeySet {
    return source === LIVE_SOURCE ? this.#live : this.#history
  }

  #find(set: KeySet, source: string, key: string): { known: boolean; slot: number; rest: number } {
    const [first, rest] = hashNumbers(this.#pepper, source, key)
    set.old ??= this.#oldTables(set).map((name) =>
      this.#connection.statement(`SELECT rest FROM ${name} WHERE hash = ?`),
    )
    for (let slot = first; ; slot++) {
      let taken = false
      const young = set.young.restIn(slot)
      if (young === rest) return { known: true, slot, rest }
      if (young !== undefined) taken = true
      for (const find of set.old) {
        const row = find.get(slot)
        if (row === undefined) continue
        if (integer(row, 'rest') === rest) return { known: true, slot, rest }
        taken = true
      }
      if (!taken) return { known: false, slot, rest }
    }
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
    if (this.#entered === period) return
    this.#bringBack(period)
    const [newest] = this.#periods()
    if (newest === undefined || newest < period) {
      if (newest !== undefined) this.#live.young.carryOver(`live_keys_${newest}`)
      this.#connection.exec(`CREATE TABLE live_keys_${period} (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT`)
      this.#connection.statement('INSERT INTO live_key_periods (period) VALUES (?)').run(period)
      // By their number, not by their age: a clock that jumps ahead must not make all of them look old.
      for (const old of this.#periods().slice(TABLES_KEPT)) {
        this.#connection.exec(`DROP TABLE live_keys_${old}`)
        this.#connection.statement('DELETE FROM live_key_periods WHERE period = ?').run(old)
      }
    }
    this.#live.old = undefined
    this.#entered = period
  }

  /** Tables that a clock far ahead has made become those of now, or else keys would gather in them for years. */
  #bringBack(period: number): void {
    let next = period
    for (const found of this.#periods().reverse()) {
      if (found > next + 1) {
        this.#connection.exec(`ALTER TABLE live_keys_${found} RENAME TO live_keys_${next}`)
        this.#connection.statement('UPDATE live_key_periods SET period = ? WHERE period = ?').run(next, found)
        next++
      } else {
        next = Math.max(next, found + 1)
      }
    }
  }
}
