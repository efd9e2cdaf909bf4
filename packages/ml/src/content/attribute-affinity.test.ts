import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import type { ScoresItems } from '../frame/abilities.ts'
import type { Algorithm } from '../frame/algorithm.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { buildInteractions } from '../frame/interactions-builder.ts'
import { emptyQuery } from '../frame/query.ts'
import { integer, rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { recommend } from '../frame/topk.ts'
import type { AffinityScorer } from './affinity-scorer.ts'
import { type AttributeAffinityParams, attributeAffinity, extendAffinity } from './attribute-affinity.ts'
import { contentNeighbours } from './content-neighbours.ts'
import { type AttributeBlock, type ItemAttributes, singleCategories } from './item-attributes.ts'

const run = { rng: rng(1), threads: 1 }

/** The contract trains on interactions alone; attributes follow from the item's number. */
const onInteractions: Algorithm<AttributeAffinityParams, Interactions, AffinityScorer> = {
  kind: attributeAffinity.kind,
  parameters: attributeAffinity.parameters,
  open: attributeAffinity.open,
  trainer(params) {
    const trainer = attributeAffinity.trainer(params)
    const described = (interactions: Interactions) => ({
      interactions,
      attributes: kindsAndBrands(Math.max(1, interactions.items), 2, 5),
    })
    return {
      ...trainer,
      memory: (interactions) => trainer.memory(described(interactions)),
      fit: (interactions, run) => trainer.fit(described(interactions), run),
    }
  },
}
const skip = { 'sizes that no machine has': 'its data are the attributes of each item, in memory already' }
modelContract({
  algorithm: onInteractions,
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
  skip,
})
modelContract({
  algorithm: {
    ...onInteractions,
    trainer: (params) => onInteractions.trainer({ likenessPower: 2, ...params }),
  },
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
  skip,
})

const KINDS = 12
const BRANDS = 10
const ITEMS = 1200

function kindsAndBrands(items: number, kinds: number, brands: number, first = 0): ItemAttributes {
  const column = (of: (item: number) => number, size: number): AttributeBlock => ({
    kind: 'category',
    weight: 1,
    values: singleCategories(
      Int32Array.from({ length: items }, (_, i) => of(first + i)),
      size,
    ),
  })
  return {
    items,
    blocks: [column((i) => i % kinds, kinds), column((i) => Math.floor(i / kinds) % brands, brands)],
  }
}

/** Who took an item of a kind takes the next kind (modulo KINDS) of the same brand; items from `withheld` on are new. */
function plantedComplements(users: number, withheld: number) {
  const random = rng(7)
  const copies = ITEMS / (KINDS * BRANDS)
  const itemOf = (kind: number, brand: number) => kind + KINDS * (brand + BRANDS * integer(random, copies))
  const rows: { user: number; item: number; step: number }[] = []
  for (let user = 0; user < users; user++) {
    const brand = integer(random, BRANDS)
    const kind = integer(random, KINDS)
    for (let step = 0; step < 6; step++) {
      let item = itemOf((kind + step) % KINDS, brand)
      while (item >= withheld) item = itemOf((kind + step) % KINDS, brand)
      rows.push({ user, item, step })
    }
  }
  return buildInteractions({
    users,
    items: ITEMS,
    user: Int32Array.from(rows, ({ user }) => user),
    item: Int32Array.from(rows, ({ item }) => item),
    at: Float64Array.from(rows, ({ step }) => step),
  })
}

/** One past per kind and brand, and the new items that follow from it. */
function questions(withheld: number): { query: Query; targets: Set<number> }[] {
  const described = Array.from({ length: ITEMS - withheld }, (_, n) => withheld + n)
  return Array.from({ length: KINDS * BRANDS }, (_, past) => ({
    query: asked(past),
    targets: new Set(
      described.filter(
        (item) =>
          item % KINDS === ((past % KINDS) + 1) % KINDS &&
          Math.floor(item / KINDS) % BRANDS === Math.floor(past / KINDS),
      ),
    ),
  }))
}

function asked(...items: number[]): Query {
  return {
    ...emptyQuery(items.length),
    items: Int32Array.from(items),
    weights: new Float32Array(items.length).fill(1),
    at: Float64Array.from(items, (_, h) => h),
    basket: Int32Array.from(items, (_, h) => h),
  }
}

/** Share of the first two new items that are of the kind and brand that follow. */
function precision(model: ScoresItems, withheld: number): number {
  const known = Uint8Array.from({ length: ITEMS }, (_, i) => (i < withheld ? 1 : 0))
  const all = questions(withheld)
  const { ids } = recommend(
    model,
    all.map(({ query }) => query),
    2,
    () => known,
  )
  let hits = 0
  all.forEach(({ targets }, q) => {
    for (const id of ids.subarray(2 * q, 2 * q + 2)) if (targets.has(id)) hits++
  })
  return hits / (2 * all.length)
}

const WITHHELD = 960
const data = plantedComplements(600, WITHHELD)
const attributes = kindsAndBrands(ITEMS, KINDS, BRANDS)

test('new items are found by the kind that follows and the brand that stays, which likeness cannot know', async () => {
  const model = attributeAffinity.open(await attributeAffinity.trainer().fit({ interactions: data, attributes }, run))
  expect(precision(model, WITHHELD)).toBeGreaterThan(0.97)
  const alike = contentNeighbours.open(await contentNeighbours.trainer().fit(attributes, run))
  expect(precision(alike, WITHHELD)).toBeLessThan(0.1)
})

test('without learning from items themselves it still finds them', async () => {
  const model = await attributeAffinity.trainer({ ownItems: 0 }).fit({ interactions: data, attributes }, run)
  expect(precision(attributeAffinity.open(model), WITHHELD)).toBeGreaterThan(0.97)
})

test('what an item alone leads to is learned beside its attributes', async () => {
  // Of one kind and brand, item 0 leads to kind 5 and all others to kind 1.
  const rows = Array.from({ length: 200 }, (_, user) => {
    const first = (KINDS * BRANDS * user) % WITHHELD
    return [first, first === 0 ? 5 : 1]
  })
  const odd = buildInteractions({
    users: 200,
    items: ITEMS,
    user: Int32Array.from(rows.flatMap((_, user) => [user, user])),
    item: Int32Array.from(rows.flat()),
    at: Float64Array.from(rows.flatMap(() => [0, 1])),
  })
  const best = async (params: Partial<AttributeAffinityParams>, item: number) => {
    const fitted = await attributeAffinity
      .trainer({ likeness: 0, ownL2: 1, ...params })
      .fit({ interactions: odd, attributes }, run)
    return (attributeAffinity.open(fitted).similar(item, 1).ids[0] ?? -1) % KINDS
  }
  expect(await best({}, 0)).toBe(5)
  expect(await best({}, KINDS * BRANDS)).toBe(1)
  expect(await best({ ownItems: 0 }, 0)).toBe(1)
})

test('under a power one close relative outweighs two distant ones, and explanations still sum to the score', async () => {
  // Item 14 has kind 2 and brand 1. New items: one like it in both, and others that share a kind or a brand only.
  const past = asked(14, 14 + KINDS, 14 + 2 * KINDS)
  const lift = async (likenessPower: number) => {
    const trainer = attributeAffinity.trainer({ likenessPower, likeness: 3, lengthPower: 0, halfLifeBaskets: 0 })
    const model = attributeAffinity.open(await trainer.fit({ interactions: data, attributes }, run))
    const scoreOf = (item: number) =>
      model.explain(past, item, attributes.items).reduce((sum, { weight }) => sum + weight, 0)
    const board = new Scoreboard(model.items)
    model.score(past, board)
    for (const item of [14 + WITHHELD, 14 + WITHHELD + 5 * KINDS]) {
      expect(scoreOf(item)).toBeCloseTo(board.get(item), 5)
    }
    return scoreOf(14 + WITHHELD) / scoreOf(14 + WITHHELD + 5 * KINDS)
  }
  expect(await lift(3)).toBeGreaterThan(1.3 * (await lift(1)))
}, 30_000)

test('a first visit is shown what is wanted by everyone', async () => {
  const wanted = buildInteractions({
    users: 100,
    items: ITEMS,
    user: Int32Array.from({ length: 300 }, (_, e) => e % 100),
    item: Int32Array.from({ length: 300 }, (_, e) => (e < 280 ? 3 + KINDS * (e % 50) : e)),
    at: Float64Array.from({ length: 300 }, (_, e) => Math.floor(e / 100)),
  })
  const model = attributeAffinity.open(await attributeAffinity.trainer().fit({ interactions: wanted, attributes }, run))
  const { ids } = recommend(model, [emptyQuery(0)], 10)
  expect([...ids].every((item) => item % KINDS === 3)).toBe(true)
})

test('items added later are scored as if they had been there, and speak by their attributes', async () => {
  const before = await attributeAffinity
    .trainer()
    .fit({ interactions: data, attributes: kindsAndBrands(ITEMS, KINDS, BRANDS) }, run)
  const extended = attributeAffinity.open(await extendAffinity(before, kindsAndBrands(KINDS * BRANDS, KINDS, BRANDS)))
  expect(extended.items).toBe(ITEMS + KINDS * BRANDS)
  const { ids, scores } = extended.similar(14, ITEMS)
  // The item of kind 3 and brand 1: one that was there and was never taken, and its copy.
  const [there, copy] = [ids.indexOf(15 + WITHHELD), ids.indexOf(15 + ITEMS)]
  expect(there).toBeGreaterThanOrEqual(0)
  expect(scores[copy]).toBe(scores[there])
  expect((extended.similar(ITEMS + 14, 1).ids[0] ?? -1) % KINDS).toBe(3)
})

test('explains by the attributes of the item: the kind that follows first', async () => {
  const model = attributeAffinity.open(await attributeAffinity.trainer().fit({ interactions: data, attributes }, run))
  const [first] = model.explain(asked(14), 15 + WITHHELD, 10)
  expect(first?.kind).toBe('attribute')
  expect(model.featureOf(first?.index ?? 0)).toEqual({ block: 0, feature: 3 })
})

test('refuses attributes of other items, and to be extended by other blocks', async () => {
  const trainer = attributeAffinity.trainer()
  const fewer = kindsAndBrands(ITEMS - 1, KINDS, BRANDS)
  await expect(trainer.fit({ interactions: data, attributes: fewer }, run)).rejects.toThrow(
    expect.objectContaining({ code: 'length_mismatch' }),
  )
  const model = await trainer.fit({ interactions: data, attributes }, run)
  const wider = kindsAndBrands(10, KINDS, BRANDS + 1)
  await expect(extendAffinity(model, wider)).rejects.toThrow(expect.objectContaining({ code: 'length_mismatch' }))
})

test('refuses what memory does not hold', async () => {
  const values = singleCategories(
    Int32Array.from({ length: 40_000 }, (_, i) => i % 3500),
    3500,
  )
  const interactions = buildInteractions({
    users: 1,
    items: 40_000,
    user: new Int32Array(40_000),
    item: Int32Array.from({ length: 40_000 }, (_, i) => i),
    at: new Float64Array(40_000),
  })
  const described = {
    interactions,
    attributes: { items: 40_000, blocks: [{ kind: 'category' as const, weight: 1, values }] },
  }
  const trainer = attributeAffinity.trainer({ learnedFeatures: 4000, ownItems: 100_000 })
  await expect(trainer.fit(described, run)).rejects.toThrow(expect.objectContaining({ code: 'too_large' }))
})
