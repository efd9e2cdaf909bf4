import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CodedError } from '../contracts/errors.ts'
import type { Job, JobStatus } from '../contracts/job.ts'
import type { ModelVersion } from '../contracts/model-version.ts'
import { createDailyTraining, momentOfDay } from './daily-training.ts'
import type { JobWork } from './jobs/runner.ts'
import { createLogger } from './logging.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Zones, each with moments about which its clock is put forward or back; the first two never do it. */
const ZONES: readonly (readonly [zone: string, ...changes: string[]])[] = [
  ['UTC', '2026-02-28T23:00Z'],
  ['Asia/Kathmandu', '2027-12-31T18:15Z'],
  ['Europe/Berlin', '2026-03-29T01:00Z', '2026-10-25T01:00Z'],
  ['America/St_Johns', '2006-04-02T03:31Z', '2006-10-29T02:31Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z', '2018-11-04T03:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z', '2026-10-03T15:30Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z', '2026-03-22T02:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
]

/** A store's records, which outlive its servers. */
function shop(at: string, zone: string, start: number) {
  const jobs: Job[] = []
  const versions: ModelVersion[] = []
  const log: { readonly level: number; readonly msg: string; readonly code?: string; readonly fault?: object }[] = []
  const state = { now: start, drift: 0, arrived: start as number | undefined, running: false }
  let train: JobWork = async () => ({ version: 1 })
  const ask = (status: JobStatus = 'succeeded', params = {}): Job => {
    const progress = { phase: '', done: 0, total: 0, unit: '' }
    const job: Job = { id: `${jobs.length}`, kind: 'train', status, createdAt: state.now, params, progress }
    jobs.push(job)
    return job
  }
  const ran: Promise<unknown>[] = []
  const runner = {
    running: () => (state.running ? (['train'] as const) : []),
    async start(kind: string, params: object, work: JobWork) {
      if (state.running) throw new CodedError('JOB_RUNNING', { kind, job: 'x' })
      const job = ask('succeeded', params)
      const signal = new AbortController().signal
      ran.push(work({ signal, clock: () => state.now, progress: () => undefined }).catch((error: unknown) => error))
      return job
    },
  }
  const parts = {
    at,
    zone,
    capability: 'recommendations',
    runner,
    store: {
      jobs: { since: async (kind: string, from: number) => jobs.filter((j) => j.kind === kind && j.createdAt >= from) },
      events: { lastArrival: async () => state.arrived },
      models: { list: async () => versions },
    },
    train: (run: Parameters<JobWork>[0]) => train(run),
    clock: () => state.now,
    watch: { drift: () => state.drift },
    logger: createLogger({ level: 'debug', destination: { write: (line) => void log.push(JSON.parse(line)) } }),
  }
  let tick = createDailyTraining(parts)
  return {
    jobs,
    versions,
    log,
    state,
    ask,
    settled: () => Promise.all(ran),
    trainsBy: (work: JobWork) => {
      train = work
    },
    restart: () => {
      tick = createDailyTraining(parts)
    },
    /** Minutes go by; returns when trainings began. */
    async minutes(n: number, events = true): Promise<number[]> {
      const began: number[] = []
      for (let i = 0; i < n; i++) {
        state.now += MINUTE
        if (events) state.arrived = state.now
        if (await tick()) began.push(state.now)
      }
      return began
    },
  }
}

function version(trainedAt: number, status: ModelVersion['status'] = 'serving', seconds = 60): ModelVersion {
  const split = { trainFrom: 0, splitAt: 1, until: 2, profiles: 0, products: 0, placement: 'home', rows: [], notes: [] }
  const card = {
    capability: 'recommendations',
    trainedAt,
    seed: 1,
    window: { from: 0, to: 1 },
    data: { interactions: 0, profiles: 0, products: 0, withheldForConsent: 0, withheldAsBots: 0 },
    sources: [],
    validation: { ...split, seconds: 0, seed: 1 },
    limits: [],
    seconds,
  }
  const entry = { version: 1, capability: 'recommendations', status, createdAt: trainedAt }
  return { ...entry, metric: 'ndcgAt10', value: null, bytes: 1, card }
}

test('it learns at the minute, once a day, every day', async () => {
  const { minutes, jobs, state } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3, 30, 30))
  const began = await minutes(3 * 24 * 60)
  expect(began).toEqual([1, 2, 3].map((day) => Date.UTC(2026, 2, day, 4, 0, 30)))
  expect(jobs.map(({ params }) => params)).toEqual(Array(3).fill({ daily: true }))
  expect(state.now).toBe(Date.UTC(2026, 2, 4, 3, 30, 30))
})

