import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, integer } from '../dialects/sqlite/row.ts'
import { KeyTable } from './key-table.ts'

/** So many begin to age together. */
export const YOUNG_KEYS = 262_144
/** Keys that one statement carries over: a statement of its own would cost each as much again. */
const AT_ONCE = 50
/** Bytes of a packed key. */
const PACKED = 16
/** Bytes of a row up to which the next call's keys are put into it too. */
const FULL_ROW = 1600
const TWO_32 = 2 ** 32
/** In the place of a rest: the key was removed. No rest of 53 bits has it. */
const GONE = 0xffff_ffff

interface Ageing {
  readonly keys: KeyTable
  readonly sorted: Float64Array
  /** So many of `sorted` are carried over. */
  carried: number
  /** The last row of the table that holds some of them. */
  readonly lastRow: number
}

/**
 * Keys that came last: in memory to be found, and on disk packed call by call. When there are many they age: with every
 * call some of them, in ascending order, go over into a large table, so that each of its pages is written once for all
 * of them and no call waits long. Whoever opens the store in between finds them young again, and they age once more.
 *
 * Cost     O(1) a key; at most 30 MB
 */
export class YoungKeys {
  readonly #connection: Connection
  readonly #table: string
  readonly #limit: number
  /** Undefined until the table is read. */
  #young: KeyTable | undefined
  #ageing: Ageing | undefined
  #lastRow = 0
  /** What stands in the last row, where more may be put into it. */
  #tail: Uint8Array = new Uint8Array(0)
  /** Slots and rests that were added, and slots that were removed, since the last `write`. */
  #added: number[] = []
  readonly #removed = new Set<number>()

  constructor(connection: Connection, table: string, limit = YOUNG_KEYS) {
    this.#connection = connection
    this.#table = table
    this.#limit = limit
  }

  /** The rest of the key in a slot; undefined where the slot is free. */
  restIn(slot: number): number | undefined {
    return this.#all().get(slot) ?? this.#ageing?.keys.get(slot)
  }

  /** Into a slot that is free. */
  add(slot: number, rest: number): void {
    const young = this.#all()
    if (this.#removed.size > 0) this.#writeRemoved()
    young.set(slot, rest)
    this.#added.push(slot, rest)
  }

  remove(slot: number): void {
    const wasYoung = this.#all().remove(slot)
    const wasAgeing = this.#ageing?.keys.remove(slot) ?? false
    if (wasYoung || wasAgeing) this.#removed.add(slot)
  }

  /**
   * Writes what was added and removed since; nothing of it is on disk before.
   * @param old the table that ageing keys go over into
   */
  write(old: string | undefined): void {
    const young = this.#all()
    const count = this.#added.length / 2
    if (count > 0) this.#writeAdded()
    if (this.#removed.size > 0) this.#writeRemoved()
    if (old === undefined) return
    if (this.#ageing !== undefined) this.#carry(old, this.#share(this.#ageing, count))
    if (this.#ageing === undefined && young.size >= this.#limit) this.#age(young)
  }

  /** All of them at once into another table, which has them from then on. */
  carryOver(to: string): void {
    if (this.#ageing !== undefined) this.#carry(to, Number.POSITIVE_INFINITY)
    this.write(undefined)
    this.#age(this.#all())
    this.#carry(to, Number.POSITIVE_INFINITY)
  }

  /** Reads the table anew when it is asked next: after a rollback. */
  forget(): void {
    this.#young = undefined
    this.#ageing = undefined
    this.#added = []
    this.#tail = new Uint8Array(0)
    this.#removed.clear()
  }

  #age(keys: KeyTable): void {
    this.#ageing = { keys, sorted: keys.sorted(), carried: 0, lastRow: this.#lastRow }
    this.#young = new KeyTable()
    this.#tail = new Uint8Array(0)
  }

  /** So many ageing keys go over with `count` that came that all of them have when the next begin to age. */
  #share({ sorted, carried }: Ageing, count: number): number {
    const room = this.#limit - (this.#all().size - count)
    return Math.ceil(((sorted.length - carried) * count) / Math.max(room, count, 1))
  }

  #carry(to: string, count: number): void {
    const ageing = this.#ageing
    if (ageing === undefined) return
    const end = Math.min(ageing.sorted.length, ageing.carried + count)
    let some: number[] = []
    for (; ageing.carried < end; ageing.carried++) {
      const slot = ageing.sorted[ageing.carried]!
      const rest = ageing.keys.get(slot)
      if (rest !== undefined) some.push(slot, rest)
      if (some.length < 2 * AT_ONCE) continue
      this.#insert(to, some)
      some = []
    }
    for (let i = 0; i < some.length; i += 2) this.#insert(to, some.slice(i, i + 2))
    if (end < ageing.sorted.length) return
    this.#connection.statement(`DELETE FROM ${this.#table} WHERE row <= ?`).run(ageing.lastRow)
    this.#ageing = undefined
  }

  /** @param some slots and rests, in ascending order */
  #insert(to: string, some: readonly number[]): void {
    const rows = Array.from({ length: some.length / 2 }, () => '(?, ?)').join()
    // Some may be there already, from before the store was opened.
    this.#connection.statement(`INSERT INTO ${to} (hash, rest) VALUES ${rows} ON CONFLICT DO NOTHING`).run(...some)
  }

  #writeAdded(): void {
    const isNew = this.#tail.length === 0 || this.#tail.length + 8 * this.#added.length > FULL_ROW
    if (isNew) this.#lastRow++
    this.#tail = Buffer.concat([isNew ? new Uint8Array(0) : this.#tail, pack(this.#added)])
    this.#connection
      .statement(`INSERT OR REPLACE INTO ${this.#table} (row, keys) VALUES (?, ?)`)
      .run(this.#lastRow, this.#tail)
    this.#added = []
  }

  #writeRemoved(): void {
    this.#tail = new Uint8Array(0)
    const change = this.#connection.statement(`UPDATE ${this.#table} SET keys = ? WHERE row = ?`)
    for (const row of this.#connection.statement(`SELECT row, keys FROM ${this.#table}`).all()) {
      const keys = bytes(row, 'keys')
      const view = viewOf(keys)
      let isChanged = false
      for (let at = 0; at < keys.length; at += PACKED) {
        if (!this.#removed.has(numberAt(view, at)) || view.getUint32(at + 8) === GONE) continue
        view.setUint32(at + 8, GONE)
        isChanged = true
      }
      if (isChanged) change.run(keys, integer(row, 'row'))
    }
    this.#removed.clear()
  }

  #all(): KeyTable {
    if (this.#young !== undefined) return this.#young
    const young = new KeyTable()
    this.#lastRow = 0
    for (const row of this.#connection.statement(`SELECT row, keys FROM ${this.#table} ORDER BY row`).iterate()) {
      const keys = bytes(row, 'keys')
      const view = viewOf(keys)
      for (let at = 0; at < keys.length; at += PACKED) {
        if (view.getUint32(at + 8) !== GONE) young.set(numberAt(view, at), numberAt(view, at + 8))
      }
      this.#lastRow = integer(row, 'row')
    }
    this.#young = young
    return young
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

function numberAt(view: DataView, at: number): number {
  return view.getUint32(at) * TWO_32 + view.getUint32(at + 4)
}

function pack(numbers: readonly number[]): Uint8Array {
  const packed = new Uint8Array(8 * numbers.length)
  const view = viewOf(packed)
  for (const [i, number] of numbers.entries()) {
    view.setUint32(8 * i, Math.floor(number / TWO_32))
    view.setUint32(8 * i + 4, number >>> 0)
  }
  return packed
}
