import { describe, expect, test } from 'vitest'
import { appendAll, collect, decisionId, NOON, profileRow, purchase } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const DAY = 86_400_000
const KEEP_ALL = { decisionDays: 0, rawEventDays: 0, jobDays: 0 }

export function maintenanceContract(it: CurrentStore): void {
  describe('maintenance', () => {
    test('retention takes what is older than the rule says, and nothing else', async () => {
      const store = it.store()
      const now = NOON + 100 * DAY
      const { profiles } = await appendAll(
        store,
        'k',
        [purchase('u', ['x'], NOON), purchase('u', ['x'], NOON + 80 * DAY)],
        { source: 'csv' },
      )
      const decision = (n: number, at: number) => ({
        id: decisionId(n, at),
        at,
        placement: 'home',
        record: Uint8Array.of(n),
      })
      await store.decisions.append([decision(1, NOON), decision(2, NOON + 1), decision(3, now - DAY)])
      const old = await store.jobs.create('train', {}, NOON)
      await store.jobs.end(old.id, NOON + 1, { status: 'succeeded' })
      const running = await store.jobs.create('train', {}, NOON)
      expect(await store.maintenance.applyRetention(KEEP_ALL, now)).toEqual({
        decisions: 0,
        raw_messages: 0,
        jobs: 0,
        webhook_deliveries: 0,
        touches: 0,
      })
      const rule = { decisionDays: 30, rawEventDays: 60, jobDays: 30 }
      const taken = { decisions: 2, raw_messages: 1, jobs: 1, webhook_deliveries: 0, touches: 0 }
      expect(await store.maintenance.applyRetention(rule, now)).toEqual(taken)
      expect(await store.maintenance.applyRetention(rule, now)).toEqual({
        decisions: 0,
        raw_messages: 0,
        jobs: 0,
        webhook_deliveries: 0,
        touches: 0,
      })
      expect(await store.decisions.count()).toBe(1)
      expect((await store.jobs.list(9)).map(({ id }) => id)).toEqual([running.id])
      const events = await collect(store.events.ofProfile(profiles[0] ?? -1))
      expect(events.map(({ event }) => event)).toEqual([
        purchase('u', ['x'], NOON),
        purchase('u', ['x'], NOON + 80 * DAY),
      ])
      expect(events.map(({ raw }) => raw !== undefined)).toEqual([false, true])
      const again = await appendAll(store, 'k', [purchase('u', ['x'], NOON)], { source: 'csv' })
      expect(again).toMatchObject({ added: 0, known: 1 })
    })

    test('what came while the clock was ahead does not hold up what came after', async () => {
      const store = it.store()
      const came = (receivedAt: number) => ({ ...purchase('u', ['x'], NOON), receivedAt })
      const now = NOON + 100 * DAY
      const arrivals = [came(NOON), came(NOON + 365 * DAY), came(NOON + DAY), came(now - DAY), came(now + 365 * DAY)]
      const { profiles } = await appendAll(store, 'k', arrivals, { source: 'csv' })
      expect(await store.maintenance.applyRetention({ ...KEEP_ALL, rawEventDays: 60 }, now)).toMatchObject({
        raw_messages: 3,
      })
      const events = await collect(store.events.ofProfile(profiles[0] ?? -1))
      expect(events.map(({ raw }) => raw !== undefined)).toEqual([false, false, false, true, true])
    })

    test('the report counts rows and bytes and forecasts from the growth of the last days with data', async () => {
      const store = it.store()
      const empty = await store.maintenance.report(KEEP_ALL, NOON)
      expect(empty).toMatchObject({ bytesPerDay: 0, daysUntilFull: null, steadyStateBytes: null })
      const days = Array.from({ length: 10 }, (_, day) => purchase('u', ['x'], NOON + day * DAY))
      await appendAll(store, 'k', days)
      const report = await store.maintenance.report(KEEP_ALL, NOON)
      expect(report.tables.find(({ name }) => name === 'events')).toMatchObject({ rows: 10 })
      expect(report.bytes).toBeGreaterThan(0)
      expect(report.freeBytes).toBeGreaterThan(0)
      expect(report.bytesPerDay).toBeGreaterThan(0)
      const forecast = report.freeBytes / report.bytesPerDay
      if (report.daysUntilFull !== null) expect(report.daysUntilFull / forecast).toBeCloseTo(1, 1)
      const bounded = await store.maintenance.report({ ...KEEP_ALL, rawEventDays: 365 }, NOON)
      expect(bounded.steadyStateBytes).toBeGreaterThan(report.bytes)
    })

    test('a sound store has no problems', async () => {
      await profileRow(it.store(), 'u')
      expect(await it.store().maintenance.integrity()).toEqual([])
    })
  })
}
