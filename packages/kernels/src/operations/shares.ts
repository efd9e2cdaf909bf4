import type { Matrix } from '../matrix.ts'

/** Whether a matrix has this shape and lies without gaps, row by row. */
export function dense({ rows, columns, rowStride, columnStride }: Matrix, asRows: number, asColumns: number): boolean {
  return rows === asRows && columns === asColumns && columnStride === 1 && (rowStride === columns || rows <= 1)
}

/** [from, to) for each thread: equal shares of n in whole steps, none of them empty. */
export function shares(n: number, threads: number, step: number): (readonly [from: number, to: number])[] {
  const size = Math.max(step, Math.ceil(n / threads / step) * step)
  return Array.from({ length: Math.ceil(n / size) }, (_, s) => [s * size, Math.min(n, (s + 1) * size)] as const)
}
