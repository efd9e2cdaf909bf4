import type { ConsentState, LegalBasis } from '../../contracts/consent.ts'
import type { EventWrite, Identity, ProfileRow, Store } from '../ports.ts'
import type { Accepted } from './arrivals.ts'

/** Pairs of ids that were linked lately; telling storage again would change nothing. */
const REMEMBERED_LINKS = 50_000

/** What shoppers said about the use of their data. */
export async function writeConsents(store: Pick<Store, 'profiles'>, writes: readonly EventWrite[]): Promise<void> {
  const byProfile = new Map<ProfileRow, ConsentState[]>()
  for (const { profile, event, source } of writes) {
    if (profile < 0 || event.consents.length === 0) continue
    const statements = byProfile.get(profile) ?? []
    byProfile.set(profile, statements)
    for (const { purpose, granted } of event.consents) statements.push({ purpose, granted, at: event.at, source })
  }
  await Promise.all([...byProfile].map(([profile, statements]) => store.profiles.writeConsents(profile, statements)))
}

interface NamedPair {
  readonly name: string
  readonly other: Identity
  readonly to: ProfileRow
  readonly cause: string
}

/**
 * Links browsers and customers that events name together, in the order in which they came.
 *
 * @param linked pairs that need not be linked again; grows
 */
export async function link(
  store: Pick<Store, 'profiles'>,
  writes: readonly EventWrite[],
  accepted: readonly Accepted[],
  linked: Set<string>,
): Promise<void> {
  const pairs = new Map<string, NamedPair>()
  writes.forEach((write, i) => {
    for (const pair of pairsOf(write, accepted[i]?.item.basis ?? 'consent')) {
      if (!linked.has(pair.name) && !pairs.has(pair.name)) pairs.set(pair.name, pair)
    }
  })
  if (pairs.size === 0) return
  const named = [...pairs.values()]
  const rows = await store.profiles.resolve(named.map(({ other }) => other))
  await Promise.all(named.map(({ other, to, cause }, i) => linkRows(store, rows[i] ?? -1, to, cause, other.at)))
  if (linked.size + pairs.size > REMEMBERED_LINKS) linked.clear()
  for (const name of pairs.keys()) linked.add(name)
}

/** An event that names a browser and a customer, or an id that was left behind, says that the two are one shopper. */
function pairsOf({ event, profile }: EventWrite, basis: LegalBasis): NamedPair[] {
  const { kind, userId, anonymousId, previousId, at } = event
  if (profile < 0) return []
  const others = [
    ...(userId !== undefined && anonymousId !== undefined ? [anonymousId] : []),
    ...(kind === 'aliased' && previousId !== undefined ? [previousId] : []),
  ]
  return others.map((other) => ({
    name: JSON.stringify([other, profile]),
    other: { anonymousId: other, at, basis },
    to: profile,
    cause: kind,
  }))
}

async function linkRows(
  { profiles }: Pick<Store, 'profiles'>,
  from: ProfileRow,
  to: ProfileRow,
  cause: string,
  at: number,
): Promise<void> {
  if (from < 0 || from === to) return
  // What somebody has undone is not done again by the next event.
  const undone = (await profiles.links(from)).some(
    (link) => link.from === from && link.to === to && link.undoneAt !== undefined,
  )
  if (!undone) await profiles.link(from, to, cause, at)
}
