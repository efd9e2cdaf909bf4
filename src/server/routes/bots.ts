import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { findBots, markBot } from '../../contracts/routes/bots.ts'
import { ACTIVITY_RULE, ACTIVITY_WINDOW } from '../../core/events/bot-activity.ts'
import type { Clock, JobRun, ProfileRow, Store } from '../../core/ports.ts'
import type { JobRunner } from '../jobs/runner.ts'

export interface BotParts {
  readonly store: Pick<Store, 'profiles' | 'reader'>
  readonly runner: JobRunner
  readonly clock: Clock
}

export function botRoutes({ store, runner, clock }: BotParts): RouteHandler[] {
  return [
    handle(markBot, async ({ body: { profile, bot } }) => {
      const found = await store.profiles.find(profile)
      if (found === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile })
      return { events: await mark(store, found.row, bot) }
    }),
    handle(findBots, () => runner.start('bots', {}, (run) => searchForBots(store, clock, run))),
  ]
}

/** The job: marks those whose activity is a program's. */
export async function searchForBots(
  store: BotParts['store'],
  clock: Clock,
  { signal, progress }: JobRun,
): Promise<{ profiles: number; events: number }> {
  const reader = await store.reader()
  try {
    progress({ phase: 'searching', done: 0, total: 0, unit: 'profiles' })
    const found = await reader.restless(ACTIVITY_RULE, clock() - ACTIVITY_WINDOW)
    let events = 0
    for (const [done, row] of found.entries()) {
      signal.throwIfAborted()
      progress({ phase: 'marking', done, total: found.length, unit: 'profiles' })
      events += await mark(store, row, true)
    }
    return { profiles: found.length, events }
  } finally {
    await reader.close()
  }
}

/** All that is linked is one shopper. */
async function mark({ profiles }: BotParts['store'], row: ProfileRow, bot: boolean): Promise<number> {
  let events = 0
  for (const member of await profiles.members(row)) events += await profiles.markBot(member, bot)
  return events
}
