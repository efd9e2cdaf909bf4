import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import type { Algorithm } from '../frame/algorithm.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { emptyQuery } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { countKnownTerms, countTerms } from '../text/term-counts.ts'
import { type ContentNeighboursParams, contentNeighbours, extendContent } from './content-neighbours.ts'
import type { ContentScorer } from './content-scorer.ts'
import { type ItemAttributes, singleCategories } from './item-attributes.ts'
import { encodeItems, fitEncoder } from './item-encoder.ts'

const run = { rng: rng(1), threads: 1 }
const titles = ['red cotton shirt', 'blue cotton shirt', 'red wool hat', 'garden spade', 'garden rake steel', '']
const { vocabulary, counts } = countTerms(titles)
const shop: ItemAttributes = {
  items: 6,
  blocks: [
    { kind: 'text', weight: 2, counts },
    { kind: 'category', weight: 1, values: singleCategories(Int32Array.of(0, 0, 0, 1, 1, -1), 2) },
    { kind: 'number', weight: 1, values: Float32Array.of(20, 22, 15, 40, 35, Number.NaN) },
  ],
}

/** Items of three parts and five kinds, in words and by number. */
function partsAndKinds(items: number): ItemAttributes {
  const names = Array.from({ length: items }, (_, i) => `part${i % 3} kind${i % 5} all`)
  const values = singleCategories(
    Int32Array.from(names, (_, i) => i % 2),
    2,
  )
  return {
    items,
    blocks: [
      { kind: 'text', weight: 1, counts: countTerms(names).counts },
      { kind: 'category', weight: 1, values },
      { kind: 'number', weight: 1, values: Float32Array.from(names, (_, i) => i * i) },
    ],
  }
}

/** The contract trains on interactions; content reads only how many items there are. */
function onInteractions(
  measure: ContentNeighboursParams['measure'],
): Algorithm<ContentNeighboursParams, Interactions, ContentScorer> {
  return {
    kind: contentNeighbours.kind,
    parameters: contentNeighbours.parameters,
    open: contentNeighbours.open,
    trainer(params) {
      const trainer = contentNeighbours.trainer({ ...params, measure })
      return {
        ...trainer,
        memory: ({ items }) => trainer.memory(partsAndKinds(items)),
        async fit(data, run) {
          checkInteractions(data)
          return trainer.fit(partsAndKinds(data.items), run)
        },
      }
    },
  }
}
const abilities = ['scoresItems', 'findsSimilar', 'explains'] as const
const skip = { 'sizes that no machine has': 'its data are the attributes of each item, in memory already' }
modelContract({ algorithm: onInteractions('cosine'), abilities, explanation: 'sum', skip })
modelContract({ algorithm: onInteractions('euclidean'), abilities, skip })

function asked(...items: number[]): Query {
  return {
    ...emptyQuery(0),
    items: Int32Array.from(items),
    weights: new Float32Array(items.length).fill(1),
    at: new Float64Array(items.length),
    basket: Int32Array.from(items, (_, h) => h),
  }
}

test.each(['cosine', 'euclidean'] as const)(
  'by %s, a shirt is like the other shirt and a rake like a spade',
  async (measure) => {
    const scorer = contentNeighbours.open(await contentNeighbours.trainer({ measure }).fit(shop, run))
    expect([...scorer.similar(0, 5).ids]).toEqual([1, 2])
    expect(scorer.similar(3, 1).ids[0]).toBe(4)
    expect([...scorer.similar(5, 5).ids]).toEqual([])
    const board = new Scoreboard(6)
    scorer.score(asked(3), board)
    expect(board.get(3)).toBeCloseTo(1, measure === 'cosine' ? 6 : 3)
    expect(board.has(5)).toBe(false)
  },
)

test.each(['cosine', 'euclidean'] as const)('%s through the index equals the dense formula', async (measure) => {
  const params = contentNeighbours.parameters.resolve({ measure, stepDecay: 0.5 })
  const rows = encodeItems(fitEncoder(shop, params), shop, params)
  const dense = Array.from({ length: 6 }, (_, i) => {
    const row = new Array<number>(rows.columns).fill(0)
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) row[rows.indices[e]!] = rows.values[e]!
    const norm = measure === 'cosine' ? Math.hypot(...row) || 1 : 1
    return row.map((value) => value / norm)
  })
  const scorer = contentNeighbours.open(await contentNeighbours.trainer(params).fit(shop, run))
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }), (items) => {
      const weights = items.map((_, h) => 0.5 ** (items.length - 1 - h))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const profile = dense[0]!.map((_, f) =>
        items.reduce((sum, item, h) => sum + (weights[h]! / total) * dense[item]![f]!, 0),
      )
      const board = new Scoreboard(6)
      scorer.score(asked(...items), board)
      for (let j = 0; j < 6; j++) {
        if (!board.has(j)) continue
        const dot = profile.reduce((sum, value, f) => sum + value * dense[j]![f]!, 0)
        const distance = Math.hypot(...profile.map((value, f) => value - dense[j]![f]!))
        expect(board.get(j)).toBeCloseTo(measure === 'cosine' ? dot : 1 / (1 + distance), 3)
      }
    }),
    { seed: 1 },
  )
})

