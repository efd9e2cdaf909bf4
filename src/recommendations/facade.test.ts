import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, type TrainedShop, trainedShop } from '../../test/recommendations/trained-shop.ts'
import { favouriteOf, plantedShop, tasteOf } from '../../testkit/recommendations/planted-shop.ts'
import type { Decision } from '../contracts/decision.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { Placements } from '../core/decisions/placements.ts'
import type { Experiments } from '../core/outcomes/experiments.ts'
import type { Store } from '../core/ports.ts'
import { createRecommendations, type RecommendationParts, type Recommendations } from './facade.ts'

const DAY = 86_400_000

let shop: TrainedShop
let store: Store
let catalog: Catalog
let placements: Placements
let experiments: Experiments
let parts: RecommendationParts
let recommendations: Recommendations
let one: TrainedShop['one']
let refusalOf: TrainedShop['refusalOf']

beforeAll(async () => {
  shop = await trainedShop(async (untrained) => {
    expect(await untrained.refusalOf({ profile: 'u0' })).toBe('NO_MODEL')
  })
  ;({ store, catalog, placements, experiments, parts, recommendations, one, refusalOf } = shop)
  expect(shop.registry.current?.version.status).toBe('serving')
}, 60_000)

afterAll(() => shop.dispose())

/** Tokens belong to one decision; what was chosen does not. */
const untied = ({ items }: Decision) => items.map(({ token: _, ...item }) => item)

const rowsOf = ({ items }: Decision): number[] => items.map(({ productId }) => Number(productId.slice(1)))

describe('home', () => {
  it('shows a shopper the taste that the history tells, with reasons that speak of it', async () => {
    const decision = await one({ profile: 'u0', limit: 5 })
    expect(decision.basis).toBe('personalised')
    expect(decision.profile).toBe('u0')
    expect(decision.modelVersion).toBe(1)
    expect(rowsOf(decision).every((row) => row < 10)).toBe(true)
    for (const { reasons, name } of decision.items) {
      expect(name).toContain('kettle')
      expect(reasons.length).toBeGreaterThan(0)
      expect(reasons.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1.01)
    }
    const OWN = ['bought_before', 'because_bought', 'category_affinity', 'next_after', 'people_like_you', 'similar_to']
    for (const { reasons } of decision.items) expect(OWN).toContain(reasons[0]?.code)
  })

  it('knows nothing of a first visit, an objection, or who asks not to be profiled', async () => {
    const first = await one({ limit: 6 })
    const objection = await one({ profile: 'u0', limit: 6 }, true)
    const refused = await one({ profile: 'u0', limit: 6, personalise: false })
    for (const decision of [first, objection, refused]) {
      expect(decision.basis).toBe('contextual')
      expect(decision.items).toHaveLength(6)
      expect(rowsOf(decision)).toEqual(rowsOf(first))
      const codes = decision.items.flatMap(({ reasons }) => reasons).map(({ code }) => code)
      expect(codes.every((code) => code === 'popular' || code === 'trending')).toBe(true)
    }
  })

  it('answers many requests as it answers each', async () => {
    const requests = [{ profile: 'u0' }, { profile: 'u1' }, {}].map((request) => ({ ...request, seed: 7 }))
    const batch = await recommendations.recommend(requests, { globalPrivacyControl: false })
    const singles = []
    for (const request of requests) singles.push(await one(request))
    expect(batch.map(untied)).toEqual(singles.map(untied))
    expect(new Set(batch.map(({ id }) => id)).size).toBe(3)
  })

  it('hides what was bought within the days that the placement says', async () => {
    const [home] = placements.all()
    if (!home) throw new Error('there is no placement')
    const policy = { ...home.policy, hideBoughtDays: 365 }
    await placements.put({ ...home, name: 'fresh', policy })
    const shown = await one({ profile: 'u0', placement: 'fresh', limit: 10 })
    // All of the planted products are bought again by most buyers, so the model has learned not to hide them.
    expect(shown.refused['just_bought']).toBeUndefined()
    await store.catalog.upsert(
      plantedShop().products.map(({ product }) => ({ ...product, replenishable: false })),
      'test',
    )
    await catalog.refresh()
    const hidden = await one({ profile: 'u0', placement: 'fresh', limit: 10 })
    expect(hidden.refused['just_bought']).toBeGreaterThan(0)
    expect(rowsOf(hidden).some((row) => row < 10)).toBe(false)
    expect(hidden.items.length).toBe(10)
  })
})

