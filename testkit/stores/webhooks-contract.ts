import { describe, expect, test } from 'vitest'
import type { Webhook } from '../../src/contracts/webhook.ts'
import type { Store } from '../../src/core/ports.ts'
import { NOON } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const uuid = (n: number) => `018bcfe5-6800-7000-8000-${String(n).padStart(12, '0')}`
const hook = (n: number, types: Webhook['types'] = []) => ({
  id: uuid(n),
  url: `https://hooks.example/${n}`,
  description: '',
  types,
  createdAt: NOON + n,
})

/** Starts a job and ends it: a message for every webhook that listens. */
async function endJob(store: Store, at: number): Promise<string> {
  const { id } = await store.jobs.create('train', {}, at)
  await store.jobs.end(id, at, { status: 'succeeded', result: {} })
  return id
}

export function webhooksContract(it: CurrentStore): void {
  describe('webhooks', () => {
    const claim = (store: Store, now: number, more: Partial<Parameters<Store['webhooks']['claim']>[0]> = {}) =>
      store.webhooks.claim({ now, until: now + 1000, limit: 100, perEndpoint: 100, except: [], ...more })

    test('are kept with their secrets, which no list shows', async () => {
      const store = it.store()
      await store.webhooks.add(hook(1, ['job.ended']), 'whsec_one')
      await store.webhooks.add(hook(2), 'whsec_two')
      expect(await store.webhooks.list()).toEqual([
        { ...hook(1, ['job.ended']), pending: 0 },
        { ...hook(2), pending: 0 },
      ])
      expect(await store.webhooks.secrets(uuid(1), NOON)).toEqual(['whsec_one'])
      expect(await store.webhooks.secrets(uuid(3), NOON)).toEqual([])
      const reopened = await it.reopen()
      expect(await reopened.webhooks.secrets(uuid(2), NOON)).toEqual(['whsec_two'])
      expect([await reopened.webhooks.remove(uuid(2)), await reopened.webhooks.remove(uuid(2))]).toEqual([true, false])
      expect(await reopened.webhooks.get(uuid(2))).toBeUndefined()
    })

    test('a new secret signs beside the old one until the overlap ends; then the old one is forgotten', async () => {
      const store = it.store()
      for (const n of [1, 2]) await store.webhooks.add(hook(n), `whsec_${n}`)
      const rotate = (at: Store, secret: string, now: number, until: number) =>
        at.webhooks.rotate(uuid(1), secret, now, until)
      expect(await rotate(store, 'whsec_new', NOON, NOON + 100)).toBe(true)
      // A third one would leave receivers without theirs that hold the oldest.
      expect(await rotate(store, 'whsec_third', NOON + 99, NOON + 500)).toBe(false)
      await endJob(store, NOON)
      const reopened = await it.reopen()
      expect(await reopened.webhooks.get(uuid(1))).toEqual({
        ...hook(1),
        previousSecretUntil: NOON + 100,
        pending: 1,
      })
      expect(await reopened.webhooks.secrets(uuid(1), NOON + 99)).toEqual(['whsec_new', 'whsec_1'])
      expect(await reopened.webhooks.secrets(uuid(1), NOON + 100)).toEqual(['whsec_new'])
      const secrets = async (now: number, until: number) =>
        Object.fromEntries((await claim(reopened, now, { until })).map((each) => [each.endpoint, each.secrets]))
      expect(await secrets(NOON + 10, NOON + 20)).toEqual({
        [uuid(1)]: ['whsec_new', 'whsec_1'],
        [uuid(2)]: ['whsec_2'],
      })
      expect(await secrets(NOON + 100, NOON + 200)).toEqual({ [uuid(1)]: ['whsec_new'], [uuid(2)]: ['whsec_2'] })
      await reopened.webhooks.forgetSecrets(NOON + 99)
      expect(await reopened.webhooks.secrets(uuid(1), NOON + 99)).toHaveLength(2)
      await reopened.webhooks.forgetSecrets(NOON + 100)
      // It is gone, and no clock that is set back brings it again.
      expect(await reopened.webhooks.secrets(uuid(1), NOON)).toEqual(['whsec_new'])
      expect(await reopened.webhooks.get(uuid(1))).toEqual({ ...hook(1), pending: 1 })
      // Without an overlap, also in the middle of one: whatever was before is worth nothing at once.
      expect(await rotate(reopened, 'whsec_third', NOON + 300, NOON + 400)).toBe(true)
      expect(await rotate(reopened, 'whsec_fourth', NOON + 310, NOON + 310)).toBe(true)
      expect(await reopened.webhooks.secrets(uuid(1), NOON + 310)).toEqual(['whsec_fourth'])
      expect(await reopened.webhooks.rotate(uuid(3), 'whsec_none', NOON, NOON + 1)).toBe(false)
    })

    test('hear of what they asked for, in the write that it tells of', async () => {
      const store = it.store()
      await endJob(store, NOON)
      await store.webhooks.add(hook(1, ['job.ended']), 'whsec_one')
      await store.webhooks.add(hook(2, ['model.promoted']), 'whsec_two')
      await store.webhooks.add(hook(3), 'whsec_three')
      expect(store.webhooks.isDue(NOON + 9)).toBe(false)
      const job = await endJob(store, NOON + 9)
      const left = await store.jobs.create('import', {}, NOON + 9)
      expect(await store.jobs.interruptAbandoned(NOON + 9)).toBe(1)
      expect([store.webhooks.isDue(NOON + 8), store.webhooks.isDue(NOON + 9)]).toEqual([false, true])
      expect(store.webhooks.pending()).toBe(4)
      const claimed = await claim(store, NOON + 9)
      expect(claimed.map(({ endpoint }) => endpoint).sort()).toEqual([uuid(1), uuid(1), uuid(3), uuid(3)])
      const bodies = claimed.filter(({ endpoint }) => endpoint === uuid(1)).map(({ body }) => JSON.parse(body))
      const timestamp = new Date(NOON + 9).toISOString()
      expect(bodies).toEqual([
        { type: 'job.ended', timestamp, data: { job, kind: 'train', status: 'succeeded' } },
        { type: 'job.ended', timestamp, data: { job: left.id, kind: 'import', status: 'interrupted' } },
      ])
      expect(claimed[0]).toMatchObject({ secrets: [expect.stringMatching(/^whsec_/)], attempts: 1, firstAt: NOON + 9 })
      // The same message under the same name for all.
      expect(new Set(claimed.map(({ message }) => message)).size).toBe(2)
    })

    test('a claim holds until its lease ends or its process died; then the message is there again, the same', async () => {
      const store = it.store()
      await store.webhooks.add(hook(1), 'whsec_one')
      await endJob(store, NOON)
      const [first] = await claim(store, NOON)
      expect(await claim(store, NOON + 999)).toEqual([])
      const reopened = await it.reopen()
      expect(await reopened.webhooks.endLeases(NOON + 500)).toBe(1)
      expect(await reopened.webhooks.endLeases(NOON + 500)).toBe(0)
      expect(await claim(reopened, NOON + 500)).toEqual([{ ...first, attempts: 2 }])
      expect(await claim(reopened, NOON + 1499)).toEqual([])
      expect(await claim(reopened, NOON + 1500)).toEqual([{ ...first, attempts: 3 }])
      const { endpoint = '', message = '' } = first ?? {}
      // What the first process says late counts only where it arrived.
      await reopened.webhooks.settle({ endpoint, message, attempts: 1, at: NOON, state: 'failed', problem: 'late' })
      expect((await reopened.webhooks.deliveries(endpoint, 9))[0]).toMatchObject({ state: 'pending', attempts: 3 })
      const retry = { endpoint, message, attempts: 3, at: NOON + 1100, nextAt: NOON + 5000, status: 500, problem: 'p' }
      await reopened.webhooks.settle({ ...retry, state: 'pending' })
      expect((await reopened.webhooks.deliveries(endpoint, 9))[0]).toEqual({
        message,
        type: 'job.ended',
        state: 'pending',
        createdAt: NOON,
        attempts: 3,
        lastAttemptAt: NOON + 1100,
        lastStatus: 500,
        problem: 'p',
        nextAttemptAt: NOON + 5000,
      })
      expect(await reopened.webhooks.deliveredSince(endpoint, 0)).toBe(false)
      await reopened.webhooks.settle({
        endpoint,
        message,
        attempts: 1,
        at: NOON + 1200,
        state: 'delivered',
        status: 200,
      })
      expect(await reopened.webhooks.deliveredSince(endpoint, NOON + 1200)).toBe(true)
      expect(await reopened.webhooks.deliveredSince(endpoint, NOON + 1201)).toBe(false)
      expect([reopened.webhooks.pending(), reopened.webhooks.isDue(NOON * 2)]).toEqual([0, false])
    })

    test('what waits by a clock that was ahead is due once it is set back; what is in hand, or waits by the clock of now, is not', async () => {
      const store = it.store()
      await store.webhooks.add(hook(1), 'whsec_one')
      const HOUR = 3_600_000
      const ahead = NOON + HOUR
      await endJob(store, NOON)
      const [retried] = await claim(store, ahead)
      const { endpoint = '', message = '' } = retried ?? {}
      const failed = { endpoint, message, attempts: 1, state: 'pending', problem: 'p' } as const
      await store.webhooks.settle({ ...failed, at: ahead, nextAt: ahead + 5000 })
      await endJob(store, ahead)
      await endJob(store, ahead - 1)
      const [inHand] = await claim(store, ahead, { limit: 1 })
      expect(store.webhooks.isDue(NOON)).toBe(false)
      await store.webhooks.clockSetBack(NOON)
      const due = await claim(store, NOON)
      expect(due.map((each) => [each.message === message, each.attempts])).toEqual([
        [true, 2],
        [false, 1],
      ])
      expect(due.map((each) => each.message)).not.toContain(inHand?.message)
      await store.webhooks.settle({ ...failed, attempts: 2, at: NOON, nextAt: NOON + 5000 })
      await store.webhooks.clockSetBack(NOON + 1)
      expect(await claim(store, NOON + 900)).toEqual([])
      // A process that begins after the clock was set back looks for itself.
      const reopened = await it.reopen()
      await endJob(reopened, ahead)
      await reopened.webhooks.endLeases(NOON + 4999)
      expect((await claim(reopened, NOON + 4999)).length).toBe(3)
    })

    test('claims are bounded in all, by endpoint, and leave out who has enough', async () => {
      const store = it.store()
      for (const n of [1, 2, 3]) await store.webhooks.add(hook(n), 'whsec_x')
      for (let i = 0; i < 5; i++) await endJob(store, NOON + i)
      const few = await claim(store, NOON + 9, { perEndpoint: 2, except: [uuid(3)] })
      expect(few.map(({ endpoint }) => endpoint).sort()).toEqual([uuid(1), uuid(1), uuid(2), uuid(2)])
      expect(await claim(store, NOON + 9, { limit: 3 })).toHaveLength(3)
    })

    test('one that is switched off gets nothing until it is switched on, and the others hear of it', async () => {
      const store = it.store()
      await store.webhooks.add(hook(1), 'whsec_one')
      await store.webhooks.add(hook(2, ['webhook.disabled']), 'whsec_two')
      await endJob(store, NOON)
      await store.webhooks.disable(uuid(1), NOON + 1, 'it answered 410')
      await store.webhooks.disable(uuid(1), NOON + 2, 'again')
      await endJob(store, NOON + 3)
      expect(await store.webhooks.get(uuid(1))).toMatchObject({
        disabledAt: NOON + 1,
        disabledBecause: 'it answered 410',
      })
      const notices = await claim(store, NOON + 9)
      expect(notices.map(({ endpoint, body }) => [endpoint, JSON.parse(body).data])).toEqual([
        [uuid(2), { webhook: uuid(1), because: 'it answered 410' }],
      ])
      expect(await store.webhooks.enable(uuid(1))).toBe(true)
      expect((await claim(store, NOON + 9)).map(({ endpoint }) => endpoint)).toEqual([uuid(1)])
    })

    test('retention forgets what was settled', async () => {
      const store = it.store()
      await store.webhooks.add(hook(1), 'whsec_one')
      await endJob(store, NOON)
      const [claimed] = await claim(store, NOON)
      await endJob(store, NOON + 1)
      const { endpoint = '', message = '' } = claimed ?? {}
      await store.webhooks.settle({ endpoint, message, attempts: 1, at: NOON, state: 'delivered' })
      const rule = { decisionDays: 0, rawEventDays: 0, jobDays: 1 }
      expect(await store.maintenance.applyRetention(rule, NOON + 2 * 86_400_000)).toMatchObject({
        webhook_deliveries: 1,
      })
      expect(await store.webhooks.deliveries(endpoint, 9)).toHaveLength(1)
    })
  })
}
