import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createClient, httpTransport } from '@storemind/client'
import type { Rng } from '@storemind/ml'
import { expect } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { openReceiver, type Receiver } from './receiver.ts'
import { serveProcess } from './served-process.ts'

/**
 * Kills a server again and again while jobs end and webhooks are sent, then lets it run: every job that the store says
 * ended was told, each under one id with one body. In the first round its secret is replaced; the receiver has the old
 * one for some rounds, and the new one from then on.
 * @returns how many messages came more than once
 */
export async function killedDeliveries(rounds: number, random: Rng): Promise<number> {
  const { path: root, remove } = temporaryFolder()
  const store = join(root, 'store')
  const receiver = await openReceiver()
  const shop = await openShop({ directory: store, clock: Date.now, settings: { 'webhooks.privateTargets': 'allow' } })
  const { webhook, secret } = await shop.client.createWebhook({ url: receiver.url, types: ['job.ended'] })
  receiver.trust(secret)
  let rotated = ''
  await shop.close()
  const serve = () => serveProcess(store, '--set', 'webhooks.privateTargets=allow')
  try {
    for (let round = 0; round < rounds; round++) {
      const served = serve()
      const url = await served.listening(1)
      const { token: key } = JSON.parse(readFileSync(join(store, 'lock'), 'utf8'))
      const client = createClient({ transport: httpTransport({ url, key }) })
      if (round === 0) rotated = (await client.rotateWebhook({ id: webhook.id }, {})).secret
      if (round === Math.ceil(rounds / 2)) receiver.trust(rotated)
      // Now and then the answer is never given, so that it dies with the message in hand.
      receiver.answer = () => (random.next() < 0.4 ? undefined : 200)
      // It dies when so many messages more have come, or right after the job began; a job that runs then is told too.
      const goal = receiver.received.length + Math.floor(random.next() * 2)
      await client.train({}).catch(() => undefined)
      await client.evaluate({}).catch(() => undefined)
      await receiver.until((received) => received.length >= goal)
      if (served.child.pid !== undefined) process.kill(served.child.pid, 'SIGKILL')
      await served.ended
    }
    receiver.answer = () => 200
    const served = serve()
    await served.listening(1)
    const jobs = await told(store, receiver)
    served.child.kill('SIGTERM')
    expect(await served.ended).toBe(0)
    expect(receiver.forged).toEqual([])
    const after = await openShop({ directory: store, clock: Date.now })
    const all = await after.engine.store.jobs.list(1000)
    await after.close()
    expect(all.filter(({ endedAt }) => endedAt === undefined)).toEqual([])
    expect(jobs).toEqual(new Set(all.map(({ id }) => id)))
    expect(jobs.size).toBeGreaterThan(rounds)
    return receiver.received.length - jobs.size
  } finally {
    await receiver.close()
    remove()
  }
}

/** Waits until everything in the outbox came. @returns the jobs that were told of */
async function told(store: string, { received, until }: Receiver): Promise<Set<string>> {
  const { token: key, url } = JSON.parse(readFileSync(join(store, 'lock'), 'utf8'))
  const client = createClient({ transport: httpTransport({ url, key }) })
  const { webhooks } = await client.listWebhooks()
  const { deliveries } = await client.listDeliveries({ id: webhooks[0]?.id ?? '', limit: 1000 })
  const wanted = new Set(deliveries.map(({ message }) => message))
  await until((all) => {
    const came = new Set(all.map(({ id }) => id))
    return [...wanted].every((id) => came.has(id))
  })
  const bodies = new Map<string, Set<string>>()
  for (const { id, body } of received) bodies.set(id, (bodies.get(id) ?? new Set()).add(body))
  expect([...bodies.values()].filter((each) => each.size > 1)).toEqual([])
  expect(new Set(bodies.keys())).toEqual(wanted)
  const jobs = new Set(received.map(({ message }) => String(message.data['job'])))
  expect(jobs.size).toBe(wanted.size)
  return jobs
}
