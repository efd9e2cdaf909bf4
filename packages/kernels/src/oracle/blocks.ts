import type { Part } from './vector.ts'

const SIDE = 64
const AREA = SIDE * SIDE

/** A packed block's element (i, k). */
function at(i: number, k: number): number {
  return (i >> 2) * 4 * SIDE + 4 * k + (i & 3)
}

export function blockKernels(f64: Float64Array): Part<'subtractBlocks'> {
  return {
    subtractBlocks(count, a, b, c) {
      for (let block = 0; block < count; block++) {
        for (let i = 0; i < SIDE; i++) {
          for (let j = 0; j < SIDE; j++) {
            let sum = 0
            for (let k = 0; k < SIDE; k++) sum += f64[a / 8 + at(i, k)]! * f64[b / 8 + block * AREA + at(j, k)]!
            f64[c / 8 + block * AREA + i * SIDE + j]! -= sum
          }
        }
      }
    },
  }
}
