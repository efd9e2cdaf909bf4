import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { flushFile } from '../../src/storage/durable-files.ts'
import type { Benchmark, BenchmarkContext, BenchmarkResult } from '../harness/benchmark.ts'
import { type Server, serve as startServer } from '../harness/engine.ts'
import { type LoadReport, type LoadRequest, sendLoad } from '../harness/load.ts'
import { processorSeconds, residentBytes } from '../harness/machine.ts'
import { simulatedStore } from '../harness/simulated-store.ts'
import { percentile } from '../harness/statistics.ts'
import { decisions, knownShoppers, liveEvents, WORLD } from './shop-traffic.ts'

const RATE = 1000
const SECONDS = 60
const WARM = { requestsPerSecond: 200, seconds: 10 }
/** Of five requests four bring an event and one asks for a decision. */
const EVENTS_PER_DECISION = 4

/** Home, product page and cart for shoppers of all kinds, at a rate that does not wait for answers. */
export const serve: Benchmark = {
  name: 'serve',
  about: 'latency of recommendations over HTTP, 1,000 requests a second for a minute, 100,000 products',
  async run(context) {
    return served(context, await simulatedStore(context, WORLD), async (server, send) => {
      const asked = decisions(context.seed, await knownShoppers(server, context.seed))
      const { report, residentMb } = await send(asked, asked)
      return { ...figuresOf(report.latencies), ...totalsOf(report), residentMb }
    })
  },
}

/** The same shop while it is open: each request brings an event or asks for a decision, and events change the answers. */
export const serveLive: Benchmark = {
  name: 'serve-live',
  about: 'the same with events and decisions mixed 4 to 1, each event on disk before it is acknowledged',
  async run(context) {
    // A copy, since what happens in it stays in it.
    const store = join(context.work, `live-${process.pid}`)
    await cp(await simulatedStore(context, WORLD), store, { recursive: true })
    // Flushed here, or else the disk would still be writing the copy when latency is measured.
    for (const entry of await readdir(store, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) flushFile(join(entry.parentPath, entry.name))
    }
    return served(context, store, async (server, send) => {
      const shoppers = await knownShoppers(server, context.seed)
      const events = liveEvents(context.seed, shoppers, RATE * SECONDS)
      const asked = decisions(context.seed, shoppers)
      const mixed = events.map((event, i) =>
        i % (EVENTS_PER_DECISION + 1) === EVENTS_PER_DECISION ? asked[i % asked.length]! : event,
      )
      const warm = liveEvents(context.seed + 1, shoppers, WARM.requestsPerSecond * WARM.seconds)
      const { report, residentMb } = await send([...warm, ...asked.slice(0, 500)], mixed)
      const isDecision = (_: number, i: number) => i % (EVENTS_PER_DECISION + 1) === EVENTS_PER_DECISION
      const ofDecisions = figuresOf(report.latencies.filter(isDecision))
      const ofEvents = figuresOf(report.latencies.filter((latency, i) => !isDecision(latency, i)))
      return {
        ...figuresOf(report.latencies),
        ...totalsOf(report),
        decisionP50Ms: ofDecisions.p50Ms,
        decisionP99Ms: ofDecisions.p99Ms,
        eventP50Ms: ofEvents.p50Ms,
        eventP99Ms: ofEvents.p99Ms,
        residentMb,
      }
    })
  },
}

const STEPS = [1, 4, 16] as const
const GROWTH = { requestsPerSecond: 500, seconds: 20 }

/** A sixteenth of that shop, a quarter of it, and all of it: what a decision costs the serving process. */
export const growthServe: Benchmark = {
  name: 'growth-serve',
  about: 'processor time of a decision over HTTP in a shop of 6,250, 25,000 and 100,000 products',
  async run(context) {
    const micros: number[] = []
    for (const step of STEPS) {
      const share = step / (STEPS.at(-1) ?? step)
      const world = { ...WORLD, products: WORLD.products * share, shoppers: Math.round(WORLD.shoppers * share) }
      const server = await startServer(await simulatedStore(context, world))
      try {
        const shoppers = await knownShoppers(server, context.seed, world.shoppers)
        const plan = {
          url: server.url,
          token: server.token,
          requests: decisions(context.seed, shoppers, world.products),
        }
        context.say(`warming up, ${world.products} products`)
        await sendLoad({ ...plan, ...GROWTH })
        const before = processorSeconds(server.pid)
        const { latencies, failed } = await sendLoad({ ...plan, ...GROWTH })
        if (failed > 0) throw new Error(`${failed} of ${latencies.length} requests failed.`)
        micros.push((1e6 * (processorSeconds(server.pid) - before)) / latencies.length)
      } finally {
        await server.stop()
      }
    }
    const [first = Number.NaN, middle = Number.NaN, last = Number.NaN] = micros
    return {
      metrics: { microsAt1x: first, microsAt4x: middle, microsAt16x: last, growth: last / first },
      peers: {},
      notes: ['Time of all threads of the serving process, 500 requests/s; as many more shoppers as products.'],
    }
  },
}

type Send = (
  warm: readonly LoadRequest[],
  requests: readonly LoadRequest[],
) => Promise<{ readonly report: LoadReport; readonly residentMb: number }>

async function served(
  context: BenchmarkContext,
  store: string,
  run: (server: Server, send: Send) => Promise<BenchmarkResult['metrics']>,
): Promise<BenchmarkResult> {
  const server = await startServer(store)
  try {
    const metrics = await run(server, async (warm, requests) => {
      const plan = { url: server.url, token: server.token }
      context.say(`warming up for ${WARM.seconds} s`)
      await sendLoad({ ...plan, ...WARM, requests: warm })
      context.say(`sending ${RATE} requests/s for ${SECONDS} s`)
      const report = await sendLoad({ ...plan, requests, requestsPerSecond: RATE, seconds: SECONDS })
      return { report, residentMb: residentBytes(server.pid) / 1e6 }
    })
    return {
      metrics,
      peers: {},
      notes: ['Latency counts from the time at which a request was due. The sender shares the machine.'],
    }
  } finally {
    await server.stop()
  }
}

function figuresOf(latencies: Float64Array) {
  const sorted = latencies.toSorted()
  return {
    p50Ms: percentile(sorted, 0.5),
    p90Ms: percentile(sorted, 0.9),
    p99Ms: percentile(sorted, 0.99),
    slowestMs: percentile(sorted, 1),
  }
}

function totalsOf({ failed, latencies, seconds, latestStartMs }: LoadReport) {
  return { failed, requestsPerSecond: latencies.length / seconds, latestStartMs }
}
