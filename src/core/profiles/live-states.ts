import type {
  EventArrival,
  EventRepository,
  EventsTaken,
  ProfileRepository,
  ProfileRow,
  ProfileStateWrite,
  Store,
  StoredState,
} from '../ports.ts'
import { FactsCache } from './facts-cache.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import { basketHash, ProfileState } from './profile-state.ts'

/**
 * The share of the capacity that may be changed and not written; then all of it is written. It must be more than the
 * visitors of a moment, or else each of their events would soon cost a write again.
 */
const LARGEST_BACKLOG = 0.8
/** States of one write, so that events need not wait long between two of them. */
const FLUSH_BATCH = 200
/** Events of a rebuild that are in memory at once. */
const CATCH_UP_BATCH = 500

type Parts = Pick<Store, 'events' | 'profiles' | 'catalog'>

/** A store whose profile states are those of this moment. */
export interface LiveStates {
  readonly events: EventRepository
  readonly profiles: ProfileRepository
  /** Makes the states of a canonical profile and all linked to it anew, from the log. */
  rebuild(canonical: ProfileRow): Promise<void>
  /** Writes what was changed since. What a crash leaves unwritten is made good from the log. */
  flush(): Promise<void>
}

interface Entry {
  readonly state: ProfileState
  /** Row of the newest event that it has taken in. */
  through: number
  isWritten: boolean
  /** Kept until the next event, for those who read it again and again. */
  encoded: Uint8Array | undefined
}

/**
 * Keeps the states of the profiles seen last in memory, beside the log that they follow from. An event is folded into
 * the state of its profile once it is on disk, before whoever sent it hears so; the state itself is written when enough
 * has changed, so that a shopper's visit costs a few writes and not one an event.
 *
 * A state says which event it has taken in last. What is missing, since the process was killed or another version of
 * the features wrote it, is read from the log when the state is used the next time.
 *
 * @param capacity profiles whose states are kept decoded; some kilobytes each
 */
