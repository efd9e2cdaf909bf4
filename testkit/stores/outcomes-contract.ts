import { describe, expect, test } from 'vitest'
import type { Experiment } from '../../src/contracts/experiment.ts'
import type { OutcomeStep, Store, TouchWrite } from '../../src/core/ports.ts'
import { anonymousRow, appendAll, collect, decisionId, NOON, profileRow, purchase, shopEvent } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const DECISION = decisionId(1, NOON - 5)

const EXPERIMENT: Experiment = {
  id: '018bcfe5-6800-7000-8000-0000000000e1',
  name: 'holdout',
  placements: ['home'],
  arms: [
    { name: 'off', share: 1, holdout: true },
    { name: 'on', share: 1 },
  ],
  status: 'draft',
  createdAt: NOON,
}

/** A decision, an event with a token of it, and the step that takes the event in as a click. */
async function clicked(store: Store): Promise<{ step: OutcomeStep; touch: TouchWrite }> {
  await store.decisions.append([
    { id: DECISION, at: NOON - 5, placement: 'home', record: Uint8Array.of(1), experiment: { experiment: 4, arm: 1 } },
  ])
  const { profiles } = await appendAll(store, 'c', [shopEvent({ anonymousId: 'a', tokens: ['t.1', 't.2'] })])
  const { upTo, events } = await store.outcomes.eventsAfter(0, 100)
  expect(events).toMatchObject([{ tokens: ['t.1', 't.2'], profile: profiles[0], kind: 'product_viewed' }])
  const touch: TouchWrite = {
    event: events[0]?.row ?? 0,
    decision: DECISION,
    position: 1,
    kind: 'click',
    product: 3,
    profile: profiles[0] ?? -1,
    at: NOON,
  }
  return { touch, step: { from: 0, upTo, touches: [touch], refused: [], orders: [] } }
}

