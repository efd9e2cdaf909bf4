import { describe, expect, test } from 'vitest'
import type { Rule } from '../../src/contracts/rule.ts'
import type { DecisionEntry, DecisionWindow, Reservation } from '../../src/core/ports.ts'
import { anonymousRow, collect, decisionId, NOON, profileRow } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const uuid = (n: number) => decisionId(n, NOON + n)
const RULE: Rule = { name: 'pin', when: { brands: ['Verde'] }, effect: { do: 'pin', position: 1 } }
const HELD: Reservation = {
  budget: 'rule:pin',
  period: '2026-01-01',
  amount: 1,
  limit: 3,
  onAnswer: false,
  expiresAt: NOON + 60_000,
}

export function decisionsContract(it: CurrentStore): void {
  const decision = (n: number, more: Partial<DecisionEntry> = {}): DecisionEntry => ({
    id: decisionId(n, more.at ?? NOON + n),
    at: NOON + n,
    placement: 'home',
    record: Uint8Array.of(n),
    ...more,
  })

  describe('rules', () => {
    test('are found by name, and each version by its row for ever', async () => {
      const store = it.store()
      const first = await store.rules.put(RULE)
      expect(await store.rules.put(RULE)).toEqual(first)
      const second = await store.rules.put({ ...RULE, priority: 2 })
      expect(second.row).not.toBe(first.row)
      const other = await store.rules.put({ ...RULE, name: 'boost' })
      expect(await store.rules.all()).toEqual([other, second])
      expect([await store.rules.remove('pin'), await store.rules.remove('pin')]).toEqual([true, false])
      const reopened = await it.reopen()
      expect(await reopened.rules.all()).toEqual([other])
      expect(await reopened.rules.byRows([second.row, 999, first.row])).toEqual([second, first])
      expect((await reopened.rules.put(RULE)).row).toBeGreaterThan(other.row)
    })
  })

  describe('budgets', () => {
    test('hold all that is asked for or nothing, and never more than there is', async () => {
      const { budgets } = it.store()
      expect(await budgets.reserve(uuid(1), [{ ...HELD, amount: 2 }], NOON)).toEqual([])
      const other = { ...HELD, budget: 'rule:other', limit: 1 }
      expect(await budgets.reserve(uuid(2), [other, { ...HELD, amount: 2 }], NOON)).toEqual([1])
      expect(await budgets.use('rule:other', HELD.period, NOON)).toEqual({ spent: 0, held: 0 })
      expect(await budgets.reserve(uuid(2), [other, HELD], NOON)).toEqual([])
      expect(await budgets.use('rule:pin', HELD.period, NOON)).toEqual({ spent: 0, held: 3 })
      expect(await budgets.reserve(uuid(3), [{ ...HELD, period: '2026-01-02' }], NOON)).toEqual([])
    })

    test('of many that ask at once, just so many are given what there is', async () => {
      const { budgets } = it.store()
      const asked = Array.from({ length: 60 }, (_, n) => budgets.reserve(uuid(n), [{ ...HELD, limit: 25 }], NOON))
      const refused = await Promise.all(asked)
      expect(refused.filter((indices) => indices.length === 0)).toHaveLength(25)
      expect(await budgets.use('rule:pin', HELD.period, NOON)).toEqual({ spent: 0, held: 25 })
    })

    test('get back what expired, also after the store was closed, and keep what was spent', async () => {
      const { budgets, decisions } = it.store()
      await budgets.reserve(uuid(1), [HELD], NOON)
      await budgets.reserve(uuid(2), [{ ...HELD, onAnswer: true }], NOON)
      await budgets.reserve(uuid(3), [HELD], NOON)
      await decisions.append([decision(2, { reserved: true })])
      expect(await budgets.settle([uuid(1), uuid(9)], NOON)).toBe(1)
      expect(await budgets.settle([uuid(1)], NOON)).toBe(0)
      expect(await budgets.use('rule:pin', HELD.period, NOON)).toEqual({ spent: 2, held: 1 })
      const reopened = (await it.reopen()).budgets
      expect(await reopened.reserve(uuid(4), [HELD], NOON)).toEqual([0])
      const later = HELD.expiresAt
      expect(await reopened.use('rule:pin', HELD.period, later)).toEqual({ spent: 2, held: 0 })
      expect(await reopened.reserve(uuid(4), [{ ...HELD, expiresAt: later + 1 }], later)).toEqual([])
      expect(await reopened.settle([uuid(3)], later)).toBe(0)
      expect(await reopened.use('rule:pin', HELD.period, later)).toEqual({ spent: 2, held: 1 })
    })
  })

  describe('what is kept beside a decision', () => {
    test('comes back with it: lists that were given up, and what it was made from', async () => {
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const inputs = Uint8Array.from({ length: 3000 }, (_, i) => i % 7)
      await store.decisions.append([
        decision(1, { profile, attempts: [Uint8Array.of(8), Uint8Array.of(9)], inputs }),
        decision(2, { inputs: Uint8Array.of(5) }),
      ])
      const { decisions } = await it.reopen()
      expect(await decisions.attempts(uuid(1))).toEqual([Uint8Array.of(8), Uint8Array.of(9)])
      expect(await decisions.attempts(uuid(2))).toEqual([])
      expect(await decisions.inputs(uuid(1))).toEqual(inputs)
      expect(await decisions.inputs(uuid(2))).toEqual(Uint8Array.of(5))
      expect([await decisions.inputs(uuid(3)), await decisions.attempts('nonsense')]).toEqual([undefined, []])
    })

    test('goes with the shopper and with its time', async () => {
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const inputs = Uint8Array.of(1, 2, 3)
      const old = { inputs, attempts: [inputs], at: NOON - 9 * 86_400_000 }
      const oldId = decisionId(2, old.at)
      await store.decisions.append([decision(1, { profile, inputs }), decision(2, old)])
      expect(await store.profiles.erase(profile)).toMatchObject({ decision_inputs: 1, decisions_unlinked: 1 })
      expect(await store.decisions.inputs(uuid(1))).toBeUndefined()
      expect(await store.decisions.inputs(oldId)).toEqual(inputs)
      await store.maintenance.applyRetention({ decisionDays: 5, rawEventDays: 0, jobDays: 0 }, NOON)
      expect(await store.decisions.get(uuid(1))).toBeDefined()
      expect([await store.decisions.inputs(oldId), await store.decisions.attempts(oldId)]).toEqual([undefined, []])
    })
  })

  test('a sample of decisions is spread evenly over a time and some placements', async () => {
    const { decisions } = it.store()
    const placements = ['home', 'cart', 'home', 'email']
    await decisions.append(Array.from({ length: 20 }, (_, n) => decision(n, { placement: placements[n % 4] ?? '' })))
    const numbers = async (most: number, names?: readonly string[], to = NOON + 100) =>
      (await decisions.sample({ from: NOON, to, ...(names ? { placements: names } : {}) }, most)).map(
        ({ record }) => record[0],
      )
    expect(await numbers(5)).toEqual([0, 4, 8, 12, 16])
    expect(await numbers(100, ['cart'])).toEqual([1, 5, 9, 13, 17])
    expect(await numbers(2, ['cart', 'email'])).toEqual([1, 11])
    expect(await numbers(100, undefined, NOON + 3)).toEqual([0, 1, 2])
    expect(await numbers(5, ['nothing'])).toEqual([])
  })

  test('a reader gives decisions of a time by chunks, of the shopper that links lead to', async () => {
    const store = it.store()
    const [user, device] = [await profileRow(store, 'u'), await anonymousRow(store, 'd')]
    await store.decisions.append([
      ...Array.from({ length: 1200 }, (_, n) => decision(n, { at: NOON + (n % 7) })),
      decision(2000, { profile: device, placement: 'cart' }),
    ])
    await store.profiles.link(device, user, 'login', NOON)
    const reader = await store.reader()
    const read = async (window: DecisionWindow) => (await collect(reader.decisions(window))).flat()
    const all = await read({ from: NOON, to: NOON + 7, placements: ['home'] })
    expect([all.length, new Set(all.map(({ id }) => id)).size]).toEqual([1200, 1200])
    expect(all.every(({ at }, i) => i === 0 || at >= (all[i - 1]?.at ?? 0))).toBe(true)
    expect(await read({ from: NOON + 7, to: NOON + 3000 })).toMatchObject([{ id: uuid(2000), profile: user }])
    await reader.close()
  })
}
