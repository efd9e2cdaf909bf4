import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NOW, type TrainedShop, trainedShop } from '../../test/recommendations/trained-shop.ts'
import type { Decision } from '../contracts/decision.ts'
import type { Rule } from '../contracts/rule.ts'

let shop: TrainedShop

beforeAll(async () => {
  shop = await trainedShop()
}, 60_000)
afterAll(() => shop.dispose())
afterEach(async () => {
  for (const { rule } of shop.rules.entries(NOW, shop.catalog.current)) await shop.rules.remove(rule.name)
})

const KETTLES: Rule['when'] = { categories: ['kettle'] }
const ids = ({ items }: Decision) => items.map(({ productId }) => productId)
const home = (more = {}) => shop.one({ profile: 'u0', limit: 5, seed: 1, ...more })

describe('a pin', () => {
  it('places a product where it says, surely, and tells the shopper and the merchant so', async () => {
    await shop.rules.put({ name: 'scarf-first', when: { productIds: ['p25'] }, effect: { do: 'pin', position: 2 } })
    const decision = await home()
    expect(decision.items[1]).toMatchObject({ productId: 'p25', propensity: 1 })
    expect(decision.items[1]?.reasons[0]).toMatchObject({
      code: 'placed_by_shop',
      text: 'Placed here by the shop',
      weight: 1,
    })
    expect(decision.items[1]?.reasons[0]).not.toHaveProperty('value')
    expect(decision.items[1]?.reasons.map(({ code }) => code)).not.toContain('exploration')
    const { decision: told, summary } = await shop.recommendations.explain(decision.id)
    expect(told.items).toEqual(decision.items.map(({ token: _, ...item }) => item))
    expect(summary).toContain('Position 2 was filled by the rule scarf-first.')
    const chinese = await shop.recommendations.explain(decision.id, 'zh')
    expect(chinese.decision.items[1]?.reasons[0]?.text).toBe('由店铺安排在此')
    await shop.rules.remove('scarf-first')
    expect((await shop.recommendations.explain(decision.id)).summary).toContain(
      'Position 2 was filled by the rule scarf-first.',
    )
    expect(ids(await home())).not.toContain('p25')
  })

  it('shows nothing that is sold out, holds on other pages than it is for, and keeps to the list that was sent', async () => {
    const pin: Rule = {
      name: 'pin',
      placements: ['home', 'search'],
      when: { productIds: ['p25', 'p26'] },
      effect: { do: 'pin', position: 1, count: 1 },
    }
    await shop.rules.put(pin)
    expect(ids(await home())[0]).toBe('p25')
    const stored = await shop.store.catalog.byId('p25')
    if (!stored) throw new Error('there is no product')
    const soldOut = stored.product.offers.map((offer) => ({ ...offer, stock: 0 }))
    await shop.store.catalog.upsert([{ ...stored.product, offers: soldOut }], 'test')
    expect(ids(await home())[0]).toBe('p26')
    await shop.store.catalog.upsert([stored.product], 'test')
    const list = ['p1', 'p26', 'p14']
    expect(ids(await shop.one({ placement: 'search', list }))[0]).toBe('p26')
    expect(ids(await shop.one({ placement: 'search', list: ['p1', 'p14'] })).toSorted()).toEqual(['p1', 'p14'])
    expect(ids(await shop.one({ placement: 'category', category: 'kettle' }))).not.toContain('p25')
  })
})

