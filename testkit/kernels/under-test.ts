import { type Kernels, type Matrix, matrix } from '@storemind/kernels'
import { type Rng, rng } from '@storemind/ml'

/** The kernels under test with an empty arena of 16 MB; a test takes them once. */
export type OpenKernels = () => Kernels

/** Uniform in [−1, 1), rounded to f32. */
export function filled<A extends Float32Array>(array: A, random: Rng): A {
  for (let i = 0; i < array.length; i++) array[i] = 2 * random.next() - 1
  return array
}

/** A matrix in the arena, with rows further apart than they are long, so that a kernel that ignores strides fails. */
export function randomMatrix(k: Kernels, rows: number, columns: number, seed: number, gap = 3): Matrix {
  const data = filled(k.arena.f32(rows * (columns + gap)), rng(seed))
  return matrix(data, rows, columns, columns + gap)
}

/** A matrix, or a copy of one to compare with. */
export type Values = Omit<Matrix, 'data'> & { readonly data: Float32Array }

export function element({ data, offset, rowStride, columnStride }: Values, i: number, j: number): number {
  return data[offset + i * rowStride + j * columnStride] ?? Number.NaN
}

export function setElement({ data, offset, rowStride, columnStride }: Matrix, i: number, j: number, value: number) {
  data[offset + i * rowStride + j * columnStride] = value
}

/** What stands between the rows of a matrix, which no kernel may touch. */
export function gaps({ data, rows, columns, rowStride }: Values): number[] {
  return Array.from({ length: rows }, (_, i) => [...data.subarray(i * rowStride + columns, (i + 1) * rowStride)]).flat()
}

/** The largest |found − wanted| over a matrix. NaN wins, so that it never passes for small. */
export function worstOf(rows: number, columns: number, difference: (i: number, j: number) => number): number {
  let worst = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const one = Math.abs(difference(i, j))
      if (!(one <= worst)) worst = one
    }
  }
  return worst
}

/** A · Aᵀ / columns + ridge · I for a random A: symmetric and positive definite. */
export function randomDefinite(k: Kernels, n: number, seed: number, ridge = 0.1): Matrix {
  const factor = filled(new Float32Array(n * n), rng(seed))
  const a = matrix(k.arena.f32(n * (n + 1)), n, n, n + 1)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? ridge : 0
      for (let p = 0; p < n; p++) sum += ((factor[i * n + p] ?? 0) * (factor[j * n + p] ?? 0)) / n
      setElement(a, i, j, sum)
      setElement(a, j, i, sum)
    }
  }
  return a
}