describe('an experiment', () => {
  it('keeps its holdout from seeing what was decided for it, and shows the others tokens of their own', async () => {
    const arms = [
      { name: 'store', share: 1, holdout: true },
      { name: 'storemind', share: 1 },
    ]
    const { id } = await experiments.create({ name: 'lift', placements: ['home'], arms })
    await experiments.start(id)
    const requests = Array.from({ length: 12 }, (_, i) => ({ profile: `u${i}`, limit: 3 }))
    const decisions = await recommendations.recommend(requests, { globalPrivacyControl: false })
    const [held, shown] = [true, undefined].map((holdout) => decisions.filter((one) => one.holdout === holdout))
    expect(held?.length).toBeGreaterThan(0)
    expect(shown?.length).toBeGreaterThan(0)
    for (const decision of held ?? []) {
      expect(decision).toMatchObject({ items: [], experiment: { id, name: 'lift', arm: 'store' } })
      expect(decision.token).toBeUndefined()
      const told = await recommendations.explain(decision.id)
      expect(told.decision).toMatchObject({ holdout: true, experiment: { arm: 'store' } })
      expect(told.decision.items).toHaveLength(3)
      expect(told.summary.at(-1)).toContain('holdout')
    }
    for (const { token, items } of shown ?? []) {
      expect(items.map((item) => item.token)).toEqual([1, 2, 3].map((position) => `${token}.${position}`))
    }
    const again = await recommendations.recommend(requests, { globalPrivacyControl: false })
    expect(again.map(({ experiment }) => experiment)).toEqual(decisions.map(({ experiment }) => experiment))
    const { experiment, holdout } = await one({ profile: 'u0', limit: 3 }, true)
    expect([experiment?.arm, holdout]).toEqual([undefined, undefined])
    await experiments.stop(id)
    expect((await one({ profile: 'u0' })).experiment).toBeUndefined()
  })
})

describe('a short list', () => {
  it('is what the first of a long one are, and is filled from far down where the best are refused', async () => {
    const long = await one({ profile: 'u1', limit: 10, seed: 1 })
    const short = await one({ profile: 'u1', limit: 2, seed: 1 })
    expect(rowsOf(short)).toEqual(rowsOf(long).slice(0, 2))
    const exclude = Array.from({ length: 27 }, (_, row) => `p${row}`)
    const rest = await one({ profile: 'u1', limit: 2, exclude })
    expect(rest.items).toHaveLength(2)
    expect(rowsOf(rest).every((row) => row >= 27)).toBe(true)
  })
})

describe('a page about something', () => {
  it('shows what goes with the product, never the product itself', async () => {
    const decision = await one({ placement: 'product_page', productId: 'p14', limit: 6 })
    const rows = rowsOf(decision)
    expect(rows.every((row) => row >= 10 && row < 20 && row !== 14)).toBe(true)
    const texts = decision.items.flatMap(({ reasons }) => reasons).map(({ text }) => text)
    expect(texts.some((text) => text.includes('black lantern'))).toBe(true)
  })

  it('shows a product that came after training beside its kind, and on its own page what it is like', async () => {
    const product = {
      ...plantedShop().products[14]?.product,
      id: 'new',
      title: 'violet lantern',
      categories: ['lantern'],
    }
    await store.catalog.upsert([{ attributes: {}, offers: [], ...product }], 'test')
    await catalog.refresh()
    const beside = await one({ placement: 'product_page', productId: 'p14', limit: 20 })
    expect(beside.items.map(({ productId }) => productId)).toContain('new')
    const own = await one({ placement: 'product_page', productId: 'new', limit: 6 })
    expect(rowsOf(own).every((row) => row >= 10 && row < 20)).toBe(true)
    await store.catalog.delete(['new'])
    await catalog.refresh()
    const after = await one({ placement: 'product_page', productId: 'p14', limit: 20 })
    expect(after.items.map(({ productId }) => productId)).not.toContain('new')
  })

  it('does not show what was sold out just before, and shows it again when it is back', async () => {
    const ask = () => one({ placement: 'product_page', productId: 'p24', limit: 5 })
    const [best] = (await ask()).items
    const product = plantedShop().products.find(({ product: { id } }) => id === best?.productId)?.product
    if (!product) throw new Error('nothing was shown')
    const offers = product.offers.map((offer) => ({ ...offer, priceMicros: 1_000_000, stock: 0 }))
    await store.catalog.upsert([{ ...product, offers }], 'test')
    const without = await ask()
    expect(without.items.map(({ productId }) => productId)).not.toContain(product.id)
    expect(without.refused['out_of_stock']).toBe(1)
    await store.catalog.upsert([{ ...product, offers: offers.map((offer) => ({ ...offer, stock: 3 })) }], 'test')
    expect((await ask()).items[0]).toMatchObject({ productId: product.id, priceMicros: 1_000_000 })
  })

  it('completes a cart, passing over products that the store does not know', async () => {
    const decision = await one({ placement: 'cart', cart: ['p20', 'nothing', 'p21'], limit: 5, exclude: ['p22'] })
    const rows = rowsOf(decision)
    expect(rows.every((row) => row >= 23)).toBe(true)
    expect(decision.items.flatMap(({ reasons }) => reasons).some(({ code }) => code === 'because_in_cart')).toBe(true)
  })
})

