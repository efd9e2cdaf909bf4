import { join } from 'node:path'
import type { Benchmark, BenchmarkContext } from '../harness/benchmark.ts'
import { type Server, serve as startServer, storemind } from '../harness/engine.ts'
import { sendEvents } from '../harness/events.ts'
import { residentBytes } from '../harness/machine.ts'

const BATCH = 100
const CONNECTIONS = 32
const EVENTS = 300_000
/** What is measured comes after this, so that code is compiled and caches are filled. */
const WARM_UP = 50_000
const VISIT = { active: 2000, eventsPerVisit: 15 }
const NOTE =
  'Segment messages of 600 to 900 bytes, 100 a batch, 32 connections that each wait for the acknowledgement; 2,000 visitors at a time, 15 events a visit. The sender shares the machine.'

/** Events over HTTP until they are durable, into a store that is new. */
export const ingest: Benchmark = {
  name: 'ingest',
  about: 'events a second over HTTP, batches of 100, acknowledged when durable',
  async run(context) {
    const { server, send } = await open(context, 'ingest')
    try {
      await send(WARM_UP, 50_000, 1)
      context.say(`sending ${EVENTS} events`)
      const { seconds, refused, slowestMs } = await send(EVENTS, 50_000, 2)
      const { events } = await server.client.storeSummary()
      if (events !== WARM_UP + EVENTS) throw new Error(`The store has ${events} events of ${WARM_UP + EVENTS}.`)
      const residentMb = residentBytes(server.pid) / 1e6
      return {
        metrics: { eventsPerSecond: EVENTS / seconds, slowestBatchMs: slowestMs, refused, residentMb },
        peers: {},
        notes: [NOTE],
      }
    } finally {
      await server.stop()
    }
  },
}

const STEPS = [1, 4, 16] as const
const UNIT = 100_000

/** The same at 1×, 4× and 16× of events, with as many more shoppers: what one event costs. */
export const growthIngest: Benchmark = {
  name: 'growth-ingest',
  about: 'cost of an event over HTTP in a store of 100,000, 400,000 and 1,600,000 events',
  async run(context) {
    const { server, send } = await open(context, 'growth-ingest')
    try {
      const micros: number[] = []
      let stored = 0
      for (const [i, step] of STEPS.entries()) {
        const shoppers = (step * UNIT) / 10
        const before = step * UNIT - UNIT / 2
        context.say(`filling up to ${before} events`)
        for (let part = 0; stored < before; part++) {
          const events = Math.min(UNIT, before - stored)
          await send(events, shoppers, 100 * (i + 1) + part)
          stored += events
        }
        context.say('measuring')
        const { seconds } = await send(UNIT, shoppers, 1000 + i)
        stored += UNIT
        micros.push((seconds * 1e6) / UNIT)
      }
      const [first = Number.NaN, middle = Number.NaN, last = Number.NaN] = micros
      return {
        metrics: { microsAt1x: first, microsAt4x: middle, microsAt16x: last, growth: last / first },
        peers: {},
        notes: [NOTE, 'One shopper for every ten events of the store’s size.'],
      }
    } finally {
      await server.stop()
    }
  },
}

async function open(context: BenchmarkContext, name: string) {
  const store = join(context.work, name)
  await storemind('init', '--store', store)
  const server: Server = await startServer(store)
  const { secret } = await server.client.createKey({ name: 'bench', scopes: ['write'] })
  const send = (events: number, shoppers: number, run: number) =>
    sendEvents({
      url: server.url,
      key: secret,
      events,
      batch: BATCH,
      connections: CONNECTIONS,
      now: Date.now(),
      seed: context.seed * 10_000 + run,
      shoppers,
      products: 20_000,
      ...VISIT,
    })
  return { server, send }
}
