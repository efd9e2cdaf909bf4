import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer } from '../dialects/sqlite/row.ts'

/**
 * Keys that came last: in memory to be found, and on disk in the order of arrival.
 *
 * Cost     O(1) a key; 65,536 of them take about 5 MB
 */
export class YoungKeys {
  readonly #connection: Connection
  readonly #table: string
  /** Slot → place in `#rests` and `#rows`; undefined until the table is read. */
  #places: Map<number, number> | undefined
  #rests: number[] = []
  #rows: number[] = []

  constructor(connection: Connection, table: string) {
    this.#connection = connection
    this.#table = table
  }

  get size(): number {
    return this.#all().size
  }

  /** The rest of the key in a slot; undefined where the slot is free. */
  restIn(slot: number): number | undefined {
    const place = this.#all().get(slot)
    return place === undefined ? undefined : this.#rests[place]
  }

  /** Into a slot that is free. */
  add(slot: number, rest: number): void {
    const places = this.#all()
    const row = (this.#rows.at(-1) ?? 0) + 1
    this.#connection.statement(`INSERT INTO ${this.#table} (row, hash, rest) VALUES (?, ?, ?)`).run(row, slot, rest)
    places.set(slot, this.#rests.length)
    this.#rests.push(rest)
    this.#rows.push(row)
  }

  remove(slot: number): void {
    const places = this.#all()
    const place = places.get(slot)
    const row = place === undefined ? undefined : this.#rows[place]
    if (row === undefined) return
    this.#connection.statement(`DELETE FROM ${this.#table} WHERE row = ?`).run(row)
    places.delete(slot)
  }

  /** One sorted pass into another table, which has them from then on. */
  carryOver(to: string): void {
    this.#connection.exec(
      `INSERT INTO ${to} SELECT hash, rest FROM ${this.#table} ORDER BY hash; DELETE FROM ${this.#table}`,
    )
    this.forget()
  }

  /** Reads the table anew when it is asked next: after a rollback. */
  forget(): void {
    this.#places = undefined
  }

  #all(): Map<number, number> {
    if (this.#places !== undefined) return this.#places
    const places = new Map<number, number>()
    this.#rests = []
    this.#rows = []
    for (const row of this.#connection.statement(`SELECT row, hash, rest FROM ${this.#table} ORDER BY row`).iterate()) {
      places.set(integer(row, 'hash'), this.#rests.length)
      this.#rests.push(integer(row, 'rest'))
      this.#rows.push(integer(row, 'row'))
    }
    this.#places = places
    return places
  }
}
