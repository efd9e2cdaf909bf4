import type { LegalBasis } from '../../src/contracts/consent.ts'
import type { ShopEvent } from '../../src/contracts/event.ts'
import { uuidv7 } from '../../src/contracts/ids.ts'
import type { EventArrival, ProfileRow, Store } from '../../src/core/ports.ts'

/** 2026-01-05T10:00:00Z, a moment that all sample events count from. */
export const NOON = Date.UTC(2026, 0, 5, 10)

/** The id of the n-th decision of a time. */
export function decisionId(n: number, at = NOON): string {
  return uuidv7(at, (bytes) => new DataView(bytes.buffer).setUint32(12, n))
}

/** An event with everything that tests do not care about filled in. */
export function shopEvent(over: Partial<ShopEvent> = {}): ShopEvent {
  const at = over.at ?? NOON
  return { kind: 'product_viewed', happenedAt: at, receivedAt: at, at, lines: [], consents: [], bot: false, ...over }
}

/** A purchase of one piece of each product. */
export function purchase(userId: string, productIds: readonly string[], at = NOON, orderId?: string): ShopEvent {
  const lines = productIds.map((productId) => ({ productId, quantity: 1, priceMicros: 2_500_000, currency: 'EUR' }))
  return shopEvent({ kind: 'order_completed', userId, at, lines, ...(orderId === undefined ? {} : { orderId }) })
}

export interface AppendOptions {
  readonly source?: string
  readonly basis?: LegalBasis
}

/** Takes events as ingest does; keys are `key` followed by the event's number. */
export async function appendAll(
  store: Store,
  key: string,
  events: readonly ShopEvent[],
  { source = 'api', basis = 'contract' }: AppendOptions = {},
): Promise<{ added: number; known: number; profiles: ProfileRow[] }> {
  const arrivals = events.map((event, i): EventArrival => {
    const messageId = `${key}${i}`
    return { source, key: messageId, raw: JSON.stringify({ type: 'track', messageId }), event, basis }
  })
  const { rows, profiles } = await store.events.take(arrivals)
  const added = rows.filter((row) => row > 0).length
  return { added, known: rows.length - added, profiles: [...profiles] }
}

export async function profileRow(store: Store, userId: string, basis: LegalBasis = 'contract'): Promise<ProfileRow> {
  const [row = -1] = await store.profiles.resolve([{ userId, at: NOON, basis }])
  return row
}

export async function anonymousRow(store: Store, anonymousId: string): Promise<ProfileRow> {
  const [row = -1] = await store.profiles.resolve([{ anonymousId, at: NOON, basis: 'contract' }])
  return row
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
