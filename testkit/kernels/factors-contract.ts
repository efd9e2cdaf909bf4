import { byLength, type FactorProblem, GRAM_ROWS, type Kernels, matrix, part } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { element, filled, type OpenKernels, randomMatrix, worstOf } from './under-test.ts'

const COLUMNS = 150

/** Rows of these many entries, among them the sides of a chunk (64) and more rows than advance together (4). */
const COUNTS = [3, 0, 64, 63, 65, 1, 130, 0, 7, 40]

/** Rows about the length (1024) from which blocks of 4 take them in several rounds. */
const LONG = [1024, 5, 1025, 2100, 0]

function problemOf(
  k: Kernels,
  rows: number,
  d: number,
  block: number,
  weighted: boolean,
  counts: readonly number[] = COUNTS,
): FactorProblem {
  const random = rng(rows + d)
  const offsets = k.arena.i32(rows + 1)
  for (let r = 0; r < rows; r++) offsets[r + 1] = offsets[r]! + counts[r % counts.length]!
  const indices = k.arena.i32(offsets[rows]!)
  for (let r = 0; r < rows; r++) {
    for (let e = offsets[r]!; e < offsets[r + 1]!; e++) indices[e] = (7 * r + e - offsets[r]!) % COLUMNS
  }

  const weights = weighted ? k.arena.f32(indices.length) : undefined
  for (let e = 0; e < (weights?.length ?? 0); e++) weights![e] = 0.2 + 3 * random.next()
  const others = matrix(filled(k.arena.f32(COLUMNS * d), random), COLUMNS, d)
  const own = matrix(filled(k.arena.f32(rows * d), random), rows, d)
  const gram = matrix(k.arena.f32(d * d), d, d)
  // 0.1·HᵀH: symmetric and positive.
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let sum = 0
      for (let c = 0; c < COLUMNS; c++) sum += 0.1 * element(others, c, i) * element(others, c, j)
      gram.data[i * d + j] = sum
    }
  }
  const ridge = k.arena.f32(rows).fill(0.5)
  const predictions = k.arena.f32(indices.length)
  const entries = { rows, columns: COLUMNS, offsets, indices, values: weights }
  const order = block === 4 ? k.arena.i32(rows) : undefined
  if (order) byLength(offsets, order)
  return { own, others, entries, gram, ridge, predictions, order, block }
}

/** The gradient of the loss at a coordinate of a row. */
function gradient({ own, others, entries, gram, ridge }: FactorProblem, r: number, p: number): number {
  let sum = ridge[r]! * element(own, r, p)
  for (let q = 0; q < own.columns; q++) sum += element(gram, p, q) * element(own, r, q)
  for (let e = entries.offsets[r]!; e < entries.offsets[r + 1]!; e++) {
    let prediction = 0
    for (let q = 0; q < own.columns; q++) prediction += element(own, r, q) * element(others, entries.indices[e]!, q)
    sum += (entries.values?.[e] ?? 1) * (prediction - 1) * element(others, entries.indices[e]!, p)
  }
  return sum
}

export function factorsContract(name: string, open: OpenKernels): void {
  describe(`${name}: factors`, () => {
    test.each([
      [1, 8, 8, false],
      [3, 16, 8, true],
      [11, 40, 8, false],
      [4, 24, 16, false],
      [5, 24, 16, true],
      [11, 64, 64, true],
      [12, 40, 16, false],
      [1, 8, 4, false],
      [11, 40, 4, false],
      [14, 24, 4, true],
      [5, 16, 4, false, LONG],
      [5, 16, 4, true, LONG],
    ] as const)(
      '%d rows of %d coordinates in blocks of %d, weighted %s: the last block is solved, gradient within 1e-3',
      async (rows, d, block, weighted, counts: readonly number[] = COUNTS) => {
        const k = open()
        const problem = problemOf(k, rows, d, block, weighted, counts)
        await k.improveFactors(problem)
        const first = Math.floor((d - 1) / block) * block
        expect(worstOf(rows, d - first, (r, p) => gradient(problem, r, first + p))).toBeLessThan(1e-3)
        for (let r = 0; r < rows; r++) {
          if (counts[r % counts.length] === 0) expect(worstOf(1, d, (_, p) => element(problem.own, r, p))).toBe(0)
        }
        for (let pass = 0; pass < (block < d ? 40 : 0); pass++) await k.improveFactors(problem)
        expect(worstOf(rows, d, (r, p) => gradient(problem, r, p))).toBeLessThan(1e-3)
      },
    )

    test('rows in any order become the same in blocks of 4, whichever stand beside them, bit for bit', async () => {
      const k = open()
      const problem = problemOf(k, 11, 16, 4, true)
      const before = problem.own.data.slice()
      await k.improveFactors(problem)
      const after = problem.own.data.slice()
      expect(after).not.toEqual(before)
      problem.own.data.set(before)
      problem.order?.reverse()
      await k.improveFactors(problem)
      expect(problem.own.data).toEqual(after)
    })

    test.each([
      [8, 2],
      [4, 4],
    ])(
      'a row whose matrix is not positive definite is told and left as it was, blocks of %d',
      async (block, blocks) => {
        const k = open()
        const problem = problemOf(k, 6, 16, block, false)
        problem.ridge[3] = -1000
        const before = [...problem.own.data.subarray(48, 64)]
        await expect(k.improveFactors(problem)).rejects.toMatchObject({
          code: 'not_positive_definite',
          detail: expect.stringMatching(`^${blocks} `),
        })
        expect([...problem.own.data.subarray(48, 64)]).toEqual(before)
        expect(worstOf(1, block, (_, p) => gradient(problem, 4, 16 - block + p))).toBeLessThan(1e-3)
      },
    )

    test('refuses blocks and shapes that it cannot do', async () => {
      const k = open()
      const problem = problemOf(k, 4, 16, 8, false)
      for (const block of [0, 4, 12, 72]) {
        await expect(k.improveFactors({ ...problem, block })).rejects.toMatchObject({ code: 'bad_argument' })
      }
    })

    test.each([0, 1, 4095, 4096, 4097])('the Gram matrix of %d rows is what syrk says, within 1e-2', async (rows) => {
      const k = open()
      const a = randomMatrix(k, rows, 12, 1, 0)
      const gram = matrix(k.arena.f32(144), 12, 12)
      await k.gram(gram, a, { alpha: 0.5 })
      const worst = worstOf(12, 12, (i, j) => {
        let sum = 0
        for (let r = 0; r < rows; r++) sum += 0.5 * element(a, r, i) * element(a, r, j)
        return sum - element(gram, i, j)
      })
      expect(worst).toBeLessThan(1e-2)
    })

    test('the Gram matrix of rows that come in blocks is that of all of them, bit for bit', async () => {
      const k = open()
      const a = randomMatrix(k, 3 * GRAM_ROWS + 5, 12, 1, 0)
      const gram = matrix(k.arena.f32(144), 12, 12)
      await k.gram(gram, a, { alpha: 0.5 })
      const whole = gram.data.slice()
      const sums = new Float64Array(144)
      await k.gram(gram, part(a, 0, 2 * GRAM_ROWS), { alpha: 0.5, sums })
      expect(gram.data).not.toEqual(whole)
      await k.gram(gram, part(a, 2 * GRAM_ROWS, a.rows), { alpha: 0.5, sums })
      expect(gram.data).toEqual(whole)
    })
  })
}
