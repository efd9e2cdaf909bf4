import { EVENT_KINDS, type EventKind } from '../../contracts/vocabulary.ts'
import type { DataFacts, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { KIND_NAMES } from './event-encoding.ts'

const DAY = 86_400_000
const YEAR_2000 = Date.UTC(2000, 0, 1)
const MANY_EVENTS = 10_000
const CHUNK = 65_536

type Tuple = readonly [
  row: number,
  profile: number | null,
  kind: number,
  happenedAt: number,
  receivedAt: number,
  at: number,
  bot: number,
  order: number | null,
]

type EventFacts = Pick<
  DataFacts,
  | 'events'
  | 'botEvents'
  | 'eventsByKind'
  | 'eventsWithoutProfile'
  | 'from'
  | 'to'
  | 'eventsInFuture'
  | 'eventsTooOld'
  | 'returningProfiles'
  | 'largestProfile'
  | 'profilesOver10k'
>

/** What one pass over the events tells. Cost: O(events) time, O(shoppers) memory. */
export function countEvents(
  connection: Connection,
  moved: ReadonlyMap<ProfileRow, ProfileRow>,
  bots: ReadonlySet<ProfileRow>,
): EventFacts {
  const byKind = new Map<EventKind, number>()
  const ofProfile = new Map<ProfileRow, number>()
  /** Shopper → the first order, or −1 once there is another one. */
  const orders = new Map<ProfileRow, number>()
  const facts = { events: 0, botEvents: 0, eventsWithoutProfile: 0, eventsInFuture: 0, eventsTooOld: 0 }
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const [row, named, number, happenedAt, receivedAt, at, bot, order] of eventTuples(connection)) {
    const kind = KIND_NAMES[number] ?? 'other'
    const profile = named === null ? undefined : (moved.get(named) ?? named)
    facts.events++
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
    if (bot !== 0 || (profile !== undefined && bots.has(profile))) facts.botEvents++
    if (happenedAt > receivedAt + DAY) facts.eventsInFuture++
    if (happenedAt < YEAR_2000) facts.eventsTooOld++
    if (at < from) from = at
    if (at > to) to = at
    if (profile === undefined) {
      facts.eventsWithoutProfile++
      continue
    }
    ofProfile.set(profile, (ofProfile.get(profile) ?? 0) + 1)
    if (number === EVENT_KINDS.order_completed) {
      // An order that has no id is one by itself, and no other event can name it.
      const basket = order ?? Number.MAX_SAFE_INTEGER - row
      const first = orders.get(profile)
      orders.set(profile, first === undefined || first === basket ? basket : -1)
    }
  }
  let returningProfiles = 0
  for (const first of orders.values()) if (first === -1) returningProfiles++
  let largestProfile = 0
  let profilesOver10k = 0
  for (const count of ofProfile.values()) {
    if (count > largestProfile) largestProfile = count
    if (count > MANY_EVENTS) profilesOver10k++
  }
  return {
    ...facts,
    eventsByKind: Object.fromEntries(byKind),
    from: facts.events === 0 ? null : from,
    to: facts.events === 0 ? null : to,
    returningProfiles,
    largestProfile,
    profilesOver10k,
  }
}

function* eventTuples(connection: Connection): Generator<Tuple> {
  const statement = connection.arrays(
    `SELECT row, profile, kind, happened_at, received_at, at, bot, "order" FROM events
     WHERE row > ? ORDER BY row LIMIT ${CHUNK}`,
  )
  for (let after = 0; ; ) {
    // With array rows each row is a plain tuple in the order of the columns above.
    const rows = statement.all(after) as unknown as Tuple[]
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return
    after = last[0]
  }
}
