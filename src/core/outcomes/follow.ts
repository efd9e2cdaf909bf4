import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { type DecodedRecord, decodeRecord } from '../decisions/record.ts'
import type {
  DecisionRepository,
  JobRun,
  OutcomeEvent,
  OutcomeRepository,
  ProductRow,
  ProfileRow,
  RefusedToken,
  SettledShopper,
  TouchWrite,
} from '../ports.ts'
import { type AttributionWindows, attribute, widest } from './attribute.ts'
import type { DecisionTokens } from './tokens.ts'
import { touchesOf } from './touches.ts'

/** Rows of the log that one step looks at, and shoppers that it works out: a few milliseconds of work. */
const SPAN = 1000
const SHOPPERS = 50

export interface FollowerParts {
  readonly outcomes: OutcomeRepository
  readonly decisions: Pick<DecisionRepository, 'get'>
  readonly tokens: DecisionTokens
  readonly catalog: { readonly current: Pick<CatalogSnapshot, 'group'> }
  readonly windows: AttributionWindows
  /** Rows that one step looks at; smaller in tests. */
  readonly span?: number
}

/**
 * Reads the log behind a durable cursor and keeps what it came to for decisions. First a stretch of events becomes
 * touches, in one transaction with the cursor; then shoppers of whom something changed are worked out anew as a whole,
 * in one transaction with the list of changes. So each event counts exactly once, also when the process is killed
 * between any two steps, and a later event, merge, mark or refund changes what came before it.
 */
export interface Follower {
  /** One step. @returns false when there was nothing to do */
  step(): Promise<boolean>
  /** Steps until everything that was there at the call is taken in, or the signal fires. */
  catchUp(signal?: AbortSignal): Promise<void>
  /**
   * From the beginning of the log; what retention has folded stays as it was counted. Where the run is told to stop, or
   * the process dies, whoever takes the next step goes on from there.
   * @returns how many rows of the log were read, and how many changes of shoppers worked out
   */
  rebuild(run?: Pick<JobRun, 'signal' | 'progress'>): Promise<{ events: number; shoppers: number }>
}

/** A decision as a follower needs it. */
export interface FollowedDecision {
  readonly at: number
  readonly profile: ProfileRow | undefined
  readonly record: DecodedRecord
}

export function createFollower(parts: FollowerParts): Follower {
  const { outcomes, decisions, tokens, catalog, windows, span = SPAN } = parts
  const groupOf = (product: ProductRow) => catalog.current.group[product] ?? -1
  let queue: Promise<unknown> = Promise.resolve()
  const serialised = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }

  const readLog = async (): Promise<boolean> => {
    const from = await outcomes.cursor()
    const { upTo, events } = await outcomes.eventsAfter(from, span)
    if (upTo === from) return false
    const found = new Map<string, FollowedDecision | undefined>()
    const decisionOf = async (id: string): Promise<FollowedDecision | undefined> => {
      if (!found.has(id)) {
        const stored = await decisions.get(id)
        found.set(id, stored && { at: stored.at, profile: stored.profile, record: decodeRecord(stored.record) })
      }
      return found.get(id)
    }
    const folded = await outcomes.folded()
    const touches: TouchWrite[] = []
    const refused: RefusedToken[] = []
    for (const event of events) {
      const taken = await touchesOf(event, tokens, async (id) => {
        const decision = await decisionOf(id)
        if (folded === undefined || event.row > folded.upTo) return decision
        return decision === undefined || decision.at < folded.before ? 'folded' : decision
      })
      touches.push(...taken.touches)
      refused.push(...taken.refused)
    }
    return outcomes.advance({ from, upTo, touches, refused, orders: ordersOf(events) })
  }

  const settle = async (): Promise<boolean> => {
    const { upTo, profiles } = await outcomes.changed(SHOPPERS)
    if (upTo === 0) return false
    const settled: SettledShopper[] = []
    for (const profile of profiles) {
      const shopper = await outcomes.shopper(profile, widest(windows))
      if (shopper !== undefined) settled.push({ profile, attributions: attribute(shopper, windows, groupOf) })
    }
    await outcomes.settle(upTo, settled)
    return true
  }

  const step = () => serialised(async () => (await readLog()) || (await settle()))
  return {
    step,
    async catchUp(signal) {
      const last = await outcomes.lastEvent()
      while (signal?.aborted !== true) {
        if (!(await step())) return
        // What goes on arriving is the next call's business, once what was asked for is worked out.
        if ((await outcomes.cursor()) >= last && (await outcomes.changed(1)).upTo === 0) return
      }
    },
    async rebuild(run) {
      run?.signal.throwIfAborted()
      await serialised(() => outcomes.restart())
      const events = await outcomes.lastEvent()
      let shoppers = 0
      for (;;) {
        const [cursor, waiting] = [await outcomes.cursor(), await outcomes.waiting()]
        const reading = cursor < events
        if (!reading) shoppers = Math.max(shoppers, waiting)
        run?.progress(
          reading
            ? { phase: 'reading the log', done: cursor, total: events, unit: 'events' }
            : { phase: 'attributing orders', done: shoppers - waiting, total: shoppers, unit: 'shoppers' },
        )
        if (!reading && waiting === 0) return { events, shoppers }
        run?.signal.throwIfAborted()
        await step()
      }
    },
  }
}

function ordersOf(events: readonly OutcomeEvent[]): number[] {
  return [...new Set(events.flatMap(({ order }) => order ?? []))]
}
