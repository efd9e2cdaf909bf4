import { expect, test } from 'vitest'
import { integer, rng } from '../frame/rng.ts'
import { FoldIn } from './fold-in.ts'
import { foldInRows } from './fold-in-rows.ts'

test.each([1, 2, 7, 16])(
  'rows of any length, with %d coordinates, are what each solves alone, within 1e-6 of the longest',
  async (d) => {
    const random = rng(d)
    const others = 40
    const factors = Float32Array.from({ length: others * d }, () => random.next() - 0.5)
    const gram = new Float32Array(d * d)
    for (let i = 0; i < others * d; i++) {
      for (let q = 0; q < d; q++) gram[(i % d) * d + q]! += 0.1 * factors[i]! * factors[i - (i % d) + q]!
    }
    const ridge = (n: number) => 0.01 * (n + 3)
    const count = Int32Array.from({ length: 60 }, () => integer(random, d + 2))
    const from = count.map((n) => integer(random, 100 - n))
    const indices = Int32Array.from({ length: 100 }, () => integer(random, others))
    const values = Float32Array.from({ length: 100 }, () => 0.5 + 2 * random.next())
    const paused: number[] = []
    const vectors = await foldInRows({ from, count, indices, values }, { factors, gram, ridge }, d, async (done) => {
      paused.push(done)
    })
    expect(paused).toEqual([0])
    const longest = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(longest).toBeGreaterThan(0.1)
    const system = new FoldIn(d, gram)
    for (const [row, n] of count.entries()) {
      const alone = new Float64Array(d)
      system.begin(ridge(n))
      for (let e = from[row]!; e < from[row]! + n; e++) {
        system.add(values[e]!, factors, indices[e]! * d)
        for (let p = 0; p < d; p++) alone[p]! += values[e]! * factors[indices[e]! * d + p]!
      }
      system.factor()
      system.solve(alone)
      for (let p = 0; p < d; p++) expect(Math.abs(vectors[row * d + p]! - alone[p]!)).toBeLessThan(1e-6 * longest)
    }
  },
)
