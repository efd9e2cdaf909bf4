import { Draws } from '../../src/demo/random.ts'
import { userId } from '../../src/demo/shoppers/shopper.ts'
import type { Server } from '../harness/engine.ts'
import type { LoadRequest } from '../harness/load.ts'

/** The shop that latency is measured in. */
export const WORLD = { products: 100_000, shoppers: 5000, days: 180 } as const

/** Ids of 300 shoppers that the store knows. @throws Error where it knows hardly any */
export async function knownShoppers({ client }: Server, seed: number, all: number = WORLD.shoppers): Promise<string[]> {
  const draws = new Draws(seed, 98)
  const shoppers: string[] = []
  // Guests of the simulation have no user id in the store: those that it does not know are not asked for.
  for (let n = 0; n < 600 && shoppers.length < 300; n++) {
    const profile = userId(draws.integer(all))
    const [decision] = (await client.recommend({ requests: [{ profile, limit: 1 }] })).decisions
    if (decision?.cause !== 'first_visit') shoppers.push(profile)
  }
  if (shoppers.length < 100) throw new Error(`The store knows only ${shoppers.length} of 600 shoppers.`)
  return shoppers
}

/** 2,000 questions as a shop sends them: 45 % home, 35 % product page, 20 % cart; every fifth from nobody known. */
export function decisions(seed: number, shoppers: readonly string[], products: number = WORLD.products): LoadRequest[] {
  const draws = new Draws(seed, 99)
  return Array.from({ length: 2000 }, () => {
    const kind = draws.next()
    const who = draws.chance(0.2) ? {} : { profile: shoppers[draws.integer(shoppers.length)] }
    const where =
      kind < 0.45
        ? { placement: 'home' }
        : kind < 0.8
          ? { placement: 'product_page', productId: product(draws, products) }
          : { placement: 'cart', cart: Array.from({ length: 1 + draws.integer(4) }, () => product(draws, products)) }
    const body = JSON.stringify({ requests: [{ ...who, ...where, limit: 10 }] })
    return { path: '/v1/recommendations', body }
  })
}

/** Events as a shop's client sends them, each with an id of its own: 60 % looks, 20 % pages, 15 % carts, 5 % orders. */
export function liveEvents(seed: number, shoppers: readonly string[], count: number): LoadRequest[] {
  const draws = new Draws(seed, 97)
  return Array.from({ length: count }, (_, n) => {
    const kind = draws.next()
    const envelope = {
      messageId: `live-${seed}-${n}`,
      userId: shoppers[draws.integer(shoppers.length)],
      context: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36' },
    }
    const line = { product_id: product(draws, WORLD.products), quantity: 1, price: 9.5 }
    if (kind < 0.2) return sent('/v1/page', { ...envelope, name: 'Home' })
    const said =
      kind < 0.8
        ? { event: 'Product Viewed', properties: line }
        : kind < 0.95
          ? { event: 'Product Added', properties: line }
          : { event: 'Order Completed', properties: { order_id: `o-${seed}-${n}`, currency: 'EUR', products: [line] } }
    return sent('/v1/track', { ...envelope, ...said })
  })
}

function sent(path: string, message: object): LoadRequest {
  return { path, body: JSON.stringify(message) }
}

function product(draws: Draws, products: number): string {
  return `p${String(1 + draws.integer(products)).padStart(6, '0')}`
}
