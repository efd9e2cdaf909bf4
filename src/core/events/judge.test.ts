import { Check } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { DataCheck } from '../../contracts/import.ts'
import type { DataFacts } from '../ports.ts'
import { judge } from './judge.ts'

const now = Date.UTC(2024, 5, 1)
const DAY = 86_400_000

/** A healthy shop. */
const SOUND: DataFacts = {
  products: 2000,
  productsUndescribed: 0,
  productsWithoutPrice: 0,
  productsDeleted: 10,
  profiles: 5000,
  profilesByBasis: { consent: 0, contract: 5000, sample: 0 },
  profilesDenied: { personalisation: 50, analytics: 0, advertising: 0, email_marketing: 900, push_marketing: 0 },
  bots: 3,
  botEvents: 200,
  events: 60_000,
  eventsByKind: { order_completed: 20_000 },
  eventsWithoutProfile: 0,
  interactions: 90_000,
  orders: 20_000,
  refunds: 800,
  refundsUnmatched: 0,
  from: now - 400 * DAY,
  to: now - DAY,
  eventsInFuture: 0,
  eventsTooOld: 0,
  likelyDuplicates: 30,
  returningProfiles: 2500,
  productsWithSupport: 1500,
  largestProfile: 400,
  profilesOver10k: 0,
}

const levels = (facts: Partial<DataFacts>) =>
  judge({ ...SOUND, ...facts }, now)
    .findings.filter((finding) => finding.level !== 'good')
    .map((finding) => `${finding.level} ${finding.code}`)

describe('judge', () => {
  it('tells good news, too', () => {
    const check = judge(SOUND, now)
    expect(check.verdict).toBe('ready')
    expect(check.findings.map((finding) => finding.level)).toEqual(Array(8).fill('good'))
    expect(Check(DataCheck, check)).toBe(true)
    expect(check.summary).toMatchObject({ products: 2000, orders: 20_000, from: SOUND.from })
  })

  it.each<[string, Partial<DataFacts>]>([
    ['blocker no_history', { interactions: 0 }],
    ['blocker too_little_data', { returningProfiles: 1 }],
    ['blocker too_little_data', { productsWithSupport: 1 }],
    ['warning little_data', { returningProfiles: 200 }],
    ['warning short_history', { from: now - 20 * DAY }],
    ['note stale', { from: now - 900 * DAY, to: now - 300 * DAY }],
    ['blocker no_catalogue', { products: 100, productsDeleted: 0, productsUndescribed: 100 }],
    ['note orphan_products', { productsUndescribed: 100 }],
    ['warning orphan_products', { productsUndescribed: 1000 }],
    ['note missing_prices', { productsWithoutPrice: 5 }],
    ['warning missing_prices', { productsWithoutPrice: 500 }],
    ['blocker consent', { profilesDenied: { ...SOUND.profilesDenied, personalisation: 5000 } }],
    ['warning consent', { profilesDenied: { ...SOUND.profilesDenied, personalisation: 3000 } }],
    ['warning consent', { profilesByBasis: { consent: 0, contract: 4000, sample: 1000 } }],
    ['note clock_skew', { eventsInFuture: 3 }],
    ['warning clock_skew', { eventsTooOld: 3000 }],
    ['note duplicates', { likelyDuplicates: 900 }],
    ['warning duplicates', { likelyDuplicates: 9000 }],
    ['note refunds', { refunds: 0 }],
    ['warning refunds', { refunds: 9000 }],
    ['note refunds_unmatched', { refundsUnmatched: 10 }],
    ['warning refunds_unmatched', { refundsUnmatched: 400 }],
    ['warning bots', { botEvents: 30_000 }],
    ['warning giant_profiles', { profilesOver10k: 1, largestProfile: 100_000 }],
    ['warning no_profile', { eventsWithoutProfile: 20_000 }],
  ])('finds: %s', (expected, facts) => {
    expect(levels(facts)).toEqual([expected])
  })

  it('tells which events are programs’, also where no profile is marked as one', () => {
    const said = (facts: Partial<DataFacts>) =>
      judge({ ...SOUND, events: 1000, ...facts }, now).findings.find(({ code }) => code === 'bots')?.detail
    expect(said({ botEvents: 495, bots: 0 })).toBe(
      '495 events (50 %) come from programs, known by their user agent. They are kept, and never train or count.',
    )
    expect(said({ botEvents: 1, bots: 1 })).toMatch(
      /^1 event \(0\.1 %\) comes from a program, known by its user agent or/,
    )
    expect(said({ botEvents: 40, bots: 2 })).toContain('user agent or because 2 profiles are marked as such')
    expect(said({ botEvents: 0, bots: 0 })).toMatch(/^No event/)
  })

  it('lets the worst finding decide, and puts it first', () => {
    const check = judge({ ...SOUND, interactions: 0, eventsInFuture: 1, botEvents: 30_000 }, now)
    expect(check.verdict).toBe('not_ready')
    expect(check.findings[0]?.level).toBe('blocker')
    expect(judge({ ...SOUND, botEvents: 30_000 }, now).verdict).toBe('ready_with_warnings')
    expect(judge({ ...SOUND, eventsInFuture: 1 }, now).verdict).toBe('ready')
  })

  it('judges an empty store', () => {
    const none = Object.fromEntries(
      Object.entries(SOUND).map(([name, value]) => [name, typeof value === 'number' ? 0 : value]),
    )
    const check = judge({ ...SOUND, ...none, from: null, to: null }, now)
    expect(check.verdict).toBe('not_ready')
    expect(check.findings.map((finding) => finding.code)).toEqual(['no_history', 'no_catalogue'])
    expect(Check(DataCheck, check)).toBe(true)
  })

  it('says of every finding what to do, in whole words', () => {
    const bad = {
      ...SOUND,
      productsUndescribed: 1,
      productsWithoutPrice: 1,
      likelyDuplicates: 9000,
      refundsUnmatched: 1,
      profilesOver10k: 1,
      eventsInFuture: 1,
      eventsWithoutProfile: 60_000,
    }
    for (const finding of judge(bad, now).findings) {
      for (const words of [finding.title, finding.detail, finding.todo]) expect(words).toMatch(/^[\p{Lu}\d“].*[^\s]$/u)
      expect(JSON.stringify(finding)).not.toMatch(/undefined|NaN|null/)
    }
    const one = judge({ ...SOUND, profilesOver10k: 1, largestProfile: 20_000 }, now).findings[0]
    expect(one?.detail).toMatch(/^1 profile with more than 10,000 events, the largest with 20,000/)
  })
})
