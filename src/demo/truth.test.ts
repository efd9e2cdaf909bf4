import { beforeAll, describe, expect, it } from 'vitest'
import { COMPANIONS, novelty } from './catalogue/catalogue.ts'
import { productId } from './catalogue/describe.ts'
import { lifeOf, visits } from './history/history.ts'
import type { OrderLine, Visit } from './history/visit.ts'
import { DAY } from './options.ts'
import { Draws } from './random.ts'
import { shopperOf, userId } from './shoppers/shopper.ts'
import { Taste } from './shoppers/taste.ts'
import { type Truth, truthOf } from './truth.ts'
import { createWorld } from './world.ts'

interface Order {
  readonly visit: Visit
  readonly at: number
  readonly lines: readonly OrderLine[]
}

const world = createWorld({ seed: 3, products: 300, shoppers: 1500, days: 365 })
const { catalogue, options } = world
const leafOf = (product: number) => catalogue.shelves[catalogue.shelf[product] ?? 0]?.leaf
let orders: Order[] = []
let truth: Truth

beforeAll(() => {
  truth = truthOf(world)
  orders = [...visits(catalogue, options)].flatMap((visit) =>
    visit.steps.flatMap((step) => (step.kind === 'ordered' ? [{ visit, at: step.at, lines: step.lines }] : [])),
  )
})

describe('the simulated history', () => {
  it('draws picks in proportion to the weights of the formula', () => {
    const at = options.until - 30 * DAY
    const day = options.days - 30
    const taste = new Taste(catalogue, shopperOf(options, 0)).goTo(day, at)
    const weights = Array.from({ length: catalogue.size }, (_, p) => taste.weight(p))
    const sum = weights.reduce((a, b) => a + b, 0)
    const counts = new Float64Array(catalogue.size)
    const draws = new Draws(1)
    const n = 40_000
    for (let i = 0; i < n; i++) {
      const product = taste.pick(draws)
      counts[product] = (counts[product] ?? 0) + 1
    }
    // Pearson's chi-square over the cells that expect five or more; 1.5 × the degrees of freedom is far beyond chance.
    let chi = 0
    let cells = 0
    weights.forEach((weight, p) => {
      const expected = (n * weight) / sum
      if (expected < 5) return
      chi += ((counts[p] ?? 0) - expected) ** 2 / expected
      cells++
    })
    expect(cells).toBeGreaterThan(20)
    expect(chi / cells).toBeLessThan(1.5)
    expect(chi / cells).toBeGreaterThan(0.5)
  })

  it('shows tastes: people buy again from the leaves that they like', () => {
    const perShopper = Map.groupBy(orders, (order) => order.visit.shopper.index)
    let own = 0
    let other = 0
    let pairs = 0
    const all = [...perShopper.values()].filter((list) => list.length >= 4)
    all.forEach((list, i) => {
      const half = list.length >> 1
      const before = shelvesOf(list.slice(0, half))
      const after = shelvesOf(list.slice(half))
      const stranger = shelvesOf((all[(i + 7) % all.length] ?? list).slice(half))
      own += overlap(before, after)
      other += overlap(before, stranger)
      pairs++
    })
    expect(pairs).toBeGreaterThan(200)
    expect(own / other).toBeGreaterThan(2)
  })

  it('has baskets in which companions meet more often than chance: lift above 3', () => {
    const single = new Map<number, number>()
    let together = 0
    let expected = 0
    for (const { lines } of orders) for (const { product } of lines) single.set(product, (single.get(product) ?? 0) + 1)
    for (const { lines } of orders) {
      const basket = new Set(lines.map((line) => line.product))
      for (const product of basket) {
        for (let c = 0; c < COMPANIONS; c++) {
          const companion = catalogue.companions[product * COMPANIONS + c] ?? -1
          if (basket.has(companion)) together++
          expected += (single.get(companion) ?? 0) / orders.length
        }
      }
    }
    expect(together / expected).toBeGreaterThan(3)
  })

  it('follows the year: barbecues in summer, scarves in winter; and the week: more on Sundays than on Tuesdays', () => {
    // Shares, since the number of shoppers grows; of lasting goods, since consumables are bought again all year.
    const share = (months: readonly number[], peaks: readonly number[]) => {
      const lasting = orders
        .filter(({ at }) => months.includes(new Date(at).getUTCMonth() + 1))
        .flatMap(({ lines }) => lines.map(({ product }) => leafOf(product)))
        .filter((leaf) => leaf?.lasts === 0)
      return lasting.filter((leaf) => peaks.includes(leaf?.peak ?? 0)).length / lasting.length
    }
    const summer = [5, 6, 7]
    const winter = [11, 12, 1]
    expect(share(summer, summer)).toBeGreaterThan(2 * share(winter, summer))
    expect(share(winter, winter)).toBeGreaterThan(2 * share(summer, winter))
    const on = (weekday: number) => orders.filter(({ at }) => new Date(at).getUTCDay() === weekday).length
    expect(on(0)).toBeGreaterThan(1.15 * on(2))
  })

  it('has consumables bought again about when they run out', () => {
    const ratios: number[] = []
    for (const list of Map.groupBy(orders, (order) => order.visit.shopper.index).values()) {
      const last = new Map<number, number>()
      for (const { at, lines, visit } of list) {
        for (const { product, quantity } of lines) {
          const lasts = leafOf(product)?.lasts ?? 0
          const before = last.get(product)
          if (lasts > 0 && before !== undefined) ratios.push((at - before) / DAY / (lasts * visit.shopper.pace))
          if (lasts > 0 && quantity === 1) last.set(product, at)
          else last.delete(product)
        }
      }
    }
    ratios.sort((a, b) => a - b)
    expect(ratios.length).toBeGreaterThan(500)
    expect(ratios[ratios.length >> 1]).toBeGreaterThan(0.85)
    expect(ratios[ratios.length >> 1]).toBeLessThan(1.35)
  })

  it('sells a lasting thing rarely twice to one person', () => {
    let lasting = 0
    let again = 0
    for (const list of Map.groupBy(orders, (order) => order.visit.shopper.index).values()) {
      const had = new Set<number>()
      for (const { product } of list.flatMap(({ lines }) => lines)) {
        if (leafOf(product)?.lasts !== 0) continue
        const family = catalogue.family[product] ?? -1
        lasting++
        if (had.has(family)) again++
        had.add(family)
      }
    }
    expect(lasting).toBeGreaterThan(1000)
    // Belongings beyond the newest ten are forgotten, and one visit may buy two variants.
    expect(again / lasting).toBeLessThan(0.1)
  })

  it('sells nothing before its release, and no picks after the last piece', () => {
    for (const { visit, lines } of orders) {
      const day = Math.floor((visit.startedAt - (options.until - options.days * DAY)) / DAY)
      expect(lines.filter(({ product }) => novelty(catalogue, product, day) === 0)).toEqual([])
    }
  })
})

