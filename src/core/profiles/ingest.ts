import type { LegalBasis } from '../../contracts/consent.ts'
import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import { type CatalogFacts, factsOf, type ProductFacts } from '../catalog/facts.ts'
import { normalise } from '../events/normalise.ts'
import type { EventWrite, Identity, ProductRow, ProfileRow, ProfileStateWrite, Store } from '../ports.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import { basketHash, ProfileState } from './profile-state.ts'
import { StateCache } from './state-cache.ts'

/** One message on its way in. */
export interface IngestItem {
  /** An importer's id, or `api`. */
  readonly source: string
  /** Unique within the source, and the same whenever the same message comes again. */
  readonly key: string
  readonly message: SegmentMessage
  readonly basis: LegalBasis
  /** Milliseconds UTC. */
  readonly receivedAt: number
}

export interface IngestRefusal {
  /** Which of the items. */
  readonly index: number
  readonly code: ErrorCode
  readonly details: ErrorDetails
}

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

interface Accepted {
  readonly item: IngestItem
  readonly event: ShopEvent
}

const REBUILD_BATCH = 1000
/** Pairs of ids that were linked lately; telling storage again would change nothing. */
const REMEMBERED_LINKS = 50_000

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
    if (fresh.length > 0) {
      const writes = await resolveRows(store, fresh)
      // Before the events: a crash in between is repaired when they come again, since they are not known yet.
      await writeConsents(store, writes)
      await link(store, writes, fresh, linked)
      const states = await fold(writes)
      try {
        await store.events.append(writes, states)
      } catch (error) {
        // The cached states had taken in events that are not stored.
        for (const { profile } of states) cache.delete(profile)
        throw error
      }
    }
    return { added: fresh.length, known: accepted.length - fresh.length, refused }
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

function normaliseAll(items: readonly IngestItem[], defaultCurrency: string) {
  const accepted: Accepted[] = []
  const refused: IngestRefusal[] = []
  items.forEach((item, index) => {
    const event = normalise(item.message, { receivedAt: item.receivedAt, defaultCurrency })
    if ('refused' in event) refused.push({ index, code: event.refused, details: event.details })
    else accepted.push({ item, event })
  })
  return { accepted, refused }
}

/** Those that neither the store knows nor this batch has brought before. */
async function unknownOnly(store: Pick<Store, 'events'>, accepted: readonly Accepted[]): Promise<Accepted[]> {
  const bySource = new Map<string, Map<string, Accepted>>()
  for (const each of accepted) {
    const keys = bySource.get(each.item.source) ?? new Map<string, Accepted>()
    bySource.set(each.item.source, keys)
    if (!keys.has(each.item.key)) keys.set(each.item.key, each)
  }
  const fresh = new Set<Accepted>()
  for (const [source, byKey] of bySource) {
    const known = await store.events.known(source, [...byKey.keys()])
    let i = 0
    for (const each of byKey.values()) if (known[i++] === 0) fresh.add(each)
  }
  return accepted.filter((each) => fresh.has(each))
}

async function resolveRows(
  store: Pick<Store, 'profiles' | 'catalog'>,
  accepted: readonly Accepted[],
): Promise<EventWrite[]> {
  const identities: Identity[] = []
  const productIds: string[] = []
  for (const { item, event } of accepted) {
    const named = identityOf(event, item.basis)
    if (named !== undefined) identities.push(named)
    for (const { productId } of event.lines) productIds.push(productId)
  }
  const [profiles, products] = await Promise.all([
    identities.length > 0 ? store.profiles.resolve(identities) : new Int32Array(0),
    productIds.length > 0 ? store.catalog.resolve(productIds) : new Int32Array(0),
  ])
  let nextProfile = 0
  let nextProduct = 0
  return accepted.map(({ item, event }) => {
    const named = identityOf(event, item.basis) !== undefined
    const from = nextProduct
    nextProduct += event.lines.length
    return {
      source: item.source,
      key: item.key,
      raw: item.message,
      event,
      profile: named ? (profiles[nextProfile++] ?? -1) : -1,
      products: products.slice(from, nextProduct),
    }
  })
}

/** The one who is named: the customer where it is known, else the browser. */
function identityOf(event: ShopEvent, basis: LegalBasis): Identity | undefined {
  const { userId, anonymousId, at } = event
  if (userId !== undefined) return { userId, at, basis }
  return anonymousId === undefined ? undefined : { anonymousId, at, basis }
}

async function writeConsents(store: Pick<Store, 'profiles'>, writes: readonly EventWrite[]): Promise<void> {
  for (const { profile, event, source } of writes) {
    if (profile < 0 || event.consents.length === 0) continue
    const statements = event.consents.map(({ purpose, granted }) => ({ purpose, granted, at: event.at, source }))
    await store.profiles.writeConsents(profile, statements)
  }
}

/** An event that names a browser and a customer, or an id that was left behind, says that the two are one shopper. */
async function link(
  store: Pick<Store, 'profiles'>,
  writes: readonly EventWrite[],
  accepted: readonly Accepted[],
  linked: Set<string>,
): Promise<void> {
  const pairs: { other: Identity; to: ProfileRow; cause: string }[] = []
  writes.forEach(({ event, profile }, i) => {
    const basis = accepted[i]?.item.basis ?? 'consent'
    const { userId, anonymousId, previousId, at } = event
    const add = (other: Identity, cause: string) => {
      const name = JSON.stringify([other.anonymousId, profile])
      if (linked.has(name)) return
      if (linked.size >= REMEMBERED_LINKS) linked.clear()
      linked.add(name)
      pairs.push({ other, to: profile, cause })
    }
    if (userId !== undefined && anonymousId !== undefined) add({ anonymousId, at, basis }, event.kind)
    if (event.kind === 'aliased' && previousId !== undefined && profile >= 0) {
      add({ anonymousId: previousId, at, basis }, event.kind)
    }
  })
  if (pairs.length === 0) return
  const rows = await store.profiles.resolve(pairs.map(({ other }) => other))
  for (const [i, { other, to, cause }] of pairs.entries()) {
    const from = rows[i] ?? -1
    if (from >= 0 && from !== to) await store.profiles.link(from, to, cause, other.at)
  }
}

function featureEventOf({ event, products, key }: EventWrite) {
  return { event, products, basket: basketHash(event.orderId, key) }
}

function encodeAll(states: ReadonlyMap<ProfileRow, ProfileState>): ProfileStateWrite[] {
  return [...states].map(([profile, state]) => ({ profile, version: FEATURES_VERSION, state: state.encode() }))
}

/** What the catalogue says of the products of a batch; kept while the catalogue does not change. */
class FactsCache {
  readonly #catalog: Pick<Store, 'catalog'>['catalog']
  #facts = new Map<ProductRow, ProductFacts | undefined>()
  #revision = Number.NaN

  constructor(catalog: Pick<Store, 'catalog'>['catalog']) {
    this.#catalog = catalog
  }

  async of(writes: readonly EventWrite[]): Promise<CatalogFacts> {
    const revision = await this.#catalog.revision()
    if (revision !== this.#revision) {
      this.#facts = new Map()
      this.#revision = revision
    }
    const missing = new Set<ProductRow>()
    for (const { products } of writes) {
      for (const row of products) if (!this.#facts.has(row)) missing.add(row)
    }
    if (missing.size > 0) {
      for (const row of missing) this.#facts.set(row, undefined)
      for (const { row, product, described } of await this.#catalog.byRows([...missing])) {
        if (described) this.#facts.set(row, factsOf(product))
      }
    }
    const facts = this.#facts
    return (row) => facts.get(row)
  }
}