export function createLiveStates(store: Parts, capacity = 5000): LiveStates {
  const facts = new FactsCache(store.catalog)
  /** The one that was used last at the end. */
  const entries = new Map<ProfileRow, Entry>()
  const loading = new Map<ProfileRow, Promise<Entry>>()
  let unwritten = 0
  let folding: Promise<unknown> = Promise.resolve()
  let flushing: Promise<void> | undefined

  const touch = (row: ProfileRow, entry: Entry) => {
    entries.delete(row)
    entries.set(row, entry)
  }
  const drop = (row: ProfileRow) => {
    loading.delete(row)
    const entry = entries.get(row)
    if (entry !== undefined && !entry.isWritten) unwritten--
    entries.delete(row)
  }
  const changed = (row: ProfileRow, entry: Entry, through: number) => {
    entry.through = through
    entry.encoded = undefined
    if (entry.isWritten && entries.get(row) === entry) unwritten++
    entry.isWritten = false
  }

  /** @param upTo row of the newest event that is wanted; undefined for all that are stored */
  const load = (row: ProfileRow, upTo?: number): Promise<Entry> | Entry => {
    const known = entries.get(row)
    if (known !== undefined) {
      touch(row, known)
      return known
    }
    const running = loading.get(row)
    if (running !== undefined) return running
    const made = read(row, upTo).finally(() => {
      if (loading.get(row) === made) loading.delete(row)
    })
    loading.set(row, made)
    return made
  }

  const read = async (row: ProfileRow, upTo?: number): Promise<Entry> => {
    const stored = (await store.profiles.states([row])).get(row)
    const entry = entryOf(stored)
    const last = upTo ?? stored?.lastEvent ?? 0
    const before = entry.through
    if (last > before) await catchUp(row, entry, last)
    // Erased or rebuilt meanwhile: whoever asked gets what was, and nobody else does.
    if (loading.has(row)) {
      touch(row, entry)
      if (entry.through > before) changed(row, entry, entry.through)
    }
    return entry
  }

  const catchUp = async (row: ProfileRow, entry: Entry, upTo: number): Promise<void> => {
    const batch: { row: number; key: string; event: EventArrival['event']; products: Int32Array }[] = []
    const take = async () => {
      const catalog = await facts.of(batch.flatMap(({ products }) => [...products]))
      for (const { key, event, products } of batch) {
        if (!event.bot) entry.state.write({ event, products, basket: basketHash(event.orderId, key) }, catalog)
      }
      batch.length = 0
    }
    for await (const logged of store.events.since(row, entry.through, upTo)) {
      batch.push(logged)
      if (batch.length === CATCH_UP_BATCH) await take()
    }
    await take()
    entry.through = upTo
  }

  /** In the order of the rows: calls are answered in the order in which they were made. */
  const fold = async (arrivals: readonly EventArrival[], taken: EventsTaken): Promise<void> => {
    const catalog = await facts.of(taken.products)
    const first = new Map<ProfileRow, number>()
    for (let i = 0; i < arrivals.length; i++) {
      const profile = taken.profiles[i]!
      if (taken.rows[i]! > 0 && profile >= 0 && !first.has(profile)) first.set(profile, taken.previous[i]!)
    }
    const states = new Map<ProfileRow, Entry>()
    for (const [profile, previous] of first) {
      const entry = load(profile, previous)
      states.set(profile, entry instanceof Promise ? await entry : entry)
    }
    let line = 0
    for (const [i, { key, event }] of arrivals.entries()) {
      const from = line
      line += event.lines.length
      const row = taken.rows[i]!
      const entry = states.get(taken.profiles[i]!)
      if (row === 0 || entry === undefined || row <= entry.through) continue
      if (taken.bots[i] === 0) {
        const products = taken.products.subarray(from, line)
        entry.state.write({ event, products, basket: basketHash(event.orderId, key) }, catalog)
      }
      changed(taken.profiles[i]!, entry, row)
    }
    makeRoom()
  }

  const makeRoom = () => {
    if (unwritten > LARGEST_BACKLOG * capacity || entries.size > 1.5 * capacity) void flush().catch(() => undefined)
    // Where the disk takes no states either, the log makes good what is dropped here.
    for (const [row, entry] of entries) {
      const isOver = entries.size > (entry.isWritten ? capacity : 2 * capacity)
      if (!isOver) break
      drop(row)
    }
  }

  const flush = (): Promise<void> => {
    flushing ??= writeChanged().finally(() => {
      flushing = undefined
    })
    return flushing
  }

  const writeChanged = async (): Promise<void> => {
    const changedNow = [...entries].filter(([, { isWritten }]) => !isWritten)
    for (let i = 0; i < changedNow.length; i += FLUSH_BATCH) {
      const batch = changedNow.slice(i, i + FLUSH_BATCH).filter(([row, entry]) => entries.get(row) === entry)
      const writes = batch.map(([profile, entry]): ProfileStateWrite => {
        return { profile, version: FEATURES_VERSION, state: encodedOf(entry), through: entry.through }
      })
      await store.profiles.writeStates(writes)
      for (const [n, [row, entry]] of batch.entries()) {
        if (entries.get(row) !== entry || entry.isWritten || entry.through !== writes[n]?.through) continue
        entry.isWritten = true
        unwritten--
      }
    }
  }

  const rebuild = async (canonical: ProfileRow): Promise<void> => {
    for (const row of await store.profiles.members(canonical)) {
      drop(row)
      const lastEvent = (await store.profiles.states([row])).get(row)?.lastEvent ?? 0
      await store.profiles.writeStates([emptyState(row)])
      if (lastEvent > 0) await load(row)
    }
  }

  const after = async <Result>(canonical: ProfileRow, write: () => Promise<Result>): Promise<Result> => {
    const members = await store.profiles.members(canonical)
    try {
      return await write()
    } finally {
      // What was on its way before the write is folded first, so that nothing of it stays.
      await folding
      for (const row of members) drop(row)
    }
  }

  return {
    events: {
      ...store.events,
      async take(arrivals) {
        const taken = await store.events.take(arrivals)
        const folded = folding.then(() => fold(arrivals, taken))
        folding = folded.catch(() => undefined)
        await folded
        return taken
      },
    },
    profiles: {
      ...store.profiles,
      async states(rows) {
        const states = new Map<ProfileRow, StoredState>()
        for (const row of rows) {
          const entry = await load(row)
          const { through } = entry
          if (through > 0)
            states.set(row, { version: FEATURES_VERSION, state: encodedOf(entry), through, lastEvent: through })
        }
        makeRoom()
        return states
      },
      erase: (row) => after(row, () => store.profiles.erase(row)),
      markBot: (row, bot) => after(row, () => store.profiles.markBot(row, bot)),
    },
    rebuild,
    flush,
  }
}

/** From nothing where another version of the features wrote it: the log tells all of it again. */
function entryOf(stored: StoredState | undefined): Entry {
  if (stored === undefined || stored.version !== FEATURES_VERSION) {
    return { state: new ProfileState(), through: 0, isWritten: true, encoded: undefined }
  }
  return { state: new ProfileState(stored.state), through: stored.through, isWritten: true, encoded: stored.state }
}

function encodedOf(entry: Entry): Uint8Array {
  entry.encoded ??= entry.state.encode()
  return entry.encoded
}

function emptyState(profile: ProfileRow): ProfileStateWrite {
  return { profile, version: FEATURES_VERSION, state: new ProfileState().encode(), through: 0 }
}
