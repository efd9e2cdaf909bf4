import type { Benchmark } from '../harness/benchmark.ts'
import { serve } from '../harness/engine.ts'
import { simulatedStore } from '../harness/simulated-store.ts'
import { median } from '../harness/statistics.ts'

const STARTS = 7

/** From starting the process to its first recommendation, an existing store with a model in service. */
export const start: Benchmark = {
  name: 'start',
  about: 'seconds from starting the process to the first recommendation, existing store',
  async run(context) {
    const store = await simulatedStore(context, { products: 1000, shoppers: 2000 })
    const toReady: number[] = []
    const toAnswer: number[] = []
    for (let n = 0; n < STARTS; n++) {
      const began = performance.now()
      const server = await serve(store)
      const { decisions } = await server.client.recommend({ requests: [{ profile: 'c000001', limit: 10 }] })
      toAnswer.push((performance.now() - began) / 1000)
      toReady.push(server.startSeconds)
      await server.stop()
      if (decisions[0]?.modelVersion == null) throw new Error('The first answer came without a model.')
    }
    return {
      metrics: { startSeconds: median(toAnswer), readySeconds: median(toReady), slowestSeconds: Math.max(...toAnswer) },
      peers: {},
      notes: [`The median of ${STARTS} starts, each to the first personalised answer of a store of 1,000 products.`],
    }
  },
}