describe('a category page', () => {
  it('ranks the products of the category for the shopper, all of them where it is small', async () => {
    const own = await one({ placement: 'category', category: 'lantern', profile: 'u1' })
    expect(own.basis).toBe('personalised')
    expect(rowsOf(own).toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    const other = await one({ placement: 'category', category: ' lantern ', profile: 'u4' })
    expect(rowsOf(other)).not.toEqual(rowsOf(own))
    expect(own.items.every(({ reasons }) => reasons.length > 0)).toBe(true)
    const { decision } = await recommendations.explain(own.id)
    expect(decision.items).toEqual(untied(own))
  })

  it('puts what a shopper buys every week higher for that shopper than for others of the same taste', async () => {
    const lovers = Array.from({ length: 60 }, (_, profile) => profile).filter((profile) => tasteOf(profile) === 1)
    const lists = new Map<number, number[]>()
    for (const profile of lovers)
      lists.set(profile, rowsOf(await one({ placement: 'category', category: 'lantern', profile: `u${profile}` })))
    const rank = (profile: number, row: number) => lists.get(profile)?.indexOf(row) ?? Number.NaN
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
    const own = mean(lovers.map((profile) => rank(profile, favouriteOf(profile))))
    const others = mean(
      lovers.flatMap((profile) =>
        lovers
          .filter((other) => favouriteOf(other) !== favouriteOf(profile))
          .map((other) => rank(other, favouriteOf(profile))),
      ),
    )
    // By chance both are 4.5, the middle of ten positions.
    expect([own, others]).toSatisfy(() => own < others - 2)
  })

  it('has a contextual answer for a first visit and for who objects', async () => {
    const first = await one({ placement: 'category', category: 'scarf', limit: 5 })
    const objects = await one({ placement: 'category', category: 'scarf', limit: 5, profile: 'u1' }, true)
    expect([first.basis, objects.basis]).toEqual(['contextual', 'contextual'])
    expect(rowsOf(objects)).toEqual(rowsOf(first))
    expect(rowsOf(first).every((row) => row >= 20)).toBe(true)
  })

  it('is refused where the category is missing, unknown, or not asked for', async () => {
    expect(await refusalOf({ placement: 'category' })).toBe('BAD_REQUEST')
    expect(await refusalOf({ placement: 'category', category: 'kettle > nothing' })).toBe('CATEGORY_NOT_FOUND')
    expect(await refusalOf({ placement: 'home', category: 'kettle' })).toBe('BAD_REQUEST')
  })
})

describe('a list that the store sends', () => {
  const list = ['p29', 'p3', 'unknown-b', 'p14', 'p7', 'unknown-a', 'p20', 'p11']

  it('comes back in another order, with nothing lost and nothing added', async () => {
    const own = await one({ placement: 'search', list, profile: 'u0' })
    expect(own.items.map(({ productId }) => productId).toSorted()).toEqual(list.toSorted())
    expect(rowsOf(own).slice(0, 2).toSorted()).toEqual([3, 7])
    expect(own.items.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(own.items.slice(-2).map(({ productId }) => productId)).toEqual(['unknown-b', 'unknown-a'])
    expect(own.items.at(-1)?.reasons[0]?.code).toBe('shop_order')
    const { decision } = await recommendations.explain(own.id)
    expect(decision.items).toEqual(untied(own))
    expect(own.items.map(({ reasons }) => reasons.reduce((sum, { weight }) => sum + weight, 0) <= 1.01)).not.toContain(
      false,
    )
  })

  it('keeps what is sold out or deleted, since the store shows it, and leaves out only what it asks to', async () => {
    const product = plantedShop().products[14]?.product
    if (!product) throw new Error('there is no product')
    await store.catalog.upsert([{ ...product, id: 'old', title: 'Old' }], 'test')
    await store.catalog.delete(['old'])
    const kept = await one({ placement: 'search', list: ['old', 'p1'], profile: 'u0' })
    expect(kept.items.map(({ productId }) => productId).toSorted()).toEqual(['old', 'p1'])
    const fewer = await one({ placement: 'search', list, exclude: ['p3', 'unknown-a'], limit: 7 })
    expect(fewer.items.map(({ productId }) => productId)).not.toContain('p3')
    expect(fewer.items).toHaveLength(6)
    expect((await one({ placement: 'search', list, limit: 3 })).items).toHaveLength(3)
  })

  it('keeps the store’s own order where the placement says so, and ours where it says that', async () => {
    const search = placements.get('search')
    await placements.put({ ...search, name: 'as_sent', policy: { ...search.policy, keepOrder: 1 } })
    await placements.put({ ...search, name: 'ours', policy: { ...search.policy, keepOrder: 0 } })
    const known = list.filter((id) => !id.startsWith('unknown'))
    const asSent = await one({ placement: 'as_sent', list: known, profile: 'u0' })
    expect(asSent.items.map(({ productId }) => productId)).toEqual(known)
    const ours = await one({ placement: 'ours', list: known, profile: 'u0' })
    const reversed = await one({ placement: 'ours', list: known.toReversed(), profile: 'u0' })
    expect(rowsOf(ours).slice(0, 2)).toEqual(rowsOf(reversed).slice(0, 2))
    expect(await refusalOf({ placement: 'search' })).toBe('BAD_REQUEST')
    expect(await refusalOf({ placement: 'home', list })).toBe('BAD_REQUEST')
  })
})

describe('the floor of new products', () => {
  it('shows what nobody knows yet in its share of positions, and says so', async () => {
    const home = placements.get('home')
    const product = plantedShop().products[14]?.product
    if (!product) throw new Error('there is no product')
    const fresh = ['n1', 'n2'].map((id) => ({
      ...product,
      id,
      title: id,
      releasedAt: NOW - DAY,
      categories: ['novelty'],
    }))
    await store.catalog.upsert(fresh, 'test')
    const old = plantedShop().products.map(({ product: one }) => ({ ...one, releasedAt: NOW - 90 * DAY }))
    await store.catalog.upsert(old, 'test')
    await placements.put({ ...home, name: 'floored', policy: { ...home.policy, newShare: 0.4, newDays: 30 } })
    let shown = 0
    for (let seed = 0; seed < 60; seed++) {
      const { items } = await one({ placement: 'floored', profile: 'u0', limit: 1, seed })
      const [item] = items
      if (!item) throw new Error('nothing was shown')
      if (fresh.some(({ id }) => id === item.productId)) {
        shown++
        expect([item.propensity, item.reasons[0]?.code]).toEqual([0.2, 'new_arrival'])
      } else expect(item.propensity).toBeCloseTo(0.6, 12)
    }
    // 60 draws at 0.4: five standard deviations.
    expect(Math.abs(shown - 24)).toBeLessThan(19)
    await store.catalog.delete(['n1', 'n2'])
  })
})

describe('an id that no event has named', () => {
  it('is answered as a first visit, logged and explained, and leaves no trace of itself', async () => {
    const ids = ['first-page-of-a-browser', '\u0000', '__proto__', 'x'.repeat(256)]
    const stranger = await one({ limit: 5, seed: 3 })
    for (const profile of ids) {
      const decision = await one({ profile, limit: 5, seed: 3 })
      expect(decision).toMatchObject({ profile, basis: 'contextual', cause: 'first_visit' })
      expect(untied(decision)).toEqual(untied(stranger))
      const told = await recommendations.explain(decision.id)
      expect(told.decision).not.toHaveProperty('profile')
      expect(told.summary.join()).toContain('a first visit')
      expect((await recommendations.explain(decision.id, 'zh')).summary.join()).toContain('首次到访')
      expect((await store.decisions.get(decision.id))?.profile).toBeUndefined()
      expect(await store.profiles.find(profile)).toBeUndefined()
    }
  })

  it('stands in no arm of an experiment, and is kept by none', async () => {
    const { id } = await experiments.create({
      name: 'strangers',
      placements: ['home'],
      arms: [
        { name: 'store', share: 1, holdout: true },
        { name: 'storemind', share: 1 },
      ],
    })
    await experiments.start(id)
    const decision = await one({ profile: 'never-heard-of', limit: 3 })
    await experiments.stop(id)
    expect(decision.items).toHaveLength(3)
    expect(decision.experiment?.arm).toBeUndefined()
    expect(await store.profiles.find('never-heard-of')).toBeUndefined()
  })
})

describe('refusals', () => {
  it('names what is not there, and logs nothing', async () => {
    const before = await store.decisions.count()
    expect(await refusalOf({ placement: 'nowhere' })).toBe('PLACEMENT_NOT_FOUND')
    expect(await refusalOf({ placement: 'product_page', productId: 'nothing' })).toBe('PRODUCT_NOT_FOUND')
    expect(await store.decisions.count()).toBe(before)
  })

  it('never shows a product that was deleted after training, and still names it in older decisions', async () => {
    const before = await one({ placement: 'product_page', productId: 'p5', limit: 9 })
    const gone = before.items[0]
    if (!gone) throw new Error('nothing was shown')
    await store.catalog.delete([gone.productId])
    await catalog.refresh()
    const after = await one({ placement: 'product_page', productId: 'p5', limit: 9 })
    expect(after.items.map(({ productId }) => productId)).not.toContain(gone.productId)
    expect(after.refused['deleted']).toBeGreaterThan(0)
    expect(await refusalOf({ placement: 'product_page', productId: gone.productId })).toBe('PRODUCT_NOT_FOUND')
    const { decision } = await recommendations.explain(before.id)
    expect(decision.items[0]?.name).toBe(gone.name)
  })
})

describe('explain', () => {
  it('tells a decision again from its record alone, in the language asked for', async () => {
    const decision = await one({ profile: 'u4', limit: 5, seed: 11 })
    const english = await recommendations.explain(decision.id)
    const shopper = await store.profiles.find('u4')
    const { token: _, ...untokened } = decision
    expect(english.decision).toEqual({ ...untokened, profile: shopper?.id, items: untied(decision) })
    expect(english.seed).toBe(11)
    const chinese = await recommendations.explain(decision.id, 'zh')
    expect(chinese.decision.items.map(({ productId }) => productId)).toEqual(
      decision.items.map(({ productId }) => productId),
    )
    expect(chinese.summary.join('')).toMatch(/[\u4e00-\u9fff]/)
    expect(chinese.decision.items[0]?.reasons[0]?.text).toMatch(/[\u4e00-\u9fff]/)
  })

  it('names nobody where nobody was known, or is known any more', async () => {
    const stranger = await one({ limit: 3 })
    expect((await recommendations.explain(stranger.id)).decision.profile).toBeUndefined()
    const gone = createRecommendations({ ...parts, shoppers: { byRow: async () => undefined } })
    const decision = await one({ profile: 'u4', limit: 3 })
    expect((await gone.explain(decision.id)).decision).not.toHaveProperty('profile')
  })

  it('refuses an id that no decision has', async () => {
    const unknown = recommendations.explain('01890000-0000-7000-8000-000000000000')
    await expect(unknown).rejects.toMatchObject({ code: 'DECISION_NOT_FOUND' })
  })

  it('says of an explored position that it was drawn, with its probability', async () => {
    const [home] = placements.all()
    if (!home) throw new Error('there is no placement')
    const policy = { ...home.policy, exploreRate: 0.5, explorePool: 10 }
    await placements.put({ ...home, name: 'curious', policy })
    const decision = await one({ placement: 'curious', limit: 10, seed: 3 })
    const explored = decision.items.filter(({ reasons }) => reasons[0]?.code === 'exploration')
    expect(explored.length).toBeGreaterThan(0)
    for (const item of explored) expect(item.propensity).toBeCloseTo(0.05, 6)
    const { summary } = await recommendations.explain(decision.id)
    expect(summary.join()).toContain('random draw')
  })
})

it('is unmoved by time: the same seed, view and models give the same list', async () => {
  const [first, second] = [await one({ profile: 'u8', seed: 5 }), await one({ profile: 'u8', seed: 5 })]
  expect(untied(second)).toEqual(untied(first))
  expect(second.at - first.at).toBeLessThan(DAY)
})
