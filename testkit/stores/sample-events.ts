import type { LegalBasis } from '../../src/contracts/consent.ts'
import type { ShopEvent } from '../../src/contracts/event.ts'
import type { EventWrite, ProfileRow, ProfileStateWrite, Store } from '../../src/core/ports.ts'

/** 2026-01-05T10:00:00Z, a moment that all sample events count from. */
export const NOON = Date.UTC(2026, 0, 5, 10)

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
  readonly states?: readonly ProfileStateWrite[]
}

/** Resolves and appends events as ingest does; keys are `key` followed by the event's number. */
export async function appendAll(
  store: Store,
  key: string,
  events: readonly ShopEvent[],
  { source = 'api', basis = 'contract', states = [] }: AppendOptions = {},
): Promise<{ added: number; known: number; profiles: ProfileRow[] }> {
  const writes: EventWrite[] = []
  for (const [i, event] of events.entries()) {
    const { userId, anonymousId, at } = event
    const named = userId !== undefined || anonymousId !== undefined
    const identity = {
      ...(userId === undefined ? {} : { userId }),
      ...(anonymousId === undefined ? {} : { anonymousId }),
    }
    const [profile = -1] = named ? await store.profiles.resolve([{ ...identity, at, basis }]) : []
    const products = await store.catalog.resolve(event.lines.map((line) => line.productId))
    const messageId = `${key}${i}`
    writes.push({ source, key: messageId, raw: { type: 'track', messageId }, event, profile, products })
  }
  const outcome = await store.events.append(writes, states)
  return { ...outcome, profiles: writes.map(({ profile }) => profile) }
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
