import { afterAll, beforeAll, expect, it } from 'vitest'
import { NOW, type TrainedShop, trainedShop } from '../../../test/recommendations/trained-shop.ts'
import { plantedShop } from '../../../testkit/recommendations/planted-shop.ts'
import { DEFAULT_MARKET } from '../../core/catalog/facts.ts'
import { type DecideInput, decide } from './decide.ts'
import { openModels } from './models.ts'

const LATE = 400

let shop: TrainedShop
beforeAll(async () => {
  shop = await trainedShop()
  const [{ product } = { product: undefined }] = plantedShop().products
  if (!product) throw new Error('the shop has no product')
  const late = Array.from({ length: LATE }, (_, n) => ({ ...product, id: `late${n}`, title: `Late ${n}` }))
  await shop.store.catalog.upsert(late, 'test')
  await shop.catalog.refresh()
})
afterAll(() => shop.dispose())

it('looks at a few of what may fill a list, and fills it as if it had looked at all', async () => {
  const catalog = shop.catalog.current
  const bundle = shop.registry.current?.models
  if (!bundle) throw new Error('nothing was trained')
  const models = openModels(bundle)
  const home = shop.placements.get('home')
  const input = (limit: number): DecideInput => ({
    view: { basis: 'contextual', cause: 'first_visit' },
    placement: { ...home, policy: { ...home.policy, exploreRate: 0, newShare: 0 } },
    anchors: [],
    scope: { kind: 'catalogue' },
    // All that the models put forward, so that what nobody has bought yet must fill the list.
    excluded: Array.from({ length: catalog.rows - LATE }, (_, row) => row),
    limit,
    market: DEFAULT_MARKET,
    now: NOW,
    seed: 1,
    rules: undefined,
    resting: new Set(),
  })
  const few = decide(input(2), models, 1, catalog)
  const many = decide(input(100), models, 1, catalog)
  expect(few.record.items).toHaveLength(2)
  expect(few.record.items.map(({ product }) => product)).toEqual(
    many.record.items.slice(0, 2).map(({ product }) => product),
  )
  // The shop's limits of a kind leave the long list short, so that it has looked at all.
  expect(many.considered.length).toBeGreaterThan(LATE)
  expect(few.considered.length).toBeLessThan(LATE / 2)
})
