import { CodedError } from '../../contracts/errors.ts'
import type { EventWrite, ProfileRow, ProfileStateWrite, Store } from '../ports.ts'
import {
  type Accepted,
  type IngestItem,
  type IngestRefusal,
  normaliseAll,
  resolveRows,
  unknownOnly,
} from './arrivals.ts'
import { FactsCache } from './facts-cache.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import { basketHash, ProfileState } from './profile-state.ts'
import { StateCache } from './state-cache.ts'
import { link, writeConsents } from './statements.ts'

export type { IngestItem, IngestRefusal } from './arrivals.ts'

export interface IngestResult {
  /** Events that are on disk now and were not before. */
  readonly added: number
  /** Events that had come before. */
  readonly known: number
  readonly refused: readonly IngestRefusal[]
}

export interface Ingest {
  /**
   * Durable when it resolves. A refused message does not spoil the others. Calls are carried out one after another.
   * @throws CodedError DISK_FULL and other faults of the store; then nothing of the batch was stored
   */
  ingest(items: readonly IngestItem[]): Promise<IngestResult>
  /** Writes the states of a canonical profile and all linked to it anew, from the log. */
  rebuild(profile: ProfileRow): Promise<void>
}

export interface IngestParts {
  readonly store: Pick<Store, 'events' | 'profiles' | 'catalog'>
  readonly defaultCurrency: string
  /** Profiles whose states are kept decoded; some kilobytes each. */
  readonly cachedProfiles?: number
}

/** Events of a rebuild that are in memory at once. */
const REBUILD_BATCH = 1000

export function createIngest({ store, defaultCurrency, cachedProfiles = 2000 }: IngestParts): Ingest {
  const cache = new StateCache(cachedProfiles)
  const facts = new FactsCache(store.catalog)
  const linked = new Set<string>()
  let queue: Promise<unknown> = Promise.resolve()
  const serialised = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }

  const ingestBatch = async (items: readonly IngestItem[]): Promise<IngestResult> => {
    const { accepted, refused } = normaliseAll(items, defaultCurrency)
    const fresh = await unknownOnly(store, accepted)
    if (fresh.length > 0) await retriedAfterErasure(() => write(fresh))
    return { added: fresh.length, known: accepted.length - fresh.length, refused }
  }

  const write = async (fresh: readonly Accepted[]): Promise<void> => {
    const writes = await resolveRows(store, fresh)
    // Before the events: a crash in between is repaired when they come again, since they are not known yet.
    await writeConsents(store, writes)
    await link(store, writes, fresh, linked)
    try {
      await store.events.append(writes, await fold(writes))
    } catch (error) {
      // The cached states may have taken in events that are not stored.
      for (const { profile } of writes) cache.delete(profile)
      throw error
    }
  }

  const fold = async (writes: readonly EventWrite[]): Promise<ProfileStateWrite[]> => {
    const counted = writes.filter(({ profile, event }) => profile >= 0 && !event.bot)
    const states = await statesOf(new Set(counted.map(({ profile }) => profile)))
    const catalog = await facts.of(writes)
    for (const write of counted) states.get(write.profile)?.write(featureEventOf(write), catalog)
    return encodeAll(states)
  }

  const statesOf = async (rows: ReadonlySet<ProfileRow>): Promise<Map<ProfileRow, ProfileState>> => {
    const cached = new Map([...rows].map((row) => [row, cache.get(row)]))
    const missing = [...rows].filter((row) => cached.get(row) === undefined)
    const stored = missing.length > 0 ? await store.profiles.states(missing) : new Map<ProfileRow, never>()
    const states = new Map<ProfileRow, ProfileState>()
    for (const row of rows) {
      let state = cached.get(row)
      if (state === undefined) {
        const found = stored.get(row)
        if (found !== undefined && found.version !== FEATURES_VERSION) {
          await rebuildStates(await store.profiles.canonical(row))
          state = new ProfileState((await store.profiles.states([row])).get(row)?.state)
        } else {
          state = new ProfileState(found?.state)
        }
      }
      cache.set(row, state)
      states.set(row, state)
    }
    return states
  }

  const rebuildStates = async (canonical: ProfileRow): Promise<void> => {
    const states = new Map<ProfileRow, ProfileState>()
    for (const row of await store.profiles.members(canonical)) states.set(row, new ProfileState())
    const take = async (batch: readonly Accepted[]) => {
      const writes = await resolveRows(store, batch)
      const catalog = await facts.of(writes)
      for (const write of writes) states.get(write.profile)?.write(featureEventOf(write), catalog)
    }
    let batch: Accepted[] = []
    for await (const { source, key, event, raw } of store.events.ofProfile(canonical)) {
      if (event.bot) continue
      const message = raw ?? { type: 'track' as const }
      batch.push({ item: { source, key, message, basis: 'consent', receivedAt: event.receivedAt }, event })
      if (batch.length === REBUILD_BATCH) {
        await take(batch)
        batch = []
      }
    }
    await take(batch)
    for (const row of states.keys()) cache.delete(row)
    await store.profiles.writeStates(encodeAll(states))
  }

  return {
    ingest: (items) => serialised(() => ingestBatch(items)),
    rebuild: (profile) => serialised(() => rebuildStates(profile)),
  }
}

/** A shopper who is erased between being found and being written comes back as a new one, who was never seen. */
async function retriedAfterErasure(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'PROFILE_NOT_FOUND')) throw error
    await work()
  }
}

function featureEventOf({ event, products, key }: EventWrite) {
  return { event, products, basket: basketHash(event.orderId, key) }
}

function encodeAll(states: ReadonlyMap<ProfileRow, ProfileState>): ProfileStateWrite[] {
  return [...states].map(([profile, state]) => ({ profile, version: FEATURES_VERSION, state: state.encode() }))
}
