import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, type FollowedStore, followedStore, NOW } from '../../../test/outcomes/followed-store.ts'

const DAY = 86_400_000

let shop: FollowedStore
beforeAll(async () => {
  shop = await followedStore()
})
afterAll(() => shop.dispose())

describe('a rebuild after retention', () => {
  const rule = { decisionDays: 10, rawEventDays: 0, jobDays: 0 }
  /** Everything that a report is made from. */
  const figures = async () => ({
    touches: (await all(shop.store.outcomes.touches())).map((touch) => JSON.stringify(touch)).sort(),
    attributions: (await all(shop.store.outcomes.attributions())).map((line) => JSON.stringify(line)).sort(),
    totals: await shop.store.outcomes.totals({ from: 0, to: NOW + DAY }),
  })

  const attributionsOf = async (id: string) => {
    await shop.follower.catchUp()
    return (await all(shop.store.outcomes.attributions())).filter(({ decision }) => decision === id)
  }

  it('counts what was folded once, keeps what orders still follow, and makes the rest again', async () => {
    const [who, someone] = [{ userId: 'u1' }, { userId: 'u2' }]
    const [old, young] = [await shop.decided(NOW - 20 * DAY), await shop.decided(NOW - 5 * DAY)]
    const order = 'o3'
    await shop.seen(who, old.token, NOW - 19 * DAY)
    await shop.clicked(who, old.token, 3, NOW - 18 * DAY)
    await shop.bought(who, order, NOW - 17 * DAY, ['lamp'])
    await shop.clicked(someone, old.token, 4, NOW - 9 * DAY)
    await shop.seen(someone, young.token, NOW - 4 * DAY)
    await shop.seen(someone, `${young.token}x`, NOW - 4 * DAY)
    await shop.follower.catchUp()
    const whole = await figures()
    expect((await shop.store.maintenance.applyRetention(rule, NOW))['touches']).toBeGreaterThanOrEqual(4)
    const folded = await figures()
    expect(folded.totals.touches).toEqual(whole.totals.touches)
    expect(folded.touches.length).toBeLessThan(whole.touches.length)
    expect(folded.attributions).toEqual(whole.attributions)

    await shop.another().rebuild()
    expect(await figures()).toEqual(folded)
    expect(await attributionsOf(old.id)).toHaveLength(1)
    // A late refund still finds what it takes back.
    await shop.refunded(order)
    expect(await attributionsOf(old.id)).toMatchObject([{ refundedMicros: 10_000_000 }])
    // A token of a decision that is gone is refused from now on, as without a rebuild.
    const before = (await figures()).totals.refusedTokens['TOKEN_EXPIRED'] ?? 0
    await shop.clicked(who, old.token, 5, NOW)
    await shop.follower.catchUp()
    expect((await figures()).totals.refusedTokens['TOKEN_EXPIRED']).toBe(before + 1)
    const last = await figures()
    await shop.another().rebuild()
    expect(await figures()).toEqual(last)
  })

  it('keeps a token spent as long as its decision is there, whatever time the event gave that spent it', async () => {
    const { id, token } = await shop.decided(NOW - 2 * DAY)
    const touches = async () => {
      await shop.follower.catchUp()
      return (await all(shop.store.outcomes.touches())).filter(({ decision }) => decision === id)
    }
    await shop.clicked({ userId: 'u5' }, token, 1, NOW - 300 * DAY)
    expect(await touches()).toMatchObject([{ counted: true, duplicate: false }])
    await shop.store.maintenance.applyRetention(rule, NOW)
    await shop.clicked({ userId: 'u5' }, token, 1, NOW - DAY)
    expect(await touches()).toMatchObject([{ counted: true }, { counted: false, duplicate: true }])
  })

  it('is gone on with by another follower where it was broken off, and comes to the same', async () => {
    const { token } = await shop.decided(NOW - 2 * DAY)
    await shop.seen({ userId: 'u4' }, token, NOW - DAY)
    await shop.follower.catchUp()
    const before = await figures()
    await shop.store.outcomes.restart()
    for (let i = 0; i < 2; i++) await shop.another(2).step()
    expect(await shop.store.outcomes.cursor()).toBeLessThan(await shop.store.outcomes.lastEvent())
    await shop.another().catchUp()
    expect(await figures()).toEqual(before)
  })
})
