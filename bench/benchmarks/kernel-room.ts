import type { Kernels } from '@storemind/kernels'
import { integer, rng } from '@storemind/ml'

/** Arrays in the arena for kernels to work on, which can be brought back to what they were before each run. */
export class Room {
  readonly #k: Kernels
  readonly #start: number
  readonly #noise: Float32Array
  readonly #random: ReturnType<typeof rng>
  #floats: Float32Array[] = []

  constructor(k: Kernels, seed: number) {
    this.#k = k
    this.#start = k.arena.mark()
    this.#random = rng(seed)
    this.#noise = Float32Array.from({ length: 1 << 16 }, () => this.#random.next() - 0.5)
  }

  /** Numbers in [−0.5, 0.5), again before each run. @returns a pointer, as all of these */
  floats(length: number): number {
    const array = this.#k.arena.f32(length)
    this.#floats.push(array)
    return array.byteOffset
  }

  ones(length: number): number {
    return this.#k.arena.f32(length).fill(1).byteOffset
  }

  identity(n: number): number {
    const array = this.#k.arena.f32(n * n)
    for (let i = 0; i < n; i++) array[i * n + i] = 1
    return array.byteOffset
  }

  doubles(length: number): number {
    return this.#k.arena.f64(length).fill(1).byteOffset
  }

  zeros(length: number): number {
    return this.#k.arena.i32(length).byteOffset
  }

  /** Whole numbers below a bound; each once where there are as many as may be. */
  ids(length: number, below: number): number {
    const array = this.#k.arena.i32(length)
    for (let i = 0; i < length; i++) array[i] = length === below ? i : integer(this.#random, below)
    return array.byteOffset
  }

  /** Offsets of rows with as many entries each. */
  offsets(rows: number, each: number): number {
    const array = this.#k.arena.i32(rows + 1)
    for (let r = 0; r <= rows; r++) array[r] = r * each
    return array.byteOffset
  }

  reset(): void {
    for (const array of this.#floats) {
      for (let from = 0; from < array.length; from += this.#noise.length) {
        array.set(this.#noise.subarray(0, Math.min(this.#noise.length, array.length - from)), from)
      }
    }
  }

  clear(): void {
    this.#floats = []
    this.#k.arena.release(this.#start)
  }
}
