import { Agent } from 'node:http'
import { join } from 'node:path'
import type { Decision } from '@storemind/client'
import type { Rng } from '@storemind/ml'
import { expect } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { post, type RunningServer, serve } from './killed-server.ts'

const PRODUCTS = 20
const PRICE = 2.5
const CONNECTIONS = 4
const PLACEMENT = 'email_block'

/**
 * Kills a server again and again while visitors report what they were shown and clicked, and then order it; what was not
 * acknowledged is sent again to the next one. In the end each decision was shown once, clicked once, and brought one order.
 * @param visitors each with one decision
 * @param acknowledged [rounds] after how many acknowledged reports the server is killed; the last one gets done
 */
export async function killedFollowers(visitors: number, acknowledged: readonly number[], random: Rng): Promise<void> {
  const folder = temporaryFolder()
  const directory = join(folder.path, 'store')
  const { decisions, secret } = await shopOf(directory, visitors)
  // What was shown and clicked first, in any order of visitors; then the orders.
  const shown = shuffled(decisions, random).map((decision): Report => ['/v1/outcomes', touchesOf(decision)])
  const ordered = shuffled(decisions, random).map((decision): Report => ['/v1/batch', orderOf(decision)])
  let todo = [...shown, ...ordered]
  let running: RunningServer | undefined
  try {
    for (const kills of [...acknowledged, Number.POSITIVE_INFINITY]) {
      const server = await serve(directory)
      running = server
      const agent = new Agent({ keepAlive: true })
      let answered = 0
      const unanswered: Report[] = []
      const connection = async () => {
        for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
          // Some are sent twice: a client that is not sure does.
          const times = random.next() < 0.2 ? 2 : 1
          for (let time = 0; time < times; time++) {
            if (!(await post(agent, server.url + next[0], secret, next[1]))) {
              unanswered.push(next)
              return
            }
            if (++answered === kills) server.child.kill('SIGKILL')
          }
        }
      }
      await Promise.all(Array.from({ length: CONNECTIONS }, connection))
      todo = [...unanswered, ...todo]
      if (todo.length === 0) {
        // Everything is acknowledged: the follower is asked, and then killed once more, so that it begins anew.
        const before = await totals(server.client)
        server.child.kill('SIGKILL')
        await server.ended
        expect(before).toEqual(expected(decisions))
        break
      }
      agent.destroy()
      await server.ended
    }
    expect(todo).toEqual([])
    const server = await serve(directory)
    running = server
    expect(await totals(server.client)).toEqual(expected(decisions))
    server.child.kill('SIGTERM')
    await server.ended
  } finally {
    // Also where something above has failed.
    running?.child.kill('SIGKILL')
    folder.remove()
  }
}

type Report = readonly [path: string, body: string]

async function shopOf(directory: string, visitors: number) {
  const settings = { 'ingest.basis': 'contract' }
  const shop = await openShop({ directory, clock: Date.now, settings })
  const rows = Array.from({ length: PRODUCTS }, (_, i) => `p${i},Product ${i},${PRICE},Things,in_stock`)
  await shop.imported('csv-products', 'products.csv', `id,title,price,category,availability\n${rows.join('\n')}\n`)
  const orders = Array.from({ length: 300 }, (_, i) => {
    const day = new Date(Date.now() - (1 + (i % 90)) * 86_400_000).toISOString()
    return `o${i},${day},c${i % 30},p${(i * 7 + (i % 3)) % PRODUCTS},1,${PRICE}`
  })
  const head = 'order_id,time,customer,product_id,quantity,price'
  await shop.imported('csv-orders', 'orders.csv', `${head}\n${orders.join('\n')}\n`)
  await shop.train()
  await shop.client.promoteModel({ version: 1 }, { force: true })
  const names = Array.from({ length: visitors }, (_, i) => `v${i}`)
  const batch = names.map((userId) => ({ messageId: `i${userId}`, type: 'identify', userId }))
  const { secret } = await shop.client.createKey({ name: 'shop', scopes: ['write'] })
  await shop.engine.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization: `Bearer ${secret}` },
    payload: { batch },
  })
  const requests = names.map((profile) => ({ profile, placement: PLACEMENT, limit: 3 }))
  const decisions: Decision[] = []
  for (let i = 0; i < visitors; i += 100) {
    decisions.push(...(await shop.client.recommend({ requests: requests.slice(i, i + 100) })).decisions)
  }
  await shop.close()
  return { decisions, secret }
}

function touchesOf({ token, items }: Decision): string {
  return JSON.stringify({ impressions: [token], clicks: [items[0]?.token] })
}

function orderOf({ id, profile, items }: Decision): string {
  const line = { product_id: items[0]?.productId, quantity: 1, price: PRICE }
  const properties = { order_id: `o${id}`, currency: 'EUR', products: [line] }
  return JSON.stringify({
    batch: [{ messageId: `b${id}`, type: 'track', event: 'Order Completed', userId: profile, properties }],
  })
}

async function totals(client: Awaited<ReturnType<typeof serve>>['client']) {
  const { placements } = await client.outcomeReport()
  return placements.find(({ placement }) => placement === PLACEMENT)
}

function expected(decisions: readonly Decision[]) {
  const count = decisions.length
  return expect.objectContaining({
    decisions: count,
    impressions: decisions.reduce((sum, { items }) => sum + items.length, 0),
    clicks: count,
    attributedOrders: count,
    attributedRevenue: [{ currency: 'EUR', micros: String(count * PRICE * 1e6), refundedMicros: '0' }],
  })
}

function shuffled<T>(list: readonly T[], random: Rng): T[] {
  const keyed = list.map((one) => ({ one, key: random.next() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one)
}
