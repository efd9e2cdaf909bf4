const FREE = -1
/** A slot whose key was taken out again; it is skipped in search, and may be filled anew. */
const REMOVED = -1
const SMALLEST = 1024

/**
 * Slots with their rests, both whole numbers from 0 to 2^53 − 1: open addressing with linear probing, at most three
 * quarters full.
 *
 * Cost     O(1) a key, 21 to 43 bytes
 */
export class KeyTable {
  #slots = new Float64Array(SMALLEST).fill(FREE)
  #rests = new Float64Array(SMALLEST)
  #filled = 0

  /** Slots that were ever filled. */
  get size(): number {
    return this.#filled
  }

  get(slot: number): number | undefined {
    const place = this.#placeOf(slot)
    const rest = this.#rests[place]!
    return this.#slots[place] === FREE || rest === REMOVED ? undefined : rest
  }

  set(slot: number, rest: number): void {
    const place = this.#placeOf(slot)
    this.#rests[place] = rest
    if (this.#slots[place] === slot) return
    this.#slots[place] = slot
    this.#filled++
    if (4 * this.#filled > 3 * this.#slots.length) this.#grow()
  }

  /** False where it was not there. */
  remove(slot: number): boolean {
    if (this.get(slot) === undefined) return false
    this.#rests[this.#placeOf(slot)] = REMOVED
    return true
  }

  /** [size] slots that are filled, in ascending order. */
  sorted(): Float64Array {
    return this.#slots.filter((slot, place) => slot !== FREE && this.#rests[place] !== REMOVED).sort()
  }

  #placeOf(slot: number): number {
    const mask = this.#slots.length - 1
    // The lowest 32 bits of a hash are as good as any.
    let place = (slot >>> 0) & mask
    while (this.#slots[place] !== slot && this.#slots[place] !== FREE) place = (place + 1) & mask
    return place
  }

  #grow(): void {
    const slots = this.#slots
    const rests = this.#rests
    this.#slots = new Float64Array(2 * slots.length).fill(FREE)
    this.#rests = new Float64Array(2 * slots.length)
    for (const [i, slot] of slots.entries()) {
      if (slot === FREE) continue
      const place = this.#placeOf(slot)
      this.#slots[place] = slot
      this.#rests[place] = rests[i]!
    }
  }
}
