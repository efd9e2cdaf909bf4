import type { Clock, RetentionRule, Store } from '../core/ports.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { JobRunner } from './jobs/runner.ts'
import { faultOf, type Logger } from './logging.ts'
import { searchForBots } from './routes/bots.ts'

export interface HousekeepingParts {
  readonly runner: Pick<JobRunner, 'start'>
  readonly store: Store
  readonly rule: RetentionRule
  readonly clock: Clock
  readonly watch: ClockWatch
  readonly logger: Logger
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** After the start, so that it does not compete with the first requests. */
const FIRST_RETENTION = 60_000

/** What runs by itself: retention a minute after the start and then daily, the search for programs hourly. */
export function keepHouse(parts: HousekeepingParts): () => void {
  const { runner, store, clock, logger } = parts
  const search = () => {
    runner
      .start('bots', {}, (run) => searchForBots(store, clock, run))
      .catch((error: unknown) =>
        logger.warn({ fault: faultOf(error, logger.level) }, 'the search for bots did not start'),
      )
  }
  const retain = () => {
    retention(parts).catch((error: unknown) =>
      logger.warn({ fault: faultOf(error, logger.level) }, 'retention did not start'),
    )
  }
  const first = setTimeout(retain, FIRST_RETENTION).unref()
  const hourly = setInterval(search, HOUR).unref()
  const daily = setInterval(retain, DAY).unref()
  return () => {
    clearTimeout(first)
    clearInterval(daily)
    clearInterval(hourly)
  }
}

/**
 * Starts retention, unless the clock was set ahead while this process ran: a year too far, it would delete a year too
 * much, for good. Whoever set it right on purpose restarts the server.
 * @returns whether it was started
 */
export async function retention({ runner, store, rule, clock, watch, logger }: HousekeepingParts): Promise<boolean> {
  const drift = watch.drift()
  if (drift > DAY) {
    const hours = Math.round(drift / HOUR)
    logger.warn({ hours }, 'the clock was set ahead: nothing is deleted by its age until a restart')
    return false
  }
  await runner.start('retention', {}, () => store.maintenance.applyRetention(rule, clock()))
  return true
}
