import type { Kernels } from '@storemind/kernels'

/** Rows and columns of a block. A block of doubles is 32 KB: it, and the panel it meets, stay in the nearer caches. */
export const BLOCK = 64

/** Doubles in a block. */
export const BLOCK_AREA = BLOCK * BLOCK

/**
 * A symmetric matrix of doubles, of which only the blocks on and below the diagonal are stored.
 *
 * Block (I, J), I ≥ J, is row-major [BLOCK × BLOCK]; blocks on the diagonal hold both of their triangles. The size is
 * padded to whole blocks, with a unit diagonal beyond `size`, so that every block is treated alike.
 */
export class BlockSymmetric {
  readonly size: number
  /** Blocks along one side. */
  readonly side: number
  readonly #blocks: Float64Array[]

  constructor(size: number) {
    this.size = size
    this.side = Math.ceil(size / BLOCK)
    this.#blocks = Array.from({ length: (this.side * (this.side + 1)) / 2 }, () => new Float64Array(BLOCK_AREA))
    for (let i = size; i < this.side * BLOCK; i++) this.add(i, i, 1)
  }

  /** Bytes that a matrix of this size takes: half of the square, and half of a column of blocks. */
  static bytes(size: number): number {
    const side = Math.ceil(size / BLOCK)
    return ((side * (side + 1)) / 2) * BLOCK_AREA * 8
  }

  /**
   * Moves the blocks into the arena of kernels, those of a row side by side, (I, 0) to (I, I); each block's old room is
   * free at once. They stay there, also after the kernels are closed.
   */
  moveTo(k: Kernels): void {
    const room = k.arena.f64(this.#blocks.length * BLOCK_AREA)
    this.#blocks.forEach((block, b) => {
      const moved = room.subarray(b * BLOCK_AREA, (b + 1) * BLOCK_AREA)
      moved.set(block)
      this.#blocks[b] = moved
    })
  }

  /** Block (I, J), I ≥ J. */
  block(row: number, column: number): Float64Array {
    return this.#blocks[(row * (row + 1)) / 2 + column]!
  }

  /** Adds to entry (i, j), i ≥ j. On diagonal blocks call `mirrorDiagonal` after the last. */
  add(i: number, j: number, value: number): void {
    this.block((i / BLOCK) | 0, (j / BLOCK) | 0)[(i % BLOCK) * BLOCK + (j % BLOCK)]! += value
  }

  get(i: number, j: number): number {
    return i < j ? this.get(j, i) : this.block((i / BLOCK) | 0, (j / BLOCK) | 0)[(i % BLOCK) * BLOCK + (j % BLOCK)]!
  }

  /** Copies the lower triangle of each diagonal block to its upper one. */
  mirrorDiagonal(): void {
    for (let d = 0; d < this.side; d++) {
      const block = this.block(d, d)
      for (let i = 0; i < BLOCK; i++) {
        for (let j = 0; j < i; j++) block[j * BLOCK + i] = block[i * BLOCK + j]!
      }
    }
  }

  /** Writes row i to `row` [≥ size]. */
  copyRow(i: number, row: Float64Array): void {
    const own = (i / BLOCK) | 0
    const inside = i % BLOCK
    for (let other = 0; other < this.side; other++) {
      const block = other <= own ? this.block(own, other) : this.block(other, own)
      const start = other <= own ? inside * BLOCK : inside
      const stride = other <= own ? 1 : BLOCK
      const end = Math.min(this.size, (other + 1) * BLOCK)
      for (let j = other * BLOCK, e = start; j < end; j++, e += stride) row[j] = block[e]!
    }
  }
}
