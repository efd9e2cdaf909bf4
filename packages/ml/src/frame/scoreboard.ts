/**
 * A reusable accumulator of item scores: dense storage, sparse reset. A request that touches 500 of 100,000 items
 * costs 500 writes, not 100,000. One board serves one thread; `clear` costs O(touched).
 */
export class Scoreboard {
  readonly items: number
  /** [items] the score of each touched item; meaningless elsewhere (use `get`). */
  readonly scores: Float32Array
  /** [items] the touched items are `touched[0 … count - 1]`, in order of first touch. */
  readonly touched: Int32Array
  count = 0
  readonly #seen: Uint8Array

  constructor(items: number) {
    this.items = items
    this.scores = new Float32Array(items)
    this.touched = new Int32Array(items)
    this.#seen = new Uint8Array(items)
  }

  has(item: number): boolean {
    return this.#seen[item] === 1
  }

  /** The item's score, NaN where it has none. */
  get(item: number): number {
    return this.#seen[item] === 1 ? this.scores[item]! : Number.NaN
  }

  add(item: number, score: number): void {
    if (this.#seen[item] === 1) {
      this.scores[item]! += score
    } else {
      this.#seen[item] = 1
      this.touched[this.count++] = item
      this.scores[item] = score
    }
  }

  set(item: number, score: number): void {
    if (this.#seen[item] !== 1) {
      this.#seen[item] = 1
      this.touched[this.count++] = item
    }
    this.scores[item] = score
  }

  clear(): void {
    for (let t = 0; t < this.count; t++) this.#seen[this.touched[t]!] = 0
    this.count = 0
  }
}
