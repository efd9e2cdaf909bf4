import { buildInteractions, singleCategories } from '@storemind/ml'
import { expect, it } from 'vitest'
import { evaluateColdItems } from './cold-items.ts'

/** 40 users of two tastes, 80 items; a user takes items of one parity only, and the attribute is the parity. */
function tastes(attributeOf: (item: number) => number) {
  const user: number[] = []
  const item: number[] = []
  for (let u = 0; u < 40; u++) {
    for (let i = u % 2; i < 80; i += 2) {
      if ((u + i) % 3 !== 0) continue
      user.push(u)
      item.push(i)
    }
  }
  const interactions = buildInteractions({
    users: 40,
    items: 80,
    user: Int32Array.from(user),
    item: Int32Array.from(item),
    at: Float64Array.from(user, (_, e) => e),
  })
  const values = singleCategories(
    Int32Array.from({ length: 80 }, (_, i) => attributeOf(i)),
    2,
  )
  return { interactions, attributes: { items: 80, blocks: [{ kind: 'category' as const, weight: 1, values }] } }
}

it('finds new items by what they are, seed 3', async () => {
  const { interactions, attributes } = tastes((item) => item % 2)
  const report = await evaluateColdItems(interactions, attributes, { seed: 3, withheld: 0.2 })
  expect(report.withheldItems).toBe(16)
  const { content, popularity } = report.amongWithheld
  expect(content.recallAt10.mean).toBeGreaterThan(popularity.recallAt10.mean + 0.2)
  // What learned nothing of an item ranks it below all that were ever taken.
  expect(report.amongAll.popularity.recallAt10.mean).toBe(0)
})

it('finds nothing by attributes that tell nothing, seed 3', async () => {
  const { interactions, attributes } = tastes(() => 0)
  const { amongWithheld } = await evaluateColdItems(interactions, attributes, { seed: 3, withheld: 0.2 })
  expect(Math.abs(amongWithheld.content.recallAt10.mean - amongWithheld.popularity.recallAt10.mean)).toBeLessThan(0.2)
})
