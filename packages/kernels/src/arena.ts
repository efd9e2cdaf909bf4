import { KernelError } from './errors.ts'

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65_536

/** Arrays begin on cache lines, so that threads that write neighbouring arrays do not disturb each other. */
const ALIGNMENT = 64

/**
 * Hands out room in the one shared memory, front to back. What is given out lies still until it is released; views stay
 * valid for as long as the memory does, and cross threads without copying.
 */
export class Arena {
  readonly buffer: SharedArrayBuffer
  readonly #start: number
  #next: number
  /** Up to here the memory has been given out before and may hold anything; beyond it is zero. */
  #touched: number

  /** @param start first byte that may be given out */
  constructor(buffer: SharedArrayBuffer, start: number) {
    this.buffer = buffer
    this.#start = aligned(start)
    this.#next = this.#start
    this.#touched = this.#start
  }

  /** Bytes that are left. */
  get free(): number {
    return this.buffer.byteLength - this.#next
  }

  /** Zeros. @throws KernelError `too_little_memory` */
  f32(length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.buffer, this.#take(length, 4), length)
  }

  /** Zeros. @throws KernelError `too_little_memory` */
  f64(length: number): Float64Array<SharedArrayBuffer> {
    return new Float64Array(this.buffer, this.#take(length, 8), length)
  }

  /** Zeros. @throws KernelError `too_little_memory` */
  i32(length: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(this.buffer, this.#take(length, 4), length)
  }

  /** Zeros. @throws KernelError `too_little_memory` */
  u8(length: number): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.buffer, this.#take(length, 1), length)
  }

  /** A place to come back to with `release`. */
  mark(): number {
    return this.#next
  }

  /** Takes back all that was given out since the mark; views on it must not be used any more. */
  release(mark: number): void {
    if (!(mark >= this.#start && mark <= this.#next)) throw new KernelError('bad_argument', `mark ${mark}`)
    this.#next = mark
  }

  #take(length: number, bytes: number): number {
    if (!(Number.isInteger(length) && length >= 0)) throw new KernelError('bad_argument', `length ${length}`)
    const start = this.#next
    const end = start + length * bytes
    if (end > this.buffer.byteLength) {
      throw new KernelError('too_little_memory', `${length * bytes} bytes asked for, ${this.free} left; open with more`)
    }
    this.#next = Math.min(aligned(end), this.buffer.byteLength)
    if (start < this.#touched) new Uint8Array(this.buffer, start, Math.min(end, this.#touched) - start).fill(0)
    this.#touched = Math.max(this.#touched, end)
    return start
  }
}

/** Room that arrays of these bytes take together, with what aligning them costs. */
export function arenaBytes(...bytes: readonly number[]): number {
  return bytes.reduce((sum, one) => sum + aligned(one), 0)
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
