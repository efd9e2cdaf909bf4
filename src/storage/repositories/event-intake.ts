import type { EventsTaken, ProfileRow } from '../../core/ports.ts'
import { resolveProduct } from './catalog-writes.ts'
import { type EncodedEvents, KIND_NAMES } from './event-encoding.ts'
import { EventInsertion } from './event-writes.ts'
import { linkProfiles } from './identity-links.ts'
import { addConsent, resolveProfile } from './profile-writes.ts'
import type { WriteContext } from './writing.ts'

/** Events with everything that they tell of shoppers and products, one after the other; known ones change nothing. */
export function takeEvents(
  context: WriteContext,
  { events, now }: { events: EncodedEvents; now: number },
): EventsTaken {
  const n = events.keys.length
  const rows = new Float64Array(n)
  const previous = new Float64Array(n)
  const linked: ProfileRow[] = []
  const insert = new EventInsertion(context, events)
  for (let i = 0; i < n; i++) {
    if (!context.eventKeys.add(events.sources[i]!, events.keys[i]!, events.receivedAt[i]!)) continue
    const profile = profileOf(context, events, i, now)
    events.profile[i] = profile
    for (let line = events.lineStart[i]!; line < events.lineStart[i + 1]!; line++) {
      events.product[line] = resolveProduct(context, events.productIds[line]!, now)
    }
    const added = insert.add(i)
    rows[i] = added.row
    previous[i] = added.previous
    if (profile < 0) continue
    for (const { purpose, granted } of events.consents[i] ?? []) {
      addConsent(context, profile, { purpose, granted, at: events.at[i]!, source: events.sources[i]! })
    }
    linked.push(...linkOthers(context, events, i, now))
  }
  insert.finish()
  context.eventKeys.write()
  return {
    rows,
    previous,
    bots: events.bot,
    profiles: events.profile,
    products: events.product,
    linked: Int32Array.from(linked),
  }
}

/** The one who is named: the customer where it is known, else the browser; −1 where neither is. */
function profileOf(context: WriteContext, events: EncodedEvents, i: number, now: number): ProfileRow {
  const userId = events.userIds[i]
  const id = userId ?? events.anonymousIds[i]
  if (id === undefined) return -1
  return resolveProfile(context, { known: userId !== undefined, id, at: events.at[i]!, basis: events.basis[i]! }, now)
}

/** An event that names a browser and a customer, or an id that was left behind, says that the two are one shopper. @returns rows that were linked */
function linkOthers(context: WriteContext, events: EncodedEvents, i: number, now: number): ProfileRow[] {
  const { names } = context
  const linked: ProfileRow[] = []
  const to = events.profile[i]!
  const browser = events.userIds[i] === undefined ? undefined : events.anonymousIds[i]
  for (const other of [browser, events.previousIds[i]]) {
    if (other === undefined) continue
    const pair = `${to} ${other}`
    if (names.links.get(pair)) continue
    const at = events.at[i]!
    const from = resolveProfile(context, { known: false, id: other, at, basis: events.basis[i]! }, now)
    // What somebody has undone is not done again by the next event.
    if (from !== to && !wasUndone(context, from, to)) {
      if (linkProfiles(context, { from, to, cause: KIND_NAMES[events.kind[i]!] ?? 'other', at })) linked.push(from)
    }
    names.links.set(pair, true)
  }
  return linked
}

function wasUndone({ connection }: WriteContext, from: ProfileRow, to: ProfileRow): boolean {
  return (
    connection
      .statement(
        `SELECT 1 AS yes FROM identity_links
         WHERE from_profile = ? AND to_profile = ? AND undone_at IS NOT NULL LIMIT 1`,
      )
      .get(from, to) !== undefined
  )
}
