import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AVAILABILITIES, type Product } from '../../../contracts/product.ts'
import type { Rule, RuleCondition } from '../../../contracts/rule.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import { SnapshotBuilder } from '../../catalog/snapshot-builder.ts'
import type { StoredProduct } from '../../ports.ts'
import { applyRules } from './apply.ts'
import { compileRule } from './compiled-rule.ts'
import { RuleSet } from './rule-set.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 27, 12)

type Described = Partial<Product> & { deleted?: boolean }

function stored(row: number, { deleted, ...product }: Described): StoredProduct {
  return {
    row,
    product: { id: `p${row}`, title: `Product ${row}`, categories: [], attributes: {}, offers: [], ...product },
    described: true,
    ...(deleted ? { deletedAt: 1 } : {}),
    createdAt: NOW - 100 * DAY,
    changedAt: 0,
  }
}

function snapshotOf(shelf: readonly Described[]): CatalogSnapshot {
  const builder = new SnapshotBuilder()
  shelf.forEach((product, row) => {
    builder.add(stored(row, product))
  })
  return builder.finish(1)
}

function ruleOf(more: Partial<Rule>): Rule {
  return { name: 'rule', when: { brands: ['X'] }, effect: { do: 'exclude' }, ...more }
}

const kept = (rules: readonly Rule[]) => rules.map((rule, i) => ({ row: i + 1, rule, changedAt: 0 }))

const offer = (more: Partial<Product['offers'][number]> = {}) => [
  { market: 'default', priceMicros: 10, currency: 'EUR', availability: 'in_stock' as const, ...more },
]

/** Rows that a condition speaks of. */
function rowsOf(
  when: RuleCondition,
  shelf: readonly Described[],
  market = 'default',
  unless?: RuleCondition,
): number[] {
  const catalog = snapshotOf(shelf)
  const rule = ruleOf({ when, ...(unless === undefined ? {} : { unless }) })
  const compiled = compileRule({ row: 1, rule, changedAt: 0 }, catalog, 'Europe/Berlin')
  return shelf.flatMap((_, row) => (compiled.matches(row, { catalog, market, now: NOW }) ? [row] : []))
}

describe('a condition', () => {
  const shelf: Described[] = [
    { categories: ['Home', 'Kitchen'], brand: 'X', attributes: { colour: 'red', size: 'L' }, offers: offer() },
    { categories: ['Home'], brand: 'Y', attributes: { colour: 'blue' }, offers: offer({ priceMicros: 20 }) },
    { categories: ['Homeware'], brand: 'X', offers: offer({ salePriceMicros: 5, stock: 0 }) },
    { releasedAt: NOW - 3 * DAY, offers: offer({ market: 'us', priceMicros: 30, availability: 'preorder' }) },
    { brand: 'X', deleted: true },
    { releasedAt: Date.UTC(2026, 10, 1, 23), offers: [] },
  ]

  it.each([
    [{ productIds: ['p2', 'p0', 'nothing'] }, [0, 2]],
    [{ categories: ['Home'] }, [0, 1]],
    [{ categories: ['Home > Kitchen', 'Homeware'] }, [0, 2]],
    [{ brands: ['X', 'nobody'] }, [0, 2]],
    [{ attributes: [{ name: 'colour', values: ['red', 'blue'] }] }, [0, 1]],
    [
      {
        attributes: [
          { name: 'colour', values: ['red'] },
          { name: 'size', values: ['L'] },
        ],
      },
      [0],
    ],
    [
      {
        attributes: [
          { name: 'colour', values: ['red'] },
          { name: 'size', values: ['S'] },
        ],
      },
      [],
    ],
    [{ brands: ['X'], categories: ['Home'] }, [0]],
    [{ minPriceMicros: 10, maxPriceMicros: 20 }, [0, 1]],
    [{ maxPriceMicros: 9 }, [2]],
    [{ availability: ['out_of_stock'] }, [2]],
    [{ availability: ['in_stock'] }, [0, 1, 5]],
    [{ onSale: true }, [2]],
    [{ newerThanDays: 7 }, [3]],
    [{ olderThanDays: 50 }, [0, 1, 2]],
    [{ releasedFrom: '2026-11-02', releasedUntil: '2026-11-03' }, [5]],
    [{ releasedFrom: '2026-11-01', releasedUntil: '2026-11-02' }, []],
  ] satisfies [RuleCondition, number[]][])('%j speaks of rows %j', (when, rows) => {
    expect(rowsOf(when, shelf)).toEqual(rows)
  })

  it('looks at the market of the decision', () => {
    const here: Described[] = [
      { offers: [...offer(), ...offer({ market: 'us', priceMicros: 99 })] },
      { offers: offer() },
    ]
    expect(rowsOf({ minPriceMicros: 50 }, here, 'us')).toEqual([0])
    expect(rowsOf({ minPriceMicros: 50 }, here)).toEqual([])
  })

  it('spares what the second condition says, also by price', () => {
    expect(rowsOf({ brands: ['X'] }, shelf, 'default', { categories: ['Home'] })).toEqual([2])
    expect(rowsOf({ brands: ['X'] }, shelf, 'default', { maxPriceMicros: 9 })).toEqual([0])
  })
})

