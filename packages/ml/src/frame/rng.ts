import { MlError } from './errors.ts'
import type { Rng } from './model.ts'

/** The four words of the generator; storing them and passing them to `resumeRng` continues the same sequence. */
export type RngState = readonly [number, number, number, number]

export interface SeededRng extends Rng {
  /** The state before the next draw. */
  state(): RngState
}

/**
 * xoshiro128**, seeded through splitmix32.
 *
 * Returns  uniform numbers in [0, 1) with 32 bits of resolution; period 2^128 − 1
 * Source   Blackman and Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 2021, §5
 */
export function rng(seed: number): SeededRng {
  if (!Number.isSafeInteger(seed)) throw new MlError('bad_parameter', `seed ${seed} is not an integer`)
  const low = splitmix(seed >>> 0)
  // The high words hang on both halves of a 53-bit seed, so that no two seeds share a state.
  const first = low()
  const high = splitmix((Math.floor(seed / 2 ** 32) >>> 0) ^ first)
  return resumeRng([first, low(), high(), high()])
}

/** splitmix32 with the constants of Ettinger's search: each step a bijection of the running word. */
function splitmix(seed: number): () => number {
  let word = seed
  return () => {
    word = (word + 0x9e3779b9) >>> 0
    let z = word
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
}

/** Continues a sequence from a stored state. @throws MlError `bad_parameter` on the all-zero state, which never moves. */
export function resumeRng(state: RngState): SeededRng {
  let [a, b, c, d] = [state[0] >>> 0, state[1] >>> 0, state[2] >>> 0, state[3] >>> 0]
  if ((a | b | c | d) === 0) throw new MlError('bad_parameter', 'a random state of zeros')
  return {
    next() {
      const product = Math.imul(b, 5)
      const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d << 11) | (d >>> 21)
      return result / 4294967296
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  }
}

/** A uniform integer in [0, bound). */
export function integer(random: Rng, bound: number): number {
  return Math.floor(random.next() * bound)
}

/** A standard normal draw (Box and Muller 1958). */
export function normal(random: Rng): number {
  // 1 − u keeps the logarithm finite, since u may be 0 but never 1.
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Shuffles in place (Durstenfeld 1964) and returns the same array. */
export function shuffle<A extends Int32Array | Uint32Array>(random: Rng, array: A): A {
  for (let i = array.length - 1; i > 0; i--) {
    const j = integer(random, i + 1)
    const kept = array[i]!
    array[i] = array[j]!
    array[j] = kept
  }
  return array
}