test('a server that was down at the moment catches up ten minutes after its start, and a restart trains no second time', async () => {
  const { minutes, restart } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 9))
  expect(await minutes(60)).toEqual([Date.UTC(2026, 2, 1, 9, 10)])
  restart()
  expect(await minutes(8 * 60)).toEqual([])
})

test('a moment that comes just after the start is not waited with', async () => {
  const { minutes } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3, 58))
  expect(await minutes(30)).toEqual([Date.UTC(2026, 2, 1, 4)])
})

test.each<[string, number, JobStatus, number]>([
  ['began after the moment counts as today’s', 4.5, 'succeeded', 0],
  ['failed after the moment counts too', 4.5, 'failed', 0],
  ['was cancelled by somebody counts too', 4.5, 'cancelled', 0],
  ['was cut off by the end of the process is begun again', 4.5, 'interrupted', 1],
  ['began before the moment is yesterday’s', 3.5, 'succeeded', 1],
])('a training that %s', async (_, hour, status, expected) => {
  const { minutes, ask, restart, state } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1) + hour * HOUR)
  ask(status)
  state.now = Date.UTC(2026, 2, 1, 8)
  restart()
  expect(await minutes(12 * 60)).toHaveLength(expected)
})

test('what ends the process each time is begun twice a day and not more', async () => {
  const { minutes, jobs, restart, state, log } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3))
  let began = 0
  for (let life = 0; life < 5; life++) {
    began += (await minutes(90)).length
    for (const [i, job] of jobs.entries()) jobs[i] = { ...job, status: 'interrupted' }
    restart()
  }
  expect(began).toBe(2)
  expect(log.some(({ msg }) => msg.includes('two trainings were cut off'))).toBe(true)
  state.now = Date.UTC(2026, 2, 2, 3)
  expect(await minutes(90)).toHaveLength(1)
})

test('never two at once: it waits for one that was asked for before the moment, and then has its own', async () => {
  const { minutes, ask, state } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3, 50))
  ask()
  state.running = true
  expect(await minutes(30)).toEqual([])
  state.running = false
  expect(await minutes(30)).toEqual([Date.UTC(2026, 2, 1, 4, 21)])
})

test('nothing new since the last training, and it is said once a day', async () => {
  const start = Date.UTC(2026, 2, 1, 3)
  const { minutes, versions, state, log } = shop('04:00', 'UTC', start)
  versions.push(version(start - 30 * DAY, 'serving'), version(start, 'rejected'))
  state.arrived = start - MINUTE - 1
  expect(await minutes(47 * 60, false)).toEqual([])
  expect(log.map(({ level, msg }) => [level, msg])).toEqual(
    Array(2).fill([30, 'nothing is trained today: no event came since the last training']),
  )
  // While the last one ran: it may not have been read.
  state.arrived = start - MINUTE + 1
  expect(await minutes(24 * 60, false)).toHaveLength(1)
})

test('a trial that somebody made does not stand for the store’s own training', async () => {
  const start = Date.UTC(2026, 2, 1, 3)
  const { minutes, versions, state } = shop('04:00', 'UTC', start)
  versions.push(version(start - 30 * DAY), version(start, 'candidate'))
  state.arrived = start - HOUR
  expect(await minutes(24 * 60, false)).toHaveLength(1)
})

test('an empty store and one with too little data fail no night', async () => {
  const { minutes, state, log, trainsBy, settled, jobs } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3))
  state.arrived = undefined
  expect(await minutes(24 * 60, false)).toEqual([])
  expect(jobs).toEqual([])
  trainsBy(() => Promise.reject(new CodedError('TOO_LITTLE_DATA', { task: 'train', problem: 'nobody bought' })))
  expect(await minutes(24 * 60)).toHaveLength(1)
  expect(await settled()).toMatchObject([{ trained: false, because: { code: 'TOO_LITTLE_DATA' } }])
  expect(log.map(({ level, msg, code }) => [level, msg, code])).toEqual([
    [30, 'nothing is trained today: there is no event to learn from yet', undefined],
    [30, 'nothing is trained today', 'TOO_LITTLE_DATA'],
  ])
})

