import type { Overlap } from './overlap.ts'
import { type Similarity, type SimilarityParams, trust } from './similarity.ts'

/** Shared positions up to which trust is looked up instead of divided. */
const TRUSTED = 4096

/** A guess falls into a bin by its exponent and the first three bits of its fraction: eight bins an octave. */
const BIN_SHIFT = 20
const BINS = 2048

/** Bins of infinity and of what is not a number. */
const BEYOND = 0x7f800000 >> BIN_SHIFT

/** Guesses differ from likeness by a part in a million at most; below this, numbers round too coarsely to say so. */
const MARGIN = 1 - 1e-6
const SMALLEST = 1e-30

/**
 * Which of the vectors that share something with one can be among the k most alike, without comparing all of them exactly.
 *
 * Given    the overlap of vector h with others, and of every vector its Σ x² and how many positions it holds
 * Returns  vectors [0 … n): all that are among the k most alike, and few others
 * Cost     two passes over what is shared, without a root or a division for cosines; exact likeness and a heap are left
 *          for somewhat more than k
 * Source   selection by counting: Knuth, The Art of Computer Programming 3, §5.2, on the leading bits of the numbers
 */
export class Promising {
  /** [n] */
  readonly vectors: Int32Array
  readonly #similarity: Similarity
  readonly #shrinkage: number
  readonly #k: number
  /** [vectors] what a guess takes of each: the size, the square, or the inverse of the norm. */
  readonly #of: Float64Array
  readonly #trusted: Float64Array
  readonly #guesses: Float32Array
  readonly #bits: Int32Array
  readonly #bins = new Int32Array(BINS)

  constructor(
    { similarity, shrinkage }: Readonly<SimilarityParams>,
    k: number,
    squares: Float64Array,
    sizeOf: (vector: number) => number,
  ) {
    this.#similarity = similarity
    this.#shrinkage = shrinkage
    this.#k = k
    this.#of = squares.map((square, i) => {
      if (similarity === 'jaccard') return sizeOf(i)
      return similarity === 'euclidean' ? square : 1 / Math.sqrt(square)
    })
    this.#trusted = Float64Array.from({ length: TRUSTED }, (_, both) => (both === 0 ? 0 : trust(both, shrinkage)))
    this.vectors = new Int32Array(squares.length)
    this.#guesses = new Float32Array(squares.length)
    this.#bits = new Int32Array(this.#guesses.buffer)
  }

  /** Fills `vectors` and returns how many there are; h itself is never one. */
  find(h: number, overlap: Overlap): number {
    const { touched, count } = overlap
    const least = this.#guess(h, overlap)
    let n = 0
    for (let t = 0; t < count; t++) {
      // What is not a number is not below it either, and is left to who compares exactly.
      if (!(this.#guesses[t]! < least) && touched[t] !== h) this.vectors[n++] = touched[t]!
    }
    return n
  }

  /** Guesses all, and returns what the k-th largest is above. */
  #guess(h: number, { touched, count, dot, both }: Overlap): number {
    const of = this.#of
    const trusted = this.#trusted
    const guesses = this.#guesses
    const bits = this.#bits
    const bins = this.#bins
    const kind = this.#similarity
    const own = of[h]!
    bins.fill(0)
    for (let t = 0; t < count; t++) {
      const j = touched[t]!
      const shared = both[j]!
      const other = of[j]!
      let guess: number
      if (kind === 'jaccard') guess = shared / (own + other - shared)
      else if (kind === 'euclidean') guess = 1 / (1 + Math.sqrt(Math.max(0, own + other - 2 * dot[j]!)))
      else guess = dot[j]! * own * other
      guesses[t] = guess * (shared < TRUSTED ? trusted[shared]! : trust(shared, this.#shrinkage))
      bins[bits[t]! >> BIN_SHIFT]!++
    }
    // One for h itself, which is never taken.
    let above = -1
    let bin = BEYOND
    while (bin > 0 && above < this.#k) above += bins[--bin]!
    const least = edgeOf(bin)
    return above < this.#k || least < SMALLEST ? 0 : least * MARGIN
  }
}

/** The smallest number of a bin. */
function edgeOf(bin: number): number {
  EDGE_BITS[0] = bin << BIN_SHIFT
  return EDGE[0]!
}

const EDGE = new Float32Array(1)
const EDGE_BITS = new Int32Array(EDGE.buffer)