describe('boost, bury and exclude', () => {
  it('move what they speak of, and say how much of the score was theirs', async () => {
    const before = ids(await home({ limit: 10 }))
    const last = before.at(-1) ?? ''
    await shop.rules.put({ name: 'up', when: { productIds: [last] }, effect: { do: 'boost', strength: 1000 } })
    const raised = await home({ limit: 10 })
    expect(ids(raised)[0]).toBe(last)
    expect(raised.items[0]?.reasons[0]).toMatchObject({ code: 'favoured_by_shop', text: 'Favoured by the shop' })
    expect(raised.items[0]?.reasons[0]?.weight).toBeGreaterThan(0.99)
    await shop.rules.remove('up')
    const free = await home({ limit: 30 })
    const [best] = free.items
    await shop.rules.put({
      name: 'down',
      when: { productIds: [best?.productId ?? ''] },
      effect: { do: 'bury', strength: 1000 },
    })
    const buried = await home({ limit: 30 })
    const score = buried.items.find(({ productId }) => productId === best?.productId)?.score ?? Number.NaN
    expect(score).toBeLessThan((best?.score ?? 0) / 100)
    // Behind all that scores more, ahead of what merely fills the list, and nothing else has moved.
    const above = free.items.slice(1).filter((item) => item.score > score)
    expect(above.length).toBeGreaterThanOrEqual(9)
    expect(ids(buried).indexOf(best?.productId ?? '')).toBe(above.length)
    expect(ids(buried).filter((id) => id !== best?.productId)).toEqual(ids(free).slice(1))
  })

  it('count what a rule kept out', async () => {
    await shop.rules.put({ name: 'no-kettles', when: KETTLES, effect: { do: 'exclude' } })
    const decision = await home()
    expect(ids(decision).every((id) => Number(id.slice(1)) >= 10)).toBe(true)
    expect(decision.refused['rule']).toBeGreaterThan(0)
    const { summary } = await shop.recommendations.explain(decision.id)
    expect(summary.some((line) => line.includes('kept out by a rule of the shop'))).toBe(true)
    const search = await shop.one({ placement: 'search', list: ['p1', 'p11', 'p2'] })
    expect(ids(search)).toEqual(['p11'])
    const contextual = await shop.one({ limit: 5 })
    expect(ids(contextual).every((id) => Number(id.slice(1)) >= 10)).toBe(true)
  })

  it('leave every logged probability true where a placement explores', async () => {
    const placement = shop.placements.get('home')
    await shop.placements.put({
      ...placement,
      name: 'curious',
      policy: { ...placement.policy, exploreRate: 0.5, explorePool: 4 },
    })
    await shop.rules.put({ name: 'pin', when: { productIds: ['p25'] }, effect: { do: 'pin', position: 2 } })
    await shop.rules.put({ name: 'no', when: { productIds: ['p0', 'p1'] }, effect: { do: 'exclude' } })
    const shown = new Map<string, { times: number; propensity: number }>()
    const draws = 400
    for (let seed = 0; seed < draws; seed++) {
      const { items } = await shop.one({ profile: 'u0', placement: 'curious', limit: 2, seed })
      const [first, second] = items
      expect([second?.productId, second?.propensity]).toEqual(['p25', 1])
      const known = shown.get(first?.productId ?? '') ?? { times: 0, propensity: first?.propensity ?? 0 }
      shown.set(first?.productId ?? '', known)
      known.times++
      expect(known.propensity).toBe(first?.propensity)
    }
    expect(shown.size).toBe(4)
    expect([...shown.keys()]).not.toContain('p25')
    for (const { times, propensity } of shown.values()) {
      const error = 5 * Math.sqrt((propensity * (1 - propensity)) / draws)
      expect(Math.abs(times / draws - propensity)).toBeLessThan(error)
    }
  })
})

