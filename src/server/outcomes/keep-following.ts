import type { AttributionWindows } from '../../core/outcomes/attribute.ts'
import type { Follower } from '../../core/outcomes/follow.ts'
import type { OutcomeRepository } from '../../core/ports.ts'
import { faultOf, type Logger } from '../logging.ts'

/** Between two looks at a log to which nothing was added. */
const IDLE_MILLIS = 1000
/** After a fault: a full disk is not helped by trying at once. */
const PATIENCE_MILLIS = 15_000

export interface FollowingParts {
  readonly follower: Follower
  readonly windows: AttributionWindows
  readonly outcomes: Pick<OutcomeRepository, 'settleBy'>
  readonly logger: Logger
}

/** Follows the log for as long as the server runs. A fault is told once and tried again; what was counted stays. */
export function keepFollowing({ follower, windows, outcomes, logger }: FollowingParts) {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let failing = false
  const follow = async () => {
    try {
      await follower.catchUp(stop.signal)
      failing = false
    } catch (error) {
      if (!failing) logger.error({ fault: faultOf(error, logger.level) }, 'outcomes are not followed; trying again')
      failing = true
    }
  }
  const next = (wait: number) => {
    if (stop.signal.aborted) return
    timer = setTimeout(() => {
      running = follow().then(() => next(failing ? PATIENCE_MILLIS : IDLE_MILLIS))
    }, wait).unref()
  }
  return {
    start(): void {
      // Windows that were set otherwise since the last time hold for what was counted before, too.
      running = outcomes
        .settleBy(`${windows.clickDays} ${windows.impressionHours}`)
        .catch((error: unknown) => logger.error({ fault: faultOf(error, logger.level) }, 'windows are not compared'))
        .then(() => next(0))
    },
    async close(): Promise<void> {
      stop.abort()
      clearTimeout(timer)
      await running
    },
  }
}
