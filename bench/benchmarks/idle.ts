import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../harness/benchmark.ts'
import { serve } from '../harness/engine.ts'
import { residentBytes } from '../harness/machine.ts'
import { simulatedStore } from '../harness/simulated-store.ts'

const REST_SECONDS = 15

/** Resident memory of a server that has answered and now rests. */
export const idle: Benchmark = {
  name: 'idle',
  about: 'resident memory of a small store at rest, after its first answers',
  async run(context) {
    const store = await simulatedStore(context, { products: 1000, shoppers: 2000 })
    const server = await serve(store)
    try {
      const atStart = residentBytes(server.pid)
      for (const profile of ['c000001', 'c000002', 'c000003']) {
        await server.client.recommend({ requests: [{ profile, limit: 10 }] })
      }
      await wait(1000 * REST_SECONDS)
      return {
        metrics: { residentMb: residentBytes(server.pid) / 1e6, residentAtStartMb: atStart / 1e6 },
        peers: {},
        notes: [`The process and its children, ${REST_SECONDS} s after the last of three answers.`],
      }
    } finally {
      await server.stop()
    }
  },
}
