import { StoremindError } from '@storemind/client'
import { Draws } from '../../src/demo/random.ts'
import { userId } from '../../src/demo/shoppers/shopper.ts'
import type { Benchmark } from '../harness/benchmark.ts'
import { serve as startServer } from '../harness/engine.ts'
import { sendLoad } from '../harness/load.ts'
import { residentBytes } from '../harness/machine.ts'
import { simulatedStore } from '../harness/simulated-store.ts'
import { percentile } from '../harness/statistics.ts'

const PRODUCTS = 100_000
const SHOPPERS = 5000
const RATE = 1000
const SECONDS = 60

/** Home, product page and cart for shoppers of all kinds, at a rate that does not wait for answers. */
export const serve: Benchmark = {
  name: 'serve',
  about: 'latency of recommendations over HTTP, 1,000 requests a second for a minute, 100,000 products',
  async run(context) {
    const store = await simulatedStore(context, { products: PRODUCTS, shoppers: SHOPPERS, days: 180 })
    const server = await startServer(store)
    try {
      const bodies = await requests(context.seed, async (profile) => {
        try {
          await server.client.recommend({ requests: [{ profile, limit: 1 }] })
          return true
        } catch (error) {
          if (error instanceof StoremindError && error.code === 'PROFILE_NOT_FOUND') return false
          throw error
        }
      })
      const plan = { url: server.url, path: '/v1/recommendations', token: server.token, bodies }
      context.say('warming up for 10 s')
      await sendLoad({ ...plan, requestsPerSecond: 200, seconds: 10 })
      context.say(`sending ${RATE} requests/s for ${SECONDS} s`)
      const report = await sendLoad({ ...plan, requestsPerSecond: RATE, seconds: SECONDS })
      const { latencies } = report
      return {
        metrics: {
          p50Ms: percentile(latencies, 0.5),
          p90Ms: percentile(latencies, 0.9),
          p99Ms: percentile(latencies, 0.99),
          slowestMs: percentile(latencies, 1),
          failed: report.failed,
          requestsPerSecond: latencies.length / report.seconds,
          latestStartMs: report.latestStartMs,
          residentMb: residentBytes(server.pid) / 1e6,
        },
        peers: {},
        notes: ['Latency counts from the time at which a request was due. The sender shares the machine.'],
      }
    } finally {
      await server.stop()
    }
  },
}

/** 2,000 requests as a shop sends them: 45 % home, 35 % product page, 20 % cart; every fifth from nobody known. */
async function requests(seed: number, isKnown: (profile: string) => Promise<boolean>): Promise<string[]> {
  const draws = new Draws(seed, 99)
  const shoppers: string[] = []
  // Guests of the simulation have no user id in the store: those that it does not know are not asked for.
  for (let n = 0; n < 600 && shoppers.length < 300; n++) {
    const profile = userId(draws.integer(SHOPPERS))
    if (await isKnown(profile)) shoppers.push(profile)
  }
  if (shoppers.length < 100) throw new Error(`The store knows only ${shoppers.length} of 600 shoppers.`)
  const product = () => `p${String(1 + draws.integer(PRODUCTS)).padStart(6, '0')}`
  return Array.from({ length: 2000 }, () => {
    const kind = draws.next()
    const who = draws.chance(0.2) ? {} : { profile: shoppers[draws.integer(shoppers.length)] }
    const where =
      kind < 0.45
        ? { placement: 'home' }
        : kind < 0.8
          ? { placement: 'product_page', productId: product() }
          : { placement: 'cart', cart: Array.from({ length: 1 + draws.integer(4) }, product) }
    return JSON.stringify({ requests: [{ ...who, ...where, limit: 10 }] })
  })
}