describe('a rule on a growing catalogue', () => {
  const product = fc.record({
    categories: fc.constantFrom<string[]>([], ['A'], ['A', 'B'], ['C']),
    brand: fc.constantFrom('X', 'Y', ''),
    attributes: fc.constantFrom<Record<string, string>>({}, { k: 'v' }, { k: 'w' }),
    releasedAt: fc.integer({ min: NOW - 20 * DAY, max: NOW }),
    deleted: fc.boolean(),
    offers: fc.constantFrom([], offer(), offer({ availability: AVAILABILITIES[1], priceMicros: 3 })),
  })
  const condition = fc.constantFrom<RuleCondition>(
    { brands: ['X'] },
    { categories: ['A'] },
    { categories: ['A > B'], brands: ['Y'] },
    { attributes: [{ name: 'k', values: ['v'] }] },
    { productIds: ['p0', 'p3', 'p9'] },
    { newerThanDays: 9, minPriceMicros: 4 },
  )

  it('speaks of the same products as one that reads the whole catalogue anew', () => {
    const change = fc.tuple(fc.nat({ max: 9 }), product)
    fc.assert(
      fc.property(
        fc.array(product, { maxLength: 6 }),
        fc.array(change),
        condition,
        fc.option(condition),
        (first, changes, when, spared) => {
          const rule = ruleOf({ when, effect: { do: 'pin', position: 1 }, ...(spared ? { unless: spared } : {}) })
          const one = { row: 1, rule, changedAt: 0 }
          const before = snapshotOf(first)
          const builder = new SnapshotBuilder(before)
          for (const [row, described] of changes) builder.add(stored(row, described))
          const after = builder.finish(2)
          const followed = compileRule(one, after, 'UTC', compileRule(one, before, 'UTC'))
          const anew = compileRule(one, after, 'UTC')
          expect([followed.products, [...followed.bits], followed.own]).toEqual([
            anew.products,
            [...anew.bits],
            anew.own,
          ])
          for (let row = 0; row < 10; row++) {
            const moment = { catalog: after, market: 'default', now: NOW }
            expect(followed.matches(row, moment)).toBe(anew.matches(row, moment))
          }
        },
      ),
      { seed: 1 },
    )
  })
})

describe('rules in force', () => {
  const shelf = [{ brand: 'X' }, { brand: 'Y' }]
  const names = (rules: readonly Rule[], placement = 'home', market = 'default', now = NOW, zone = 'Europe/Berlin') =>
    new RuleSet(kept(rules), zone).plan(placement, market, now, snapshotOf(shelf))?.rules.map(({ rule }) => rule.name)

  it('are those of the placement and the market that are switched on and speak of something', () => {
    const rules = [
      ruleOf({ name: 'b' }),
      ruleOf({ name: 'a' }),
      ruleOf({ name: 'first', priority: 5 }),
      ruleOf({ name: 'cart', placements: ['cart'] }),
      ruleOf({ name: 'us', markets: ['us'] }),
      ruleOf({ name: 'off', enabled: false }),
      ruleOf({ name: 'nothing', when: { brands: ['Z'] } }),
    ]
    expect(names(rules)).toEqual(['first', 'a', 'b'])
    expect(names(rules, 'cart', 'us')).toEqual(['first', 'a', 'b', 'cart', 'us'])
    expect(names([ruleOf({ enabled: false })])).toBeUndefined()
  })

  it('begin and end by the clock of the store, also for plans that were made before', () => {
    const rules = [ruleOf({ from: '2026-11-27', until: '2026-11-27T18:00' })]
    const set = new RuleSet(kept(rules), 'America/New_York')
    const catalog = snapshotOf(shelf)
    const isOn = (now: number) => set.plan('home', 'default', now, catalog) !== undefined
    // Midnight in New York is 05:00 UTC in November.
    const times = [
      Date.UTC(2026, 10, 27, 4, 59),
      Date.UTC(2026, 10, 27, 5),
      Date.UTC(2026, 10, 27, 22, 59),
      Date.UTC(2026, 10, 27, 23),
    ]
    expect(times.map(isOn)).toEqual([false, true, true, false])
    expect([...times].reverse().map(isOn)).toEqual([false, true, true, false])
    expect(set.entries(times[0] ?? 0, catalog)[0]?.state).toBe('scheduled')
    expect(set.entries(times[3] ?? 0, catalog)[0]?.state).toBe('ended')
  })

  it('read a moment that the clock skipped or showed twice as RFC 9557 says', () => {
    const onAt = (from: string, now: number) => names([ruleOf({ from })], 'home', 'default', now) !== undefined
    // Berlin: 29 March 2026 02:30 does not exist; 25 October 2026 02:30 comes twice.
    expect([
      onAt('2026-03-29T02:30', Date.UTC(2026, 2, 29, 1, 29)),
      onAt('2026-03-29T02:30', Date.UTC(2026, 2, 29, 1, 30)),
    ]).toEqual([false, true])
    expect([
      onAt('2026-10-25T02:30', Date.UTC(2026, 9, 25, 0, 29)),
      onAt('2026-10-25T02:30', Date.UTC(2026, 9, 25, 0, 30)),
    ]).toEqual([false, true])
  })
})

