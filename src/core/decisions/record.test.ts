import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASON_CODES, type ReasonCode } from '../../contracts/reason.ts'
import { CERTAIN, type DrawRates, propensity } from './draw.ts'
import { REFUSAL_CODES, type RefusalCode } from './policies/policy.ts'
import { type DecisionRecord, decodeRecord, encodeRecord, type RecordedItem } from './record.ts'

const reasonCodes = Object.keys(REASON_CODES) as ReasonCode[]
const refusalCodes = Object.keys(REFUSAL_CODES) as RefusalCode[]

const reason = fc.record(
  {
    code: fc.constantFrom(...reasonCodes),
    product: fc.nat({ max: 0x7fffffff }),
    value: fc.nat({ max: 100_000 }),
    weight: fc.nat({ max: 255 }).map((steps) => steps / 255),
  },
  { requiredKeys: ['code', 'weight'] },
)

/** Draws as they come out under the rates: where nothing is drawn, nothing is kept of one. */
function itemFor({ exploreRate, newShare }: DrawRates, hasChance: boolean): fc.Arbitrary<RecordedItem> {
  const draws = exploreRate > 0 || newShare > 0
  return fc.record({
    product: fc.nat({ max: 0x7fffffff }),
    score: fc.float({ noNaN: true }),
    ...(hasChance ? { chance: fc.nat({ max: 10_000 }).map((steps) => steps / 10_000) } : {}),
    pool: draws ? fc.integer({ min: 1, max: 500 }) : fc.constant(1),
    best: draws ? fc.boolean() : fc.constant(true),
    pooled: newShare > 0 ? fc.boolean() : fc.constant(true),
    newPool: newShare > 0 ? fc.nat({ max: 1000 }) : fc.constant(0),
    fresh: newShare > 0 ? fc.boolean() : fc.constant(false),
    reasons: fc.array(reason, { maxLength: 3 }),
  })
}

const rate = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 0.5, noNaN: true }))
const listed = fc.oneof(fc.nat({ max: 0x7fffffff }), fc.string({ minLength: 1, unit: 'binary' }))
const sections = fc.record(
  {
    market: fc.string(),
    anchors: fc.array(fc.nat({ max: 0x7fffffff }), { maxLength: 5 }),
    category: fc.string({ unit: 'binary' }),
    unknown: fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }),
    resting: fc.array(fc.nat(), { maxLength: 4 }),
    shown: fc.array(listed, { maxLength: 8 }),
    experiment: fc.record({ experiment: fc.nat(), arm: fc.integer({ min: -4, max: 7 }) }, { noNullPrototype: true }),
    held: fc.constant(true as const),
    captured: fc.constant(true as const),
    shownSoldOut: fc.nat(),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const record: fc.Arbitrary<DecisionRecord> = fc
  .record({ exploreRate: rate, newShare: rate })
  .chain((rates) =>
    fc.record({
      why: fc.constantFrom(
        { basis: 'personalised' } as const,
        { basis: 'contextual', cause: 'first_visit' } as const,
        { basis: 'contextual', cause: 'bot' } as const,
      ),
      modelVersion: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
      seed: fc.integer({ min: 0, max: 0xffffffff }),
      rates: fc.constant(rates),
      limit: fc.integer({ min: 1, max: 500 }),
      sections,
      items: fc.array(fc.oneof(itemFor(rates, true), itemFor(rates, false)), { maxLength: 12 }),
      refused: fc.dictionary(fc.constantFrom(...refusalCodes), fc.integer({ min: 1, max: 10_000 }), {
        noNullPrototype: true,
      }),
    }),
  )
  .map(({ why, rates, sections: more, ...rest }) => ({ ...why, ...rates, ...more, ...rest }))

describe('a decision record', () => {
  it('comes back from its bytes with every propensity', () => {
    fc.assert(
      fc.property(record, (written) => {
        const items = written.items.map((item) => ({ ...item, propensity: propensity(written, item) }))
        expect(decodeRecord(encodeRecord(written))).toEqual({ ...written, items })
      }),
      { seed: 1 },
    )
  })

  it('stays under 320 bytes for ten items with three reasons each, explored, with every policy refusing', () => {
    const items: RecordedItem[] = Array.from({ length: 10 }, (_, i) => ({
      product: 499_990 + i,
      score: 1 / (i + 1),
      chance: 0.5 / (i + 1),
      pool: 50,
      pooled: true,
      best: i % 2 === 0,
      newPool: 200,
      fresh: i % 2 === 1,
      reasons: Array.from({ length: 3 }, (_, r) => ({
        code: 'because_bought',
        product: 400_000 + 10 * i + r,
        weight: 0.3,
      })),
    }))
    const bytes = encodeRecord({
      basis: 'personalised',
      modelVersion: 9999,
      seed: 0xffffffff,
      exploreRate: 0.1,
      newShare: 0.05,
      limit: 10,
      anchors: [499_999],
      items,
      refused: Object.fromEntries(refusalCodes.map((code) => [code, 500])),
      experiment: { experiment: 1000, arm: 7 },
    })
    expect(bytes.length).toBeLessThan(320)
  })

  it('keeps the three first reasons', () => {
    const four = reasonCodes.slice(0, 4).map((code) => ({ code, weight: 0.2 }))
    const { items } = decodeRecord(
      encodeRecord({
        basis: 'personalised',
        modelVersion: null,
        seed: 1,
        exploreRate: 0,
        newShare: 0,
        limit: 1,
        items: [{ ...CERTAIN, product: 1, score: 1, reasons: four }],
        refused: {},
      }),
    )
    expect(items[0]?.reasons.map(({ code }) => code)).toEqual(reasonCodes.slice(0, 3))
  })

  it('refuses bytes that are cut short or of another format', () => {
    const bytes = encodeRecord({
      basis: 'contextual',
      cause: 'no_consent',
      modelVersion: 3,
      seed: 5,
      exploreRate: 0,
      newShare: 0,
      limit: 8,
      market: 'de',
      anchors: [5],
      category: 'Home > Kitchen',
      unknown: ['sku'],
      resting: [4],
      shown: [77, 'other'],
      experiment: { experiment: 3, arm: -1 },
      held: true,
      captured: true,
      shownSoldOut: 2,
      items: [{ ...CERTAIN, product: 77, score: 0.5, reasons: [{ code: 'popular', weight: 1 }] }],
      refused: { price: 2 },
    })
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length))).toThrow(RangeError)
    }
    expect(() => decodeRecord(Uint8Array.of(99, ...bytes.subarray(1)))).toThrow(RangeError)
  })
})
