import { CodedError } from '../contracts/errors.ts'
import type { Job } from '../contracts/job.ts'
import { dayOf, instantOf, timeOf } from '../core/decisions/rules/wall-time.ts'
import type { Clock, Store } from '../core/ports.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { JobRunner, JobWork } from './jobs/runner.ts'
import { faultOf, type Logger } from './logging.ts'

export interface DailyTrainingParts {
  /** `training.dailyAt`: `HH:MM`; anything else: never. */
  readonly at: string
  /** `store.timezone` */
  readonly zone: string
  readonly store: {
    readonly jobs: Pick<Store['jobs'], 'since'>
    readonly events: Pick<Store['events'], 'lastArrival'>
    readonly models: Pick<Store['models'], 'list'>
  }
  readonly runner: Pick<JobRunner, 'start' | 'running'>
  readonly capability: string
  /** What a training without parameters does when somebody asks for it. */
  readonly train: JobWork
  readonly clock: Clock
  readonly watch: ClockWatch
  readonly logger: Logger
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A server that starts after the day's moment lets its shop come back first. */
const CATCH_UP_TICKS = 10
/** Begun, and once more where the process ended meanwhile: a training that ends it each time must not do so all day. */
const MOST_BEGINNINGS = 2

/** Looks every minute whether it is time to learn. Returns what ends it. */
export function trainDaily(parts: DailyTrainingParts): () => void {
  if (!isTimeOfDay(parts.at)) return () => undefined
  const tick = createDailyTraining(parts)
  const minutely = setInterval(() => {
    tick().catch((error: unknown) =>
      parts.logger.warn({ fault: faultOf(error, parts.logger.level) }, 'the daily training did not start'),
    )
  }, MINUTE).unref()
  return () => clearInterval(minutely)
}

/**
 * Once per local day, at the first minute at or after `at`, a training, unless one began since. Whether one did is read
 * from the store's jobs, so that a restart does not begin another; the process remembers only what it has settled.
 * @returns a function to call every minute from the start of the server on; it answers whether it began a training
 */
export function createDailyTraining(parts: DailyTrainingParts): () => Promise<boolean> {
  const { at, zone, store, runner, capability, train, clock, watch, logger } = parts
  const startedAt = clock()
  let ticks = 0
  let looking = false
  let today = { day: '', moment: Number.POSITIVE_INFINITY }
  /** The last moment whose training began or was not needed, and the last one for which the clock was not trusted. */
  let settled: number | undefined
  let mistrusted: number | undefined

  const look = async (): Promise<boolean> => {
    const now = clock()
    const day = dayOf(now, zone)
    if (day !== today.day) today = { day, moment: momentOfDay(at, zone, day) }
    const { moment } = today
    if (now < moment || moment === settled) return false
    if (moment < startedAt && ticks < CATCH_UP_TICKS) return false
    if (runner.running().includes('train')) return false
    if (watch.drift() > DAY) {
      if (mistrusted !== moment) {
        const hours = Math.round(watch.drift() / HOUR)
        logger.warn({ hours }, 'the clock was set ahead: nothing is trained by itself until a restart')
      }
      mistrusted = moment
      return false
    }
    // What lies in the future was written while the clock was ahead, and says nothing of this day.
    const begun = (await store.jobs.since('train', moment)).filter(({ createdAt }) => createdAt <= now + HOUR)
    const cutOff = begun.every(({ status }) => status === 'interrupted')
    if (!cutOff || begun.length >= MOST_BEGINNINGS) {
      if (cutOff) logger.warn('nothing more is trained today: two trainings were cut off')
      else logger.debug('nothing is trained by itself today: a training began since')
      settled = moment
      return false
    }
    const arrived = await store.events.lastArrival()
    if (arrived === undefined) {
      logger.info('nothing is trained today: there is no event to learn from yet')
      settled = moment
      return false
    }
    if (arrived < (await learnedUntil(now))) {
      logger.info('nothing is trained today: no event came since the last training')
      settled = moment
      return false
    }
    try {
      await runner.start('train', { daily: true }, daily(train, logger))
    } catch (error) {
      // Somebody asked for one in this very moment, or the server ends.
      if (error instanceof CodedError && (error.code === 'JOB_RUNNING' || error.code === 'NOT_READY')) return false
      throw error
    }
    settled = moment
    return true
  }

  /** When the latest training read the store; one that was not to be promoted is somebody's trial. */
  const learnedUntil = async (now: number): Promise<number> => {
    const begins = (await store.models.list(capability))
      .filter(({ status, card }) => status !== 'candidate' && card.trainedAt <= now + HOUR)
      .map(({ card }) => card.trainedAt - 1000 * card.seconds)
    return Math.max(Number.NEGATIVE_INFINITY, ...begins)
  }

  return async () => {
    ticks++
    if (looking) return false
    looking = true
    try {
      return await look()
    } finally {
      looking = false
    }
  }
}

/** A training that nobody waits for: a failure is logged, and too little data is none. */
function daily(train: JobWork, logger: Logger): JobWork {
  return async (run) => {
    try {
      return await train(run)
    } catch (error) {
      if (run.signal.aborted) throw error
      if (error instanceof CodedError && error.code === 'TOO_LITTLE_DATA') {
        logger.info({ code: error.code, problem: error.details['problem'] }, 'nothing is trained today')
        return { trained: false, because: error.body } satisfies NothingTrained
      }
      logger.warn({ fault: faultOf(error, logger.level) }, 'the daily training failed')
      throw error
    }
  }
}

/** What a daily training ends with where there is too little to learn from. */
interface NothingTrained {
  readonly trained: false
  readonly because: NonNullable<Job['error']>
}

function isTimeOfDay(text: string): boolean {
  return /^\d\d:\d\d$/.test(text)
}

/**
 * The first moment of a local day at which the clock on the wall shows `at` or later: of a time that comes twice the
 * first one, of a time that is skipped the end of the gap.
 * @param day `2026-11-27`
 */
export function momentOfDay(at: string, zone: string, day: string): number {
  let moment = instantOf(`${day}T${at}`, zone) ?? Number.POSITIVE_INFINITY
  // In a gap it lies as far behind its end as the time is inside.
  while (dayOf(moment - MINUTE, zone) === day && timeOf(moment - MINUTE, zone) >= at) moment -= MINUTE
  return moment
}
