import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MlError } from '../frame/errors.ts'
import { rng } from '../frame/rng.ts'
import { invertBlock } from './block-kernels.ts'
import { BLOCK, BlockSymmetric } from './block-symmetric.ts'
import { invertNegative } from './invert.ts'

const run = { rng: rng(1), threads: 1 }

/** A random R·Rᵀ/size + ridge: dense, symmetric, positive definite. */
function randomDefinite(size: number, seed: number, ridge = 0.1): BlockSymmetric {
  const random = rng(seed)
  const factor = Float64Array.from({ length: size * size }, () => random.next() - 0.5)
  const matrix = new BlockSymmetric(size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? ridge : 0
      for (let k = 0; k < size; k++) sum += (factor[i * size + k]! * factor[j * size + k]!) / size
      matrix.add(i, j, sum)
    }
  }
  matrix.mirrorDiagonal()
  return matrix
}

function rows(matrix: BlockSymmetric): Float64Array[] {
  return Array.from({ length: matrix.size }, (_, i) => {
    const row = new Float64Array(matrix.size)
    matrix.copyRow(i, row)
    return row
  })
}

test.each([1, 5, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 7])(
  'A times the inverse of A is the identity within 1e-9, size %d',
  async (size) => {
    const matrix = randomDefinite(size, size)
    const before = rows(matrix)
    await invertNegative(matrix, run)
    const inverse = rows(matrix)
    let worst = 0
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = i === j ? 1 : 0
        // The result is the negative of the inverse, so that the sum must vanish.
        for (let k = 0; k < size; k++) sum += before[i]![k]! * inverse[k]![j]!
        worst = Math.max(worst, Math.abs(sum))
      }
    }
    expect(worst).toBeLessThan(1e-9)
  },
)

test('a row is what single entries say, on both sides of the diagonal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 * BLOCK + 3 }), fc.nat(1000), async (size, seed) => {
      const matrix = randomDefinite(size, seed)
      const i = seed % size
      const row = new Float64Array(size)
      matrix.copyRow(i, row)
      expect([...row]).toEqual(Array.from({ length: size }, (_, j) => matrix.get(i, j)))
    }),
    { seed: 1, numRuns: 10 },
  )
})

test('a block that is not positive definite is refused', async () => {
  const block = new Float64Array(BLOCK * BLOCK)
  expect(invertBlock(block)).toBe(false)
  const matrix = randomDefinite(BLOCK + 3, 1, -5)
  const refused = invertNegative(matrix, run)
  await expect(refused).rejects.toBeInstanceOf(MlError)
  await expect(refused).rejects.toMatchObject({ code: 'bad_parameter' })
})

test('progress rises from step to step, and a cancellation stops between them', async () => {
  const matrix = new BlockSymmetric(12 * BLOCK)
  for (let i = 0; i < matrix.size; i++) matrix.add(i, i, 2)
  const fractions: number[] = []
  const controller = new AbortController()
  const cancelled = invertNegative(matrix, {
    ...run,
    signal: controller.signal,
    onEpoch: ({ fraction }) => {
      fractions.push(fraction)
      if (fractions.length === 2) controller.abort()
    },
  })
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
  expect(fractions.length).toBe(2)
  expect(fractions[0]).toBeGreaterThan(0)
  expect(fractions[1]).toBeGreaterThan(fractions[0]!)
  expect(fractions[1]).toBeLessThan(1)
})

test('the stated bytes are what the blocks hold', () => {
  for (const size of [1, BLOCK, BLOCK + 1, 5 * BLOCK]) {
    const matrix = new BlockSymmetric(size)
    let bytes = 0
    for (let i = 0; i < matrix.side; i++) for (let j = 0; j <= i; j++) bytes += matrix.block(i, j).byteLength
    expect(BlockSymmetric.bytes(size)).toBe(bytes)
  }
})