describe('the truth', () => {
  const at = options.until

  it('is worth most at its own top list, then popularity, then chance', () => {
    const counts = new Float64Array(catalogue.size)
    for (const { lines } of orders) for (const { product } of lines) counts[product] = (counts[product] ?? 0) + 1
    const popular = Array.from(counts.keys())
      .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
      .slice(0, 10)
      .map(productId)
    const draws = new Draws(9)
    const sum = { best: 0, popular: 0, random: 0 }
    for (let u = 0; u < 100; u++) {
      const id = userId(u)
      sum.best += truth.worth(id, truth.top(id, at, 10), at)
      sum.popular += truth.worth(id, popular, at)
      sum.random += truth.worth(
        id,
        Array.from({ length: 10 }, () => productId(draws.integer(300))),
        at,
      )
    }
    expect(sum.best).toBeGreaterThan(2 * sum.popular)
    expect(sum.popular).toBeGreaterThan(1.5 * sum.random)
  })

  it('is calibrated: people buy as many pieces of their best twenty as it expects of a first order, within 15 %', () => {
    // First orders, since nothing can run out before them; the truth knows habits only as they stand at the end.
    const first = [...Map.groupBy(orders, (order) => order.visit.shopper.index).values()].map(([order]) => order)
    let expected = 0
    let bought = 0
    for (const order of first.slice(0, 600)) {
      if (!order || order.at >= at - DAY) continue
      const id = userId(order.visit.shopper.index)
      const top = truth.top(id, order.at, 20)
      expected += truth.worth(id, top, order.at)
      bought += new Set(order.lines.map((line) => productId(line.product)).filter((product) => top.includes(product)))
        .size
    }
    expect(bought).toBeGreaterThan(150)
    expect(bought / expected).toBeGreaterThan(0.85)
    expect(bought / expected).toBeLessThan(1.15)
  })

  it('knows what a person is about to run out of', () => {
    const index = Array.from({ length: 200 }, (_, u) => u).find((u) => {
      const { habits } = lifeOf(catalogue, options, u)
      return habits.product.some(
        (product, slot) =>
          product >= 0 && (habits.due[slot] ?? 0) < options.days && novelty(catalogue, product, options.days - 1) > 0,
      )
    })
    const id = userId(index ?? 0)
    const before = truth.preferences(id, at - 2 * DAY).slice()
    const after = truth.preferences(id, at)
    const jumps = [...after].filter((value, p) => value - (before[p] ?? 0) > 0.8)
    expect(jumps.length).toBeGreaterThan(0)
  })

  it('refuses ids that it does not know', () => {
    expect(() => truth.top('c999999', at, 10)).toThrow(RangeError)
    expect(() => truth.worth(userId(0), ['p999999'], at)).toThrow(RangeError)
    expect(() => truth.worth(userId(0), ['__proto__'], at)).toThrow(RangeError)
  })
})

function shelvesOf(list: readonly Order[]): number[] {
  return list.flatMap(({ lines }) => lines.map(({ product }) => catalogue.shelf[product] ?? -1))
}

/** Share of the later purchases that come from shelves of the earlier ones. */
function overlap(before: readonly number[], after: readonly number[]): number {
  const seen = new Set(before)
  return after.length === 0 ? 0 : after.filter((shelf) => seen.has(shelf)).length / after.length
}