it('a set that begins from another one speaks as one that was made anew, also when the catalogue grew in between', () => {
  const first = snapshotOf([{ brand: 'X' }, { brand: 'Y' }])
  const builder = new SnapshotBuilder(first)
  builder.add(stored(1, { brand: 'X' }))
  builder.add(stored(2, { brand: 'Y' }))
  const second = builder.finish(2)
  const [one, two, three] = kept([
    ruleOf({}),
    ruleOf({ name: 'y', when: { brands: ['Y'] } }),
    ruleOf({ name: 'z', when: { productIds: ['p2'] } }),
  ])
  if (!one || !two || !three) throw new Error('there are no rules')
  const old = new RuleSet([one, two], 'UTC')
  old.follow(first)
  for (const catalog of [first, second]) {
    const told = (set: RuleSet) => set.entries(NOW, catalog).map(({ rule, products }) => [rule.name, products])
    expect(told(new RuleSet([one, three], 'UTC', old))).toEqual(told(new RuleSet([one, three], 'UTC')))
  }
})

describe('what rules make of candidates', () => {
  const shelf: Described[] = ['X', 'Y', 'X', 'Z', 'Z', 'W'].map((brand) => ({ brand }))
  const catalog = snapshotOf(shelf)
  const applied = (rules: readonly Rule[], resting: readonly number[] = [], isInside = (_: number) => true) => {
    const plan = new RuleSet(kept(rules), 'UTC').plan('home', 'default', NOW, catalog)
    if (plan === undefined) throw new Error('no rule is in force')
    const candidates = { rows: Int32Array.of(0, 1, 2, 3), scores: Float32Array.of(8, 4, 2, 1) }
    const moment = { catalog, market: 'default', now: NOW }
    return applyRules(plan, candidates, moment, new Set(resting), isInside)
  }

  it('multiplies and divides scores, and keeps the order where nothing says otherwise', () => {
    const up = ruleOf({ name: 'up', when: { brands: ['Z'] }, effect: { do: 'boost', strength: 10 } })
    const down = ruleOf({ name: 'down', when: { brands: ['X'] }, effect: { do: 'bury', strength: 4 } })
    const { candidates, boosts } = applied([up, down])
    expect([...candidates.rows]).toEqual([3, 1, 0, 2])
    expect([...candidates.scores]).toEqual([10, 4, 2, 0.5])
    expect([boosts(3).map(({ rule }) => rule.name), boosts(0)]).toEqual([['up'], []])
    expect([...applied([up], [1]).candidates.rows]).toEqual([0, 1, 2, 3])
  })

  it('keeps out what is excluded, and what is capped once the limit is reached', () => {
    const out = ruleOf({ name: 'a', when: { brands: ['Y'] } })
    const cap = ruleOf({ name: 'b', when: { brands: ['Z'] }, effect: { do: 'cap', limit: { perDay: 1 } } })
    expect([0, 1, 3].map(applied([out, cap]).refuses)).toEqual([undefined, 'rule', undefined])
    expect([0, 1, 3].map(applied([out, cap], [2]).refuses)).toEqual([undefined, 'rule', 'limit'])
  })

  it('holds slots for pins, brings their products in, and puts the more important first', () => {
    const pin = ruleOf({ name: 'low', when: { productIds: ['p5', 'p1'] }, effect: { do: 'pin', position: 2 } })
    const high = ruleOf({ name: 'high', priority: 1, when: { brands: ['Z'] }, effect: { do: 'pin', position: 2 } })
    const { candidates, slots, slotRules } = applied([pin, high])
    expect([...candidates.rows]).toEqual([0, 1, 2, 3, 4, 5])
    expect(slots).toEqual([
      { position: 1, candidates: [3, 4] },
      { position: 1, candidates: [5, 1] },
      { position: 2, candidates: [5, 1] },
    ])
    expect(slotRules.map(({ rule }) => rule.name)).toEqual(['high', 'low', 'low'])
    expect(applied([pin], [1]).slots).toEqual([])
    const inside = applied([pin], [], (row) => row < 4)
    expect([inside.slots, [...inside.candidates.rows]]).toEqual([[{ position: 1, candidates: [1] }], [0, 1, 2, 3]])
  })
})
