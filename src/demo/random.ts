/**
 * A seeded source of random numbers that can be set to any of 2^96 streams at once: every product, shopper and session
 * draws from a stream of its own, so that one shopper's life can be told again without telling everybody's.
 *
 * Returns  uniform numbers in [0, 1) with 32 bits of resolution
 * Source   sfc32: Doty-Humphrey, PractRand 0.94, 2014; the key is spread with the finaliser of MurmurHash3
 */
export class Draws {
  private a = 0
  private b = 0
  private c = 0
  private counter = 1

  constructor(seed: number, stream = 0, index = 0) {
    this.restart(seed, stream, index)
  }

  /** Goes to the beginning of a stream. The three numbers are taken as 32-bit words. */
  restart(seed: number, stream: number, index: number): this {
    this.a = spread(seed + 0x9e3779b9)
    this.b = spread(Math.imul(stream, 0x85ebca6b) ^ this.a)
    this.c = spread(Math.imul(index, 0xc2b2ae35) ^ this.b)
    this.counter = 1
    for (let i = 0; i < 8; i++) this.word()
    return this
  }

  private word(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return sum
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.word() >>> 0) / 4294967296
  }

  /** A uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Standard normal (Box and Muller 1958); 1 − u keeps the logarithm finite. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** How many successes come before the first failure, each with the given probability; at most `most`. */
  run(probability: number, most: number): number {
    let count = 0
    while (count < most && this.chance(probability)) count++
    return count
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.integer(values.length)] ?? values[0]
  }
}

function spread(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/**
 * The index whose share of the cumulative weights holds `target`.
 * @param cumulative ascending sums, `cumulative[i]` including entry i
 * @param from first index, @param to one past the last
 */
export function indexIn(cumulative: Float64Array, target: number, from: number, to: number): number {
  let low = from
  let high = to - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle]! > target) high = middle
    else low = middle + 1
  }
  return low
}