export function outcomesContract(it: CurrentStore): void {
  describe('outcomes', () => {
    test('a stretch of the log is taken in once, with the cursor, also by two at the same time', async () => {
      const store = it.store()
      const { step, touch } = await clicked(store)
      const both = await Promise.all([store.outcomes.advance(step), store.outcomes.advance(step)])
      expect(both.toSorted()).toEqual([false, true])
      expect(await store.outcomes.cursor()).toBe(step.upTo)
      const reopened = await it.reopen()
      expect(await reopened.outcomes.cursor()).toBe(step.upTo)
      expect(await collect(reopened.outcomes.touches())).toEqual([
        { ...touch, placement: 'home', experiment: { experiment: 4, arm: 1 }, duplicate: false, counted: true },
      ])
      expect(await reopened.outcomes.isTouched(DECISION, 1, 'click')).toBe(true)
      expect(await reopened.outcomes.isTouched(DECISION, 2, 'click')).toBe(false)
      expect((await reopened.outcomes.eventsAfter(step.upTo, 100)).events).toEqual([])
    })

    test('what was held for an impression of the touched decision is spent with it', async () => {
      const store = it.store()
      const { step } = await clicked(store)
      const held = { budget: 'rule:ad', period: 'today', amount: 2, limit: 5, onAnswer: false, expiresAt: NOON + 1000 }
      await store.budgets.reserve(DECISION, [held], NOON)
      await store.budgets.reserve('018bcfe5-6800-7000-8000-000000000002', [{ ...held, amount: 1 }], NOON)
      await store.outcomes.advance(step)
      expect(await store.budgets.use('rule:ad', 'today', NOON)).toEqual({ spent: 2, held: 1 })
    })

    test('only events with tokens or orders are read, in stretches of rows', async () => {
      const store = it.store()
      await appendAll(store, 'k', [
        shopEvent({ userId: 'u' }),
        shopEvent({ userId: 'u', kind: 'product_clicked', tokens: ['t'] }),
        purchase('u', ['x'], NOON, 'o1'),
        purchase('u', ['x', 'y'], NOON, 'o2'),
      ])
      const first = await store.outcomes.eventsAfter(0, 3)
      expect(first.upTo).toBe(3)
      expect(first.events.map(({ kind, tokens, order }) => [kind, tokens.length, order])).toEqual([
        ['product_clicked', 1, undefined],
        ['order_completed', 0, 1],
      ])
      const rest = await store.outcomes.eventsAfter(3, 100)
      expect([rest.upTo, rest.events.length]).toEqual([4, 1])
      expect(await store.outcomes.lastEvent()).toBe(4)
    })

    test('a shopper with touches is noted as changed by a link, a mark, a word on analytics, and an order', async () => {
      const store = it.store()
      const { step, touch } = await clicked(store)
      await store.outcomes.advance(step)
      const settle = async () => {
        const { upTo, profiles } = await store.outcomes.changed(10)
        await store.outcomes.settle(upTo, [])
        return profiles
      }
      expect(await settle()).toEqual([touch.profile])
      expect(await settle()).toEqual([])
      const user = await profileRow(store, 'u')
      await store.profiles.markBot(user, true)
      await store.profiles.markBot(user, false)
      expect(await settle()).toEqual([])
      await store.profiles.link(touch.profile, user, 'identified', NOON)
      expect(await settle()).toEqual([user])
      await store.profiles.markBot(user, true)
      expect(await settle()).toEqual([user])
      expect((await collect(store.outcomes.touches(user))).map(({ counted }) => counted)).toEqual([false])
      const say = (granted: boolean, at: number) =>
        store.profiles.writeConsents(user, [{ purpose: 'analytics', granted, at, source: 'test' }])
      // A word on the row that was touched counts as well as one on the customer.
      await store.profiles.writeConsents(touch.profile, [
        { purpose: 'analytics', granted: true, at: 1, source: 'test' },
      ])
      expect(await settle()).toEqual([user])
      await say(true, 5)
      await settle()
      await say(true, 6)
      expect(await settle()).toEqual([])
      await say(false, 7)
      expect(await settle()).toEqual([user])
      await appendAll(store, 'p', [purchase('u', ['x'], NOON + 1, 'o1')])
      const { upTo, events } = await store.outcomes.eventsAfter(step.upTo, 100)
      const orders = events.flatMap(({ order }) => order ?? [])
      await store.outcomes.advance({ from: step.upTo, upTo, touches: [], refused: [], orders })
      expect(await settle()).toEqual([user])
    })

    test('what is settled stands in place of what was there, and goes when the shopper is erased', async () => {
      const store = it.store()
      const { step, touch } = await clicked(store)
      await store.outcomes.advance(step)
      await appendAll(store, 'p', [{ ...purchase('u', ['x'], NOON + 1, 'o1') }])
      const user = await profileRow(store, 'u')
      await store.profiles.link(touch.profile, user, 'identified', NOON)
      const shopper = await store.outcomes.shopper(user, 10)
      expect(shopper).toMatchObject({
        profile: user,
        bot: false,
        basis: 'contract',
        orders: [{ profile: user, at: NOON + 1, lines: [{ quantity: 1, priceMicros: 2_500_000, currency: 'EUR' }] }],
        touches: [{ event: touch.event, position: 1, kind: 'click', product: 3, at: NOON }],
      })
      expect((await store.outcomes.shopper(user, 0))?.touches).toEqual([])
      const order = shopper?.orders[0]
      const lines = [1_000_000, 2_000_000].map((micros) => ({
        event: order?.event ?? 0,
        line: 0,
        order: order?.order ?? 0,
        profile: user,
        at: NOON + 1,
        product: 3,
        quantity: 1,
        currency: 'EUR',
        micros,
        refundedMicros: 5,
      }))
      for (const line of lines) {
        const { upTo } = await store.outcomes.changed(10)
        const [first] = shopper?.touches ?? []
        if (first === undefined) throw new Error('the touch is there')
        await store.outcomes.settle(upTo, [{ profile: user, attributions: [{ ...line, touch: first }] }])
      }
      expect(await collect(store.outcomes.attributions(user))).toMatchObject([{ ...lines[1], decision: DECISION }])
      const erased = await store.profiles.erase(user)
      expect(erased).toMatchObject({ touches: 1, attributions: 1, event_tokens: 2 })
      expect(await collect(store.outcomes.touches())).toEqual([])
      expect(await collect(store.outcomes.attributions())).toEqual([])
      expect(await store.outcomes.shopper(user, 10)).toBeUndefined()
    })

    test('beginning anew forgets all that was worked out, and no event', async () => {
      const store = it.store()
      const { step } = await clicked(store)
      await store.outcomes.advance(step)
      await store.outcomes.restart()
      expect(await store.outcomes.cursor()).toBe(0)
      expect(await collect(store.outcomes.touches())).toEqual([])
      expect(await store.outcomes.advance(step)).toBe(true)
    })
  })

  describe('experiments', () => {
    test('are kept by row', async () => {
      const store = it.store()
      const row = await store.experiments.add(EXPERIMENT, 'salt')
      const running: Experiment = { ...EXPERIMENT, status: 'running', startedAt: NOON }
      await store.experiments.update(row, running)
      expect(await (await it.reopen()).experiments.all()).toEqual([{ row, salt: 'salt', experiment: running }])
    })

    test('assignments come with a decision, once for each visitor, and go with the visitor', async () => {
      const store = it.store()
      const [first, second] = [await anonymousRow(store, 'a'), await anonymousRow(store, 'b')]
      const decide = (n: number, profile: number, arm: number, at: number) =>
        store.decisions.append([
          {
            id: decisionId(n, at),
            at,
            placement: 'home',
            record: Uint8Array.of(1),
            experiment: { experiment: 1, arm },
            assignment: { experiment: 1, profile, arm, at },
          },
        ])
      await decide(1, second, 1, NOON + 5)
      await decide(2, first, 0, NOON)
      await decide(3, first, 1, NOON + 9)
      await decide(4, 999, 1, NOON)
      const of = (members: number[]) => store.experiments.assignment(1, members)
      expect(await of([second])).toEqual({ experiment: 1, profile: second, arm: 1, at: NOON + 5 })
      expect(await of([second, first])).toEqual({ experiment: 1, profile: first, arm: 0, at: NOON })
      expect(await of([999])).toBeUndefined()
      expect(await store.experiments.assignment(2, [first])).toBeUndefined()
      expect((await store.decisions.get(decisionId(1, NOON + 5)))?.experiment).toEqual({
        experiment: 1,
        arm: 1,
      })
      expect(await store.experiments.assignmentsOf(first)).toHaveLength(1)
      expect(await store.profiles.erase(first)).toMatchObject({ assignments: 1 })
      expect(await of([first])).toBeUndefined()
      await store.experiments.remove(1)
      expect(await of([second])).toBeUndefined()
    })

    test('a derived key is the store’s own, one for each purpose, and the same again', async () => {
      const store = it.store()
      const key = store.derivedKey('one')
      expect(key).toHaveLength(32)
      expect(store.derivedKey('two')).not.toEqual(key)
      expect((await it.reopen()).derivedKey('one')).toEqual(key)
    })
  })
}