test('numbers are alike when near, unlike when far, and silent when unknown', async () => {
  const values = Float32Array.from([1, 2, 3, 4, 50, 60, 70, 80, Number.NaN])
  const blocks = [{ kind: 'number', weight: 1, values }] as const
  const scorer = contentNeighbours.open(await contentNeighbours.trainer({ knots: 4 }).fit({ items: 9, blocks }, run))
  const board = new Scoreboard(9)
  scorer.score(asked(1), board)
  expect(board.get(2)).toBeGreaterThan(board.get(3))
  expect(board.has(6)).toBe(false)
  expect(board.has(8)).toBe(false)
})

test('an explanation points at the block and the term', async () => {
  const scorer = contentNeighbours.open(await contentNeighbours.trainer().fit(shop, run))
  const places = scorer.explain(asked(3), 4, 10).map(({ index }) => scorer.featureOf(index))
  expect(places).toContainEqual({ block: 0, feature: vocabulary.index('garden') })
  expect(places).toContainEqual({ block: 1, feature: 1 })
  expect(() => scorer.featureOf(1000)).toThrow(expect.objectContaining({ code: 'index_out_of_range' }))
})

test('an item that training never saw is scored and found', async () => {
  const model = await contentNeighbours.trainer().fit(shop, run)
  const extended = extendContent(model, {
    items: 2,
    blocks: [
      { kind: 'text', weight: 2, counts: countKnownTerms(['steel garden hoe', 'green cotton shirt'], vocabulary) },
      { kind: 'category', weight: 1, values: singleCategories(Int32Array.of(1, 0), 2) },
      { kind: 'number', weight: 1, values: Float32Array.of(38, 21) },
    ],
  })
  const scorer = contentNeighbours.open(extended)
  expect(scorer.items).toBe(8)
  expect(scorer.similar(4, 2).ids).toContain(6)
  expect(scorer.similar(7, 2).ids).toContain(0)
  const before = contentNeighbours.open(model)
  expect(scorer.similar(0, 7).scores[0]).toBeGreaterThanOrEqual(before.similar(0, 5).scores[0] ?? 2)
})

test('the same attributes appended score as the originals do', async () => {
  const model = await contentNeighbours.trainer().fit(shop, run)
  const scorer = contentNeighbours.open(extendContent(model, shop))
  const board = new Scoreboard(12)
  scorer.score(asked(0, 3), board)
  for (let i = 0; i < 6; i++) expect(board.get(i + 6)).toEqual(board.get(i))
})

test('a silenced block says nothing', async () => {
  const silenced = { ...shop, blocks: shop.blocks.map((block, b) => (b === 0 ? block : { ...block, weight: 0 })) }
  const scorer = contentNeighbours.open(await contentNeighbours.trainer().fit(silenced, run))
  expect([...scorer.similar(2, 5).ids]).toEqual([0])
})

test('bounds of the scan choose whom to score, not how', async () => {
  const exact = contentNeighbours.open(await contentNeighbours.trainer().fit(shop, run))
  const all = new Scoreboard(6)
  exact.score(asked(0), all)
  for (const [most, bounds] of [
    [all.count, { profileFeatures: 1 }],
    [1, { postings: 1 }],
    [1, { candidates: 1 }],
    [2, { candidates: 2 }],
  ] as const) {
    const bounded = contentNeighbours.open(await contentNeighbours.trainer(bounds).fit(shop, run))
    const few = new Scoreboard(6)
    bounded.score(asked(0), few)
    expect(few.count).toBeGreaterThan(0)
    expect(few.count).toBeLessThanOrEqual(most)
    for (const item of few.touched.subarray(0, few.count)) expect(few.get(item)).toBeCloseTo(all.get(item), 6)
  }
})

const first = shop.blocks[0]
test.each([
  ['empty_data', { items: 0, blocks: shop.blocks }],
  ['empty_data', { items: 6, blocks: [] }],
  ['length_mismatch', { items: 5, blocks: shop.blocks }],
  ['bad_weight', { items: 6, blocks: first ? [{ ...first, weight: -1 }] : [] }],
  ['bad_weight', { items: 6, blocks: first ? [{ ...first, weight: 0 }] : [] }],
  [
    'bad_weight',
    {
      items: 6,
      blocks: [
        { kind: 'text' as const, weight: 1, counts: { ...counts, values: counts.values.map(() => Number.NaN) } },
      ],
    },
  ],
])('refuses attributes: %s', async (code, attributes) => {
  await expect(contentNeighbours.trainer().fit(attributes, run)).rejects.toThrow(expect.objectContaining({ code }))
})

test('refuses to extend a model by other blocks or unknown terms', async () => {
  const model = await contentNeighbours.trainer().fit(shop, run)
  const other = { items: 6, blocks: shop.blocks.slice(1) }
  expect(() => extendContent(model, other)).toThrow(expect.objectContaining({ code: 'length_mismatch' }))
  const wider = { ...counts, columns: counts.columns + 1 }
  const grown = {
    ...shop,
    blocks: shop.blocks.map((block) => (block.kind === 'text' ? { ...block, counts: wider } : block)),
  }
  expect(() => extendContent(model, grown)).toThrow(expect.objectContaining({ code: 'length_mismatch' }))
})
