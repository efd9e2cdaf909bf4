import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, type FollowedStore, followedStore, NOW, PRODUCTS } from '../../../test/outcomes/followed-store.ts'
import type { JobProgress } from '../../contracts/job.ts'
import { rehearseRebuild } from './rehearse.ts'

const DAY = 86_400_000
const SAME = { added: 0, removed: 0, changed: 0 }

let shop: FollowedStore
beforeAll(async () => {
  shop = await followedStore()
  const [one, other] = [await shop.decided(NOW - 20 * DAY), await shop.decided(NOW - 5 * DAY)]
  await shop.seen({ userId: 'u1' }, one.token, NOW - 5 * DAY)
  await shop.clicked({ userId: 'u1' }, one.token, 1, NOW - 4 * DAY)
  await shop.clicked({ userId: 'u2' }, other.token, 3, NOW - 4 * DAY)
  await shop.clicked({ userId: 'u2' }, `${other.token}x`, 3, NOW - 4 * DAY)
  // Of the group of what was clicked; the lamp was clicked itself.
  await shop.bought({ userId: 'u1' }, 'o1', NOW - 3 * DAY, ['mug-red'])
  await shop.bought({ userId: 'u2' }, 'o2', NOW - 3 * DAY, ['lamp'])
  await shop.follower.catchUp()
})
afterAll(() => shop.dispose())

/** By product row, as the catalogue has them. */
function knownGroups(): Int32Array {
  const groups = new Int32Array(Math.max(...shop.rows) + 1).fill(-1)
  for (const [i, id] of PRODUCTS.entries()) if (id.startsWith('mug')) groups[shop.rows[i] ?? 0] = 0
  return groups
}

async function rehearsed({ groups = knownGroups(), clickDays = 7, signal = new AbortController().signal } = {}) {
  const reader = await shop.store.reader()
  const progress: JobProgress[] = []
  try {
    const windows = { clickDays, impressionHours: 24 }
    const params = { tokenKey: new Uint8Array(32).fill(3), tokenDays: 30, windows, groups }
    const run = { signal, clock: () => NOW, progress: (step: JobProgress) => progress.push(step) }
    return { ...(await rehearseRebuild(reader, params, run)), progress }
  } finally {
    await reader.close()
  }
}

const kept = async () => ({
  touches: await all(shop.store.outcomes.touches()),
  attributions: await all(shop.store.outcomes.attributions()),
  totals: await shop.store.outcomes.totals({ from: 0, to: NOW }),
})

describe('a rehearsal of a rebuild', () => {
  it('finds nothing to change where nothing has changed, and writes nothing', async () => {
    const before = await kept()
    const log = () => statSync(join(shop.store.location, 'store.db-wal')).size
    const size = log()
    const { differences, progress } = await rehearsed()
    expect(differences).toEqual({
      touches: { ...SAME, before: 7, after: 7 },
      attributions: { ...SAME, before: 2, after: 2 },
      refusedTokens: { ...SAME, before: 1, after: 1 },
      revenue: [{ currency: 'EUR', beforeMicros: '20000000', afterMicros: '20000000' }],
    })
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['reading the log', 'attributing orders']))
    expect(await kept()).toEqual(before)
    expect(log()).toBe(size)
  })

  it('tells what would change, and that is what a rebuild then changes', async () => {
    const { differences } = await rehearsed({ groups: new Int32Array(0) })
    expect(differences.attributions).toEqual({ before: 2, after: 1, added: 0, removed: 1, changed: 0 })
    expect(differences.revenue).toEqual([{ currency: 'EUR', beforeMicros: '20000000', afterMicros: '10000000' }])
    expect(differences.touches).toMatchObject(SAME)
    const narrow = await rehearsed({ clickDays: 0 })
    // Clicks count for nothing then, and the impression is too old.
    expect(narrow.differences.attributions).toMatchObject({ after: 0, removed: 2 })
    await shop.another().rebuild()
    expect((await rehearsed()).differences.attributions).toMatchObject(SAME)
  })

  it('takes in first what the follower has not come to, so that it is no difference', async () => {
    const { token } = await shop.decided(NOW - DAY)
    await shop.clicked({ userId: 'u3' }, token, 2, NOW - DAY)
    await shop.bought({ userId: 'u3' }, 'o3', NOW, ['mug-red'])
    expect((await rehearsed()).differences.attributions).toEqual({ ...SAME, before: 3, after: 3 })
    expect(await all(shop.store.outcomes.attributions())).toHaveLength(2)
    await shop.follower.catchUp()
    expect(await all(shop.store.outcomes.attributions())).toHaveLength(3)
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const running = rehearsed({ signal: controller.signal })
    controller.abort()
    await expect(running).rejects.toThrow(/abort/)
  })
})

describe('a rebuild', () => {
  it('that is stopped at any step is gone on with by whoever follows next, and comes to the same', async () => {
    await shop.follower.catchUp()
    const before = await kept()
    const steps: string[] = []
    await shop.another(2).rebuild({ signal: new AbortController().signal, progress: ({ phase }) => steps.push(phase) })
    expect(await kept()).toEqual(before)
    for (let stop = 1; stop < steps.length; stop++) {
      const controller = new AbortController()
      let left = stop
      const run = { signal: controller.signal, progress: () => void (--left === 0 && controller.abort()) }
      await expect(shop.another(2).rebuild(run)).rejects.toThrow(/abort/)
      await shop.another(3).catchUp()
      expect(await kept(), `stopped at step ${stop}`).toEqual(before)
    }
    expect(steps.length).toBeGreaterThan(3)
  })
})
