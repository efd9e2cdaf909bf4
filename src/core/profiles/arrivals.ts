import type { LegalBasis } from '../../contracts/consent.ts'
import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import { normalise } from '../events/normalise.ts'
import type { EventWrite, Identity, Store } from '../ports.ts'

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

/** A message that was understood. */
export interface Accepted {
  readonly item: IngestItem
  readonly event: ShopEvent
}

export function normaliseAll(items: readonly IngestItem[], defaultCurrency: string) {
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
export async function unknownOnly(store: Pick<Store, 'events'>, accepted: readonly Accepted[]): Promise<Accepted[]> {
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

export async function resolveRows(
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
