import { MlError } from '../frame/errors.ts'

/** Pairs that the smallest table holds; sizes double. */
const SMALLEST = 1024
/** Share of the slots that may be taken: beyond it probing grows long. */
const FULLEST = 0.6

/**
 * Sums by (row, column), added to one pair at a time: a hash table over flat arrays, each row's pairs chained.
 *
 * Cost     O(1) an addition, O(pairs of the row) to walk one; 24 bytes a pair and 8 to 14 for its slots
 * Source   open addressing: Knuth, The Art of Computer Programming 3, §6.4; lossy counting: Manku and Motwani, VLDB 2002
 * Differs  bounded: when `most` pairs are held, the quarter with the smallest sums is forgotten, so that an endless stream of rare pairs does not fill the memory
 */
export class PairCounts {
  readonly rows: number
  readonly most: number
  /** Pairs held. */
  size = 0
  /** Pairs forgotten for want of room. */
  forgotten = 0
  #row = new Int32Array(SMALLEST)
  #column = new Int32Array(SMALLEST)
  #next = new Int32Array(SMALLEST)
  #sum = new Float64Array(SMALLEST)
  /** The pair in each slot, −1 where it is free; a power of two of them. */
  #slots = new Int32Array(2 * SMALLEST).fill(-1)
  /** [rows] the first pair of each row, −1 where there is none. */
  readonly #first: Int32Array

  /** @throws MlError `bad_parameter` */
  constructor(rows: number, most: number) {
    if (!Number.isInteger(most) || most < 4) throw new MlError('bad_parameter', `room for ${most} pairs`)
    this.rows = rows
    this.most = most
    this.#first = new Int32Array(rows).fill(-1)
  }

  add(row: number, column: number, amount: number): void {
    let slot = this.#slotOf(row, column)
    const held = this.#slots[slot]!
    if (held >= 0) {
      this.#sum[held]! += amount
      return
    }
    if (this.size === this.most) {
      this.#forget()
      slot = this.#slotOf(row, column)
    } else if (this.size === this.#sum.length || this.size > FULLEST * this.#slots.length) {
      this.#grow()
      slot = this.#slotOf(row, column)
    }
    this.#put(slot, row, column, amount)
  }

  get(row: number, column: number): number {
    const held = this.#slots[this.#slotOf(row, column)]!
    return held < 0 ? 0 : this.#sum[held]!
  }

  /** Visits the pairs of a row, the newest first. */
  each(row: number, visit: (column: number, sum: number) => void): void {
    for (let pair = this.#first[row]!; pair >= 0; pair = this.#next[pair]!) {
      visit(this.#column[pair]!, this.#sum[pair]!)
    }
  }

  /** Multiplies every sum. */
  scale(factor: number): void {
    for (let pair = 0; pair < this.size; pair++) this.#sum[pair]! *= factor
  }

  #slotOf(row: number, column: number): number {
    const mask = this.#slots.length - 1
    // Two odd multipliers and a fold: neighbouring rows and columns must not share runs of slots.
    let hash = Math.imul(row, 0x9e3779b1) ^ Math.imul(column, 0x85ebca6b)
    hash ^= hash >>> 15
    hash = Math.imul(hash, 0x2c1b3c6d)
    let slot = (hash ^ (hash >>> 13)) & mask
    for (;;) {
      const pair = this.#slots[slot]!
      if (pair < 0 || (this.#row[pair] === row && this.#column[pair] === column)) return slot
      slot = (slot + 1) & mask
    }
  }

  #put(slot: number, row: number, column: number, sum: number): void {
    const pair = this.size++
    this.#slots[slot] = pair
    this.#row[pair] = row
    this.#column[pair] = column
    this.#sum[pair] = sum
    this.#next[pair] = this.#first[row]!
    this.#first[row] = pair
  }

  #grow(): void {
    const room = Math.min(this.most, 2 * this.#sum.length)
    this.#row = longer(this.#row, new Int32Array(room))
    this.#column = longer(this.#column, new Int32Array(room))
    this.#next = longer(this.#next, new Int32Array(room))
    this.#sum = longer(this.#sum, new Float64Array(room))
    let slots = this.#slots.length
    while (FULLEST * slots < room) slots *= 2
    this.#refill(slots)
  }

  #forget(): void {
    const gone = Math.ceil(this.size / 4)
    const limit = this.#sum.slice(0, this.size).sort()[gone - 1]!
    // Of equals at the limit only as many go as must: the oldest.
    let atLimit = gone
    for (let pair = 0; pair < this.size; pair++) if (this.#sum[pair]! < limit) atLimit--
    let end = 0
    for (let pair = 0; pair < this.size; pair++) {
      if (this.#sum[pair]! < limit || (this.#sum[pair] === limit && atLimit-- > 0)) continue
      this.#row[end] = this.#row[pair]!
      this.#column[end] = this.#column[pair]!
      this.#sum[end++] = this.#sum[pair]!
    }
    this.forgotten += this.size - end
    this.size = end
    this.#refill(this.#slots.length)
  }

  /** Chains and slots from the pairs alone. */
  #refill(slots: number): void {
    this.#slots = new Int32Array(slots).fill(-1)
    this.#first.fill(-1)
    for (let pair = 0; pair < this.size; pair++) {
      this.#slots[this.#slotOf(this.#row[pair]!, this.#column[pair]!)] = pair
      this.#next[pair] = this.#first[this.#row[pair]!]!
      this.#first[this.#row[pair]!] = pair
    }
  }
}

function longer<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}