describe('a limit', () => {
  const PIN: Rule = {
    name: 'ad',
    when: { productIds: ['p25'] },
    effect: { do: 'pin', position: 1, limit: { perDay: 3 } },
  }

  it('is spent by answers, and the list is ranked again without the rule once it is reached', async () => {
    await shop.rules.put(PIN)
    const answers = await Promise.all(Array.from({ length: 8 }, () => home()))
    expect(answers.filter((decision) => ids(decision)[0] === 'p25')).toHaveLength(3)
    const refused = answers.filter((decision) => ids(decision)[0] !== 'p25')
    const stories = await Promise.all(refused.map(({ id }) => shop.recommendations.explain(id)))
    for (const { summary } of stories)
      expect(summary).toContain('The rule ad rested: its limit of the day was reached.')
    // Who asked in vain gave up a list, which is kept; who came later knew.
    const givenUp = await Promise.all(refused.map(({ id }) => shop.store.decisions.attempts(id)))
    expect(givenUp.some((attempts) => attempts.length === 1)).toBe(true)
    expect(await shop.reservations.usedToday('ad', NOW)).toBe(3)
    shop.clock.now += 86_400_000
    expect(ids(await home())[0]).toBe('p25')
    shop.clock.now = NOW
  })

  it('of impressions is held, spent when the page says that it was seen, and given back when that does not come', async () => {
    const limit = { perDay: 2, counts: 'impressions', holdMinutes: 10 } as const
    await shop.rules.put({ ...PIN, name: 'seen', effect: { ...PIN.effect, limit } })
    const [first] = [await home(), await home()]
    expect(ids(await home())[0]).not.toBe('p25')
    if (first === undefined) throw new Error('there is no decision')
    await shop.reservations.seen([first.id], NOW)
    shop.clock.now += 11 * 60_000
    expect(ids(await home())[0]).toBe('p25')
    expect(ids(await home())[0]).not.toBe('p25')
    expect(await shop.reservations.usedToday('seen', shop.clock.now)).toBe(2)
    shop.clock.now = NOW
  })

  it('of a cap keeps its products out altogether once it is reached', async () => {
    await shop.rules.put({ name: 'few', when: KETTLES, effect: { do: 'cap', limit: { perDay: 7 } } })
    expect(ids(await home()).every((id) => Number(id.slice(1)) < 10)).toBe(true)
    const over = await home()
    expect(ids(over).every((id) => Number(id.slice(1)) >= 10)).toBe(true)
    expect(over.refused['limit']).toBeGreaterThan(0)
  })
})

describe('a trial', () => {
  it('says what a rule would have changed in past decisions, and changes nothing', async () => {
    for (let n = 0; n < 6; n++) await shop.one({ profile: `u${n}`, placement: 'home', limit: 5 })
    await shop.one({ placement: 'search', list: ['p1', 'p2'] })
    shop.clock.now = NOW + 1000
    const before = await shop.store.decisions.count()
    const rule: Rule = { name: 'no-kettles', placements: ['home'], when: KETTLES, effect: { do: 'exclude' } }
    const trial = await shop.recommendations.tryRule({ rule, sample: 1000 })
    expect(trial.decisions).toBeGreaterThan(5)
    expect(trial.skipped).toEqual({})
    expect(trial.changed).toBeGreaterThan(0)
    expect(trial.changed).toBeLessThan(trial.decisions)
    expect(trial.shareBefore).toBeGreaterThan(0)
    expect(trial.shareAfter).toBe(0)
    expect(trial.wentOut).toBeGreaterThanOrEqual(trial.cameIn)
    expect(trial.cameIn).toBeGreaterThan(0)
    expect(trial.products[0]?.before).not.toBe(trial.products[0]?.after)
    expect(trial.summary[0]).toContain(`${trial.changed} would have shown another list with the rule no-kettles`)
    const chinese = await shop.recommendations.tryRule({ rule, sample: 5, language: 'zh' })
    expect(chinese.summary[0]).toMatch(/[\u4e00-\u9fff]/)
    const everywhere = await shop.recommendations.tryRule({ rule: { ...rule, placements: ['search'] } })
    expect(everywhere.skipped).toEqual({ list_not_kept: everywhere.skipped['list_not_kept'] })
    expect([await shop.store.decisions.count(), shop.rules.entries(NOW, shop.catalog.current)]).toEqual([before, []])
    shop.clock.now = NOW
  })

  it('refuses a rule that cannot be followed', async () => {
    const rule: Rule = { name: 'bad', when: KETTLES, effect: { do: 'pin' } }
    await expect(shop.recommendations.tryRule({ rule })).rejects.toMatchObject({ code: 'RULE_INVALID' })
    await expect(shop.rules.put(rule)).rejects.toMatchObject({ code: 'RULE_INVALID' })
    await expect(shop.rules.remove('nothing')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' })
  })
})