test('a failure ends the job, is logged with its code, and the next day has its own training', async () => {
  const { minutes, log, trainsBy, settled } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 3))
  trainsBy(() => Promise.reject(new CodedError('TOO_LITTLE_MEMORY', { task: 'train', problem: 'x' })))
  expect(await minutes(24 * 60)).toHaveLength(1)
  expect(await settled()).toMatchObject([{ code: 'TOO_LITTLE_MEMORY' }])
  expect(log).toMatchObject([{ level: 40, msg: 'the daily training failed', fault: { code: 'TOO_LITTLE_MEMORY' } }])
  expect(await minutes(24 * 60)).toHaveLength(1)
})

test('a clock that was set ahead trains nothing by itself, and what it left behind does not count once it is right', async () => {
  const { minutes, ask, state, log } = shop('04:00', 'UTC', Date.UTC(2026, 2, 1, 5))
  state.now += 365 * DAY
  state.drift = 365 * DAY
  expect(await minutes(24 * 60)).toEqual([])
  expect(log.map(({ level, msg }) => [level, msg])).toEqual(
    Array(2).fill([40, 'the clock was set ahead: nothing is trained by itself until a restart']),
  )
  ask()
  state.now = Date.UTC(2026, 2, 2, 3)
  state.drift = 0
  expect(await minutes(24 * 60)).toEqual([Date.UTC(2026, 2, 2, 4)])
})

test.each([
  ['02:30', 'Europe/Berlin', '2026-03-29', '2026-03-29T01:00Z', 'skipped: the end of the gap'],
  ['02:30', 'Europe/Berlin', '2026-10-25', '2026-10-25T00:30Z', 'comes twice: the first'],
  ['00:00', 'America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z', 'a day that begins at one'],
  ['00:00', 'America/St_Johns', '2006-10-29', '2006-10-29T02:30Z', 'a midnight that comes twice'],
  ['02:15', 'Australia/Lord_Howe', '2026-10-04', '2026-10-03T15:30Z', 'half an hour of summer time'],
])('%s in %s on %s is at %s: %s', (at, zone, day, expected) => {
  expect(new Date(momentOfDay(at, zone, day))).toEqual(new Date(expected))
})

/** What the clock on the wall shows, by Intl's own words: `2026-03-29 03:00`. */
function wallClock(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  return (instant) => format.format(instant)
}

const places = fc.constantFrom(
  ...ZONES.flatMap(([zone, ...changes]) => changes.map((change) => ({ zone, change: Date.parse(change) }))),
)
/** Not so late that a server which has just started would catch up tomorrow. */
const times = fc
  .integer({ min: 0, max: 23 * 60 })
  .map((minute) => new Date(minute * MINUTE).toISOString().slice(11, 16))
const lives = fc.array(fc.integer({ min: 11, max: 900 }), { maxLength: 6 })

test('once per local day, whatever the zone does to its clock and however often the server restarts', async () => {
  const property = fc.asyncProperty(
    places,
    fc.nat(40 * 60),
    times,
    lives,
    async ({ zone, change }, early, at, ends) => {
      const start = change - early * MINUTE
      const wall = wallClock(zone)
      const { minutes, restart } = shop(at, zone, start)
      /** Day → the minutes at which the clock on the wall shows the time or a later one. */
      const due = new Map<string, number[]>()
      const began = new Map<string, number>()
      let now = start
      const live = async (n: number) => {
        for (const moment of await minutes(n)) {
          const day = wall(moment).slice(0, 10)
          expect(began.has(day)).toBe(false)
          began.set(day, moment)
        }
        for (let i = 0; i < n; i++) {
          now += MINUTE
          const [day = '', time = ''] = wall(now).split(' ')
          if (time >= at) (due.get(day) ?? due.set(day, []).get(day))?.push(now)
        }
      }
      for (const end of ends) {
        await live(end)
        restart()
      }
      await live(2500)
      // Where midnight comes twice one may stand for two days, and a start in the minute between waits for it to pass.
      for (const [first = 0, ...later] of due.values()) {
        // A server that starts just before midnight has no time to catch up.
        if (later.length < 10) continue
        const late = [...began.values()].map((begin) => begin - first).filter((millis) => millis >= 0)
        expect(Math.min(...late)).toBeLessThanOrEqual(10 * MINUTE)
      }
      expect(began.size).toBeLessThanOrEqual(due.size)
    },
  )
  await fc.assert(property, { numRuns: 30, seed: 20260301 })
})
