import { Agent } from 'node:http'
import { join } from 'node:path'
import type { Rng } from '@storemind/ml'
import { expect } from 'vitest'
import type { ProfileRow, Store } from '../../src/core/ports.ts'
import { createLiveStates } from '../../src/core/profiles/live-states.ts'
import { openStore, readLock } from '../../src/storage/store.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { post, serve } from './killed-server.ts'

const CONNECTIONS = 6
const SHOPPERS = 40
const PRODUCTS = 15

/**
 * Kills a server again and again while shoppers' events come in, and sends what it did not acknowledge again to the
 * next one: every acknowledged event is there, once, and what is known of the shoppers is what the log says.
 * @param acknowledged [rounds] after how many acknowledged batches the server is killed
 */
export async function killedServers(acknowledged: readonly number[], random: Rng): Promise<void> {
  const folder = temporaryFolder()
  const directory = join(folder.path, 'store')
  const shop = await openShop({ directory, clock: Date.now })
  const { secret } = await shop.client.createKey({ name: 'shop', scopes: ['write'] })
  await shop.close()
  const kept = new Set<string>()
  let unanswered: string[] = []
  let number = 0
  const batch = () => {
    const messages = Array.from({ length: 1 + Math.floor(random.next() * 30) }, () => messageOf(number++))
    // A client that is not sure sends again, also in the middle of something else.
    const again =
      kept.size > 0 && Math.floor(random.next() * 4) === 0 ? [messageOf(Math.floor(random.next() * number))] : []
    return JSON.stringify({ batch: [...messages, ...again] })
  }
  try {
    for (const [round, batches] of acknowledged.entries()) {
      const server = await serve(directory)
      const agent = new Agent({ keepAlive: true })
      let answered = 0
      const next = [...unanswered]
      unanswered = []
      const connection = async () => {
        for (;;) {
          const body = next.shift() ?? batch()
          if (!(await post(agent, `${server.url}/v1/batch`, secret, body))) {
            unanswered.push(body)
            return
          }
          for (const id of idsOf(body)) kept.add(id)
          if (++answered === batches) server.child.kill('SIGKILL')
        }
      }
      await Promise.all(Array.from({ length: CONNECTIONS }, connection))
      agent.destroy()
      await server.ended
      await inspect(directory, kept, unanswered, `round ${round}`)
    }
  } finally {
    folder.remove()
  }
}

/** The same number is the same message, whenever it is made. */
function messageOf(number: number): object {
  const shopper = (number * 7) % SHOPPERS
  const who = number % 3 === 0 ? { userId: `c${shopper}` } : { anonymousId: `b${shopper}` }
  const line = { product_id: `p${number % PRODUCTS}`, quantity: 1, price: 3 }
  const common = { messageId: `m${number}`, timestamp: new Date(1.7e12 + number * 1000).toISOString() }
  if (number % 11 === 0) return { ...common, type: 'identify', userId: `c${shopper}`, anonymousId: `b${shopper}` }
  if (number % 5 === 0)
    return {
      ...common,
      ...who,
      type: 'track',
      event: 'Order Completed',
      properties: { order_id: `o${number}`, products: [line] },
    }
  return { ...common, ...who, type: 'track', event: 'Product Viewed', properties: line }
}

function idsOf(body: string): string[] {
  const { batch } = JSON.parse(body) as { batch: { messageId: string }[] }
  return batch.map(({ messageId }) => messageId)
}

async function inspect(
  directory: string,
  kept: ReadonlySet<string>,
  unanswered: readonly string[],
  when: string,
): Promise<void> {
  expect(readLock(directory)?.alive ?? false, when).toBe(false)
  const store = await openStore({ directory, clock: Date.now, randomBytes: (bytes) => bytes.fill(1) })
  try {
    expect(await store.maintenance.integrity(), when).toEqual([])
    const stored: string[] = []
    const rows = new Set<ProfileRow>()
    for (let i = 0; i < SHOPPERS; i++) {
      for (const id of [`c${i}`, `b${i}`]) {
        const found = await store.profiles.find(id)
        if (found === undefined || rows.has(found.row)) continue
        rows.add(found.row)
        for await (const { key } of store.events.ofProfile(found.row)) stored.push(key)
      }
    }
    expect(new Set(stored).size, `${when}: nothing twice`).toBe(stored.length)
    expect(stored.length, `${when}: events and their shoppers together`).toBe(await store.events.count())
    const there = new Set(stored)
    expect(
      [...kept].filter((id) => !there.has(id)),
      `${when}: nothing lost`,
    ).toEqual([])
    const sent = new Set([...kept, ...unanswered.flatMap(idsOf)])
    expect(
      stored.filter((id) => !sent.has(id)),
      `${when}: nothing invented`,
    ).toEqual([])
    // What the next process knows of each shopper, and what the log says alone.
    const members = (await Promise.all([...rows].map((row) => store.profiles.members(row)))).flat()
    const asKept = await createLiveStates(store).profiles.states(members)
    const anew = createLiveStates({ ...store, profiles: withoutStates(store.profiles) })
    expect(await anew.profiles.states(members), when).toEqual(asKept)
  } finally {
    await store.close()
  }
}

function withoutStates(profiles: Store['profiles']): Store['profiles'] {
  return {
    ...profiles,
    states: async (rows) =>
      new Map([...(await profiles.states(rows))].map(([row, stored]) => [row, { ...stored, version: 0, through: 0 }])),
  }
}
