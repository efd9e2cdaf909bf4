import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SegmentMessage } from '../../src/contracts/event.ts'
import { openCatalog } from '../../src/core/catalog/catalog.ts'
import { CERTAIN } from '../../src/core/decisions/draw.ts'
import { createDecisionLog } from '../../src/core/decisions/log.ts'
import { createFollower, type Follower } from '../../src/core/outcomes/follow.ts'
import { createDecisionTokens, type DecisionTokens, itemToken } from '../../src/core/outcomes/tokens.ts'
import type { Store } from '../../src/core/ports.ts'
import { createIngest } from '../../src/core/profiles/ingest.ts'
import { createStore, openStore } from '../../src/storage/store.ts'

export const NOW = Date.UTC(2026, 4, 25)
export const PRODUCTS = ['mug', 'mug-red', 'lamp', 'rug', 'vase']

export type Who = { userId?: string; anonymousId?: string }

/** A store with five products whose log is followed, and those who decide, look and buy in it. */
export interface FollowedStore {
  readonly store: Store
  readonly tokens: DecisionTokens
  /** Of PRODUCTS. */
  readonly rows: Int32Array
  readonly follower: Follower
  /** A follower of the same log. @param span rows that one step looks at */
  another(span?: number): Follower
  /** A decision that chose all products, in their order; its token. */
  decided(at?: number): Promise<{ id: string; token: string }>
  send(message: SegmentMessage, key?: string): Promise<void>
  seen(who: Who, token: string, at: number): Promise<void>
  clicked(who: Who, token: string, position: number, at: number): Promise<void>
  bought(who: Who, order: string, at: number, products: readonly string[]): Promise<void>
  refunded(order: string, properties?: Record<string, unknown>): Promise<void>
  dispose(): Promise<void>
}

const DAY = 86_400_000

export async function followedStore(): Promise<FollowedStore> {
  const directory = await mkdtemp(join(tmpdir(), 'follow-'))
  let seed = 1
  const randomBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      bytes[i] = seed >>> 24
    }
  }
  const options = { directory, clock: () => NOW, randomBytes }
  await createStore(options)
  const store = await openStore(options)
  const offers = [{ market: 'default', priceMicros: 9_000_000, currency: 'EUR', availability: 'in_stock' as const }]
  await store.catalog.upsert(
    PRODUCTS.map((id) => ({
      id,
      title: id,
      categories: [],
      attributes: {},
      offers,
      ...(id.startsWith('mug') ? { groupId: 'mugs' } : {}),
    })),
    'test',
  )
  const catalog = await openCatalog(store.catalog)
  const rows = await store.catalog.resolve(PRODUCTS)
  const ingest = createIngest({ events: store.events, defaultCurrency: 'EUR' })
  const log = createDecisionLog({ decisions: store.decisions, randomBytes })
  const tokens = createDecisionTokens(new Uint8Array(32).fill(3), 30)
  const another = (span?: number) =>
    createFollower({
      outcomes: store.outcomes,
      decisions: store.decisions,
      tokens,
      catalog,
      windows: { clickDays: 7, impressionHours: 24 },
      ...(span === undefined ? {} : { span }),
    })
  let keys = 0
  const send: FollowedStore['send'] = async (message, key = `own ${++keys}`) => {
    const { refused } = await ingest.ingest([{ source: 'api', key, message, basis: 'contract', receivedAt: NOW }])
    if (refused.length > 0) throw new Error(`the event was refused: ${JSON.stringify(refused)}`)
  }
  return {
    store,
    tokens,
    rows,
    follower: another(7),
    another,
    send,
    async decided(at = NOW - 20 * DAY) {
      const items = [...rows].map((product) => ({ ...CERTAIN, product, score: 1, reasons: [] }))
      const [id = ''] = await log.append([
        {
          at,
          placement: 'home',
          record: {
            basis: 'contextual',
            modelVersion: 1,
            seed: 1,
            exploreRate: 0,
            newShare: 0,
            limit: items.length,
            items,
            refused: {},
          },
        },
      ])
      return { id, token: tokens.issue(id, items.length, NOW) }
    },
    seen: (who, token, at) => send(track('Product List Viewed', who, at, { decision_token: token })),
    clicked: (who, token, position, at) =>
      send(
        track('Product Clicked', who, at, {
          product_id: PRODUCTS[position - 1],
          decision_token: itemToken(token, position),
        }),
      ),
    bought: (who, order, at, products) =>
      send(
        track('Order Completed', who, at, {
          order_id: order,
          products: products.map((product_id) => ({ product_id, quantity: 2, price: 5 })),
        }),
      ),
    refunded: (order, properties = {}) =>
      send(track('Order Refunded', { userId: 'back-office' }, NOW, { order_id: order, ...properties })),
    async dispose() {
      await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function track(event: string, who: Who, at: number, properties: Record<string, unknown>): SegmentMessage {
  return { type: 'track', event, ...who, timestamp: new Date(at).toISOString(), properties }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}
